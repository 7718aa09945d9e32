"""One sheet of a workbook, row by row: the cells that hold something, as text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pipeline.workbook_process import cell_values
from pipeline.workbook_process.cell_values import Written
from pipeline.workbook_process.package import Package, WorkbookError
from pipeline.workbook_process.styles import GENERAL, NumberFormat, number_formats

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
LONGEST_TEXT: Final = 1_000_000
"""Characters of one cell; spreadsheets stop at 32,767."""
AMPLIFIED: Final = 20
"""Characters of cells per byte of XML above which texts are told often enough to flood a disk."""
AMPLIFIED_FROM: Final = 64 << 20
_REFERENCE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_LONGEST_INDEX: Final = 10
_BLANKS: Final = " \t\r\n"
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something. `line`: its number in the sheet, from 1. `cells`: text by column, from 0."""

    line: int
    cells: dict[int, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet that the workbook lists: its name and its part."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What the workbook says of itself. `strings`, `styles`: the parts, where it has them."""

    sheets: tuple[Sheet, ...]
    from_1904: bool
    strings: str | None
    styles: str | None


def contents(package: Package) -> Contents:
    """The worksheets in their order, and where texts and styles stand. Raises WorkbookError."""
    part = package.workbook_part()
    related = package.related(part)
    sheets: list[Sheet] = []
    from_1904 = False
    for _, element in package.elements(part, "{*}sheet", "{*}workbookPr"):
        if element.tag.endswith("workbookPr"):
            # Extensions have an element of the same name, which says something else.
            if element.getparent() is not None and element.getparent().tag.endswith("workbook"):
                from_1904 = (element.get("date1904") or "").strip().lower() in ("1", "true")
            continue
        target = next((related.get(value) for name, value in element.items() if name.endswith("}id")), None)
        if target is not None and target.kind == "worksheet":
            sheets.append(Sheet(element.get("name") or "", target.part))
    parts = {one.kind: one.part for one in related.values()}
    return Contents(tuple(sheets), from_1904, parts.get("sharedStrings"), parts.get("styles"))


def chosen_sheet(found: Contents, wanted: str, setting: str) -> Sheet:
    """The sheet of that name, the first for the name "". Raises WorkbookError, naming the setting, without one."""
    if not found.sheets:
        raise WorkbookError("has no worksheet")
    for sheet in found.sheets:
        if wanted in ("", sheet.name):
            return sheet
    names = ", ".join(sheet.name for sheet in found.sheets)
    raise WorkbookError(f"has no sheet {wanted!r} ([{setting}] sheet = …); its sheets are: {names}")


class SheetReader:
    """Reads the rows of one sheet of a package."""

    def __init__(self, package: Package, found: Contents, written: Written) -> None:
        self._package = package
        self._written = written
        self._formats = {str(place): each for place, each in enumerate(number_formats(package, found.styles))}
        self._strings = _shared_strings(package, found.strings)
        self._columns: dict[str, int] = {}
        self._told = 0
        self.cells = 0

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """The rows that hold something, top down. Raises WorkbookError."""
        line = 0
        for _, element in self._package.elements(sheet.part, "{*}row"):
            given = element.get("r")
            line = line + 1 if given is None else _row_number(given)
            parent = element.getparent()
            if parent is not None and parent.tag.endswith("sheetData"):
                found = self._cells(element, line)
                if found:
                    yield Row(line, found)
            _forget(element)

    def _cells(self, row: Any, line: int) -> dict[int, str]:
        found: dict[int, str] = {}
        column = -1
        suffix = str(line)
        for cell in row:
            reference = cell.get("r")
            if reference is None:
                column += 1
            else:
                # The letters before the row's own number: nearly always a column that was there before.
                place = self._columns.get(reference.removesuffix(suffix))
                column = self._column(reference, line) if place is None else place
            text = self._text(cell)
            if text:
                found[column] = text
        if column >= LAST_COLUMN:
            raise WorkbookError(f"row {line} has more than {LAST_COLUMN:,} cells; save it again as .xlsx")
        self.cells += len(found)
        if self.cells > self._package.limits.cells:
            raise WorkbookError(
                f"has more than {self._package.limits.cells:,} cells (setting most_cells); raise the setting if that "
                "is right, or save it as CSV"
            )
        return found

    def _column(self, reference: str, line: int) -> int:
        column = _column(reference, line)
        self._columns[reference.removesuffix(str(line))] = column
        return column

    def _text(self, cell: Any) -> str:
        kind = cell.get("t")
        value = None
        for part in cell:
            if part.tag.endswith("v"):
                value = part.text
                break
        if kind == "inlineStr":
            text = "".join([_rich_text(part) for part in cell if part.tag.endswith("is")])
        elif value is None:
            return ""
        elif kind == "s":
            text = self._shared(value)
        elif kind is None or kind == "n":
            return cell_values.of_number(value, self._format(cell.get("s")), self._written)
        else:
            text = self._other(kind, value)
        self._told += len(text)
        if len(text) > LONGEST_TEXT or self._told > AMPLIFIED_FROM:
            self._refuse_flood(text)
        return text

    def _other(self, kind: str, value: str) -> str:
        if kind == "b":
            return {"1": "true", "0": "false"}.get(value.strip(), value)
        return cell_values.of_iso_date(value, self._written) if kind == "d" else cell_values.unescaped(value)

    def _format(self, style: str | None) -> NumberFormat:
        if style is None:
            return GENERAL
        return self._formats.get(style, GENERAL)

    def _shared(self, value: str) -> str:
        text = value if value.isdigit() else value.strip()
        if not text:
            return ""
        if text.isdigit() and len(text) < _LONGEST_INDEX and int(text) < len(self._strings):
            return self._strings[int(text)]
        raise WorkbookError(f"is not a readable workbook (there is no shared text {text[:20]!r}); save it again")

    def _refuse_flood(self, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            raise WorkbookError(f"has a cell of more than {LONGEST_TEXT:,} characters; shorten it")
        if self._told > AMPLIFIED * self._package.unpacked:
            raise WorkbookError("repeats a few long texts so often that it would fill the disk; save it as CSV")


def _shared_strings(package: Package, part: str | None) -> list[str]:
    if part is None or part not in package:
        return []
    found: list[str] = []
    for _, element in package.elements(part, "{*}si"):
        found.append(_rich_text(element))
        _forget(element)
    return found


def _rich_text(element: Any) -> str:
    """The text of a shared or inline string: of all its runs, without phonetic readings."""
    texts = []
    for part in element:
        name = part.tag.rpartition("}")[2]
        if name == "t":
            texts.append(_kept(part))
        elif name == "r":
            texts += [_kept(run) for run in part if run.tag.rpartition("}")[2] == "t"]
    return cell_values.unescaped("".join(texts))


def _kept(element: Any) -> str:
    text = element.text or ""
    return text if element.get(_SPACE) == "preserve" else text.strip(_BLANKS)


def _row_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 7 or not 1 <= int(text) <= LAST_ROW:
        raise WorkbookError(f"is not a readable workbook (there is no row {text[:30]!r}); save it again as .xlsx")
    return int(text)


def _column(reference: str, line: int) -> int:
    """The column of a cell's reference, from 0. Raises WorkbookError where there is no such cell, or in another row."""
    found = _REFERENCE.fullmatch(reference)
    column = 0
    if found is not None:
        for letter in found[1].upper():
            column = 26 * column + ord(letter) - 64
    if found is None or column > LAST_COLUMN or int(found[2]) != line:
        raise WorkbookError(
            f"is not a readable workbook (row {line} has a cell {reference[:30]!r}); save it again as .xlsx"
        )
    return column - 1


def _forget(element: Any) -> None:
    """Frees the element and those before it, so that a part is never held whole."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
