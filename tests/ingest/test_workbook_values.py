"""A cell of a workbook is what the spreadsheet shows: percentages, 15 significant digits, calendar days."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.formats.xlsx_file import read_xlsx
from pipeline.settings import FileFormat
from pipeline.workbook_process.cell_values import Written, of_number
from pipeline.workbook_process.styles import GENERAL, of_code
from tests.ingest.export_folder import Exports
from tests.ingest.raw_workbook import sheet, strings, styles, text_row, write_workbook

ISO = Written("%Y-%m-%d", decimal_comma=False)


def rows_of(path: Path, folder: Path, **file_format: Any) -> tuple[tuple[str, ...], list[tuple[int, list[str | None]]]]:
    """The header, and each row's line and cells."""
    found = read_xlsx(path.name, "exports.t", path, FileFormat(**file_format), folder)
    columns = ", ".join(f"c{place}" for place in range(len(found.header)))
    with duckdb.connect() as con:
        rows = con.execute(f"SELECT {columns} FROM {found.relation} ORDER BY record").fetchall()
    lines = [original.line for original in found.originals(range(found.rows))]
    return found.header, [(line, list(cells)) for line, cells in zip(lines, rows, strict=True)]


@pytest.mark.parametrize(
    ("written", "code", "text"),
    [
        ("0.1", "0%", "10"),
        ("0.125", "0.0%", "12.5"),
        ("0.29", "0%", "29"),  # 28.999999999999996 in binary
        ("1", "0%", "100"),
        ("-0.05", "0.00%;[Red]-0.00%", "-5"),
        ("0", "0%", "0"),
        ("1E-3", "0.0%", "0.1"),
        ("0.5", '0.0"%"', "0.5"),  # quoted: a sign that is shown and scales nothing
        ("0.5", "0.0\\%", "0.5"),
        ("0.5", '[>1]0%;"under"', "50"),
        ("0.5", "0.00", "0.5"),
        ("12.5", '0.00" % off"', "12.5"),
    ],
)
def test_a_percentage_is_that_percentage(written: str, code: str, text: str):
    assert of_number(written, of_code(code), ISO) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("3.3000000000000003", "3.3"),
        ("434.99999999999994", "435"),
        ("0.1", "0.1"),
        ("100.50", "100.5"),
        ("1E3", "1000"),
        ("1.5E-7", "0.00000015"),
        ("123456789012345678", "123456789012345678"),  # an ID another program wrote: every digit stays
        ("1.23456789012345678E17", "123456789012346000"),
        ("-0.0", "-0"),
        ("1e999", "1e999"),  # no number that fits: visible, never a guess
        ("0x10", "0x10"),
        ("1_0", "1_0"),
        ("nan", "nan"),
    ],
)
def test_a_number_has_the_digits_that_the_spreadsheet_shows(written: str, text: str):
    assert of_number(written, GENERAL, ISO) == text


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=4))
def test_the_noise_of_binary_fractions_goes(price: Any):
    # Whatever sum or product gives a float next to the price: the price of at most 13 digits is shown.
    for noise in (0, 1, -1):
        near = float(price)
        shaken = near if not noise else near * (1 + noise * 2**-52)
        shown = of_number(repr(shaken), GENERAL, ISO)
        assert float(shown) == near


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("[$-409]d. mmm yy", "date"),
        ("dd.mm.yyyy hh:mm", "date"),
        ("mmm", "date"),
        ("hh:mm", "time"),
        ("h:mm AM/PM", "time"),
        ("[h]:mm:ss", "duration"),
        ("General", "number"),
        ('0 "days"', "number"),
        ("0.00E+00", "number"),
        ("[Red]0.00", "number"),
        ("#,##0.00 [$EUR]", "number"),
        ("@", "number"),
    ],
)
def test_what_a_format_says(code: str, kind: str):
    assert of_code(code).kind == kind


@pytest.mark.parametrize(
    ("serial", "from_1904", "text"),
    [
        ("46349", False, "2026-11-23"),
        ("46349.75", False, "2026-11-23"),  # a time of day: the day as written
        ("46348.9999999999995", False, "2026-11-23"),  # computed: the spreadsheet shows the 23rd
        ("44887", True, "2026-11-23"),
        ("1", False, "1900-01-01"),
        ("59", False, "1900-02-28"),
        ("60", False, "60"),  # 29 February 1900 was never
        ("61", False, "1900-03-01"),
        ("2958465", False, "9999-12-31"),
        ("2958466", False, "2958466"),  # beyond any date: visible, so refused where a date should stand
        ("-1", False, "-1"),
        ("1e300", False, f"{10**300:d}"),
    ],
)
def test_days_of_serial_numbers(serial: str, from_1904: bool, text: str):
    assert of_number(serial, of_code("yyyy-mm-dd"), Written("%Y-%m-%d", False, from_1904)) == text


def test_dates_and_decimal_marks_are_written_as_the_format_says():
    written = Written("%d.%m.%Y", decimal_comma=True)
    assert of_number("46349.4", of_code("dd.mm.yyyy"), written) == "23.11.2026"
    assert of_number("0.125", of_code("0.0%"), written) == "12,5"


@pytest.mark.parametrize("maker", ["openpyxl", "xlsxwriter"])
def test_percent_cells_of_two_writers_are_the_contracts_percent(exports: Exports, maker: str):
    exports.remove("contract_lines.csv")
    path = exports.folder / "contract_lines.xlsx"
    header = ["line_id", "contract_id", "product_code", "product_name", "quantity", "unit_price", "discount_percent"]
    rows = [["l1", "c1", "hub", "Hub", 1, 0.1 + 0.2, 0.07], ["l2", "c2", "hub", "Hub", 1, 3 * 1.1, 0.29]]
    if maker == "openpyxl":
        book = openpyxl.Workbook()
        for row in [header, *rows]:
            book.active.append(row)
        for cell in book.active["G"]:
            cell.number_format = "0.0%"
        book.save(path)
    else:
        with xlsxwriter.Workbook(path) as made:
            page, percent = made.add_worksheet(), made.add_format({"num_format": 10})
            for number, row in enumerate([header, *rows]):
                page.write_row(number, 0, row)
                if number:
                    page.write_number(number, 6, row[6], percent)
    exports.run()
    assert exports.quarantine() == []
    found = exports.rows("contract_lines", "unit_price", "discount_percent")
    assert [(str(price), str(percent)) for price, percent in found] == [("0.300000", "7.0000"), ("3.300000", "29.0000")]


def test_the_day_of_a_date_cell_with_a_time(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["day", "moment"])
    book.active.append([date(2026, 11, 23), datetime.fromisoformat("2026-11-23T23:59:59")])
    book.save(tmp_path / "t.xlsx")
    assert rows_of(tmp_path / "t.xlsx", tmp_path)[1] == [(2, ["2026-11-23", "2026-11-23"])]


def test_nothing_above_between_or_below_the_table_goes_away(tmp_path: Path):
    # A note far below and to the right is a row of its own, with its own row number and column, not a dense sheet.
    rows = text_row(3, "a", "b") + text_row(5, "1", "2") + text_row(9, "", "x") + text_row(40, "", "", "", "note")
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(rows)})
    assert rows_of(path, tmp_path) == (
        ("a", "b", ""),
        [(5, ["1", "2", None]), (9, [None, "x", None]), (40, [None, None, "note"])],
    )


def test_cells_and_rows_without_a_reference_stand_where_they_are_counted(tmp_path: Path):
    rows = (
        '<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row>'
        '<row r="4"><c r="B4"><v>7</v></c></row><row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>'
    )
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(rows)})
    assert rows_of(path, tmp_path) == (("a", "b"), [(4, [None, "7"]), (5, ["true", "#N/A"])])


def test_texts_of_runs_without_readings_and_with_escapes(tmp_path: Path):
    items = (
        "<si><t>a</t></si><si><r><t>Mü</t></r><r><t>ller</t></r><rPh><t>reading</t></rPh></si>"
        '<si><t xml:space="preserve"> x_x000D_ </t></si><si><t> trimmed </t></si><si><t>_x005F_x000D_ _xD800_</t></si>'
    )
    cells = "".join(f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(5))
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(cells), "sharedStrings.xml": strings(items)})
    assert [cells for _, cells in rows_of(path, tmp_path)[1]] == [
        ["Müller"],
        [" x\r "],
        ["trimmed"],
        ["_x000D_ _xD800_"],
    ]


def test_iso_date_cells_and_styles_that_do_not_exist(tmp_path: Path):
    rows = text_row(1, "a", "b", "c") + (
        '<row r="2"><c r="A2" t="d"><v>2026-11-23T23:30:00+09:00</v></c><c r="B2" s="99"><v>46349</v></c>'
        '<c r="C2" s="1"><v>46349</v></c></row><row r="3"><c r="A3" t="d"><v>2026-02-30</v></c></row>'
    )
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(rows), "styles.xml": styles("d/m/yy")})
    assert rows_of(path, tmp_path)[1] == [(2, ["2026-11-23", "46349", "2026-11-23"]), (3, ["2026-02-30", None, None])]
