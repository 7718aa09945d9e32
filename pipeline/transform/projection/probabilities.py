"""Rule 12: how likely a renewal is, by segment (committed term in months × currency), from `renewal_history`.

Method: the empirical-Bayes beta-binomial model. Every segment's true rate is drawn from one Beta distribution whose
mean is the overall rate; how much the segments differ is estimated from their spread by the method of moments
(Kleinman, "Proportions with extraneous variance", JASA 68, 1973; textbook form in Casella, "An introduction to
empirical Bayes data analysis", The American Statistician 39, 1985). The estimate of a segment is
(renewed + strength × overall) / (renewals + strength): a segment with few renewals leans on the overall rate, one
with many stands on its own, and where the segments do not differ more than chance explains all have the overall rate.
The arithmetic is exact (fractions) and rounded once, to 6 decimals.

A rate is worked out from the history's own rows and never by joining to tonight's contracts: those are the survivors,
and what has churned has left the export (rule 12).

*Ours*:
- Every past renewal counts once, whatever its MRR and age.
- A row without `subscription_term_months` has the months between the contract's renewal before it and its own day, to
  the nearest month. The contract's first row, and one after a churn, has no term: to give it the time until the *next*
  renewal would count first renewals that succeeded and leave out those that did not.
- Rows without a term count in the overall rate only. Where fewer than 95 % have one, all segments have the overall
  rate, and the check `history_without_segment` says so.
- A segment without history has the overall rate; without any history every segment has the setting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.transform.projection.contracts import SEGMENT
from pipeline.transform.projection.movements import SURVIVAL_SCALE

AFTER_LATE_CANCELLATION: Final = 1_000
"""What a renewal after a late cancellation counts for among open renewals: more than there can be of them."""

_PLACES: Final = 6


@dataclass(frozen=True, slots=True)
class Rates:
    """The overall rate and how strongly segments lean on it. `strength` None = they all have it."""

    overall: Fraction
    strength: Fraction | None
    renewals: int

    def of(self, renewed: int, renewals: int) -> Fraction:
        """The shrunk rate of a segment in which `renewed` of `renewals` renewed."""
        if self.strength is None or renewals + self.strength == 0:
            return self.overall
        return (renewed + self.strength * self.overall) / (renewals + self.strength)

    def variance(self, renewed: int, renewals: int) -> Fraction:
        """How uncertain that rate still is: the variance of the Beta distribution it is the mean of.

        Half a renewal of either outcome is added (Jeffreys), so that a history in which all renewed does not pass
        for certainty. Without any history 0: the setting is a decision, not an estimate.
        """
        if self.renewals == 0:
            return Fraction(0)
        seen = Fraction(self.renewals) if self.strength is None else renewals + self.strength
        rate = (self.of(renewed, renewals) * seen + Fraction(1, 2)) / (seen + 1)
        return rate * (1 - rate) / (seen + 2)


def fitted(segments: Iterable[tuple[int, int]], *, without_segment: tuple[int, int], prior: Decimal) -> Rates:
    """The rates behind segments given as (renewed, renewals); `without_segment` counts in the overall rate only."""
    counts = [(renewed, renewals) for renewed, renewals in segments if renewals]
    total = sum(n for _, n in counts) + without_segment[1]
    if total == 0:
        return Rates(Fraction(prior), None, 0)
    overall = Fraction(sum(x for x, _ in counts) + without_segment[0], total)
    seen = sum(n for _, n in counts)
    if not seen:
        return Rates(overall, None, total)
    spread = sum((n * (Fraction(x, n) - overall) ** 2 for x, n in counts), Fraction(0))
    by_chance = overall * (1 - overall)
    room = seen - Fraction(sum(n * n for _, n in counts), seen) - (len(counts) - 1)
    between = (spread - by_chance * (len(counts) - 1)) / room if room > 0 else Fraction(0)
    if between <= 0 or by_chance == 0:
        return Rates(overall, None, total)
    return Rates(overall, max(by_chance / between - 1, Fraction(0)), total)


def renewal_rates(
    renewal_history: pl.DataFrame,
    segments: pl.DataFrame,
    *,
    as_of: date,
    renewal_probability: Decimal = rules.RENEWAL_PROBABILITY,
) -> pl.DataFrame:
    """One row per segment of `segments` or of the history, known on `as_of`, in segment order.

    Columns: `SEGMENT, renewals, renewed, renewal_probability, probability_error` (its standard error)`, overall_rate`,
    all with 6 decimals, `overall_renewals`. `renewals` and `renewed` are those of the rows with a term, also where
    too few have one for segments to have rates of their own.
    """
    known = (
        with_terms(renewal_history.filter(pl.col("renewal_start_date") <= as_of))
        .group_by(SEGMENT)
        .agg(renewals=pl.len().cast(pl.Int64), renewed=(pl.col("outcome") == "renewed").sum().cast(pl.Int64))
    )
    counted = known.filter(pl.col("subscription_term_months").is_not_null())
    in_all, with_term = (int(frame["renewals"].sum()) for frame in (known, counted))
    told_apart = counted if with_term * 100 >= in_all * rules.SEGMENT_SHARE_PERCENT else counted.head(0)
    rates = fitted(
        told_apart.select("renewed", "renewals").iter_rows(),
        without_segment=(
            int(known["renewed"].sum()) - int(told_apart["renewed"].sum()),
            in_all - int(told_apart["renewals"].sum()),
        ),
        prior=renewal_probability,
    )
    asked = pl.concat([counted.select(SEGMENT), segments.select(SEGMENT)]).unique().sort(SEGMENT)
    rows = asked.join(counted, on=SEGMENT, how="left", maintain_order="left").with_columns(
        pl.col("renewals", "renewed").fill_null(0)
    )
    outcomes = list(rows.select("renewed", "renewals").iter_rows())
    return rows.with_columns(
        pl.Series("renewal_probability", [as_decimal(rates.of(x, n)) for x, n in outcomes], dtype=pl.Decimal(9, 6)),
        pl.Series("probability_error", [root(rates.variance(x, n)) for x, n in outcomes], dtype=pl.Decimal(9, 6)),
        pl.lit(as_decimal(rates.overall), dtype=pl.Decimal(9, 6)).alias("overall_rate"),
        pl.lit(rates.renewals, dtype=pl.Int64).alias("overall_renewals"),
    )


def with_terms(renewal_history: pl.DataFrame) -> pl.DataFrame:
    """The past renewals with `subscription_term_months` filled in from their contract's renewal before, where there is
    one; null = no segment. Depends on what was before a renewal only, never on how it went."""
    stated = pl.col("subscription_term_months")
    missing = renewal_history.filter(stated.is_null())
    if missing.is_empty():
        return renewal_history
    before = renewal_history.select(
        "contract_id", before="renewal_start_date", renewed_before=pl.col("outcome") == "renewed"
    ).sort("before")
    days = (pl.col("renewal_start_date") - pl.col("before")).dt.total_days()
    # Calendar months have 400 × 365.2425 / 4800 days on average.
    months = (days * 4800 / 146_097).round(mode="half_away_from_zero").cast(pl.Int64)
    filled = (
        missing.sort("renewal_start_date")
        .join_asof(
            before,
            left_on="renewal_start_date",
            right_on="before",
            by="contract_id",
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .with_columns(subscription_term_months=pl.when("renewed_before").then(pl.when(months >= 1).then(months)))
        .drop("before", "renewed_before")
    )
    return pl.concat([renewal_history.filter(stated.is_not_null()), filled])


def as_decimal(rate: Fraction) -> Decimal:
    """The rate with 6 decimals, rounded half up."""
    return Decimal(int(rate * 10**_PLACES + Fraction(1, 2))).scaleb(-_PLACES)


def root(variance: Fraction) -> Decimal:
    """The standard error that belongs to a variance, with 6 decimals, rounded down."""
    return Decimal(isqrt(variance.numerator * 10 ** (2 * _PLACES) // variance.denominator)).scaleb(-_PLACES)


def survival_table(
    rates: pl.DataFrame, *, most: int, after_late_cancellation: Decimal = rules.LATE_CANCELLATION_RENEWAL_PROBABILITY
) -> pl.DataFrame:
    """`segment, open_renewals, survival, slope`: the probability that all of so many open renewals happen.

    `rates` needs `segment` and `renewal_probability`; 0 to `most` renewals. A renewal after a late cancellation has
    the probability `after_late_cancellation` and counts as `AFTER_LATE_CANCELLATION` renewals. `survival` is a whole
    number of 10^-12, rounded once, half up; `slope` is how much it grows per unit of the renewal probability (a float).
    """
    rows = []
    late = Fraction(after_late_cancellation)
    for segment, probability in rates.select("segment", "renewal_probability").iter_rows():
        rate = Fraction(probability)
        for count in range(most + 1):
            power, slope = rate**count, float(count * rate ** (count - 1)) if count else 0.0
            rows.append((segment, count, _scaled(power), slope))
            if late:
                rows.append((segment, AFTER_LATE_CANCELLATION + count, _scaled(late * power), float(late) * slope))
    return pl.DataFrame(
        rows,
        schema={"segment": pl.Int32(), "open_renewals": pl.Int32(), "survival": pl.Int128(), "slope": pl.Float64()},
        orient="row",
    )


def _scaled(probability: Fraction) -> int:
    return int(probability * SURVIVAL_SCALE + Fraction(1, 2))
