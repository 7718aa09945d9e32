"""A workbook as a source: one sheet; the header is its first row that is not blank, or the row that is named."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, Final

import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook

from pipeline.errors import InputError
from pipeline.ingest import number_text
from pipeline.ingest.text_table import TextTable, TextTableWriter
from pipeline.settings import FileFormat

_ERRORS: Final = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_ERROR_CELL: Final = re.compile(rb"""\st=["']e["']""")


def read_xlsx(file: str, where: str, path: Path, file_format: FileFormat, folder: Path) -> TextTable:
    """The rows of the sheet as text, with the sheet's own row numbers; blank rows are no records.

    Dates are ISO dates (or in the file's date format), whole numbers have no point, an error such as `#DIV/0!` is its
    text. The first sheet, unless the format names one. Raises InputError when the workbook is protected by a password
    or broken, has no such sheet, or the sheet is empty.
    """
    workbook, sheet = _open(file, where, path, file_format.sheet)
    with workbook:
        errors = _error_cells(path, sheet)
        top = sheet.start[0] if sheet.start else 0
        filled = (
            (top + offset + 1, cells)
            for offset, cells in enumerate(_rows(sheet, errors, file_format))
            if any(cell for cell in cells) and top + offset + 1 >= file_format.header_row
        )
        header = next(filled, None)
        if header is None:
            raise InputError(f"{file}: the sheet {sheet.name!r} is empty; it should begin with a header")
        return _write(file, where, header[1], list(filled), folder)


def _write(
    file: str, where: str, names: Sequence[str | None], rows: Sequence[tuple[int, list[str | None]]], folder: Path
) -> TextTable:
    # A workbook's used range often goes on beyond its last column: only formats stand there.
    used = [place for place, name in enumerate(names) if name or any(cells[place] for _, cells in rows)]
    with TextTableWriter(folder, where, file, [names[place] or "" for place in used]) as writer:
        for line, cells in rows:
            writer.add(line, [cells[place] for place in used])
        return writer.finish()


def _open(file: str, where: str, path: Path, wanted: str) -> tuple[CalamineWorkbook, CalamineSheet]:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = [
            sheet.name for sheet in workbook.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if wanted and wanted not in sheets:
            raise InputError(
                f"{file}: has no sheet {wanted!r} ([{where}] sheet = …); its sheets are: {', '.join(sheets)}"
            )
        if not sheets:
            raise InputError(f"{file}: has no worksheet")
        return workbook, workbook.get_sheet_by_name(wanted or sheets[0])
    except python_calamine.PasswordError:
        raise InputError(f"{file}: the workbook is protected by a password; save it without one") from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        first = str(error).strip().split("\n")[0]
        raise InputError(f"{file}: is no readable workbook ({first}); save it again as .xlsx") from None


def _rows(
    sheet: CalamineSheet, errors: dict[tuple[int, int], str], file_format: FileFormat
) -> Iterator[list[str | None]]:
    for row, values in enumerate(sheet.to_python(skip_empty_area=True)):
        yield [errors.get((row, place)) or _text(value, file_format) for place, value in enumerate(values)]


def _text(value: Any, file_format: FileFormat) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text.in_format(number_text.of_float(float(value)), file_format)
        case date():
            return number_text.of_date(value, file_format)
        case time() | timedelta():
            return str(value)
        case _:
            return value or None


def _error_cells(path: Path, sheet: CalamineSheet) -> dict[tuple[int, int], str]:
    """Error cells of the sheet by place in its used range. calamine for Python gives them as blank ones."""
    if not _has_error_cells(path):
        return {}
    import fastexcel

    loaded = fastexcel.read_excel(str(path)).load_sheet(sheet.name, header_row=None, dtypes="string")
    _, found = loaded.to_arrow_with_errors()
    return {cell.position: _error_text(cell.detail) for cell in (found.errors if found else ())}


def _error_text(detail: str) -> str:
    kind = re.search(r"Error\((\w+)\)", detail)
    return _ERRORS.get(kind[1], "#ERROR!") if kind else "#ERROR!"


def _has_error_cells(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and _ERROR_CELL.search(archive.read(name)):
                return True
    return False
