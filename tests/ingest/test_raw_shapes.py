"""Shapes of raw files that profiles must cope with: titles above the header, repeated names, lists in objects."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipeline.errors import InputError, SettingsError
from pipeline.ingest.formats.sources import open_raw, remarks_on
from pipeline.ingest.profiles.profile import RawFile
from pipeline.settings import FileFormat, parse_file_format
from tests.ingest.export_folder import GOOD, Exports


def rows(tmp_path: Path, name: str, content: bytes | None, **written: Any) -> list[tuple[int, dict[str, str | None]]]:
    """The records of a raw file with their lines."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    raw = RawFile("raw", name, path.suffix, FileFormat(**written))
    source = open_raw(raw, path, tmp_path)
    return [(one.line, json.loads(one.cells)) for one in source.originals(range(source.rows))]  # type: ignore[attr-defined]


TITLED = b'Register of contracts\n"As of\n2026-11-01"\n\nNo;Name\n1;Acme\n\n2;"Blue\nCo"\n3;Cedar\n'


def test_the_header_of_a_csv_stands_below_its_titles(tmp_path: Path):
    found = rows(tmp_path, "r.csv", TITLED, delimiter=";", header_row=5)
    assert found == [
        (6, {"No": "1", "Name": "Acme"}),
        (8, {"No": "2", "Name": "Blue\nCo"}),
        (10, {"No": "3", "Name": "Cedar"}),
    ]


def test_the_header_of_a_sheet_stands_below_its_titles(tmp_path: Path):
    with xlsxwriter.Workbook(tmp_path / "r.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:C1", "Register")
        sheet.write_row("A4", ["No", "Name", "No"])
        sheet.write_row("A5", [1, "Acme", 7])
    assert rows(tmp_path, "r.xlsx", None, header_row=4) == [(5, {"No": "1", "Name": "Acme", "No_2": "7"})]


def test_a_name_that_stands_twice_is_numbered(tmp_path: Path):
    assert rows(tmp_path, "r.csv", b"a,A,a,b\n1,2,3,4\n") == [(2, {"a": "1", "A_2": "2", "a_2_2": "3", "b": "4"})]


@pytest.mark.parametrize("records", ["data", "result.items"])
def test_the_list_inside_an_object_holds_the_records(tmp_path: Path, records: str):
    listed = [{"id": "s1", "items": [{"price": 1.50}]}, {"id": "s2", "customer": {"name": "Blue"}}]
    whole: Any = {"object": "list", "has": {"more": [1]}, "n": 2, **({"data": listed} if records == "data" else {})}
    if records != "data":
        whole = {"count": 2, "result": {"page": "1", "items": listed}}
    whole["after"] = 1
    found = rows(tmp_path, "r.json", json.dumps(whole, indent=1).encode(), records=records)
    assert [cells["id"] for _, cells in found] == ["s1", "s2"]
    assert found[0][1]["items"] == '[{"price":1.5}]'
    assert found[1][1]["customer"] == '{"name":"Blue"}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"items": [{"a": 1}]}', "r.json: has no list at 'data' (records = …); found: items"),
        (b'{"data": {"a": 1}}', "r.json: has no list at 'data' (records = …); found: data"),
        (b'[{"a": 1}]', "r.json: has no list at 'data' (records = …); found: no object"),
        (b'{"data": [{"a": 1}', "r.json: the array is broken or cut off after line 1"),
        (b'{"a" 1}', "r.json: the array is broken or cut off after line 1"),
        (b'{"a": 1', "r.json: the array is broken or cut off after line 1"),
        (b"{", "r.json: has no list at 'data' (records = …); found: no object"),
    ],
)
def test_an_object_without_that_list(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(InputError) as raised:
        rows(tmp_path, "r.json", content, records="data")
    assert str(raised.value).startswith(message)


def test_a_header_row_is_a_line():
    with pytest.raises(SettingsError, match=r"files\.r\.header_row takes a whole number from 0 to 1000000000, not -1"):
        parse_file_format("files.r", {"header_row": -1})


def test_records_may_end_early_where_the_profile_says_so(tmp_path: Path):
    found = rows(tmp_path, "r.csv", b"a,b,c\n1,2\n4,5,6\n2 rows\n", short_rows=True)
    assert found == [
        (2, {"a": "1", "b": "2", "c": None}),
        (3, {"a": "4", "b": "5", "c": "6"}),
        (4, {"a": "2 rows", "b": None, "c": None}),
    ]


CLIENTS_BELOW_TITLES = (
    "Register of clients\n,,\n\nAs of,2026-11-01\nhub_id,client_name,partner_id\nh1,Acme,p1\nh2,Blue,p2\n"
)


@pytest.mark.parametrize(
    ("text", "written", "note"),
    [
        (CLIENTS_BELOW_TITLES, {"header_row": 5}, "2 lines above the header row (line 5) were not read"),
        ("Clients\n" + GOOD["clients"], {"header_row": 2}, "1 line above the header row (line 2) was not read"),
        (
            '"Clients\nof us"\n' + GOOD["clients"],
            {"header_row": 3},
            "1 line above the header row (line 3) was not read",
        ),
        (
            "Clients\nh1,Acme,p1\nh2,Blue,p2\n",
            {"header_row": 2, "columns": ["hub_id", "client_name", "partner_id"]},
            "1 line above the first row that is read (line 2) was not read",
        ),
        (";;\n\n" + GOOD["clients"].replace(",", ";"), {"header_row": 3, "delimiter": ";"}, ""),
        ("\n\n" + GOOD["clients"], {}, ""),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_lines_above_the_header_of_a_contract_file_are_counted_and_said(
    exports: Exports, text: str, written: dict[str, Any], note: str, packed: bool
):
    exports.remove("clients.csv")
    name = "clients.csv.gz" if packed else "clients.csv"
    exports.write(name, gzip.compress(text.encode()) if packed else text)
    report = exports.run({"exports": {"clients": written}} if written else None)
    assert report.notes == ((f"{name}: {note}",) if note else ())
    assert {"h1", "h2"} <= {hub for (hub,) in exports.rows("clients", "hub_id")}


def test_odd_bytes_of_a_contract_file_are_said(exports: Exports):
    exports.write("clients.csv", "hub_id,client_name,partner_id\nh1,Café,p1\nh2,".encode() + b"Caf\xe9,p2\n")
    report = exports.run({"exports": {"clients": {"odd_bytes": "cp1252"}}})
    assert report.notes == ("clients.csv: line 3 has bytes that are not utf-8; they were read as cp1252",)


def titled_sheet(path: Path) -> None:
    """A sheet with two filled rows, one of blanks only and an empty one above the header in row 5."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "Register of clients")
        sheet.write_row("A2", [" ", "  "])
        sheet.write_row("B4", ["As of", "2026-11-01"])
        for row, cells in enumerate((["hub_id", "client_name", "partner_id"], ["h1", "Acme", "p1"], ["h2", "B", "p2"])):
            sheet.write_row(4 + row, 0, cells)


@pytest.mark.parametrize(
    ("header_row", "note"),
    [
        (5, "2 rows above the header row (row 5) were not read"),
        (4, "1 row above the header row (row 4) was not read"),
        (1, ""),
    ],
)
def test_rows_above_the_header_of_a_sheet_are_counted_and_said(tmp_path: Path, header_row: int, note: str):
    titled_sheet(tmp_path / "r.xlsx")
    raw = RawFile("raw", "r.xlsx", ".xlsx", FileFormat(header_row=header_row))
    source = open_raw(raw, tmp_path / "r.xlsx", tmp_path)
    said = remarks_on(raw, source, tmp_path / "r.xlsx", tmp_path)
    assert said == ((f"r.xlsx: {note}",) if note else ())


def test_rows_above_the_header_of_a_sheet_are_in_the_notes_of_a_run(exports: Exports):
    exports.remove("clients.csv")
    titled_sheet(exports.folder / "clients.xlsx")
    report = exports.run({"exports": {"clients": {"header_row": 5}}})
    assert report.notes == ("clients.xlsx: 2 rows above the header row (row 5) were not read",)
    assert report.tables["clients"].rows_read == 2


def test_rows_above_the_header_of_a_sheet_are_in_the_notes_of_a_profile(exports: Exports, tmp_path: Path):
    folder = tmp_path / "profile"
    folder.mkdir()
    files = "".join(f'[files.{name}]\npath = "{name}.csv"\n' for name in GOOD if name != "clients")
    text = f'name = "p"\n{files}[files.clients]\npath = "clients.xlsx"\nheader_row = 5\n'
    (folder / "profile.toml").write_text(text, encoding="utf-8")
    for name in GOOD:
        (folder / f"{name}.sql").write_text(f"SELECT * FROM {name}", encoding="utf-8")
    exports.remove("clients.csv")
    titled_sheet(exports.folder / "clients.xlsx")
    report = exports.run(profile=folder)
    assert report.notes == ("clients.xlsx: 2 rows above the header row (row 5) were not read",)
