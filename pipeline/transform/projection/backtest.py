"""Rule 12: how good the estimate was. What was projected on past days is compared with what happened since.

Per past day and horizon (120, 90, 60, 45 days) the renewals that came up within it: their projected MRR with its
interval, and what was kept of it. There are two sources (column `source`):
- `history`: past days replayed from `renewal_history` with the renewals known by then: Σ mrr_before × renewal
  probability, against Σ mrr_before of those that renewed. Facts about single contracts (agreements, cancellations)
  carry no history in the export, so a replay knows less than a run of that day knew: an honest lower bound of how
  good the estimate is.
- `runs`: what past runs said in `upcoming_renewals`, with the rates they used, against `mrr_after` in the history of
  now. Agreed, silent and cancelled renewals count as sure, as in `expected`; one by which a contract leaves because
  the one before was cancelled too late has the setting's probability.

*Ours*: in `history` prices are held, because the interval's question is which contracts stay; what renewals did to
the price is next to it (`price_change` = Σ mrr_after - mrr_before of the renewed). Days of one horizon are a horizon
apart, so that no renewal is judged twice in it. Coverage is counted over all replays together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.transform.mrr import minor_unit
from pipeline.transform.projection.contracts import SEGMENT
from pipeline.transform.projection.probabilities import renewal_rates, with_terms

HORIZONS: Final = (120, 90, 60, 45)
"""Days ahead that a replay looks. Rule 2's window, down to rule 3's notice."""

REPLAYED: Final = (
    "source",
    "replayed_on",
    "horizon_days",
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

_OPEN: Final = ("awaiting",)
_RATE: Final = pl.Decimal(9, 6)


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a run of before said: its day, its `upcoming_renewals` and its `renewal_rates`."""

    as_of: date
    upcoming_renewals: pl.DataFrame
    renewal_rates: pl.DataFrame
    late_cancellation_renewal_probability: Decimal = rules.LATE_CANCELLATION_RENEWAL_PROBABILITY


def days_apart(days: Iterable[date], horizon: int, *, most: int) -> list[date]:
    """The newest of these days and those before it that are at least a horizon apart, newest first."""
    chosen: list[date] = []
    for day in sorted(days, reverse=True):
        if len(chosen) < most and (not chosen or chosen[-1] - day >= timedelta(days=horizon)):
            chosen.append(day)
    return chosen


def replayable(renewal_history: pl.DataFrame, horizon: int, *, as_of: date) -> list[date]:
    """Past days whose horizon is over on `as_of` and by which a renewal was known, every day a candidate."""
    earliest = renewal_history["renewal_start_date"].min()
    if not isinstance(earliest, date):
        return []
    latest = as_of - timedelta(days=horizon)
    return [latest - timedelta(days=days) for days in range(0, (latest - earliest).days + 1, horizon)]


def backtest(
    renewal_history: pl.DataFrame,
    *,
    as_of: date,
    days: Iterable[date],
    horizons: Iterable[int] = HORIZONS,
    renewal_probability: Decimal = rules.RENEWAL_PROBABILITY,
    percent: int = rules.INTERVAL_PERCENT,
) -> pl.DataFrame:
    """One row per past day, horizon and currency, where renewals came up: `REPLAYED`, source `history`.

    Money as decimals. A horizon that runs past `as_of` is left out: what happened is not known yet.
    """
    past = with_terms(renewal_history.filter(pl.col("renewal_start_date") <= as_of))
    past = past.with_columns(amount="mrr_before", kept_amount=pl.when(_renewed()).then("mrr_before").otherwise(0))
    horizons, tables = tuple(horizons), [_nothing()]
    for day in days:
        rates = renewal_rates(past, past.select(SEGMENT), as_of=day, renewal_probability=renewal_probability).select(
            *SEGMENT, "renewal_probability", "probability_error"
        )
        for horizon in horizons:
            until = day + timedelta(days=horizon)
            if until <= as_of:
                due = past.filter(pl.col("renewal_start_date").is_between(day, until, closed="right"))
                rated = due.join(rates, on=SEGMENT, nulls_equal=True, how="left")
                tables.append(_compared(rated, day, horizon, source="history", percent=percent))
    return _in_order(tables)


def backtest_of_runs(
    past_runs: Iterable[PastRun],
    renewal_history: pl.DataFrame,
    *,
    as_of: date,
    horizons: Iterable[int] = HORIZONS,
    percent: int = rules.INTERVAL_PERCENT,
) -> pl.DataFrame:
    """One row per past run, horizon and currency: `REPLAYED`, source `runs`; money as decimals.

    `renewal_history`: the one of now; upcoming renewals whose outcome it does not have are left out.
    """
    horizons, tables = tuple(horizons), [_nothing()]
    outcome = renewal_history.filter(pl.col("renewal_start_date") <= as_of).select(
        "contract_id", "renewal_start_date", "outcome", "mrr_after"
    )
    leaves = (pl.col("leaves_on") == pl.col("renewal_start_date")).fill_null(False)
    is_open = pl.col("status_basis").is_in(_OPEN) & ~leaves
    for run in past_runs:
        said = (
            run.upcoming_renewals.filter(pl.col("contract_type") == "renewal")
            .join(outcome, on=["contract_id", "renewal_start_date"])
            .join(run.renewal_rates.select(*SEGMENT, "renewal_probability", "probability_error"), on=SEGMENT)
            .with_columns(
                amount="estimated_new_mrr",
                kept_amount=pl.when(_renewed()).then("mrr_after").otherwise(0),
                renewal_probability=pl.when(is_open)
                .then("renewal_probability")
                .when(leaves)
                .then(pl.lit(run.late_cancellation_renewal_probability, dtype=_RATE))
                .otherwise(pl.lit(1, dtype=_RATE)),
                probability_error=pl.when(is_open).then("probability_error").otherwise(pl.lit(0, dtype=_RATE)),
            )
        )
        for horizon in horizons:
            until = run.as_of + timedelta(days=horizon)
            if until <= as_of:
                due = said.filter(pl.col("renewal_start_date") <= until)
                tables.append(_compared(due, run.as_of, horizon, source="runs", percent=percent))
    return _in_order(tables)


def _renewed() -> pl.Expr:
    return pl.col("outcome") == "renewed"


def _in_order(tables: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(tables).sort("replayed_on", "horizon_days", "currency")


def _nothing() -> pl.DataFrame:
    money = dict.fromkeys(
        ("mrr_before", "projected", "projected_low", "projected_high", "kept", "error", "price_change"),
        pl.Decimal(38, 4),
    )
    rest = {"replayed_on": pl.Date(), "horizon_days": pl.Int64(), "renewals": pl.Int64(), "covered": pl.Boolean()}
    types = {**money, **rest, "source": pl.String(), "currency": pl.String()}
    return pl.DataFrame(schema={name: types[name] for name in REPLAYED})


def _compared(due: pl.DataFrame, day: date, horizon: int, *, source: str, percent: int) -> pl.DataFrame:
    """One row per currency of the renewals that came up.

    `due` needs `SEGMENT, outcome, mrr_before, mrr_after, amount` (MRR if it renews) `, kept_amount` (what was left),
    `renewal_probability, probability_error`.
    """
    z = NormalDist().inv_cdf(0.5 + percent / 200)
    amount, probability = pl.col("amount"), pl.col("renewal_probability")
    chance, error = probability.cast(pl.Float64), pl.col("probability_error").cast(pl.Float64)
    size = amount.cast(pl.Float64)
    is_open = (probability > 0) & (probability < 1)
    by_segment = due.group_by(SEGMENT).agg(
        renewals=pl.len(),
        mrr_before=pl.col("mrr_before").sum(),
        kept=pl.col("kept_amount").sum(),
        price_change=(pl.col("mrr_after") - pl.col("mrr_before")).filter(_renewed()).sum(),
        # Six decimals times four: exact in a wide enough decimal.
        projected=(amount.cast(pl.Decimal(38, 10)) * probability.cast(pl.Decimal(38, 10))).sum(),
        possible=amount.sum(),
        variance=(size * size * chance * (1 - chance)).sum(),
        moved_together=(size * error).sum().pow(2),
        largest=size.filter(is_open).max().fill_null(0),
    )
    reach = z * (pl.col("variance") + pl.col("moved_together")).sqrt() + pl.col("largest") / 2
    return (
        by_segment.group_by("currency")
        .agg(
            pl.col("renewals", "mrr_before", "kept", "price_change", "projected", "possible").sum(),
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
            projected_high=pl.min_horizontal(pl.col("projected") + pl.col("reach"), "possible"),
            error=pl.col("projected") - pl.col("kept"),
        )
        .with_columns(covered=pl.col("kept").is_between("projected_low", "projected_high"))
        .with_columns(source=pl.lit(source), replayed_on=pl.lit(day), horizon_days=pl.lit(horizon, dtype=pl.Int64))
        .select(REPLAYED)
        .cast(_nothing().schema)
    )


def summary(replays: pl.DataFrame) -> pl.DataFrame:
    """One row per source, horizon and currency: `source, horizon_days, currency, replays, renewals, bias_percent,
    error_percent, coverage`.

    Bias: Σ error / Σ kept, positive = projected too much. Error: Σ |error| / Σ kept. Coverage: share of replays whose
    interval held what happened. Percents and shares with 4 decimals; null where nothing was kept.
    """
    kept = pl.col("kept").sum()

    def percent_of_kept(amount: pl.Expr) -> pl.Expr:
        share = amount.cast(pl.Float64) / kept.cast(pl.Float64) * 100
        return pl.when(kept > 0).then(share).round(4).cast(pl.Decimal(18, 4))

    return (
        replays.group_by("source", "horizon_days", "currency")
        .agg(
            pl.col("renewals").sum(),
            replays=pl.len(),
            bias_percent=percent_of_kept(pl.col("error").sum()),
            error_percent=percent_of_kept(pl.col("error").abs().sum()),
            coverage=pl.col("covered").mean().round(4).cast(pl.Decimal(9, 4)),
        )
        .select(
            "source", "horizon_days", "currency", "replays", "renewals", "bias_percent", "error_percent", "coverage"
        )
        .sort("source", "horizon_days", "currency", descending=[False, True, False])
    )
