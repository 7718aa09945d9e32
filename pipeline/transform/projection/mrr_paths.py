"""Rule 12: the MRR of every contract as a path, one row for each period in which something happens to it.

A contract's MRR is constant between events, so a row per event is enough: its opening, each change of its chain, each
month in which a discount of its lines ends, and each renewal that nobody has agreed to yet. Rows are sorted by
contract and period; what a row does not say is carried on from the row before it. As every contract opens with a
complete row, nothing is ever carried from one contract into the next, and plain running sums do.

The MRR at the end of a period is rounded once, and is one of three (column `rests_on`):
- `LINES`: the contract's lines at their discounts of that day, plus what its upgrades have added;
- `RENEWED`: the same at the renewal's prices;
- `FIXED`: a quote, or 0 after the end. *Ours*: a quote is the contract's whole MRR, so a line discount that ends
  afterwards does not add to it.
Upgrades add what rule 10 estimated for them, in whole minor units. Later repeated renewals change no price: "at the
first one's prices".
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pipeline.transform import exact_amounts
from pipeline.transform.projection.change_sequences import Chains, Pricing, awaiting
from pipeline.transform.projection.contracts import lines_amount
from pipeline.transform.projection.months import calendar_of, period_of
from pipeline.transform.projection.probabilities import AFTER_LATE_CANCELLATION

FIXED: Final = 0
LINES: Final = 1
RENEWED: Final = 2
_OPENS, _FIRST_DAY, _MONTH_END, _CHANGES = range(4)
"""The order of a contract's rows in one period; its changes come last, in rule 10's order."""
_CARRIED: Final = ("rests_on", "estimated", "at_lines", "at_renewed")
_OF_CONTRACT: Final = ("group", "segment", "minor_unit", "opened_at", "renewed_at")


def with_amounts(contracts: pl.DataFrame, chains: Chains) -> pl.DataFrame:
    """The contracts with `opened_at` and `renewed_at`, the amounts their chain was estimated from (0 = no renewal)."""
    return contracts.join(
        chains.renewals.select("n", renewed_at=exact_amounts.at_least_0(pl.col("renewal_amount"))),
        on="n",
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("renewed_at").fill_null(0), opened_at="current_mrr_amount")


def opening_rows(contracts: pl.DataFrame) -> pl.DataFrame:
    """The complete first row of every contract (`with_amounts`)."""
    return contracts.select(
        "n",
        period="begins",
        place=pl.lit(_OPENS, dtype=pl.Int32),
        rests_on=pl.lit(LINES, dtype=pl.Int8),
        estimated="opened_at",
        at_lines="opened_at",
        at_renewed="renewed_at",
        uncertain=pl.lit(0, dtype=pl.Int32),
    )


def discount_rows(
    contracts: pl.DataFrame,
    contract_lines: pl.DataFrame,
    chains: Chains,
    pricing: Pricing,
    *,
    as_of: date,
    until: date,
    months: int,
) -> pl.DataFrame:
    """`n, period, at_lines, at_renewed`: what the lines are worth in the months in which a discount of theirs ends.

    A contract with such a month also has a row for its first day, because `renewal_amount` was worked out with the
    discounts of the renewal's day. `contract_lines`: recurring `numbered_lines`.
    """
    end = pl.col("discount_end_date")
    ending = (
        contract_lines.lazy()
        .filter(end.is_between(as_of, until) & (pl.col("discount_percent") > 0))
        .join(contracts.lazy().select("n", "derived_on", "begins"), left_on="contract_id", right_on="n")
        .rename({"contract_id": "n"})
        .filter(end > pl.col("derived_on"))
        .select("n", "begins", "derived_on", period=period_of(end, as_of=as_of))
        .unique()
        .collect()
    )
    months_of = ending.join(calendar_of(months, as_of=as_of), on="period").select(
        "n", "period", place=pl.lit(_MONTH_END, dtype=pl.Int32), on="month_end"
    )
    starts = ending.select("n", period="begins", place=pl.lit(_FIRST_DAY, dtype=pl.Int32), on="derived_on").unique()
    columns = ["n", "currency", "billing_months", "minor_unit", "derived_on"]
    rows = (
        pl.concat([starts, months_of])
        .join(contracts.select(columns), on="n")
        .with_columns(contract_id="n")
        .with_row_index("row")
    )
    renewed = rows.join(chains.renewals.select("n", "effective_date"), on="n").with_columns(change_id="row")
    lines = contract_lines.join(rows.select("contract_id").unique(), on="contract_id", how="semi")
    at_renewed = pricing.of_renewals(renewed, lines, discounts_on="on").select(
        row="change_id", at_renewed=exact_amounts.at_least_0(pl.col("renewal_amount"))
    )
    return (
        rows.with_columns(lines_amount(rows, lines).alias("at_lines"))
        .join(at_renewed, on="row", how="left")
        .select("n", "period", "place", "at_lines", "at_renewed")
    )


def change_rows(chain: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`n, period, place, rests_on, estimated`: one row per change of a chain.

    `new_mrr.estimate` hands the changes of a contract on in rule 10's order.
    """
    is_renewal = pl.col("contract_type") == "renewal"
    fixed = (pl.col("estimate_basis") == "quote") | (is_renewal & (pl.col("estimate_basis") == "cancelled"))
    return chain.with_row_index("order", offset=_CHANGES).select(
        "n",
        period=period_of(pl.col("effective_date"), as_of=as_of),
        place=pl.col("order").cast(pl.Int32),
        rests_on=pl.when(fixed)
        .then(pl.lit(FIXED, dtype=pl.Int8))
        .when(is_renewal)
        .then(pl.lit(RENEWED, dtype=pl.Int8)),
        estimated="estimated_new_mrr",
    )


def uncertain_rows(chains: Chains, *, as_of: date, months: int) -> pl.DataFrame:
    """`n, period, place, uncertain`: the renewals whose outcome is open, one row each.

    A Pending renewal, and every later one each `subscription_term_months` after the first, whatever the first one's
    status, unless it ends the contract (cancelled in time, or lapsing) or the contract is in `chains.leaving`.
    `uncertain` is 1, or `AFTER_LATE_CANCELLATION` for the renewal by which a contract would leave.
    """
    first = period_of(pl.col("effective_date"), as_of=as_of)
    leaves = period_of(pl.col("leaves_on"), as_of=as_of)
    term = pl.col("subscription_term_months").cast(pl.Int32)
    return (
        chains.renewals.filter(~pl.col("status_basis").is_in(["requested", "lapsing"]))
        .join(chains.leaving, on="n", how="anti")
        .with_columns(first_open=pl.when(awaiting()).then(first).otherwise(first + term), term=term)
        .filter(pl.col("first_open") < months)
        .select("n", leaves=leaves, period=pl.int_ranges("first_open", months, "term", dtype=pl.Int32))
        .explode("period", empty_as_null=False)
        .select(
            "n",
            "period",
            place=pl.lit(_MONTH_END, dtype=pl.Int32),
            uncertain=pl.when(pl.col("period") == pl.col("leaves"))
            .then(pl.lit(AFTER_LATE_CANCELLATION, dtype=pl.Int32))
            .otherwise(pl.lit(1, dtype=pl.Int32)),
        )
    )


def leaving_rows(chains: Chains) -> pl.DataFrame:
    """`n, period, place, rests_on, estimated`: the end of the contracts that a late cancellation ends."""
    return chains.leaving.select(
        "n",
        "period",
        place=pl.lit(_CHANGES, dtype=pl.Int32),
        rests_on=pl.lit(FIXED, dtype=pl.Int8),
        estimated=exact_amounts.whole(0),
    )


def cut_off(changes: pl.DataFrame, uncertain: pl.DataFrame) -> pl.DataFrame:
    """`contracted`: the contract ends with its first open renewal, and what comes after that no longer matters."""
    ends = uncertain.group_by("n").agg(end=pl.col("period").min())
    before = changes.join(ends, on="n", how="left").filter(pl.col("end").is_null() | (pl.col("period") < pl.col("end")))
    end_rows = ends.select(
        "n",
        period="end",
        place=pl.lit(_CHANGES, dtype=pl.Int32),
        rests_on=pl.lit(FIXED, dtype=pl.Int8),
        estimated=exact_amounts.whole(0),
    )
    return pl.concat([before.drop("end"), end_rows])


def paths(contracts: pl.DataFrame, *events: pl.DataFrame) -> pl.DataFrame:
    """The paths: `n, group, segment, minor_unit, period, is_opening, mrr` (amount), `before` (the MRR of the
    row before it, null at the opening) and `open_renewals` (how many renewals with an open outcome have come up, as
    `survival_table` counts them).

    One row for the opening and one per period in which something happens, sorted by contract and period. `contracts`:
    `with_amounts`, in the order of `n`.
    """
    rows = (
        pl.concat([opening_rows(contracts), *events], how="diagonal")
        .sort(_in_time())
        .with_columns(
            pl.col(*_CARRIED).forward_fill(),
            is_opening=pl.col("place") == _OPENS,
            seen=pl.col("uncertain").fill_null(0).cum_sum(),
        )
        .with_columns(seen_before=pl.when("is_opening").then("seen").forward_fill())
    )
    last_of_period = (pl.col("n") != pl.col("n").shift(-1)) | (pl.col("period") != pl.col("period").shift(-1))
    rows = rows.filter(pl.col("is_opening") | (last_of_period.fill_null(True) & (pl.col("place") != _FIRST_DAY)))
    return (
        rows.with_columns(contracts[name].gather(rows["n"]) for name in _OF_CONTRACT)
        .select(
            "n",
            "group",
            "segment",
            "minor_unit",
            "period",
            "is_opening",
            mrr=pl.when("is_opening").then("opened_at").otherwise(_mrr()),
            open_renewals=pl.col("seen") - pl.col("seen_before"),
        )
        .with_columns(before=pl.when(~pl.col("is_opening")).then(pl.col("mrr").shift(1)))
    )


def _in_time() -> pl.Expr:
    """Contract, period and place as one number, because sorting by one is several times as fast as by three."""
    key = pl.col("n").cast(pl.Int64) * 2**7 + (pl.col("period").cast(pl.Int64) + 1)
    return key * 2**27 + pl.col("place").cast(pl.Int64)


def _mrr() -> pl.Expr:
    added_to_lines = pl.col("estimated") - pl.col("opened_at")
    added_to_renewed = pl.col("estimated") - pl.col("renewed_at")
    return (
        pl.when(pl.col("rests_on") == LINES)
        .then(pl.col("at_lines") + added_to_lines)
        .when(pl.col("rests_on") == RENEWED)
        .then(pl.col("at_renewed") + added_to_renewed)
        .otherwise(pl.col("estimated"))
    )
