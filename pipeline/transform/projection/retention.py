"""Rule 12: GRR and NRR on the closed cohort: the clients (client × currency) that opened the period with MRR.

The period is the whole projection. Per client all contracts are added up first, so a client that lets one contract
end and begins another loses only the difference, and its new contract is its expansion (*ours*: the cohort is made
of clients, not of contracts). Clients that open with 0 are not in the cohort. What a client's MRR did in between
does not count, only where it ends. In `expected`, as in the projection, what open renewals are expected to lose is
churn, at the client's MRR before it; its rise or fall is taken on what is left. (Netting the expectation instead would
hide a client that may leave behind one price rise: a renewal at 120 of 100 with probability 0.9 keeps 90 of 100, not
all of it.)

GRR = (opening - contraction - churn) / opening, at most 100 %; NRR adds expansion. Both null when nothing was open.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

from pipeline.transform import exact_amounts

FIGURES: Final = ("opening", "expansion", "contraction", "churn")


def retention(bridge: pl.DataFrame, groups: pl.DataFrame, scenarios: tuple[str, ...]) -> pl.DataFrame:
    """One row per partner, currency and scenario: `partner_id, currency, scenario, *FIGURES` (amounts) `, grr, nrr`.

    `bridge`: `bridge.mrr_bridge`, in amounts, with the contract's `client` and `group` as numbers, and `held`: what
    of its current MRR is expected to be still there; `groups`: what groups stand for. `grr` and `nrr` have 6 decimals.
    """
    clients = bridge.group_by("client").agg(
        pl.col("group").first(), pl.col("current_mrr", "held", *(f"{name}_mrr" for name in scenarios)).sum()
    )
    tables = [
        cohort(clients, f"{name}_mrr", held="held" if name == "expected" else "current_mrr").with_columns(
            scenario=pl.lit(name)
        )
        for name in scenarios
    ]
    lost = pl.col("contraction") + pl.col("churn")
    return (
        pl.concat(tables)
        .join(groups.select("group", "partner_id", "currency"), on="group")
        .with_columns(grr=_share(pl.col("opening") - lost), nrr=_share(pl.col("opening") - lost + pl.col("expansion")))
        .sort("partner_id", "currency", "scenario")
    )


def cohort(clients: pl.DataFrame, closing: str, *, held: str) -> pl.DataFrame:
    """`group, *FIGURES` of the clients that opened with MRR.

    `closing` names what they end with, `held` what is left of what they opened with after open renewals.
    """
    before, left, after = pl.col("current_mrr"), pl.col(held), pl.col(closing)
    opened = before > 0

    def of_cohort(amount: pl.Expr) -> pl.Expr:
        return pl.when(opened).then(amount).otherwise(exact_amounts.whole(0)).sum()

    return clients.group_by("group").agg(
        opening=before.sum(),
        expansion=of_cohort((after - left).clip(lower_bound=0)),
        contraction=of_cohort(
            pl.when(after > 0).then((left - after).clip(lower_bound=0)).otherwise(exact_amounts.whole(0))
        ),
        churn=of_cohort(pl.when(after == 0).then(before).otherwise(before - left)),
    )


def _share(part: pl.Expr) -> pl.Expr:
    """part / opening with 6 decimals, rounded half up; null when nothing opened."""
    millionths = (part * exact_amounts.whole(2_000_000) + pl.col("opening")) // (
        pl.col("opening") * exact_amounts.whole(2)
    )
    share = millionths.cast(pl.Decimal(38, 0)) * pl.lit(Decimal("0.000001"), dtype=pl.Decimal(38, 6))
    return pl.when(pl.col("opening") > 0).then(share)
