"""Rule 10's key figures and rule 11's converted figures, per partner and currency."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import rules
from pipeline.transform.conversion import converted, latest_rates

CONVERTED = ("current_mrr", "mrr_up_for_renewal", "mrr_at_risk", "estimated_change")


def to_act_on() -> pl.Expr:
    """A Pending renewal whose deadline has not passed, or that is lapsing."""
    pending_renewal = (pl.col("status") == "pending") & (pl.col("contract_type") == "renewal")
    return pending_renewal & ((pl.col("days_to_deadline") >= 0) | (pl.col("status_basis") == "lapsing"))


def at_risk() -> pl.Expr:
    """Pending, or Cancellation requested in time."""
    return (pl.col("status") == "pending") | (pl.col("status_basis") == "requested")


def partner_summary(
    upcoming_renewals: pl.DataFrame,
    contract_mrr: pl.DataFrame,
    fx_rates: pl.DataFrame,
    *,
    as_of: date,
    reporting_currency: str = rules.REPORTING_CURRENCY,
) -> pl.DataFrame:
    """One row per partner and currency of its clients' contracts in force; see `tables.published.PARTNER_SUMMARY`."""
    is_renewal = pl.col("contract_type") == "renewal"
    basis, status = pl.col("status_basis"), pl.col("status")
    counts = upcoming_renewals.group_by("partner_id", "currency").agg(
        upcoming_changes=pl.len(),
        **{name: (status == name).sum() for name in rules.STATUSES},
        **{name: (basis == name).sum() for name in ("agreed", "auto_renewed", "lapsing")},
        clients_to_act_on=pl.col("hub_id").filter(to_act_on()).n_unique(),
        deadlines_in_14_days=(
            (status == "pending") & pl.col("days_to_deadline").is_between(0, rules.DEADLINE_SOON_DAYS)
        ).sum(),
        mrr_up_for_renewal=pl.col("mrr_before").filter(is_renewal).sum(),
        mrr_at_risk=pl.col("mrr_before").filter(is_renewal & at_risk()).sum(),
        estimated_change=pl.col("mrr_change").sum(),
    )
    summary = (
        contract_mrr.filter(pl.col("partner_id").is_not_null())
        .group_by("partner_id", "currency")
        .agg(clients=pl.col("hub_id").n_unique(), contracts=pl.len(), current_mrr=pl.col("current_mrr").sum())
        .join(counts, on=["partner_id", "currency"], how="left")
        .with_columns(pl.col(name).fill_null(0) for name in counts.columns if name not in ("partner_id", "currency"))
        .join(latest_rates(fx_rates, as_of=as_of, reporting_currency=reporting_currency), on="currency", how="left")
        .with_columns(reporting_currency=pl.lit(reporting_currency))
        .sort("partner_id", "currency")
    )
    return summary.with_columns(converted(summary[name], summary["fx_rate"], reporting_currency) for name in CONVERTED)
