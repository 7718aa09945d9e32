"""What many tests need: the sample's published home, made once for all test processes, and the command line."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.cli.shell import run_command_line

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
CASES = ROOT.parent / "shared" / "cases"
SAMPLE_DAY = "2026-11-23"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def renewals(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Calls the command line in this process: `renewals("table", "contract_mrr")`."""

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        code = run_command_line([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the sample is published with all its reports. Made once; nobody may change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    home = shared / "sample-home"
    with (shared / "sample-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "done").exists():
            subprocess.run(
                [sys.executable, "-m", "pipeline", "run", "--exports", SAMPLE, "--as-of", SAMPLE_DAY, "--quiet"],
                check=True,
                env={**os.environ, "RENEWALS_HOME": str(home)},
                cwd=shared,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            (home / "done").touch()
    return home


@pytest.fixture
def read_home(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample's home as the command line's home, for tests that only read; the working folder is empty."""
    monkeypatch.setenv("RENEWALS_HOME", str(sample_home))
    monkeypatch.chdir(tmp_path)
    return sample_home


@pytest.fixture
def own_home(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample's home as the command line's home, for tests that change it."""
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    monkeypatch.setenv("RENEWALS_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A copy of the sample's exports that a test may break."""
    folder = tmp_path / "exports"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("README.md"))
    return folder


def tree(folder: Path) -> dict[str, object]:
    """What a folder holds, to show that nothing changed: links by target, files by size and time."""
    return {
        str(path.relative_to(folder)): path.readlink() if path.is_symlink() else path.stat().st_mtime_ns
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
