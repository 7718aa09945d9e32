"""Export files of every format, opened as sources of text."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.errors import InputError
from pipeline.ingest.contract.header import labels, refuse_too_many, table_labels
from pipeline.ingest.contract.source_rows import Source
from pipeline.ingest.folder import ExportFile
from pipeline.ingest.formats.csv_file import CsvText, PlainCsv, open_csv, plain_csv
from pipeline.ingest.formats.csv_records import lines_above
from pipeline.ingest.formats.encoding import odd_lines
from pipeline.ingest.formats.json_file import read_json
from pipeline.ingest.formats.not_text import refuse_no_text, unpack_gzip
from pipeline.ingest.formats.parquet_file import open_parquet, parquet_names
from pipeline.ingest.formats.text_table import TextTable
from pipeline.ingest.formats.xlsx_file import read_xlsx
from pipeline.ingest.profiles.profile import RawFile
from pipeline.regular_file import check_regular
from pipeline.settings import DEFAULT_LIMITS, FileFormat, ReadLimits
from pipeline.tables.declare import Table

_OF_THE_MACHINE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file whose header is known to be good.

    `fast`: the same rows by DuckDB's own reader, where the file allows it. `exact`: any file of the format, slower.
    `check`: raises InputError when the file is why DuckDB could not read it. `remarks`: what of it is not read as it
    stands, one line each, of a file that is known to be readable.
    """

    labels: tuple[str, ...]
    exact: Callable[[], Source]
    fast: Callable[[], PlainCsv | None] = lambda: None
    check: Callable[[], None] = lambda: None
    remarks: Callable[[], tuple[str, ...]] = tuple


@contextmanager
def readable(file: str) -> Iterator[None]:
    """What keeps a file from being read is an InputError; a full or failing disk stays the machine's error."""
    try:
        yield
    except OSError as error:
        if error.errno in _OF_THE_MACHINE:
            raise
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None


def open_file(
    export: ExportFile, table: Table, file_format: FileFormat, folder: Path, limits: ReadLimits = DEFAULT_LIMITS
) -> OpenedFile:
    """Opens the file of a table and checks its header. `folder` takes what must be unpacked. Raises InputError."""
    with readable(export.name):
        return _open(export, table, file_format, folder, limits)


def _open(export: ExportFile, table: Table, file_format: FileFormat, folder: Path, limits: ReadLimits) -> OpenedFile:
    where = f"exports.{table.name}"
    file, path = export.name, export.path
    match export.suffix:
        case ".parquet":
            names = parquet_names(file, path, limits)
            refuse_too_many(file, len(names), limits)
            known = table_labels(file, names, table)
            source = open_parquet(file, path, known, file_format)
            return OpenedFile(known, exact=lambda: source, check=source.check)
        case ".json" | ".ndjson":
            return _of_text(read_json(file, where, path, file_format, folder, limits), table)
        case ".xlsx":
            sheet = read_xlsx(file, where, path, file_format, folder, limits)
            return replace(_of_text(sheet, table), remarks=lambda: _rows_above(file, sheet, file_format))
        case _:
            text = _open_csv(export, where, file_format, folder, limits)
            names = text.names()
            refuse_too_many(file, len(names), limits)
            known = table_labels(file, names, table)
            return OpenedFile(
                known,
                exact=lambda: text.exactly(known, folder),
                fast=lambda: plain_csv(text, known),
                remarks=lambda: _csv_remarks(text, _as_delivered(export, where, folder)),
            )


def _unpacked(where: str, folder: Path) -> Path:
    return folder / f"{where}.unpacked"


def _open_csv(export: ExportFile, where: str, file_format: FileFormat, folder: Path, limits: ReadLimits) -> CsvText:
    if export.suffix.endswith(".gz"):
        unpacked = _unpacked(where, folder)
        unpack_gzip(export.name, export.path, unpacked, limits)
        export = ExportFile(export.name, unpacked, ".csv")
    text = open_csv(export, where, file_format, folder)
    refuse_no_text(export.name, where, text.path)
    return text


def _of_text(found: TextTable, table: Table) -> OpenedFile:
    # JSON without objects has no header; whether the table may be empty is asked later.
    known = table_labels(found.file, found.header, table) if found.header or found.rows else ()
    return OpenedFile(known, exact=lambda: replace(found, header=known))


def open_raw(raw: RawFile, path: Path, folder: Path, limits: ReadLimits = DEFAULT_LIMITS) -> Source:
    """A raw file of a source profile, of any format; no header is expected of it. Raises InputError."""
    where = f"files.{raw.name}"
    with readable(raw.path):
        check_regular(path)
        match raw.suffix:
            case ".parquet":
                names = parquet_names(raw.path, path, limits)
                refuse_too_many(raw.path, len(names), limits)
                source = open_parquet(raw.path, path, labels(raw.path, names, repeats=True), raw.format)
                source.check()
                return source
            case ".json" | ".ndjson":
                return _labelled(read_json(raw.path, where, path, raw.format, folder, limits))
            case ".xlsx":
                return _labelled(read_xlsx(raw.path, where, path, raw.format, folder, limits))
            case _:
                text = _open_csv(ExportFile(raw.path, path, raw.suffix), where, raw.format, folder, limits)
                names = text.names()
                refuse_too_many(raw.path, len(names), limits)
                return text.exactly(labels(raw.path, names, repeats=True), folder)


def remarks_on(
    raw: RawFile, source: Source, path: Path, folder: Path, limits: ReadLimits = DEFAULT_LIMITS
) -> tuple[str, ...]:
    """What of a raw file was not read as it stands, one line each: odd bytes, and lines above the header row.

    The file is known to be readable; `source` is what `open_raw` made of it.
    """
    if raw.suffix == ".xlsx":
        return _rows_above(raw.path, source, raw.format)
    if not raw.suffix.startswith(".csv") or not (raw.format.odd_bytes or raw.format.header_row > 1):
        return ()
    where = f"files.{raw.name}"
    export = ExportFile(raw.path, path, raw.suffix)
    return _csv_remarks(_open_csv(export, where, raw.format, folder, limits), _as_delivered(export, where, folder))


def _as_delivered(export: ExportFile, where: str, folder: Path) -> Path:
    """The file in its own encoding, unpacked where it was packed."""
    return _unpacked(where, folder) if export.suffix.endswith(".gz") else export.path


def _csv_remarks(text: CsvText, delivered: Path) -> tuple[str, ...]:
    found: list[str] = []
    if text.format.odd_bytes:
        lines, _ = odd_lines(delivered, text.format.encoding)
        if lines:
            shown = ", ".join(str(line) for line in lines[:10]) + (" and others" if len(lines) > 10 else "")
            where = f"line {shown}" if len(lines) == 1 else f"lines {shown}"
            found.append(
                f"{text.file}: {where} has bytes that are not {text.format.encoding}; they were read as "
                f"{text.format.odd_bytes}"
            )
    if text.format.header_row > 1 and (above := lines_above(text.path, text.format)):
        found.append(_not_read(text.file, above, "line", text.format))
    return tuple(found)


def _rows_above(file: str, sheet: Source, file_format: FileFormat) -> tuple[str, ...]:
    """The remark on a sheet with filled rows above its header row."""
    above = sheet.above if isinstance(sheet, TextTable) else 0
    return (_not_read(file, above, "row", file_format),) if above else ()


def _not_read(file: str, above: int, what: str, file_format: FileFormat) -> str:
    """`what`: line or row."""
    lines, were = (f"1 {what}", "was") if above == 1 else (f"{above:,} {what}s", "were")
    below = f"the first row that is read ({what}" if file_format.columns else f"the header row ({what}"
    return f"{file}: {lines} above {below} {file_format.header_row}) {were} not read"


def _labelled(found: TextTable) -> TextTable:
    return replace(found, header=labels(found.file, found.header, repeats=True))


def sha256(path: Path) -> str:
    """Hash of the file's bytes. Raises InputError when it cannot be read."""
    with readable(path.name), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
