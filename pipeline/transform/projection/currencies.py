"""Rule 11 for finance: the rate of every currency, and what the movement of rates did, on a line of its own.

Native figures are never mixed. A converted figure is a native one × the latest known rate, rounded once; the whole
projection is converted at that one rate, so FX is never a movement in it. What the rates themselves changed is
`fx_effect`: today's MRR × (today's rate - the rate of `compared_on`), rounded once. *Ours*: that day is the last of
the month before `as_of`, because finance reviews monthly; the rates may be up to as old as the export has them, their
dates are next to them. A currency without a rate has neither figure and is named by `currencies_without_rate`.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from pipeline import rules
from pipeline.transform import exact_amounts
from pipeline.transform.conversion import converted, latest_rates


def currency_rates(
    contracts: pl.DataFrame,
    fx_rates: pl.DataFrame,
    *,
    as_of: date,
    reporting_currency: str = rules.REPORTING_CURRENCY,
) -> pl.DataFrame:
    """One row per currency of the counted contracts.

    Columns `currency, current_mrr, reporting_currency, fx_rate, fx_rate_date, current_mrr_converted, compared_on,
    compared_rate, compared_rate_date, fx_effect`; the last six null without the rates they need.
    """
    compared_on = as_of.replace(day=1) - timedelta(days=1)
    before = latest_rates(fx_rates, as_of=compared_on, reporting_currency=reporting_currency).rename(
        {"fx_rate": "compared_rate", "fx_rate_date": "compared_rate_date"}
    )
    in_force = pl.when(pl.col("begins") < 0).then(pl.col("current_mrr_amount")).otherwise(exact_amounts.whole(0))
    rows = (
        contracts.group_by("currency")
        .agg(current_mrr=exact_amounts.amount_to_decimal(in_force.sum()))
        .join(latest_rates(fx_rates, as_of=as_of, reporting_currency=reporting_currency), on="currency", how="left")
        .join(before, on="currency", how="left")
        .sort("currency")
    )
    return rows.with_columns(
        converted(rows["current_mrr"], rows["fx_rate"], reporting_currency),
        converted(rows["current_mrr"], rows["fx_rate"] - rows["compared_rate"], reporting_currency).alias("fx_effect"),
        reporting_currency=pl.lit(reporting_currency),
        compared_on=pl.lit(compared_on),
    )


def currencies_without_rate(rates: pl.DataFrame) -> list[str]:
    """The currencies of `currency_rates` that have no rate, in order: their figures stay native."""
    return rates.filter(pl.col("fx_rate").is_null())["currency"].to_list()


def converted_projection(projection: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """`mrr_projection`, or sums of it by further keys, in the reporting currency.

    Adds `fx_rate, fx_rate_date` and `<figure>_converted`, each rounded once, and `rounding_converted`: by how much the
    converted movements miss the converted balances. It is shown, not hidden in a movement. Rows without a rate have
    null there.
    """
    (reporting_currency,) = rates["reporting_currency"].unique()
    figures = ("opening", "new", "expansion", "contraction", "churn", "closing")
    rows = projection.join(rates.select("currency", "fx_rate", "fx_rate_date"), on="currency", how="left")
    rows = rows.with_columns(converted(rows[name], rows["fx_rate"], reporting_currency) for name in figures)
    net = (
        pl.col("new_converted")
        + pl.col("expansion_converted")
        - pl.col("contraction_converted")
        - pl.col("churn_converted")
    )
    return rows.with_columns(rounding_converted=pl.col("closing_converted") - pl.col("opening_converted") - net)
