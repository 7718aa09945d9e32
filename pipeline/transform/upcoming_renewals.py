"""The table partners live from: one row per partner and upcoming change, every column of rule 8."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import rules
from pipeline.tables.published import UPCOMING_RENEWALS
from pipeline.transform import ownership
from pipeline.transform.changes import days_to_change
from pipeline.transform.deadlines import days_to_deadline
from pipeline.transform.mrr import recurring

DEFAULT_SORT = ("renewal_deadline", "client_name", "change_id")


def products(contract_lines: pl.DataFrame) -> pl.DataFrame:
    """Rule 8, one row per contract: `contract_id, products`, the distinct product names of its recurring lines."""
    return (
        contract_lines.lazy()
        .filter(recurring())
        .select("contract_id", "product_name")
        .unique()
        .sort("contract_id", "product_name")
        .group_by("contract_id", maintain_order=True)
        .agg(products=pl.col("product_name").str.join(", "))
        .collect()
    )


def about_clients(
    changes: pl.DataFrame,
    clients: pl.DataFrame,
    partners: pl.DataFrame,
    contacts: pl.DataFrame,
    app_usage: pl.DataFrame,
    decisions: pl.DataFrame,
    *,
    as_of: date,
    vendor_name: str = rules.VENDOR_NAME,
) -> pl.DataFrame:
    """Rules 5 to 8, one row per client of a partner that has any of these changes: whose it is, who tells it, whom to
    talk to, who was active last and when anything was used.

    `clients`: `ownership.associations`; `decisions`: those that exist on `as_of`.
    """
    partners_clients = clients.filter(pl.col("partner_id").is_not_null())
    mine = partners_clients.join(changes.select("hub_id").unique(), on="hub_id", how="semi")

    def of_mine(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.lazy().join(mine.lazy().select("hub_id"), on="hub_id", how="semi").collect()

    contacts = of_mine(contacts)
    return (
        ownership.with_communication_owner(mine, partners, decisions, vendor_name=vendor_name)
        .join(ownership.primary_contacts(contacts, mine, decisions), on="hub_id", how="left")
        .join(ownership.last_active_users(contacts), on="hub_id", how="left")
        .join(ownership.last_used(of_mine(app_usage), as_of=as_of), on="hub_id", how="left")
        .with_columns(pl.col("primary_contact_basis").fill_null("none"))
    )


def upcoming_renewals(
    changes: pl.DataFrame, about_clients: pl.DataFrame, contract_lines: pl.DataFrame, *, as_of: date
) -> pl.DataFrame:
    """One row per partner and upcoming change, in the default sort of rule 8; a client without a partner has none.

    `changes`: estimated changes with their contract's columns. What is known of a client is joined to its changes here,
    once, because their rows are wide. The effective date is called `renewal_start_date` from here on.
    """
    rows = changes.join(about_clients, on="hub_id")
    lines = contract_lines.join(rows.select("contract_id").unique(), on="contract_id", how="semi")
    return (
        rows.join(products(lines), on="contract_id", how="left")
        .with_columns(
            days_to_change(as_of=as_of),
            days_to_deadline(as_of=as_of),
            new_contact_max=pl.when(pl.col("contract_type") == "contact_tier_upgrade").then("new_contact_max"),
            new_email_limit=pl.when(pl.col("contract_type") == "email_overage").then("new_email_limit"),
        )
        .rename({"effective_date": "renewal_start_date"})
        .select(UPCOMING_RENEWALS.column_names)
        .sort(*DEFAULT_SORT)
    )
