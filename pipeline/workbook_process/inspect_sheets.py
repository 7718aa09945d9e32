"""A look at all sheets of a workbook: first rows, what is merged downward, and amounts that were typed as text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import IO, Any, Final

from pipeline.workbook_process.cell_values import Written
from pipeline.workbook_process.package import Package
from pipeline.workbook_process.sheet import Row, SheetReader, contents

_ROWS: Final = 5_000
_SHEETS: Final = 100
_AMOUNT: Final = re.compile(r"\D{0,5}\d{1,3}(?:[.,]\d{3})+\D{0,5}")
_TEXTS: Final = 1_000
_RANGE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7}):\$?([A-Za-z]{1,3})\$?(\d{1,7})")


class _TextReader(SheetReader):
    """A reader that notes which amounts with separators are texts and not numbers."""

    texts: list[str]

    def _text(self, cell: Any) -> str:
        text = super()._text(cell)
        if cell.get("t") in ("s", "inlineStr", "str") and len(self.texts) < _TEXTS and _AMOUNT.fullmatch(text):
            self.texts.append(text)
        return text


def look(package: Package, written: Written, out: IO[str], line_of: Callable[[Row], str]) -> None:
    """Writes the first rows of each sheet as lines, and behind them one that says what sheet they are of:

    `{"sheet": …, "merged": [[column, first row, last row], …], "texts": […]}`, columns from 0. Raises WorkbookError.
    """
    found = contents(package)
    reader = _TextReader(package, found, written)
    for sheet in found.sheets[:_SHEETS]:
        reader.texts = []
        for number, row in enumerate(reader.rows(sheet)):
            if number == _ROWS:
                break
            out.write(line_of(row) + "\n")
        merged = [_merged(element.get("ref") or "") for _, element in package.elements(sheet.part, "{*}mergeCell")]
        end = {"sheet": sheet.name, "merged": [one for one in merged if one], "texts": reader.texts}
        out.write(json.dumps(end) + "\n")


def _merged(reference: str) -> list[int] | None:
    """Column and rows of cells that are merged downward; None for others."""
    match = _RANGE.fullmatch(reference)
    if match is None or int(match[4]) <= int(match[2]):
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return [column - 1, int(match[2]), int(match[4])]
