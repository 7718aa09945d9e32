"""Published tables by hand, for tests of views and pages: a row is its declared defaults plus what a test names."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.tables.declare import Table
from pipeline.tables.published import PARTNER_SUMMARY, PUBLISHED, UPCOMING_RENEWALS
from pipeline.views.clients import TABLES
from pipeline.views.partner_report import PartnerReport

AS_OF = date(2026, 11, 23)

RUN = {
    "run_id": "run-20261123T180000Z-1a2b3c",
    "as_of": AS_OF,
    "created_at": "2026-11-23T18:00:00Z",
    "schema_version": 1,
    "pipeline_version": "0.1.0",
    "library_versions": "{}",
    "settings": '{"window_days": 120, "locale": "en", "columns": {}}',
    "profile": "",
}
PARTNER = {"partner_id": "p1", "partner_name": "Northlight Partners", "locale": None}


def frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A frame of a declared table; a column that a row does not name is null, or 0 where a number is required."""
    zeros = {"int": 0, "decimal": Decimal(0)}
    blank = {c.name: zeros.get(c.kind) if c.required else None for c in table.columns}
    return pl.DataFrame([blank | row for row in rows], schema=table.polars_schema, orient="row")


def change(number: int = 1, **values: Any) -> dict[str, Any]:
    """One upcoming change of partner p1: a pending renewal in January, USD 1,200.00 a month."""
    row = {
        "partner_id": "p1",
        "change_id": f"c{number:04}:renewal",
        "contract_id": f"c{number:04}",
        "hub_id": f"h{number:04}",
        "client_name": f"Client {number:04}",
        "website": f"client{number}.example",
        "contract_type": "renewal",
        "status": "pending",
        "status_basis": "awaiting",
        "communication_owner": "HubSpot",
        "communication_owner_basis": "vendor_default",
        "primary_contact_name": "Ada Park",
        "primary_contact_basis": "account_primary",
        "renewal_start_date": date(2027, 1, 20),
        "renewal_deadline": date(2026, 12, 6),
        "currency": "USD",
        "billing_frequency": "annual",
        "billing_months": 12,
        "subscription_term_months": 12,
        "contact_max": 2000,
        "current_mrr": Decimal("1200.0000"),
        "mrr_before": Decimal("1200.0000"),
        "estimated_new_mrr": Decimal("1250.5000"),
        "mrr_change": Decimal("50.5000"),
        "estimate_basis": "price_book",
        "products": "Marketing Hub Professional",
    } | values
    row["days_to_deadline"] = (row["renewal_deadline"] - AS_OF).days
    row["days_to_change"] = (row["renewal_start_date"] - AS_OF).days
    return row


def figures(**values: Any) -> dict[str, Any]:
    """One row of partner p1's summary, in USD."""
    return {
        "partner_id": "p1",
        "currency": "USD",
        "clients": 41,
        "contracts": 44,
        "current_mrr": Decimal("48210.0000"),
        "upcoming_changes": 17,
        "pending": 9,
        "renewed": 5,
        "confirmed": 2,
        "cancellation_requested": 1,
        "agreed": 4,
        "auto_renewed": 3,
        "lapsing": 1,
        "clients_to_act_on": 6,
        "deadlines_in_14_days": 2,
        "mrr_up_for_renewal": Decimal("18300.5000"),
        "mrr_at_risk": Decimal("7100.0000"),
        "estimated_change": Decimal("-420.2500"),
        "reporting_currency": "USD",
    } | values


def tables(
    changes: list[dict[str, Any]], summary: list[dict[str, Any]], **details: list[dict[str, Any]]
) -> dict[str, pl.DataFrame]:
    """What `views.partner_report` takes; `details`: rows of the tables of client details."""
    return {
        "upcoming_renewals": frame(UPCOMING_RENEWALS, changes),
        "partner_summary": frame(PARTNER_SUMMARY, summary),
        **{name: frame(PUBLISHED[name], details.get(name, [])) for name in TABLES},
    }


def details(hub_id: str = "h0001", partner_id: str = "p1") -> dict[str, list[dict[str, Any]]]:
    """Two contacts, a product with a discount that ends, one app and a consumption above the contact limit."""
    own = {"partner_id": partner_id, "hub_id": hub_id}
    return {
        "client_contacts": [
            own | {"contact_id": "k1", "full_name": "Ada Park", "email": "ada@client1.example", "is_primary": True},
            own
            | {
                "contact_id": "k2",
                "full_name": "Bo <i>Ek</i>",
                "job_title": "Head of Sales",
                "is_primary": False,
                "last_active_on": date(2026, 11, 20),
            },
        ],
        "client_products": [
            own
            | {
                "contract_id": "c0001",
                "line_id": "l1",
                "product_code": "MH",
                "product_name": "Marketing Hub Professional",
                "quantity": Decimal("2.0000"),
                "unit_price": Decimal("7200.000000"),
                "discount_percent": Decimal("12.5000"),
                "discount_end_date": date(2027, 1, 20),
                "is_recurring": True,
                "currency": "USD",
            }
        ],
        "client_app_usage": [
            own
            | {
                "app": "Campaigns",
                "measured_on": date(2026, 11, 22),
                "active_users": 1204,
                "last_used_on": date(2026, 11, 21),
            }
        ],
        "client_consumption": [own | {"measured_on": date(2026, 11, 22), "contacts_used": 2500, "emails_sent": 90_000}],
    }


NAMES = (
    "Café Größenwahn GmbH & Co. KG",
    "株式会社東京マーケティング研究所",
    "شركة الشرق للتسويق الرقمي",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Traditional Railway Preservation Society Ltd",
    "חברת השיווק הישראלית",
    "서울디지털마케팅 주식회사",
    "Żółć i Synowie sp. z o.o.",
    "上海数字营销有限公司",
)
STATUSES = (
    ("pending", "awaiting"),
    ("pending", "lapsing"),
    ("renewed", "agreed"),
    ("renewed", "auto_renewed"),
    ("cancellation_requested", "requested"),
    ("cancellation_requested", "requested_late"),
)


def varied(count: int) -> list[dict[str, Any]]:
    """That many changes with every status, long and foreign names, three currencies and empty cells."""
    rows = []
    for number in range(count):
        status, basis = STATUSES[number % len(STATUSES)]
        currency = ("USD", "JPY", "KWD")[number % 3]
        names = {"client_name": NAMES[number // 3 % len(NAMES)]} if number % 3 == 0 else {}
        rows.append(
            change(
                number,
                status=status,
                status_basis=basis,
                currency=currency,
                renewal_deadline=AS_OF + timedelta(days=number % 90 - 10),
                renewal_start_date=AS_OF + timedelta(days=number % 90 + 35),
                billing_frequency=("annual", "other")[number % 2],
                billing_months=(12, 3)[number % 2],
                current_mrr=Decimal(f"{number * 137 + 1000}.0000"),
                estimated_new_mrr=Decimal(f"{number * 131 + 1200}.0000"),
                mrr_change=Decimal(f"{200 - number * 6}.0000"),
                website=None if number % 5 == 0 else f"client{number}.example",
                communication_owner=("HubSpot", "Northlight Partners")[number % 2],
                primary_contact_name=None if number % 7 == 0 else "Maximilian von Hohenfels-Waldburg",
                primary_contact_basis="none" if number % 7 == 0 else "account_primary",
                products="Marketing Hub Professional, Sales Hub Enterprise, Service Hub Starter",
            )
            | names
        )
    return rows


def every_section(view: PartnerReport) -> dict[str, Any]:
    """All sections by name, each made now if no file asked for it yet."""
    names = [name for name, value in vars(PartnerReport).items() if isinstance(value, cached_property)]
    return {name: getattr(view, name) for name in names}
