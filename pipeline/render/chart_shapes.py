"""The shapes of a report's pictures: from shares of an axis to coordinates, so that templates calculate nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.views.partner_charts import BarPart, LegendEntry, StackedBar, StackedChart, Tick, Timeline, TimelineStep
from pipeline.views.partner_report import PartnerReport

COLOURS: Final = {
    "agreed": "#15803d",
    "auto_renewed": "#0369a1",
    "pending": "#b45309",
    "cancellation_requested": "#b91c1c",
    "awaiting": "#b45309",
    "lapsing": "#7c2d12",
    "requested": "#b91c1c",
    "requested_late": "#6d28d9",
}
"""Fill of each part of a bar. At least 4.5:1 against white, and told apart by the legend's order too."""

WIDE: Final = 526.0
HALF: Final = 256.0
"""Widths of a picture that stands alone and of one of two beside each other, in points: an A4 page leaves 526."""

_TOP, _BOTTOM, _LEFT = 12.0, 15.0, 46.0
WIDE_PLOT: Final = 130.0
HALF_PLOT: Final = 88.0
"""Heights of the bars' place in pictures of those widths."""
_LETTER: Final = 4.4
_SEPARATOR: Final = 2.2
_IDEOGRAPH: Final = 7.2
"""Widths of a letter or digit of the labels, of what stands between digits, and of an ideograph, in units; a little on
the wide side."""
_TYPE: Final = 7.0
"""The size of labels; they are smaller where bars are narrower than that."""
MOST_BARS_IN_HALF: Final = 24
"""A picture with more bars than this takes the whole width, so that upright labels do not touch."""


@dataclass(frozen=True, slots=True)
class TickShape:
    """A mark of the axis: its line at `y`, and its text."""

    y: str
    text_y: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelShape:
    """A text at a place; `turn` is "" where it lies, `anchor` which end of it stands there."""

    text: str
    x: str
    y: str
    turn: str
    anchor: str


@dataclass(frozen=True, slots=True)
class PartShape:
    """A part of a bar."""

    x: str
    y: str
    width: str
    height: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class BarShape:
    """A bar with its label below and its total above."""

    label: LabelShape
    total: LabelShape
    parts: tuple[PartShape, ...]


@dataclass(frozen=True, slots=True)
class ChartShape:
    """A chart as coordinates in points; `broad`: it takes the whole width, `size` is that of its labels."""

    title: str
    alt: str
    broad: bool
    size: str
    width: str
    height: str
    left: str
    tick_x: str
    ticks: tuple[TickShape, ...]
    bars: tuple[BarShape, ...]
    legend: tuple[LegendEntry, ...]


@dataclass(frozen=True, slots=True)
class StepShape:
    """A step of the timeline: from where, the middle and radius of its dot, its count, and its day where that fits."""

    x: str
    middle: str
    radius: str
    text: str
    day: str


@dataclass(frozen=True, slots=True)
class TimelineShape:
    """The timeline as coordinates in points."""

    title: str
    note: str
    alt: str
    width: str
    height: str
    soon_width: str
    soon_label: str
    end: str
    steps: tuple[StepShape, ...]


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a partner's report; `timeline` is None where it has none."""

    charts: tuple[ChartShape, ...]
    timeline: TimelineShape | None


def pictures(report: PartnerReport) -> Pictures:
    """The charts and the timeline of a partner's report as coordinates."""
    alone = len(report.charts) == 1
    return Pictures(
        charts=tuple(
            stacked_bars(chart, WIDE, WIDE_PLOT)
            if alone or len(chart.bars) > MOST_BARS_IN_HALF
            else stacked_bars(chart, HALF, HALF_PLOT)
            for chart in report.charts
        ),
        timeline=_timeline(report.timeline) if report.timeline else None,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """What the bars of a chart have in common: places and sizes in points, and which texts stand upright."""

    step: float
    axis: float
    plot: float
    size: float
    upright: bool
    totals_upright: bool

    def middle(self, place: int) -> float:
        return _LEFT + self.step * (place + 0.5)


def stacked_bars(chart: StackedChart, width: float, plot: float) -> ChartShape:
    """A chart as coordinates; `plot`: the height of its bars.

    Every bar has its label below and its total above; where they do not fit side by side they stand upright.
    """
    labels, totals = [bar.label for bar in chart.bars], [bar.total for bar in chart.bars]
    grid = _grid(labels, totals, width, plot)
    return ChartShape(
        title=chart.title,
        alt=chart.alt,
        broad=width > HALF,
        size=_n(grid.size),
        width=_n(width),
        height=_n(grid.axis + (_length(labels) + 8 if grid.upright else _BOTTOM)),
        left=_n(_LEFT),
        tick_x=_n(_LEFT - 5),
        ticks=tuple(tick_shape(tick, grid.axis, plot) for tick in chart.ticks),
        bars=tuple(_bar(bar, grid, grid.middle(place)) for place, bar in enumerate(chart.bars)),
        legend=chart.legend,
    )


def _grid(labels: list[str], totals: list[str], width: float, plot: float) -> _Grid:
    step = (width - _LEFT) / len(labels)
    upright, totals_upright = label_step(step, labels) > 1, label_step(step, totals) > 1
    axis = plot + (max(_TOP, _length(totals) + 6) if totals_upright else _TOP)
    return _Grid(step, axis, plot, min(_TYPE, step * 0.92), upright, totals_upright)


def tick_shape(tick: Tick, axis: float, plot: float) -> TickShape:
    """A mark of the axis at `axis`, whose bars can be `plot` high."""
    y = axis - tick.share * plot
    return TickShape(_n(y), _n(y + 2.5), tick.text)


def _bar(bar: StackedBar, grid: _Grid, middle: float) -> BarShape:
    top = grid.axis - grid.plot * sum(part.share for part in bar.parts)
    foot = grid.axis + (4 if grid.upright else 11)
    return BarShape(
        label=_upright(bar.label, middle, foot, grid.size, "end") if grid.upright else _lying(bar.label, middle, foot),
        total=_upright(bar.total, middle, top - 3, grid.size, "start")
        if grid.totals_upright
        else _lying(bar.total, middle, top - 3),
        parts=_parts(bar.parts, grid, middle),
    )


def _lying(text: str, middle: float, y: float) -> LabelShape:
    return LabelShape(text, _n(middle), _n(y), turn="", anchor="middle")


def _upright(text: str, middle: float, y: float, size: float, anchor: str) -> LabelShape:
    """A text around that middle that is read from below."""
    x = _n(middle + size * 0.36)
    return LabelShape(text, x, _n(y), turn=f"rotate(-90 {x} {_n(y)})", anchor=anchor)


def _parts(parts: tuple[BarPart, ...], grid: _Grid, middle: float) -> tuple[PartShape, ...]:
    thick = min(grid.step * 0.62, 56.0)
    x, width, shapes, foot = _n(middle - thick / 2), _n(thick), [], grid.axis
    for part in parts:
        height = part.share * grid.plot
        foot -= height
        shapes.append(PartShape(x, _n(foot), width, _n(height), part.name, COLOURS[part.name]))
    return tuple(shapes)


def _timeline(timeline: Timeline) -> TimelineShape:
    step = (WIDE - 20) / len(timeline.steps)
    every = label_step(step, [each.day for each in timeline.steps])
    return TimelineShape(
        title=timeline.title,
        note=timeline.note,
        alt=timeline.alt,
        width=_n(WIDE),
        height="50",
        soon_width=_n(timeline.soon * (WIDE - 20)),
        soon_label=timeline.soon_label,
        end=_n(WIDE - 10),
        steps=tuple(
            _step(each, 10 + step * place, step, has_day=place % every == 0)
            for place, each in enumerate(timeline.steps)
        ),
    )


def _step(each: TimelineStep, x: float, width: float, *, has_day: bool) -> StepShape:
    radius = 6.5 + 5.5 * each.size if each.count else 0
    return StepShape(_n(x), _n(x + width * 0.5), _n(radius), each.text, each.day if has_day else "")


def label_step(step: float, labels: list[str]) -> int:
    """Of how many labels one is written, so that none runs into the next."""
    return max(1, -(-int(_length(labels) + 5) // max(int(step), 1)))


def _length(labels: list[str]) -> float:
    """The length of the longest label."""
    return max(sum(_letter(letter) for letter in label) for label in labels)


def _letter(letter: str) -> float:
    if letter > "\u2e80":
        return _IDEOGRAPH
    return _LETTER if letter.isalnum() else _SEPARATOR


def _n(number: float) -> str:
    return f"{number:.1f}"
