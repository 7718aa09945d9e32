"""A CSV as the source of a table: by DuckDB's reader where the file is plain, else record by record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.ingest import sql
from pipeline.ingest.contract.source_rows import Original
from pipeline.ingest.folder import ExportFile
from pipeline.ingest.formats import csv_records
from pipeline.ingest.formats.csv_shape import CsvShape, csv_shape
from pipeline.ingest.formats.encoding import is_utf_8, refuse_utf_16, to_utf_8
from pipeline.ingest.formats.text_table import TextTable, TextTableWriter
from pipeline.settings import FileFormat


@dataclass(frozen=True, slots=True)
class CsvText:
    """A CSV whose bytes are UTF-8 text on disk. `where` is the settings table that says how it is written."""

    file: str
    where: str
    path: Path
    format: FileFormat

    def names(self) -> list[str]:
        """The names in the header, "" for each column behind it. Raises InputError."""
        named = csv_records.header(self.file, self.where, self.path, self.format)
        return [*named, *[""] * self.format.unnamed_columns]

    def exactly(self, labels: Sequence[str], folder: Path) -> TextTable:
        """All rows, record by record. Raises InputError when the file is not readable or half-written."""
        with TextTableWriter(folder, self.where, self.file, labels) as writer:
            csv_records.write_records(self.file, self.where, self.path, self.format, writer)
            return writer.finish()


@dataclass(frozen=True, slots=True)
class PlainCsv:
    """A plain CSV as a source: its rows are read by DuckDB, straight from the file."""

    text: CsvText
    header: tuple[str, ...]
    shape: CsvShape
    has_structure: bool = False

    @property
    def relation(self) -> str:
        """SQL that gives the cells as text, in the order of the file."""
        file_format = self.text.format
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(self.header)))
        quote = sql.text(file_format.quote)
        return (
            f"read_csv({sql.path(self.text.path)}, auto_detect=false, header=true, columns={{{columns}}}, "
            f"delim={sql.text(file_format.delimiter)}, quote={quote}, escape={quote}, "
            "nullstr='', strict_mode=true, compression='none')"
        )

    def read_as_expected(self, rows: int) -> bool:
        """Whether DuckDB's reader took every record as it stands.

        It drops an empty cell too many, and every record of a file in which all have too few, without a word.
        """
        return rows == self.shape.records and self.shape.delimiters == (len(self.header) - 1) * (rows + 1)

    def originals(self, records: Sequence[int]) -> Iterator[Original]:
        """The records of these numbers (ascending), as they are in the file."""
        text = self.text
        return csv_records.originals(text.file, text.path, text.format, self.header, records)


def open_csv(export: ExportFile, where: str, file_format: FileFormat, folder: Path) -> CsvText:
    """The file as UTF-8 text: decoded into `folder` where needed. Raises InputError."""
    path = export.path
    if is_utf_8(file_format.encoding) and not file_format.odd_bytes:
        with path.open("rb") as stream:
            refuse_utf_16(export.name, where, stream)
    else:
        target = folder / f"{where}.utf-8"
        to_utf_8(export.name, where, path, file_format.encoding, target, file_format.odd_bytes)
        path = target
    return CsvText(export.name, where, path, file_format)


def plain_csv(text: CsvText, labels: tuple[str, ...]) -> PlainCsv | None:
    """The file as a plain CSV, or None when its bytes ask for the exact way."""
    if text.format.columns or text.format.escape:
        return None
    shape = csv_shape(text.path, text.format)
    plain = shape.plain and len(labels) > 1 and text.format.header_row <= 1 and not text.format.unnamed_columns
    return PlainCsv(text, labels, shape) if plain else None
