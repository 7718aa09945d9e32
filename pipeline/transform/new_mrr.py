"""Rule 10: the MRR of a contract once each of its changes has taken effect, and why.

The changes of a contract are taken one after the other, so the estimate goes in steps: step 1 takes the first change
of every contract at once, step 2 the second, and so on; each step starts from what the one before left (MRR, limits
in force, whether the contract has ended). What does not depend on earlier changes (the price of a renewal, the book
of a CTU) is worked out for all changes before the first step.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.transform import exact_amounts
from pipeline.transform import upgrade_prices as blocks
from pipeline.transform.changes import type_order
from pipeline.transform.mrr import charged, discount_in_force, recurring

PARTS: Final = (
    "mrr_change_price",
    "mrr_change_discount",
    "mrr_change_limits",
    "mrr_change_quote",
    "mrr_change_cancellation",
)
_HUNDRED_PERCENT: Final = 1_000_000


def list_prices(lines: pl.DataFrame, price_book: pl.DataFrame) -> pl.DataFrame:
    """Adds `monthly_unit_price` to lines: the latest list price for product and currency on `effective_date`.

    Null where the price book has no row with `valid_from <= effective_date`.
    """
    book = price_book.select("product_code", "currency", "valid_from", "monthly_unit_price").sort("valid_from")
    return (
        lines.sort("effective_date")
        .join_asof(
            book,
            left_on="effective_date",
            right_on="valid_from",
            by=["product_code", "currency"],
            strategy="backward",
            check_sortedness=False,
        )
        .drop("valid_from")
    )


def renewal_prices(
    renewals: pl.DataFrame,
    contract_lines: pl.DataFrame,
    price_book: pl.DataFrame,
    *,
    as_of: date | pl.Expr,
    discounts_on: str = "effective_date",
    renewal_pricing: str = rules.RENEWAL_PRICING,
    uplift_percent: Decimal = rules.UPLIFT_PERCENT,
) -> pl.DataFrame:
    """Rule 10.4 without what earlier changes add: `change_id, renewal_amount, discount_amount, renewal_basis`.

    `renewals` needs `change_id, contract_id, currency, billing_months, minor_unit, effective_date`; `contract_lines`
    holds recurring lines only. `renewal_amount` = Σ quantity × new monthly price × (100 - discount then) / 100 and
    `discount_amount` the same with (discount now - discount then), each rounded once and below 0 where credits exceed
    charges. *Now* is `as_of`, a day or a
    column of `renewals`; *then* is the column `discounts_on` of `renewals`.
    """
    on_columns = {"effective_date", discounts_on}
    if isinstance(as_of, pl.Expr):
        on_columns |= set(as_of.meta.root_names())
    lines = contract_lines.join(
        renewals.select("change_id", "contract_id", "currency", *sorted(on_columns)), on="contract_id"
    )
    if renewal_pricing == "list":
        lines = list_prices(lines, price_book)
    else:
        lines = lines.with_columns(monthly_unit_price=pl.lit(None, dtype=pl.Decimal(18, 6)))
    listed = exact_amounts.digits(pl.col("monthly_unit_price")).fill_null(0)
    on_list = pl.col("monthly_unit_price").is_not_null()
    today = pl.when(on_list).then(exact_amounts.whole(0)).otherwise(exact_amounts.digits(pl.col("unit_price")))
    then = charged(on=pl.col(discounts_on))
    sums = lines.group_by("change_id").agg(
        *exact_amounts.weighted_sum(then, listed, "listed_then"),
        *exact_amounts.weighted_sum(then, today, "today_then"),
        on_list=on_list.any(),
    )
    gain = discount_in_force(on=as_of) - discount_in_force(on=pl.col(discounts_on))
    gained = exact_amounts.digits(pl.col("quantity")) * gain
    # Few discounts end in between.
    gains = (
        lines.filter(gain != 0)
        .group_by("change_id")
        .agg(
            *exact_amounts.weighted_sum(gained, listed, "listed_gained"),
            *exact_amounts.weighted_sum(gained, today, "today_gained"),
        )
    )
    uplift = 0 if renewal_pricing == "same" else int(uplift_percent * 10_000)
    fallback = "same" if renewal_pricing == "same" else "uplift"
    return (
        renewals.select("change_id", "billing_months", "minor_unit")
        .join(sums, on="change_id", how="left")
        .join(gains, on="change_id", how="left")
        .with_columns(pl.col(pl.Int128).fill_null(0))
        .select(
            "change_id",
            renewal_amount=exact_amounts.rounded(*_at_new_prices("then", _HUNDRED_PERCENT + uplift)),
            discount_amount=exact_amounts.rounded_away_from_0(*_at_new_prices("gained", _HUNDRED_PERCENT + uplift)),
            renewal_basis=pl.when(pl.col("on_list").fill_null(False))
            .then(pl.lit("price_book"))
            .otherwise(pl.lit(fallback)),
        )
    )


def _at_new_prices(what: str, percent: int) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """(Σ listed per month) + (Σ today's per billing period) / billing months × percent, as a ratio and its divisor."""
    months = pl.col("billing_months").cast(exact_amounts.INT)
    listed, listed_rest = exact_amounts.divided(f"listed_{what}", exact_amounts.whole(exact_amounts.PER_LINE))
    today, today_rest = exact_amounts.divided(f"today_{what}", exact_amounts.whole(exact_amounts.PER_LINE) * months)
    factor, hundred = exact_amounts.whole(percent), exact_amounts.whole(_HUNDRED_PERCENT)
    divisor = exact_amounts.whole(exact_amounts.PER_LINE) * months * hundred
    remainder = (
        listed_rest * months * hundred
        + (today * factor % hundred) * exact_amounts.whole(exact_amounts.PER_LINE) * months
        + today_rest * factor
    )
    return listed + today * factor // hundred, remainder, divisor


def in_order() -> pl.Expr:
    """Rule 10: the place of a change among those of its contract (0 = first): by effective date, type, change id."""
    return pl.struct("effective_date", type_order(), "change_id").rank("ordinal").over("contract_id") - 1


def ends_contract() -> pl.Expr:
    """A renewal that is cancelled in time, or lapsing, ends the contract."""
    return (pl.col("contract_type") == "renewal") & pl.col("status_basis").is_in(["requested", "lapsing"])


def estimate(changes: pl.DataFrame, bands: pl.DataFrame) -> pl.DataFrame:
    """Rule 10: adds `mrr_before, estimated_new_mrr, estimate_basis` and `PARTS` to every change, as amounts.

    `changes` has all upcoming changes with their status, `current_mrr_amount`, the contract's limits in force, the
    results of `renewal_prices` and the book of `limit_blocks.base_products` (null where there is none). The rows come
    back with the changes of each contract in their order.
    """
    # Most contracts have one change only, and ranking is the slow part.
    several = pl.col("contract_id").is_duplicated()
    numbered = pl.concat(
        [
            changes.filter(~several).with_columns(place=pl.lit(0, dtype=pl.UInt32)),
            changes.filter(several).with_columns(place=in_order().cast(pl.UInt32)),
        ]
    )
    last = numbered["place"].max()
    carried = numbered.filter(pl.col("place") == 0).select(
        "contract_id",
        mrr_before="current_mrr_amount",
        contacts_limit=pl.col("contact_max").cast(exact_amounts.INT),
        emails_limit=pl.col("email_limit").cast(exact_amounts.INT),
        ended=pl.lit(False),
        raised=exact_amounts.whole(0),
        quoted_down=exact_amounts.whole(0),
    )
    steps = []
    for place in range(int(last) + 1 if isinstance(last, int) else 0):
        step = _step(numbered.filter(pl.col("place") == place).join(carried, on="contract_id"), bands)
        carried = step.select(
            "contract_id",
            mrr_before="estimated_new_mrr",
            contacts_limit=_limit_after("contacts", "new_contact_max", "contact_tier_upgrade"),
            emails_limit=_limit_after("emails", "new_email_limit", "email_overage"),
            ended=pl.col("ended") | ends_contract(),
            raised=pl.col("raised") + _of_upgrades(pl.col("estimated_new_mrr") - pl.col("mrr_before")),
            quoted_down=_quoted_down_after(),
        )
        steps.append(step)
    if not steps:
        steps = [_step(numbered.join(carried, on="contract_id"), bands)]
    return pl.concat(steps).drop("place", "contacts_limit", "emails_limit", "ended", "raised", "quoted_down")


def _of_upgrades(amount: pl.Expr) -> pl.Expr:
    """The amount where it is positive and the change is a CTU or EO, else 0."""
    return pl.when(pl.col("contract_type") != "renewal").then(amount.clip(lower_bound=0)).otherwise(0)


def _quoted_down_after() -> pl.Expr:
    """By how much quotes of CTU and EO have lowered the MRR since the renewal before; a renewal undoes it."""
    lowered = exact_amounts.whole(0) - pl.col("mrr_change_quote")
    is_renewal = pl.col("contract_type") == "renewal"
    return pl.when(is_renewal).then(exact_amounts.whole(0)).otherwise(pl.col("quoted_down") + _of_upgrades(lowered))


def _limit_after(kind: str, new_limit: str, contract_type: str) -> pl.Expr:
    """A CTU or EO that is not cancelled in time raises the limit in force to its new limit."""
    raising = (pl.col("contract_type") == contract_type) & (pl.col("status_basis") != "requested")
    limit = pl.col(f"{kind}_limit")
    return pl.when(raising).then(pl.max_horizontal(limit, pl.col(new_limit).cast(exact_amounts.INT))).otherwise(limit)


def _step(changes: pl.DataFrame, bands: pl.DataFrame) -> pl.DataFrame:
    """One change of each contract: the first rule of 10.0 to 10.5 that applies, and the parts of its change."""
    is_ctu, is_renewal = pl.col("contract_type") == "contact_tier_upgrade", pl.col("contract_type") == "renewal"
    raises = changes.filter(~is_renewal).with_columns(
        limit_before=pl.when(is_ctu).then("contacts_limit").otherwise("emails_limit"),
        new_limit=pl.when(is_ctu).then("new_contact_max").otherwise("new_email_limit").cast(exact_amounts.INT),
    )
    raises = blocks.block_prices(raises, bands).drop("limit_before", "new_limit")
    renewals = changes.filter(is_renewal).with_columns(blocks_price=pl.lit(None, dtype=exact_amounts.INT))
    priced = pl.concat([raises, renewals])
    before = pl.col("mrr_before")
    ends = pl.col("ended") | ends_contract()
    cancelled = ends | (pl.col("status_basis") == "requested")
    basis = (
        pl.when(cancelled)
        .then(pl.lit("cancelled"))
        .when(pl.col("quoted_mrr").is_not_null())
        .then(pl.lit("quote"))
        .when(is_renewal)
        .then("renewal_basis")
        .when(pl.col("blocks_price").is_not_null())
        .then(pl.lit("price_book"))
        .otherwise(pl.lit("unpriced"))
    )
    quote = exact_amounts.rounded_digits(exact_amounts.digits(pl.col("quoted_mrr")), 4)
    block_amount = exact_amounts.rounded_digits(pl.col("blocks_price"), 6)
    estimated = (
        pl.when(ends)
        .then(exact_amounts.whole(0))
        .when(pl.col("estimate_basis") == "quote")
        .then(quote)
        .when(pl.col("estimate_basis").is_in(["cancelled", "unpriced"]))
        .then(before)
        .when(is_renewal)
        .then(exact_amounts.at_least_0(pl.col("renewal_amount") + pl.col("raised")))
        .otherwise(before + block_amount)
    )
    return (
        priced.with_columns(estimate_basis=basis)
        .with_columns(estimated_new_mrr=estimated)
        .with_columns(_parts(is_renewal))
        .drop("blocks_price")
    )


def _parts(is_renewal: pl.Expr) -> list[pl.Expr]:
    """The parts of estimated_new_mrr - mrr_before, which add up to it exactly."""
    change = pl.col("estimated_new_mrr") - pl.col("mrr_before")
    basis = pl.col("estimate_basis")
    at_prices = is_renewal & ~basis.is_in(["cancelled", "quote"])

    def when(condition: pl.Expr, amount: pl.Expr) -> pl.Expr:
        return pl.when(condition).then(amount).otherwise(exact_amounts.whole(0))

    return [
        when(at_prices, change - pl.col("discount_amount") - pl.col("quoted_down")).alias("mrr_change_price"),
        when(at_prices, pl.col("discount_amount")).alias("mrr_change_discount"),
        when(~is_renewal & (basis == "price_book"), change).alias("mrr_change_limits"),
        pl.when(at_prices).then("quoted_down").otherwise(when(basis == "quote", change)).alias("mrr_change_quote"),
        when(basis == "cancelled", change).alias("mrr_change_cancellation"),
    ]


def estimated_new_mrr(
    changes: pl.DataFrame,
    contract_lines: pl.DataFrame,
    price_book: pl.DataFrame,
    limit_blocks: pl.DataFrame,
    *,
    as_of: date,
    renewal_pricing: str = rules.RENEWAL_PRICING,
    uplift_percent: Decimal = rules.UPLIFT_PERCENT,
) -> pl.DataFrame:
    """Rule 10, one row per change: `changes` with the columns of `estimate`, money in decimals with 4 decimals.

    `changes` needs the facts, the status and the contract's `currency, billing_months, minor_unit,
    current_mrr_amount, contact_max, email_limit`.
    """
    lines = contract_lines.filter(recurring()).join(
        changes.select("contract_id").unique(), on="contract_id", how="semi"
    )
    prices = renewal_prices(
        changes.filter(pl.col("contract_type") == "renewal"),
        lines,
        price_book,
        as_of=as_of,
        renewal_pricing=renewal_pricing,
        uplift_percent=uplift_percent,
    )
    books = blocks.base_products(changes, lines, limit_blocks).drop("currency")
    prepared = changes.join(prices, on="change_id", how="left").join(books, on="change_id", how="left")
    money_columns = ["mrr_before", "estimated_new_mrr", *PARTS]
    return (
        estimate(prepared, blocks.bands(limit_blocks))
        .with_columns(exact_amounts.amount_to_decimal(pl.col(name)).alias(name) for name in money_columns)
        .with_columns(mrr_change=pl.col("estimated_new_mrr") - pl.col("mrr_before"))
        .drop("renewal_amount", "discount_amount", "renewal_basis", "product_code", "limit_kind", "valid_from")
    )
