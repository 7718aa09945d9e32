"""A disk that is full at any point: a small one of the system's own, in steps over what a new run takes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults import tasks

OLD, NEW = "run-20261122T020000Z-000001", "run-20261123T020000Z-000002"
STEPS = 12


def test_disks_that_are_full_in_steps_over_what_a_run_takes(tmp_path: Path):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], timeout=30).returncode:
        pytest.skip("no small disk can be mounted here: 'unshare -Urm' is not allowed")
    published, place = tmp_path / "home", tmp_path / "disk"
    place.mkdir()
    assert tasks.publish(str(published), OLD) == 0
    size = (published / "runs" / f"{OLD}.duckdb").stat().st_size // 1024
    # The old run has its place already; the new one takes as much again, and its log while it is built.
    sizes = [str(size + 16 + size * 2 * step // STEPS) for step in range(STEPS + 1)]
    done = subprocess.run(
        ["unshare", "-Urm", sys.executable, "-m", "tests.faults.small_disks", published, place, NEW, *sizes],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(sizes)
    for code, current, damage, said in answers:
        assert (code, current, damage) in ((0, NEW, ""), (7, OLD, "")), said
        assert len(said.splitlines()) == (1 if code else 0), said
    assert answers[0][0] == 7
    assert answers[-1][0] == 0
