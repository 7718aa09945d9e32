"""The tables of a run's file that readers rely on: names and columns are a promise.

Codes, not labels, are in the tables; labels belong to views and locales. Money is exact
(`decimal(38,4)`), in the row's own `currency`, per month. Dates are calendar days.
"""

from __future__ import annotations

from typing import Final

from pipeline.tables.decision_events import DECISIONS
from pipeline.tables.declare import Column, Table
from pipeline.tables.finance_tables import FINANCE

MONEY: Final = "decimal(38,4)"
_PER_MONTH: Final = "contract currency per month"

UPCOMING_RENEWALS: Final = Table(
    name="upcoming_renewals",
    grain="partner × change",
    description="The upcoming changes (tomorrow to day 120) of the contracts in force of each partner's clients.",
    columns=(
        Column("partner_id", "text", "whose row it is (rule 7)", required=True),
        Column("change_id", "text", "the change; `<contract_id>:renewal` for a derived renewal", required=True),
        Column("contract_id", "text", "the contract", required=True),
        Column(
            "hub_id",
            "text",
            "the client's account",
            required=True,
            reader_text="ID of the client’s account.",
        ),
        Column(
            "client_name",
            "text",
            "name of the client's account at the vendor",
            required=True,
            reader_text="Name of the client’s account at the vendor.",
        ),
        Column(
            "website",
            "text",
            "domain of the client's website",
            reader_text="Domain of the client’s website.",
        ),
        Column(
            "contract_type",
            "text",
            "what changes: renewal, contact_tier_upgrade or email_overage (rule 1)",
            required=True,
            reader_text="What changes: a renewal, a contact tier upgrade or an email overage.",
        ),
        Column(
            "status",
            "text",
            "where the change stands: pending, renewed, confirmed or cancellation_requested (rule 4)",
            required=True,
            reader_text="Where the change stands: pending, renewed, confirmed or cancellation requested.",
        ),
        Column(
            "status_basis",
            "text",
            "what the status rests on: an agreement, no answer by the deadline, or a request (rule 4)",
            required=True,
            reader_text="What the status is based on: an agreement, no answer by the deadline, or a request to cancel.",
        ),
        Column(
            "communication_owner",
            "text",
            "who tells the client about the change: the vendor, or the partner by name (rule 5)",
            required=True,
            reader_text="Who tells the client about the change: the vendor, or the partner by name.",
        ),
        Column(
            "communication_owner_basis",
            "text",
            "client_choice, partner_statement or vendor_default (rule 5)",
            required=True,
            reader_text="Where the communication owner comes from: "
            "chosen for this client, stated by the partner, or the vendor’s default.",
        ),
        Column("primary_contact_id", "text", "the client's primary contact (rule 6)"),
        Column(
            "primary_contact_name",
            "text",
            "the user of the client's account who is to be spoken to (rule 6)",
            personal=True,
            reader_text="The user of the client’s account to contact.",
        ),
        Column("primary_contact_email", "text", "the contact's e-mail address", personal=True),
        Column("primary_contact_basis", "text", "client_choice, account_primary or none (rule 6)", required=True),
        Column(
            "renewal_start_date",
            "date",
            "the change's effective date: the first day of the new terms",
            required=True,
            reader_text="The change’s effective date: the first day of the new terms.",
        ),
        Column(
            "renewal_deadline",
            "date",
            "last day, inclusive, on which the terms can still be altered",
            required=True,
            reader_text="Last day, inclusive, on which the terms can still be altered.",
        ),
        Column("days_to_change", "int", "renewal_start_date - as_of", required=True, unit="days"),
        Column(
            "days_to_deadline",
            "int",
            "renewal_deadline - as_of; negative once passed",
            required=True,
            unit="days",
            reader_text="Days from the as-of date to the renewal deadline; negative once it has passed.",
        ),
        Column(
            "currency",
            "text",
            "Currency of the contract (ISO 4217 code)",
            required=True,
            reader_text="Currency of the contract (ISO 4217 code).",
        ),
        Column(
            "contact_max",
            "int",
            "contact limit in force",
            unit="contacts",
            reader_text="Contact limit in force.",
        ),
        Column(
            "new_contact_max",
            "int",
            "what a contact tier upgrade raises it to",
            unit="contacts",
            reader_text="Contact limit after the contact tier upgrade.",
        ),
        Column(
            "email_limit",
            "int",
            "e-mail limit in force",
            unit="e-mails a month",
            reader_text="Emails a month that the limit in force allows.",
        ),
        Column(
            "new_email_limit",
            "int",
            "what an e-mail overage raises it to",
            unit="e-mails a month",
            reader_text="Emails a month that the limit after the email overage allows.",
        ),
        Column(
            "billing_frequency",
            "text",
            "monthly, quarterly, semiannual, annual or other",
            required=True,
            reader_text="How often the contract is billed: "
            "monthly, quarterly, semiannually, annually or at another interval.",
        ),
        Column("billing_months", "int", "months of a billing period", required=True, unit="months"),
        Column(
            "subscription_term_months",
            "int",
            "committed months",
            required=True,
            unit="months",
            reader_text="Length of the term to which the client is committed.",
        ),
        Column(
            "current_mrr",
            MONEY,
            "MRR of the contract on as_of (rule 9)",
            required=True,
            unit=_PER_MONTH,
            reader_text="MRR of the contract on the as-of date.",
        ),
        Column(
            "mrr_before",
            MONEY,
            "MRR that the estimate starts from: today's, or what the contract's change before this one leaves",
            required=True,
            unit=_PER_MONTH,
            reader_text="MRR that the estimate starts from: today’s, or what the contract’s previous change leaves.",
        ),
        Column(
            "estimated_new_mrr",
            MONEY,
            "MRR of the contract once this change has taken effect (rule 10)",
            required=True,
            unit=_PER_MONTH,
            reader_text="MRR of the contract once this change has taken effect.",
        ),
        Column(
            "mrr_change",
            MONEY,
            "estimated_new_mrr - mrr_before",
            required=True,
            unit=_PER_MONTH,
            reader_text="Estimated new MRR minus the MRR before the change.",
        ),
        Column("estimate_basis", "text", "cancelled, quote, price_book, uplift, same or unpriced", required=True),
        Column("mrr_change_price", MONEY, "part of mrr_change: price", required=True, unit=_PER_MONTH),
        Column("mrr_change_discount", MONEY, "part of mrr_change: ending discounts", required=True, unit=_PER_MONTH),
        Column("mrr_change_limits", MONEY, "part of mrr_change: higher limits", required=True, unit=_PER_MONTH),
        Column("mrr_change_quote", MONEY, "part of mrr_change: quotes and their end", required=True, unit=_PER_MONTH),
        Column("mrr_change_cancellation", MONEY, "part of mrr_change: cancellation", required=True, unit=_PER_MONTH),
        Column(
            "products",
            "text",
            "distinct names of the contract's recurring products, in name order, `, `",
            reader_text="Names of the contract’s recurring products, each once, in alphabetical order.",
        ),
        Column(
            "last_active_user",
            "text",
            "the account's contact with the latest activity",
            personal=True,
            reader_text="The account’s contact with the latest activity.",
        ),
        Column("last_used_on", "date", "latest use of any app"),
        Column(
            "mrr_on_the_eve",
            MONEY,
            "MRR of the contract on the day before this change: discounts that end by then have ended (rule 10)",
            required=True,
            unit=_PER_MONTH,
        ),
        Column(
            "leaves_on",
            "date",
            "day on which the contract ends because a renewal was cancelled too late (rule 12); null = no such day",
        ),
    ),
    primary_key=("partner_id", "change_id"),
)

CONTRACT_MRR: Final = Table(
    name="contract_mrr",
    grain="contract in force",
    description="MRR of every contract in force; partner_id is null without an association.",
    columns=(
        Column("contract_id", "text", "the contract", required=True),
        Column("hub_id", "text", "the client's account", required=True),
        Column("partner_id", "text", "whose client it is (rule 7); null = nobody's"),
        Column("currency", "text", "ISO 4217", required=True),
        Column("current_mrr", MONEY, "MRR on as_of (rule 9)", required=True, unit=_PER_MONTH),
    ),
    primary_key=("contract_id",),
)

CLIENT_CONTACTS: Final = Table(
    name="client_contacts",
    grain="client × contact",
    description="Users of the accounts of each partner's clients.",
    columns=(
        Column("partner_id", "text", "whose client it is", required=True),
        Column("hub_id", "text", "the client's account", required=True),
        Column("contact_id", "text", "the contact", required=True),
        Column("full_name", "text", "name", required=True, personal=True),
        Column("email", "text", "e-mail address", personal=True),
        Column("job_title", "text", "job title", personal=True),
        Column("is_primary", "bool", "the account's own primary contact", required=True),
        Column("last_active_on", "date", "last day of activity"),
    ),
    primary_key=("contact_id",),
)

CLIENT_PRODUCTS: Final = Table(
    name="client_products",
    grain="client × contract line",
    description="Lines of the contracts in force of each partner's clients.",
    columns=(
        Column("partner_id", "text", "whose client it is", required=True),
        Column("hub_id", "text", "the client's account", required=True),
        Column("contract_id", "text", "the contract", required=True),
        Column("line_id", "text", "the line", required=True),
        Column("product_code", "text", "the product", required=True),
        Column("product_name", "text", "the product's name", required=True),
        Column("quantity", "decimal(18,4)", "units", required=True),
        Column("unit_price", "decimal(18,6)", "per unit and billing period, before discount", required=True),
        Column("discount_percent", "decimal(9,4)", "the discount in force on as_of", required=True, unit="percent"),
        Column("discount_end_date", "date", "first day without the discount"),
        Column("is_recurring", "bool", "false = one-time, never MRR", required=True),
        Column("currency", "text", "ISO 4217", required=True),
    ),
    primary_key=("line_id",),
)

CLIENT_APP_USAGE: Final = Table(
    name="client_app_usage",
    grain="client × app",
    description="The latest known measurement of each app of each partner's clients.",
    columns=(
        Column("partner_id", "text", "whose client it is", required=True),
        Column("hub_id", "text", "the client's account", required=True),
        Column("app", "text", "the app", required=True),
        Column("measured_on", "date", "day of the measurement", required=True),
        Column("active_users", "int", "users active", unit="users"),
        Column("last_used_on", "date", "last day of use"),
    ),
    primary_key=("hub_id", "app"),
)

CLIENT_CONSUMPTION: Final = Table(
    name="client_consumption",
    grain="client",
    description="The latest known consumption of each partner's clients.",
    columns=(
        Column("partner_id", "text", "whose client it is", required=True),
        Column("hub_id", "text", "the client's account", required=True),
        Column("measured_on", "date", "day of the measurement", required=True),
        Column("contacts_used", "int", "contacts stored", unit="contacts"),
        Column("emails_sent", "int", "e-mails sent in the calendar month up to that day", unit="e-mails"),
    ),
    primary_key=("hub_id",),
)

CLIENT_CHANGES: Final = Table(
    name="client_changes",
    grain="client × upcoming change",
    description="All upcoming changes of all contracts of each partner's clients, for the client's details.",
    columns=tuple(
        UPCOMING_RENEWALS.column(name)
        for name in (
            "partner_id",
            "hub_id",
            "contract_id",
            "change_id",
            "contract_type",
            "status",
            "status_basis",
            "renewal_start_date",
            "renewal_deadline",
            "currency",
            "mrr_before",
            "estimated_new_mrr",
            "mrr_change",
            "estimate_basis",
        )
    ),
    primary_key=("change_id",),
)

_COUNT: Final = "int"
PARTNER_SUMMARY: Final = Table(
    name="partner_summary",
    grain="partner × currency",
    description="Counts and key figures of each partner; converted figures only where there is a rate (rule 11).",
    columns=(
        Column("partner_id", "text", "the partner", required=True),
        Column("currency", "text", "ISO 4217", required=True),
        Column("clients", _COUNT, "clients with a contract in force", required=True),
        Column("contracts", _COUNT, "contracts in force", required=True),
        Column(
            "current_mrr",
            MONEY,
            "Σ current_mrr of the contracts in force",
            required=True,
            unit=_PER_MONTH,
            reader_text="Total current MRR of the contracts in force.",
        ),
        Column(
            "upcoming_changes",
            _COUNT,
            "upcoming changes",
            required=True,
            reader_text="Changes that take effect in the period of this report.",
        ),
        Column(
            "pending",
            _COUNT,
            "how many of them are Pending",
            required=True,
            reader_text="Upcoming changes that are pending.",
        ),
        Column("renewed", _COUNT, "how many of them are Renewed", required=True),
        Column("confirmed", _COUNT, "how many of them are Confirmed", required=True),
        Column(
            "cancellation_requested",
            _COUNT,
            "how many of them are Cancellation requested",
            required=True,
            reader_text="Upcoming changes whose cancellation was requested.",
        ),
        Column(
            "agreed",
            _COUNT,
            "Renewed or Confirmed because the client agreed",
            required=True,
            reader_text="Upcoming changes that are renewed or confirmed because the client agreed.",
        ),
        Column(
            "auto_renewed",
            _COUNT,
            "renewals that nobody refused by the deadline, so that the contract renewed automatically",
            required=True,
            reader_text="Renewals that nobody refused by the deadline, so the contract renewed automatically.",
        ),
        Column(
            "lapsing",
            _COUNT,
            "Pending renewals past their deadline whose contract does not renew automatically: they end",
            required=True,
        ),
        Column(
            "clients_to_act_on",
            _COUNT,
            "clients with a Pending renewal whose deadline has not passed, or that is lapsing",
            required=True,
            reader_text="Clients with a pending renewal whose deadline has not passed or whose contract is lapsing.",
        ),
        Column(
            "deadlines_in_14_days",
            _COUNT,
            "Pending changes whose deadline is within 14 days",
            required=True,
            reader_text="Pending changes whose deadline is within 14 days.",
        ),
        Column(
            "mrr_up_for_renewal",
            MONEY,
            "Σ mrr_before of upcoming renewals",
            required=True,
            unit=_PER_MONTH,
            reader_text="Total MRR before the change of the upcoming renewals.",
        ),
        Column(
            "mrr_at_risk",
            MONEY,
            "the part of it that is Pending or Cancellation requested in time",
            required=True,
            unit=_PER_MONTH,
            reader_text="The part of the MRR up for renewal that is pending "
            "or whose cancellation was requested in time.",
        ),
        Column(
            "estimated_change",
            MONEY,
            "Σ mrr_change of upcoming changes",
            required=True,
            unit=_PER_MONTH,
            reader_text="Total MRR change from upcoming changes.",
        ),
        Column("reporting_currency", "text", "currency of the converted figures", required=True),
        Column("fx_rate", "decimal(18,8)", "reporting currency per unit; null = no rate"),
        Column("fx_rate_date", "date", "day of the rate"),
        Column("current_mrr_converted", MONEY, "current_mrr × fx_rate", unit="reporting currency per month"),
        Column("mrr_up_for_renewal_converted", MONEY, "the same of mrr_up_for_renewal"),
        Column("mrr_at_risk_converted", MONEY, "the same of mrr_at_risk"),
        Column("estimated_change_converted", MONEY, "the same of estimated_change"),
    ),
    primary_key=("partner_id", "currency"),
)

QUARANTINE: Final = Table(
    name="quarantine",
    grain="rejected row",
    description="Every refused row with its original cells and reasons.",
    columns=(
        Column("source_file", "text", "the file, as named in the export folder", required=True),
        Column(
            "line_number",
            "int",
            "physical line on which the record begins (header = 1); a sheet's row; a Parquet row (first = 1)",
            required=True,
        ),
        Column("table_name", "text", "the contract table that refused it", required=True),
        Column("reason_codes", "text", "reasons, joined by `;`", required=True),
        Column("cells", "text", "JSON of the original cells as text", required=True),
    ),
)

CHECK_RESULTS: Final = Table(
    name="check_results",
    grain="check",
    description="What the gates found.",
    columns=(
        Column("name", "text", "the check", required=True),
        Column("gate", "text", "export, output or night", required=True),
        Column("level", "text", "stop or warning", required=True),
        Column("table_name", "text", "the table looked at", required=True),
        Column("success", "bool", "false = a finding", required=True),
        Column("observed", "text", "what was seen", required=True),
        Column("examples", "text", "JSON list of failing examples", required=True),
    ),
    primary_key=("gate", "name", "table_name"),
)

SOURCE_FILES: Final = Table(
    name="source_files",
    grain="file",
    description="Every input file: rows_read = loaded + quarantined + duplicate + left_out.",
    columns=(
        Column("path", "text", "the file, as named in the export folder", required=True),
        Column("table_name", "text", "the table (or the profile's raw file) it holds", required=True),
        Column("sha256", "text", "hash of its bytes", required=True),
        Column("rows_read", "int", "records", required=True),
        Column("rows_loaded", "int", "fed at least one table and none refused them", required=True),
        Column("rows_quarantined", "int", "some table refused them", required=True),
        Column("rows_duplicate", "int", "equal in every cell to a row that stayed", required=True),
        Column("rows_left_out", "int", "dropped on purpose by the source profile", required=True),
    ),
    primary_key=("path",),
)

EXPORT_CONTENT: Final = Table(
    name="export_content",
    grain="required table",
    description="What the required tables of the export held, and since when: the same rows again are a stale export.",
    columns=(
        Column("table_name", "text", "the table of the export", required=True),
        Column("rows", "int", "rows loaded", required=True),
        Column(
            "content_hash",
            "text",
            "engine and fingerprint of the typed rows, whatever their order; equal = the same rows",
            required=True,
        ),
        Column("first_as_of", "date", "as_of of the first run in a row that had these rows", required=True),
        Column("exported_at", "text", "UTC time, ISO 8601, at which the manifest says it was exported"),
    ),
    primary_key=("table_name",),
)

RUN_INFO: Final = Table(
    name="run_info",
    grain="run",
    description="What this run was made from and with.",
    columns=(
        Column("run_id", "text", "the run", required=True),
        Column("as_of", "date", "the day the figures are true for", required=True),
        Column("created_at", "text", "UTC time, ISO 8601", required=True),
        Column("schema_version", "int", "version of these tables", required=True),
        Column("pipeline_version", "text", "version of this product", required=True),
        Column("library_versions", "text", "JSON of the engines' versions", required=True),
        Column("settings", "text", "JSON of the settings", required=True),
        Column("profile", "text", "the source profile", required=True),
        Column(
            "exported_at", "text", "when the export was made, as its manifest says: UTC time, ISO 8601; null = not said"
        ),
        Column(
            "summary",
            "text",
            "JSON of what `renewals runs` shows: clients, contracts_in_force, mrr by currency, warnings",
        ),
    ),
    primary_key=("run_id",),
)

PUBLISHED: Final = {
    table.name: table
    for table in (
        UPCOMING_RENEWALS,
        CONTRACT_MRR,
        CLIENT_CONTACTS,
        CLIENT_PRODUCTS,
        CLIENT_APP_USAGE,
        CLIENT_CONSUMPTION,
        CLIENT_CHANGES,
        PARTNER_SUMMARY,
        QUARANTINE,
        CHECK_RESULTS,
        SOURCE_FILES,
        RUN_INFO,
        EXPORT_CONTENT,
        DECISIONS,
        *FINANCE.values(),
    )
}

SCHEMA_VERSION: Final = 1
"""Raised when code of before could misread a run, such as when a column changes its meaning. A table that is added
is simply not there in runs of before, and whoever asks for it is told so."""
