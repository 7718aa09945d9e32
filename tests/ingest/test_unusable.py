"""Inputs that cannot be used: one clear line, exit code 6, nothing half-done."""

import gzip
import json
from typing import Any

import pytest

from pipeline.errors import InputError
from tests.ingest.export_folder import GOOD, Exports


def complaint(exports: Exports, settings: dict[str, Any] | None = None) -> str:
    with pytest.raises(InputError) as raised:
        exports.run(settings)
    assert raised.value.exit_code == 6
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_missing_folder(exports: Exports):
    exports.folder = exports.folder / "nowhere"
    assert complaint(exports) == (f"{exports.folder}: there is no such folder; give the folder that holds the exports")


def test_a_file_in_place_of_the_folder(exports: Exports):
    exports.folder = exports.folder / "clients.csv"
    assert complaint(exports) == f"{exports.folder}: is not a folder; give the folder that holds the exports"


def test_a_missing_required_table(exports: Exports):
    exports.remove("contracts.csv")
    assert complaint(exports) == (
        f"contracts: the required table has no file in {exports.folder}; looked for contracts.csv, contracts.csv.gz, "
        "contracts.parquet, contracts.json, contracts.ndjson, contracts.xlsx"
    )


def test_two_files_for_one_table(exports: Exports):
    exports.write("clients.parquet", b"")
    assert complaint(exports) == "clients: clients.csv and clients.parquet hold the same table; keep one of them"


@pytest.mark.parametrize("spelling", ["clients.CSV", "clients.Parquet"])
def test_two_files_for_one_table_in_two_spellings(exports: Exports, spelling: str):
    exports.write(spelling, b"")
    assert complaint(exports).endswith(" hold the same table; keep one of them")
    assert spelling in complaint(exports)


@pytest.mark.parametrize("name", ["contacts.csv", "contacts.JSON", "partners.csv"])
def test_a_link_to_nothing_in_place_of_a_table(exports: Exports, name: str):
    (exports.folder / name).unlink(missing_ok=True)
    (exports.folder / name).symlink_to("gone.csv")
    assert complaint(exports) == f"{name}: is a link to gone.csv, which is not there; export it again"


def test_a_folder_in_place_of_a_table(exports: Exports):
    (exports.folder / "contacts.csv").mkdir()
    assert complaint(exports) == (
        "contacts.csv: has the name of a table but is not a file; put the file in its place, or take it away"
    )


def test_a_missing_required_column(exports: Exports):
    exports.write("clients.csv", "hub_id,Client_name,partner_id\nh1,Acme,p1\n")
    assert complaint(exports) == (
        "clients.csv: the required column 'client_name' is missing; the header has: hub_id, Client_name, partner_id"
    )


def test_a_missing_required_column_of_an_optional_table(exports: Exports):
    exports.write("contacts.csv", "contact_id,hub_id\n")
    assert complaint(exports) == (
        "contacts.csv: the required column 'full_name' is missing; the header has: contact_id, hub_id"
    )


@pytest.mark.parametrize("name", ["hub_id", "note"])
def test_a_column_that_stands_twice(exports: Exports, name: str):
    exports.write("clients.csv", f"hub_id,client_name,note,{name}\nh1,Acme,a,b\n")
    assert complaint(exports) == f"clients.csv: the column {name!r} appears twice in the header; name each column once"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file(exports: Exports, content: bytes):
    exports.write("clients.csv", content)
    assert complaint(exports) == "clients.csv: is empty; it should begin with a header"


@pytest.mark.parametrize("content", ["hub_id,client_name\n", "hub_id,client_name", "hub_id,client_name\r\n\r\n"])
def test_a_required_table_without_rows(exports: Exports, content: str):
    exports.write("clients.csv", content)
    assert complaint(exports) == "clients.csv: has no rows, but clients is a required table; export it again"


def test_an_end_inside_quotes(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + 'h4,"Dune\nand more,p1\n')
    assert complaint(exports) == (
        "clients.csv: line 5 begins a record that ends inside quotes at the end of the file: half-written, or a quote "
        "too many; export it again"
    )


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_last_record_with_too_few_cells(exports: Exports, end: str):
    exports.write("clients.csv", GOOD["clients"] + "h4,Du" + end)
    assert complaint(exports) == (
        "clients.csv: line 5, the last record, has 2 of 3 cells: half-written; export it again"
    )


def test_only_a_last_record_with_too_few_cells(exports: Exports):
    # DuckDB's reader takes such a file as an empty one.
    exports.write("clients.csv", "hub_id,client_name,partner_id\nh1")
    assert complaint(exports) == (
        "clients.csv: line 2, the last record, has 1 of 3 cells: half-written; export it again"
    )


def test_a_missing_final_newline_alone_is_fine(exports: Exports):
    exports.write("clients.csv", GOOD["clients"].rstrip("\n"))
    exports.run()
    assert len(exports.rows("clients")) == 3


def test_text_after_a_closing_quote(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + 'h4,"Du"ne,p1\nh5,Elm,\n')
    assert complaint(exports) == (
        "clients.csv: line 5 begins a record that is not readable as CSV (',' expected after '\"'); double the quotes "
        r"inside quoted cells, or say what stands before them: escape = '\'"
    )


def test_a_byte_that_is_not_utf_8(exports: Exports):
    exports.write("clients.csv", GOOD["clients"].encode() + "h4,Büro,\n".encode("latin-1"))
    assert complaint(exports) == (
        "clients.csv: line 5 is not utf-8; set the file's encoding: [exports.clients] encoding = …"
    )


def test_the_line_counts_every_kind_of_line_end(exports: Exports):
    body = b'h4,"a\rb\r\nc",\r\nh5,\xff,\r\n'
    exports.write("clients.csv", GOOD["clients"].replace("\n", "\r\n").encode() + body)
    assert "clients.csv: line 8 is not utf-8" in complaint(exports)


def test_utf_16_without_the_setting(exports: Exports):
    exports.write("clients.csv", GOOD["clients"].encode("utf-16"))
    assert complaint(exports) == (
        "clients.csv: line 1 is not utf-8 but looks like UTF-16; set the file's encoding: [exports.clients] "
        'encoding = "utf-16"'
    )


def test_the_line_of_a_broken_utf_16_file(exports: Exports, monkeypatch: pytest.MonkeyPatch):
    lone_surrogate = b"\xd8\x00"
    text = b"\xfe\xff" + GOOD["clients"].encode("utf-16-be") + lone_surrogate + "x\n".encode("utf-16-be")
    exports.write("clients.csv", text)
    for size in (1 << 20, 7, 2, 1):
        monkeypatch.setattr("pipeline.ingest.formats.encoding._CHUNK", size)
        assert complaint(exports, {"exports": {"clients": {"encoding": "utf-16"}}}) == (
            "clients.csv: line 5 is not utf-16; set the file's encoding: [exports.clients] encoding = …"
        )


def test_a_wrong_encoding_setting(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + "h4,Büro,\n")
    assert complaint(exports, {"exports": {"clients": {"encoding": "ascii"}}}) == (
        "clients.csv: line 5 is not ascii; set the file's encoding: [exports.clients] encoding = …"
    )


def test_a_gzip_that_is_cut_off(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.csv.gz", gzip.compress(GOOD["clients"].encode())[:-9])
    assert complaint(exports) == "clients.csv.gz: the gzip file is cut off (half-written?); export it again"


def test_a_gzip_that_is_none(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.csv.gz", GOOD["clients"])
    assert complaint(exports) == (
        "clients.csv.gz: is not a readable gzip file (Not a gzipped file (b'hu')); export it again"
    )


def test_a_broken_parquet(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.parquet", b"PAR1 and so on")
    assert complaint(exports).startswith("clients.parquet: is not a readable Parquet file (")


def test_a_json_array_that_is_cut_off(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.json", '[\n{"hub_id": "h1", "client_name": "A"},\n{"hub_id": "h2", "clie')
    assert complaint(exports) == (
        "clients.json: the array is broken or cut off after line 3 (half-written?); export it again"
    )


@pytest.mark.parametrize("text", ['[{"hub_id": "h1"} {"hub_id": "h2"}]', '[{"hub_id": }]', '[{"hub_id": "h1"},]', "["])
def test_a_json_array_that_is_broken(exports: Exports, text: str):
    exports.remove("clients.csv")
    exports.write("clients.json", text)
    assert complaint(exports) == (
        "clients.json: the array is broken or cut off after line 1 (half-written?); export it again"
    )


def test_text_after_a_json_array(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.json", '[{"hub_id": "h1", "client_name": "A"}]\n[]')
    assert complaint(exports) == "clients.json: line 2: text follows the end of the array; export it again"


def test_a_last_json_line_that_is_cut_off(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.ndjson", '{"hub_id": "h1", "client_name": "A"}\n\n{"hub_id": "h2", "cli')
    assert complaint(exports) == "clients.ndjson: line 3, the last, is not JSON: half-written; export it again"


@pytest.mark.parametrize("suffix", ["json", "ndjson"])
def test_an_empty_json(exports: Exports, suffix: str):
    exports.remove("clients.csv")
    exports.write(f"clients.{suffix}", " \n ")
    assert complaint(exports) == (
        f"clients.{suffix}: is empty; it should hold an array of objects, or one object per line"
    )


def test_json_without_a_required_column(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.json", json.dumps([{"hub_id": "h1"}, {"hub_id": "h2", "partner_id": "p1"}]))
    assert complaint(exports) == (
        "clients.json: the required column 'client_name' is missing; the header has: hub_id, partner_id"
    )


@pytest.mark.parametrize("text", ["[]", "[ ]\n"])
def test_a_required_table_without_objects(exports: Exports, text: str):
    exports.remove("clients.csv")
    exports.write("clients.json", text)
    assert complaint(exports) == "clients.json: has no rows, but clients is a required table; export it again"


def test_json_in_another_encoding(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.json", '[\n{"hub_id": "h1", "client_name": "Büro"}]'.encode("latin-1"))
    assert complaint(exports) == (
        "clients.json: line 2 is not utf-8; set the file's encoding: [exports.clients] encoding = …"
    )


def test_a_broken_workbook(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.xlsx", b"no zip")
    assert complaint(exports).startswith("clients.xlsx: is not a readable workbook (")


def test_nothing_is_readable_by_nobody(exports: Exports, monkeypatch: pytest.MonkeyPatch):
    # Running as root, a test cannot take the right to read away: the system's answer is played instead.
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipeline.ingest.formats.sources.open_csv", refuse)
    assert complaint(exports) == "partners.csv: cannot be read (Permission denied)"
