"""A published value that is not what the export says: every column has a check that only it can fail.

Figures that follow from the one tampered with are moved along, so that nothing but the recomputation can tell.
"""

from __future__ import annotations

from broken_runs import UPCOMING, Broken, broken, upcoming

STATUS_TOTALS = "totals_of_changes@partner_summary"


def more(partner: str, amount: str, rate: str = "1") -> str:
    """The partner's estimated change moves along."""
    return (
        f"UPDATE partner_summary SET estimated_change = estimated_change + {amount}, estimated_change_converted = "
        f"round((estimated_change + {amount}) * {rate}, 2) WHERE partner_id = '{partner}'"
    )


def details(table: str, key: str, value: str, column: str, tampered: str) -> Broken:
    return broken(
        f"{column}_in_export", table, f"UPDATE {table} SET {column} = {tampered} WHERE {key} = '{value}'", {key: value}
    )


_OF_CHANGES: dict[str, str] = {
    "website": "'example.com'",
    "contact_max": "1000",
    "email_limit": "5000",
    "new_contact_max": "2001",
    "billing_months": "3",
    "subscription_term_months": "24",
    "products": "'Sales Hub'",
    "last_active_user": "'Bo'",
    "last_used_on": "DATE '2026-11-20'",
}

_OF_DETAILS: dict[tuple[str, str, str], dict[str, str]] = {
    ("client_contacts", "contact_id", "K1"): {
        "full_name": "'Bo'",
        "email": "'ada@example.com'",
        "job_title": "'CFO'",
        "is_primary": "false",
        "last_active_on": "DATE '2026-11-20'",
    },
    ("client_products", "line_id", "L1"): {
        "product_code": "'CRM'",
        "product_name": "'Sales Hub'",
        "quantity": "2",
        "unit_price": "100.01",
        "discount_percent": "10",
        "discount_end_date": "DATE '2026-12-31'",
        "is_recurring": "false",
        "currency": "'EUR'",
    },
    ("client_app_usage", "hub_id", "H1"): {"active_users": "7", "last_used_on": "DATE '2026-11-20'"},
    ("client_consumption", "hub_id", "H2"): {"contacts_used": "7", "emails_sent": "7"},
}

VALUE_CASES: list[Broken] = [
    *(upcoming(f"{column}_in_export", "X1", f"{column} = {value}") for column, value in _OF_CHANGES.items()),
    upcoming("billing_frequency_in_export", "X1", "billing_frequency = 'annual'"),
    upcoming("new_email_limit_in_export", "X3", "new_email_limit = 6000", "estimate_of_limits@upcoming_renewals"),
    *(details(*key, column, value) for key, columns in _OF_DETAILS.items() for column, value in columns.items()),
    broken(
        "mrr_of_lines",
        "contract_mrr",
        "UPDATE exports.contract_lines SET discount_percent = 10 WHERE line_id = 'L3'; "
        "UPDATE client_products SET discount_percent = 10 WHERE line_id = 'L3'",
        {"contract_id": "C3", "mrr_of_lines": 54.0},
        ("with_one_off_mrr_of_lines@rival_mrr", "by_term_mrr_of_lines@rival_mrr"),
    ),
    # Each estimate 50 too high, with everything that follows from it.
    upcoming(
        "estimate_of_renewal",
        "C1:renewal",
        "estimated_new_mrr = 160, mrr_change = 60, mrr_change_price = 60",
        rest=more("P1", "50"),
    ),
    # A cent is enough.
    upcoming(
        "estimate_of_renewal",
        "C2:renewal",
        "estimated_new_mrr = 50.01, mrr_change = 0.01, mrr_change_price = 0.01",
        rest=more("P2", "0.01", "1.10"),
    ),
    upcoming("basis_of_renewal", "C1:renewal", "estimate_basis = 'uplift'"),
    upcoming("quote_of_renewal", "C1:renewal", "mrr_change_price = 9, mrr_change_quote = 1"),
    upcoming("discount_of_renewal", "C1:renewal", "mrr_change_price = 5, mrr_change_discount = 5"),
    upcoming(
        "estimate_of_limits",
        "X3",
        "estimated_new_mrr = 26, mrr_change = 6, mrr_change_limits = 6",
        rest="UPDATE upcoming_renewals SET mrr_before = 26, mrr_on_the_eve = 26, mrr_change = -26, "
        "mrr_change_cancellation = -26 WHERE change_id = 'X2'; "
        "UPDATE client_changes SET mrr_before = 26, mrr_change = -26 WHERE change_id = 'X2'; "
        "UPDATE client_changes SET estimated_new_mrr = 26, mrr_change = 6 WHERE change_id = 'X3'; "
        "UPDATE partner_summary SET mrr_up_for_renewal = 156, mrr_up_for_renewal_converted = 156, mrr_at_risk = 156, "
        "mrr_at_risk_converted = 156 WHERE partner_id = 'P1'",
    ),
    broken(
        "basis_of_limits",
        UPCOMING,
        "UPDATE exports.limit_blocks SET valid_from = DATE '2027-01-16'",
        {"change_id": "X3", "in_book": False},
    ),
    upcoming(
        "unpriced_estimate",
        "C2:renewal",
        "estimate_basis = 'unpriced'",
        "unpriced_estimates@upcoming_renewals",
    ),
    # Every quote × 0.99: 79.20 instead of 80.
    upcoming(
        "estimate_of_quote",
        "X1",
        "estimated_new_mrr = 79.20, mrr_change = 19.20, mrr_change_quote = 19.20",
        rest=more("P2", "-0.80", "1.10"),
    ),
    *(
        upcoming(part, change, f"{part} = 1, {other} = {other} - 1", *also)
        for part, change, other, also in (
            ("mrr_change_limits", "C1:renewal", "mrr_change_price", ()),
            ("mrr_change_cancellation", "C1:renewal", "mrr_change_price", ()),
            ("mrr_change_quote", "X3", "mrr_change_limits", ()),
            ("mrr_change_price", "X1", "mrr_change_quote", ()),
            ("mrr_change_discount", "X1", "mrr_change_quote", ()),
        )
    ),
    # -- finance, worked out again
    broken(
        "segments_of_history",
        "renewal_rates",
        "UPDATE renewal_rates SET subscription_term_months = 13 WHERE currency = 'USD'",
        {"subscription_term_months": 13, "is_there": True},
    ),
    *(
        broken(
            check,
            table,
            f"UPDATE {table} SET {change} WHERE currency = 'EUR'",
            {"currency": "EUR"},
        )
        for check, table, change in (
            ("renewals_of_history", "renewal_rates", "renewals = 1, renewed = 1"),
            ("overall_rate_of_history", "renewal_rates", "overall_rate = 0.91"),
            ("probability_of_history", "renewal_rates", "renewal_probability = 0.91"),
            ("undiscounted_mrr_of_lines", "rival_mrr", "undiscounted_mrr = undiscounted_mrr + 0.01"),
            ("list_price_mrr_of_lines", "rival_mrr", "list_price_mrr = list_price_mrr + 0.01"),
            ("with_one_off_mrr_of_lines", "rival_mrr", "with_one_off_mrr = with_one_off_mrr + 0.01"),
            ("by_term_mrr_of_lines", "rival_mrr", "by_term_mrr = by_term_mrr + 0.01"),
        )
    ),
    broken(
        "interval_upper_end",
        "projection_interval",
        "UPDATE projection_interval SET closing_high = closing_high + 50 WHERE scope = 'vendor' AND currency = 'EUR' "
        "AND month = '2027-01-01'",
        {"scope": "vendor", "currency": "EUR"},
    ),
]
