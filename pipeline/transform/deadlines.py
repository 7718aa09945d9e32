"""Rule 3: until which day the terms of a change can still be altered."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import rules


def notice_days(*, default: int = rules.NOTICE_DAYS) -> pl.Expr:
    """The contract's own notice, else the vendor's. Calendar days."""
    return pl.col("notice_days").fill_null(default)


def renewal_deadline() -> pl.Expr:
    """Last day, inclusive, on which the terms of a change can still be altered. One rule for all three types."""
    return (pl.col("effective_date") - pl.duration(days=pl.col("notice_days"))).alias("renewal_deadline")


def days_to_deadline(*, as_of: date) -> pl.Expr:
    """Calendar days from `as_of` to the deadline; negative once it has passed."""
    return (pl.col("renewal_deadline") - pl.lit(as_of)).dt.total_days().alias("days_to_deadline")
