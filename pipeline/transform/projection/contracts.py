"""Rule 12: which contracts the projection counts, and what their recurring lines are worth on a given day.

*Ours*: a contract whose `renewal_start_date` has passed is not counted (it is a finding, `expired_not_rolled`), as it
has no current MRR either; one that starts after the last month is left out; the partner is the one of `as_of`
in all months.

Inside the projection contracts, their groups, segments and clients are numbers: joins by them are several times as
fast as joins by text.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.transform import exact_amounts, mrr
from pipeline.transform.deadlines import notice_days as own_notice_days
from pipeline.transform.projection.months import OPENING, period_of

SEGMENT: Final = ("subscription_term_months", "currency")
"""What contracts have in common that renew equally likely."""

_LINE: Final = ("product_code", "quantity", "unit_price", "discount_percent", "discount_end_date", "is_recurring")


def counted_contracts(
    contracts: pl.DataFrame,
    clients: pl.DataFrame,
    *,
    as_of: date,
    until: date,
    notice_days: int = rules.NOTICE_DAYS,
) -> pl.DataFrame:
    """One row per contract in force on `as_of` or signed to begin by `until`, in `contract_id` order, numbered `n`.

    Columns of `contracts` with defaults filled in, and: `partner_id` (null = nobody's), `billing_months`,
    `minor_unit`, `derived_on` (the day its MRR and its changes are derived as of: `as_of`, or its first day when that
    lies ahead), `begins` (its first period, `OPENING` when in force), `client` (a number for client and currency) and
    `group_key` (a number for partner and currency).
    """
    places = {code: place for place, code in enumerate(sorted(rules.minor_units()))}
    currency = pl.col("currency").replace_strict(places, return_dtype=pl.UInt64())
    partner = pl.col("partner_id").cast(pl.Categorical).to_physical().cast(pl.UInt64) + 1
    return (
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
        .drop("billing_frequency", "billing_interval_months")
        .join(
            clients.select("hub_id", "partner_id").with_row_index("client"),
            on="hub_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            client=pl.col("client").cast(pl.UInt64) * len(places) + currency,
            group_key=partner.fill_null(0) * len(places) + currency,
        )
        .with_row_index("n")
    )


def numbered(contracts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The contracts with their `group` and `segment` as numbers, and what groups and segments stand for."""
    groups = (
        contracts.select("group_key", "partner_id", "currency", "minor_unit")
        .unique("group_key")
        .sort("partner_id", "currency")
        .with_row_index("group")
    )
    segments = contracts.select(SEGMENT).unique().sort(SEGMENT).with_row_index("segment").cast({"segment": pl.Int32()})
    with_numbers = contracts.join(groups.select("group_key", "group"), on="group_key", maintain_order="left").join(
        segments, on=SEGMENT, maintain_order="left"
    )
    return with_numbers.drop("group_key"), groups.drop("group_key"), segments


def numbered_lines(contract_lines: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """The lines of the counted contracts, one-off ones too; their `contract_id` is the contract's number `n`."""
    return (
        contract_lines.lazy()
        .select("contract_id", *_LINE)
        .join(contracts.lazy().select("contract_id", "n"), on="contract_id")
        .select(*_LINE, contract_id="n")
        .collect()
    )


def with_current_mrr(contracts: pl.DataFrame, contract_lines: pl.DataFrame) -> pl.DataFrame:
    """The contracts with `current_mrr_amount`: MRR on `derived_on`. `contract_lines`: recurring `numbered_lines`."""
    days = contracts.select("billing_months", "minor_unit", contract_id="n", on="derived_on")
    return contracts.with_columns(lines_amount(days, contract_lines).alias("current_mrr_amount"))


def lines_amount(days: pl.DataFrame, contract_lines: pl.DataFrame) -> pl.Series:
    """Rule 9 on the day `on` of each row: the MRR of the contract's recurring lines, as amounts, in the rows' order.

    0 where credits exceed charges.

    `days` needs `contract_id, on, billing_months, minor_unit`; `contract_lines` holds recurring lines only.
    """
    rows = days.lazy().select("contract_id", "on", "billing_months", "minor_unit").with_row_index("row")
    sums = (
        contract_lines.lazy()
        .select("contract_id", "quantity", "unit_price", "discount_percent", "discount_end_date")
        .join(rows.select("row", "contract_id", "on"), on="contract_id")
        .group_by("row")
        .agg(
            exact_amounts.weighted_sum(
                mrr.charged(on=pl.col("on")), exact_amounts.digits(pl.col("unit_price")), "charged"
            )
        )
    )
    divisor = exact_amounts.whole(exact_amounts.PER_LINE) * pl.col("billing_months").cast(exact_amounts.INT)
    return (
        rows.join(sums, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("charged_high", "charged_low").fill_null(0))
        .select(
            amount=exact_amounts.at_least_0(exact_amounts.rounded(*exact_amounts.divided("charged", divisor), divisor))
        )
        .collect()
        .to_series()
    )
