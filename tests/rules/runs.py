"""What a run of 23 November 2026 says about drawn exports, and the contract that many examples share."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import transform
from tests.frames import export

AS_OF = date(2026, 11, 23)

HUNDRED_A_MONTH = {
    "contracts": """
    contract_id | contact_max | email_limit
    contract    | 1000        | 10000
    """,
    "contract_lines": """
    line_id | contract_id | unit_price
    l       | contract    | 100
    """,
    "price_book": """
    monthly_unit_price
    110
    """,
    "limit_blocks": """
    limit_kind | block_size | monthly_price_per_block
    contacts   | 1000       | 50
    emails     | 10000      | 10
    """,
}
"""One contract of 100 a month with 1,000 contacts and 10,000 e-mails in force, the list price of 110 it renews at on
31 January 2027, and what higher limits cost: 50 for 1,000 contacts, 10 for 10,000 e-mails."""


def contract_mrr(**drawings: str) -> pl.DataFrame:
    """The current MRR of the drawn contracts."""
    return transform.build(export(**drawings), as_of=AS_OF)["contract_mrr"]


def estimates(contract_changes: str, **drawings: str) -> pl.DataFrame:
    """The upcoming changes of `HUNDRED_A_MONTH`; `drawings` replace what is drawn there."""
    drawn = {**HUNDRED_A_MONTH, **drawings}
    table = transform.build(export(contract_changes=contract_changes, **drawn), as_of=AS_OF)["upcoming_renewals"]
    parts = pl.sum_horizontal("^mrr_change_.*$")
    off = table.filter(parts != pl.col("estimated_new_mrr") - pl.col("mrr_before"))
    assert off.is_empty(), "the parts of an estimate add up to its change"
    return table


def upgrades_and_overages(**drawings: str) -> pl.DataFrame:
    """The upcoming changes of the drawn contracts without their renewals."""
    table = transform.build(export(**drawings), as_of=AS_OF)["upcoming_renewals"]
    return table.filter(pl.col("contract_type") != "renewal")
