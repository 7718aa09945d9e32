"""What the format of a cell says its number is: a date, a time, a duration, a percentage, or just a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pipeline.workbook_process.package import Package

_BUILT_IN_PERCENT: Final = (9, 10)
_BUILT_IN_DATES: Final = (*range(14, 18), 22, *range(27, 37), *range(50, 59))
_BUILT_IN_TIMES: Final = (18, 19, 20, 21, 45, 47)
_BUILT_IN_DURATION: Final = 46
_SILENT: Final = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|AM/PM|A/P|General', re.IGNORECASE)
"""What a format shows as it stands or only looks like: quoted texts, escapes, fillers, colours and conditions."""

_LONGEST_CODE: Final = 1_000


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """`kind`: number, date, time or duration. `percents`: for a number above, below and at 0, how many percent signs
    are shown behind it, each of which shows the number times 100."""

    kind: str = "number"
    percents: tuple[int, int, int] = (0, 0, 0)

    def percents_of(self, value: float) -> int:
        """How many percent signs the format shows behind this number."""
        return self.percents[0 if value > 0 else 1 if value < 0 else 2]


GENERAL: Final = NumberFormat()


def number_formats(package: Package, part: str | None) -> list[NumberFormat]:
    """The format of each cell style, in the order in which cells refer to them; none without the part."""
    if part is None or part not in package:
        return []
    codes: dict[int, str] = {}
    styles: list[int] = []
    for _, element in package.elements(part, "{*}numFmt", "{*}xf"):
        number = _whole(element.get("numFmtId"))
        if element.tag.endswith("}numFmt") or element.tag == "numFmt":
            codes[number] = element.get("formatCode") or ""
        elif (parent := element.getparent()) is not None and parent.tag.endswith("cellXfs"):
            styles.append(number)
    return [_format(number, codes) for number in styles]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _format(number: int, codes: dict[int, str]) -> NumberFormat:
    if number in codes:
        return of_code(codes[number])
    if number in _BUILT_IN_PERCENT:
        return NumberFormat(percents=(1, 1, 1))
    if number in _BUILT_IN_DATES:
        return NumberFormat("date")
    if number in _BUILT_IN_TIMES:
        return NumberFormat("time")
    return NumberFormat("duration") if number == _BUILT_IN_DURATION else GENERAL


@lru_cache(maxsize=1000)
def of_code(code: str) -> NumberFormat:
    """What a format's code says, such as `0.0%`, `yyyy-mm-dd` or `[h]:mm`."""
    sections = [_SILENT.sub("", section) for section in _sections(code[:_LONGEST_CODE])]
    first = sections[0].lower()
    if re.search(r"\[(h+|m+|s+)\]", first):
        return NumberFormat("duration")
    if re.search(r"[dyeg]", re.sub(r"e[+-]", "", first)):
        return NumberFormat("date")
    if re.search(r"[hs]", first):
        return NumberFormat("time")
    if "m" in first:
        return NumberFormat("date")
    signs = [section.count("%") for section in sections]
    below = signs[1] if len(signs) > 1 else signs[0]
    return NumberFormat(percents=(signs[0], below, signs[2] if len(signs) > 2 else signs[0]))


def _sections(code: str) -> list[str]:
    """The parts of a format between semicolons that are in no quotes."""
    return [part for part in re.findall(r'(?:"[^"]*"?|\\.|[^;"\\])*', code) if part] or [code]
