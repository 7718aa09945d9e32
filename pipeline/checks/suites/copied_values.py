"""Values that a published table shows as the export has them: each column has one check that only it can fail."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, no_change_where, no_row_where

_OF_CHANGES: Final = {
    "website": "website_in_export",
    "contact_max": "contact_max_of_contract",
    "email_limit": "email_limit_of_contract",
    "new_contact_max": "CASE WHEN contract_type = 'contact_tier_upgrade' THEN new_contact_max_in_export END",
    "new_email_limit": "CASE WHEN contract_type = 'email_overage' THEN new_email_limit_in_export END",
    "billing_frequency": "billing_frequency_of_contract",
    "billing_months": "billing_months_of_contract",
    "subscription_term_months": "term_months_of_contract",
    "products": "products_of_contract",
    "last_active_user": "last_active_user_of_client",
    "last_used_on": "last_used_on_of_client",
}
"""Columns of `upcoming_renewals`, and what `$evidence` has for them."""

_KEYS: Final = {
    "client_contacts": "contact_id",
    "client_products": "line_id",
    "client_app_usage": "hub_id app",
    "client_consumption": "hub_id",
}

_OF_DETAILS: Final = {
    "client_contacts": ("full_name", "email", "job_title", "is_primary", "last_active_on"),
    "client_products": (
        "product_code",
        "product_name",
        "quantity",
        "unit_price",
        "discount_percent",
        "discount_end_date",
        "is_recurring",
        "currency",
    ),
    "client_app_usage": ("active_users", "last_used_on"),
    "client_consumption": ("contacts_used", "emails_sent"),
}
"""Columns of the tables of a client's details; their evidence has the same names with `_in_export`."""


def _of_changes(column: str, expected: str) -> Check:
    return no_change_where(
        f"{column}_in_export",
        f"rows whose {column} is not what the export says",
        f"contract_id hub_id {column}",
        f"{column} IS DISTINCT FROM {expected}",
    )


def _of_details(table: str, column: str) -> Check:
    return no_row_where(
        table,
        f"{column}_in_export",
        f"rows whose {column} is not what the export says",
        f"{_KEYS[table]} {column} {column}_in_export",
        # A row that nothing explains is the finding of another check.
        f"is_there AND {_EXPLAINED[table]} AND {column} IS DISTINCT FROM {column}_in_export",
    )


_EXPLAINED: Final = {
    "client_contacts": "is_explained",
    "client_products": "is_explained",
    "client_app_usage": "measured_on = latest",
    "client_consumption": "measured_on = latest",
}

CHECKS: Final[tuple[Check, ...]] = (
    *(_of_changes(column, expected) for column, expected in _OF_CHANGES.items()),
    *(_of_details(table, column) for table, columns in _OF_DETAILS.items() for column in columns),
)
