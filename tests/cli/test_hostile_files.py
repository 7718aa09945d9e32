"""The published hostile files through the whole command, in limited processes: one line, its code, no harm."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import CASES, SAMPLE_DAY, tree

FOLDER = CASES / "hostile_files"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published cases are not here")

MOST_SECONDS = 120  # on a machine that does much else; a quiet one needs under 10
MOST_MEBIBYTES = 1024


@dataclass(frozen=True)
class Ended:
    code: int
    err: str
    mebibytes: float


def renewals(home: Path, *arguments: object) -> Ended:
    """Runs the command in a process of its own, with a limit of processor time; says how much memory it needed."""
    command = [sys.executable, "-c", _MEASURED, *map(str, arguments)]
    done = subprocess.run(
        command,
        env={**os.environ, "RENEWALS_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
    )
    said, _, measured = done.stderr.rpartition("\nmeasured ")
    return Ended(done.returncode, said.strip(), float(measured))


_MEASURED = """
import resource, subprocess, sys
code = subprocess.run([sys.executable, "-m", "pipeline", *sys.argv[1:]]).returncode
print("\\nmeasured", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, file=sys.stderr)
sys.exit(code if code >= 0 else 128 - code)
"""


def exports_with(file: Path, folder: Path) -> Path:
    """The base export with that file as its table of clients."""
    shutil.copytree(FOLDER / "base", folder)
    folder.chmod(0o755)
    shutil.copy(file, folder / f"clients{file.suffix}")
    return folder


@pytest.mark.parametrize("name", ["json_manykeysrows.json", "pqflip4.parquet", "xlsx_badref.xlsx"])
def test_what_cannot_be_used_is_one_line_and_the_published_run_stays(own_home: Path, tmp_path: Path, name: str):
    exports = exports_with(FOLDER / name, tmp_path / "exports")
    before = tree(own_home)
    ended = renewals(own_home, "run", "--exports", exports, "--as-of", SAMPLE_DAY, "--quiet")
    assert ended.code == 6
    assert ended.err.startswith(f"renewals: clients{Path(name).suffix}: ")
    assert "\n" not in ended.err
    assert ended.mebibytes < MOST_MEBIBYTES
    assert {path: stamp for path, stamp in tree(own_home).items() if path != "lock"} == {
        path: stamp for path, stamp in before.items() if path != "lock"
    }


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("hdr1_rowid.csv", ""),
        ("json_deep900.json", "json_too_deep"),
        ("xlsx_far_1048575_16383.xlsx", "required_missing:client_name"),
    ],
)
def test_what_can_be_used_loads(tmp_path: Path, name: str, left: str):
    exports = exports_with(FOLDER / name, tmp_path / "exports")
    ended = renewals(tmp_path / "home", "check", "--exports", exports, "--as-of", SAMPLE_DAY, "--quiet")
    assert ended.code == 0
    assert left in ended.err
    assert ended.mebibytes < MOST_MEBIBYTES


def test_decisions_that_are_not_of_their_kind_leave_no_trace(own_home: Path, tmp_path: Path):
    from pipeline.cli.shell import run_command_line

    files = sorted((FOLDER / "decisions").glob("*.ndjson"))
    assert len(files) == 7
    good = '{"position": 1, "decision_id": "good", "decided_at": "2026-11-20T00:00:00.000000Z", "actor": "a", '
    good += '"partner_id": "P-000007", "hub_id": null, "kind": "columns", "value_before": null, '
    good += '"value_after": "[\\"website\\"]", "reason": "r"}\n'
    for file in files:
        mixed = tmp_path / file.name
        mixed.write_text(good + file.read_text(encoding="utf-8"), encoding="utf-8")
        for each in (file, mixed):
            assert run_command_line(["decisions", "import", str(each)]) == 6
    ended = renewals(own_home, "decisions", "import", mixed)
    assert (ended.code, ended.err.count("\n")) == (6, 0)
    assert f"{mixed}, line 2" in ended.err
    listed = subprocess.run(
        [sys.executable, "-m", "pipeline", "decisions", "--json"],
        env={**os.environ, "RENEWALS_HOME": str(own_home)}, capture_output=True, check=True, timeout=MOST_SECONDS,
    )  # fmt: skip
    assert json.loads(listed.stdout) == []
