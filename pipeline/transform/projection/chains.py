"""Rule 12: every planned change of the counted contracts, estimated one after the other in two chains.

- `full`: everything Pending applies. It also carries `expected`, which only weighs it.
- `settled`: changes that are still awaiting the client (Pending, not lapsing) are taken out; what is left is agreed,
  renewed by silence, requested too late, cancelled or lapsing. `contracted` is this chain cut off at the first
  renewal that nobody has agreed to.

Each chain follows rule 10 to the letter (`new_mrr.estimate`), so in `full` the figures are those of
`upcoming_renewals` wherever both have the change.

*Ours*, where rule 12 is silent:
- A lapsing renewal ends the contract in all three scenarios: rule 10 estimates it at 0, so even when it "applies"
  nothing is left.
- Facts (agreements, requests) are those known on `as_of`, also for a contract that begins later; only the question
  whether a deadline has passed is asked on its first day. Its changes dated on or before that day are history.
- A pending upgrade that is taken out of `settled` neither raises the limit in force nor the renewal's price there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from pipeline import rules
from pipeline.transform import changes, deadlines, limit_blocks, new_mrr, status


@dataclass(frozen=True, slots=True)
class Pricing:
    """How renewals are priced: both price lists and the settings of rule 10.4."""

    price_book: pl.DataFrame
    limit_blocks: pl.DataFrame
    renewal_pricing: str = rules.RENEWAL_PRICING
    uplift_percent: Decimal = rules.UPLIFT_PERCENT

    def of_renewals(
        self, renewals: pl.DataFrame, lines: pl.DataFrame, *, discounts_on: str = "effective_date"
    ) -> pl.DataFrame:
        """`new_mrr.renewal_prices` of these renewals, seen from their contract's `derived_on`."""
        return new_mrr.renewal_prices(
            renewals,
            lines,
            self.price_book,
            as_of=pl.col("derived_on"),
            discounts_on=discounts_on,
            renewal_pricing=self.renewal_pricing,
            uplift_percent=self.uplift_percent,
        )


@dataclass(frozen=True, slots=True)
class Chains:
    """The estimated changes of both chains, one row per change, in amounts; columns of `new_mrr.estimate`."""

    full: pl.DataFrame
    settled: pl.DataFrame
    renewals: pl.DataFrame
    """One row per contract with a renewal within the months: `n, contract_id, effective_date, status_basis,
    renewal_amount` (null when its lines have no price) and the columns `Pricing.of_renewals` needs."""


def estimated_chains(
    contracts: pl.DataFrame,
    contract_lines: pl.DataFrame,
    contract_changes: pl.DataFrame,
    pricing: Pricing,
    *,
    as_of: date,
    until: date,
) -> Chains:
    """Both chains of `contracts` (`counted_contracts`) up to and including the day `until`.

    `contract_lines` holds the recurring lines of these contracts.
    """
    planned = planned_changes(contracts, contract_changes, as_of=as_of, until=until)
    is_renewal = pl.col("contract_type") == "renewal"
    renewals = planned.filter(is_renewal)
    prices = pricing.of_renewals(renewals, contract_lines)
    books = limit_blocks.base_products(planned.filter(~is_renewal), contract_lines, pricing.limit_blocks)
    prepared = planned.join(prices, on="change_id", how="left").join(books.drop("currency"), on="change_id", how="left")
    bands = limit_blocks.bands(pricing.limit_blocks)
    full = new_mrr.estimate(prepared, bands)
    waiting = full.filter(awaiting()).select("contract_id").unique()
    rest = prepared.join(waiting, on="contract_id", how="semi").filter(~awaiting())
    settled = pl.concat(
        [full.join(waiting, on="contract_id", how="anti"), new_mrr.estimate(rest, bands).select(full.columns)]
    )
    return Chains(full, settled, renewals.join(prices.select("change_id", "renewal_amount"), on="change_id"))


def planned_changes(
    contracts: pl.DataFrame, contract_changes: pl.DataFrame, *, as_of: date, until: date
) -> pl.DataFrame:
    """The changes of each contract after its `derived_on` up to `until`, with status (rules 2 to 4)."""
    within = (pl.col("effective_date") > pl.col("derived_on")) & (pl.col("effective_date") <= until)
    facts = ("agreed_on", "cancellation_requested_on")
    return (
        changes.changes_within(contracts, contract_changes, within=within)
        .with_columns(pl.when(pl.col(fact) <= as_of).then(pl.col(fact)).alias(fact) for fact in facts)
        .join(contracts.drop("renewal_start_date"), on="contract_id")
        .with_columns(deadlines.renewal_deadline())
        .with_columns(status.status_basis(as_of=pl.col("derived_on")))
        .with_columns(status.status())
    )


def awaiting() -> pl.Expr:
    """Pending and not lapsing: nobody has agreed and nobody has cancelled."""
    return pl.col("status_basis") == "awaiting"
