"""`renewals demo`: a home of its own, rebuilt each time; whatever RENEWALS_HOME names is left alone."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import warehouse
from pipeline.cli import running
from pipeline.warehouse import Home
from tests.conftest import SAMPLE_DAY, tree


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with a home and a decisions' database named in the environment."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RENEWALS_DECISIONS_URL", "postgresql://ann:hunter2@127.0.0.1:1/decisions")
    return tmp_path / "work"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo without reports: what they are made of is tried elsewhere."""
    main_job = running.main_job

    def without_reports(exports: Path, *, asked: running.Asked, **given: Any) -> None:
        main_job(exports, asked=replace(asked, reports=False, finance=False), **given)

    monkeypatch.setattr(running, "main_job", without_reports)


def test_it_runs_twice_on_any_day_and_leaves_the_named_home_and_database_alone(renewals, work, quick, monkeypatch):
    first = renewals("demo", "--quiet")
    assert first.code == 0, first.err
    assert f"as of {SAMPLE_DAY}" in first.err
    assert "export RENEWALS_HOME=data/demo" in first.err
    paths = [Path(line) for line in first.out.splitlines()]
    assert all(path.exists() and path.parts[:2] == ("data", "demo") for path in paths)
    second = renewals("demo", "--quiet")
    assert second.code == 0, second.err
    assert not any(path.exists() for path in paths)
    assert os.environ["RENEWALS_HOME"] == str(work.parent / "home")
    assert not (work.parent / "home").exists()
    # The commands after it, with the home that it names, see its one run.
    monkeypatch.setenv("RENEWALS_HOME", "data/demo")
    monkeypatch.delenv("RENEWALS_DECISIONS_URL")
    [row] = json.loads(renewals("runs", "--json").out)
    assert (row["as_of"], row["current"]) == (SAMPLE_DAY, True)


@pytest.mark.parametrize("strange", ["a file", "a link", "somebody's folder"])
def test_what_no_demo_made_is_not_removed(renewals, work, quick, strange):
    demo = work / "data" / "demo"
    demo.parent.mkdir()
    if strange == "a file":
        demo.write_text("mine")
    elif strange == "a link":
        (work / "elsewhere").mkdir()
        (work / "elsewhere" / "mine.txt").write_text("mine")
        demo.symlink_to(work / "elsewhere")
    else:
        demo.mkdir()
        (demo / "runs").mkdir()
        (demo / "thesis.txt").write_text("mine")
    before = tree(work)
    said = renewals("demo", "--quiet")
    assert (said.code, said.out) == (2, "")
    assert "data/demo" in said.err
    assert len(said.err.splitlines()) == 1
    assert tree(work) == before


def test_two_demos_at_once_are_exit_5(renewals, work, quick):
    with warehouse.run_lock(Home(work / "data" / "demo")):
        assert renewals("demo", "--quiet").code == 5
