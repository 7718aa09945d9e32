"""A run that is killed: no worker goes on, and what it left half-written goes with the next run."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.warehouse import Home, candidate, run_lock
from pipeline.warehouse.leftovers import marked
from tests.conftest import ROOT

SECONDS = 60
"""Of patience, on a machine that does much else; nothing here takes long."""


def ended(process: int) -> bool:
    """Wait for the end of a process that is not our child, by a descriptor of it."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        ready, _, _ = select.select([handle], [], [], SECONDS)
        return bool(ready)
    finally:
        os.close(handle)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="descriptors of processes are Linux's")
def test_workers_end_with_the_run_that_is_killed_and_the_next_run_removes_its_litter(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    reports = home.reports("run-20261123T020000Z-000001")
    reports.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.killed", str(reports)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], SECONDS)
        assert ready
        workers = [int(process.stdout.readline()) for _ in range(2)]
    finally:
        process.kill()
        process.wait(SECONDS)
    assert [ended(worker) for worker in workers] == [True, True]
    process.stdout.close()
    half = sorted(path.name for path in reports.rglob(".report.html.*"))
    assert half == sorted(f".report.html.{worker}" for worker in workers)
    with run_lock(home), candidate(home, "run-x"):
        pass
    assert [path for path in reports.rglob("*") if path.is_file()] == []


def test_what_others_left_in_the_home_goes_and_what_a_living_process_makes_stays(tmp_path):
    home = Home(tmp_path / "home")
    home.create()
    (home.runs / ".tmp-run-x.duckdb").write_bytes(b"half a run")
    (home.runs / ".tmp-run-x.duckdb.wal").write_bytes(b"its log")
    (home.runs / ".tmp-run-x.spill").mkdir()
    (home.root / ".tmp-current").symlink_to("runs/run-x.duckdb")
    (home.root / "checksums").mkdir()
    (home.root / "checksums" / "run-gone.sha256").write_text("of a run that was deleted by hand")
    (home.root / "checksums" / ".run-y.sha256.123").write_text("half")
    alive, dead = home.reports("run-1"), home.reports("run-2")
    for folder in (alive, dead):
        (folder / "P-01").mkdir(parents=True)
        (folder / "P-01" / ".report.html.123").write_text("half")
        (folder / "P-01" / "report.html").write_text("whole")
    (dead / ".unfinished-123").touch()
    with marked(alive), run_lock(home), candidate(home, "run-x"):
        left = sorted(str(path.relative_to(home.root)) for path in home.root.rglob("*") if not path.is_dir())
    assert left == [
        "lock",
        f"reports/run-1/.unfinished-{os.getpid()}",
        "reports/run-1/P-01/.report.html.123",
        "reports/run-1/P-01/report.html",
        "reports/run-2/P-01/report.html",
    ]
    assert not Path(home.runs / ".tmp-run-x.spill").exists()
