"""Damaged runs, and a `current` that points nowhere: each command says in one line what is wrong and what to type."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.warehouse import Home, list_runs, publish, run_lock
from pipeline.warehouse.runs import why_damaged
from tests.conftest import ROOT, SAMPLE, SAMPLE_DAY

NEWER = "run-20991231T020000Z-ffffff"
"""A second run, later than every real one, with the sample's content."""


@pytest.fixture
def older(own_home: Path) -> str:
    """A home with two runs, of which the newer one is current; gives the id of the older one."""
    home = Home(own_home)
    first = (own_home / "current").resolve()
    with run_lock(home):
        shutil.copy(first, home.candidate(NEWER))
        home.candidate(NEWER).chmod(0o644)
        publish(home, home.candidate(NEWER), NEWER, keep=30)
    return first.stem


def spoil(run_file: Path, where: float = 0.5) -> None:
    """Turn one byte of the file over, as a disk does that fails without a word."""
    data = bytearray(run_file.read_bytes())
    data[int(len(data) * where)] ^= 0xFF
    run_file.chmod(0o644)
    run_file.write_bytes(data)


def path_of(home: Path, run_id: str) -> Path:
    return home / "runs" / f"{run_id}.duckdb"


def found(said) -> dict[str, tuple[bool, str]]:
    return {each["what"]: (each["ok"], each["says"]) for each in json.loads(said.out)}


def test_the_checksum_kept_is_the_one_that_sha256sum_knows(own_home, older):
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", f"checksums/{older}.sha256", f"checksums/{NEWER}.sha256"],
        cwd=own_home,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_doctor_reads_every_block_and_finds_nothing_wrong_with_whole_runs(renewals, own_home, older):
    said = renewals("doctor", "--json")
    assert found(said)["current run"] == (True, f"{NEWER}, as of {SAMPLE_DAY}")
    assert found(said)["runs"] == (True, "2 of 2 are whole")


@pytest.mark.parametrize("where", [0.0, 0.001, 0.2, 0.4, 0.6, 0.8, 0.999])
def test_a_byte_that_changed_anywhere_is_found_and_doctor_names_the_run_and_the_command(
    renewals, own_home, older, where
):
    # Also where no table stands: nothing reads those bytes today, but a disk that changes one changes others.
    spoil(path_of(own_home, NEWER), where)
    said = renewals("doctor", "--json")
    assert said.code == 2
    ok, says = found(said)["current run"]
    assert not ok
    assert f"{NEWER} is damaged" in says
    assert f"'renewals rollback {older}'" in says
    assert renewals("rollback", older).code == 0
    assert (own_home / "current").resolve().stem == older


def test_a_damaged_older_run_is_named_with_what_to_do(renewals, own_home, older):
    spoil(path_of(own_home, older))
    said = renewals("doctor", "--json")
    assert found(said)["current run"][0]
    ok, says = found(said)["runs"]
    assert not ok
    assert f"1 of 2 are damaged: {older}" in says
    assert f"'rm {path_of(own_home, older)}'" in says


def test_a_run_from_before_checksums_is_read_table_by_table(own_home, older):
    run_file = path_of(own_home, older)
    shutil.rmtree(own_home / "checksums")
    assert why_damaged(run_file) == ""
    whole = run_file.read_bytes()
    run_file.chmod(0o644)
    run_file.write_bytes(whole[: len(whole) // 2])
    assert run_file.name in why_damaged(run_file)


@pytest.mark.parametrize("damage", ["cut off", "inside"])
def test_a_damaged_run_is_one_line_for_its_readers(renewals, own_home, older, damage):
    run_file = path_of(own_home, NEWER)
    if damage == "cut off":
        run_file.chmod(0o644)
        os.truncate(run_file, run_file.stat().st_size * 2 // 5)
    else:
        whole = run_file.read_bytes()
        header = 3 * 4096
        run_file.chmod(0o644)
        run_file.write_bytes(whole[:header] + bytes(byte ^ 0xFF for byte in whole[header:]))
    for command in (["table", "upcoming_renewals"], ["report", "--all"], ["report", "--finance"]):
        said = renewals(*command)
        assert (said.code, said.out) == (2, ""), command
        assert len(said.err.splitlines()) == 1, said.err
        assert "doctor" in said.err or "cannot be opened as a run" in said.err
    listed = renewals("runs")
    assert listed.code == 0
    assert [line.split()[0] for line in listed.out.splitlines()[2:]] == [NEWER, older]
    assert renewals("rollback").out.startswith(f"current went from {NEWER} to {older}")


def lose(current: Path) -> None:
    current.unlink()


def dangle(current: Path) -> None:
    current.unlink()
    current.symlink_to("runs/run-19990101T000000Z-000000.duckdb")


def fold(current: Path) -> None:
    current.unlink()
    current.mkdir()
    (current / "somebody's.txt").write_text("kept")


def copy(current: Path) -> None:
    # As a copy of the home by a tool that follows links makes it.
    target = current.resolve()
    current.unlink()
    shutil.copy(target, current)


LOSSES = {"lost": lose, "dangling": dangle, "a folder": fold, "a copy": copy}


@pytest.mark.parametrize("loss", LOSSES)
def test_rollback_leads_to_the_newest_whole_run_when_current_leads_to_none(renewals, own_home, older, loss):
    LOSSES[loss](own_home / "current")
    promised = found(renewals("doctor", "--json"))["current run"]
    assert not promised[0]
    assert f"'renewals rollback {NEWER}'" in promised[1]
    assert "'renewals rollback' repairs it" in renewals("table", "contract_mrr").err
    dry = renewals("rollback", "--dry-run")
    assert dry.out == f"current led to no run; it would lead to {NEWER}\n"
    assert renewals("rollback").out == f"current led to no run; it leads to {NEWER}\n"
    assert (own_home / "current").readlink() == Path(f"runs/{NEWER}.duckdb")
    if loss == "a folder":
        assert (own_home / "current.moved-1" / "somebody's.txt").read_text() == "kept"
    assert renewals("doctor").code == 0


def test_rollback_passes_over_damaged_runs_when_current_is_lost_and_refuses_one_that_is_named(
    renewals, own_home, older
):
    (own_home / "current").unlink()
    spoil(path_of(own_home, NEWER))
    refused = renewals("rollback", NEWER)
    assert refused.code == 2
    assert f"{NEWER} is damaged" in refused.err
    assert f"'renewals rollback {older}' goes to one that is whole" in refused.err
    assert not (own_home / "current").exists()
    assert json.loads(renewals("rollback", "--json").out) == {"from": None, "to": older, "dry_run": False}
    assert (own_home / "current").resolve().stem == older


def one_line(said, *words: str) -> None:
    assert (said.code, said.out) == (7, ""), said
    assert len(said.err.splitlines()) == 1, said.err
    for word in words:
        assert word in said.err


def test_a_run_with_a_folder_in_the_place_of_current_fails_at_once(renewals, own_home):
    runs = [run.run_id for run in list_runs(Home(own_home))]
    fold(own_home / "current")
    said = renewals("run", "--exports", SAMPLE, "--as-of", SAMPLE_DAY, "--quiet")
    one_line(said, "current is a folder, not the link to a run", "renewals rollback")
    assert [run.run_id for run in list_runs(Home(own_home))] == runs


@pytest.mark.parametrize("command", [["run", "--exports", SAMPLE], ["rollback"]])
def test_a_folder_in_the_place_of_the_lock_is_one_line(renewals, own_home, command):
    (own_home / "lock").unlink(missing_ok=True)
    (own_home / "lock").mkdir()
    before = (own_home / "current").readlink()
    one_line(renewals(*command), str(own_home / "lock"), "Is a directory")
    assert (own_home / "current").readlink() == before
    assert "is a folder" in found(renewals("doctor", "--json"))["home"][1]


def test_a_file_in_the_place_of_the_home_is_one_line(renewals, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "file" / "home"))
    one_line(renewals("run", "--exports", SAMPLE), "cannot be used", "RENEWALS_HOME")


READ_ONLY = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99
"$2" -m pipeline rollback
"""


def test_a_home_that_can_only_be_read_is_one_line(own_home, older):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], timeout=30).returncode:
        pytest.skip("nothing can be mounted here: 'unshare -Urm' is not allowed")
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", READ_ONLY, "sh", own_home, sys.executable],
        env={**os.environ, "RENEWALS_HOME": str(own_home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode == 99:
        pytest.skip(f"no home can be mounted read-only here: {done.stderr}")
    assert (done.returncode, done.stdout) == (7, ""), done.stderr
    assert "Read-only file system" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (own_home / "current").resolve().stem == NEWER


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_standard_output_on_a_full_disk_is_one_line(sample_home):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "table", "contract_mrr", "--format", "csv"],
            env={**os.environ, "RENEWALS_HOME": str(sample_home), "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    assert done.returncode == 7
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
