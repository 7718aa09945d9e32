"""Rule 12: which contracts the projection counts, and what their recurring lines are worth on a given day.

*Ours*: a contract whose `renewal_start_date` has passed is not counted (it is a finding, `expired_not_rolled`), as it
has no current MRR either; one that starts after the last month is left out; the partner is the one of `as_of`
in all months.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.transform import money, mrr
from pipeline.transform.deadlines import notice_days as own_notice_days
from pipeline.transform.projection.months import OPENING, period_of

SEGMENT: Final = ("subscription_term_months", "currency")
"""What contracts have in common that renew equally likely."""


def counted_contracts(
    contracts: pl.DataFrame,
    contract_lines: pl.DataFrame,
    clients: pl.DataFrame,
    *,
    as_of: date,
    until: date,
    notice_days: int = rules.NOTICE_DAYS,
) -> pl.DataFrame:
    """One row per contract in force on `as_of` or signed to begin by `until`, in `contract_id` order, numbered `n`.

    Columns of `contracts` with defaults filled in, and: `partner_id` (null = nobody's), `billing_months`,
    `minor_unit`, `derived_on` (the day its MRR and its changes are derived as of: `as_of`, or its first day when that
    lies ahead), `begins` (its first period, `OPENING` when in force) and `current_mrr_amount` (MRR on `derived_on`).
    """
    counted = (
        contracts.filter((pl.col("renewal_start_date") > as_of) & (pl.col("term_start_date") <= until))
        .sort("contract_id")
        .with_columns(
            own_notice_days(default=notice_days),
            pl.col("auto_renews").fill_null(True),
            mrr.billing_months(),
            mrr.minor_unit(),
            derived_on=pl.max_horizontal("term_start_date", pl.lit(as_of)),
            begins=pl.when(pl.col("term_start_date") <= as_of)
            .then(pl.lit(OPENING, dtype=pl.Int32))
            .otherwise(period_of(pl.col("term_start_date"), as_of=as_of)),
        )
        .join(clients.select("hub_id", "partner_id"), on="hub_id", how="left", maintain_order="left")
        .with_row_index("n")
    )
    amounts = lines_amount(counted.with_columns(on="derived_on"), contract_lines)
    return counted.with_columns(amounts.alias("current_mrr_amount"))


def lines_amount(days: pl.DataFrame, contract_lines: pl.DataFrame) -> pl.Series:
    """Rule 9 on the day `on` of each row: the MRR of the contract's recurring lines, as amounts, in the rows' order.

    `days` needs `contract_id, on, billing_months, minor_unit`; `contract_lines` holds recurring lines only.
    """
    numbered = days.lazy().select("contract_id", "on", "billing_months", "minor_unit").with_row_index("row")
    sums = (
        contract_lines.lazy()
        .select("contract_id", "quantity", "unit_price", "discount_percent", "discount_end_date")
        .join(numbered.select("row", "contract_id", "on"), on="contract_id")
        .group_by("row")
        .agg(money.weighted_sum(mrr.charged(on=pl.col("on")), money.digits(pl.col("unit_price")), "charged"))
    )
    divisor = money.whole(money.PER_LINE) * pl.col("billing_months").cast(money.INT)
    return (
        numbered.join(sums, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("charged_high", "charged_low").fill_null(0))
        .select(amount=money.rounded(*money.divided("charged", divisor), divisor))
        .collect()
        .to_series()
    )


def numbered(contracts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The contracts with their `group`, `client` and `segment` as numbers, and what groups and segments stand for."""
    groups = (
        contracts.select("partner_id", "currency", "minor_unit")
        .unique()
        .sort("partner_id", "currency")
        .with_row_index("group")
    )
    segments = contracts.select(SEGMENT).unique().sort(SEGMENT).with_row_index("segment").cast({"segment": pl.Int32()})
    clients = contracts.select("hub_id", "currency").unique().sort("hub_id", "currency").with_row_index("client")
    numbered = (
        contracts.join(
            groups.drop("minor_unit"), on=["partner_id", "currency"], nulls_equal=True, maintain_order="left"
        )
        .join(segments, on=SEGMENT, maintain_order="left")
        .join(clients, on=["hub_id", "currency"], maintain_order="left")
    )
    return numbered, groups, segments
