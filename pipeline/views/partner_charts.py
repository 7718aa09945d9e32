"""What the report's pictures show: MRR up for renewal by month and status, and the upcoming deadlines. No shapes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Any, Final

from pipeline import rules
from pipeline.views import terms
from pipeline.views.locale_formats import Formats

Row = dict[str, Any]

STACKS: Final = ("agreed", "auto_renewed", "pending", "cancellation_requested")
"""The parts of a bar from the axis up. Their labels are those of the key figures."""

DAYS_PER_STEP: Final = 7
MOST_STEPS: Final = 20
"""The timeline counts deadlines by week, or by longer steps where it would have more of them than this."""

MOST_MONTHS: Final = 60
"""Months that a chart shows one by one: with more, their labels could not be read."""

_NICE: Final = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_TICKS: Final = 4


def renewal_charts(records: list[Row], formats: Formats) -> list[dict[str, Any]]:
    """One chart per currency that has renewals, the one with most of them first (rule 11: currencies never mix).

    A chart has `bars`, one per month (per quarter where there would be more than `MOST_MONTHS`) from the first
    renewal's to the last one's, each with the `parts` of its bar as shares of the axis; `ticks`, the marks of the axis;
    `legend`; and `alt`, the same in words.
    """
    renewals = [row for row in records if row["contract_type"] == "renewal"]
    counts: dict[str, int] = {}
    for row in renewals:
        counts[row["currency"]] = counts.get(row["currency"], 0) + 1
    by_count = sorted(counts, key=lambda currency: (-counts[currency], currency))
    charts = [_chart([row for row in renewals if row["currency"] == each], each, formats) for each in by_count]
    return [chart for chart in charts if chart["bars"]]


def stack(row: Row) -> str:
    """The part of the bar that a renewal belongs to: its status, and for Renewed what it rests on."""
    return str(row["status_basis"] if row["status"] in ("renewed", "confirmed") else row["status"])


def _chart(renewals: list[Row], currency: str, formats: Formats) -> dict[str, Any]:
    starts = [row["renewal_start_date"].replace(day=1) for row in renewals]
    months = months_between(min(starts), max(starts))
    by_quarter = len(months) > MOST_MONTHS
    if by_quarter:
        starts = [_quarter(start) for start in starts]
        months = list(dict.fromkeys(_quarter(month) for month in months))
    with localcontext(prec=60):
        sums: dict[tuple[date, str], Decimal] = {}
        for start, row in zip(starts, renewals, strict=True):
            key = (start, stack(row))
            sums[key] = sums.get(key, Decimal(0)) + row["mrr_before"]
        totals = {month: sum((sums.get((month, part), Decimal(0)) for part in STACKS), Decimal(0)) for month in months}
        ticks = nice_ticks(max(totals.values()))
        if not ticks:
            return {"bars": []}
        top = ticks[-1]
        label = formats.quarter if by_quarter else formats.month
        bars = [_bar((month, label(month)), totals[month], sums, top, currency, formats) for month in months]
        marks = [{"share": float(tick / top), "text": formats.number(tick)} for tick in ticks]
    title = formats.say(terms.CHARTS["renewals_by_quarter" if by_quarter else "renewals"], currency=currency)
    return {
        "currency": currency,
        "title": title,
        "bars": bars,
        "ticks": marks,
        "legend": [
            {"name": part, "label": formats.say(terms.FIGURES[part])}
            for part in STACKS
            if any(name == part for _, name in sums)
        ],
        "alt": f"{title}: " + "; ".join(bar["alt"] for bar in bars),
    }


def _bar(
    period: tuple[date, str],
    total: Decimal,
    sums: dict[tuple[date, str], Decimal],
    top: Decimal,
    currency: str,
    formats: Formats,
) -> dict[str, Any]:
    month, label = period
    parts = [(part, sums[month, part]) for part in STACKS if sums.get((month, part))]
    amount = formats.money(total, currency)
    words = ", ".join(f"{formats.say(terms.FIGURES[part])} {formats.money(value, currency)}" for part, value in parts)
    return {
        "label": label,
        "total": formats.amount(total, currency) if total else "",
        "parts": [{"name": part, "share": float(value / top)} for part, value in parts],
        "alt": f"{label} {amount} ({words})" if words else f"{label} {amount}",
    }


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


def deadline_timeline(records: list[Row], formats: Formats, *, as_of: date) -> dict[str, Any] | None:
    """The Pending deadlines from today on, counted by step; None when there are none.

    `steps` have their `first` day's place and their count, as shares of the whole; `soon` is the share of the days
    that the key figure "deadlines in the next 14 days" counts.
    """
    days = sorted(
        (row["renewal_deadline"] - as_of).days
        for row in records
        if row["status"] == "pending" and row["renewal_deadline"] >= as_of
    )
    if not days:
        return None
    longest = max(days[-1] + 1, rules.DEADLINE_SOON_DAYS + 1)
    width = max(DAYS_PER_STEP, -(-longest // MOST_STEPS))
    count = -(-longest // width)
    found = [sum(day // width == step for day in days) for step in range(count)]
    steps = [
        {
            "share": step / count,
            "day": formats.day(as_of + timedelta(days=step * width)),
            "count": number,
            "text": formats.number(number) if number else "",
            "size": number / max(found),
        }
        for step, number in enumerate(found)
    ]
    title = formats.say(terms.CHARTS["deadlines"])
    shown = [step for step in steps if step["count"]]
    return {
        "title": title,
        "note": formats.say(
            terms.CHARTS["deadlines_by_week" if width == DAYS_PER_STEP else "deadlines_note"], days=width
        ),
        "soon": {
            "share": (rules.DEADLINE_SOON_DAYS + 1) / (count * width),
            "label": formats.say(terms.FIGURES["deadlines_in_14_days"]),
        },
        "steps": steps,
        "alt": f"{title}: " + "; ".join(f"{step['day']}: {step['text']}" for step in shown),
    }
