"""Rule 12: the bridge from current MRR to the projected one, every contract once, by cause.

`current_mrr + change_new + change_price + change_discount + change_limits + change_quote + change_churn = settled_mrr`
and, for each scenario, `settled_mrr + pending_<scenario> = <scenario>_mrr`, which is what `mrr_projection` closes its
last month with. *Ours*:
- *Settled* is what is known: agreed and silently renewed changes, late cancellations, cancellations in time, lapsing
  contracts, and discounts that run out. A renewal nobody has agreed to is left aside there: the contract goes on as
  it is. What a scenario assumes of it, and of all later renewals, is the bar *pending, not yet agreed*.
- `renewal_basis` keeps agreed renewals, automatic renewals and pending ones apart (rule 4's status basis of the
  contract's next renewal; null when that lies behind the last month).
- `change_churn` is what a cancellation or a lapse takes away, after the agreed changes before it: a late cancellation
  too, in the month in which the contract leaves.
"""

from __future__ import annotations

import polars as pl

from pipeline.transform import exact_amounts
from pipeline.transform.projection.change_sequences import Chains, leaves_by_it

PARTS = {
    "mrr_change_price": "change_price",
    "mrr_change_discount": "change_discount",
    "mrr_change_limits": "change_limits",
    "mrr_change_quote": "change_quote",
    "mrr_change_cancellation": "change_churn",
}


def closing_states(paths: pl.DataFrame) -> pl.DataFrame:
    """The row with which each path ends, in the order of `n`."""
    return paths.filter((pl.col("n") != pl.col("n").shift(-1)).fill_null(True))


def lost_by_leaving(settled: pl.DataFrame, chains: Chains) -> pl.DataFrame:
    """`n, lost`: the MRR that contracts had before a late cancellation ended them. `settled`: its paths."""
    return chains.leaving.join(settled.select("n", "period", lost="before"), on=["n", "period"]).drop("period")


def mrr_bridge(
    contracts: pl.DataFrame, chains: Chains, closings: dict[str, pl.Series], lost: pl.DataFrame
) -> pl.DataFrame:
    """One row per counted contract, in `contract_id` order; money as amounts. See the module's identity.

    `closings`: the MRR of `closing_states` of the path `settled` and of each scenario; `lost`: `lost_by_leaving`.
    """
    parts = chains.settled.lazy().group_by("n").agg(pl.col(*PARTS).sum()).rename(PARTS).collect()
    in_force = pl.col("begins") < 0
    opening = pl.col("current_mrr_amount")
    known = opening + sum((pl.col(part) for part in PARTS.values()), exact_amounts.whole(0))
    renewal_basis = pl.when(leaves_by_it()).then(pl.lit("requested_late")).otherwise("status_basis")
    return (
        contracts.join(parts, on="n", how="left", maintain_order="left")
        .join(chains.renewals.select("n", renewal_basis=renewal_basis), on="n", how="left", maintain_order="left")
        .join(lost, on="n", how="left", maintain_order="left")
        .with_columns(pl.col(*PARTS.values(), "lost").fill_null(0))
        .with_columns(change_churn=pl.col("change_churn") - pl.col("lost"))
        .with_columns(closing.alias(f"{name}_mrr") for name, closing in closings.items())
        .with_columns(
            current_mrr=pl.when(in_force).then(opening).otherwise(exact_amounts.whole(0)),
            change_new=pl.when(in_force).then(exact_amounts.whole(0)).otherwise(opening),
            # Rule 10 estimates with the discounts of each change's day; those that run out later are still missing.
            change_discount=pl.col("change_discount") + pl.col("settled_mrr") - known,
        )
        .with_columns(
            (pl.col(f"{name}_mrr") - pl.col("settled_mrr")).alias(f"pending_{name}")
            for name in closings
            if name != "settled"
        )
    )
