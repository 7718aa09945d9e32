"""CSV as it comes: both ways of reading give the same rows, the same refusals, the same lines."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.ingest.formats.csv_file import CsvText, plain_csv
from pipeline.ingest.formats.csv_shape import csv_shape
from pipeline.settings import FileFormat
from tests.ingest.export_folder import GOOD, Exports

HEADER = "partner_id,partner_name,locale"


def partners(exports: Exports, body: str | bytes, eol: str = "\n") -> list[tuple[Any, ...]]:
    head = (HEADER + eol).encode()
    exports.write("partners.csv", head + (body.encode() if isinstance(body, str) else body))
    for table in ("clients", "contracts", "contract_lines"):
        exports.write(f"{table}.csv", GOOD[table].replace(",p1", ",").replace(",p2", ","))
    exports.run()
    return exports.rows("partners", "partner_id", "partner_name", "locale")


def lines(exports: Exports) -> dict[int, str]:
    return {line: reason for _, line, _, reason in exports.quarantine()}


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_line_ends(exports: Exports, eol: str):
    assert partners(exports, eol.join(["p1,One,", "p2,,", "p3,Three,"]), eol) == [
        ("p1", "One", None),
        ("p3", "Three", None),
    ]
    assert lines(exports) == {3: "required_missing:partner_name"}


def test_mixed_line_ends(exports: Exports):
    assert partners(exports, "p1,One,\r\np2,,\rp3,,\n") == [("p1", "One", None)]
    assert lines(exports) == {3: "required_missing:partner_name", 4: "required_missing:partner_name"}


def test_blank_lines_are_no_records_but_count(exports: Exports):
    assert partners(exports, "\n\np1,One,\n\n\np2,,\n\n") == [("p1", "One", None)]
    assert lines(exports) == {7: "required_missing:partner_name"}
    assert exports.counts("partners.csv")["read"] == 2


def test_line_breaks_inside_cells_count_as_lines(exports: Exports):
    assert partners(exports, 'p1,"One\nand\r\nonly\r",\np2,,\n"p\n3",,\n') == [("p1", "One\nand\r\nonly\r", None)]
    # The first record takes lines 2 to 5 (its three breaks and its end), so the next begins on line 6.
    assert lines(exports) == {6: "required_missing:partner_name", 7: "required_missing:partner_name"}


def test_ragged_records_in_the_middle_are_refused_with_all_their_cells(exports: Exports):
    assert partners(exports, "p1,One,\np2\np3,Three,de,x,\np4,Four,\n") == [("p1", "One", None), ("p4", "Four", None)]
    assert lines(exports) == {3: "too_few_cells", 4: "too_many_cells"}
    assert exports.cells() == [
        {"partner_id": "p2"},
        {"partner_id": "p3", "partner_name": "Three", "locale": "de", "#4": "x", "#5": None},
    ]


def test_one_empty_cell_too_many_is_not_dropped_silently(exports: Exports):
    assert partners(exports, "p1,One,,\np2,Two,\n") == [("p2", "Two", None)]
    assert lines(exports) == {2: "too_many_cells"}


def test_a_last_record_with_too_many_cells_is_refused_not_half_written(exports: Exports):
    assert partners(exports, "p1,One,\np2,Two,de,x\n") == [("p1", "One", None)]
    assert lines(exports) == {3: "too_many_cells"}


def test_children_of_a_ragged_record_follow_it(exports: Exports):
    exports.write("clients.csv", GOOD["clients"].replace("h2,Blue,p2", "h2,Blue,Ltd,p2"))
    exports.run()
    assert exports.quarantine() == [
        ("clients.csv", 3, "clients", "too_many_cells"),
        ("contract_lines.csv", 3, "contract_lines", "parent_quarantined"),
        ("contracts.csv", 3, "contracts", "parent_quarantined"),
    ]


def test_quotes(exports: Exports):
    found = partners(exports, 'p1,O"ne,\n"p2"," ""Two"", or, so",""\np3, "Three",\np4,,"d"\n')
    assert found == [("p1", 'O"ne', None), ("p2", ' "Two", or, so', None), ("p3", ' "Three"', None)]
    assert lines(exports) == {5: "required_missing:partner_name"}


def test_nul_and_odd_separators_are_text(exports: Exports):
    assert partners(exports, "p1,a\0b,\x0b\np2,\u2028,\x85\n") == [("p1", "a\0b", "\x0b"), ("p2", "\u2028", "\x85")]


def test_a_long_cell(exports: Exports):
    long = "x" * 3_000_000
    assert partners(exports, f"p1,{long},\np2,,\n") == [("p1", long, None)]
    assert lines(exports) == {3: "required_missing:partner_name"}


def test_a_byte_order_mark_is_dropped(exports: Exports):
    exports.write("partners.csv", b"\xef\xbb\xbf" + GOOD["partners"].encode())
    exports.run()
    assert exports.rows("partners", "partner_id") == [("p1",), ("p2",)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1", "shift_jis", "cp1252", "utf-8-sig"])
def test_encodings_by_setting_keep_text_and_lines(exports: Exports, encoding: str):
    name = {"shift_jis": "東京", "utf-16": "東京", "utf-16-le": "東京"}.get(encoding, "Büro")
    exports.write("partners.csv", f'partner_id,partner_name\np1,"{name}\r\n2"\np2,\n'.encode(encoding))
    for table in ("clients",):
        exports.write(f"{table}.csv", GOOD[table].replace(",p2", ","))
    exports.run({"exports": {"partners": {"encoding": encoding}}})
    assert exports.rows("partners", "partner_name") == [(f"{name}\r\n2",)]
    assert lines(exports) == {4: "required_missing:partner_name"}
    assert exports.cells() == [{"partner_id": "p2", "partner_name": None}]


def test_gzip(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.csv.gz", gzip.compress((GOOD["clients"] + "h4,,\n").encode()))
    exports.run()
    assert len(exports.rows("clients")) == 3
    assert exports.quarantine() == [("clients.csv.gz", 5, "clients", "required_missing:client_name")]
    assert exports.counts("clients.csv.gz")["read"] == 4


@pytest.mark.parametrize(("delimiter", "quote"), [(";", '"'), ("\t", "'"), ("|", "$"), ("¦", '"'), ("^", "]")])
def test_delimiters_and_quotes_by_setting(exports: Exports, delimiter: str, quote: str):
    rows = [["partner_id", "partner_name", "locale"], ["p1", f"a{delimiter}{quote}b\nc", ""], ["p2", "", ""]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quotechar=quote, lineterminator="\n").writerows(rows)
    exports.write("partners.csv", out.getvalue())
    exports.write("clients.csv", GOOD["clients"].replace(",p2", ","))
    exports.run({"exports": {"partners": {"delimiter": delimiter, "quote": quote}}})
    assert exports.rows("partners", "partner_name") == [(f"a{delimiter}{quote}b\nc",)]
    assert lines(exports) == {4: "required_missing:partner_name"}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        yield made


CELL = st.sampled_from(
    ["", "a", '"a"', '"a,b"', '"x""y"', '"l\nm"', '"l\r\nm"', '"c\rd"', 'x"', "é", " p", '" q"', '""', '"""z"', '"a" ',
     ' "a"', "\0", "\\", "'", "\ufeff"]
)  # fmt: skip
EOL = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n"])
RECORDS = st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=6)


@st.composite
def awkward_csv(draw: st.DrawFn) -> bytes:
    """Mostly well-formed records of two cells, now and then anything."""
    even = draw(st.booleans())
    one_eol = draw(st.none() | EOL)
    text = "h1,h2" + (one_eol or draw(EOL))
    for record in draw(RECORDS):
        cells = (record * 2)[:2] if even else record
        text += ",".join(cells) + (one_eol or draw(EOL))
    return text[: draw(st.sampled_from([len(text), len(text) - 1]))].encode()


@settings(max_examples=150, deadline=None)
@given(data=awkward_csv())
@example(data=b"h1,h2\nb")
@example(data=b"h1,h2\n1,2,\n3,4\n")
@example(data=b'h1,h2\n "x",2\n')
@example(data=b'h1,h2\na"b,c\nd"e,f,\n')
def test_the_fast_reader_is_trusted_only_where_it_is_exact(con: duckdb.DuckDBPyConnection, data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(data)
        text = CsvText("t.csv", "exports.t", path, FileFormat())
        labels = tuple(text.names())
        fast = plain_csv(text, labels)
        if fast is None:
            return
        try:
            found = con.execute(f"SELECT c0, c1 FROM {fast.relation}").fetchall()
        except duckdb.InvalidInputException:
            return
        if not fast.read_as_expected(len(found)):
            return
        exact = text.exactly(labels, Path(folder))
        assert con.execute(f"SELECT c0, c1 FROM {exact.relation} WHERE structure IS NULL").fetchall() == found
        records = range(len(found))
        assert list(fast.originals(records)) == list(exact.originals(records))


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(st.text(), st.text().filter(bool)), min_size=1, max_size=5),
    eol=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_python_writes_is_read_back(con: duckdb.DuckDBPyConnection, rows: list[tuple[str, str]], eol: str):
    out = io.StringIO()
    csv.writer(out, lineterminator=eol, quoting=csv.QUOTE_ALL).writerows([("h1", "h2"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(out.getvalue().encode())
        text = CsvText("t.csv", "exports.t", path, FileFormat())
        fast = plain_csv(text, ("h1", "h2"))
        assert fast is not None
        found = con.execute(f"SELECT c0, c1 FROM {fast.relation}").fetchall()
        assert fast.read_as_expected(len(found))
        assert found == [(one or None, two) for one, two in rows]


def test_the_shape_is_the_same_whatever_the_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "t.csv"
    path.write_bytes(b'h1,h2\r\n"a,""b""\r\n",2\r\n3,"x"\r\n,""\r\n')
    whole = csv_shape(path, FileFormat())
    # Four records of the header's width; the comma inside quotes does not count.
    assert (whole.plain, whole.records, whole.delimiters) == (True, 3, 4)
    for size in range(1, 40):
        monkeypatch.setattr("pipeline.ingest.formats.csv_shape._CHUNK", size)
        assert csv_shape(path, FileFormat()) == whole


def test_record_numbers_hold_over_many_row_groups(exports: Exports):
    # More than four row groups of 122,880 rows, read by two threads: the row id must still be the record's number.
    count = 600_000
    bad = {0, 122_879, 122_880, 245_760, 400_001, count - 1}
    rows = (f"h{i},{'' if i in bad else f'Client {i}'},p1\n" for i in range(count))
    exports.write("clients.csv", "hub_id,client_name,partner_id\n" + "".join(rows))
    exports.write("contracts.csv", GOOD["contracts"])
    exports.con.execute("SET threads = 2")
    exports.run()
    refused = exports.con.execute(
        "SELECT line_number, cells ->> 'hub_id' FROM quarantine WHERE table_name = 'clients' ORDER BY line_number"
    ).fetchall()
    assert refused == [(record + 2, f"h{record}") for record in sorted(bad)]
    assert exports.counts("clients.csv")["loaded"] == count - len(bad)


def test_record_numbers_hold_with_line_breaks_in_cells(exports: Exports):
    count = 200_000
    rows = (f"h{i},{'' if i % 50_000 == 7 else chr(34) + 'two' + chr(10) + 'lines' + chr(34)},\n" for i in range(count))
    exports.write("clients.csv", "hub_id,client_name,partner_id\n" + "".join(rows))
    exports.run()
    found = [line for _, line, table, _ in exports.quarantine() if table == "clients"]
    # Every record before takes two lines, those refused before it one.
    assert found == [2 + 2 * record - before for before, record in enumerate([7, 50_007, 100_007, 150_007])]


@pytest.mark.parametrize(
    "name",
    ["comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
     "quotes_and_newlines", "simple", "simple_crlf", "utf8"],
)  # fmt: skip
def test_spectrum_equals_its_json_twin(cases: Path, tmp_path: Path, name: str):
    path = cases / "csv" / "spectrum" / f"{name}.csv"
    twin = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    text = CsvText(path.name, "exports.t", path, FileFormat())
    labels = tuple(text.names())
    expected = [tuple(row[label] or None for label in labels) for row in twin]
    assert expected
    for source in (text.exactly(labels, tmp_path), plain_csv(text, labels)):
        assert source is not None
        columns = ", ".join(f"c{place}" for place in range(len(labels)))
        with duckdb.connect() as con:
            assert con.execute(f"SELECT {columns} FROM {source.relation}").fetchall() == expected


def csvkit(cases: Path, name: str, folder: Path, **file_format: Any) -> tuple[list[str], list[tuple[str | None, ...]]]:
    """Header and rows of one of csvkit's files, read the exact way."""
    from pipeline.ingest.folder import ExportFile
    from pipeline.ingest.formats.csv_file import open_csv
    from pipeline.ingest.formats.not_text import unpack_gzip
    from pipeline.settings import DEFAULT_LIMITS

    path = cases / "csv" / "csvkit" / name
    if name.endswith(".gz"):
        unpack_gzip(name, path, folder / "unpacked", DEFAULT_LIMITS)
        path = folder / "unpacked"
    text = open_csv(ExportFile(name, path, ".csv"), "exports.t", FileFormat(**file_format), folder)
    found = text.exactly(text.names(), folder)
    columns = ", ".join(f"c{place}" for place in range(len(found.header)))
    with duckdb.connect() as con:
        return list(found.header), con.execute(f"SELECT {columns} FROM {found.relation}").fetchall()


def test_csvkit_encodings(cases: Path, tmp_path: Path):
    plain = (["foo", "bar", "baz"], [("1", "2", "3"), ("4", "5", "ʤ")])
    other = (["a", "b", "c"], plain[1])
    assert csvkit(cases, "test_utf8.csv", tmp_path) == plain
    assert csvkit(cases, "test_utf8_bom.csv", tmp_path) == plain
    assert csvkit(cases, "test_utf16_little.csv", tmp_path, encoding="utf-16") == other
    assert csvkit(cases, "test_utf16_big.csv", tmp_path, encoding="utf-16") == other
    assert csvkit(cases, "test_latin1.csv", tmp_path, encoding="latin-1")[1][-1][-1] == "©"
    with pytest.raises(InputError, match=r"test_latin1.csv: line 3 is not utf-8"):
        csvkit(cases, "test_latin1.csv", tmp_path)
    with pytest.raises(InputError, match=r"test_utf16_big.csv: line 1 is not utf-8 but looks like UTF-16"):
        csvkit(cases, "test_utf16_big.csv", tmp_path)


def test_csvkit_shapes(cases: Path, tmp_path: Path):
    assert csvkit(cases, "mac_newlines.csv", tmp_path)[1][0] == ("1", "2", "3")
    assert csvkit(cases, "null_byte.csv", tmp_path)[1] == [("\0", "2", "3")]
    assert csvkit(cases, "dummy.csv.gz", tmp_path) == (["a", "b", "c"], [("1", "2", "3")])
    header, rows = csvkit(cases, "test_header_newline.csv", tmp_path)
    assert (len(header), rows) == (3, [("d", "e", "f")])
    assert csvkit(cases, "optional_quote_characters.csv", tmp_path)[1] == [("1", "2", "3")]
    assert csvkit(cases, "blanks.csv", tmp_path)[1] == [(None, "NA", "N/A", "NONE", "NULL", ".")]
    with pytest.raises(InputError, match="line 2, the last record, has 3 of 4 cells"):
        csvkit(cases, "test_extra_header.csv", tmp_path)
    with pytest.raises(InputError, match="is empty"):
        csvkit(cases, "empty.csv", tmp_path)
