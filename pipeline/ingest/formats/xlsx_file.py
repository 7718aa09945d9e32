"""A workbook as a source: one sheet; the header is its first row that is not blank, or the row that is named.

It is read in a process of its own, with limits (`pipeline.workbook_process`): nobody has checked it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputError
from pipeline.ingest.contract.header import refuse_too_many
from pipeline.ingest.formats.text_table import TextTable, TextTableWriter
from pipeline.ingest.formats.xlsx_process import SheetRow, SheetRows, sheet_rows
from pipeline.settings import DEFAULT_LIMITS, FileFormat, ReadLimits


def read_xlsx(
    file: str, where: str, path: Path, file_format: FileFormat, folder: Path, limits: ReadLimits = DEFAULT_LIMITS
) -> TextTable:
    """The rows of the sheet as text, with the sheet's own row numbers; blank rows are no records.

    A cell is what the spreadsheet shows: a date is its calendar day (in the file's date format), a number has at most
    15 significant digits, one formatted as a percentage is that percentage, whole numbers have no point, an error such
    as `#DIV/0!` is its text. The first sheet, unless the format names one. Raises InputError when the workbook is
    protected by a password or broken, has no such sheet, goes beyond the limits, or the sheet is empty.
    """
    spool = folder / f"{where}.rows"
    found = sheet_rows(file, where, path, file_format, spool, limits)
    try:
        if file_format.columns:
            laid_out = _without_header(file, where, found, folder, file_format.columns)
        else:
            laid_out = _laid_out(file, where, found, folder, limits)
        return replace(laid_out, above=found.above)
    finally:
        spool.unlink()


def _laid_out(file: str, where: str, found: SheetRows, folder: Path, limits: ReadLimits) -> TextTable:
    rows = found.rows()
    first = next(rows, None)
    if first is None:
        raise InputError(f"{file}: the sheet {found.sheet!r} is empty; it should begin with a header")
    refuse_too_many(file, len(found.columns), limits)
    # Only columns that hold something: a format alone, or nothing up to a cell far away, makes none.
    place = {column: index for index, column in enumerate(found.columns)}
    header = _spread(first, place)
    with TextTableWriter(folder, where, file, [name or "" for name in header]) as writer:
        for row in rows:
            writer.add(row[0], _spread(row, place))
        return writer.finish()


def _without_header(file: str, where: str, found: SheetRows, folder: Path, names: tuple[str, ...]) -> TextTable:
    """All rows of a sheet that names no columns; `names` does, from the sheet's first column on, or, where that is too
    far left, from the first one that holds something."""
    last = max(found.columns, default=0)
    first = 0 if last < len(names) else min(found.columns)
    if last - first >= len(names):
        raise InputError(
            f"{file}: the sheet {found.sheet!r} has {last - first + 1:,} columns, but [{where}] columns = … names "
            f"{len(names):,}; name all of them, in order"
        )
    place = {column: column - first for column in range(first, first + len(names))}
    with TextTableWriter(folder, where, file, names) as writer:
        for row in found.rows():
            writer.add(row[0], _spread(row, place))
        return writer.finish()


def _spread(row: SheetRow, place: dict[int, int]) -> list[str | None]:
    """The texts of a row in the columns of the table; None where it has none."""
    _, texts, columns = row
    cells: list[str | None] = [None] * len(place)
    for column, text in zip(range(len(texts)) if columns is None else columns, texts, strict=True):
        cells[place[column]] = text
    return cells
