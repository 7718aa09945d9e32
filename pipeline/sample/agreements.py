"""Invented contracts and their past renewals, as frames of any size.

How a contract came to be: it has come up for renewal 0 to 3 times before (drawn first), each time renewing with
`true_renewal_rate` of its term and currency. If it renewed every time, its current term is the one that is running; if
it churned, that day is its `renewal_start_date`, in the past. All these renewals are rows of `renewal_history`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from pipeline.sample.catalogue import BASE_PRODUCTS, RENEWAL_RATE_OF_CURRENCY, RENEWAL_RATES
from pipeline.sample.draw import Draw, as_exported, take
from pipeline.sample.population import CURRENCIES, repeated

_TERMS: Final = {1: 10, 3: 8, 6: 6, 12: 60, 24: 12, 36: 4}
_BILLING: Final = {"monthly": 48, "quarterly": 12, "semiannual": 5, "annual": 31, "other": 4}
_BILLING_MONTHS: Final = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
_OTHER_INTERVALS: Final = (3, 2, 4, 18, 24)
_KINDS: Final = {"running": 890, "boundary": 35, "month end": 35, "february end": 10, "not yet": 15, "not rolled": 15}
_BOUNDARY_DAYS: Final = (1, 44, 45, 46, 119, 120, 121)
_SHORTEST_MONTH: Final = 28
_MOST_PAST: Final = 3
PAST_RENEWALS: Final = {0: 68, 1: 20, 2: 8, 3: 4}
"""Weights of how often a contract of a large sample has come up for renewal before."""


def contract_base(clients: pl.DataFrame, *, seed: int, as_of: date, past: Mapping[int, int]) -> pl.DataFrame:
    """The contracts of those clients, with working columns; `past` weighs the number of past renewals (0 to 3)."""
    counted = repeated(
        clients.select("client_no", "hub_id", pl.col("currency_no").alias("home_currency_no")),
        Draw(seed, "client_no").weighted("contracts", {0: 4, 1: 82, 2: 11, 3: 3}),
        "contract_no",
        parent="client_no",
        most=4,
    )
    return _with_outcomes(_with_first_dates(_with_terms(counted, seed), seed, as_of), seed, as_of, past)


def _with_terms(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    draw = Draw(seed, "contract_no")
    base_weights = dict(zip(range(len(BASE_PRODUCTS)), (25, 35, 8, 12, 8, 8, 4), strict=True))
    return frame.with_columns(
        pl.format("C-{}", pl.col("contract_no") + 40_000_000).alias("contract_id"),
        pl.when(draw.chance("home currency", 900))
        .then("home_currency_no")
        .otherwise(draw.below("currency", len(CURRENCIES)))
        .alias("currency_no"),
        draw.weighted("term", _TERMS).alias("subscription_term_months"),
        draw.weighted("billing", _BILLING).alias("billing_frequency"),
        draw.pick("interval", _OTHER_INTERVALS).alias("other_months"),
        draw.weighted("base product", base_weights).alias("base_product_no"),
        draw.weighted("kind", _KINDS).alias("kind"),
        draw.pick("contacts", (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, None)).alias("contact_max"),
        draw.pick("auto renews", (None, None, None, True, True, True, False)).alias("auto_renews"),
        draw.weighted("notice", {None: 85, 30: 5, 60: 5, 90: 3, 0: 2}).alias("notice_days"),
    ).with_columns(
        take(CURRENCIES, pl.col("currency_no")).alias("currency"),
        (pl.col("contact_max") * 10).alias("email_limit"),
        pl.col("billing_frequency")
        .replace_strict(_BILLING_MONTHS, default=pl.col("other_months"), return_dtype=pl.Int64)
        .alias("billing_months"),
        ((pl.col("billing_frequency") == "other") | draw.chance("says interval", 40)).alias("says_interval"),
    )


def _with_first_dates(frame: pl.DataFrame, seed: int, as_of: date) -> pl.DataFrame:
    """The term's dates as they are when nothing churned."""
    draw = Draw(seed, "contract_no")
    # At most 28 days per month of term: the term has then always begun on as_of.
    ahead = 1 + draw.below("days ahead", pl.col("subscription_term_months") * _SHORTEST_MONTH)
    boundary = draw.pick("boundary day", _BOUNDARY_DAYS)
    kind = pl.col("kind")
    days = (
        pl.when((kind == "boundary") & (boundary <= pl.col("subscription_term_months") * _SHORTEST_MONTH))
        .then(boundary)
        .when(kind == "not rolled")
        .then(-draw.below("days ago", 200))
        .otherwise(ahead)
    )
    renewal = pl.lit(as_of) + pl.duration(days=days)
    # Four years in a row: one of them ends its February on the 29th.
    february_end = pl.date(as_of.year + 1 + draw.below("february of", 4), 2, 1).dt.month_end()
    starts_ahead = pl.lit(as_of) + pl.duration(days=1 + draw.below("starts in", 90))
    # A client's further contract may start on the day its first one renews (rule 12, possible_successor).
    succeeds = (pl.col("place") == 1) & draw.chance("succeeds", 100)
    dated = frame.with_columns(
        pl.when(kind == "month end")
        .then(renewal.dt.month_end())
        .when(kind == "february end")
        .then(february_end)
        .otherwise(renewal)
        .alias("renewal_start_date"),
    )
    starts_later = (
        pl.when(succeeds).then(pl.col("renewal_start_date").shift(1)).when(kind == "not yet").then(starts_ahead)
    )
    return dated.with_columns(starts_later.alias("starts_later")).with_columns(
        pl.when(pl.col("starts_later").is_null())
        .then("renewal_start_date")
        .otherwise(pl.col("starts_later").dt.offset_by(_months("subscription_term_months")))
        .alias("renewal_start_date"),
        pl.when(pl.col("starts_later").is_null())
        .then(pl.col("renewal_start_date").dt.offset_by(_months(-pl.col("subscription_term_months"))))
        .otherwise("starts_later")
        .alias("term_start_date"),
    )


def _with_outcomes(frame: pl.DataFrame, seed: int, as_of: date, past: Mapping[int, int]) -> pl.DataFrame:
    """`came_up`: how many past renewals there were; `churned`: the last of them was not renewed, dates moved back."""
    draw = Draw(seed, "contract_no")
    rate = pl.col("subscription_term_months").replace_strict(RENEWAL_RATES, return_dtype=pl.Int64) + pl.col(
        "currency"
    ).replace_strict(RENEWAL_RATE_OF_CURRENCY, return_dtype=pl.Int64)
    # Only a term that is running may have come from a past renewal.
    planned = (
        pl.when((pl.col("term_start_date") <= as_of) & (pl.col("kind") != "not rolled"))
        .then(draw.weighted("past renewals", past))
        .otherwise(0)
    )
    churns = [~draw.chance(f"renewal {place}", rate * 10) for place in range(1, _MOST_PAST + 1)]
    first_churn = pl.coalesce(*(pl.when(churn).then(place) for place, churn in enumerate(churns, start=1)), 99)
    back = -pl.col("subscription_term_months") * (pl.col("planned") - pl.col("came_up"))
    return (
        frame.with_columns(planned.alias("planned"), first_churn.alias("first_churn"))
        .with_columns(
            (pl.col("first_churn") <= pl.col("planned")).alias("churned"),
            pl.min_horizontal("first_churn", "planned").alias("came_up"),
        )
        .with_columns(pl.col("term_start_date").dt.offset_by(_months(back)).alias("last_came_up_on"))
        .with_columns(
            pl.when("churned")
            .then(pl.col("last_came_up_on").dt.offset_by(_months(-pl.col("subscription_term_months"))))
            .otherwise("term_start_date")
            .alias("term_start_date"),
            pl.when("churned").then("last_came_up_on").otherwise("renewal_start_date").alias("renewal_start_date"),
        )
    )


def contracts(base: pl.DataFrame) -> pl.DataFrame:
    """The export table `contracts`."""
    said = pl.when("says_interval").then("billing_months").alias("billing_interval_months")
    return as_exported(base.with_columns(said), "contracts")


def renewal_history(base: pl.DataFrame, monthly: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """The export table `renewal_history`: one row per past renewal, also of contracts that churned, with the term that
    ended; `monthly` as `charges.monthly_charge` gives it."""
    frame = repeated(
        base.select(
            *("contract_no", "contract_id", "hub_id", "currency", "subscription_term_months"),
            *("last_came_up_on", "came_up", "churned"),
        ),
        pl.col("came_up"),
        "history_no",
        parent="contract_no",
        most=4,
    ).join(monthly, on="contract_no", how="left", maintain_order="left")
    draw = Draw(seed, "history_no")
    later = pl.col("came_up") - 1 - pl.col("place")
    is_churn = pl.col("churned") & (later == 0)
    after = pl.col("monthly_charge").fill_null(0)
    before = after * 100 // (100 + draw.pick("raise", (0, 0, 0, 3, 5, 8, -4)))
    past = frame.select(
        "contract_id",
        "hub_id",
        pl.col("last_came_up_on")
        .dt.offset_by(_months(-pl.col("subscription_term_months") * later))
        .alias("renewal_start_date"),
        pl.when(is_churn).then(pl.lit("churned")).otherwise(pl.lit("renewed")).alias("outcome"),
        money_text(before).alias("mrr_before"),
        money_text(pl.when(is_churn).then(0).otherwise(after)).alias("mrr_after"),
        "currency",
        "subscription_term_months",
    )
    return as_exported(past, "renewal_history")


def money_text(ten_thousandths: pl.Expr) -> pl.Expr:
    """An amount counted in ten-thousandths, as exact text with four decimals."""
    fraction = (ten_thousandths % 10_000).cast(pl.String).str.zfill(4)
    return pl.format("{}.{}", ten_thousandths // 10_000, fraction)


def _months(count: pl.Expr | str) -> pl.Expr:
    """That many months as Polars writes an offset; a day that the month lacks becomes its last day."""
    return pl.format("{}mo", count)
