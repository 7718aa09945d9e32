"""What the report's pictures show: MRR up for renewal by month and status, and the upcoming deadlines. No shapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Final

from pipeline import rules
from pipeline.views import terms
from pipeline.views.change_cells import Row
from pipeline.views.locale_formats import Formats

STACKS: Final = ("agreed", "auto_renewed", "pending", "cancellation_requested")
"""The parts of a bar from the axis up, from agreed to cancelled. Their labels are those of the key figures."""

DAYS_PER_STEP: Final = 7
MOST_STEPS: Final = 20
"""The timeline counts deadlines by week, or by longer steps where it would have more of them than this."""

MOST_MONTHS: Final = 60
"""Months that a chart shows one by one: with more, their labels could not be read."""

_NICE: Final = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: its `share` of the axis, and its text."""

    share: float
    text: str


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a bar: its name, and its share of the axis."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class StackedBar:
    """A bar: what stands below and above it, its parts from the axis up, and the same in words (`alt`)."""

    label: str
    total: str
    parts: tuple[BarPart, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a part, line or mark of a picture means; `name` is how the style knows it."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class StackedChart:
    """Bars of one currency beside each other, the marks of their axis, the legend, and the same in words (`alt`)."""

    currency: str
    title: str
    bars: tuple[StackedBar, ...]
    ticks: tuple[Tick, ...]
    legend: tuple[LegendEntry, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """A step of the timeline from its first `day`, `share` of the way along it.

    `count` deadlines lie in it (`text`: the same in digits, "" for none); `size` is their share of the fullest step.
    """

    share: float
    day: str
    count: int
    text: str
    size: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The upcoming deadlines. `soon` is the share of the days that the key figure `soon_label` counts."""

    title: str
    note: str
    soon: float
    soon_label: str
    steps: tuple[TimelineStep, ...]
    alt: str


Sums = dict[tuple[date, str], Decimal]
"""Amounts by period and part of the bar."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """What the bars of a chart have in common: the amounts, the top of the axis, the currency."""

    sums: Sums
    top: Decimal
    currency: str


def renewal_charts(records: list[Row], formats: Formats) -> tuple[StackedChart, ...]:
    """One chart per currency that has renewals, the one with most of them first (rule 11: currencies never mix).

    A chart has one bar per month (per quarter where there would be more than `MOST_MONTHS`) from the first renewal's to
    the last one's.
    """
    renewals: dict[str, list[Row]] = {}
    for row in records:
        if row["contract_type"] == "renewal":
            renewals.setdefault(row["currency"], []).append(row)
    by_count = sorted(renewals, key=lambda currency: (-len(renewals[currency]), currency))
    charts = (_chart(renewals[each], each, formats) for each in by_count)
    return tuple(chart for chart in charts if chart is not None)


def stack(row: Row) -> str:
    """The part of the bar that a renewal belongs to: its status, and for Renewed what it rests on."""
    return str(row["status_basis"] if row["status"] in ("renewed", "confirmed") else row["status"])


def _chart(renewals: list[Row], currency: str, formats: Formats) -> StackedChart | None:
    """The chart of the renewals of one currency; None when their MRR is 0."""
    periods, by_quarter = _periods([row["renewal_start_date"] for row in renewals])
    sums = _summed(renewals, by_quarter)
    totals = {period: _total(sums.get((period, part), Decimal(0)) for part in STACKS) for period in periods}
    ticks = nice_ticks(max(totals.values()))
    if not ticks:
        return None
    scale, label = _Scale(sums, ticks[-1], currency), formats.quarter if by_quarter else formats.month
    bars = tuple(_bar(period, label(period), totals[period], scale, formats) for period in periods)
    title = formats.say(terms.CHARTS["renewals_by_quarter" if by_quarter else "renewals"], currency=currency)
    return StackedChart(
        currency=currency,
        title=title,
        bars=bars,
        ticks=axis_marks(ticks, formats),
        legend=_legend({part for _, part in sums}, formats),
        alt=in_words(title, bars),
    )


def _periods(days: list[date]) -> tuple[list[date], bool]:
    """The first days of the months from the first of those days to the last; of quarters where there are too many."""
    months = months_between(min(days).replace(day=1), max(days).replace(day=1))
    if len(months) <= MOST_MONTHS:
        return months, False
    return list(dict.fromkeys(_quarter(month) for month in months)), True


def _summed(renewals: list[Row], by_quarter: bool) -> Sums:
    """The MRR up for renewal, by period and part of the bar."""
    sums: Sums = {}
    for row in renewals:
        month = row["renewal_start_date"].replace(day=1)
        key = (_quarter(month) if by_quarter else month, stack(row))
        sums[key] = _total((sums.get(key, Decimal(0)), row["mrr_before"]))
    return sums


def _total(amounts: Iterable[Decimal]) -> Decimal:
    with localcontext(prec=60):
        return sum(amounts, Decimal(0))


def axis_marks(ticks: list[Decimal], formats: Formats) -> tuple[Tick, ...]:
    """The marks of an axis from 0 to the last of `ticks`."""
    with localcontext(prec=60):
        return tuple(Tick(float(tick / ticks[-1]), formats.number(tick)) for tick in ticks)


def in_words(title: str, bars: tuple[StackedBar, ...]) -> str:
    """A chart in words."""
    return f"{title}: " + "; ".join(bar.alt for bar in bars)


def _legend(found: set[str], formats: Formats) -> tuple[LegendEntry, ...]:
    return tuple(LegendEntry(part, formats.say(terms.FIGURES[part])) for part in STACKS if part in found)


def _bar(period: date, label: str, total: Decimal, scale: _Scale, formats: Formats) -> StackedBar:
    parts = [(part, scale.sums[period, part]) for part in STACKS if scale.sums.get((period, part))]
    amount = formats.money(total, scale.currency)
    words = [f"{formats.say(terms.FIGURES[part])} {formats.money(value, scale.currency)}" for part, value in parts]
    with localcontext(prec=60):
        shares = tuple(BarPart(part, float(value / scale.top)) for part, value in parts)
    return StackedBar(
        label=label,
        total=formats.amount(total, scale.currency) if total else "",
        parts=shares,
        alt=f"{label} {amount} ({', '.join(words)})" if words else f"{label} {amount}",
    )


def _quarter(month: date) -> date:
    """The first day of the quarter that a month belongs to."""
    return month.replace(month=(month.month - 1) // 3 * 3 + 1)


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months from `first` to `last`, both first days themselves."""
    months = [first]
    while months[-1] < last:
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
    return months


def nice_ticks(highest: Decimal) -> list[Decimal]:
    """Marks from 0 in steps of 1, 2 or 5 times a power of ten, up to at least `highest`; none where that is 0."""
    if highest <= 0:
        return []
    rough = highest / _TICKS
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(nice * power for nice in _NICE if nice * power >= rough)
    count = int((highest / step).to_integral_value(ROUND_CEILING))
    return [step * number for number in range(count + 1)]


def deadline_timeline(records: list[Row], formats: Formats, *, as_of: date) -> Timeline | None:
    """The Pending deadlines from `as_of` on, counted by step; None when there are none."""
    days = _days_to_pending(records, as_of)
    if not days:
        return None
    longest = max(max(days) + 1, rules.DEADLINE_SOON_DAYS + 1)
    width = max(DAYS_PER_STEP, -(-longest // MOST_STEPS))
    counts = [sum(day // width == step for day in days) for step in range(-(-longest // width))]
    steps = tuple(
        _step(place / len(counts), as_of + timedelta(days=place * width), count, max(counts), formats)
        for place, count in enumerate(counts)
    )
    title = formats.say(terms.CHARTS["deadlines"])
    return Timeline(
        title=title,
        note=formats.say(terms.CHARTS["deadlines_by_week" if width == DAYS_PER_STEP else "deadlines_note"], days=width),
        soon=(rules.DEADLINE_SOON_DAYS + 1) / (len(counts) * width),
        soon_label=formats.say(terms.FIGURES["deadlines_in_14_days"]),
        steps=steps,
        alt=f"{title}: " + "; ".join(f"{step.day}: {step.text}" for step in steps if step.count),
    )


def _days_to_pending(records: list[Row], as_of: date) -> list[int]:
    """The days from `as_of` to every Pending deadline that has not passed."""
    days = ((row["renewal_deadline"] - as_of).days for row in records if row["status"] == "pending")
    return [day for day in days if day >= 0]


def _step(share: float, day: date, count: int, most: int, formats: Formats) -> TimelineStep:
    return TimelineStep(
        share=share,
        day=formats.day(day),
        count=count,
        text=formats.number(count) if count else "",
        size=count / most,
    )
