"""Other published definitions of MRR on the same data, so that a reader sees why two tools disagree.

All are rounded once per contract, like ours, and count as 0 where credits exceed charges. *Ours* is `current_mrr`
(rule 9).
- `undiscounted_mrr`: ours without taking discounts off ("committed" or "gross" MRR).
- `list_price_mrr`: quantity × today's list price per month, no discounts; a line that the price book does not know
  counts at its own undiscounted price.
- `with_one_off_mrr`: one-off lines counted as if they recurred every billing period.
- `by_term_mrr`: what one billing period costs divided by the months of the *term*: the "annual ÷ 12" that takes
  every bill for the whole term's. Equal to ours where the term is billed at once.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pipeline.transform import money
from pipeline.transform.mrr import charged, discount_in_force, recurring

DEFINITIONS: Final = ("current_mrr", "undiscounted_mrr", "list_price_mrr", "with_one_off_mrr", "by_term_mrr")


def rival_mrr(
    contracts: pl.DataFrame,
    groups: pl.DataFrame,
    contract_lines: pl.DataFrame,
    price_book: pl.DataFrame,
    *,
    as_of: date,
) -> pl.DataFrame:
    """One row per partner (null = nobody's) and currency: `partner_id, currency, *DEFINITIONS`, decimals.

    `contracts`: counted ones, of which those in force on `as_of` are added up; `groups`: what their groups stand for;
    `contract_lines`: their `numbered_lines`.
    """
    in_force = contracts.filter(pl.col("begins") < 0).select(
        "n", "group", "currency", "billing_months", "subscription_term_months", "minor_unit", "current_mrr_amount"
    )
    lines = contract_lines.join(in_force.select("currency", contract_id="n"), on="contract_id").join(
        todays_list(price_book, as_of=as_of), on=["product_code", "currency"], how="left"
    )
    price, listed = money.digits(pl.col("unit_price")), money.digits(pl.col("monthly_unit_price"))
    unlisted = pl.when(listed.is_null()).then(price).otherwise(money.whole(0))
    full = money.digits(pl.col("quantity")) * money.whole(1_000_000)
    discount = money.digits(pl.col("quantity")) * discount_in_force(on=as_of)
    # Few lines are one-off or discounted.
    parts = {
        "ours": (recurring(), money.weighted_sum(charged(on=as_of), price, "ours")),
        "one_off": (~recurring(), money.weighted_sum(charged(on=as_of), price, "one_off")),
        "discount": (recurring() & (discount > 0), money.weighted_sum(discount, price, "discount")),
        "listed": (recurring() & listed.is_not_null(), money.weighted_sum(full, listed, "listed")),
        "unlisted": (recurring() & listed.is_null(), money.weighted_sum(full, unlisted, "unlisted")),
    }
    rows = in_force.lazy()
    for counts, sums in parts.values():
        rows = rows.join(lines.lazy().filter(counts).group_by(n="contract_id").agg(sums), on="n", how="left")
    per_period = money.whole(money.PER_LINE) * pl.col("billing_months").cast(money.INT)
    per_term = money.whole(money.PER_LINE) * pl.col("subscription_term_months").cast(money.INT)
    return (
        rows.with_columns(pl.col(f"^({'|'.join(parts)})_(high|low)$").fill_null(0))
        .with_columns(
            *_added("all", "ours", "one_off"),
            *_added("undiscounted", "ours", "discount"),
        )
        .select(
            "group",
            current_mrr="current_mrr_amount",
            undiscounted_mrr=_per("undiscounted", per_period),
            list_price_mrr=_listed(),
            with_one_off_mrr=_per("all", per_period),
            by_term_mrr=_per("ours", per_term),
        )
        .group_by("group")
        .agg(money.amount_to_decimal(pl.col(name).sum()).alias(name) for name in DEFINITIONS)
        .collect()
        .join(groups.select("group", "partner_id", "currency"), on="group")
        .sort("partner_id", "currency")
    )


def _added(name: str, *parts: str) -> list[pl.Expr]:
    return [pl.sum_horizontal(f"{part}_{limb}" for part in parts).alias(f"{name}_{limb}") for limb in ("high", "low")]


def todays_list(price_book: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`product_code, currency, monthly_unit_price`: the latest list price valid on `as_of`."""
    return (
        price_book.filter(pl.col("valid_from") <= as_of)
        .sort("valid_from")
        .unique(["product_code", "currency"], keep="last")
        .select("product_code", "currency", "monthly_unit_price")
    )


def _per(name: str, divisor: pl.Expr) -> pl.Expr:
    return money.at_least_0(money.rounded(*money.divided(name, divisor), divisor))


def _listed() -> pl.Expr:
    """List prices are per month already; the other lines are divided by their billing months."""
    months = pl.col("billing_months").cast(money.INT)
    divisor = money.whole(money.PER_LINE) * months
    whole, rest = money.divided("listed", money.whole(money.PER_LINE))
    more, more_rest = money.divided("unlisted", divisor)
    return money.at_least_0(money.rounded(whole + more, rest * months + more_rest, divisor))
