"""Rule 10: the MRR of a contract once each of its changes has taken effect, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.oracle.changes import Change
from tests.oracle.mrr import Row, at_least_0, current_mrr, discount, rounded, todays_price

PARTS = ("price", "discount", "limits", "quote", "cancellation")
KIND = {"contact_tier_upgrade": "contacts", "email_overage": "emails"}


@dataclass
class Estimate:
    mrr_before: Fraction
    estimated_new_mrr: Fraction
    basis: str
    parts: dict[str, Fraction] = field(default_factory=dict)

    @property
    def mrr_change(self) -> Fraction:
        return self.estimated_new_mrr - self.mrr_before

    def part(self, name: str) -> Fraction:
        return self.parts.get(name, Fraction(0))


@dataclass(frozen=True)
class Prices:
    """The two price lists, and how the vendor prices renewals."""

    price_book: list[Row]
    limit_blocks: list[Row]
    renewal_pricing: str
    uplift_percent: Any


def estimates(
    contract: Row, recurring: list[Row], changes: list[Change], prices: Prices, as_of: date
) -> list[Estimate]:
    """One estimate per change, in the order of `changes`: each starts where the one before it ended."""
    mrr = current_mrr(contract, recurring, as_of)
    limits = {"contacts": contract["contact_max"], "emails": contract["email_limit"]}
    ended = False
    raised = Fraction(0)
    quoted_down = Fraction(0)
    result = []
    for change in changes:
        cancelled = change.status_basis in ("requested", "lapsing")
        if ended:
            estimate = Estimate(mrr, Fraction(0), "cancelled")
        elif cancelled and change.contract_type == "renewal":
            estimate = Estimate(mrr, Fraction(0), "cancelled", {"cancellation": -mrr})
            ended = True
        elif cancelled:
            estimate = Estimate(mrr, mrr, "cancelled")
        elif change.quoted_mrr is not None:
            quote = rounded(Fraction(change.quoted_mrr), contract["currency"])
            estimate = Estimate(mrr, quote, "quote", {"quote": quote - mrr})
        elif change.contract_type == "renewal":
            estimate = renewal(contract, recurring, change, prices, as_of, mrr, raised)
            undo_lower_quotes(estimate, quoted_down)
        else:
            limit = limits[KIND[change.contract_type]]
            estimate = higher_limit(contract, recurring, change, prices, mrr, limit)

        if change.contract_type == "renewal":
            quoted_down = Fraction(0)
        else:
            if estimate.basis == "quote":
                quoted_down += max(-estimate.mrr_change, Fraction(0))
            raised += max(estimate.mrr_change, Fraction(0))
            if not cancelled:
                raise_limit(limits, change)
        mrr = estimate.estimated_new_mrr
        result.append(estimate)
    return result


def undo_lower_quotes(estimate: Estimate, quoted_down: Fraction) -> None:
    """What a quote below the MRR had taken off comes back with the renewal's prices: that is not a change of price."""
    estimate.parts["quote"] = quoted_down
    estimate.parts["price"] -= quoted_down


def raise_limit(limits: dict[str, int | None], change: Change) -> None:
    kind = KIND[change.contract_type]
    limit = limits[kind]
    assert change.new_limit is not None
    limits[kind] = change.new_limit if limit is None else max(limit, change.new_limit)


def renewal(
    contract: Row, recurring: list[Row], change: Change, prices: Prices, as_of: date, mrr: Fraction, raised: Fraction
) -> Estimate:
    """`raised`: what the upgrades before this renewal added; the new term keeps paying for them."""
    total = raised
    discount_ended = Fraction(0)
    from_list = False
    for line in recurring:
        price = list_price(contract, line, change, prices) if prices.renewal_pricing == "list" else None
        if price is not None:
            from_list = True
        elif prices.renewal_pricing == "same":
            price = todays_price(contract, line)
        else:
            price = todays_price(contract, line) * (100 + Fraction(prices.uplift_percent)) / 100
        amount = Fraction(line["quantity"]) * price
        now, then = discount(line, as_of), discount(line, change.effective_date)
        total += amount * (100 - then) / 100
        discount_ended += amount * (now - then) / 100
    new = at_least_0(rounded(total, contract["currency"]))
    ended_part = rounded(discount_ended, contract["currency"])
    basis = "same" if prices.renewal_pricing == "same" else "uplift"
    if from_list:
        basis = "price_book"
    return Estimate(mrr, new, basis, {"discount": ended_part, "price": new - mrr - ended_part})


def mrr_on(
    day: date, contract: Row, recurring: list[Row], changes: list[Change], prices: Prices, as_of: date
) -> Fraction:
    """The contract's MRR on a day from `as_of` on, when exactly these changes take place, each on its day."""
    steps = zip(changes, estimates(contract, recurring, changes, prices, as_of), strict=True)
    fixed: Fraction | None = None
    renewed_by: Change | None = None
    added = Fraction(0)
    for change, estimate in steps:
        if change.effective_date > day:
            break
        if change.contract_type == "renewal" and estimate.basis == "cancelled":
            return Fraction(0)
        if estimate.basis == "quote":
            fixed, added = estimate.estimated_new_mrr, Fraction(0)
        elif change.contract_type == "renewal":
            fixed, renewed_by = None, change
            at_prices = at_renewal_prices(contract, recurring, change, change.effective_date, prices)
            added = estimate.estimated_new_mrr - at_prices
        else:
            added += estimate.mrr_change
    if fixed is not None:
        return fixed + added
    if renewed_by is not None:
        return at_renewal_prices(contract, recurring, renewed_by, day, prices) + added
    return current_mrr(contract, recurring, day) + added


def mrr_on_the_eve(
    change: Change, contract: Row, recurring: list[Row], changes: list[Change], prices: Prices, as_of: date
) -> Fraction:
    return mrr_on(change.effective_date - timedelta(days=1), contract, recurring, changes, prices, as_of)


def at_renewal_prices(contract: Row, recurring: list[Row], change: Change, day: date, prices: Prices) -> Fraction:
    """What the lines are worth at the prices of that renewal, with the discounts of a day after it."""
    total = Fraction(0)
    for line in recurring:
        price = list_price(contract, line, change, prices)
        if prices.renewal_pricing != "list" or price is None:
            uplift = 0 if prices.renewal_pricing == "same" else Fraction(prices.uplift_percent)
            price = todays_price(contract, line) * (100 + uplift) / 100
        total += Fraction(line["quantity"]) * price * (100 - discount(line, day)) / 100
    return at_least_0(rounded(total, contract["currency"]))


def list_price(contract: Row, line: Row, change: Change, prices: Prices) -> Fraction | None:
    """The price list's latest price per unit and month that is valid on the day the change takes effect."""
    latest = None
    for row in prices.price_book:
        if row["product_code"] != line["product_code"] or row["currency"] != contract["currency"]:
            continue
        if row["valid_from"] <= change.effective_date and (latest is None or row["valid_from"] > latest["valid_from"]):
            latest = row
    return None if latest is None else Fraction(latest["monthly_unit_price"])


def higher_limit(
    contract: Row, recurring: list[Row], change: Change, prices: Prices, mrr: Fraction, limit: int | None
) -> Estimate:
    bands = limit_bands(contract, recurring, change, prices)
    assert change.new_limit is not None
    cost = None if limit is None or not bands else price_of_blocks(bands, limit, change.new_limit)
    if cost is None:
        return Estimate(mrr, mrr, "unpriced")
    new = rounded(mrr + cost, contract["currency"])
    return Estimate(mrr, new, "price_book", {"limits": new - mrr})


def limit_bands(contract: Row, recurring: list[Row], change: Change, prices: Prices) -> list[Row]:
    """The bands in force of the contract's base product, by where they begin; none = nothing to price with."""
    kind = KIND[change.contract_type]
    products = {line["product_code"] for line in recurring}
    rows = [
        row
        for row in prices.limit_blocks
        if row["product_code"] in products
        and row["currency"] == contract["currency"]
        and row["limit_kind"] == kind
        and row["valid_from"] <= change.effective_date
    ]
    if not rows:
        return []
    base = min((row["product_code"] for row in rows), key=lambda code: code.encode())
    of_base = [row for row in rows if row["product_code"] == base]
    latest = max(row["valid_from"] for row in of_base)
    return sorted((row for row in of_base if row["valid_from"] == latest), key=lambda row: row["from_limit"])


def price_of_blocks(bands: list[Row], limit: int, new_limit: int) -> Fraction | None:
    """Block after block from `limit` until `new_limit` is reached; None when no band covers a point on the way.

    Buys all blocks of a band at once: the band stays the right one until the next band's `from_limit` is reached.
    """
    point = limit
    cost = Fraction(0)
    while point < new_limit:
        here = [band for band in bands if band["from_limit"] <= point]
        if not here:
            return None
        band = here[-1]
        further = [b["from_limit"] for b in bands if b["from_limit"] > point]
        until = min([new_limit, *further])
        blocks = -((point - until) // band["block_size"])
        cost += blocks * Fraction(band["monthly_price_per_block"])
        point += blocks * band["block_size"]
    return cost
