"""The published tables of client details, and the key figures of partners."""

from __future__ import annotations

from typing import Final

from pipeline.tables.change_tables import UPCOMING_RENEWALS
from pipeline.tables.declare import Column, Table
from pipeline.tables.money import MONEY, PER_MONTH

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
            unit=PER_MONTH,
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
            unit=PER_MONTH,
            reader_text="Total MRR before the change of the upcoming renewals.",
        ),
        Column(
            "mrr_at_risk",
            MONEY,
            "the part of it that is Pending or Cancellation requested in time",
            required=True,
            unit=PER_MONTH,
            reader_text="The part of the MRR up for renewal that is pending "
            "or whose cancellation was requested in time.",
        ),
        Column(
            "estimated_change",
            MONEY,
            "Σ mrr_change of upcoming changes",
            required=True,
            unit=PER_MONTH,
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
