"""Rule 12: contracts that finance must look at, with their MRR. Findings change no figure.

- `expired_not_rolled`: the renewal date has passed, by `rolling_grace_days` at least, and the contract has no new row.
  Not where another contract of the same client and currency starts on that day: it has been renewed by that one.
  *Ours*: known ends are no findings (a `renewal_history` row of that day says `churned`, or the renewal's row holds a
  cancellation that wins and was in time); the MRR is the one of the last day of its term.
- `possible_successor`: a contract that begins on the day on which another one of the same client renews, so that
  both would count from then on. *Ours*: not where the other one is known to end that day (cancelled in time, lapsing).
  The MRR is the new contract's on its first day; `other_contract_id` is the one that renews: of several one of the
  same currency if there is one, then the lowest in byte order, so that a new contract is counted once.
- `missing_from_export`: in force in the previous run and not in tonight's export at all (or in the quarantine). The
  MRR is the previous run's. *Ours*: also when its term would have ended since; a contract that ends stays in the
  export. It is the partner's whose client the account is now; of an account that is missing too, the one's of then.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from pipeline import rules
from pipeline.tables.finance_tables import WHAT_TO_DO
from pipeline.transform import exact_amounts, mrr, status
from pipeline.transform.deadlines import notice_days as own_notice_days
from pipeline.transform.deadlines import renewal_deadline
from pipeline.transform.projection.change_sequences import Chains, leaves_by_it
from pipeline.transform.projection.contracts import lines_amount

_COLUMNS = ("finding", "contract_id", "other_contract_id", "hub_id", "partner_id", "currency", "happened_on", "mrr")


def findings(*found: pl.DataFrame) -> pl.DataFrame:
    """One row per finding and contract: `_COLUMNS`, `what_to_do`; money as decimals, by finding and contract."""
    return (
        pl.concat(found)
        .with_columns(what_to_do=pl.col("finding").replace_strict(WHAT_TO_DO, return_dtype=pl.String))
        .sort("finding", "contract_id")
    )


def expired_not_rolled(
    contracts: pl.DataFrame,
    contract_lines: pl.DataFrame,
    contract_changes: pl.DataFrame,
    renewal_history: pl.DataFrame,
    clients: pl.DataFrame,
    *,
    as_of: date,
    notice_days: int = rules.NOTICE_DAYS,
    rolling_grace_days: int = rules.ROLLING_GRACE_DAYS,
) -> pl.DataFrame:
    """Contracts of the export whose term is over, and the grace days too, although nothing says that they ended."""
    over = contracts.filter(pl.col("renewal_start_date") <= as_of - timedelta(days=rolling_grace_days))
    churned = renewal_history.filter((pl.col("outcome") == "churned") & (pl.col("renewal_start_date") <= as_of))
    expired = (
        over.join(churned, on=["contract_id", "renewal_start_date"], how="anti")
        .join(
            _cancelled(over, contract_changes, as_of=as_of, notice_days=notice_days),
            on=["contract_id", "renewal_start_date"],
            how="anti",
        )
        .join(_succeeded(over, contracts), on="contract_id", how="anti")
        .join(clients.select("hub_id", "partner_id"), on="hub_id", how="left")
        .with_columns(
            mrr.billing_months(),
            mrr.minor_unit(),
            on=pl.col("renewal_start_date") - pl.duration(days=1),
        )
    )
    lines = contract_lines.join(expired.select("contract_id"), on="contract_id", how="semi").filter(mrr.recurring())
    return (
        expired.with_columns(
            finding=pl.lit("expired_not_rolled"),
            other_contract_id=pl.lit(None, dtype=pl.String()),
            happened_on="renewal_start_date",
            mrr=lines_amount(expired, lines),
        )
        .with_columns(mrr=exact_amounts.amount_to_decimal(pl.col("mrr")))
        .select(_COLUMNS)
    )


def _succeeded(over: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """`contract_id` of those that another contract of the same client and currency follows on the day they end."""
    followers = contracts.select("hub_id", "currency", "term_start_date", follower="contract_id")
    return (
        over.join(
            followers,
            left_on=["hub_id", "currency", "renewal_start_date"],
            right_on=["hub_id", "currency", "term_start_date"],
        )
        .filter(pl.col("follower") != pl.col("contract_id"))
        .select("contract_id")
        .unique()
    )


def _cancelled(
    contracts: pl.DataFrame, contract_changes: pl.DataFrame, *, as_of: date, notice_days: int
) -> pl.DataFrame:
    """`contract_id, renewal_start_date` of the renewals that were cancelled in time."""
    past = contract_changes.filter(
        (pl.col("contract_type") == "renewal")
        & (pl.col("effective_date") <= as_of)
        & (pl.col("cancellation_requested_on") <= as_of)
    )
    columns = ("contract_id", "term_start_date", "renewal_start_date", "auto_renews", "notice_days", "notice_months")
    return (
        past.join(contracts.select(columns), on="contract_id")
        .with_columns(own_notice_days(default=notice_days), pl.col("auto_renews").fill_null(True))
        .with_columns(renewal_deadline())
        .with_columns(status.status_basis(as_of=as_of))
        .filter(pl.col("status_basis") == "requested")
        .select("contract_id", renewal_start_date="effective_date")
    )


def possible_successors(contracts: pl.DataFrame, chains: Chains) -> pl.DataFrame:
    """Contracts of one client that begin on the day another one renews."""
    beginning = contracts.filter(pl.col("begins") >= 0)
    goes_on = ~(pl.col("status_basis").is_in(["requested", "lapsing"]) | leaves_by_it())
    renewing = (
        chains.renewals.filter(goes_on)
        .select("n", term_start_date="effective_date")
        .join(contracts.select("n", "hub_id", other_currency="currency", other_contract_id="contract_id"), on="n")
        .drop("n")
    )
    return (
        beginning.join(renewing, on=["hub_id", "term_start_date"])
        .filter(pl.col("contract_id") != pl.col("other_contract_id"))
        .sort("contract_id", pl.col("currency") != pl.col("other_currency"), "other_contract_id")
        .unique("contract_id", keep="first", maintain_order=True)
        .with_columns(
            finding=pl.lit("possible_successor"),
            happened_on="term_start_date",
            mrr=exact_amounts.amount_to_decimal(pl.col("current_mrr_amount")),
        )
        .select(_COLUMNS)
    )


def missing_from_export(
    previous: pl.DataFrame, contracts: pl.DataFrame, clients: pl.DataFrame, *, as_of: date
) -> pl.DataFrame:
    """Contracts of the previous run's `contract_mrr` that tonight's `contracts` do not have."""
    missing = previous.join(contracts.select("contract_id"), on="contract_id", how="anti")
    known = clients.select("hub_id", partner_now="partner_id", is_known=True)
    return (
        missing.join(known, on="hub_id", how="left")
        .select(
            "contract_id",
            "hub_id",
            pl.when("is_known").then("partner_now").otherwise("partner_id").alias("partner_id"),
            "currency",
            finding=pl.lit("missing_from_export"),
            other_contract_id=pl.lit(None, dtype=pl.String()),
            happened_on=pl.lit(as_of),
            mrr="current_mrr",
        )
        .select(_COLUMNS)
    )
