"""Rule 9: the monthly recurring revenue (MRR) of a contract in force."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import rules
from pipeline.transform import exact_amounts

_PERCENT = pl.Decimal(9, 4)


def billing_months() -> pl.Expr:
    """Months in one billing period: 1, 3, 6, 12, or the contract's own interval when `other`."""
    return (
        pl.col("billing_frequency")
        .replace_strict(rules.BILLING_MONTHS, default=pl.col("billing_interval_months"), return_dtype=pl.Int64)
        .alias("billing_months")
    )


def minor_unit() -> pl.Expr:
    """10^decimals of the contract's currency (ISO 4217), a whole number: 100 for USD, 1 for JPY."""
    return (
        pl.col("currency")
        .replace_strict({code: 10**decimals for code, decimals in rules.minor_units().items()}, return_dtype=pl.Int64)
        .cast(exact_amounts.INT)
        .alias("minor_unit")
    )


def discount_in_force(*, on: date | pl.Expr) -> pl.Expr:
    """The line's discount on that day, in digits of a percent with 4 decimals: 12.5 % → 125000.

    `discount_end_date` is the first day without the discount; null = never ends.
    """
    return exact_amounts.digits(discount_percent_in_force(on=on))


def discount_percent_in_force(*, on: date | pl.Expr) -> pl.Expr:
    """The same as a decimal with 4 decimals, in percent; a line without a discount has 0."""
    ended = (pl.col("discount_end_date") <= on).fill_null(False)
    none = pl.lit(0, dtype=_PERCENT)
    return pl.when(ended).then(none).otherwise(pl.col("discount_percent").cast(_PERCENT).fill_null(none))


def charged(*, on: date | pl.Expr) -> pl.Expr:
    """The weight of a line's price on that day: quantity × (100 - discount), in digits."""
    return exact_amounts.digits(pl.col("quantity")) * (exact_amounts.whole(1_000_000) - discount_in_force(on=on))


def recurring() -> pl.Expr:
    """A line counts when it is recurring; null = true."""
    return pl.col("is_recurring").fill_null(True)


def current_mrr(contracts: pl.DataFrame, contract_lines: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Rule 9, one row per contract: `contracts` with `current_mrr` (4 decimals) and
    `current_mrr_amount` (the same in whole ten-thousandths; see `exact_amounts`).

    Σ quantity × unit_price × (100 - discount_percent) over the recurring lines, then / (100 × billing months), then
    rounded once, half up, to the currency's minor unit. A contract without recurring lines has 0, and so has one whose
    credits exceed its charges. `contracts` needs `contract_id, billing_months, minor_unit` and holds only contracts in
    force.
    """
    sums = (
        contract_lines.lazy()
        .filter(recurring())
        .group_by("contract_id")
        .agg(exact_amounts.weighted_sum(charged(on=as_of), exact_amounts.digits(pl.col("unit_price")), "charged"))
    )
    divisor = exact_amounts.whole(exact_amounts.PER_LINE) * pl.col("billing_months").cast(exact_amounts.INT)
    return (
        contracts.lazy()
        .join(sums, on="contract_id", how="left")
        .with_columns(pl.col("charged_high", "charged_low").fill_null(0))
        .with_columns(
            current_mrr_amount=exact_amounts.at_least_0(
                exact_amounts.rounded(*exact_amounts.divided("charged", divisor), divisor)
            )
        )
        .with_columns(current_mrr=exact_amounts.amount_to_decimal(pl.col("current_mrr_amount")))
        .drop("charged_high", "charged_low")
        .collect()
    )
