"""manifest.json beside the exports: it has to agree with the files, and says when they were exported."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.errors import InputError
from pipeline.ingest import IngestReport, ingest
from pipeline.settings import Settings

CLIENTS = "hub_id,client_name,partner_id\nH1,One,P1\nH2,Two,P1\n"
FILES = {
    "partners.csv": "partner_id,partner_name\nP1,Partner\n",
    "clients.csv": CLIENTS,
    "contracts.csv": (
        "contract_id,hub_id,currency,billing_frequency,subscription_term_months,term_start_date,renewal_start_date\n"
        "C1,H1,USD,monthly,12,2026-01-01,2027-01-01\n"
    ),
    "contract_lines.csv": (
        "line_id,contract_id,product_code,product_name,quantity,unit_price\nL1,C1,X,Thing,1,10.00\n"
    ),
}


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A small export without a manifest."""
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(exports: Path, time_zone: str = "UTC") -> IngestReport:
    with duckdb.connect() as con:
        return ingest(con, exports, settings=Settings(time_zone=time_zone), as_of=date(2026, 11, 23))


def manifest(exports: Path, said: Any) -> None:
    text = said if isinstance(said, str) else json.dumps(said)
    (exports / "manifest.json").write_text(text, encoding="utf-8")


def entry(name: str, **changed: object) -> dict[str, object]:
    digest = hashlib.sha256(FILES[name].encode()).hexdigest()
    return {"file": name, "rows": FILES[name].count("\n") - 1, "sha256": digest, **changed}


def test_without_a_manifest_nothing_is_said_of_the_time(exports):
    report = read(exports)
    assert report.exported_at is None
    assert report.notes == ()


@pytest.mark.parametrize(
    "shape",
    [
        lambda entries: {"exported_at": "2026-11-23T02:30:00+01:00", "files": entries, "by": "nightly job"},
        # By file name, with other keys, with capitals in the hash.
        lambda entries: {
            "exported_at": "2026-11-23T01:30:00Z",
            "files": {
                each["file"]: {"rows": each["rows"], "sha256": str(each["sha256"]).upper(), "bytes": 7}
                for each in entries
            },
        },
        # Other names of the name; rows and hashes left out.
        lambda entries: {
            "exported_at": "2026-11-23 01:30:00+00:00",
            "files": [{"name": each["file"]} for each in entries],
        },
    ],
    ids=["list", "object", "names only"],
)
def test_a_manifest_that_agrees_gives_the_time_in_utc_and_is_no_table(exports, shape):
    manifest(exports, shape([entry(name) for name in FILES]))
    report = read(exports)
    assert report.exported_at == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert report.notes == ()
    assert "manifest.json" not in {counts.path for counts in report.files}


def test_a_list_alone_is_its_files_and_a_byte_order_mark_is_no_matter(exports):
    manifest(exports, "\ufeff" + json.dumps([entry("clients.csv")]))
    report = read(exports)
    assert report.exported_at is None
    assert [note.split(":")[0] for note in report.notes] == ["contract_lines.csv", "contracts.csv", "partners.csv"]


def test_a_time_without_an_offset_is_in_the_vendors_time_zone(exports):
    manifest(exports, {"exported_at": "2026-11-23T21:30:00"})
    assert read(exports, "America/New_York").exported_at == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    manifest(exports, {"exported_at": "2026-11-23"})
    assert read(exports, "Europe/Berlin").exported_at == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_the_hash_is_that_of_the_bytes_as_they_lie_there_and_the_rows_are_records(exports):
    packed = gzip.compress(CLIENTS.replace("One", '"On\ne"').encode())
    (exports / "clients.csv").unlink()
    (exports / "clients.csv.gz").write_bytes(packed)
    manifest(exports, {"files": [{"file": "clients.csv.gz", "rows": 2, "sha256": hashlib.sha256(packed).hexdigest()}]})
    assert {counts.path: counts.rows_read for counts in read(exports).files}["clients.csv.gz"] == 2


def refused(name: str, change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def write(exports: Path) -> None:
        manifest(exports, {"files": [change(entry(name))]})

    return write


def fifo(exports: Path) -> None:
    os.mkfifo(exports / "manifest.json")


DISAGREEMENTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a row is missing": (refused("clients.csv", lambda e: e | {"rows": 3}), "clients.csv: has 2 rows where .* says 3"),
    "other bytes": (
        refused("clients.csv", lambda e: e | {"sha256": "ab" * 32}),
        "clients.csv: its SHA-256 begins with [0-9a-f]{12} where .* says abababababab",
    ),
    "a file that is not there": (
        refused("clients.csv", lambda _: {"file": "contacts.csv", "rows": 2}),
        "contacts.csv: manifest.json names it, and it is not in",
    ),
    "a file elsewhere": (refused("clients.csv", lambda e: e | {"file": "../secret.csv"}), r"\.\./secret.csv: "),
    "a file that holds no table, changed": (
        lambda exports: (
            (exports / "notes.txt").write_text("x"),  # type: ignore[func-returns-value]
            manifest(exports, {"files": [{"file": "notes.txt", "sha256": "0" * 64}]}),
        )[1],
        "notes.txt: its SHA-256",
    ),
    "rows as text": (refused("clients.csv", lambda e: e | {"rows": "2"}), "rows of clients.csv is '2'"),
    "rows true": (refused("clients.csv", lambda e: e | {"rows": True}), "rows of clients.csv is True"),
    "a short hash": (refused("clients.csv", lambda e: e | {"sha256": "abc"}), "sha256 of clients.csv is 'abc'"),
    "no name": (refused("clients.csv", lambda _: {"rows": 2}), "entry 1 of files names no file"),
    "an entry that is a text": (refused("clients.csv", lambda _: "clients.csv"), "entry 1 of files names no file"),
    "files as a number": (lambda exports: manifest(exports, {"files": 7}), "files is not a list"),
    "no JSON": (lambda exports: manifest(exports, "{half"), "is not JSON in UTF-8"),
    "nested too deep": (lambda exports: manifest(exports, "[" * 100_000), "is not JSON in UTF-8"),
    "a number": (lambda exports: manifest(exports, "7"), "is not an object"),
    "not UTF-8": (lambda exports: (exports / "manifest.json").write_bytes(b"\xff\xfe\x00") and None, "is not JSON"),
    "no time": (lambda exports: manifest(exports, {"exported_at": "last night"}), "exported_at is 'last night'"),
    "a folder": (lambda exports: (exports / "manifest.json").mkdir(), "is not a file"),
    "a pipe": (fifo, "is not a file"),
    "a dangling link": (lambda exports: (exports / "manifest.json").symlink_to("nowhere"), "is not a file"),
}


@pytest.mark.parametrize("case", DISAGREEMENTS)
def test_a_manifest_that_does_not_agree_is_exit_6_naming_the_file_and_what_differs(exports, case):
    write, says = DISAGREEMENTS[case]
    write(exports)
    with pytest.raises(InputError, match=says) as raised:
        read(exports)
    assert raised.value.exit_code == 6
    assert "\n" not in str(raised.value)


def test_the_command_line_ends_with_exit_6_and_publishes_nothing(renewals, exports, tmp_path, monkeypatch):
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    manifest(exports, {"files": [entry("clients.csv", rows=1)]})
    said = renewals("run", "--exports", exports, "--as-of", "2026-11-23", "--quiet")
    assert (said.code, said.out) == (6, "")
    assert said.err.splitlines()[-1].startswith("renewals: clients.csv: has 2 rows where manifest.json says 1")
    assert list((tmp_path / "home" / "runs").iterdir()) == []
