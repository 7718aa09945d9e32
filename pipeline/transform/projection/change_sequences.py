"""Rule 12: every planned change of the counted contracts, estimated one after the other in two chains.

- `full`: everything Pending applies. It also carries `expected`, which only weighs it.
- `settled`: changes that are still awaiting the client (Pending, not lapsing) are taken out; what is left is agreed,
  auto-renewed, requested too late, cancelled or lapsing. `contracted` is this chain cut off at the first
  renewal that nobody has agreed to.

Each chain follows rule 10 to the letter (`new_mrr.estimate`), so in `full` the figures are those of
`upcoming_renewals` wherever both have the change.

*Ours*, where rule 12 is silent:
- A lapsing renewal ends the contract in all three scenarios: rule 10 estimates it at 0, so even when it "applies"
  nothing is left.
- Facts (agreements, requests) are those known on `as_of`, also for a contract that begins later; only the question
  whether a deadline has passed is asked on its first day. Its changes dated on or before that day are history.
- A renewal by which a contract leaves because the one before was cancelled too late (`late_cancellations`) counts as
  open here, whatever its own status. With the setting's probability of 0 the contract ends in the month of `leaves_on`
  in every chain, and no change of that month or later takes place.
- A pending upgrade that is taken out of `settled` neither raises the limit in force nor the renewal's price there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.transform import changes, deadlines, new_mrr, status, upgrade_prices
from pipeline.transform.late_cancellations import leaves_on, with_late_request
from pipeline.transform.projection.months import period_of

_OF_CONTRACT: Final = (
    "n",
    "contract_id",
    "currency",
    "term_start_date",
    "renewal_start_date",
    "subscription_term_months",
    "contact_max",
    "email_limit",
    "auto_renews",
    "notice_days",
    "notice_months",
    "billing_months",
    "minor_unit",
    "derived_on",
    "current_mrr_amount",
)
"""What the changes of a contract rest on."""

_ESTIMATED: Final = (
    "n",
    "contract_type",
    "effective_date",
    "status_basis",
    "estimated_new_mrr",
    "estimate_basis",
    *new_mrr.PARTS,
)
_SETTLED_BY_NOW: Final = (
    "term_start_date",
    "auto_renews",
    "notice_days",
    "notice_months",
    "renewal_deadline",
    "agreed_on",
    "cancellation_requested_on",
    "subscription_term_months",
    "billing_months",
    "derived_on",
    "leaves_on",
)
"""What estimates do not ask for any more."""

_AT_ONCE: Final = 2**18

_RENEWAL: Final = (
    "n",
    "contract_id",
    "currency",
    "billing_months",
    "minor_unit",
    "derived_on",
    "effective_date",
    "status_basis",
    "subscription_term_months",
    "renewal_amount",
    "leaves_on",
)


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
    """The estimated changes of both chains, one row per change, in amounts, in rule 10's order: `_ESTIMATED`."""

    full: pl.DataFrame
    settled: pl.DataFrame
    renewals: pl.DataFrame
    """One row per contract with a renewal within the months: `_RENEWAL`; `contract_id` is `n` too."""
    leaving: pl.DataFrame
    """`n, period`: the contracts that end for certain because of a late cancellation, and in which month."""


def estimated_chains(
    contracts: pl.DataFrame,
    contract_lines: pl.DataFrame,
    contract_changes: pl.DataFrame,
    pricing: Pricing,
    *,
    as_of: date,
    until: date,
    late_may_renew: bool = False,
) -> Chains:
    """Both chains of `contracts` (`counted_contracts`) up to and including the day `until`.

    `contract_lines`: their recurring `numbered_lines`. `late_may_renew`: a late cancellation leaves it open whether
    the contract renews after the term it could not stop; else it ends then.
    """
    planned = planned_changes(contracts, contract_changes, as_of=as_of, until=until)
    is_renewal = pl.col("contract_type") == "renewal"
    # At most one renewal per contract, so the contract's number can stand for its id.
    renewals = planned.filter(is_renewal)
    prices = pricing.of_renewals(renewals.with_columns(change_id="n"), contract_lines).rename({"change_id": "n"})
    raises = planned.filter(~is_renewal)
    books = upgrade_prices.base_products(raises, contract_lines, pricing.limit_blocks).drop("currency")
    priced = renewals.join(prices, on="n", maintain_order="left")
    renewals = priced.select(_RENEWAL)
    leaving = leaving_contracts(renewals.head(0) if late_may_renew else renewals, as_of=as_of, until=until)
    prepared = pl.concat([priced, raises.join(books, on="change_id", how="left")], how="diagonal").drop(_SETTLED_BY_NOW)
    prepared = _until_they_leave(prepared, leaving, as_of=as_of)
    del planned, priced, raises, prices
    bands = upgrade_prices.bands(pricing.limit_blocks)
    full = _estimated(prepared, bands)
    # Where nothing is awaited the chains are one, and where all is, the settled one has nothing.
    waiting = full.filter(awaiting()).select("n").unique()
    rest = prepared.filter(~awaiting()).join(waiting, on="n", how="semi")
    settled = pl.concat([full.join(waiting, on="n", how="anti"), _estimated(rest, bands)])
    return Chains(full, settled, renewals, leaving)


def leaving_contracts(renewals: pl.DataFrame, *, as_of: date, until: date) -> pl.DataFrame:
    """`n, period` of the contracts that leave by `until`."""
    return renewals.filter(pl.col("leaves_on") <= until).select("n", period=period_of(pl.col("leaves_on"), as_of=as_of))


def _until_they_leave(changes: pl.DataFrame, leaving: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The changes without those of the month in which their contract leaves, and later ones."""
    if leaving.is_empty():
        return changes
    happens = (period_of(pl.col("effective_date"), as_of=as_of) < pl.col("period")).fill_null(True)
    return changes.join(leaving, on="n", how="left", maintain_order="left").filter(happens).drop("period")


def _estimated(changes: pl.DataFrame, bands: pl.DataFrame) -> pl.DataFrame:
    """`new_mrr.estimate` in parts of so many contracts: no contract looks at another, and a part needs less memory."""
    parts = changes.with_columns(part=pl.col("n") // _AT_ONCE).partition_by("part", include_key=False)
    return pl.concat([new_mrr.estimate(part, bands).select(_ESTIMATED) for part in parts or [changes]])


def planned_changes(
    contracts: pl.DataFrame, contract_changes: pl.DataFrame, *, as_of: date, until: date
) -> pl.DataFrame:
    """The changes of each contract after its `derived_on` up to `until`, with status (rules 2 to 4).

    Their `contract_id` is the contract's number `n`.
    """
    contracts = with_late_request(contracts.select(_OF_CONTRACT), contract_changes, as_of=as_of)
    within = (pl.col("effective_date") > pl.col("derived_on")) & (pl.col("effective_date") <= until)
    facts = ("agreed_on", "cancellation_requested_on")
    return (
        changes.changes_within(contracts, contract_changes, within=within)
        .with_columns(pl.when(pl.col(fact) <= as_of).then(pl.col(fact)).alias(fact) for fact in facts)
        .join(contracts.drop("renewal_start_date"), on="contract_id")
        .with_columns(deadlines.renewal_deadline())
        .with_columns(status.status_basis(as_of=pl.col("derived_on")))
        .with_columns(leaves_on())
        .with_columns(
            contract_id="n",
            status_basis=pl.when(leaves_by_it()).then(pl.lit("awaiting")).otherwise("status_basis"),
        )
        .drop("late_request_on")
    )


def leaves_by_it() -> pl.Expr:
    """A renewal by which the contract leaves, because the one that began this term was cancelled too late."""
    return (pl.col("leaves_on") == pl.col("effective_date")).fill_null(False)


def awaiting() -> pl.Expr:
    """Pending and not lapsing: nobody has agreed and nobody has cancelled."""
    return pl.col("status_basis") == "awaiting"
