"""The notebooks run from top to bottom on the published sample."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_the_sample(notebook: Path, sample_home: Path):
    answer = subprocess.run(
        [sys.executable, notebook],
        env={**os.environ, "RENEWALS_HOME": str(sample_home)},
        capture_output=True,
        text=True,
        cwd=notebook.parent,
    )
    assert answer.returncode == 0, answer.stderr
    if notebook.stem == "explore_renewals":
        assert "upcoming changes as of 2026-11-23" in answer.stdout
        assert answer.stdout.strip().endswith("contract totals: 0.0000")


def test_there_are_notebooks():
    assert NOTEBOOKS
