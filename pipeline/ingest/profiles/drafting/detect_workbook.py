"""How an unknown workbook is written: its sheet, its header row, its merged cells.

It is looked at in a process of its own, with limits, like any workbook that nobody has checked.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError
from pipeline.ingest.formats.xlsx_process import sheet_rows
from pipeline.ingest.profiles.drafting.detected_format import Looked
from pipeline.ingest.profiles.drafting.header_row import HeaderRow, Row, asked_above, header_row
from pipeline.settings import DEFAULT_LIMITS, FileFormat


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The first rows of a sheet: their lines, and the cells that hold something by column, from 0."""

    name: str
    rows: list[tuple[int, dict[int, str]]]
    merged: list[tuple[int, int, int]]
    texts: list[str]

    @property
    def cells(self) -> int:
        """How many cells hold something."""
        return sum(len(cells) for _, cells in self.rows)


def look_at_xlsx(path: Path, suffix: str) -> Looked:
    """Guesses sheet and header row. Raises InputError when the workbook cannot be read."""
    with tempfile.TemporaryDirectory(prefix="renewals-look-") as folder:
        spool = Path(folder) / "rows"
        sheet_rows(path.name, f"files.{path.stem}", path, FileFormat(), spool, DEFAULT_LIMITS, look=True)
        sheets = list(_sheets(spool))
    if not sheets:
        raise InputError(f"{path.name}: has no worksheet")
    return _best_sheet(path, suffix, sheets)


def _sheets(spool: Path) -> Iterator[_Sheet]:
    rows: list[tuple[int, dict[int, str]]] = []
    with spool.open("rb") as lines:
        for line in lines:
            said = json.loads(line)
            if isinstance(said, list):
                number, texts, *columns = said
                places = columns[0] if columns else range(len(texts))
                stripped = {column: text.strip() for column, text in zip(places, texts, strict=True)}
                rows.append((number, {column: text for column, text in stripped.items() if text}))
            elif "merged" in said:
                merged = [(column, top, bottom) for column, top, bottom in said["merged"]]
                yield _Sheet(said["sheet"], [row for row in rows if row[1]], merged, said["texts"])
                rows = []


def _best_sheet(path: Path, suffix: str, sheets: list[_Sheet]) -> Looked:
    sheet = max(sheets, key=lambda one: one.cells)
    filled = Counter(len(cells) for _, cells in sheet.rows)
    width = max((count for count, rows in filled.items() if rows * 10 >= len(sheet.rows)), default=1)
    rows: list[Row] = [(line, list(cells.values())) for line, cells in sheet.rows]
    wide = [row for row in rows if len(row[1]) * 2 > width]
    at = header_row(path.name, wide, max(2, width // 2))
    line = at.line
    if rows and line == 0:
        line = wide[0][0] if wide and wide[0][0] != rows[0][0] else 0
    remarks, asks = at.remarks, at.asks
    if above := [row for row in rows if line and row[0] < line]:
        remarks = (f"{len(above):,} rows above the header (row {line}) are not read",)
        asks = asked_above(path.name, line, above)
    merged = _merged_downward(sheet, line or (rows[0][0] if rows else 1))
    if merged:
        remarks += (f"has merged cells under {', '.join(merged)}: a view fills them downward",)
    if len(sheets) > 1:
        remarks += (f"has the sheets {', '.join(one.name for one in sheets)}; the fullest one is read",)
        asks += _other_sheets(path.name, sheets, sheet)
    columns = _columns(sheet, at)
    file_format = FileFormat(sheet=sheet.name if len(sheets) > 1 else "", header_row=line, columns=columns)
    if columns:
        asks += at.headerless(path.name)
    return Looked(path, suffix, file_format, remarks, merged, asks, frozenset(sheet.texts))


def _columns(sheet: _Sheet, at: HeaderRow) -> tuple[str, ...]:
    """Names for the columns of a sheet that has no header."""
    last = max((column for _, cells in sheet.rows for column in cells), default=0)
    return tuple(f"column_{place}" for place in range(1, last + 2)) if at.missing else ()


def _other_sheets(file: str, sheets: list[_Sheet], read: _Sheet) -> tuple[tuple[str, str], ...]:
    """Asks about sheets that hold a table too: three rows or more of three cells or more."""
    tall = {one.name: sum(len(cells) >= 3 for _, cells in one.rows) for one in sheets if one is not read}
    others = [f"{name} ({rows:,} rows)" for name, rows in tall.items() if rows >= 3]
    if not others:
        return ()
    text = (
        f"does only the sheet {read.name} of {file} hold contracts? Not read are {', '.join(others)}. Set sheet in "
        "profile.toml, or name the file once more under [files.NAME] with the other sheet."
    )
    return (("sheet", text),)


def _merged_downward(sheet: _Sheet, header: int) -> tuple[str, ...]:
    """Names of the columns in which cells below the header are merged with those under them."""
    names = next((cells for line, cells in sheet.rows if line == header), {})
    places = {column for column, top, bottom in sheet.merged if bottom > top > header}
    return tuple(names[place] for place in sorted(places) if place in names)
