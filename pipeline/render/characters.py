"""Which characters the bundled fonts can write, and what stands on paper for the others.

A character that no bundled font has is spelled by its code (`U+1F680`), so that a page never depends on the fonts of
the machine that makes it. A mark (an accent, a vowel sign) stays where its font says how it stands on its letter; one
that would land on another letter is left out. Control characters become blanks, and what turns the direction of its
neighbours (U+202E) or shows nothing goes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pipeline.render.environment import templates_folder
from pipeline.views import terms
from pipeline.views.locale_formats import formats_for

LATIN: Final = "sans-regular.otf"
FONT_FILES: Final = (
    LATIN,
    "arabic-regular.ttf",
    "hebrew-regular.ttf",
    "cjk-regular.otf",
    "devanagari-regular.ttf",
    "thai-regular.ttf",
    "symbols-regular.ttf",
)
"""In the order in which the style names them: a character is written with the first one that has it."""

MARKS_PER_LETTER: Final[Mapping[str, int]] = {
    "arabic-regular.ttf": 3,
    "hebrew-regular.ttf": 3,
    "devanagari-regular.ttf": 3,
    "thai-regular.ttf": 2,
}
"""How many marks a letter of those scripts can carry; more of them would reach into the lines above and below."""

MARKS_ELSEWHERE: Final = 2
"""The same for every other letter, besides the marks that it has by itself (as in é)."""

MOST_CODES: Final = 40
"""Codes that a note lists."""

_ORDINARY: Final = re.compile(
    "[^\n -~\u00a0-\u00ac\u00ae-\u0148\u014a-\u017f\u2010-\u2026\u2030-\u205e\u20ac\u2190-\u2193\u2212]"
)
"""Finds what is not on every page anyway: all that it leaves out is in `LATIN` and carries no mark."""

_JOINERS: Final = "\u200c\u200d"
_DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS: Final = frozenset("\u2028\u2029")
_HARMLESS: Final = frozenset("\u00ad\u200b\u200e\u200f\u061c")
"""Format characters that show nothing and cover nothing: where a word may break, and marks of direction."""

_INVISIBLE: Final = frozenset(
    chr(code)
    for first, last in (
        (0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2060, 0x206F), (0x3164, 0x3164),
        (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xE0000, 0xE01EF),
    )
    for code in range(first, last + 1)
)  # fmt: skip
"""Variation selectors, fillers, tags: they show nothing themselves."""


@dataclass(slots=True)
class Unshown:
    """The characters of a text that the fonts lack (`spelled`), and the marks that could not stand on their letter."""

    spelled: dict[str, None] = field(default_factory=dict)
    left_out: dict[str, None] = field(default_factory=dict)

    def notes(self, language: str, *, marks: bool = True) -> list[str]:
        """What a reader is told, in that language; nothing where all was shown."""
        formats = formats_for(language)
        told = [(terms.UNSHOWN, self.spelled), *([(terms.MARKS_LEFT_OUT, self.left_out)] if marks else [])]
        return [formats.count(words, len(found), codes=_codes(found)) for words, found in told if found]


def _codes(found: dict[str, None]) -> str:
    codes = [spelled(character) for character in list(found)[:MOST_CODES]]
    return ", ".join([*codes, "…"] if len(found) > MOST_CODES else codes)


def spelled(character: str) -> str:
    """The code by which Unicode names a character: `U+1F680`."""
    return f"U+{ord(character):04X}"


def on_paper(page: str) -> tuple[str, Unshown]:
    """A page (HTML, or any other text) with only what the bundled fonts can write, and what they could not."""
    unshown = Unshown()
    if not _ORDINARY.search(page):
        return page, unshown
    strange = set(page) - _simple()
    if not strange:
        return page, unshown
    runs = re.compile(f".?[{re.escape(''.join(sorted(strange)))}]+", re.DOTALL)
    return runs.sub(lambda run: _Run(unshown).written(run[0], run.string[run.end() : run.end() + 1]), page), unshown


class _Run:
    """A run of characters that need a look, behind the one that its first mark may belong to."""

    def __init__(self, unshown: Unshown) -> None:
        self._unshown = unshown
        self._out: list[str] = []
        self._letter = ""
        self._marks: list[str] = []

    def written(self, run: str, after: str) -> str:
        for character in run:
            self._add(character)
        if self._out and self._out[-1].startswith("U+") and after and not after.isspace() and after != "<":
            self._out.append(" ")
        return "".join(self._out)

    def _add(self, character: str) -> None:
        kind = unicodedata.category(character)
        if character == "\n":
            self._put(character)
        elif kind == "Cc" or character in _BREAKS:
            self._put(" ")
        elif character in _DIRECTIONS or character in _INVISIBLE:
            return
        elif character in _JOINERS:
            # They say how letters join, where letters join at all.
            if self._letter and home(self._letter) in MARKS_PER_LETTER:
                self._out.append(character)
        elif character in _HARMLESS:
            self._out.append(character)
        elif home(character) is None:
            self._spell(character)
        elif kind.startswith("M"):
            self._mark(character)
        else:
            self._put(character, letter=character if kind[0] in "LN" else "")

    def _put(self, text: str, *, letter: str = "") -> None:
        if self._out and self._out[-1].startswith("U+") and not text.isspace() and text != "<":
            self._out.append(" ")
        self._out.append(text)
        self._letter, self._marks = letter, []

    def _spell(self, character: str) -> None:
        self._unshown.spelled[character] = None
        if self._out and not self._out[-1][-1:].isspace() and self._out[-1] not in (">", '"'):
            self._out.append(" ")
        self._out.append(spelled(character))
        self._letter, self._marks = "", []

    def _mark(self, mark: str) -> None:
        composed = unicodedata.normalize("NFC", self._letter + mark) if self._letter else ""
        if len(composed) == 1 and not self._marks and home(composed) is not None:
            self._out[-1] = self._letter = composed
        elif self._letter and _fits(self._letter, self._marks, mark):
            self._out.append(mark)
            self._marks.append(mark)
        else:
            self._unshown.left_out[mark] = None


def _fits(letter: str, marks: list[str], mark: str) -> bool:
    """Whether that mark stands on that letter, which carries those marks already, and covers nothing else."""
    font = home(letter)
    if font is None or home(mark) != font:
        return False
    if font in MARKS_PER_LETTER:
        standing = [each for each in marks if unicodedata.category(each) != "Mc"]
        return unicodedata.category(mark) == "Mc" or (len(standing) < MARKS_PER_LETTER[font] and mark not in standing)
    place = unicodedata.combining(mark)
    taken = {unicodedata.combining(each) for each in (*unicodedata.normalize("NFD", letter)[1:], *marks)}
    return place not in taken and len(marks) < MARKS_ELSEWHERE and _placing(font).holds(letter, mark)


@cache
def _homes() -> dict[str, str]:
    homes: dict[str, str] = {}
    for file in reversed(FONT_FILES):
        homes.update(dict.fromkeys(map(chr, _cmap(file)), file))
    return homes


def home(character: str) -> str | None:
    """The file of the bundled font that a character is written with; None where no bundled font has it."""
    return _homes().get(character)


@cache
def _simple() -> frozenset[str]:
    """The characters that can be written whatever is next to them."""
    return frozenset(each for each in _homes() if unicodedata.category(each)[0] not in "MC") - _BREAKS | {"\n"}


@cache
def _cmap(file: str) -> dict[int, str]:
    from fontTools.ttLib import TTFont

    with TTFont(templates_folder() / "fonts" / file, lazy=True) as font:
        found: dict[int, str] = font.getBestCmap()
        return found


class _Placing:
    """Where the marks of a font stand on its letters."""

    def __init__(self, file: str) -> None:
        from fontTools.ttLib import TTFont

        self._cmap = _cmap(file)
        self._anchors: list[tuple[dict[str, int], dict[str, list[Any]]]] = []
        font = TTFont(templates_folder() / "fonts" / file)
        self._glyphs = font.getGlyphSet()
        self._overhang: float = font["head"].unitsPerEm / 40
        if "GPOS" in font:
            for lookup in font["GPOS"].table.LookupList.Lookup:
                self._read(lookup)

    def _read(self, lookup: Any) -> None:
        """Its lookups of type 4 (mark to base)."""
        for table in (getattr(each, "ExtSubTable", each) for each in lookup.SubTable):
            if table.LookupType == 4:
                marks = zip(table.MarkCoverage.glyphs, table.MarkArray.MarkRecord, strict=True)
                letters = zip(table.BaseCoverage.glyphs, table.BaseArray.BaseRecord, strict=True)
                self._anchors.append(
                    (
                        {glyph: record.Class for glyph, record in marks},
                        {glyph: record.BaseAnchor for glyph, record in letters},
                    )
                )

    def holds(self, letter: str, mark: str) -> bool:
        """Whether the font says where that mark stands on that letter, or draws it back over the letter by itself."""
        below, above = self._cmap[ord(letter)], self._cmap[ord(mark)]
        anchored = any(
            above in marks and below in letters and letters[below][marks[above]] is not None
            for marks, letters in self._anchors
        )
        return anchored or self._drawn_back(above, self._glyphs[below].width)

    def _drawn_back(self, mark: str, letter_width: float) -> bool:
        from fontTools.pens.boundsPen import BoundsPen

        pen = BoundsPen(self._glyphs)
        self._glyphs[mark].draw(pen)
        left, _, right, _ = pen.bounds or (0, 0, 0, 0)
        return not self._glyphs[mark].width and -letter_width <= left and right <= self._overhang


@cache
def _placing(file: str) -> _Placing:
    return _Placing(file)
