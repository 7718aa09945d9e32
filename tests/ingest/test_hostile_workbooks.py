"""Workbooks that nobody would write by hand: each ends in one line, in a process of its own, within its limits."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.ingest.formats.xlsx_file import read_xlsx
from pipeline.settings import FileFormat, ReadLimits
from tests.ingest.raw_workbook import sheet, strings, text_row, write_workbook

SMALL = ReadLimits(unpacked_mebibytes=64, cells=5_000, columns=50, workbook_mebibytes=512, workbook_seconds=60)
GOOD_ROWS = text_row(1, "a", "b") + text_row(2, "1", "2")


def complaint(path: Path, folder: Path, limits: ReadLimits = SMALL) -> str:
    with pytest.raises(InputError) as raised:
        read_xlsx(path.name, "exports.t", path, FileFormat(), folder, limits)
    said = str(raised.value)
    assert said.startswith(f"{path.name}: ")
    assert "\n" not in said
    assert len(said) < 400
    return said


def test_one_far_cell_makes_no_dense_sheet(tmp_path: Path):
    # As a dense sheet this would be 17 thousand million cells; as it is, two rows and three columns.
    far = '<row r="1048576"><c r="XFD1048576" t="str"><v>stray</v></c></row>'
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(GOOD_ROWS + far)})
    found = read_xlsx("t.xlsx", "exports.t", path, FileFormat(), tmp_path, SMALL)
    assert (found.header, found.rows) == (("a", "b", ""), 2)


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="ZZZZZZ99999999"><v>1</v></c>',
        '<c r="XFE2"><v>1</v></c>',
        '<c r="A3"><v>1</v></c>',  # in another row than its own
        '<c r="2A"><v>1</v></c>',
        '<c r=""><v>1</v></c>',
        '<c r="A-1"><v>1</v></c>',
        '<c r="A0"><v>1</v></c>',
        '<c r="Ａ2"><v>1</v></c>',
    ],
)
def test_a_malformed_reference_is_named(tmp_path: Path, cell: str):
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(text_row(1, "a") + f'<row r="2">{cell}</row>')})
    assert "is not a readable workbook (row 2 has a cell" in complaint(path, tmp_path)


@pytest.mark.parametrize("number", ["0", "1048577", "-1", "x", "99999999999999999999"])
def test_a_row_that_cannot_be_is_named(tmp_path: Path, number: str):
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(f'<row r="{number}"><c><v>1</v></c></row>')})
    assert "there is no row" in complaint(path, tmp_path)


@pytest.mark.parametrize("index", ["7", "-1", "x", "1.0", "9" * 5000])
def test_a_shared_text_that_is_not_there(tmp_path: Path, index: str):
    cells = sheet(f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>')
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": cells, "sharedStrings.xml": strings("<si><t>a</t></si>")})
    assert "there is no shared text" in complaint(path, tmp_path)


DTD = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (DTD, "&j;"),  # a thousand million laughs
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', "&a;"),
        ('<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]>', "plain"),
        ("<!DOCTYPE x>", "plain"),
    ],
)
@pytest.mark.parametrize("part", ["sheet1.xml", "sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_definitions_of_entities_are_refused_in_every_part(tmp_path: Path, part: str, before: str, text: str):
    from tests.ingest.raw_workbook import WORKBOOK, styles

    parts = {
        "sheet1.xml": sheet(text_row(1, "a")),
        "sharedStrings.xml": strings("<si><t>a</t></si>"),
        "xl/styles.xml": styles("0%"),
    }
    cases = {
        "sheet1.xml": sheet(text_row(1, text)),
        "sharedStrings.xml": strings(f"<si><t>{text}</t></si>"),
        "xl/styles.xml": styles("0%"),
        "xl/workbook.xml": WORKBOOK.format(settings=""),
    }
    path = write_workbook(tmp_path / "t.xlsx", {name: each for name, each in parts.items() if name != part})
    if part == "xl/workbook.xml":
        path = _replaced(path, part, before + cases[part])
    else:
        with zipfile.ZipFile(path, "a") as archive:
            place = part if "/" in part else {"sheet1.xml": "xl/worksheets/sheet1.xml"}.get(part, f"xl/{part}")
            archive.writestr(place, before + cases[part])
    said = complaint(path, tmp_path)
    assert "document type definition" in said or "is not a readable workbook" in said


def _replaced(path: Path, part: str, content: str | bytes) -> Path:
    target = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == part else old.read(info))
    return target


def test_a_bomb_is_found_before_it_has_unpacked(tmp_path: Path):
    # 11 MB of nothing in 15 kB: it is found after 4.
    for part, one in (("xl/worksheets/sheet1.xml", "<row></row>"), ("xl/sharedStrings.xml", "<si></si>")):
        whole = sheet(one * 1_000_000) if "sheet1" in part else strings(one * 1_000_000)
        path = write_workbook(tmp_path / "t.xlsx", {} if "sheet1" in part else {"sheet1.xml": sheet(GOOD_ROWS)})
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(part, whole)
        assert f"{part} unpacks to more than 200 times its size" in complaint(path, tmp_path)


def test_limits_of_size_cells_and_columns(tmp_path: Path):
    rows = "".join(text_row(n, *[os.urandom(8).hex()] * 20) for n in range(1, 400))
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(rows)})
    assert "has more than 5,000 cells (setting most_cells)" in complaint(path, tmp_path)
    tight = ReadLimits(unpacked_mebibytes=1, cells=10**6, columns=50, workbook_mebibytes=512, workbook_seconds=60)
    big = write_workbook(tmp_path / "b.xlsx", {"sheet1.xml": sheet(rows * 3)})
    assert "unpacks to more than 1 MiB (setting unpacked_mebibytes)" in complaint(big, tmp_path, tight)
    cells = "".join(f'<c t="str"><v>h{n}</v></c>' for n in range(51))
    wide = write_workbook(tmp_path / "w.xlsx", {"sheet1.xml": sheet(f"<row>{cells}</row>")})
    assert "has 51 columns, more than 50 (setting most_columns)" in complaint(wide, tmp_path)


def test_one_long_text_told_often_fills_no_disk(tmp_path: Path):
    items = strings(f"<si><t>{os.urandom(250_000).hex()}</t></si>")
    cells = sheet("".join('<row><c t="s"><v>0</v></c></row>' for _ in range(3_000)))
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": cells, "sharedStrings.xml": items})
    assert "repeats a few long texts so often" in complaint(path, tmp_path)


def test_the_reader_has_no_more_memory_than_it_is_given(tmp_path: Path):
    # One row of many empty cells: 7 MB of XML that packs well enough not to look like a bomb.
    noise = "".join(f"<c s='{n * 2654435761 % 100000}'/>" for n in range(400_000))
    path = write_workbook(tmp_path / "t.xlsx", {"sheet1.xml": sheet(f"<row>{noise}</row>")})
    tight = ReadLimits(unpacked_mebibytes=64, cells=10**6, columns=50, workbook_mebibytes=80, workbook_seconds=60)
    assert "needs more than 80 MiB of memory to be read (setting workbook_mebibytes)" in complaint(
        path, tmp_path, tight
    )


def spoilt_archives(path: Path) -> dict[str, bytes]:
    """The same good workbook, spoilt in its container."""
    good = path.read_bytes()
    end = good.rindex(b"PK\x05\x06")
    first = good.index(b"PK\x01\x02")
    encrypted = bytearray(good)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := good.find(sign, place + 1)) >= 0:
            encrypted[place + offset] |= 1
    lying = bytearray(good)
    place = first
    while (place := good.find(b"PK\x01\x02", place)) >= 0:
        lying[place + 24 : place + 28] = struct.pack("<I", 10)
        place += 1
    method = bytearray(good)
    method[first + 10 : first + 12] = struct.pack("<H", 99)
    far = bytearray(good)
    far[end + 16 : end + 20] = struct.pack("<I", 0xFFFFFFF0)
    return {
        "empty": b"",
        "cut off": good[: len(good) // 2],
        "without its end": good[:end],
        "encrypted": bytes(encrypted),
        "sizes that lie": bytes(lying),
        "a method nobody knows": bytes(method),
        "a directory beyond the file": bytes(far),
        "noise": os.urandom(5000),
        "text": b"hub_id,client_name\n1,2\n",
        "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
        "a ZIP64 end that lies": good[:end]
        + b"PK\x06\x06"
        + struct.pack("<Q", 44)
        + bytes(36)
        + b"PK\x06\x07"
        + bytes(16)
        + good[end : end + 16]
        + b"\xff\xff\xff\xff\0\0",
    }


def test_spoilt_containers_are_one_line_each(tmp_path: Path):
    good = write_workbook(tmp_path / "good.xlsx", {"sheet1.xml": sheet(GOOD_ROWS)})
    read_xlsx("good.xlsx", "exports.t", good, FileFormat(), tmp_path, SMALL)
    path = tmp_path / "t.xlsx"
    said = {}
    for kind, content in spoilt_archives(good).items():
        path.write_bytes(content)
        said[kind] = complaint(path, tmp_path)
    assert said["encrypted"] == "t.xlsx: the workbook is protected by a password; save it without one"
    assert said["empty"] == "t.xlsx: is empty; save it again as .xlsx"
    assert "an old .xls file" in said["an old workbook"]
    assert all("is not a readable workbook" in said[kind] for kind in ("cut off", "noise", "text", "sizes that lie"))


def test_spoilt_parts_are_one_line_each(tmp_path: Path):
    good = write_workbook(tmp_path / "good.xlsx", {"sheet1.xml": sheet(GOOD_ROWS)})
    deep = "<a>" * 100_000
    for part, content in [
        ("xl/worksheets/sheet1.xml", "<worksheet><row>"),
        ("xl/worksheets/sheet1.xml", ""),
        ("xl/worksheets/sheet1.xml", sheet(deep)),
        ("xl/worksheets/sheet1.xml", b"\xff\xfe\x00\x00"),
        ("xl/worksheets/sheet1.xml", '<?xml version="1.0" encoding="nonsense"?><a/>'),
        ("xl/worksheets/sheet1.xml", sheet(f'<row><c t="str"><v>{"x" * 2_000_000}</v></c></row>')),
        ("xl/workbook.xml", "<workbook/>"),
        ("xl/_rels/workbook.xml.rels", "not xml"),
        ("_rels/.rels", ""),
    ]:
        complaint(_replaced(good, part, content), tmp_path)


def test_the_reader_does_not_outlive_who_started_it(tmp_path: Path):
    # The starter is killed while the reader waits for a workbook that never comes, and whose pipe stays open: only the
    # system can tell the reader.
    pipe, endless = tmp_path / "pipe", tmp_path / "endless"
    os.mkfifo(pipe)
    os.mkfifo(endless)
    starter = f"""
import json, os, subprocess, sys
request = {{'parent': os.getpid(), 'setting': 't', 'sheet': '', 'header_row': 0, 'date_format': '%Y',
            'decimal_comma': False, 'unpacked_mebibytes': 9, 'cells': 9, 'memory_mebibytes': 512, 'seconds': 60}}
child = subprocess.Popen([sys.executable, '-m', 'pipeline.workbook_process', json.dumps(request)],
                         stdin=os.open({str(endless)!r}, os.O_RDWR))
open({str(pipe)!r}, 'w').write(str(child.pid))
child.wait()
"""
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as parent:
        reader = int(pipe.read_text())
        _wait(lambda: b"pipeline.workbook_process" in Path(f"/proc/{reader}/cmdline").read_bytes())
        parent.send_signal(signal.SIGKILL)
    _wait(lambda: not Path(f"/proc/{reader}/cmdline").exists() or not Path(f"/proc/{reader}/cmdline").read_bytes())


def _wait(met: object, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not met():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.02)
