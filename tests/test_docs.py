"""The documentation says only what is true: its commands and snippets run, its pages are made from the code."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import pipeline
from pipeline.cli.shell import COMMANDS
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from tests.conftest import ROOT

# The tutorial of source profiles is walked through by tests of its own.
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if path.name != "profiles-tutorial.md")
EVERY = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT / "docs")))


def load_builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_builder", ROOT / "scripts" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    return load_builder()


@pytest.fixture(scope="module")
def made(builder: ModuleType) -> dict[str, str]:
    return builder.pages()


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@EVERY
def test_the_commands_of_a_page_run_in_their_order(page, renewals, own_home, tmp_path, monkeypatch):
    (tmp_path / "data").symlink_to(ROOT / "data")
    for block in blocks(page, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            with monkeypatch.context() as only_here:
                while words and (assigned := re.fullmatch(r"(RENEWALS_[A-Z_]+)=(.*)", words[0])):
                    only_here.setenv(*assigned.groups())
                    del words[0]
                assert words[:1] in ([], ["renewals"]), line
                said = renewals(*words[1:]) if words else None
            assert said is None or said.code == 0, f"{line}: {said.err}"


@EVERY
def test_the_snippets_of_a_page_run(page, own_home, capsys):
    for snippet in blocks(page, "python"):
        exec(compile(snippet, str(page), "exec"), {})


def test_pages_have_commands_and_snippets():
    assert sum(block.count("renewals ") for page in PAGES for block in blocks(page, "sh")) >= 20
    assert sum(len(blocks(page, "python")) for page in PAGES) >= 5


def test_every_rule_has_a_page_with_its_cases(builder, made):
    files = {path.stem.removeprefix("test_") for path in builder.specifications()}
    assert {path.stem for path in builder.CASES[0].glob("test_*.py")} - {f"test_{name}" for name in files} == {
        "test_drawn_tables",
        "test_search",  # its cases are a list, which the page's script is tested with too
    }
    assert {f"rules/{name}.md" for name in files} <= made.keys()
    for name in files:
        assert made[f"rules/{name}.md"].count("\n| ") > 2, name
        assert f"({name}.md)" in made["rules/index.md"]
    assert (
        "| leap_spring | 2028-04-01 | 45 | **2028-02-16** | the same in a leap year: a day later |"
        in (made["rules/deadlines.md"])
    )


def test_the_text_of_the_rules_links_every_file_with_cases_and_has_every_number(builder):
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / target).resolve() for target in re.findall(r"\]\((\.\./tests/[^)]+)\)", text)}
    assert all(path.is_file() for path in linked)
    assert {path.resolve() for path in builder.specifications()} <= linked
    headings = {int(number) for number in re.findall(r"^## (\d+)\. ", text, flags=re.MULTILINE)}
    named = re.findall(r"[Rr]ules? (\d+)(?: and (\d+))?", (ROOT / "pipeline" / "rules.py").read_text(encoding="utf-8"))
    assert {int(number) for found in named for number in found if number} <= headings


def test_the_site_leads_from_a_rule_to_its_cases_and_has_short_titles(builder, made, tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "BUILD", tmp_path)
    page = tmp_path / "docs" / "rules.md"
    text = builder.within_the_site(page, (ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))
    assert "[deadlines](rules/deadlines.md)" in text
    assert "(../tests/" not in text
    titles = [builder.short_title(page) for page in made if page.startswith("rules/")]
    assert {"Deadlines", "MRR on the eve", "Renewal pricing"} <= set(titles)
    assert max(map(len, titles)) <= 24


def test_a_drawn_table_keeps_every_cell_marks_what_must_come_and_gives_the_reason(builder):
    drawing = """
        a  | b || c
        # a reason above
        x  | 1 || 2  # because of it
        y  |   || <3>
        """
    assert builder.drawn_table(drawing).splitlines() == [
        "| a | b | **c** | because |",
        "| --- | --- | --- | --- |",
        "| x | 1 | **2** | because of it |",
        "| y |  | **&lt;3>** |  |",
    ]


def test_the_reference_has_every_table_column_command_and_function(made):
    for page, tables in (("reference/tables.md", PUBLISHED), ("reference/exports.md", EXPORTS)):
        for table in tables.values():
            assert f"\n## {table.name}\n" in made[page]
            for column in table.columns:
                assert f"| `{column.name}`" in made[page]
    for command in COMMANDS:
        assert f"\n## renewals {command}\n" in made["reference/commands.md"]
    for name in pipeline.__all__:
        assert name == "__version__" or f"\n## {name}\n" in made["reference/api.md"]
    assert "OpenRun.table" in made["reference/api.md"]


def test_the_site_is_built_without_a_warning_and_loads_nothing_from_outside(builder, tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "BUILD", tmp_path)
    monkeypatch.setattr(sys, "argv", ["docs.py", "--pages-only"])
    builder.main()
    built = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"], cwd=tmp_path, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    html = sorted((tmp_path / "site").rglob("*.html"))
    assert len(html) > 25
    for page in html:
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=[\"']?([^\"'\s>]+)", page.read_text())
        assert [address for address in loaded if re.match(r"(https?:)?//", address)] == [], page.name
    for style in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(https?:)?//", style.read_text()), style.name
