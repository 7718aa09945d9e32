"""Rule 12: the periods of the projection, numbered.

Period 0 runs from `as_of` to the end of its month, every other one is a whole calendar month. What happens inside a
period counts at its end, so a date matters only by the number of its month; `OPENING` is the state on `as_of` itself.
That also settles the month-end question of repeated renewals: whichever day the 31st is clamped to, the month is the
one `subscription_term_months` after the first renewal's, which stays the anchor.
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import Final

import polars as pl

OPENING: Final = -1
"""The place of the opening state in front of period 0."""


def period_of(day: pl.Expr, *, as_of: date) -> pl.Expr:
    """The number of the period that day lies in: 0 for the month of `as_of`."""
    months = day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32)
    return months - pl.lit(as_of.year * 12 + as_of.month, dtype=pl.Int32)


def first_day(period: int, *, as_of: date) -> date:
    """The first day of that calendar month, by which the period is named."""
    year, month = divmod(as_of.year * 12 + as_of.month - 1 + period, 12)
    return date(year, month + 1, 1)


def last_day(period: int, *, as_of: date) -> date:
    """The last day of the period, on which its closing figures are true."""
    first = first_day(period, as_of=as_of)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def calendar_of(periods: int, *, as_of: date) -> pl.DataFrame:
    """One row per period: `period, month` (its first calendar day), `month_end`."""
    return pl.DataFrame(
        {
            "period": list(range(periods)),
            "month": [first_day(period, as_of=as_of) for period in range(periods)],
            "month_end": [last_day(period, as_of=as_of) for period in range(periods)],
        },
        schema={"period": pl.Int32(), "month": pl.Date(), "month_end": pl.Date()},
    )
