"""How an unknown file is written: format, encoding, delimiter, header row, sheet, the place of records in JSON."""

from __future__ import annotations

import codecs
import csv
import dataclasses
import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.ingest.formats.encoding import odd_lines
from pipeline.ingest.profiles.drafting.detect_workbook import look_at_xlsx
from pipeline.ingest.profiles.drafting.detected_format import Looked
from pipeline.ingest.profiles.drafting.header_row import header_row
from pipeline.ingest.profiles.profile_file import RAW_SUFFIXES, raw_suffix
from pipeline.settings import FileFormat

_SAMPLE: Final = 1 << 20
_ROWS: Final = 400
_DELIMITERS: Final = ",;\t|"
_LONGEST_JSON: Final = 200 << 20
_NO_QUOTE: Final = "\x01"
_NULS_OF_UTF_16: Final = 20
"""One byte of so many is 0 where a text is UTF-16, whatever its letters; a single one is a stray character."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def look(path: Path) -> Looked:
    """Guesses how the file is written. Raises InputError when there is no such file or its kind is not known."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    suffix = raw_suffix(path.name)
    if suffix is None:
        known = ", ".join(RAW_SUFFIXES)
        raise InputError(f"{path.name}: is none of {known}; save it as one of these, or give it the right ending")
    try:
        match suffix:
            case ".csv" | ".csv.gz":
                return _look_at_csv(path, suffix)
            case ".xlsx":
                return look_at_xlsx(path, suffix)
            case ".json" | ".ndjson":
                return _look_at_json(path, suffix)
            case _:
                return Looked(path, suffix, FileFormat())
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror or error})") from None


def _bytes(path: Path, suffix: str) -> Iterator[bytes]:
    if not suffix.endswith(".gz"):
        with path.open("rb") as stream:
            while data := stream.read(_SAMPLE):
                yield data
        return
    try:
        with gzip.open(path, "rb") as stream:
            while data := stream.read(_SAMPLE):
                yield data
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path.name}: is not a readable gzip file ({error}); export it again") from None


def _encoding(path: Path, suffix: str) -> tuple[str, bytes]:
    """The encoding, and the first bytes. All of the file is looked at.

    A file with more characters of UTF-8 than bytes that are not of it is UTF-8 with odd bytes: `utf-8?`. What is
    neither UTF-8 nor UTF-16 is taken for Windows-1252.

    charset-normalizer 3.5.2 is not used. Of 252 drawn exports in UTF-8, UTF-16 and Windows-1252 (few of whose cells
    have a letter that tells) it read 207 right, this function all; of the 87 text files of cases and tests it read 86,
    this function all. It is better at Cyrillic, Greek and Asian encodings (117 of 252 right, this function 5): for
    those the encoding is set in `profile.toml`.
    """
    first = next(_bytes(path, suffix), b"")
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding, first
    start = first[:1000]
    if _NULS_OF_UTF_16 * start.count(b"\0") > len(start):
        return ("utf-16-le" if first[1:2] == b"\0" else "utf-16-be"), first
    for encoding in ("utf-8", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for data in _bytes(path, suffix):
                decoder.decode(data)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            if encoding == "utf-8" and _mostly_utf_8(path, suffix):
                return _ODD_UTF_8, first
            continue
        return encoding, first
    return "latin-1", first


_ODD_UTF_8: Final = "utf-8?"


def _mostly_utf_8(path: Path, suffix: str) -> bool:
    odd = good = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    for data in _bytes(path, suffix):
        text = decoder.decode(data)
        odd += sum("\udc80" <= one <= "\udcff" for one in text)
        good += sum(one > "\x7f" for one in text)
    return good - odd > odd


def _look_at_csv(path: Path, suffix: str) -> Looked:
    encoding, first = _encoding(path, suffix)
    mixed = encoding == _ODD_UTF_8
    encoding = "utf-8" if mixed else encoding
    text = first.decode(encoding, errors="replace" if mixed else "ignore").removeprefix("\ufeff")
    if not text.strip():
        raise InputError(f"{path.name}: is empty; it should begin with a header")
    _refuse_other_formats(path, text)
    best = _best_cut(text)
    header = header_row(path.name, best.rows, best.width, shorter=True)
    file_format = FileFormat(
        encoding=encoding,
        delimiter=best.delimiter,
        quote=best.quote,
        escape=best.escape,
        header_row=header.line,
        columns=tuple(f"column_{place}" for place in range(1, best.width + 1)) if header.missing else (),
        unnamed_columns=header.unnamed,
        odd_bytes="cp1252" if mixed else "",
    )
    asks = header.asks + (header.headerless(path.name) if header.missing else ())
    if mixed:
        lines, _ = odd_lines(path, "utf-8") if not suffix.endswith(".gz") else ([], 0)
        where = f"line {', '.join(str(line) for line in lines[:5])}" if lines else "some lines"
        asks += ((
            "encoding",
            f"{path.name} is UTF-8, but {where} has bytes that are not; they are read as Windows-1252 (odd_bytes in "
            "profile.toml). Do the names there look right?",
        ),)  # fmt: skip
    return Looked(path, suffix, file_format, header.remarks, asks=asks)


def _refuse_other_formats(path: Path, text: str) -> None:
    start = text.lstrip()[:20].lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        raise InputError(f"{path.name}: holds a web page or XML, not rows; download the data itself as CSV")
    if start.startswith("pk\x03\x04"):
        raise InputError(f"{path.name}: is a ZIP or a workbook, not CSV; unpack it, or give it the ending .xlsx")


@dataclass(frozen=True, slots=True)
class _Cut:
    """A text cut into records: `even` is how many in a hundred have the usual `width`; 0 for a width of 1."""

    delimiter: str
    quote: str
    escape: str
    rows: list[tuple[int, list[str]]]
    width: int
    even: int


def _best_cut(text: str) -> _Cut:
    """The text cut the way that gives the most records of one width; quotes are not given up for one stray one."""
    ways = [('"', ""), ('"', "\\")] if '\\"' in text else [('"', "")]
    found = [_cut(text, delimiter, *way) for way in (*ways, (_NO_QUOTE, "")) for delimiter in _DELIMITERS]
    best = max(
        (one for one in found if one is not None),
        key=lambda one: (one.even > 0, one.quote == '"', one.even, one.escape == "", one.width),
    )
    mark = re.escape(best.delimiter)
    if best.quote == _NO_QUOTE and re.search(rf'(^|{mark})"[^"\n]*{mark}[^"\n]*"({mark}|$)', text, re.MULTILINE):
        # Cells need their quotes: whoever reads the file will say on which line one is wrong.
        return _cut(text, best.delimiter, '"', "", strict=False) or best
    return best


def _cut(text: str, delimiter: str, quote: str, escape: str, *, strict: bool = True) -> _Cut | None:
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote,
        escapechar=escape or None,
        strict=strict,
    )
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for record in reader:
            if record:
                rows.append((line, record))
            line = reader.line_num + 1
            if len(rows) == _ROWS:
                break
    except csv.Error as error:
        # A text that ends inside quotes is a sample's end, or half-written, which the reader of the file will say.
        if "unexpected end" not in str(error):
            return None
    widths = Counter(len(record) for _, record in rows)
    width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(1, 0))
    even = 100 * count // len(rows) if rows and width > 1 else 0
    return _Cut(delimiter, quote, escape, rows, width, even)


def _look_at_json(path: Path, suffix: str) -> Looked:
    encoding, first = _encoding(path, suffix)
    encoding = "utf-8" if encoding == _ODD_UTF_8 else encoding
    file_format = FileFormat(encoding=encoding)
    text = first.decode(encoding, errors="ignore").removeprefix("\ufeff").lstrip()
    if not text:
        raise InputError(f"{path.name}: is empty; it should hold an array of objects, or one object per line")
    if text.startswith("[") or path.stat().st_size > _LONGEST_JSON:
        return Looked(path, suffix, file_format)
    try:
        whole = json.loads(path.read_bytes().decode(encoding).removeprefix("\ufeff"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return Looked(path, suffix, file_format)
    lists = dict(_lists(whole, ""))
    if not lists:
        return Looked(path, suffix, file_format)
    place = max(lists, key=lambda name: lists[name])
    return Looked(path, suffix, dataclasses.replace(file_format, records=place))


def _lists(value: Any, place: str) -> Iterator[tuple[str, int]]:
    """Lists of objects inside an object, each with its place and how many it holds; two levels deep."""
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        here = f"{place}.{key}" if place else key
        if isinstance(item, list) and item and all(isinstance(one, dict) for one in item):
            yield here, len(item)
        elif here.count(".") < 1:
            yield from _lists(item, here)
