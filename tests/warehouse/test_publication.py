"""Publishing refuses a candidate that is not what was written, before `current` moves."""

from __future__ import annotations

import dataclasses
import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline import warehouse
from pipeline.errors import InputError, MachineError, UsageError
from pipeline.warehouse import Contents, Home
from pipeline.warehouse.contents import checksum_file
from pipeline.warehouse.machine import damage, machine_failure
from pipeline.warehouse.runs import why_damaged
from tests.warehouse.test_runs import build, publish

NEW = "run-20261123T050000Z-000005"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = Home(tmp_path / "home")
    publish(place, 0)
    return place


def candidate_of(home: Home) -> tuple[Path, Contents]:
    """A candidate, and what was written into it."""
    path = build(home, NEW)
    with warehouse.create_run_file(path) as con:
        con.execute("CREATE TABLE main.contract_mrr AS FROM range(10)")
        con.execute(
            "CREATE TABLE main.check_results (name VARCHAR, gate VARCHAR, level VARCHAR, "
            "table_name VARCHAR, success BOOLEAN)"
        )
        con.execute("INSERT INTO main.check_results VALUES ('rows', 'output', 'stop', 'contract_mrr', true)")
        return path, warehouse.contents_of(con)


def refused(home: Home, candidate: Path, written: Contents | None, words: str) -> None:
    """Publishing raises in one line, `current` stays, and nothing of the new run is left in its place."""
    before = home.current.readlink()
    with pytest.raises(MachineError, match=words) as raised:
        warehouse.publish(home, candidate, NEW, keep=30, written=written)
    assert raised.value.exit_code == 7
    assert "\n" not in str(raised.value)
    assert home.current.readlink() == before
    assert [run.run_id for run in warehouse.list_runs(home)] == [before.stem]
    assert not checksum_file(home.runs / f"{NEW}.duckdb").exists()


def test_what_was_written_is_published(home):
    path, written = candidate_of(home)
    run = warehouse.publish(home, path, NEW, keep=30, written=written)
    assert home.current.resolve() == run.path.resolve()
    assert why_damaged(run.path) == ""
    assert written.rows == {"main.check_results": 1, "main.contract_mrr": 10, "main.run_info": 1}
    assert written.checked == (("rows", "output", "stop", "contract_mrr", True),)


def test_a_log_beside_the_candidate_is_refused(home):
    path, written = candidate_of(home)
    path.with_name(f"{path.name}.wal").write_bytes(b"a part of the run")
    refused(home, path, written, r"is not whole, a part of it is still in \.tmp-.*\.duckdb\.wal")


OTHERS = {
    "fewer rows": (
        lambda written: dataclasses.replace(written, rows=written.rows | {"main.contract_mrr": 11}),
        r"main\.contract_mrr has 10 rows where 11 rows were written",
    ),
    "a table is missing": (
        lambda written: dataclasses.replace(written, rows=written.rows | {"main.decisions": 2}),
        r"main\.decisions has no such table where 2 rows were written",
    ),
    "another run": (
        lambda written: dataclasses.replace(written, run_info=("run-other", date(2026, 11, 23))),
        "run_info is not what was written",
    ),
    "a result of a gate is missing": (
        lambda written: dataclasses.replace(written, checked=(*written.checked, written.checked[0])),
        "check_results are not what the gates found",
    ),
    "a result of a gate is another": (
        lambda written: dataclasses.replace(written, checked=((*written.checked[0][:4], False),)),
        "check_results are not what the gates found",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_file_that_is_not_what_was_written_is_refused_when_it_is_read_again(home, case):
    path, written = candidate_of(home)
    change, words = OTHERS[case]
    refused(home, path, change(written), words)


def test_a_file_that_is_cut_off_is_refused(home):
    path, written = candidate_of(home)
    os.truncate(path, path.stat().st_size // 3)
    refused(home, path, written, "is not whole")


def test_a_run_is_published_once(home):
    path, written = candidate_of(home)
    warehouse.publish(home, path, NEW, keep=30, written=written)
    before = (home.runs / f"{NEW}.duckdb").read_bytes()
    again, _ = candidate_of(home)
    with pytest.raises(UsageError, match=f"{NEW} is published already"):
        warehouse.publish(home, again, NEW, keep=30)
    assert (home.runs / f"{NEW}.duckdb").read_bytes() == before
    assert warehouse.current_run(home).run_id == NEW


def test_pruning_a_run_prunes_its_checksum(home):
    oldest = home.current.resolve()
    assert checksum_file(oldest).exists()
    for hours in (1, 2):
        publish(home, hours, keep=2)
    assert not oldest.exists()
    assert sorted(path.stem for path in (home.root / "checksums").iterdir()) == sorted(
        run.run_id for run in warehouse.list_runs(home)
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(28, "No space left on device", "x"), MachineError),
        (OSError(5, "Input/output error"), MachineError),
        (PermissionError(13, "Permission denied", "x"), MachineError),
        (OSError(27, "File too large"), MachineError),
        (OSError(30, "Read-only file system", "x"), MachineError),
        (FileNotFoundError(2, "No such file or directory", "x"), type(None)),  # a bug
        (ValueError("No space left on device"), type(None)),
        (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), MachineError),
        (
            duckdb.FatalException("FATAL Error: Failed to create checkpoint because of error: fsync failed!"),
            MachineError,
        ),
        (
            duckdb.OutOfMemoryException("Out of Memory Error: failed to offload data block of size 256.0 KiB"),
            MachineError,
        ),
        (duckdb.InvalidInputException("Invalid Input Error: a bug of ours"), type(None)),
        (duckdb.InternalException("INTERNAL Error: a bug of DuckDB"), type(None)),
        (
            duckdb.IOException('IO Error: Could not read from file "/exports/clients.csv": Input/output error'),
            InputError,
        ),
    ],
)
def test_the_machine_is_to_blame_for_its_errors_and_for_no_bug(error, kind):
    explained = machine_failure(error, inputs=Path("/exports"))
    assert type(explained) is kind
    assert "\n" not in str(explained)


def test_a_reader_is_told_of_damage_and_of_nothing_else():
    assert (
        damage(duckdb.Error("Corrupt database file: computed checksum 1 does not match stored checksum 2")) is not None
    )
    assert damage(duckdb.BinderException("Binder Error: no such column")) is None
    assert damage(OSError(28, "No space left on device")) is None
