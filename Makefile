# The two commands a fresh machine needs: `make demo` and `make test`. Needs Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test check lint types format setup lab docs bench sample system hooks clean

help:            ## show this list
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

$(READY): requirements.lock pyproject.toml scripts/setup
	@PYTHON="$(PYTHON)" sh scripts/setup $(VENV) >&2
	@touch $@

setup: $(READY)  ## make .venv with the locked dependencies

demo: $(READY)   ## run the main job on the sample data in data/demo and print the reports made
	@$(BIN)/renewals demo

test: $(READY)   ## run the whole test suite
	@sh scripts/test-tools
	$(BIN)/pytest -n auto --dist worksteal

check: $(READY) lint types test ## everything CI checks: format, lint, types, import rules, tests

lint: $(READY)   ## format, lint (Python and JavaScript) and import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/oxlint --quiet reports/templates
	$(BIN)/lint-imports

types: $(READY)  ## strict types over pipeline/
	$(BIN)/mypy

format: $(READY) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lab: $(READY)    ## JupyterLab on the notebooks, bound to loopback; over data/demo where there is no run
	@sh scripts/lab $(VENV)

docs: $(READY)   ## build the documentation site into build/site
	@$(BIN)/python scripts/docs.py

bench: $(READY)  ## measure the speed of the nightly run against a plain DuckDB load
	$(BIN)/python benchmarks/nightly_run.py

hooks: $(READY)  ## let git run `make check` before each commit
	printf '#!/bin/sh\nexec make check\n' > "$$(git rev-parse --git-path hooks)/pre-commit"
	chmod +x "$$(git rev-parse --git-path hooks)/pre-commit"

clean:           ## remove what make made (not the home with its runs)
	rm -rf $(VENV) build data/demo
