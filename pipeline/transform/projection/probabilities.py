"""Rule 12: how likely a renewal is, by segment (committed term in months × currency), from `renewal_history`.

Method: the empirical-Bayes beta-binomial model. Every segment's true rate is drawn from one Beta distribution whose
mean is the overall rate; how much the segments differ is estimated from their spread by the method of moments
(Kleinman, "Proportions with extraneous variance", JASA 68, 1973; textbook form in Casella, "An introduction to
empirical Bayes data analysis", The American Statistician 39, 1985). The estimate of a segment is
(renewed + strength × overall) / (renewals + strength): a segment with few renewals leans on the overall rate, one
with many stands on its own, and where the segments do not differ more than chance explains all have the overall rate.
The arithmetic is exact (fractions) and rounded once, to 6 decimals.

*Ours*:
- Every past renewal counts once, whatever its MRR and age.
- The term is the one the contract has in tonight's export; renewals of contracts that are no longer in it have no
  segment and count in the overall rate only.
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
    contracts: pl.DataFrame,
    segments: pl.DataFrame,
    *,
    as_of: date,
    renewal_probability: Decimal = rules.RENEWAL_PROBABILITY,
) -> pl.DataFrame:
    """One row per segment of `segments` or of the history, known on `as_of`, in segment order.

    Columns: `SEGMENT, renewals, renewed, renewal_probability, probability_error` (its standard error)`, overall_rate`,
    all with 6 decimals, `overall_renewals`. `contracts` gives the term of each past renewal.
    """
    known = (
        renewal_history.lazy()
        .filter(pl.col("renewal_start_date") <= as_of)
        .join(contracts.lazy().select("contract_id", "subscription_term_months"), on="contract_id", how="left")
        .group_by(SEGMENT)
        .agg(renewals=pl.len().cast(pl.Int64), renewed=(pl.col("outcome") == "renewed").sum().cast(pl.Int64))
        .collect()
    )
    apart = known.filter(pl.col("subscription_term_months").is_null())
    counted = known.filter(pl.col("subscription_term_months").is_not_null())
    rates = fitted(
        counted.select("renewed", "renewals").iter_rows(),
        without_segment=(int(apart["renewed"].sum()), int(apart["renewals"].sum())),
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


def as_decimal(rate: Fraction) -> Decimal:
    """The rate with 6 decimals, rounded half up."""
    return Decimal(int(rate * 10**_PLACES + Fraction(1, 2))).scaleb(-_PLACES)


def root(variance: Fraction) -> Decimal:
    """The standard error that belongs to a variance, with 6 decimals, rounded down."""
    return Decimal(isqrt(variance.numerator * 10 ** (2 * _PLACES) // variance.denominator)).scaleb(-_PLACES)


def survival_table(rates: pl.DataFrame, *, most: int) -> pl.DataFrame:
    """`segment, open_renewals, survival, slope`: the probability that all of so many open renewals happen.

    `rates` needs `segment` and `renewal_probability`; 0 to `most` renewals. `survival` is a whole number of 10^-12,
    rounded once, half up; `slope` is how much it grows per unit of the renewal probability (a float).
    """
    rows = []
    for segment, probability in rates.select("segment", "renewal_probability").iter_rows():
        rate = Fraction(probability)
        for count in range(most + 1):
            survival = int(rate**count * SURVIVAL_SCALE + Fraction(1, 2))
            slope = float(count * rate ** (count - 1)) if count else 0.0
            rows.append((segment, count, survival, slope))
    return pl.DataFrame(
        rows,
        schema={"segment": pl.Int32(), "open_renewals": pl.Int32(), "survival": pl.Int128(), "slope": pl.Float64()},
        orient="row",
    )
