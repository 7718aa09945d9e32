"""Which line of an unknown table is its header, and what stands above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_VALUE: Final = re.compile(
    r"[-+(]?[^\w(]?\s*\d[\d.,:/\s-]*\W*|\d{4}-\d\d-\d\d.*|true|false|\d{1,2}[. /-]+[^\W\d]{3,9}\.?[ /-]+\d{2,4}|"
    r"[^\W\d]{3,9} \d{1,2},? \d{4}|[^\W\d]{0,3}\s?\W?\s?\d[\d.,'’ ]*\s?\W?[^\W\d]{0,3}",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.*|\d{1,2}[. /-]+[^\W\d]{3,9}\.?[ /-]+\d{2,4}")
_LOOKED_AT: Final = 50
Row = tuple[int, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """Where the header stands: `line` (0 = the first that is not blank), `unnamed` cells of the rows behind its names.

    `remarks` for whoever maps the file; `asks`: matter and text of a question that the place raises. `missing`: the
    rows begin with data.
    """

    line: int = 0
    unnamed: int = 0
    remarks: tuple[str, ...] = ()
    asks: tuple[tuple[str, str], ...] = ()
    missing: bool = False

    def headerless(self, file: str) -> tuple[tuple[str, str], ...]:
        """The question that a file without a header raises."""
        text = (
            f"what are the columns of {file} called? None of its first lines looks like a header row, so the first is "
            "read as data and the columns are called column_1, column_2, …: name them under columns in profile.toml, "
            "or set header_row if a line above is the header."
        )
        return (("header row or lines above", text),)


def header_row(file: str, rows: Sequence[Row], width: int, *, shorter: bool = False) -> HeaderRow:
    """The header of these rows, of which most have `width` cells. `shorter`: it may have fewer cells than they."""
    for place, (line, cells) in enumerate(rows[:_LOOKED_AT]):
        filled = _filled(cells)
        if len(cells) < width or (len(filled) < max(2, 0.5 * width) and width > 1):
            continue
        values = [cell for cell in filled if _VALUE.fullmatch(cell.strip())]
        if len(values) * 3 > len(filled):
            break
        if shorter and values and place and _is_short_header(rows[place - 1][1], width):
            place, line = place - 1, rows[place - 1][0]
            return _found(file, rows, place, line, width - len(rows[place][1]))
        return _found(file, rows, place, line, 0)
    if shorter and rows and _is_short_header(rows[0][1], width):
        return _found(file, rows, 0, rows[0][0], width - len(rows[0][1]))
    first = next((line for line, cells in rows if len(_filled(cells)) >= max(2, 0.5 * width)), 0)
    return HeaderRow(0 if not rows or first == rows[0][0] else first, missing=width > 1)


def _is_short_header(cells: Sequence[str | None], width: int) -> bool:
    """Whether a row that is shorter than the others consists of different names and nothing else."""
    names = _filled(cells)
    several = len(names) == len(cells) == len(set(names)) and len(names) >= max(2, 0.6 * width)
    return several and len(names) < width and not any(_VALUE.fullmatch(name.strip()) for name in names)


def _found(file: str, rows: Sequence[Row], place: int, line: int, unnamed: int) -> HeaderRow:
    above = [row for row in rows[:place] if _filled(row[1])]
    remarks: tuple[str, ...] = ()
    if above:
        remarks = (f"{len(above):,} lines above the header (line {line}) are not read",)
    if unnamed:
        remarks += (f"the rows have more cells than the header has names ({unnamed}): they are called column_…",)
    return HeaderRow(0 if place == 0 else line, unnamed, remarks, asked_above(file, line, above))


def asked_above(file: str, line: int, above: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """The question whether what stands above the header row is a table too."""
    wide = [row for row in above if len(_filled(row[1])) >= 2]
    dated = [row for row in above if any(_DATE.fullmatch(cell.strip()) for cell in _filled(row[1]))]
    # A title may have a date beside it ("Stand: 23.11.2026"); rows of a table stand one below the other.
    if len(wide) < 3 and not (dated and wide and len(above) > 3):
        return ()
    first = " | ".join(_filled(wide[0][1]))[:80]
    text = (
        f"is line {line} of {file} the header row? {len(above):,} lines above it are not read; the first of them with "
        f"several cells is line {wide[0][0]}: {first}. If another line is the header, set header_row in profile.toml; "
        "put a second table into a file of its own."
    )
    return (("header row or lines above", text),)


def _filled(cells: Sequence[str | None]) -> list[str]:
    return [cell for cell in cells if cell and cell.strip()]
