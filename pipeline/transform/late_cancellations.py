"""Rule 12: when a contract leaves whose renewal was cancelled too late.

A late cancellation cannot stop the renewal it was meant for, but it is not forgotten: the contract ends at the renewal
after that one. *Ours*:
- The request holds after the contract has rolled to its next term, as long as the export still has the row of the
  renewal that began this term. The term before is taken to have been as long as this one.
- An agreement to the next renewal that is newer than the request withdraws it. On the same day the request wins, as
  in rule 4.
- A renewal that is itself cancelled in time, or lapsing, ends the contract anyway and has no `leaves_on`.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from pipeline.transform import status
from pipeline.transform.deadlines import renewal_deadline

_TERM: Final = "subscription_term_months"


def with_late_request(contracts: pl.DataFrame, contract_changes: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The contracts with `late_request_on`: the day on which the renewal that began this term was cancelled too late.

    Null where it was not. `contracts` has the notice and `auto_renews` filled in.
    """
    began = contract_changes.filter(
        (pl.col("contract_type") == "renewal") & (pl.col("cancellation_requested_on") <= as_of)
    ).join(contracts, left_on=["contract_id", "effective_date"], right_on=["contract_id", "term_start_date"])
    if began.is_empty():
        return contracts.with_columns(late_request_on=pl.lit(None, dtype=pl.Date))
    late = (
        began.with_columns(renewal_deadline(), term_start_date=_later("effective_date", -pl.col(_TERM)))
        .with_columns(status.status_basis(as_of=as_of))
        .filter(pl.col("status_basis") == "requested_late")
        .group_by("contract_id")
        .agg(late_request_on=pl.col("cancellation_requested_on").max())
    )
    return contracts.join(late, on="contract_id", how="left", maintain_order="left")


def leaves_on() -> pl.Expr:
    """The day on which the contract ends because a renewal was cancelled too late; null on any other change.

    Needs `contract_type, status_basis, agreed_on, effective_date, subscription_term_months, late_request_on`.
    """
    basis = pl.col("status_basis")
    agreed_since = ((basis == "agreed") & (pl.col("agreed_on") > pl.col("late_request_on"))).fill_null(False)
    stays_or_ends = (pl.col("contract_type") != "renewal") | basis.is_in(["requested", "lapsing"]) | agreed_since
    return (
        pl.when(stays_or_ends)
        .then(pl.lit(None, dtype=pl.Date))
        .when(pl.col("late_request_on").is_not_null())
        .then("effective_date")
        .when(basis == "requested_late")
        .then(_later("effective_date", pl.when(basis == "requested_late").then(_TERM)))
        .alias("leaves_on")
    )


def _later(day: str, months: pl.Expr) -> pl.Expr:
    """That many months from the day; a day that the month lacks becomes its last day. Null without months."""
    return pl.col(day).dt.offset_by(pl.format("{}mo", months))
