"""Rule 12: `mrr_projection`, the movements of every month, by partner, currency and scenario.

Movements are differences of rounded figures of one contract over one period, its net change (*ours*: an upgrade and a
discount that ends in the same month are one expansion). All five movement columns are positive amounts and
`closing = opening + new + expansion - contraction - churn`, as rule 12's GRR has it.

*Ours*:
- A contract that begins is `new` at its MRR on its first day; what happens to it until that month's end is a
  movement of its own. A contract in force at 0 that comes to cost something is expansion, not new.
- In `expected` the part that is lost because a renewal may not happen is churn, not contraction: it is the
  expectation of a fall to 0. Of a renewal that also changes the price, churn is taken first, at the MRR before it,
  and the price change on what is left. `expected` MRR = probability of still being there × MRR in `full`, rounded
  once per contract and month; the probability is a power of the segment's renewal probability, carried with 12
  decimals.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.transform import exact_amounts

MOVEMENTS: Final = ("new", "expansion", "contraction", "churn")
SURVIVAL_SCALE: Final = 10**12
_AMOUNTS_PER_UNIT: Final = 10**4


def as_they_are(paths: pl.DataFrame) -> pl.DataFrame:
    """The movements of `contracted` and `full`: paths with `MOVEMENTS`."""
    return paths.with_columns(held=pl.col("before")).pipe(_with_movements)


def expected(paths: pl.DataFrame, survival: pl.DataFrame) -> pl.DataFrame:
    """The movements of `expected`: the paths of `full`, weighed, with `MOVEMENTS`, `full_mrr` and `survival`.

    `survival`: `segment, open_renewals, survival` (whole number of 10^-12). Needs the column `minor_unit`.
    """
    weighed = paths.join(survival, on=["segment", "open_renewals"], how="left", maintain_order="left").with_columns(
        full_mrr="mrr",
        mrr=weighed_amount(pl.col("mrr"), pl.col("survival")),
        held=weighed_amount(pl.col("before"), pl.col("survival")),
    )
    return weighed.with_columns(before=pl.when(~pl.col("is_opening")).then(pl.col("mrr").shift(1))).pipe(
        _with_movements
    )


def weighed_amount(amount: pl.Expr, survival: pl.Expr) -> pl.Expr:
    """An amount times a probability, rounded once, half up, to the minor unit."""
    divisor = exact_amounts.whole(SURVIVAL_SCALE * _AMOUNTS_PER_UNIT)
    rest = (amount % divisor) * survival
    return exact_amounts.rounded((amount // divisor) * survival + rest // divisor, rest % divisor, divisor)


def _with_movements(paths: pl.DataFrame) -> pl.DataFrame:
    """Adds `MOVEMENTS`. `before` → `held` is lost to open renewals, `held` → `mrr` is everything else."""
    before, held, mrr = pl.col("before"), pl.col("held"), pl.col("mrr")
    nothing = exact_amounts.whole(0)
    begins = pl.col("is_opening") & (pl.col("period") >= 0)
    return paths.with_columns(
        new=pl.when(begins).then(mrr).otherwise(nothing),
        expansion=(mrr - held).clip(lower_bound=0).fill_null(0),
        contraction=pl.when(mrr == 0).then(nothing).otherwise((held - mrr).clip(lower_bound=0)).fill_null(0),
        churn=pl.when(mrr == 0).then(before).otherwise(before - held).fill_null(0),
    ).drop("held")


def mrr_projection(projected: dict[str, pl.DataFrame], groups: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """One row per partner, currency, scenario and month, also where nothing moves.

    `projected`: `of_one_scenario` by scenario; `groups` and `months` as there. Columns `partner_id, currency,
    scenario, month` (its first day) `, opening, *MOVEMENTS, closing`, and `period`; money as it is given.
    """
    scenarios = sorted(projected)
    tables = [
        rows.with_columns(rank=pl.lit(rank, dtype=pl.Int64))
        for rank, rows in enumerate(projected[scenario] for scenario in scenarios)
    ]
    order = pl.col("group").cast(pl.Int64) * len(tables) + pl.col("rank")
    named = groups.sort("group")
    return (
        pl.concat(tables)
        .sort(order * 2**7 + pl.col("period"))
        .with_columns(
            pl.lit(pl.Series(scenarios)).gather(pl.col("rank")).alias("scenario"),
            pl.lit(months["month"]).gather(pl.col("period")).alias("month"),
            *(pl.lit(named[name]).gather(pl.col("group")).alias(name) for name in ("partner_id", "currency")),
        )
    )


def of_one_scenario(paths: pl.DataFrame, groups: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """`group, period, opening, *MOVEMENTS, closing` of every group and month; money as amounts.

    `paths`: with `MOVEMENTS`; `groups`: every `group` that gets its rows; `months`: `months.calendar_of`.
    """
    grid = (
        groups.select("group")
        .sort("group")
        .join(months.select("period"), how="cross", maintain_order="left_right")
        .with_columns(cell=_cell())
    )
    opened = (
        paths.lazy()
        .filter(pl.col("is_opening") & (pl.col("period") < 0))
        .group_by("group")
        .agg(opened=pl.sum("mrr"))
        .select("opened", cell=pl.col("group").cast(pl.Int64) * 2**7)
    )
    moved = paths.lazy().filter(pl.col("period") >= 0).group_by(cell=_cell()).agg(pl.col(*MOVEMENTS).sum())
    net = pl.col("new") + pl.col("expansion") - pl.col("contraction") - pl.col("churn")
    return (
        grid.lazy()
        .join(opened, on="cell", how="left", maintain_order="left")
        .join(moved, on="cell", how="left", maintain_order="left")
        .with_columns(pl.col("opened", *MOVEMENTS).fill_null(0))
        .with_columns(closing=running_sum(pl.col("opened") + net, starts=pl.col("period") == 0))
        .with_columns(opening=pl.col("closing") - net)
        .select("group", "period", "opening", *MOVEMENTS, "closing")
        .collect()
    )


def _cell() -> pl.Expr:
    """Group and period as one number, because joining by one is faster than by two."""
    return pl.col("group").cast(pl.Int64) * 2**7 + pl.col("period")


def running_sum(change: pl.Expr, *, starts: pl.Expr) -> pl.Expr:
    """The running sum that starts again wherever `starts` is true (and is true in the first row)."""
    total = change.cum_sum()
    return total - pl.when(starts).then(total - change).forward_fill()
