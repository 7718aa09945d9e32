"""The notebooks run on the sample, and on other data while runs are published; they define no rule."""

from __future__ import annotations

import ast
import base64
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import rules
from pipeline.sample import write_sample
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
EVERY = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)

CHART = "application/vnd.vegalite.v5+json"
SHOWS = {
    "explore_renewals": ("text/html", CHART),
    "data_quality": ("text/html", CHART),
    "what_changed": ("text/html", "application/vnd.jupyter.widget-view+json"),
    "mrr_projection": ("text/html", CHART, "application/vnd.jupyter.widget-view+json"),
    "estimate_quality": ("text/html", CHART),
}
"""What each notebook must show: set or searchable tables, charts that JupyterLab draws itself, sliders."""

PRINTS = {
    "explore_renewals": ["upcoming changes as of 2026-11-23", "between partner totals and contract totals: 0.0000"],
    "data_quality": ["as of 2026-11-23; 1 runs looked at", "findings"],
    "what_changed": ["there is one run only"],
    "mrr_projection": ["mrr_projection: reproduced to the cent", "mrr_bridge: reproduced to the cent"],
    "estimate_quality": ["past renewals", "replays of"],
}


def test_there_are_notebooks():
    assert {path.stem for path in NOTEBOOKS} == SHOWS.keys() == PRINTS.keys()


@EVERY
def test_a_notebook_runs_on_the_sample_and_shows_what_it_is_for(notebook: Path, sample_home: Path, tmp_path: Path):
    outputs = executed(notebook, sample_home, tmp_path)
    printed = "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")
    for words in PRINTS[notebook.stem]:
        assert words in printed
    shown = [output["data"] for output in outputs if "data" in output]
    for kind in SHOWS[notebook.stem]:
        assert any(kind in data for data in shown), kind
    html = "".join("".join(data["text/html"]) for data in shown if "text/html" in data)
    # The sample has clients called like this: nowhere is a name code.
    assert "<script>alert" not in html
    assert "<b>bold" not in html.lower()
    for data in shown:
        # A chart's data may name its language; nothing is fetched from anywhere.
        assert "https://cdn" not in json.dumps(data)
    if CHART in SHOWS[notebook.stem]:
        assert_charts_are_in_the_exported_page(shown)


def assert_charts_are_in_the_exported_page(shown: list[dict[str, Any]]) -> None:
    """What `jupyter nbconvert --to html` makes of the outputs has each chart as a picture, drawn without a browser."""
    import nbformat
    from nbconvert import HTMLExporter

    outputs = [nbformat.v4.new_output("display_data", data=data) for data in shown]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    charts = [data for data in shown if CHART in data]
    assert charts
    for data in charts:
        assert "".join(data["image/svg+xml"]).startswith("<svg")
        picture = base64.b64encode("".join(data["image/svg+xml"]).encode()).decode()
        assert f"data:image/svg+xml;base64,{picture}" in page


EXECUTE = """
import json, sys
import jupytext
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell, outputs = InteractiveShell.instance(), []
for cell in jupytext.read(sys.argv[1]).cells:
    if cell.cell_type == "code":
        with capture_output() as captured:
            shell.display_trap.hook = sys.displayhook
            result = shell.run_cell(cell.source, store_history=True)
        result.raise_error()
        outputs.append({"output_type": "stream", "text": captured.stdout})
        outputs += [{"output_type": "display_data", "data": shown.data} for shown in captured.outputs]
with open(sys.argv[2], "w", encoding="utf-8") as stream:
    json.dump(outputs, stream, default=str)
"""
"""Cell by cell in IPython's shell, as a kernel does, without the messages between kernel and client: with sliders in a
notebook, these were seen to wait for each other for ever (ipykernel 7, nbclient 0.11)."""


def executed(notebook: Path, home: Path, folder: Path) -> list[dict[str, Any]]:
    """The outputs of the notebook's cells, in their order; what a cell prints comes before what it shows."""
    made = folder / f"{notebook.stem}.json"
    answer = subprocess.run(
        [sys.executable, "-c", EXECUTE, notebook, made],
        env={**os.environ, "RENEWALS_HOME": str(home), "IPYTHONDIR": str(folder)},
        capture_output=True,
        text=True,
        cwd=notebook.parent,
        timeout=300,
    )
    assert answer.returncode == 0, (answer.stdout + answer.stderr)[-3000:]
    outputs: list[dict[str, Any]] = json.loads(made.read_text(encoding="utf-8"))
    return outputs


RUN_ALL = """
import contextlib, io, runpy, sys
for notebook in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()):
        runpy.run_path(notebook)
"""


def test_all_notebooks_run_on_generated_data_while_nightly_runs_are_published(tmp_path: Path):
    exports, home = tmp_path / "exports", tmp_path / "home"
    write_sample(exports, clients=60, seed=6, as_of=date(2026, 11, 23))
    # The nights have the same rows: that is not what is looked at here.
    (tmp_path / "renewals.toml").write_text("stale_after_days = 0\n", encoding="utf-8")
    nightly_run(exports, home, "2026-11-22")
    with (tmp_path / "errors").open("w") as errors:
        notebooks = subprocess.Popen(
            [sys.executable, "-c", RUN_ALL, *NOTEBOOKS], env={**os.environ, "RENEWALS_HOME": str(home)}, stderr=errors
        )
        published = 0
        while notebooks.poll() is None or not published:
            nightly_run(exports, home, "2026-11-23")
            published += 1
    assert notebooks.returncode == 0, (tmp_path / "errors").read_text()[-3000:]


def nightly_run(exports: Path, home: Path, day: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pipeline", "run", "--exports", exports, "--as-of", day, "--no-reports", "--quiet"],
        env={**os.environ, "RENEWALS_HOME": str(home)},
        cwd=home.parent,
        check=True,
        capture_output=True,
    )


RULE_COLUMNS = {name for table in PUBLISHED.values() for name in table.column_names} - {
    *(name for table in EXPORTS.values() for name in table.column_names),
    *("month", "reason"),
}
"""What rules compute: a notebook may show and add these up, never make one."""

NUMBERS = {rules.WINDOW_DAYS, rules.NOTICE_DAYS, rules.RENEWAL_PROBABILITY, rules.QUARANTINE_LIMIT_PERCENT * 1}


def rules_defined(source: str) -> list[str]:
    """Where that code would define a rule: a column of ours, a business number, a function that is not a slider's."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name):
                found.append(f"line {node.lineno}: defines {name}")
            case ast.Lambda():
                found.append(f"line {node.lineno}: a lambda")
            case ast.Call(func=ast.Attribute(attr="alias"), args=[ast.Constant(value=name)]) if name in RULE_COLUMNS:
                found.append(f"line {node.lineno}: makes {name}")
            case ast.Call(func=ast.Attribute(attr="with_columns" | "select"), keywords=keywords):
                found += [f"line {node.lineno}: makes {k.arg}" for k in keywords if k.arg in RULE_COLUMNS]
            case ast.Call(func=ast.Attribute(attr="when" | "map_elements" | "map_batches")):
                found.append(f"line {node.lineno}: decides by {node.func.attr}")
            case ast.Compare(comparators=[ast.Constant(value=int() | float() as number)]) if number in NUMBERS:
                found.append(f"line {node.lineno}: the business number {number}")
            case ast.keyword(arg="days" | "offset", value=ast.Constant(value=int() as number)) if number in NUMBERS:
                found.append(f"line {node.lineno}: the business number {number}")
    return found


@EVERY
def test_a_notebook_imports_rules_and_defines_none(notebook: Path):
    assert rules_defined(notebook.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "renewals.with_columns(renewal_deadline=pl.col('renewal_start_date') - pl.duration(days=45))",
        "renewals.select((pl.col('a') * 2).alias('estimated_new_mrr'))",
        "def status(row): return 'pending'",
        "class Rule: pass",
        "late = lambda row: row['days_to_deadline'] < 0",
        "pl.when(pl.col('days_to_deadline') < 0).then(pl.lit('renewed'))",
        "soon = renewals.filter(pl.col('days_to_change') <= 120)",
        "deadline = start - timedelta(days=45)",
    ],
)
def test_a_rule_in_a_notebook_would_be_found(line: str):
    assert rules_defined(line)


@EVERY
def test_a_notebook_opens_as_a_notebook(notebook: Path):
    head = notebook.read_text(encoding="utf-8")
    assert "#     formats: py:percent" in head
    assert "\n# %% [markdown]\n# # " in head
