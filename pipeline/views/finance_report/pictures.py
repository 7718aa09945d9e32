"""What the pictures of finance's report show, as shares of an axis: the bridge, the projection, MRR up for renewal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Final

from pipeline import rules
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import CAUSES, STATUSES, Figures
from pipeline.views.finance_report.currency_tables import status_label
from pipeline.views.finance_report.finance_cells import total
from pipeline.views.locale_formats import Formats
from pipeline.views.partner_charts import (
    BarPart,
    LegendEntry,
    StackedBar,
    StackedChart,
    Tick,
    axis_marks,
    in_words,
    months_between,
    nice_ticks,
)

SHORTEST_SPAN: Final = Decimal("0.5")
"""Where what is drawn moves by less than this share of its height, the axis begins above 0, and the picture says so."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high`; `note` says that it begins above 0, else ""."""

    low: Decimal
    high: Decimal
    ticks: tuple[Tick, ...]
    note: str

    def share(self, level: Decimal) -> float:
        """How far along the axis an amount is, 0 to 1."""
        return float(min(max((level - self.low) / (self.high - self.low), Decimal(0)), Decimal(1)))


@dataclass(frozen=True, slots=True)
class BridgeBar:
    """A bar from `low` to `high`, shares of the axis; `level`: where it leaves off.

    `look`: `balance`, `rise`, `fall` or `pending`; `interval`: the edges of the interval around it, or None.
    """

    name: str
    label: str
    text: str
    look: str
    low: float
    high: float
    level: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class BridgePicture:
    """The bridge; `alt` is the same in words."""

    title: str
    note: str
    ticks: tuple[Tick, ...]
    bars: tuple[BridgeBar, ...]
    legend: tuple[LegendEntry, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class ProjectionLine:
    """A scenario: its MRR now and at the end of every month, as shares of the axis."""

    name: str
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ProjectionPicture:
    """The projection by month; `band` has the edges of the interval now and at every month's end, () without one."""

    title: str
    note: str
    ticks: tuple[Tick, ...]
    months: tuple[str, ...]
    lines: tuple[ProjectionLine, ...]
    band: tuple[tuple[float, float], ...]
    legend: tuple[LegendEntry, ...]
    alt: str


def axis(values: Iterable[Decimal], formats: Formats, currency: str) -> Axis | None:
    """The axis that holds those values; None where none is above 0."""
    known = list(values)
    with localcontext(prec=60):
        if max(known) <= 0:
            return None
        marks = _marks(min(known), max(known))
        span = marks[-1] - marks[0]
        ticks = tuple(Tick(float((mark - marks[0]) / span), formats.number(mark)) for mark in marks)
    note = ""
    if marks[0] > 0:
        note = formats.say(finance_words.TEXTS["axis"], amount=formats.money(marks[0], currency))
    return Axis(marks[0], marks[-1], ticks, note)


def _marks(low: Decimal, high: Decimal) -> list[Decimal]:
    """The marks of an axis that holds everything from `low` to `high`, from 0 on where that leaves enough to see."""
    if low <= 0 or high - low > high * SHORTEST_SPAN or high == low:
        marks = nice_ticks(high)
        below = int((-low / marks[1]).to_integral_value(ROUND_CEILING)) if low < 0 else 0
        return [marks[1] * number for number in range(-below, len(marks))] if below else marks
    step = nice_ticks((high - low) * Decimal("1.2"))[1]
    first = int((low / step).to_integral_value(ROUND_FLOOR)) - 1
    last = int((high / step).to_integral_value(ROUND_CEILING))
    return [step * number for number in range(max(first, 0), last + 1)]


@dataclass(frozen=True, slots=True)
class _Step:
    """A bar of the bridge in amounts: it goes from `start` to `end`."""

    name: str
    start: Decimal
    end: Decimal
    look: str

    @property
    def amount(self) -> Decimal:
        return self.end if self.look == "balance" else self.end - self.start


def bridge_picture(each: Figures, formats: Formats) -> BridgePicture | None:
    """The bars from current MRR over the causes to the MRR after settled changes, then what is pending, drawn apart,
    and expected MRR with its interval. The other scenarios are in the table and in the projection.
    """
    steps, interval = _steps(each), last_interval(each)
    edges = [edge for step in steps for edge in (step.end, step.end if step.look == "balance" else step.start)]
    scale = axis([*edges, *(interval or ())], formats, each.currency)
    if scale is None:
        return None
    bars = tuple(_bar(step, scale, each.currency, formats) for step in steps[:-1])
    bars = (*bars, _bar(steps[-1], scale, each.currency, formats, interval))
    pending = LegendEntry("not-agreed", formats.say(finance_words.TEXTS["pending"]))
    whisker = [LegendEntry("whisker", _interval_text(interval, each, formats))] if interval else []
    title = f"{formats.say(finance_words.SECTIONS['bridge'])} ({each.currency})"
    return BridgePicture(
        title=title,
        note=scale.note,
        ticks=scale.ticks,
        bars=bars,
        legend=(pending, *whisker),
        alt=f"{title}: " + "; ".join(f"{bar.label} {bar.text}" for bar in bars),
    )


def last_interval(each: Figures) -> tuple[Decimal, Decimal] | None:
    """The interval around the expected MRR at the end of the period."""
    if not each.interval:
        return None
    return each.interval[-1]["closing_low"], each.interval[-1]["closing_high"]


def _interval_text(interval: tuple[Decimal, Decimal], each: Figures, formats: Formats) -> str:
    low, high = (formats.money(edge, each.currency) for edge in interval)
    percent = formats.percent(rules.INTERVAL_PERCENT)
    return formats.say(finance_words.TEXTS["interval_of"], percent=percent, low=low, high=high)


def _steps(each: Figures) -> list[_Step]:
    bridge, level = each.bridge, each.bridge["current_mrr"]
    steps = [_balance("current_mrr", each)]
    for name in (*CAUSES, "settled_mrr", "pending_expected"):
        if name == "settled_mrr":
            steps.append(_balance(name, each))
            continue
        after = total((level, bridge[name]))
        look = "pending" if name == "pending_expected" else "rise" if bridge[name] >= 0 else "fall"
        steps.append(_Step(name, level, after, look))
        level = after
    return [*steps, _balance("expected_mrr", each)]


def _balance(name: str, each: Figures) -> _Step:
    return _Step(name, Decimal(0), each.bridge[name], "balance")


def _bar(
    step: _Step, scale: Axis, currency: str, formats: Formats, interval: tuple[Decimal, Decimal] | None = None
) -> BridgeBar:
    write = formats.money if step.look == "balance" else formats.money_change
    return BridgeBar(
        name=step.name,
        label=formats.say(finance_words.BRIDGE[step.name]),
        text=write(step.amount, currency),
        look=step.look,
        low=scale.share(min(step.start, step.end)),
        high=scale.share(max(step.start, step.end)),
        level=scale.share(step.end),
        interval=(scale.share(interval[0]), scale.share(interval[1])) if interval else None,
    )


def projection_picture(each: Figures, formats: Formats) -> ProjectionPicture | None:
    """The closing MRR of every month in each scenario, and the interval around the expected one."""
    series, around = _series(each), _intervals(each)
    values = [*(value for line in series.values() for value in line), *(edge for pair in around for edge in pair)]
    scale = axis(values, formats, each.currency) if series else None
    if scale is None:
        return None
    legend = _projection_legend(series, each, formats)
    title = f"{formats.say(finance_words.SECTIONS['projection'])} ({each.currency})"
    return ProjectionPicture(
        title=title,
        note=scale.note,
        ticks=scale.ticks,
        months=tuple(formats.month(month["month"]) for month in each.months["expected"]),
        lines=tuple(ProjectionLine(name, tuple(map(scale.share, line))) for name, line in series.items()),
        band=tuple((scale.share(low), scale.share(high)) for low, high in around),
        legend=legend,
        alt=f"{title}: " + "; ".join(entry.label for entry in legend),
    )


def _series(each: Figures) -> dict[str, list[Decimal]]:
    """By scenario the MRR now and at the end of every month."""
    if not each.months:
        return {}
    opening = each.bridge["current_mrr"]
    return {name: [opening, *(month["closing"] for month in each.months[name])] for name in rules.SCENARIOS}


def _intervals(each: Figures) -> list[tuple[Decimal, Decimal]]:
    """The interval now and at the end of every month; [] without one."""
    if not each.interval:
        return []
    opening = each.bridge["current_mrr"]
    return [(opening, opening), *((found["closing_low"], found["closing_high"]) for found in each.interval)]


def _projection_legend(series: dict[str, list[Decimal]], each: Figures, formats: Formats) -> tuple[LegendEntry, ...]:
    lines = [
        LegendEntry(name, f"{formats.say(finance_words.SCENARIOS[name])} {formats.money(line[-1], each.currency)}")
        for name, line in series.items()
    ]
    interval = last_interval(each)
    band = [LegendEntry("band", _interval_text(interval, each, formats))] if interval else []
    return (*lines, *band)


def wall_picture(each: Figures, formats: Formats) -> StackedChart | None:
    """MRR whose next renewal comes up, one bar per month, one part per status."""
    found: dict[tuple[date, str], Decimal] = {(row["month"], row["renewal_basis"]): row["mrr"] for row in each.wall}
    if not any(found.values()):
        return None
    months = months_between(min(month for month, _ in found), max(month for month, _ in found))
    stacks = {month: {basis: found.get((month, basis), Decimal(0)) for basis in STATUSES} for month in months}
    ticks = nice_ticks(max(total(stack.values()) for stack in stacks.values()))
    bars = tuple(_stack(month, stack, ticks[-1], each, formats) for month, stack in stacks.items())
    title = f"{formats.say(finance_words.SECTIONS['wall'])} ({each.currency})"
    seen = {basis for _, basis in found}
    return StackedChart(
        currency=each.currency,
        title=title,
        bars=bars,
        ticks=axis_marks(ticks, formats),
        legend=tuple(LegendEntry(basis, status_label(basis, formats)) for basis in STATUSES if basis in seen),
        alt=in_words(title, bars),
    )


def _stack(month: date, stack: dict[str, Decimal], top: Decimal, each: Figures, formats: Formats) -> StackedBar:
    parts = {basis: amount for basis, amount in stack.items() if amount}
    label, whole = formats.month(month), formats.money(total(stack.values()), each.currency)
    said = [f"{status_label(basis, formats)} {formats.money(value, each.currency)}" for basis, value in parts.items()]
    return StackedBar(
        label=label,
        total=whole,
        parts=tuple(BarPart(basis, float(amount / top)) for basis, amount in parts.items()),
        alt=f"{label} {whole} ({', '.join(said)})",
    )
