"""How an unknown workbook is written: its sheet, its header row, its merged cells."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import python_calamine
from python_calamine import CalamineWorkbook

from pipeline.errors import InputError
from pipeline.ingest.draft.header_row import header_row
from pipeline.ingest.draft.looked import Looked
from pipeline.settings import FileFormat


def look_at_xlsx(path: Path, suffix: str) -> Looked:
    """Guesses sheet and header row. Raises InputError when the workbook cannot be read."""
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            names = [s.name for s in workbook.sheets_metadata if s.typ == python_calamine.SheetTypeEnum.WorkSheet]
            sheets = [workbook.get_sheet_by_name(name) for name in names]
            if not sheets:
                raise InputError(f"{path.name}: has no worksheet")
            return _best_sheet(path, suffix, sheets)
    except python_calamine.PasswordError:
        raise InputError(f"{path.name}: the workbook is protected by a password; save it without one") from None
    except (python_calamine.CalamineError, ValueError) as error:
        first = str(error).strip().split("\n")[0]
        raise InputError(f"{path.name}: is no readable workbook ({first}); save it again as .xlsx") from None


def _best_sheet(path: Path, suffix: str, sheets: list[Any]) -> Looked:
    tables = [[[str(cell).strip() for cell in row] for row in sheet.to_python()[:5000]] for sheet in sheets]
    sizes = [sum(bool(cell) for row in table for cell in row) for table in tables]
    place = sizes.index(max(sizes))
    sheet, table = sheets[place], tables[place]
    top = sheet.start[0] if sheet.start else 0
    filled = Counter(sum(bool(cell) for cell in row) for row in table if any(row))
    width = max((count for count, rows in filled.items() if rows * 10 >= len(table)), default=1)
    # calamine gives rows from the top of the sheet, unless it is asked to skip the empty area.
    first = 0 if len(table) > sheet.height else top
    rows = [(first + number, [cell for cell in row if cell]) for number, row in enumerate(table, start=1) if any(row)]
    wide = [(line, cells) for line, cells in rows if len(cells) * 2 > width]
    at = header_row(path.name, wide, max(2, width // 2))
    header, remarks = at.line, at.remarks
    if rows and header == 0:
        header = wide[0][0] if wide and wide[0][0] != rows[0][0] else 0
    above = [cells for line, cells in rows if header and line < header]
    if above and not at.asks:
        remarks = (f"{len(above):,} rows above the header (row {header}) are not read",)
    merged = _merged_downward(sheet, table, first, header or (rows[0][0] if rows else 1))
    if merged:
        remarks += (f"has merged cells under {', '.join(merged)}: a view fills them downward",)
    asks = at.asks
    if len(sheets) > 1:
        remarks += (f"has the sheets {', '.join(one.name for one in sheets)}; the fullest one is read",)
        asks += _other_sheets(path.name, sheets, tables, place)
    name = sheet.name if len(sheets) > 1 else ""
    return Looked(path, suffix, FileFormat(sheet=name, header_row=header), remarks, merged, asks)


def _other_sheets(
    file: str, sheets: list[Any], tables: list[list[list[str]]], place: int
) -> tuple[tuple[str, str], ...]:
    """Asks about sheets that hold a table too: three rows or more of three cells or more."""
    tall = [sum(sum(bool(cell) for cell in row) >= 3 for row in table) for table in tables]
    others = [f"{sheet.name} ({tall[n]:,} rows)" for n, sheet in enumerate(sheets) if n != place and tall[n] >= 3]
    if not others:
        return ()
    text = (
        f"does only the sheet {sheets[place].name} of {file} hold contracts? Not read are {', '.join(others)}. Set "
        f"sheet in "
        "profile.toml, or name the file once more under [files.NAME] with the other sheet."
    )
    return (("sheet", text),)


def _merged_downward(sheet: Any, table: list[list[str]], first: int, header: int) -> tuple[str, ...]:
    """Names of the columns in which cells below the header are merged with those under them."""
    if not 0 < header - first <= len(table):
        return ()
    names = table[header - first - 1]
    ranges = getattr(sheet, "merged_cell_ranges", None) or []
    places = {start[1] for start, end in ranges if end[0] > start[0] >= header and start[1] < len(names)}
    return tuple(names[place] for place in sorted(places) if names[place])
