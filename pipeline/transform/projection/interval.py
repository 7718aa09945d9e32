"""Rule 12: the interval shown with `expected`.

The closing MRR of a group is a sum over contracts of (MRR if it is still there) × (is it still there?). Its spread
has two sources, and both are in the interval:
- chance: contracts renew independently of each other (*ours*), so the variances MRR² × s × (1 - s) add up;
- the renewal probability itself is only estimated: its variance (`probabilities.Rates.variance`) moves all contracts
  of a segment together, by (Σ MRR × ds/dp)².

The sum of many independent terms is close to normal (central limit theorem), and 1 million contracts in thousands of
groups leave no room for a simulation of each; so the interval is mean ± z × standard deviation, two-sided. In
groups of a few contracts the true distribution has steps of a whole contract; the usual continuity correction,
half a step, is made with the largest contract whose renewal is open, and the interval is kept inside what is possible
(from "every open renewal fails" to "all happen"). `tests/projection/test_interval.py` measures the coverage, for
groups of one contract and of thousands.

Spreads are statistics and are worked out in binary floats; only the bounds are money again, rounded to the minor unit.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline import rules
from pipeline.transform import exact_amounts
from pipeline.transform.projection.movements import SURVIVAL_SCALE, running_sum

Floats = npt.NDArray[np.float64]

_STATE: Final = ("mrr", "full_mrr", "certain", "variance", "slope")


def interval(
    expected: pl.DataFrame,
    groups: pl.DataFrame,
    rates: pl.DataFrame,
    months: pl.DataFrame,
    *,
    percent: int = rules.INTERVAL_PERCENT,
) -> pl.DataFrame:
    """`scope, partner_id, currency, month, closing, closing_low, closing_high`, money as amounts.

    Scope `partner`: one row per partner (null = nobody's clients), currency and month; scope `vendor`: per currency
    and month over all clients, partner_id null. Intervals of partners do not add up to the vendor's: chances even out.

    `expected`: the paths of `movements.expected`; `groups`: `group, partner_id, currency, minor_unit`; `rates`:
    `segment, probability_error`; `months`: `months.calendar_of`.
    """
    z = NormalDist().inv_cdf(0.5 + percent / 200)
    errors = rates.select("segment", error=pl.col("probability_error").cast(pl.Float64))
    moved = _moved(expected)
    largest = _largest(expected)
    vendor = groups.select("group", scope_key="currency")
    vendors = (
        groups.select("currency", "minor_unit")
        .unique()
        .with_columns(scope_key="currency", partner_id=pl.lit(None, dtype=pl.String()), scope=pl.lit("vendor"))
    )
    partner = groups.select("group", scope_key="group")
    partners = groups.select("partner_id", "currency", "minor_unit", scope_key="group", scope=pl.lit("partner"))
    columns = ["scope", "partner_id", "currency", "month", "closing", "closing_low", "closing_high"]
    return pl.concat(
        _bounds(moved.join(keys, on="group"), largest.join(keys, on="group"), errors, months, z=z)
        .join(names, on="scope_key")
        .with_columns(_bound(-1), _bound(+1))
        .rename({"mrr": "closing"})
        .select(columns)
        for keys, names in ((partner, partners), (vendor, vendors))
    ).sort("scope", "partner_id", "currency", "month")


def _moved(expected: pl.DataFrame) -> pl.DataFrame:
    """`group, segment, period` and by how much each part of the group's state changes then."""
    chance = pl.col("survival").cast(pl.Float64) / SURVIVAL_SCALE
    amount = pl.col("full_mrr").cast(pl.Float64)
    states = expected.lazy().with_columns(
        certain=pl.when(pl.col("survival") == SURVIVAL_SCALE).then("full_mrr").otherwise(exact_amounts.whole(0)),
        variance=amount * amount * chance * (1 - chance),
        slope=amount * pl.col("slope"),
    )
    changes = [
        pl.when("is_opening").then(pl.col(name)).otherwise(pl.col(name) - pl.col(name).shift(1)).alias(name)
        for name in _STATE
    ]
    return (
        states.select("group", "segment", "period", *changes)
        .group_by("group", "segment", "period")
        .agg(pl.col(*_STATE).sum())
        .collect()
    )


def _largest(expected: pl.DataFrame) -> pl.DataFrame:
    """`group, period, largest`: the largest MRR with an open renewal that comes up in that period."""
    is_open = (pl.col("survival") < SURVIVAL_SCALE) & (pl.col("survival") > 0)
    return (
        expected.lazy()
        .filter(is_open)
        .group_by("group", "period")
        .agg(largest=pl.col("full_mrr").max().cast(pl.Float64))
        .collect()
    )


def _bounds(
    moved: pl.DataFrame, largest: pl.DataFrame, errors: pl.DataFrame, months: pl.DataFrame, *, z: float
) -> pl.DataFrame:
    """`scope_key, month, mrr, full_mrr, certain, reach`: how far the interval reaches from `mrr`, before clipping."""
    first = int(months["period"].to_list()[0])
    in_months = pl.col("period").clip(lower_bound=first)
    keys = moved.select("scope_key").unique().sort("scope_key").with_row_index("key")
    moved, largest = (rows.join(keys, on="scope_key") for rows in (moved, largest))
    # One number per key and period, because joining by one is faster than by two.
    cell = pl.col("key").cast(pl.Int64) * 2**7 + in_months
    grid = keys.join(months.select("period", "month"), how="cross", maintain_order="left_right")
    by_key = moved.lazy().group_by(cell=cell).agg(pl.col(*_STATE[:-1]).sum())
    steps = largest.lazy().group_by(cell=cell).agg(pl.col("largest").max())
    rows = (
        grid.lazy()
        .with_columns(cell=cell)
        .join(by_key, on="cell", how="left", maintain_order="left")
        .join(steps, on="cell", how="left", maintain_order="left")
        .with_columns(pl.col(*_STATE[:-1], "largest").fill_null(0))
        .with_columns(
            running_sum(pl.col(name), starts=pl.col("period") == first).alias(name)
            for name in ("mrr", "full_mrr", "certain")
        )
        .collect()
    )
    of_key = (keys.height, months.height)
    by_chance = rows["variance"].to_numpy().reshape(of_key).cumsum(axis=1)
    by_error = _spread_of_errors(moved, errors, first=first, shape=of_key)
    reach = z * np.sqrt(np.maximum(by_chance + by_error, 0))
    reach += np.maximum.accumulate(rows["largest"].to_numpy().reshape(of_key), axis=1) / 2
    return rows.select("scope_key", "month", "mrr", "full_mrr", "certain", reach=pl.Series(reach.reshape(-1)))


def _spread_of_errors(moved: pl.DataFrame, errors: pl.DataFrame, *, first: int, shape: tuple[int, int]) -> Floats:
    """What the errors of the estimated probabilities add to the variance, one row per key, one column per period.

    The contracts of a segment move together, segments do not.
    """
    slopes = (
        moved.lazy()
        .group_by("key", "segment", place=pl.col("period").clip(lower_bound=first) - first)
        .agg(pl.col("slope").sum())
        .sort("key", "segment")
        .join(errors.lazy(), on="segment", maintain_order="left")
        .with_columns(row=pl.struct("key", "segment").rle_id())
        .collect()
    )
    pairs = slopes.unique("row", keep="first", maintain_order=True)
    moves = np.zeros((pairs.height, shape[1]))
    moves[slopes["row"].to_numpy(), slopes["place"].to_numpy()] = slopes["slope"].to_numpy()
    # Each pair summed by itself: in one running sum of floats a small group would drown in the groups before it.
    spread = (moves.cumsum(axis=1) * pairs["error"].to_numpy()[:, None]) ** 2
    total = np.zeros(shape)
    np.add.at(total, pairs["key"].to_numpy(), spread)
    return total


def _bound(side: int) -> pl.Expr:
    """`closing_low` (side -1) or `closing_high` (+1): whole minor units, inside what is possible."""
    step = exact_amounts.whole(10**4) // pl.col("minor_unit")
    reach = (pl.col("reach") / step.cast(pl.Float64)).ceil().cast(exact_amounts.INT) * step
    bound = (pl.col("mrr") + exact_amounts.whole(side) * reach).clip("certain", "full_mrr")
    return bound.alias("closing_low" if side < 0 else "closing_high")
