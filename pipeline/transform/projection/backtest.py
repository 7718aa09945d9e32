"""Rule 12: how good the estimate was. Past days are replayed with what was known then, and compared with what happened.

For a past day and a horizon (120, 90, 60, 45 days): the renewals that came up within the horizon, their projected MRR
(Σ mrr_before × renewal probability from the history known on that day) with its interval, and what was kept of it
(Σ mrr_before of those that renewed). Facts about single contracts (agreements, cancellations) carry no history in the
export, so the replay knows less than a run of that day knew: an honest lower bound of how good the estimate is.

*Ours*: the interval's question is which contracts stay, so prices are held; what renewals did to the price stands
beside it (`price_change` = Σ mrr_after - mrr_before of the renewed). Coverage is counted over all replays together;
replays whose horizons overlap see the same renewals, so days are best a horizon apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist

import polars as pl

from pipeline import rules
from pipeline.transform.mrr import minor_unit
from pipeline.transform.projection.contracts import SEGMENT
from pipeline.transform.projection.probabilities import renewal_rates

HORIZONS = (120, 90, 60, 45)
"""Days ahead that a replay looks. Rule 2's window, down to rule 3's notice."""


def backtest(
    renewal_history: pl.DataFrame,
    contracts: pl.DataFrame,
    *,
    as_of: date,
    days: Iterable[date],
    horizons: Iterable[int] = HORIZONS,
    renewal_probability: Decimal = rules.RENEWAL_PROBABILITY,
    percent: int = rules.INTERVAL_PERCENT,
) -> pl.DataFrame:
    """One row per past day, horizon and currency, where renewals came up.

    Columns `replayed_on, horizon_days, currency, renewals, mrr_before, projected, projected_low, projected_high, kept,
    error` (projected - kept) `, covered, price_change`; money as decimals. A horizon that runs past `as_of` is left
    out: what happened is not known yet. `contracts` gives the terms.
    """
    past = renewal_history.filter(pl.col("renewal_start_date") <= as_of).join(
        contracts.select("contract_id", "subscription_term_months"), on="contract_id", how="left"
    )
    tables = []
    for day in days:
        rates = renewal_rates(
            renewal_history, contracts, past.select(SEGMENT), as_of=day, renewal_probability=renewal_probability
        ).select(*SEGMENT, "renewal_probability", "probability_error")
        for horizon in horizons:
            until = day + timedelta(days=horizon)
            if until > as_of:
                continue
            due = past.filter(pl.col("renewal_start_date").is_between(day, until, closed="right"))
            tables.append(
                _compared(due.join(rates, on=SEGMENT, nulls_equal=True, how="left"), percent).with_columns(
                    replayed_on=pl.lit(day), horizon_days=pl.lit(horizon, dtype=pl.Int64)
                )
            )
    if not tables:
        raise ValueError("no day is far enough in the past for any horizon")
    return (
        pl.concat(tables)
        .select("replayed_on", "horizon_days", *_COMPARED)
        .sort("replayed_on", "horizon_days", "currency")
    )


_COMPARED = (
    "currency",
    "renewals",
    "mrr_before",
    "projected",
    "projected_low",
    "projected_high",
    "kept",
    "error",
    "covered",
    "price_change",
)


def _compared(due: pl.DataFrame, percent: int) -> pl.DataFrame:
    """One row per currency of the renewals that came up."""
    z = NormalDist().inv_cdf(0.5 + percent / 200)
    before, probability = pl.col("mrr_before"), pl.col("renewal_probability")
    renewed = pl.col("outcome") == "renewed"
    chance = probability.cast(pl.Float64)
    size = before.cast(pl.Float64)
    by_segment = due.group_by(SEGMENT).agg(
        renewals=pl.len(),
        mrr_before=before.sum(),
        kept=before.filter(renewed).sum(),
        price_change=(pl.col("mrr_after") - before).filter(renewed).sum(),
        # Six decimals times four: exact in a wide enough decimal.
        projected=(before.cast(pl.Decimal(38, 10)) * probability.cast(pl.Decimal(38, 10))).sum(),
        variance=(size * size * chance * (1 - chance)).sum(),
        moved_together=(size.sum() * pl.col("probability_error").first().cast(pl.Float64)).pow(2),
        largest=size.max(),
    )
    reach = z * (pl.col("variance") + pl.col("moved_together")).sqrt() + pl.col("largest") / 2
    return (
        by_segment.group_by("currency")
        .agg(
            pl.col("renewals", "mrr_before", "kept", "price_change", "projected").sum(),
            pl.col("variance", "moved_together").sum(),
            pl.col("largest").max(),
        )
        .with_columns(minor_unit())
        .with_columns(
            projected=pl.col("projected").round(4, mode="half_away_from_zero").cast(pl.Decimal(38, 4)),
            reach=reach.ceil().cast(pl.Int64).cast(pl.Decimal(38, 4)),
        )
        .with_columns(
            projected_low=(pl.col("projected") - pl.col("reach")).clip(lower_bound=0),
            projected_high=pl.min_horizontal(pl.col("projected") + pl.col("reach"), "mrr_before"),
            error=pl.col("projected") - pl.col("kept"),
        )
        .with_columns(covered=pl.col("kept").is_between("projected_low", "projected_high"))
    )


def summary(replays: pl.DataFrame) -> pl.DataFrame:
    """One row per horizon and currency: `horizon_days, currency, replays, bias_percent, error_percent, coverage`.

    Bias: Σ error / Σ kept, positive = projected too much. Error: Σ |error| / Σ kept. Coverage: share of replays whose
    interval held what happened. Percents and shares with 4 decimals; null where nothing was kept.
    """
    kept = pl.col("kept").sum()

    def percent_of_kept(amount: pl.Expr) -> pl.Expr:
        share = amount.cast(pl.Float64) / kept.cast(pl.Float64) * 100
        return pl.when(kept > 0).then(share).round(4).cast(pl.Decimal(18, 4))

    return (
        replays.group_by("horizon_days", "currency")
        .agg(
            replays=pl.len(),
            bias_percent=percent_of_kept(pl.col("error").sum()),
            error_percent=percent_of_kept(pl.col("error").abs().sum()),
            coverage=pl.col("covered").mean().round(4).cast(pl.Decimal(9, 4)),
        )
        .sort("horizon_days", "currency", descending=[True, False])
    )
