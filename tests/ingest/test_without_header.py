"""Files without a header, and files that write quotes in another way: settings that leave the file as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipeline.errors import InputError, SettingsError
from pipeline.settings import parse_file_format
from tests.ingest.export_folder import Exports

NAMES = ["hub_id", "client_name", "website"]
CLIENTS = [("h1", "Alder", "alder.example"), ("h2", "Birch", None)]


def settings(**values: Any) -> dict[str, Any]:
    return {"exports": {"clients": values}}


def write_sheet(path: Path, rows: list[list[str]], *, first_column: int = 0) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, first_column, row)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("h1,Alder,alder.example\nh2,Birch,\n", {}),
        ("h1;Alder;alder.example\r\nh2;Birch;\r\n", {"delimiter": ";"}),
        ("h1\tAlder\talder.example\nh2\tBirch\t\n", {"delimiter": "\t"}),
        ("Clients of 2026\n\nh1,Alder,alder.example\nh2,Birch,\n", {"header_row": 3}),
        ("h1,Alder,alder.example\nh2,Birch\n", {"short_rows": True}),
    ],
)
def test_the_columns_of_a_csv_without_a_header_are_named_in_the_settings(
    exports: Exports, text: str, more: dict[str, Any]
):
    exports.write("clients.csv", text)
    exports.run(settings(columns=NAMES, **more))
    assert exports.rows("clients", *NAMES) == CLIENTS
    assert exports.counts("clients.csv")["read"] == 2


def test_the_lines_of_a_file_without_a_header_count_from_1(exports: Exports):
    exports.write("clients.csv", "h1,Alder,\nh2,,\nh3,Cedar,,more\n")
    exports.run(settings(columns=NAMES))
    assert exports.quarantine()[:2] == [
        ("clients.csv", 2, "clients", "required_missing:client_name"),
        ("clients.csv", 3, "clients", "too_many_cells"),
    ]


@pytest.mark.parametrize(
    ("rows", "first_column"),
    [
        ([["h1", "Alder", "alder.example"], ["h2", "Birch"]], 0),
        ([["h1", "Alder", "alder.example"], ["h2", "Birch"]], 2),
    ],
)
def test_the_columns_of_a_sheet_without_a_header_are_named_in_the_settings(
    exports: Exports, rows: list[list[str]], first_column: int
):
    exports.remove("clients.csv")
    write_sheet(exports.folder / "clients.xlsx", rows, first_column=first_column)
    exports.run(settings(columns=NAMES))
    assert exports.rows("clients", *NAMES) == CLIENTS


def test_a_column_of_a_sheet_that_is_empty_in_every_row_keeps_its_place(exports: Exports):
    exports.remove("clients.csv")
    write_sheet(exports.folder / "clients.xlsx", [["h1", "Alder", "", "p1"], ["h2", "Birch", "", "p1"]])
    exports.run(settings(columns=[*NAMES, "partner_id"]))
    assert exports.rows("clients", "hub_id", "website", "partner_id") == [("h1", None, "p1"), ("h2", None, "p1")]


def test_a_sheet_with_more_columns_than_are_named_cannot_be_used(exports: Exports):
    exports.remove("clients.csv")
    write_sheet(exports.folder / "clients.xlsx", [["h1", "Alder", "a.example", "p1"], ["h2", "Birch", "", "p1"]])
    with pytest.raises(InputError, match=r"has 4 columns, but \[exports.clients\] columns = … names 3"):
        exports.run(settings(columns=NAMES))


def test_a_file_without_a_header_says_what_to_do(exports: Exports):
    exports.write("clients.csv", "h1,Alder,alder.example\nh2,Birch,\n")
    with pytest.raises(InputError) as raised:
        exports.run()
    assert str(raised.value) == (
        "clients.csv: the required column 'hub_id' is missing; the header has: h1, Alder, alder.example; "
        "for a file without a header, name its columns in order: [exports.clients] columns = […]"
    )


def test_a_header_with_a_known_column_is_a_header(exports: Exports):
    exports.write("clients.csv", "id,client_name\nh1,Alder\n")
    with pytest.raises(InputError) as raised:
        exports.run()
    assert "without a header" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r'h1,"The ""Inn""",', 'The "Inn"'),
        (r'h1,"The \"Inn\"",', 'The "Inn"'),
        (r'h1,"A \"B\", C",', 'A "B", C'),
        (r"h1,A\, B,", "A, B"),
        (r'h1,"C:\\temp",', r"C:\temp"),
        ('h1,"two\\\nlines",', "two\nlines"),
    ],
)
def test_quotes_that_a_backslash_stands_before(exports: Exports, text: str, name: str):
    exports.write("clients.csv", f"hub_id,client_name,website\n{text}\nh2,Birch,\\N\n")
    exports.run(settings(escape="\\"))
    assert exports.rows("clients", *NAMES) == [("h1", name, None), ("h2", "Birch", None)]


@pytest.mark.parametrize("quoted", ['h2,"The "Inn"",x', 'h2,"The "Inn" of B",x', 'h2,"The \\"Inn\\"",x'])
def test_one_stray_quote_is_an_error_with_its_line_and_nothing_is_lost(exports: Exports, quoted: str):
    exports.write("clients.csv", f'hub_id,client_name,website\nh1,"Alder, Ltd",\n{quoted}\nh3,"Cedar, Ltd",\n')
    with pytest.raises(
        InputError, match=r"clients.csv: line 3 begins a record that is not readable as CSV .* escape ="
    ):
        exports.run()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"columns": []}, "columns takes the names of the columns in order"),
        ({"columns": ["a", ""]}, "columns takes the names of the columns in order"),
        ({"columns": "a,b"}, "columns takes the names of the columns in order"),
        ({"columns": ["a", 1]}, "columns takes the names of the columns in order"),
        ({"columns": ["a", "b", "a"]}, "columns has 'a' twice"),
        ({"escape": "ab"}, "escape takes one character"),
        ({"escape": '"'}, "escape takes another character than delimiter and quote"),
        ({"escape": ","}, "escape takes another character than delimiter and quote"),
    ],
)
def test_settings_that_cannot_be(values: dict[str, Any], said: str):
    with pytest.raises(SettingsError, match=f"exports.clients.{said}"):
        parse_file_format("exports.clients", values)
