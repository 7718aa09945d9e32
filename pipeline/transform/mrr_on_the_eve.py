"""Rule 10: the MRR on the day before a change, beside `mrr_before`, from which the estimate starts.

The two differ where a discount ends between `as_of` and the change (in `mrr_before` it still counts; its end is part
of the change's `mrr_change_discount`), and where another change takes effect on the same day before this one. *Ours*,
as in the projection (rule 12): after a quote the contract's whole MRR is fixed, so a discount that ends then changes
nothing; after a renewal the lines count at the renewal's prices, and as 0 where their credits exceed their charges.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.transform import exact_amounts
from pipeline.transform.changes import type_order
from pipeline.transform.mrr import recurring
from pipeline.transform.new_mrr import renewal_prices
from pipeline.transform.projection.contracts import lines_amount

_FIXED: Final = "fixed"
_AT_LINES: Final = "at lines"
_RENEWED: Final = "renewed"


def mrr_on_the_eve(
    changes: pl.DataFrame,
    contract_lines: pl.DataFrame,
    price_book: pl.DataFrame,
    *,
    as_of: date,
    renewal_pricing: str = rules.RENEWAL_PRICING,
    uplift_percent: Decimal = rules.UPLIFT_PERCENT,
) -> pl.DataFrame:
    """The changes with `mrr_on_the_eve`, money per month as decimals with 4 decimals.

    `changes`: `new_mrr.estimated_new_mrr`, all upcoming changes of their contracts. `contract_lines`: of any contracts.
    """
    found = _with_day_before(changes, as_of=as_of).with_row_index("row")
    lines = contract_lines.filter(recurring())
    ending = _where_a_discount_ends(found, lines)
    lines = lines.join(ending.select("contract_id"), on="contract_id", how="semi")
    at_lines = ending.filter(pl.col("rests_on") == _AT_LINES)
    renewed = ending.filter(pl.col("rests_on") == _RENEWED)

    def on(day: str) -> pl.Series:
        return lines_amount(at_lines.with_columns(on=day), lines)

    def at_renewal(day: str) -> pl.Series:
        rows = renewed.with_columns(change_id="row", effective_date="since")
        prices = renewal_prices(
            rows,
            lines,
            price_book,
            as_of=as_of,
            discounts_on=day,
            renewal_pricing=renewal_pricing,
            uplift_percent=uplift_percent,
        ).select(row="change_id", amount=exact_amounts.at_least_0(pl.col("renewal_amount")))
        return rows.select("row").join(prices, on="row", how="left", maintain_order="left")["amount"]

    gained = pl.concat(
        [
            at_lines.select("row", gained=on("eve") - on("since")),
            renewed.select("row", gained=at_renewal("eve") - at_renewal("since")),
        ]
    ).with_columns(exact_amounts.amount_to_decimal(pl.col("gained")))
    return (
        found.join(gained, on="row", how="left", maintain_order="left")
        .with_columns(mrr_on_the_eve=pl.col("day_before") + pl.col("gained").fill_null(0))
        .drop("row", "day_before", "rests_on", "since", "eve", "gained")
    )


def _with_day_before(changes: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The changes with `eve`, `day_before` (the MRR that the changes of earlier days left), `rests_on` and `since`.

    `since`: the day whose discounts are in `day_before`.
    """
    is_renewal = pl.col("contract_type") == "renewal"
    fixed = (pl.col("estimate_basis") == "quote") | (is_renewal & (pl.col("estimate_basis") == "cancelled"))
    rests_on = pl.when(fixed).then(pl.lit(_FIXED)).when(is_renewal).then(pl.lit(_RENEWED))
    several = changes.filter(pl.col("contract_id").is_duplicated()).sort(
        "contract_id", "effective_date", type_order(), "change_id"
    )
    carried = ("day_before", "rests_on", "since")
    after_each_day = (
        several.select(
            "contract_id",
            "effective_date",
            day_before="estimated_new_mrr",
            rests_on=rests_on.forward_fill().over("contract_id"),
            since=pl.when(is_renewal).then("effective_date").forward_fill().over("contract_id"),
        )
        .group_by("contract_id", "effective_date", maintain_order=True)
        .agg(pl.col(carried).last())
    )
    before_each_day = after_each_day.with_columns(pl.col(carried).shift(1).over("contract_id"))
    return changes.join(
        before_each_day, on=["contract_id", "effective_date"], how="left", maintain_order="left"
    ).with_columns(
        pl.col("day_before").fill_null(pl.col("current_mrr")),
        pl.col("rests_on").fill_null(_AT_LINES),
        pl.col("since").fill_null(pl.lit(as_of)),
        eve=pl.col("effective_date") - timedelta(days=1),
    )


def _where_a_discount_ends(changes: pl.DataFrame, contract_lines: pl.DataFrame) -> pl.DataFrame:
    """The changes before which a discount of their contract ends: after `since`, and by the eve."""
    ends = pl.col("discount_end_date")
    rows = (
        contract_lines.lazy()
        .filter((pl.col("discount_percent") > 0) & ends.is_not_null())
        .select("contract_id", "discount_end_date")
        .join(changes.lazy().select("contract_id", "row", "since", "eve", "rests_on"), on="contract_id")
        .filter((ends > pl.col("since")) & (ends <= pl.col("eve")) & (pl.col("rests_on") != _FIXED))
        .select("row")
        .unique()
        .collect()
    )
    return changes.join(rows, on="row", how="semi")
