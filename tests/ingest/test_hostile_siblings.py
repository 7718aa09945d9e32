"""Inputs that end in a traceback, a hang or a flood of memory elsewhere: one line and exit 6 here, or a good load."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import InputError, SettingsError
from pipeline.ingest.contract.corrections import read_corrections
from tests.ingest.export_folder import GOOD, Exports

TOO_DEEP = "clients.json: line 3 begins a record nested deeper than 100 levels; flatten it"
CLIENTS = [{"hub_id": "h1", "client_name": "Acme"}, {"hub_id": "h2", "client_name": "Blue"}]


def complaint(exports: Exports, settings: dict[str, Any] | None = None) -> str:
    with pytest.raises(InputError) as raised:
        exports.run(settings)
    assert raised.value.exit_code == 6
    assert "\n" not in str(raised.value)
    return str(raised.value)


NAMES_OF_THE_LOAD = (
    "rowid", "ROWID", "RowId", "_refused_because", "record", "structure", "place", "reason", "key", "cells", "mapped",
    "line", "file", "c0", "c1", "child", "parent", "change", "contract", "effective_date", "contract_type", "given",
    "beyond", "file_row_number", "filename", "source", "sources", "state", "orphan", "judged", "Hub_ID", "select", "",
)  # fmt: skip


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_a_surplus_column_may_have_any_name(exports: Exports, suffix: str):
    # Databases export `rowid`; other names are those that the load uses itself. None may get in its way.
    changes = "change_id,contract_id,contract_type,effective_date,renewal_start_date,contact_max\n"
    exports.write("contract_changes.csv", changes + "ch1,c1,renewal,2027-01-01,x,y\n")
    for table in ("clients", "contracts", "contract_lines"):
        lines = [line.split(",") for line in GOOD[table].splitlines()]
        names = [name for name in NAMES_OF_THE_LOAD if name.lower() not in lines[0] and (name or suffix == "csv")]
        header, rows = [*lines[0], *names], [[*line, *("x" for _ in names)] for line in lines[1:]]
        exports.remove(f"{table}.csv")
        path = exports.folder / f"{table}.{suffix}"
        if suffix == "csv":
            path.write_text("".join(",".join(row) + "\n" for row in [header, *rows]), encoding="utf-8")
        elif suffix == "json":
            path.write_text(json.dumps([dict(zip(header, row, strict=True)) for row in rows]), encoding="utf-8")
        else:
            pq.write_table(pa.table(list(zip(*rows, strict=True)), names=header), path)
    report = exports.run()
    assert exports.quarantine() == []
    assert [report.tables[table].rows_loaded for table in ("clients", "contracts", "contract_lines")] == [3, 2, 2]
    assert {"rowid_2", "ROWID_2_2", "RowId_2_2_2"} <= set(report.unknown_columns["clients"])


def spoilt_parquet() -> list[bytes]:
    """A good file of clients with bits flipped, in pages, in the footer and at the edges; cut off; stretched."""
    rows = [{"hub_id": f"h{n}", "client_name": f"Client {n % 7}", "partner_id": None} for n in range(50)]
    found = []
    for compression in ("none", "snappy", "zstd"):
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), buffer, compression=compression)
        good = buffer.getvalue()
        for place in [*range(4, len(good), max(1, len(good) // 12)), len(good) - 1, len(good) - 5, len(good) - 8]:
            spoilt = bytearray(good)
            spoilt[place] ^= 0x10
            found.append(bytes(spoilt))
        found += [good[:-1], good[: len(good) // 2], good + b"x", b"PAR1" * 3, b"PAR1" + good, b""]
    return found


def test_damaged_parquet_is_one_line_or_loads(exports: Exports):
    exports.remove("clients.csv")
    refused = loaded = 0
    for content in spoilt_parquet():
        exports.write("clients.parquet", content)
        try:
            exports.run()
        except InputError as error:
            refused += re.fullmatch(r"clients\.parquet: .+", str(error)) is not None
        else:
            loaded += 1
    assert refused + loaded == len(spoilt_parquet())
    assert refused > 25


def test_more_cells_and_columns_than_the_settings_allow(exports: Exports):
    exports.remove("clients.csv")
    pq.write_table(
        pa.table({"hub_id": pa.array(["h"] * 100_000), "client_name": ["x"] * 100_000}),
        exports.folder / "clients.parquet",
    )
    assert complaint(exports, {"most_cells": 150_000}) == (
        "clients.parquet: has 200,000 cells, more than 150,000 (setting most_cells); raise the setting if that is right"
    )
    (exports.folder / "clients.parquet").unlink()
    exports.write("clients.json", json.dumps([{f"k{n}": 1} for n in range(30)]))
    assert "clients.json: has more than 100 cells (setting most_cells)" in complaint(exports, {"most_cells": 100})


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "json", "ndjson", "parquet"])
def test_ten_thousand_columns(exports: Exports, suffix: str):
    exports.remove("clients.csv")
    row = {"hub_id": "h1", "client_name": "Acme"} | {f"column {n}": "1" for n in range(10_000)}
    text = ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    path = exports.folder / f"clients.{suffix}"
    match suffix:
        case "csv":
            path.write_text(text, encoding="utf-8")
        case "csv.gz":
            path.write_bytes(gzip.compress(text.encode()))
        case "parquet":
            pq.write_table(pa.Table.from_pylist([row]), path)
        case _:
            path.write_text(json.dumps([row] if suffix == "json" else row), encoding="utf-8")
    said = complaint(exports)
    assert said.startswith(f"clients.{suffix}: has ")
    assert "columns, more than 2,000 (setting most_columns)" in said


def test_nine_hundred_records_with_keys_of_their_own_load(exports: Exports):
    exports.remove("clients.csv")
    own = [{**CLIENTS[0], "hub_id": f"x{n}", f"key {n}": n} for n in range(900)]
    exports.write("clients.json", json.dumps([*CLIENTS, *own]))
    assert exports.run().tables["clients"].rows_loaded == 902
    assert exports.rows("clients", "hub_id", '"key 7"', '"key 899"')[9] == ("x7", "7", None)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("depth", [101, 900, 100_000])
@pytest.mark.parametrize("suffix", ["json", "ndjson"])
def test_json_nested_deep(exports: Exports, suffix: str, depth: int, opening: str):
    exports.remove("clients.csv")
    closing = "".join({"[": "]", "{": "}"}[mark] for mark in reversed(re.sub(r"[^\[{]", "", opening)))
    bad = '{"hub_id": "h9", "client_name": ' + opening * depth + "1" + closing * depth + "}"
    records = [json.dumps(each) for each in CLIENTS]
    exports.write(
        f"clients.{suffix}", "[" + ",\n".join([*records, bad]) + "]" if suffix == "json" else "\n".join([bad, *records])
    )
    try:
        exports.run()
    except InputError as error:
        said = str(error)
    else:
        said = ""
    if said:
        assert (suffix, said) == ("json", TOO_DEEP)
        return
    line = 3 if suffix == "json" else 1
    assert exports.quarantine() == [(f"clients.{suffix}", line, "clients", "json_too_deep")]
    assert exports.rows("clients", "hub_id") == [("h1",), ("h2",)]


def test_json_a_hundred_levels_deep_is_a_cell(exports: Exports):
    exports.remove("clients.csv")
    exports.write(
        "clients.json", json.dumps(CLIENTS)[:-1] + ',{"hub_id":"h9","client_name":"x","e":' + "[" * 99 + "]" * 99 + "}]"
    )
    assert exports.run().tables["clients"].rows_loaded == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"hub_id": "h1", "client_name": NaN}]', 'line 1, column 34: NaN under "client_name" is not JSON'),
        ('[\n {"hub_id": "h1"},\n {"a": [1, -Infinity]}]', "line 3, column 12: -Infinity is not JSON"),
        ('[{"a": "NaN"},\r\n{"b": Infinity}]', 'line 2, column 7: Infinity under "b" is not JSON'),
        ('[{"a": "\\"", "b": NaN}]', 'line 1, column 19: NaN under "b" is not JSON'),
        ("[1,\nNaN]", "line 2, column 1: NaN is not JSON"),
        ('[{"a": 1' + " " * 40 + '"b": 2}]' + " " * 40, "line 1, column 49 is not JSON (Expecting ',' delimiter)"),
    ],
)
def test_words_for_numbers_are_named_with_line_and_column(exports: Exports, text: str, said: str):
    exports.remove("clients.csv")
    exports.write("clients.json", text)
    assert complaint(exports).startswith(f"clients.json: {said}")


def test_the_column_of_a_word_far_into_a_long_line(exports: Exports):
    exports.remove("clients.csv")
    text = "[" + ",".join(json.dumps({**CLIENTS[0], "x": "y" * 1000}) for _ in range(3_000)) + ',{"a": NaN}]'
    exports.write("clients.json", text)
    assert complaint(exports).startswith(f'clients.json: line 1, column {text.index("NaN") + 1}: NaN under "a"')


def test_a_line_with_nan_is_refused_alone(exports: Exports):
    exports.remove("clients.csv")
    lines = [*map(json.dumps, CLIENTS), '{"hub_id": "h3", "client_name": NaN}']
    exports.write("clients.ndjson", "\n".join(lines))
    exports.run()
    assert exports.quarantine() == [("clients.ndjson", 3, "clients", "not_a_json_number")]


@pytest.mark.parametrize(
    "value",
    ["1e400", "-1e400", "1E-400", "9" * 5_000, "0." + "9" * 5_000, '"\\ud800"', '"\\u0000"', '{"a":1,"a":2}', "[]"],
)
def test_numbers_and_texts_beyond_reason_stay_with_their_row(exports: Exports, value: str):
    exports.remove("contract_lines.csv")
    line = (
        '{"line_id": "%s", "contract_id": "c1", "product_code": "h", "product_name": "H", '
        '"quantity": %s, "unit_price": 1}'
    )
    exports.write("contract_lines.json", "[" + line % ("l1", "1") + "," + line % ("l2", value) + "]")
    exports.run()
    assert exports.rows("contract_lines", "line_id") == [("l1",)]
    assert len(exports.quarantine()) == 1


def test_a_record_without_an_end_is_not_held_in_memory(exports: Exports):
    exports.remove("clients.csv")
    for suffix, content in (("json", '[{"a": "' + "x" * (20 << 20)), ("ndjson", '{"a": "' + "x" * (20 << 20))):
        exports.write(f"clients.{suffix}", content)
        assert "begins a record that has no end within 16 MiB" in complaint(exports)
        exports.remove(f"clients.{suffix}")


def test_a_gzip_bomb(exports: Exports):
    exports.remove("clients.csv")
    exports.write("clients.csv.gz", gzip.compress(b"hub_id,client_name\n" + b"\0" * (200 << 20), 1))
    assert complaint(exports) == (
        "clients.csv.gz: unpacks to more than 200 times its size, as a gzip bomb does; export it again"
    )
    exports.write("clients.csv.gz", gzip.compress(GOOD["clients"].encode() + os.urandom(2 << 20).hex().encode()))
    assert "unpacks to more than 1 MiB (setting unpacked_mebibytes)" in complaint(exports, {"unpacked_mebibytes": 1})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: packed[:-4],
        lambda packed: packed + b"trailing",
        lambda packed: packed[:12] + b"\xff\xff" + packed[14:],
        lambda packed: b"hub_id,client_name\n",
        lambda packed: b"",
    ],
)
def test_damaged_gzip(exports: Exports, spoil: Any):
    exports.remove("clients.csv")
    exports.write("clients.csv.gz", spoil(gzip.compress(GOOD["clients"].encode())))
    assert complaint(exports).startswith("clients.csv.gz: ")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("suffix", ["csv", "json", "ndjson"])
def test_utf_16_without_its_mark_is_named(exports: Exports, suffix: str, encoding: str):
    exports.remove("clients.csv")
    text = GOOD["clients"] if suffix == "csv" else json.dumps(CLIENTS)
    exports.write(f"clients.{suffix}", text.encode(encoding))
    assert complaint(exports) == (
        f"clients.{suffix}: line 1 is not utf-8 but looks like UTF-16 without a byte order mark; set the file's "
        f'encoding: [exports.clients] encoding = "{encoding}"'
    )
    exports.run({"exports": {"clients": {"encoding": encoding}}})


def test_a_file_of_zeros_has_no_first_line(exports: Exports):
    with (exports.folder / "clients.csv").open("wb") as sparse:
        sparse.truncate(10 << 30)  # takes no room on the disk, and would take all of the memory
    assert complaint(exports).startswith("clients.csv: line 1 has no end within 16 MiB")


def odd_thing(kind: str, path: Path) -> None:
    """Puts something that is not a file in that place."""
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case "socket":
            here = Path.cwd()
            os.chdir(path.parent)  # a socket's address is short
            try:
                with socket.socket(socket.AF_UNIX) as opened:
                    opened.bind(path.name)
            finally:
                os.chdir(here)
        case "loop":
            path.symlink_to(path.name)
        case "link to nothing":
            path.symlink_to("nowhere")


ODD = ["pipe", "folder", "device", "socket", "loop", "link to nothing"]


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["clients.csv", "clients.xlsx", "contacts.json", "corrections.toml", "manifest.json"])
def test_what_is_no_file_is_never_waited_for(exports: Exports, name: str, kind: str):
    (exports.folder / name).unlink(missing_ok=True)
    if name == "clients.xlsx":
        exports.remove("clients.csv")
    odd_thing(kind, exports.folder / name)
    assert complaint(exports).startswith(f"{name}: ")


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["profile.toml", "clients.sql", "raw.csv", "raw.xlsx"])
def test_what_is_no_file_in_a_profile(exports: Exports, tmp_path: Path, name: str, kind: str):
    folder = tmp_path / "profile"
    folder.mkdir()
    suffix = name.partition(".")[2] if name.startswith("raw") else "csv"
    (folder / "profile.toml").write_text(f'name = "p"\n[files.raw]\npath = "raw.{suffix}"\n', encoding="utf-8")
    for table in GOOD:
        (folder / f"{table}.sql").write_text("SELECT *, _source FROM raw", encoding="utf-8")
    place = (exports.folder if name.startswith("raw") else folder) / name
    place.unlink(missing_ok=True)
    odd_thing(kind, place)
    with pytest.raises((InputError, SettingsError)) as raised:
        exports.run(profile=folder)
    assert name in str(raised.value)


def test_corrections_that_are_no_toml(tmp_path: Path):
    for content in (
        b"\xff",
        b"a = " + b"9" * 5000,
        b"a = " + b"[" * 3000,
        b"a = \x00",
        b"correction = 5",
        b"[[correction]]\nkey = 5",
    ):
        (tmp_path / "corrections.toml").write_bytes(content)
        with pytest.raises(InputError) as raised:
            read_corrections(tmp_path)
        assert str(raised.value).startswith("corrections.toml: ")
        assert "\n" not in str(raised.value)


def test_a_file_that_is_still_written(exports: Exports, monkeypatch: pytest.MonkeyPatch):
    from pipeline.ingest import stage

    read = stage.open_file

    def grows_meanwhile(file: Any, *others: Any) -> Any:
        opened = read(file, *others)
        with file.path.open("a") as more:
            more.write("h9,Late,\n")
        return opened

    monkeypatch.setattr(stage, "open_file", grows_meanwhile)
    assert complaint(exports) == "partners.csv: changed while it was read; run again once the export is complete"


def test_a_file_that_goes_away(exports: Exports, monkeypatch: pytest.MonkeyPatch):
    from pipeline.ingest import stage

    read = stage.open_file

    def goes_meanwhile(file: Any, *others: Any) -> Any:
        opened = read(file, *others)
        file.path.unlink()
        return opened

    monkeypatch.setattr(stage, "open_file", goes_meanwhile)
    assert complaint(exports) == "partners.csv: cannot be read (No such file or directory); export it again"


def test_an_exports_folder_that_cannot_be(exports: Exports):
    folder = exports.folder
    (folder.parent / "loop").symlink_to("loop")
    for bad in (folder.parent / "loop", folder / ("x" * 5000), folder / "clients.csv" / "inside"):
        exports.folder = bad
        complaint(exports)
