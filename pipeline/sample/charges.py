"""Invented contract lines and upcoming changes, as frames of any size."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pipeline.sample.agreements import money_text
from pipeline.sample.catalogue import ADDED_PRODUCTS, BASE_PRODUCTS, BILLING_INTERVALS, PRODUCTS, UnitPrices
from pipeline.sample.draw import Draw, take
from pipeline.sample.population import repeated
from pipeline.tables.exports import EXPORTS

_QUANTITIES: Final = {"1": 10_000, "2": 20_000, "2.5": 25_000, "3": 30_000, "10": 100_000, "0": 0, "0.3333": 3_333}
"""Quantities as text, and in ten-thousandths."""

_QUANTITY_WEIGHTS: Final = {0: 40, 1: 18, 2: 6, 3: 16, 4: 14, 5: 2, 6: 4}
_VARIANT_WEIGHTS: Final = {0: 50, 1: 25, 2: 15, 3: 10}
_UPCOMING_DAYS: Final = 120
_EVENTS: Final = {"none": 32, "agreed": 33, "cancelled": 14, "agreed, cancelled": 8, "cancelled, agreed": 8, "both": 5}


def line_base(base: pl.DataFrame, prices: UnitPrices, *, seed: int, as_of: date) -> pl.DataFrame:
    """The contracts' lines, with `charge`: what the line asks per month before discount, in ten-thousandths."""
    count = Draw(seed, "contract_no").weighted("lines", {0: 1, 1: 35, 2: 34, 3: 20, 4: 10})
    columns = ("contract_no", "contract_id", "renewal_start_date", "currency_no", "billing_months", "base_product_no")
    lines = repeated(base.select(columns), count, "line_no", parent="contract_no", most=8)
    draw = Draw(seed, "line_no")
    is_base = pl.col("place") == 0
    added = len(BASE_PRODUCTS) + draw.below("product", len(ADDED_PRODUCTS))
    priced = lines.with_columns(
        pl.when(is_base).then("base_product_no").otherwise(added).alias("product_no"),
        pl.when(is_base).then(0).otherwise(draw.weighted("quantity", _QUANTITY_WEIGHTS)).alias("quantity_no"),
        draw.pick("discount", (*[None] * 13, "10", "20", "15.5", "33.3333", "0", "25", "100")).alias(
            "discount_percent"
        ),
        draw.below("days of discount", 120).alias("days"),
    ).with_columns(
        UnitPrices.position(
            pl.col("product_no"),
            pl.col("currency_no"),
            pl.col("billing_months").replace_strict(_INTERVAL_NO),
            draw.weighted("price variant", _VARIANT_WEIGHTS),
        ).alias("price_no"),
    )
    return _with_discount_end(priced, draw, as_of).with_columns(
        take([product.is_recurring for product in PRODUCTS], pl.col("product_no")).alias("recurs"),
        (
            take(prices.monthly_millionths, pl.col("price_no"))
            * take(list(_QUANTITIES.values()), pl.col("quantity_no"))
            // 1_000_000
        ).alias("charge"),
    )


_INTERVAL_NO: Final = {months: position for position, months in enumerate(BILLING_INTERVALS)}


def _with_discount_end(lines: pl.DataFrame, draw: Draw, as_of: date) -> pl.DataFrame:
    """Half the discounts never end; the others end around today, between today and the renewal, or on its day."""
    how = draw.below("discount end", 10)
    end = (
        pl.when(how < 5)
        .then(None)
        .when(how < 7)
        .then(pl.col("renewal_start_date") - pl.duration(days="days"))
        .when(how < 8)
        .then("renewal_start_date")
        .otherwise(pl.lit(as_of) + pl.duration(days=pl.col("days") - 20))
    )
    has_discount = pl.col("discount_percent").is_not_null()
    return lines.with_columns(pl.when(has_discount).then(end).alias("discount_end_date"))


def contract_lines(lines: pl.DataFrame, prices: UnitPrices, *, seed: int) -> pl.DataFrame:
    """The export table `contract_lines`."""
    draw = Draw(seed, "line_no")
    return lines.select(
        pl.format("L-{}", "line_no").alias("line_id"),
        "contract_id",
        take([product.code for product in PRODUCTS], pl.col("product_no")).alias("product_code"),
        take([product.name for product in PRODUCTS], pl.col("product_no")).alias("product_name"),
        take(list(_QUANTITIES), pl.col("quantity_no")).alias("quantity"),
        take(prices.texts, pl.col("price_no")).alias("unit_price"),
        "discount_percent",
        "discount_end_date",
        pl.when(~pl.col("recurs"))
        .then(False)
        .when(draw.chance("says recurring", 600))
        .then(True)
        .alias("is_recurring"),
    )


def monthly_charge(lines: pl.DataFrame) -> pl.DataFrame:
    """Per contract_no, the sum of `charge` of its recurring lines, in ten-thousandths of its currency."""
    return lines.filter("recurs").group_by("contract_no").agg(pl.col("charge").sum().alias("monthly_charge"))


def contract_changes(base: pl.DataFrame, monthly: pl.DataFrame, *, seed: int, as_of: date) -> pl.DataFrame:
    """The export table `contract_changes`: facts about renewals, higher limits, and some history."""
    draw = Draw(seed, "contract_no")
    charged = base.join(monthly, on="contract_no", how="left", maintain_order="left")
    days = (pl.col("renewal_start_date") - pl.lit(as_of)).dt.total_days()
    often = pl.when(days.is_between(1, _UPCOMING_DAYS)).then(450).when(days > 0).then(50).otherwise(150)
    renewals = charged.filter(draw.chance("renewal facts", often)).with_columns(
        pl.lit("renewal").alias("contract_type"),
        pl.col("renewal_start_date").alias("effective_date"),
        (pl.col("contract_no") * 3).alias("change_no"),
    )
    ahead = pl.lit(as_of) + pl.duration(days=draw.below("limit days", 230) - 40)
    upgrades, overages = (
        charged.filter(draw.chance(kind, per_mille)).with_columns(
            pl.lit(kind).alias("contract_type"),
            ahead.alias("effective_date"),
            (pl.col("contract_no") * 3 + place).alias("change_no"),
        )
        for place, kind, per_mille in ((1, "contact_tier_upgrade", 60), (2, "email_overage", 45))
    )
    changes = pl.concat([renewals, upgrades, overages]).sort("change_no")
    return _with_facts(_with_events(changes, seed, as_of), seed, as_of).select(EXPORTS["contract_changes"].column_names)


def _with_events(changes: pl.DataFrame, seed: int, as_of: date) -> pl.DataFrame:
    """`agreed_on` and `cancellation_requested_on`; a few lie after `as_of` and so do not exist yet."""
    draw = Draw(seed, "change_no")
    first = pl.lit(as_of) - pl.duration(days=draw.below("first event", 110) - 3)
    second = first + pl.duration(days=1 + draw.below("second event", 30))
    event = pl.col("event")
    return changes.with_columns(draw.weighted("event", _EVENTS).alias("event")).with_columns(
        pl.when(event.is_in(["agreed", "agreed, cancelled", "both"]))
        .then(first)
        .when(event == "cancelled, agreed")
        .then(second)
        .alias("agreed_on"),
        pl.when(event.is_in(["cancelled", "cancelled, agreed", "both"]))
        .then(first)
        .when(event == "agreed, cancelled")
        .then(second)
        .alias("cancellation_requested_on"),
    )


def _with_facts(changes: pl.DataFrame, seed: int, as_of: date) -> pl.DataFrame:
    """Ids, new limits above the limits in force (history: equal to them, the contract holds them), and quotes."""
    draw = Draw(seed, "change_no")
    is_history = pl.col("effective_date") <= as_of
    more_contacts = (1 + draw.below("contact blocks", 8)) * 1_000
    more_emails = (1 + draw.below("email blocks", 8)) * 25_000
    contacts, emails = pl.col("contact_max").fill_null(5_000), pl.col("email_limit").fill_null(50_000)
    kind = pl.col("contract_type")
    quote = pl.col("monthly_charge").fill_null(0) * (85 + draw.below("quote", 36)) // 100
    whole_units = quote // 10_000 * 10_000
    return changes.with_columns(
        pl.format("X-{}", "change_no").alias("change_id"),
        pl.when(kind == "contact_tier_upgrade")
        .then(contacts + pl.when(is_history).then(0).otherwise(more_contacts))
        .alias("new_contact_max"),
        pl.when(kind == "email_overage")
        .then(emails + pl.when(is_history).then(0).otherwise(more_emails))
        .alias("new_email_limit"),
        pl.when(draw.chance("quoted", 180))
        .then(money_text(pl.when(draw.chance("whole quote", 700)).then(whole_units).otherwise(quote)))
        .alias("quoted_mrr"),
    )
