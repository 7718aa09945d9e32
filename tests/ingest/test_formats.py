"""Parquet, JSON and workbooks: the same table as the CSV of the same content, and their own line numbers."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipeline.errors import InputError
from pipeline.ingest.formats.json_file import read_json
from pipeline.ingest.formats.xlsx_file import read_xlsx
from pipeline.settings import FileFormat
from tests.ingest.export_folder import GOOD, Exports

moment = datetime.fromisoformat

SPOILT = {
    **GOOD,
    "clients": GOOD["clients"] + "h4,,p1\nh5,Elm,p9\nh3,Cedar,\nNaN,null,\n",
    "contracts": GOOD["contracts"] + "c3,h1,usd,2026-01-01,2027-01-01,0,monthly,,\n",
    "contract_lines": GOOD["contract_lines"] + "l3,c1,hub,Hub,1.00001,-1\nl4,c3,hub,Hub,1,1\n",
}


def rows_of(text: str) -> list[dict[str, str | None]]:
    return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text))]


def as_xlsx(path: Path, text: str) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(csv.reader(io.StringIO(text))):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(place, column, cell)


def write_as(exports: Exports, suffix: str, tables: dict[str, str]) -> None:
    for table, text in tables.items():
        exports.remove(f"{table}.csv")
        path = exports.folder / f"{table}.{suffix}"
        rows = rows_of(text)
        match suffix:
            case "json":
                path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
            case "ndjson":
                path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            case "parquet":
                pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).write_parquet(path)
            case "xlsx":
                as_xlsx(path, text)
            case _:
                path.write_text(text, encoding="utf-8", newline="")


@pytest.mark.parametrize(
    ("suffix", "line"),
    [
        # The fourth record (h4) of clients, by format: CSV and sheets count the header, JSON has 5 lines an object.
        ("csv", 5),
        ("xlsx", 5),
        ("parquet", 4),
        ("ndjson", 4),
        ("json", 17),
    ],
)
def test_every_format_gives_the_tables_and_refusals_of_the_csv(exports: Exports, suffix: str, line: int):
    for table, text in SPOILT.items():
        exports.write(f"{table}.csv", text)
    exports.run()
    expected = {table: exports.rows(table) for table in GOOD}
    reasons = exports.con.execute("SELECT table_name, reason_codes, cells FROM quarantine ORDER BY ALL").fetchall()
    write_as(exports, suffix, SPOILT)
    exports.run()
    assert {table: exports.rows(table) for table in GOOD} == expected
    found = exports.con.execute("SELECT table_name, reason_codes, cells FROM quarantine ORDER BY ALL").fetchall()
    assert found == reasons
    assert (f"clients.{suffix}", line, "clients", "required_missing:client_name") in exports.quarantine()
    assert exports.counts(f"clients.{suffix}") == {
        "read": 7, "loaded": 4, "quarantined": 2, "duplicate": 1, "left_out": 0,
    }  # fmt: skip


def test_typed_parquet_equals_its_text(exports: Exports):
    exports.remove("contract_lines.csv")
    table = pa.table(
        {
            "line_id": ["l1", "l2", "l3"],
            "contract_id": ["c1", "c2", "c1"],
            "product_code": pa.array([b"hub", b"hub", b"hub"], pa.binary()),
            "product_name": pa.array(["Hub", "Hub", "Hub"]).dictionary_encode(),
            "quantity": pa.array([1.0, 0.5, 1e-5], pa.float64()),
            "unit_price": pa.array([Decimal("20.50000000"), Decimal(10), Decimal("0.00000001")], pa.decimal128(20, 8)),
            "discount_percent": pa.array([12.5, None, float("nan")], pa.float32()),
            "discount_end_date": pa.array([moment("2026-12-31"), None, moment("2026-12-31 10:05")], pa.timestamp("us")),
            "is_recurring": [True, None, False],
        }
    )
    pq.write_table(table, exports.folder / "contract_lines.parquet")
    exports.run()
    assert exports.rows("contract_lines") == [
        (
            "l1",
            "c1",
            "hub",
            "Hub",
            Decimal("1.0000"),
            Decimal("20.500000"),
            Decimal("12.5000"),
            date(2026, 12, 31),
            True,
        ),
        ("l2", "c2", "hub", "Hub", Decimal("0.5000"), Decimal("10.000000"), None, None, None),
    ]
    assert exports.quarantine() == [
        (
            "contract_lines.parquet",
            3,
            "contract_lines",
            "too_many_decimals:quantity;too_many_decimals:unit_price;not_a_number:discount_percent",
        )
    ]
    assert exports.cells() == [
        {
            "line_id": "l3",
            "contract_id": "c1",
            "product_code": "hub",
            "product_name": "Hub",
            "quantity": "0.00001",
            "unit_price": "0.00000001",
            "discount_percent": "nan",
            "discount_end_date": "2026-12-31 10:05:00",
            "is_recurring": "false",
        }
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([date(2026, 2, 28)]), "2026-02-28"),
        (pa.array([moment("2026-02-28")], pa.timestamp("ns")), "2026-02-28"),
        # As written is what the clock of the column's own zone shows, whatever instant that is elsewhere.
        (pa.array([datetime(2026, 2, 28, 5, tzinfo=UTC)], pa.timestamp("us", "America/New_York")), "2026-02-28"),
        (pa.array([datetime(2026, 2, 27, 23, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin")), "2026-02-28"),
        (pa.array([datetime(2026, 2, 27, 23, tzinfo=UTC)], pa.timestamp("us", "+01:00")), "2026-02-28"),
        (pa.array([datetime(2026, 2, 28, tzinfo=UTC)], pa.timestamp("us", "UTC")), "2026-02-28"),
        (pa.array([datetime(2026, 2, 28, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin")), "2026-02-28 01:00:00"),
        (pa.array([12.0]), "12"),
        (pa.array([1e22]), "10000000000000000000000"),
        (pa.array([0.1], pa.float32()), "0.1"),
        (pa.array([1.2345678901234567e-7]), "0.00000012345678901234566"),
        (pa.array([-0.0]), "-0"),
        (pa.array([5], pa.uint8()), "5"),
        (pa.array([Decimal("-1.10")]), "-1.1"),
        (pa.array([Decimal("100.00")]), "100"),
        (pa.array([100]), "100"),
        (pa.array([[1, 2]]), "[1,2]"),
        (pa.array([b"\xff"]), "\\xFF"),
        (pa.array([""]), None),
        (pa.array([" "]), " "),
    ],
)
def test_text_of_typed_parquet_values(exports: Exports, values: pa.Array, expected: str | None):
    exports.remove("partners.csv")
    pq.write_table(
        pa.table({"partner_id": ["p1", "p2"], "partner_name": ["One", "Two"], "extra": pa.concat_arrays([values] * 2)}),
        exports.folder / "partners.parquet",
    )
    exports.run()
    assert exports.rows("partners", "extra") == [(expected,)] * 2


def json_rows(tmp_path: Path, text: str, name: str = "t.json") -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    found = read_json(name, "exports.t", path, FileFormat(), tmp_path)
    columns = "".join(f", c{place}" for place in range(len(found.header)))
    with duckdb.connect() as con:
        rows = con.execute(f"SELECT structure{columns} FROM {found.relation} ORDER BY record").fetchall()
    lines = [original.line for original in found.originals(range(found.rows))]
    return found.header, [(line, *row) for line, row in zip(lines, rows, strict=True)]


def test_json_values_keep_their_text(tmp_path: Path):
    text = (
        '{"a": 1.10, "b": 1e3, "c": -0, "d": true}\n'
        '{"a": 12345678901234567890.123456789, "b": "", "c": null, "d": "true"}\n'
        '{"a": {"x": [1.0, "é", null, false]}, "b": "\\u00e9", "e": 1.5E-2}\n'
        '{"a": 1e9999, "b": 1e999999999999}\n'
    )
    header, rows = json_rows(tmp_path, text)
    assert header == ("a", "b", "c", "d", "e")
    assert rows == [
        (1, None, "1.10", "1000", "-0", "true", None),
        (2, None, "12345678901234567890.123456789", None, None, "true", None),
        (3, None, '{"x":[1.0,"é",null,false]}', "é", None, None, "0.015"),
        (4, None, "1e9999", "1e999999999999", None, None, None),
    ]


def test_json_records_that_are_no_objects_are_refused_with_their_text(exports: Exports):
    exports.remove("clients.csv")
    good = '{"hub_id": "h1", "client_name": "Acme"}\n{"hub_id": "h2", "client_name": "Blue"}\n'
    bad = '{"hub_id": "h3", "client_\n[1, 2]\n{"hub_id": "h4", "hub_id": "h5"}\nNaN\n{"client_name": "\\ud800"}\n\n'
    exports.write("clients.ndjson", bad + good)
    exports.run()
    assert exports.quarantine() == [
        ("clients.ndjson", 1, "clients", "not_a_json_object"),
        ("clients.ndjson", 2, "clients", "not_a_json_object"),
        ("clients.ndjson", 3, "clients", "repeated_json_key"),
        ("clients.ndjson", 4, "clients", "not_a_json_object"),
        ("clients.ndjson", 5, "clients", "not_a_json_object"),
    ]
    assert exports.cells()[:2] == [{"": '{"hub_id": "h3", "client_'}, {"": "[1, 2]"}]
    assert exports.rows("clients", "hub_id", "client_name") == [("h1", "Acme"), ("h2", "Blue")]
    assert exports.counts("clients.ndjson")["read"] == 7


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_lines_of_a_json_array(tmp_path: Path, eol: str):
    text = eol.join(["\ufeff [", ' {"a": 1},', "", '  {"a":', '   "x y"}, null,{"a": 3}', "] ", ""])
    assert json_rows(tmp_path, text) == (
        ("a",),
        [(2, None, "1"), (4, None, "x y"), (5, "not_a_json_object", None), (5, None, "3")],
    )


@pytest.mark.parametrize("array", [True, False])
def test_json_is_the_same_whatever_the_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, array: bool):
    rows = ['{"a": "ä\\"}", "b": 12}', '{"b": "x\\ny", "c": [1, {"d": 2}]}', "17", '{"a": -1.5e1}']
    text = "[\r\n" + ",\r\n".join(rows) + "\r\n]\r\n" if array else "\r\n".join(rows) + "\r\n"
    whole = json_rows(tmp_path, text)
    first = 2 if array else 1
    assert whole == (
        ("a", "b", "c"),
        [
            (first, None, 'ä"}', "12", None),
            (first + 1, None, None, "x\ny", '[1,{"d":2}]'),
            (first + 2, "not_a_json_object", None, None, None),
            (first + 3, None, "-15", None, None),
        ],
    )
    for size in (1, 2, 3, 5, 7, 11):
        monkeypatch.setattr("pipeline.ingest.formats.encoding._CHUNK", size)
        assert json_rows(tmp_path, text) == whole


def test_csvkit_json(cases: Path, tmp_path: Path):
    folder = cases / "csv" / "csvkit"
    for name in ("testjson", "testjson_multiline"):
        _, rows = json_rows(tmp_path, (folder / f"{name}.json").read_text(encoding="utf-8"))
        with (folder / f"{name}_converted.csv").open(encoding="utf-8", newline="") as twin:
            assert len(rows) == len(list(csv.DictReader(twin)))
        assert {structure for _, structure, *_ in rows} == {None}


def sheet_rows(path: Path, tmp_path: Path, **file_format: Any) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    found = read_xlsx(path.name, "exports.t", path, FileFormat(**file_format), tmp_path)
    columns = "".join(f", c{place}" for place in range(len(found.header)))
    with duckdb.connect() as con:
        rows = con.execute(f"SELECT record{columns} FROM {found.relation} ORDER BY record").fetchall()
    lines = [original.line for original in found.originals(range(found.rows))]
    return found.header, [(line, *cells) for line, (_, *cells) in zip(lines, rows, strict=True)]


def test_a_sheet_keeps_its_own_row_numbers_and_types(tmp_path: Path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("data")
        day, minute = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "d.m.yy hh:mm"})
        sheet.write_row(2, 1, ["a", "b", "c"])
        sheet.write_datetime(3, 1, moment("2026-01-31"), day)
        sheet.write_boolean(3, 2, True)
        sheet.write_number(3, 3, 12)
        sheet.write_datetime(6, 1, moment("2026-01-31 10:05"), minute)
        sheet.write_number(6, 2, 1e-7)
        sheet.write_formula(6, 3, "=1/0", None, "#DIV/0!")
        sheet.write_string(7, 1, "007")
        sheet.write_number(7, 2, 19.99)
        sheet.write_string(7, 3, " #N/A")
        sheet.write_blank(7, 8, None, day)
    assert sheet_rows(path, tmp_path) == (
        ("a", "b", "c"),
        [
            (4, "2026-01-31", "true", "12"),
            # A time behind a date is ignored: the cell is its calendar day.
            (7, "2026-01-31", "0.0000001", "#DIV/0!"),
            (8, "007", "19.99", " #N/A"),
        ],
    )


def test_an_error_cell_is_refused_where_a_number_should_stand_and_text_elsewhere(exports: Exports):
    exports.remove("contract_lines.csv")
    with xlsxwriter.Workbook(exports.folder / "contract_lines.xlsx") as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(csv.reader(io.StringIO(GOOD["contract_lines"]))):
            sheet.write_row(place, 0, row)
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 4, "=NA()", None, "#N/A")
    exports.run()
    assert exports.rows("contract_lines", "line_id", "product_name") == [("l1", "#DIV/0!")]
    assert exports.quarantine() == [("contract_lines.xlsx", 3, "contract_lines", "not_a_number:quantity")]


def test_a_sheet_by_setting(tmp_path: Path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("first", "two words"):
            book.add_worksheet(name).write_column(0, 0, [name, "x"])
    assert sheet_rows(path, tmp_path) == (("first",), [(2, "x")])
    assert sheet_rows(path, tmp_path, sheet="two words") == (("two words",), [(2, "x")])
    with pytest.raises(InputError) as raised:
        sheet_rows(path, tmp_path, sheet="Two words")
    assert str(raised.value) == (
        "t.xlsx: has no sheet 'Two words' ([exports.t] sheet = …); its sheets are: first, two words"
    )


def test_the_epoch_of_1904(cases: Path, tmp_path: Path):
    folder = cases / "xlsx"
    # The same workbook in both epochs; its first row is taken as the header.
    header, rows = sheet_rows(folder / "date_1904.xlsx", tmp_path)
    assert (header[0], rows[0][1]) == ("2021-01-01", "2021-01-02")
    assert sheet_rows(folder / "date.xlsx", tmp_path) == (header, rows)


def test_published_workbooks(cases: Path, tmp_path: Path):
    folder = cases / "xlsx"
    assert sheet_rows(folder / "errors.xlsx", tmp_path) == (
        ("#DIV/0!",),
        [(2, "#NAME?"), (3, "#VALUE!"), (4, "#NULL!"), (5, "#REF!"), (6, "#NUM!"), (7, "#N/A")],
    )
    assert sheet_rows(folder / "merge_cells.xlsx", tmp_path)[1] == [(2, "Column Merge", "Chunk Merged", None)]
    assert sheet_rows(folder / "temperature.xlsx", tmp_path) == (
        ("label", "value"),
        [(2, "celsius", "22.2222"), (3, "fahrenheit", "72")],
    )
    assert sheet_rows(folder / "temperature-in-middle.xlsx", tmp_path)[1][0][0] == 5
    with pytest.raises(InputError) as raised:
        sheet_rows(folder / "pass_protected.xlsx", tmp_path)
    assert str(raised.value) == "pass_protected.xlsx: the workbook is protected by a password; save it without one"
    with pytest.raises(InputError) as raised:
        sheet_rows(folder / "empty_sheet.xlsx", tmp_path)
    assert str(raised.value) == "empty_sheet.xlsx: the sheet 'Sheet1' is empty; it should begin with a header"


def test_every_published_workbook_opens_or_gives_a_clean_error(cases: Path, tmp_path: Path):
    refused = {}
    for path in sorted((cases / "xlsx").glob("*.xlsx")):
        try:
            read_xlsx(path.name, "exports.t", path, FileFormat(), tmp_path)
        except InputError as error:
            refused[path.name] = str(error)
    assert all(complaint.startswith(f"{name}: ") for name, complaint in refused.items())
    assert set(refused) == {
        "empty_sheet.xlsx",
        "issue127.xlsx",
        "issue252.xlsx",
        "pass_protected.xlsx",
        "picture.xlsx",
    }


def test_german_settings_hold_in_typed_formats_too(exports: Exports):
    exports.remove("contract_lines.csv")
    exports.write(
        "contract_lines.json",
        json.dumps(
            [
                {
                    "line_id": "l1",
                    "contract_id": "c1",
                    "product_code": "h",
                    "product_name": "H",
                    "quantity": 1.5,
                    "unit_price": "1.234,50",
                    "discount_end_date": "31.12.2026",
                },
            ]
        ),
    )
    exports.run({"exports": {"contract_lines": {"decimal_comma": True, "thousands": ".", "date_format": "%d.%m.%Y"}}})
    assert exports.rows("contract_lines", "quantity", "unit_price", "discount_end_date") == [
        (Decimal("1.5000"), Decimal("1234.500000"), date(2026, 12, 31))
    ]
