"""The shapes of finance's pictures: from shares of an axis to coordinates, as in `chart_shapes`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.render.chart_shapes import ChartShape, TickShape, label_step, stacked_bars, tick_shape
from pipeline.views.finance_report.pictures import BridgeBar, BridgePicture, ProjectionPicture
from pipeline.views.finance_report.sections import CurrencySection
from pipeline.views.partner_charts import LegendEntry

COLOURS: Final = {
    "balance": "#334155",
    "rise": "#15803d",
    "fall": "#b91c1c",
    "pending": "#fde68a",
    "contracted": "#334155",
    "expected": "#1d4ed8",
    "full": "#0f766e",
}
"""Fill of a bar, stroke of a line. Colour is never alone: bars have their amount, lines are dashed differently."""

DASHES: Final = {"contracted": "5 3", "expected": "none", "full": "1.5 2.5"}

WIDE: Final = 774.0
HALF: Final = 374.0
"""Widths of a picture that stands alone and of one of two beside each other, in points: A4 landscape leaves 774."""

_LEFT, _TOP, _PLOT = 58.0, 13.0, 98.0
_AXIS = _TOP + _PLOT
_LETTER: Final = 4.2
_LARGEST, _SMALLEST = 7.0, 4.5
_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """What every picture has, in points: words, size, and the axis with its marks."""

    title: str
    alt: str
    note: str
    legend: tuple[LegendEntry, ...]
    width: str
    height: str
    left: str
    tick_x: str
    ticks: tuple[TickShape, ...]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a label."""

    text: str
    y: str


@dataclass(frozen=True, slots=True)
class Join:
    """The line from a bar's level to the next bar."""

    x1: str
    x2: str
    y: str


@dataclass(frozen=True, slots=True)
class BridgeBarShape:
    """A bar of the bridge; `whisker` is the path of its interval, "" for none; the last bar has no `join`."""

    name: str
    look: str
    colour: str
    x: str
    right: str
    width: str
    y: str
    height: str
    middle: str
    text: str
    text_y: str
    lines: tuple[TextLine, ...]
    whisker: str
    join: Join | None


@dataclass(frozen=True, slots=True)
class BridgeShape:
    """The bridge; `size` is that of its amounts, `axis` where its bars stand."""

    frame: Frame
    bars: tuple[BridgeBarShape, ...]
    size: str
    axis: str


@dataclass(frozen=True, slots=True)
class LineShape:
    """The line of a scenario."""

    name: str
    colour: str
    dash: str
    points: str


@dataclass(frozen=True, slots=True)
class MonthShape:
    """A month below the axis."""

    x: str
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class ProjectionShape:
    """The projection; `band` has the points of the interval, "" for none."""

    frame: Frame
    band: str
    lines: tuple[LineShape, ...]
    months: tuple[MonthShape, ...]


@dataclass(frozen=True, slots=True)
class SectionShapes:
    """The pictures of a currency as coordinates; None for those it does not have."""

    bridge: BridgeShape | None
    projection: ProjectionShape | None
    wall: ChartShape | None


def section_shapes(section: CurrencySection) -> SectionShapes:
    """The pictures of a currency as coordinates."""
    bridge, projection, wall = section.bridge_picture, section.projection_picture, section.wall_picture
    return SectionShapes(
        bridge=_bridge(bridge) if bridge else None,
        projection=_projection(projection) if projection else None,
        wall=stacked_bars(wall, HALF, _PLOT) if wall else None,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a bar stands, and how many letters a line of its label holds."""

    middle: float
    thick: float
    letters: int

    @property
    def left(self) -> float:
        return self.middle - self.thick / 2


def _bridge(picture: BridgePicture) -> BridgeShape:
    step = (WIDE - _LEFT) / len(picture.bars)
    letters = max(int((step - 3) / _LETTER), 4)
    longest = max(len(bar.text) for bar in picture.bars)
    places = [_Place(_LEFT + step * (number + 0.5), step * 0.62, letters) for number in range(len(picture.bars))]
    joins = [_join(bar, *pair) for bar, pair in zip(picture.bars, pairwise(places), strict=False)]
    bars = tuple(_bar(bar, place, join) for bar, place, join in zip(picture.bars, places, [*joins, None], strict=True))
    return BridgeShape(
        frame=_frame(picture, WIDE, _AXIS + 9.0 * max(len(bar.lines) for bar in bars) + 5),
        bars=bars,
        size=_n(min(_LARGEST, max(_SMALLEST, (step - 4) / (longest * 0.57)))),
        axis=_n(_AXIS),
    )


def _join(bar: BridgeBar, place: _Place, after: _Place) -> Join:
    return Join(_n(place.left + place.thick), _n(after.left), _n(_AXIS - bar.level * _PLOT))


def _bar(bar: BridgeBar, place: _Place, join: Join | None) -> BridgeBarShape:
    top, foot = _AXIS - bar.high * _PLOT, _AXIS - bar.low * _PLOT
    ends = [_AXIS - share * _PLOT for share in bar.interval or ()]
    return BridgeBarShape(
        name=bar.name,
        look=bar.look,
        colour=COLOURS[bar.look],
        x=_n(place.left),
        right=_n(place.left + place.thick),
        width=_n(place.thick),
        y=_n(top),
        height=_n(max(foot - top, 0.8)),
        middle=_n(place.middle),
        text=bar.text,
        text_y=_n(min([top, *ends[1:]]) - 3),
        lines=_label_lines(bar.label, place.letters),
        whisker=_whisker(place.middle, ends),
        join=join,
    )


def _label_lines(label: str, letters: int) -> tuple[TextLine, ...]:
    lines = textwrap.wrap(label, letters)[:_LINES]
    return tuple(TextLine(line, _n(_AXIS + 9 + 8.4 * number)) for number, line in enumerate(lines))


def _whisker(middle: float, ends: list[float]) -> str:
    """The path of an interval from its low end to its high one."""
    if not ends:
        return ""
    marks = " ".join(f"M{_n(middle - 5)} {_n(y)}H{_n(middle + 5)}" for y in ends)
    return f"M{_n(middle)} {_n(ends[0])}V{_n(ends[1])} {marks}"


def _projection(picture: ProjectionPicture) -> ProjectionShape:
    step = (HALF - _LEFT - 8) / len(picture.months)
    axis = 6.0 + _PLOT

    def points(shares: Iterable[tuple[int, float]]) -> str:
        return " ".join(f"{_n(_LEFT + step * place)},{_n(axis - share * _PLOT)}" for place, share in shares)

    lows, highs = ([*enumerate(edge)] for edge in zip(*picture.band, strict=True)) if picture.band else ([], [])
    return ProjectionShape(
        frame=_frame(picture, HALF, axis + 15, axis=axis),
        band=points([*highs, *reversed(lows)]),
        lines=tuple(
            LineShape(line.name, COLOURS[line.name], DASHES[line.name], points(enumerate(line.shares)))
            for line in picture.lines
        ),
        months=_months(picture.months, step, axis + 11),
    )


def _months(months: tuple[str, ...], step: float, y: float) -> tuple[MonthShape, ...]:
    """The months that are written: as many as have room, counted from the last one."""
    every = label_step(step, list(months))
    return tuple(
        MonthShape(_n(_LEFT + step * (place + 1)), _n(y), month)
        for place, month in enumerate(months)
        if (len(months) - 1 - place) % every == 0
    )


def _frame(picture: BridgePicture | ProjectionPicture, width: float, height: float, *, axis: float = _AXIS) -> Frame:
    return Frame(
        title=picture.title,
        alt=picture.alt,
        note=picture.note,
        legend=picture.legend,
        width=_n(width),
        height=_n(height),
        left=_n(_LEFT),
        tick_x=_n(_LEFT - 5),
        ticks=tuple(tick_shape(tick, axis, _PLOT) for tick in picture.ticks),
    )


def _n(number: float) -> str:
    return f"{number:.1f}"
