"""Rule 3: until which day the terms of a change can still be altered."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import rules


def notice_days(*, default: int = rules.NOTICE_DAYS) -> pl.Expr:
    """The contract's own notice in calendar days, else the vendor's; null where it is agreed in months."""
    in_months = pl.col("notice_months").is_not_null()
    return pl.when(in_months).then(None).otherwise(pl.col("notice_days").fill_null(default)).alias("notice_days")


def renewal_deadline() -> pl.Expr:
    """Last day, inclusive, on which the terms of a change can still be altered. One rule for all three types.

    `notice_months` calendar months before, cut to the month's last day (*ours*), or `notice_days` calendar days before.
    """
    by_months = pl.col("effective_date").dt.offset_by(pl.format("-{}mo", "notice_months"))
    by_days = pl.col("effective_date") - pl.duration(days=pl.col("notice_days"))
    return pl.coalesce(by_months, by_days).alias("renewal_deadline")


def days_to_deadline(*, as_of: date) -> pl.Expr:
    """Calendar days from `as_of` to the deadline; negative once it has passed."""
    return (pl.col("renewal_deadline") - pl.lit(as_of)).dt.total_days().alias("days_to_deadline")
