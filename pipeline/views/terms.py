"""The words of reports, in English: labels of columns, figures and codes. The official terms are those of rules.md.

Every code that a published table can hold has its label here; a test compares with `pipeline.rules`.
"""

from __future__ import annotations

from typing import Final

REPORT_TITLE: Final = "Upcoming client renewals"

COLUMNS: Final = {
    "client_name": "Client name",
    "communication_owner": "Communication owner",
    "primary_contact_name": "Primary client contact",
    "contract_type": "Contract type",
    "status": "Status",
    "renewal_deadline": "Renewal deadline",
    "website": "Website",
    "hub_id": "Hub ID",
    "renewal_start_date": "Renewal start date",
    "contact_max": "Contact max",
    "email_limit": "Email limit",
    "billing_frequency": "Billing frequency",
    "subscription_term_months": "Subscription term",
    "current_mrr": "Current MRR",
    "estimated_new_mrr": "Estimated new MRR",
    "mrr_change": "MRR change",
    "days_to_deadline": "Days to deadline",
    "currency": "Currency",
    "products": "Products",
    "last_active_user": "Last active user",
    "communication_owner_basis": "Why this owner",
    "status_basis": "Status basis",
    "new_contact_max": "New contact max",
    "new_email_limit": "New email limit",
    "mrr_before": "MRR before the change",
}
"""Rule 8. Labels of the table's columns."""

FIGURES: Final = {
    "clients_to_act_on": "Clients to act on",
    "deadlines_in_14_days": "Deadlines in the next 14 days",
    "mrr_up_for_renewal": "MRR up for renewal",
    "mrr_at_risk": "MRR at risk",
    "estimated_change": "Estimated change",
    "current_mrr": "Current MRR",
    "upcoming_changes": "Upcoming changes",
    "pending": "Pending",
    "cancellation_requested": "Cancelling",
    "agreed": "Agreed",
    "auto_renewed": "Renewed by silence",
}
"""Rule 10. Labels of the key figures."""

CONTRACT_TYPES: Final = {
    "renewal": "Renewal",
    "contact_tier_upgrade": "Contact tier upgrade",
    "email_overage": "Email overage",
}
"""Rule 1."""

STATUSES: Final = {
    "pending": "Pending",
    "renewed": "Renewed",
    "confirmed": "Confirmed",
    "cancellation_requested": "Cancellation requested",
}
"""Rule 4."""

STATUS_NOTES: Final = {
    ("renewed", "agreed"): "agreed",
    ("renewed", "auto_renewed"): "by silence",
    ("pending", "lapsing"): "lapsing",
    ("cancellation_requested", "requested_late"): "too late",
}
"""Rule 4. What stands in brackets after a status, so that silence and agreement never read the same."""

STATUS_BASES: Final = {
    "awaiting": "Awaiting an answer",
    "lapsing": "Ends unless agreed",
    "agreed": "Agreed by the client",
    "auto_renewed": "Renewed by silence",
    "requested": "Requested in time",
    "requested_late": "Requested too late",
}
"""Rule 4. The column Status basis."""

STATUS_MEANINGS: Final = {
    ("pending", "awaiting"): "The client has neither agreed nor asked to cancel.",
    (
        "pending",
        "lapsing",
    ): "The deadline has passed and the contract does not renew by itself: as things stand it ends.",
    ("renewed", "agreed"): "The client agreed to the terms.",
    ("renewed", "auto_renewed"): "The deadline passed without an answer, so the contract renews by itself.",
    ("confirmed", "agreed"): "The client agreed to the upgrade or overage.",
    ("cancellation_requested", "requested"): "The client asked to cancel in time.",
    ("cancellation_requested", "requested_late"): "The client asked to cancel after the terms were already fixed, "
    "so the estimate stays.",
}
"""Rule 4, in words for a reader."""

OWNER_BASES: Final = {
    "client_choice": "Chosen for this client",
    "partner_statement": "Stated by the partner",
    "vendor_default": "Vendor's default",
}
"""Rule 5. The column Why this owner."""

BILLING_FREQUENCIES: Final = {
    "monthly": "Monthly",
    "quarterly": "Quarterly",
    "semiannual": "Semiannual",
    "annual": "Annual",
    "other": "Other ({months}) months",
}
"""Rule 8."""

NO_CONTACT: Final = "No contact"
"""Rule 6. A client without a primary contact."""

WORDS: Final = {
    "as_of": "As of",
    "run": "Run",
    "partner": "Partner",
    "key_figures": "Key figures",
    "changes": "Upcoming changes",
    "definitions": "Definitions",
    "statuses": "Statuses",
    "page": "Page",
    "of": "of",
    "skip_to_table": "Skip to the table",
    "per_month": "MRR is monthly recurring revenue. Amounts are per month, in the contract's currency, and never added "
    "across currencies.",
    "empty_cell": "The value is not known or does not apply.",
    "no_figures": "No client has a contract in force, so there are no figures.",
    "none_title": "Nothing upcoming",
    "made_by": "Made from run",
}
"""The fixed words of the page."""


def months(count: int) -> str:
    """A length in months, such as `1 month` or `12 months`."""
    return f"{count} month" if count == 1 else f"{count} months"


def changes(count: int) -> str:
    """A count of changes, such as `1 change` or `12 changes`."""
    return f"{count:,} change" if count == 1 else f"{count:,} changes"
