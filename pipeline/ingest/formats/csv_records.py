"""The records of a CSV exactly as RFC 4180 says, with the line on which each begins."""

from __future__ import annotations

import csv
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

from pipeline.errors import InputError
from pipeline.ingest.contract import reasons
from pipeline.ingest.contract.source_rows import Original, cells_json
from pipeline.ingest.formats.encoding import count_line_ends, decoded
from pipeline.ingest.formats.text_table import TextTableWriter
from pipeline.settings import FileFormat


@contextmanager
def _reader(path: Path, file_format: FileFormat) -> Iterator[tuple[Any, IO[str]]]:
    # The module's own limit of 131,072 characters a cell is not a rule of the contract.
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield (
            csv.reader(
                _with_nulls(stream, file_format),
                delimiter=file_format.delimiter,
                quotechar=file_format.quote,
                escapechar=file_format.escape or None,
                strict=True,
            ),
            stream,
        )


def _with_nulls(stream: IO[str], file_format: FileFormat) -> Iterator[str]:
    """The lines; in a file with escapes its mark for an empty cell, as in `\\N`, is taken out."""
    if not file_format.escape:
        yield from stream
        return
    mark, null = re.escape(file_format.delimiter), re.escape(f"{file_format.escape}N")
    empty = re.compile(rf"(^|(?<={mark})){null}(?=$|[\r\n]|{mark})")
    for line in stream:
        yield empty.sub("", line)


def records(file: str, where: str, path: Path, file_format: FileFormat) -> Iterator[tuple[int, list[str]]]:
    """Each record of a UTF-8 file with the line on which it begins; blank lines are no records.

    Raises InputError where the file is not readable as CSV: it ends inside quotes, text follows a closing quote, a
    byte is not UTF-8. `where` names the setting of the file's encoding. Lines above the header row are not records.
    """
    line = 1
    with _reader(path, file_format) as (reader, _):
        while True:
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise InputError(f"{file}: {_what_is_wrong(error, line)}") from None
            except UnicodeDecodeError:
                deque(decoded(file, where, path, "utf-8"), maxlen=0)
                raise
            if record and line >= file_format.header_row:
                yield line, record
            line = reader.line_num + 1


def lines_above(path: Path, file_format: FileFormat) -> int:
    """How many records of a UTF-8 file stand above its header row and are not read; lines with empty cells only do not
    count."""
    number, line = 0, 1
    with _reader(path, file_format) as (reader, _):
        for record in reader:
            if line >= file_format.header_row:
                break
            number += any(cell.strip() for cell in record)
            line = reader.line_num + 1
    return number


def _what_is_wrong(error: csv.Error, line: int) -> str:
    if "unexpected end of data" in str(error):
        return (
            f"line {line} begins a record that ends inside quotes at the end of the file: half-written, "
            "or a quote too many; export it again"
        )
    return (
        f"line {line} begins a record that is not readable as CSV ({error}); double the quotes inside quoted cells, or "
        "say what stands before them: escape = '\\'"
    )


def header(file: str, where: str, path: Path, file_format: FileFormat) -> list[str]:
    """The names in the first record, or those that the format gives. Raises InputError when the file is empty, and as
    `records` does."""
    if file_format.columns:
        return list(file_format.columns)
    for _, record in records(file, where, path, file_format):
        return record
    raise InputError(f"{file}: is empty; it should begin with a header")


def write_records(file: str, where: str, path: Path, file_format: FileFormat, writer: TextTableWriter) -> None:
    """All records after the header (all, where the format names the columns) into a text table.

    A record with too few or too many cells is refused there. Raises InputError when the last one has too few: the
    file is half-written; and as `records` does.
    """
    rows = records(file, where, path, file_format)
    if not file_format.columns:
        next(rows)
    width = len(writer.header)
    line, given = 0, width
    for line, cells in rows:
        if file_format.short_rows and len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        given = len(cells)
        writer.add(line, cells, None if given == width else _misfit(given, width))
    if given < width:
        raise InputError(
            f"{file}: line {line}, the last record, has {given} of {width} cells: half-written; export it again"
        )


def _misfit(given: int, width: int) -> str:
    return reasons.TOO_FEW_CELLS if given < width else reasons.TOO_MANY_CELLS


def originals(
    file: str, path: Path, file_format: FileFormat, labels: Sequence[str], wanted: Sequence[int]
) -> Iterator[Original]:
    """The records of these numbers (ascending, the first after the header is 0) of a file known to be readable.

    Reads no further than the last of them, and between them at the speed of the csv module.
    """
    with _reader(path, file_format) as (reader, _):
        filled = _filled(reader, file_format.header_row)
        next(filled)
        position = 0
        for record in wanted:
            cells = next(islice(filled, record - position, None))
            position = record + 1
            inside = sum(count_line_ends(cell) for cell in cells)
            yield Original(record, file, reader.line_num - inside, cells_json(labels, cells))


def _filled(reader: Any, first_line: int) -> Iterator[list[str]]:
    """Records that are not blank and do not begin above that line."""
    line = 1
    for record in reader:
        if record and line >= first_line:
            yield record
        line = reader.line_num + 1
