"""Analysts read while runs are published: never an error, always one complete run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl

from pipeline import open_run
from pipeline.warehouse import Home, current_run, publish, run_lock
from tests.conftest import ROOT


def publish_copies(home: Home, count: int, *, keep: int) -> list[str]:
    """Publish that many copies of the current run under names of their own, as a nightly run publishes."""
    first = current_run(home)
    names = []
    for number in range(count):
        name = f"run-20991231T{number // 60:02}{number % 60:02}00Z-{number:06x}"
        with run_lock(home):
            candidate = home.candidate(name)
            shutil.copy(first.path if not names else home.runs / f"{names[-1]}.duckdb", candidate)
            candidate.chmod(0o644)
            with duckdb.connect(str(candidate)) as con:
                con.execute("UPDATE main.run_info SET run_id = $name", {"name": name})
            publish(home, candidate, name, keep=keep)
        names.append(name)
    return names


def start_reader(home: Path, stop: Path) -> subprocess.Popen[str]:
    reader = subprocess.Popen(
        [sys.executable, "-m", "tests.analysis.reader", stop],
        env={**os.environ, "RENEWALS_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    return reader


def test_readers_in_a_loop_see_complete_runs_only_though_each_is_pruned_by_the_next(own_home, tmp_path):
    home = Home(own_home)
    first = current_run(home).run_id
    stop = tmp_path / "stop"
    readers = [start_reader(own_home, stop) for _ in range(2)]
    published = publish_copies(home, 40, keep=1)
    stop.touch()
    for reader in readers:
        out, err = reader.communicate(timeout=120)
        assert (reader.returncode, err) == (0, "")
        seen = out.split()
        assert len(seen) > 1
        assert set(seen) <= {first, *published}


def test_what_is_open_stays_as_it_is_though_its_file_is_pruned(own_home):
    run = open_run(home=own_home)
    before = run.table("upcoming_renewals")
    lazy = run.table("upcoming_renewals", lazy=True)
    publish_copies(Home(own_home), 1, keep=1)
    assert not run.run.path.exists()
    assert run.table("upcoming_renewals").equals(before)
    assert lazy.select(pl.len()).collect().item() == before.height
    assert run.report("P-DAYS").run_id == run.run_id
    assert open_run(home=own_home).run_id != run.run_id
