"""A small run file, written by hand, in which every check is content. Tests break one thing in it.

Finance's tables alone are computed, from the exports below.

The day is 2026-11-23, the window 120 days (to 2027-03-23), the notice 45 days.

| contract | client | what it shows                                                                 |
|----------|--------|-------------------------------------------------------------------------------|
| C1       | H1     | day 45 before the renewal: Pending, priced from the list: 100 → 110           |
| C2       | H2     | day 44: Renewed by silence, at the same price: 50 → 50                         |
| C3       | H2     | a contact tier upgrade, agreed, quoted: 60 → 80; its renewal lies far ahead    |
| C4       | H1     | does not auto-renew, deadline passed: lapsing, 30 → 0                          |
| C5       | H1     | an overage (20 → 25), then a renewal cancelled in time (25 → 0)                |
"""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from pipeline.transform import build_finance
from pipeline.warehouse import Exports

AS_OF = date(2026, 11, 23)

Rows = list[dict[str, Any]]

YEAR = {"subscription_term_months": 12, "billing_frequency": "monthly"}
EXPORT_ROWS: dict[str, Rows] = {
    "partners": [
        {
            "partner_id": "P1",
            "partner_name": "Nordwind",
            "locale": "de-DE",
            "time_zone": "Europe/Berlin",
            "owns_communication": True,
        },
        {"partner_id": "P2", "partner_name": "Südwind"},
    ],
    "clients": [
        {"hub_id": "H1", "client_name": "Äpfel & Co", "partner_id": "P1"},
        {"hub_id": "H2", "client_name": "日本商事", "partner_id": "P2"},
    ],
    "contracts": [
        {
            "contract_id": "C1",
            "hub_id": "H1",
            "currency": "USD",
            "term_start_date": "2026-01-07",
            "renewal_start_date": "2027-01-07",
            **YEAR,
        },
        {
            "contract_id": "C2",
            "hub_id": "H2",
            "currency": "EUR",
            "term_start_date": "2026-01-06",
            "renewal_start_date": "2027-01-06",
            **YEAR,
        },
        {
            "contract_id": "C3",
            "hub_id": "H2",
            "currency": "EUR",
            "term_start_date": "2026-11-01",
            "renewal_start_date": "2027-11-01",
            **YEAR,
        },
        {
            "contract_id": "C4",
            "hub_id": "H1",
            "currency": "USD",
            "term_start_date": "2025-12-01",
            "renewal_start_date": "2026-12-01",
            "auto_renews": False,
            **YEAR,
        },
        {
            "contract_id": "C5",
            "hub_id": "H1",
            "currency": "USD",
            "term_start_date": "2026-02-01",
            "renewal_start_date": "2027-02-01",
            "email_limit": 0,
            **YEAR,
        },
    ],
    "contract_lines": [
        {
            "line_id": f"L{n}",
            "contract_id": f"C{n}",
            "product_code": "HUB",
            "product_name": "Marketing Hub",
            "quantity": 1,
            "unit_price": price,
        }
        for n, price in ((1, 100), (2, 50), (3, 60), (4, 30), (5, 20))
    ],
    "price_book": [
        {"product_code": "HUB", "currency": "USD", "valid_from": "2026-01-01", "monthly_unit_price": 110},
        {"product_code": "HUB", "currency": "USD", "valid_from": "2027-06-01", "monthly_unit_price": 120},
    ],
    "limit_blocks": [
        {
            "product_code": "HUB",
            "currency": "USD",
            "limit_kind": "emails",
            "valid_from": "2026-01-01",
            "from_limit": 0,
            "block_size": 1000,
            "monthly_price_per_block": 1,
        }
    ],
    "contacts": [
        {"contact_id": "K1", "hub_id": "H1", "full_name": "Ada", "is_primary": True},
        {"contact_id": "K2", "hub_id": "H2", "full_name": "Bo", "is_primary": True},
        {"contact_id": "K3", "hub_id": "H2", "full_name": "Cy", "is_primary": False},
    ],
    "contract_changes": [
        {
            "change_id": "X1",
            "contract_id": "C3",
            "contract_type": "contact_tier_upgrade",
            "effective_date": "2026-12-15",
            "agreed_on": "2026-11-01",
            "new_contact_max": 2000,
            "quoted_mrr": 80,
        },
        {
            "change_id": "X2",
            "contract_id": "C5",
            "contract_type": "renewal",
            "effective_date": "2027-02-01",
            "agreed_on": "2026-11-01",
            "cancellation_requested_on": "2026-11-20",
        },
        {
            "change_id": "X3",
            "contract_id": "C5",
            "contract_type": "email_overage",
            "effective_date": "2027-01-15",
            "new_email_limit": 5000,
        },
    ],
    "app_usage": [
        {"hub_id": "H1", "app": "crm", "measured_on": "2026-11-01"},
        {"hub_id": "H1", "app": "crm", "measured_on": "2026-11-20"},
    ],
    "consumption": [{"hub_id": "H2", "measured_on": "2026-11-20"}],
    "fx_rates": [
        {"rate_date": "2026-11-01", "currency": "EUR", "rate": "1.05"},
        {"rate_date": "2026-11-20", "currency": "EUR", "rate": "1.10"},
    ],
}

H1 = {
    "partner_id": "P1",
    "hub_id": "H1",
    "client_name": "Äpfel & Co",
    "communication_owner": "Nordwind",
    "communication_owner_basis": "partner_statement",
    "primary_contact_id": "K1",
    "primary_contact_name": "Ada",
    "primary_contact_basis": "account_primary",
    "currency": "USD",
}
H2 = {
    "partner_id": "P2",
    "hub_id": "H2",
    "client_name": "日本商事",
    "communication_owner": "HubSpot",
    "communication_owner_basis": "vendor_default",
    "primary_contact_id": "K2",
    "primary_contact_name": "Bo",
    "primary_contact_basis": "account_primary",
    "currency": "EUR",
}
PARTS = {
    "mrr_change_price": 0,
    "mrr_change_discount": 0,
    "mrr_change_limits": 0,
    "mrr_change_quote": 0,
    "mrr_change_cancellation": 0,
}
MONTHLY = {
    "billing_frequency": "monthly",
    "billing_months": 1,
    "subscription_term_months": 12,
    "products": "Marketing Hub",
}

UPCOMING_ROWS: Rows = [
    {
        **H1,
        **MONTHLY,
        **PARTS,
        "change_id": "C1:renewal",
        "contract_id": "C1",
        "contract_type": "renewal",
        "status": "pending",
        "status_basis": "awaiting",
        "renewal_start_date": "2027-01-07",
        "renewal_deadline": "2026-11-23",
        "days_to_change": 45,
        "days_to_deadline": 0,
        "current_mrr": 100,
        "mrr_before": 100,
        "estimated_new_mrr": 110,
        "mrr_change": 10,
        "mrr_change_price": 10,
        "estimate_basis": "price_book",
    },
    {
        **H2,
        **MONTHLY,
        **PARTS,
        "change_id": "C2:renewal",
        "contract_id": "C2",
        "contract_type": "renewal",
        "status": "renewed",
        "status_basis": "auto_renewed",
        "renewal_start_date": "2027-01-06",
        "renewal_deadline": "2026-11-22",
        "days_to_change": 44,
        "days_to_deadline": -1,
        "current_mrr": 50,
        "mrr_before": 50,
        "estimated_new_mrr": 50,
        "mrr_change": 0,
        "estimate_basis": "uplift",
    },
    {
        **H2,
        **MONTHLY,
        **PARTS,
        "change_id": "X1",
        "contract_id": "C3",
        "contract_type": "contact_tier_upgrade",
        "status": "confirmed",
        "status_basis": "agreed",
        "renewal_start_date": "2026-12-15",
        "renewal_deadline": "2026-10-31",
        "days_to_change": 22,
        "days_to_deadline": -23,
        "new_contact_max": 2000,
        "current_mrr": 60,
        "mrr_before": 60,
        "estimated_new_mrr": 80,
        "mrr_change": 20,
        "mrr_change_quote": 20,
        "estimate_basis": "quote",
    },
    {
        **H1,
        **MONTHLY,
        **PARTS,
        "change_id": "C4:renewal",
        "contract_id": "C4",
        "contract_type": "renewal",
        "status": "pending",
        "status_basis": "lapsing",
        "renewal_start_date": "2026-12-01",
        "renewal_deadline": "2026-10-17",
        "days_to_change": 8,
        "days_to_deadline": -37,
        "current_mrr": 30,
        "mrr_before": 30,
        "estimated_new_mrr": 0,
        "mrr_change": -30,
        "mrr_change_cancellation": -30,
        "estimate_basis": "cancelled",
    },
    {
        **H1,
        **MONTHLY,
        **PARTS,
        "email_limit": 0,
        "change_id": "X3",
        "contract_id": "C5",
        "contract_type": "email_overage",
        "status": "pending",
        "status_basis": "awaiting",
        "renewal_start_date": "2027-01-15",
        "renewal_deadline": "2026-12-01",
        "days_to_change": 53,
        "days_to_deadline": 8,
        "new_email_limit": 5000,
        "current_mrr": 20,
        "mrr_before": 20,
        "estimated_new_mrr": 25,
        "mrr_change": 5,
        "mrr_change_limits": 5,
        "estimate_basis": "price_book",
    },
    {
        **H1,
        **MONTHLY,
        **PARTS,
        "email_limit": 0,
        "change_id": "X2",
        "contract_id": "C5",
        "contract_type": "renewal",
        "status": "cancellation_requested",
        "status_basis": "requested",
        "renewal_start_date": "2027-02-01",
        "renewal_deadline": "2026-12-18",
        "days_to_change": 70,
        "days_to_deadline": 25,
        "current_mrr": 20,
        "mrr_before": 25,
        "estimated_new_mrr": 0,
        "mrr_change": -25,
        "mrr_change_cancellation": -25,
        "estimate_basis": "cancelled",
    },
]

for upcoming in UPCOMING_ROWS:
    # No discount ends, and no two changes of a contract are on one day.
    upcoming["mrr_on_the_eve"] = upcoming["mrr_before"]

PUBLISHED_ROWS: dict[str, Rows] = {
    "upcoming_renewals": UPCOMING_ROWS,
    "client_changes": [{name: row[name] for name in PUBLISHED["client_changes"].column_names} for row in UPCOMING_ROWS],
    "contract_mrr": [
        {"contract_id": contract, "hub_id": hub, "partner_id": partner, "currency": currency, "current_mrr": mrr}
        for contract, hub, partner, currency, mrr in (
            ("C1", "H1", "P1", "USD", 100),
            ("C2", "H2", "P2", "EUR", 50),
            ("C3", "H2", "P2", "EUR", 60),
            ("C4", "H1", "P1", "USD", 30),
            ("C5", "H1", "P1", "USD", 20),
        )
    ],
    "client_contacts": [
        {"partner_id": "P1", "hub_id": "H1", "contact_id": "K1", "full_name": "Ada", "is_primary": True},
        {"partner_id": "P2", "hub_id": "H2", "contact_id": "K2", "full_name": "Bo", "is_primary": True},
        {"partner_id": "P2", "hub_id": "H2", "contact_id": "K3", "full_name": "Cy", "is_primary": False},
    ],
    "client_products": [
        {
            "partner_id": partner,
            "hub_id": hub,
            "contract_id": f"C{n}",
            "line_id": f"L{n}",
            "product_code": "HUB",
            "product_name": "Marketing Hub",
            "quantity": 1,
            "unit_price": price,
            "discount_percent": 0,
            "is_recurring": True,
            "currency": currency,
        }
        for n, partner, hub, price, currency in (
            (1, "P1", "H1", 100, "USD"),
            (2, "P2", "H2", 50, "EUR"),
            (3, "P2", "H2", 60, "EUR"),
            (4, "P1", "H1", 30, "USD"),
            (5, "P1", "H1", 20, "USD"),
        )
    ],
    "client_app_usage": [{"partner_id": "P1", "hub_id": "H1", "app": "crm", "measured_on": "2026-11-20"}],
    "client_consumption": [{"partner_id": "P2", "hub_id": "H2", "measured_on": "2026-11-20"}],
    "partner_summary": [
        {
            "partner_id": "P1",
            "currency": "USD",
            "clients": 1,
            "contracts": 3,
            "current_mrr": 150,
            "upcoming_changes": 4,
            "pending": 3,
            "renewed": 0,
            "confirmed": 0,
            "cancellation_requested": 1,
            "agreed": 0,
            "auto_renewed": 0,
            "lapsing": 1,
            "clients_to_act_on": 1,
            "deadlines_in_14_days": 2,
            "mrr_up_for_renewal": 155,
            "mrr_at_risk": 155,
            "estimated_change": -40,
            "reporting_currency": "USD",
            "fx_rate": 1,
            "fx_rate_date": "2026-11-23",
            "current_mrr_converted": 150,
            "mrr_up_for_renewal_converted": 155,
            "mrr_at_risk_converted": 155,
            "estimated_change_converted": -40,
        },
        {
            "partner_id": "P2",
            "currency": "EUR",
            "clients": 1,
            "contracts": 2,
            "current_mrr": 110,
            "upcoming_changes": 2,
            "pending": 0,
            "renewed": 1,
            "confirmed": 1,
            "cancellation_requested": 0,
            "agreed": 1,
            "auto_renewed": 1,
            "lapsing": 0,
            "clients_to_act_on": 0,
            "deadlines_in_14_days": 0,
            "mrr_up_for_renewal": 50,
            "mrr_at_risk": 0,
            "estimated_change": 20,
            "reporting_currency": "USD",
            "fx_rate": "1.10",
            "fx_rate_date": "2026-11-20",
            "current_mrr_converted": 121,
            "mrr_up_for_renewal_converted": 55,
            "mrr_at_risk_converted": 0,
            "estimated_change_converted": 22,
        },
    ],
    "source_files": [
        {
            "path": "clients.csv",
            "table_name": "clients",
            "sha256": "0" * 64,
            "rows_read": 4,
            "rows_loaded": 2,
            "rows_quarantined": 1,
            "rows_duplicate": 1,
            "rows_left_out": 0,
        }
    ],
    "quarantine": [
        {
            "source_file": "clients.csv",
            "line_number": 4,
            "table_name": "clients",
            "reason_codes": "unknown_partner",
            "cells": "{}",
        }
    ],
}


def write_clean_run(path: Path) -> None:
    """Write the run file."""
    with closing(duckdb.connect(path)) as con:
        fill(con)


def fill(con: duckdb.DuckDBPyConnection) -> None:
    """Create the run's tables and rows. No column is NOT NULL, so that a test can break a required value too."""
    con.execute("CREATE SCHEMA exports")
    for name, table in EXPORTS.items():
        _fill(con, f"exports.{name}", table, EXPORT_ROWS.get(name, []))
    for name, table in PUBLISHED.items():
        if name not in ("check_results", "run_info"):
            _fill(con, f"main.{name}", table, PUBLISHED_ROWS.get(name, []))
    for name, frame in build_finance(Exports(con), as_of=AS_OF).items():
        con.register("computed", frame)
        con.execute(f"INSERT INTO main.{name} FROM computed")
        con.unregister("computed")


def _fill(con: duckdb.DuckDBPyConnection, name: str, table: Table, rows: Rows) -> None:
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.columns)
    con.execute(f"CREATE TABLE {name} ({columns})")
    for row in rows:
        unknown = set(row) - set(table.column_names)
        assert not unknown, f"{name} has no column {unknown}"
        con.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})", list(row.values()))
