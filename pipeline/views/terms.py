"""The words of reports, in English: labels of columns, figures and codes; the official terms are in docs/rules.md.

English is the key of every translation: `Formats.say` gives a text in the report's language, `Formats.count` the right
one of a pair (singular, plural). Every text of this module is found by `scripts/messages`.

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
    "clients_to_act_on": "Clients needing action",
    "deadlines_in_14_days": "Deadlines in the next 14 days",
    "mrr_up_for_renewal": "MRR up for renewal",
    "mrr_at_risk": "MRR at risk",
    "estimated_change": "Estimated change",
    "current_mrr": "Current MRR",
    "upcoming_changes": "Upcoming changes",
    "pending": "Pending",
    "cancellation_requested": "Cancellation requested",
    "agreed": "Agreed",
    "auto_renewed": "Auto-renewed",
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
    ("renewed", "auto_renewed"): "automatic",
    ("pending", "lapsing"): "lapsing",
    ("cancellation_requested", "requested_late"): "too late",
}
"""Rule 4. What is in brackets after a status, so that an automatic and an agreed renewal never read the same."""

STATUS_BASES: Final = {
    "awaiting": "Awaiting an answer",
    "lapsing": "Ends unless agreed",
    "agreed": "Agreed by the client",
    "auto_renewed": "Auto-renewed",
    "requested": "Requested in time",
    "requested_late": "Requested too late",
}
"""Rule 4. The column Status basis."""

STATUS_MEANINGS: Final = {
    ("pending", "awaiting"): "The client has neither agreed nor asked to cancel.",
    (
        "pending",
        "lapsing",
    ): "The deadline has passed and the contract does not renew automatically: as things stand, it ends.",
    ("renewed", "agreed"): "The client agreed to the terms.",
    ("renewed", "auto_renewed"): "The deadline passed without an answer, so the contract renews automatically.",
    ("confirmed", "agreed"): "The client agreed to the upgrade or overage.",
    ("cancellation_requested", "requested"): "The client asked to cancel in time.",
    ("cancellation_requested", "requested_late"): "The client asked to cancel after the terms were already fixed, "
    "so the estimate stays.",
}
"""Rule 4, in words for a reader."""

OWNER_BASES: Final = {
    "client_choice": "Chosen for this client",
    "partner_statement": "Stated by the partner",
    "vendor_default": "Vendor’s default",
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
    "run": "Run ID",
    "partner": "Partner",
    "key_figures": "Key figures",
    "changes": "Upcoming changes",
    "definitions": "Definitions",
    "statuses": "Statuses",
    "page_of": "Page {page} of {pages}",
    "column_group": "Columns {first} to {last} of {total}",
    "colon": ":",
    "skip_to_table": "Skip to the table",
    "per_month": "MRR is monthly recurring revenue. Amounts are per month, in the contract’s currency; amounts in "
    "different currencies are never added together.",
    "empty_cell": "The value is not known or does not apply.",
    "no_figures": "No client has a contract in force, so there are no figures.",
    "none_title": "Nothing upcoming.",
    "untagged": "This PDF was batch-generated and has no tags for screen readers. "
    "The HTML report has the same content.",
    "logo": "Logo",
    "made_by": "Generated from run {run}, {time}.",
}
"""The fixed words of the page."""


ESTIMATE_BASES: Final = {
    "cancelled": "Canceled: there is nothing left to price, or the terms stay as they are.",
    "quote": "The vendor’s own quote.",
    "price_book": "Priced from the price list.",
    "uplift": "Today’s price and the agreed uplift, because there is no list price.",
    "same": "Today’s price.",
    "unpriced": "No list price; the estimate equals the MRR before the change.",
}
"""Rule 10. What an estimate rests on, in words for a reader."""

PARTS: Final = {
    "mrr_change_price": "Price",
    "mrr_change_discount": "Ending discounts",
    "mrr_change_limits": "Higher limits",
    "mrr_change_quote": "Vendor’s quote",
    "mrr_change_cancellation": "Cancellation",
}
"""Rule 10. The parts of an estimate."""

DETAILS: Final = {
    "contacts": "Points of contact",
    "name": "Name",
    "email": "Email address",
    "job_title": "Job title",
    "last_active": "Last active",
    "primary": "{name} (primary contact)",
    "no_contacts": "No contacts are known.",
    "products": "Products",
    "product": "Product",
    "quantity": "Quantity",
    "price": "Price per billing period",
    "discount": "Discount",
    "discount_until": "{percent} before {day}",
    "one_off": "one-time",
    "contract": "Contract",
    "no_products": "No products are known.",
    "usage": "App usage",
    "app": "App",
    "active_users": "Active users",
    "last_used": "Last used",
    "measured": "Measured",
    "no_usage": "No app usage was measured.",
    "limits": "Limits and consumption",
    "limit": "Limit",
    "allowed": "Allowed",
    "used": "Used",
    "share": "Utilization",
    "over": "above the limit",
    "no_limits": "The contracts have no limits.",
    "changes": "Upcoming changes",
    "cards": "Clients",
    "estimate": "How the estimate is calculated",
    "no_parts": "No change in MRR",
}
"""Rule 8. The client's panel and card."""

BROWSER_WORDS: Final = {
    "shown": "{shown} of {total} shown",
    "sorted_by": "Sorted by {column}.",
    "by_currency": "Amounts are sorted within each currency.",
    "details_of": "Details of {client}",
    "show_all": "Show all {total} rows",
    "always_shown": "always shown",
    "none": "No changes match the search and the filters.",
    "colon": ":",
}
"""What the page's script says; words in braces are filled in there."""

CHARTS: Final = {
    "renewals": "MRR up for renewal by month ({currency})",
    "renewals_by_quarter": "MRR up for renewal by quarter ({currency})",
    "deadlines": "Upcoming deadlines",
    "deadlines_by_week": "Deadlines per week",
    "deadlines_note": "Deadlines per {days} days",
}
"""The pictures of a report."""

NEWS: Final = {
    "title": "Changed since {day}",
    "new": "New",
    "gone": "No longer listed",
    "client": "Client name",
    "what": "What changed",
    "before": "Before",
    "after": "Now",
    "more": "And {count} more.",
    "none": "Nothing changed since then.",
}
"""What changed since the partner's previous report."""

WORKBOOK: Final = {
    "changes": "Upcoming changes",
    "all": "All columns",
    "totals": "Totals",
    "definitions": "Definitions",
    "term": "Term",
    "meaning": "Meaning",
}
"""Rule 8. The sheets of the workbook and the headings of its definitions."""

TOOLS: Final = {
    "tools": "Search and filters",
    "search": "Search",
    "columns": "Columns",
    "reset_columns": "Reset columns",
    "status": "Status",
    "type": "Contract type",
    "export": "Save as CSV",
    "clear_all": "Clear filters",
    "close": "Close",
    "totals": "Totals by currency",
    "totals_note": "For the rows shown. Renewals count towards the first two amounts, every change towards the last.",
    "first_rows": "The first {shown} of {total} changes. With JavaScript the page shows them all; the CSV and XLSX "
    "files hold them all too.",
}
"""The controls of the page."""


MONTHS: Final = ("{count}\u00a0month", "{count}\u00a0months")
"""A length in months, on one line: singular and plural."""

UNPRICED: Final = (
    "{count} change has no list price; the estimate equals the MRR before the change.",
    "{count} changes have no list price; the estimate equals the MRR before the change.",
)
"""Rule 10, basis `unpriced`: singular and plural."""

HELD: Final = (
    "Newer data is being checked before it is shown. Until then this report has the figures of {day}, without the "
    "clients that are no longer yours."
)
"""Rule 14. What a partner that is held is told; `day` is the day of the run that it is shown."""

UNSHOWN: Final = (
    "{count} character of this report is missing from its fonts: {codes}. The PDF shows its code instead.",
    "{count} characters of this report are missing from its fonts: {codes}. The PDF shows their codes instead.",
)
"""Characters that no bundled font has: singular and plural."""

MARKS_LEFT_OUT: Final = (
    "{count} kind of mark would cover other letters where it stands and is left out of the PDF: {codes}.",
    "{count} kinds of marks would cover other letters where they stand and are left out of the PDF: {codes}.",
)
"""Accents and other marks that a font does not place on their letter: singular and plural."""

DATA: Final = {
    "contract_id": "Contract ID",
    "change_id": "Change ID",
}
"""What report.csv holds besides the columns of the report."""
