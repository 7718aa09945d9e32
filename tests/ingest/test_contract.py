"""What the whole stage leaves behind: typed tables, the quarantine, the accounts."""

import gzip
import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline.ingest import ingest
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import QUARANTINE, SOURCE_FILES
from tests.ingest.export_folder import AS_OF, GOOD, Exports


def test_every_table_of_the_contract_stands_in_its_declared_types(exports: Exports):
    exports.run()
    for table in EXPORTS.values():
        found = exports.con.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'exports' AND table_name = ? "
            "ORDER BY column_index",
            [table.name],
        ).fetchall()
        assert found == [(column.name, column.sql_type) for column in table.columns]
    tables = exports.con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'exports'").fetchall()
    assert {name for (name,) in tables} == set(EXPORTS)


def test_the_quarantine_and_the_accounts_are_as_declared(exports: Exports):
    exports.run()
    for table in (QUARANTINE, SOURCE_FILES):
        described = exports.con.execute(f"DESCRIBE main.{table.name}").fetchall()
        assert [(name, kind, null) for name, kind, null, *_ in described] == [
            (column.name, column.sql_type, "NO") for column in table.columns
        ]


def test_values_arrive_exactly(exports: Exports):
    exports.run()
    assert exports.rows("contract_lines", "line_id", "quantity", "unit_price", "is_recurring") == [
        ("l1", Decimal("1.0000"), Decimal("20.500000"), None),
        ("l2", Decimal("2.0000"), Decimal("10.000000"), None),
    ]
    assert exports.rows("contracts", "contract_id", "renewal_start_date", "contact_max") == [
        ("c1", date(2027, 1, 1), 1000),
        ("c2", date(2027, 2, 1), None),
    ]


def test_a_good_export_leaves_the_quarantine_empty_and_adds_up(exports: Exports):
    report = exports.run()
    assert exports.quarantine() == []
    assert exports.counts("clients.csv") == {"read": 3, "loaded": 3, "quarantined": 0, "duplicate": 0, "left_out": 0}
    assert [file.path for file in report.files] == [f"{table}.csv" for table in GOOD]
    assert report.tables["contacts"].rows_read == 0
    assert report.notes == ()


def test_the_hash_is_that_of_the_bytes(exports: Exports):
    # By sha256sum, over the bytes written here.
    exports.write("partners.csv", "partner_id,partner_name\np1,One\np2,Two\n")
    exports.run()
    found = exports.con.execute("SELECT sha256 FROM source_files WHERE path = 'partners.csv'").fetchone()
    assert found == ("c091fcc681987be24678162f258c823ca20f4e402161ee6b73da8fa836ebd625",)


def test_column_order_is_free_and_unknown_columns_are_kept_behind_and_reported(exports: Exports):
    exports.write("partners.csv", "note,partner_name,partner_id,Website\n x ,One,p1,\nNaN,Two,p2,null\n")
    report = exports.run()
    assert report.unknown_columns == {"partners": ("note", "Website")}
    assert exports.rows("partners", "partner_id", "note", '"Website"') == [("p1", " x ", None), ("p2", "NaN", "null")]
    described = exports.con.execute("DESCRIBE exports.partners").fetchall()
    assert [row[0] for row in described] == [*EXPORTS["partners"].column_names, "note", "Website"]


def test_an_unknown_column_that_differs_only_in_case_or_has_no_name_is_kept_too(exports: Exports):
    exports.write("partners.csv", "partner_id,partner_name,Partner_ID,LOCALE,\np1,One,a,b,c\np2,Two,,,\n")
    report = exports.run()
    assert report.unknown_columns == {"partners": ("Partner_ID_2", "LOCALE_2", "column_5")}
    assert exports.rows("partners", "partner_id", "locale", '"Partner_ID_2"', '"LOCALE_2"', "column_5")[0] == (
        "p1",
        None,
        "a",
        "b",
        "c",
    )


def test_cells_are_not_trimmed_and_only_the_empty_cell_and_blanks_are_null(exports: Exports):
    exports.write(
        "partners.csv", 'partner_id,partner_name,locale\np1, One ,""\np2,null,\np3,NaN,\\N\np4,""" ""","  "\n'
    )
    exports.run()
    assert exports.rows("partners", "partner_id", "partner_name", "locale") == [
        ("p1", " One ", None),
        ("p2", "null", None),
        ("p3", "NaN", "\\N"),
        ("p4", '" "', None),
    ]


def test_an_empty_optional_table_is_empty(exports: Exports):
    exports.write("contacts.csv", "contact_id,hub_id,full_name\n")
    report = exports.run()
    assert exports.rows("contacts") == []
    assert report.tables["contacts"].rows_read == 0
    assert exports.counts("contacts.csv")["read"] == 0


def test_a_file_of_no_table_is_named_not_read(exports: Exports):
    exports.write("contract_line.csv", "a,b\n")
    exports.write("notes.txt", "")
    assert exports.run().notes == ("contract_line.csv: holds no table of the contract, not read",)


def test_a_file_name_may_end_in_capitals(exports: Exports):
    exports.write("contacts.CSV", "contact_id,hub_id,full_name\nu1,h1,Ann\n")
    (exports.folder / "clients.csv").rename(exports.folder / "clients.Csv")
    exports.write("contract_lines.CSV.GZ", gzip.compress((exports.folder / "contract_lines.csv").read_bytes()))
    exports.remove("contract_lines.csv")
    exports.write("CONTRACT_CHANGES.CSV", "any\n")
    report = exports.run()
    assert exports.rows("contacts", "full_name") == [("Ann",)]
    assert [len(exports.rows(name)) for name in ("clients", "contract_lines")] == [3, 2]
    assert exports.counts("contract_lines.CSV.GZ")["loaded"] == 2
    assert report.notes == ("CONTRACT_CHANGES.CSV: holds no table of the contract, not read",)


@pytest.mark.parametrize("suffix", ["Parquet", "JSON", "NDJSON", "XLSX"])
def test_other_formats_may_end_in_capitals_too(exports: Exports, suffix: str):
    rows = [{"contact_id": "u1", "hub_id": "h1", "full_name": "Ann"}]
    path = exports.folder / f"contacts.{suffix}"
    match suffix:
        case "Parquet":
            pl.DataFrame(rows).write_parquet(path)
        case "XLSX":
            with path.open("wb") as file:
                pl.DataFrame(rows).write_excel(file)
        case _:
            path.write_text(json.dumps(rows if suffix == "JSON" else rows[0]), encoding="utf-8")
    exports.run()
    assert exports.rows("contacts", "full_name") == [("Ann",)]


def test_progress_names_each_file(exports: Exports):
    said: list[str] = []
    ingest(exports.con, exports.folder, settings=Settings(), as_of=AS_OF, progress=said.append)
    assert said == [f"reading {table}.csv" for table in GOOD]


def test_the_same_input_gives_the_same_tables_twice_over_the_same_connection(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + "h4,,p1\n")
    first = exports.run()
    before = (exports.rows("clients"), exports.quarantine())
    assert exports.run() == first
    assert (exports.rows("clients"), exports.quarantine()) == before


@pytest.mark.parametrize("folder", ["a b", "[1]*", "it's", "ä"])
def test_any_folder_name_will_do(exports: Exports, folder: str):
    moved = exports.folder.rename(exports.folder.with_name(folder))
    exports.folder = moved
    exports.run()
    assert len(exports.rows("clients")) == 3


def test_contracts_that_lose_a_line_are_named_and_those_that_go_with_it_are_not(exports: Exports):
    lines = GOOD["contract_lines"]
    lines += "l3,c1,hub,Hub,1,many\nl4,c1,hub,Hub,-1,5\nl5,gone,hub,Hub,1,many\nl6,,hub,Hub,1,5\n"
    exports.write("contract_lines.csv", lines)
    report = exports.run()
    # c1 stays with l1 alone; c2 is whole; there is no contract "gone".
    assert report.tables["contract_lines"].incomplete == ("c1",)
    exports.write("contracts.csv", GOOD["contracts"].replace("c1,h1", "c1,nobody"))
    assert exports.run().tables["contract_lines"].incomplete == ()
