"""How a table of texts is laid out on paper: page size, type size and column widths, from the texts alone.

A width that knows its longest word never clips one, and a report whose widths are given costs less: WeasyPrint's
automatic layout took 1.56 times the processor time at 50 rows and 1.72 times at 500 (5 paired rounds on a busy
machine, 1.36 to 1.66 and 1.51 to 1.92: `python benchmarks/table_layout.py`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from pipeline.views.change_table import ChangeTable
from pipeline.views.partner_report import PartnerReport

MARGIN_MM: Final = 12
POINTS_PER_MM: Final = 72 / 25.4
PADDING_POINTS: Final = 8.5
"""Left and right padding of a cell plus the room that rounding takes."""

PAGES: Final = (
    ("A4 portrait", 210, 8.0),
    ("A4 landscape", 297, 8.0),
    ("A4 landscape", 297, 7.0),
    ("A4 landscape", 297, 6.3),
    ("A3 landscape", 420, 7.5),
    ("A3 landscape", 420, 6.5),
)
"""Page, its width in mm and the type size in points, tried from the first on."""

GROUPS_PAGE: Final = ("A3 landscape", 420, 7.5)
"""Where even the last page does not hold all columns, they follow one another in groups on this one."""

REPEATED: Final = ("client_name", "renewal_deadline")
"""The columns that every group begins with, so that its rows can be told apart."""

LONGEST_WORD_EM: Final = 11.0
"""A word wider than this may break anywhere: a name of 80 letters must not push the other columns off the page."""

NEWS_LINES: Final = {1: 9, 2: 3}
"""By the number of currencies: the findings of "what changed" for which the first page has room, under its pictures."""

WHOLE_EM: Final = 6.0
"""Ideographs, between any two of which a line may break, stay together up to this width; those of a status always."""

BADGE_EM: Final = 1.0
"""What the pill around a status adds to its text."""

COMFORTABLE_EM: Final = 16.0
"""A column whose texts are wider than this wraps them."""


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """The places of the columns that are next to each other, and each one's share of the width in percent."""

    places: tuple[int, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Page size for CSS, type size in points, and the groups of columns: one, unless they are very many."""

    page: str
    type_size: float
    groups: tuple[ColumnGroup, ...]


@dataclass(frozen=True, slots=True)
class ColumnTexts:
    """A column to be laid out: its name, label and kind, and the texts of its cells."""

    name: str
    label: str
    kind: str
    texts: frozenset[str]


def table_layout(table: ChangeTable) -> TableLayout:
    """The first page on which every column holds its words, or groups of columns where there is none."""
    needs = [
        _column_need(ColumnTexts(column.name, column.label, column.kind, _texts(table, place)))
        for place, column in enumerate(table.columns)
    ]
    fitting = [size for size in PAGES if sum(need.floor for need in needs) <= _room(size, len(needs))]
    page, _, type_size = size = fitting[0] if fitting else GROUPS_PAGE
    names = [column.name for column in table.columns]
    groups = [tuple(range(len(needs)))] if fitting else _grouped(names, needs, size)
    return TableLayout(page, type_size, tuple(_group(places, needs, size) for places in groups))


def _texts(table: ChangeTable, place: int) -> frozenset[str]:
    return frozenset(row.cells[place].text for row in table.rows)


def news_on_first_page(report: PartnerReport) -> bool:
    """Whether "what changed" has room on the first page, which stands upright, before pages that lie.

    On a page of its own it would leave most of that empty.
    """
    news, currencies = report.changes_since, max(len(report.key_figures), len(report.charts))
    return news is not None and len(news.lines) <= NEWS_LINES.get(currencies, 0)


def column_widths(columns: list[ColumnTexts], *, width_mm: float, type_size: float) -> tuple[float, ...]:
    """Each column's share, in percent, of a table of that width whose page is settled already."""
    needs = [_column_need(column) for column in columns]
    room = (width_mm * POINTS_PER_MM - len(needs) * PADDING_POINTS) / type_size
    return _shares(needs, room, PADDING_POINTS / type_size)


def _group(places: tuple[int, ...], needs: list[_Need], size: tuple[str, int, float]) -> ColumnGroup:
    widths = _shares([needs[place] for place in places], _room(size, len(places)), PADDING_POINTS / size[2])
    return ColumnGroup(places, widths)


def _grouped(names: list[str], needs: list[_Need], size: tuple[str, int, float]) -> list[tuple[int, ...]]:
    """As few groups as pages need, each about as wide as the others."""
    groups = _filled(names, needs, size, 1.0)
    for part in range(95, 30, -5):
        narrower = _filled(names, needs, size, part / 100)
        if len(narrower) > len(groups):
            break
        groups = narrower
    return groups


def _filled(names: list[str], needs: list[_Need], size: tuple[str, int, float], part: float) -> list[tuple[int, ...]]:
    """As many columns as fit that part of the page, then the next ones behind the repeated columns, and so on."""
    heads = [place for place, name in enumerate(names) if name in REPEATED]
    groups: list[list[int]] = [[]]
    for place in range(len(names)):
        if place in heads and len(groups) > 1:
            continue
        wider = [*groups[-1], place]
        if groups[-1] and sum(needs[each].floor for each in wider) > part * _room(size, len(wider)):
            groups.append([*heads, place])
        else:
            groups[-1] = wider
    return [tuple(group) for group in groups]


def _room(size: tuple[str, int, float], columns: int) -> float:
    """The width in em that a page leaves to the texts of that many columns."""
    _, width_mm, type_size = size
    return ((width_mm - 2 * MARGIN_MM) * POINTS_PER_MM - columns * PADDING_POINTS) / type_size


@dataclass(frozen=True, slots=True)
class _Need:
    """Widths in em: the longest word, and the longest text up to what is comfortable."""

    word: float
    text: float

    @property
    def floor(self) -> float:
        """A long text may wrap into about three lines; a short one keeps its line."""
        return max(self.word, self.text if self.text <= 7 else 7 + (self.text - 7) / 3)


def _column_need(column: ColumnTexts) -> _Need:
    texts = column.texts
    # The footnote mark stands behind the label's last word.
    label_words = [_em(word) * 1.06 + 1.0 for word in _words(column.label, WHOLE_EM)]
    # An amount or a day is read as one word.
    whole = LONGEST_WORD_EM if column.name == "status" else WHOLE_EM
    pieces = texts if column.kind != "text" else {word for text in texts for word in _words(text, whole)}
    around = BADGE_EM if column.name == "status" else 0.0
    word = max([*label_words, *(_em(piece) + around for piece in pieces)])
    lines = [min(_em(text) + around, COMFORTABLE_EM) for text in texts]
    return _Need(word=min(word, LONGEST_WORD_EM), text=max([*lines, 3.0]))


def _words(text: str, whole: float) -> list[str]:
    """Pieces between which a line may break: at spaces, and between any two ideographs of a text wider than `whole`."""
    if _em(text) <= whole:
        return text.split()
    return re.findall(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef]+", text)


def _em(text: str) -> float:
    """The width of a text in em, a little on the wide side."""
    return sum(_character_em(character) for character in text)


def _character_em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    if character in "ijlI.,:;'|!()[] -–":
        return 0.34
    if character in "mwMW@%—":
        return 0.92
    return 0.68 if character.isupper() or character.isdigit() else 0.6


def _shares(needs: list[_Need], room: float, padding: float) -> tuple[float, ...]:
    """Percent per column: its longest word first, then its floor, then what it would like, as far as room goes."""
    widths = _capped([need.word for need in needs], room)
    for wish in ([need.floor for need in needs], [max(need.floor, need.text) + 1.0 for need in needs]):
        missing = [wanted - width for wanted, width in zip(wish, widths, strict=True)]
        part = min(max(room - sum(widths), 0.0) / sum(missing), 1.0) if sum(missing) else 0.0
        widths = [width + part * gap for width, gap in zip(widths, missing, strict=True)]
    padded = [width + padding for width in widths]
    return tuple(round(100 * width / sum(padded), 3) for width in padded)


def _capped(widths: list[float], room: float) -> list[float]:
    """The widths, the widest of them cut to one height so that all fit: short words stay whole, long ones break."""
    left = room
    for place, width in enumerate(sorted(widths)):
        cap = left / (len(widths) - place)
        if width > cap:
            return [min(each, cap) for each in widths]
        left -= width
    return widths
