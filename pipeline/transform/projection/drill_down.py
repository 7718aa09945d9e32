"""The contract lines behind a bar of the bridge, asked for by contract, so that finance can tie a bar to the export.

Line figures are exact and unrounded (12 decimals kept): a contract's MRR is their sum, rounded once (rule 9).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import rules
from pipeline.transform import mrr
from pipeline.transform.new_mrr import list_prices

_EXACT = pl.Decimal(38, 12)


def bridge_lines(
    contract_ids: pl.Series,
    contracts: pl.DataFrame,
    contract_lines: pl.DataFrame,
    price_book: pl.DataFrame,
    *,
    as_of: date,
    until: date,
    renewal_pricing: str = rules.RENEWAL_PRICING,
) -> pl.DataFrame:
    """One row per line of these contracts, recurring or not, in contract and line order.

    Columns `contract_id, line_id, product_code, product_name, quantity, unit_price, billing_months, is_recurring,
    discount_now, discount_then` (percent on `as_of`, or on the contract's first day, and on `until`) `,
    list_price_then` (the price book's monthly price on the renewal's day; null: none, or not asked by
    `renewal_pricing`) and `line_mrr_now` (per month after discount, 12 decimals, 0 for a one-off line).
    """
    chosen = contracts.filter(pl.col("contract_id").is_in(contract_ids.implode())).select(
        "contract_id",
        "currency",
        mrr.billing_months(),
        now=pl.max_horizontal("term_start_date", pl.lit(as_of)),
        effective_date="renewal_start_date",
    )
    lines = contract_lines.join(chosen, on="contract_id")
    if renewal_pricing == "list":
        lines = list_prices(lines, price_book)
    else:
        lines = lines.with_columns(monthly_unit_price=pl.lit(None, dtype=pl.Decimal(18, 6)))
    return (
        lines.with_columns(
            is_recurring=mrr.recurring(),
            discount_now=mrr.discount_percent_in_force(on=pl.col("now")),
            discount_then=mrr.discount_percent_in_force(on=pl.lit(until)),
        )
        .with_columns(line_mrr_now=_line_mrr())
        .select(
            "contract_id",
            "line_id",
            "product_code",
            "product_name",
            "quantity",
            "unit_price",
            "billing_months",
            "is_recurring",
            "discount_now",
            "discount_then",
            "line_mrr_now",
            list_price_then="monthly_unit_price",
        )
        .sort("contract_id", "line_id")
    )


def _line_mrr() -> pl.Expr:
    """Few lines are asked for at a time, so plain Python decimals do it."""
    needed = ["quantity", "unit_price", "discount_now", "billing_months", "is_recurring"]

    def worked_out(rows: pl.Series) -> pl.Series:
        from decimal import Context, Decimal

        exact = Context(prec=80)
        values = []
        for row in rows:
            gross = exact.multiply(exact.multiply(row["quantity"], row["unit_price"]), 100 - row["discount_now"])
            monthly = exact.divide(gross, Decimal(100 * row["billing_months"]))
            values.append(monthly.quantize(Decimal("1e-12"), context=exact) if row["is_recurring"] else Decimal(0))
        return pl.Series(values, dtype=_EXACT)

    return pl.struct(needed).map_batches(worked_out, return_dtype=_EXACT)
