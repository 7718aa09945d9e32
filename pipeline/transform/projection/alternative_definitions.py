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

from pipeline.transform import exact_amounts
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
    price, listed = exact_amounts.digits(pl.col("unit_price")), exact_amounts.digits(pl.col("monthly_unit_price"))
    unlisted = pl.when(listed.is_null()).then(price).otherwise(exact_amounts.whole(0))
    full = exact_amounts.digits(pl.col("quantity")) * exact_amounts.whole(1_000_000)
    discount = exact_amounts.digits(pl.col("quantity")) * discount_in_force(on=as_of)
    # Few lines are one-off or discounted.
    parts = {
        "ours": (recurring(), exact_amounts.weighted_sum(charged(on=as_of), price, "ours")),
        "one_off": (~recurring(), exact_amounts.weighted_sum(charged(on=as_of), price, "one_off")),
        "discount": (recurring() & (discount > 0), exact_amounts.weighted_sum(discount, price, "discount")),
        "listed": (recurring() & listed.is_not_null(), exact_amounts.weighted_sum(full, listed, "listed")),
        "unlisted": (recurring() & listed.is_null(), exact_amounts.weighted_sum(full, unlisted, "unlisted")),
    }
    rows = in_force.lazy()
    for counts, sums in parts.values():
        rows = rows.join(lines.lazy().filter(counts).group_by(n="contract_id").agg(sums), on="n", how="left")
    per_period = exact_amounts.whole(exact_amounts.PER_LINE) * pl.col("billing_months").cast(exact_amounts.INT)
    per_term = exact_amounts.whole(exact_amounts.PER_LINE) * pl.col("subscription_term_months").cast(exact_amounts.INT)
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
        .agg(exact_amounts.amount_to_decimal(pl.col(name).sum()).alias(name) for name in DEFINITIONS)
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
    return exact_amounts.at_least_0(exact_amounts.rounded(*exact_amounts.divided(name, divisor), divisor))


def _listed() -> pl.Expr:
    """List prices are per month already; the other lines are divided by their billing months."""
    months = pl.col("billing_months").cast(exact_amounts.INT)
    divisor = exact_amounts.whole(exact_amounts.PER_LINE) * months
    whole, rest = exact_amounts.divided("listed", exact_amounts.whole(exact_amounts.PER_LINE))
    more, more_rest = exact_amounts.divided("unlisted", divisor)
    return exact_amounts.at_least_0(exact_amounts.rounded(whole + more, rest * months + more_rest, divisor))
