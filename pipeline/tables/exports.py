"""The export contract: what a vendor's nightly export holds, each table once.

Source: the design's `data-contract.md`. Ranges marked *ours* refuse typing errors that the contract does not name
(a year 0201, a notice of 300 years); everything else is in the contract.
"""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.tables.declare import Column, Reference, RowRule, Table


def _in_list(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def _unknown(column: str, values: tuple[str, ...], what: str) -> RowRule:
    return RowRule(f"unknown_{column}", f"{column} NOT IN {_in_list(values)}", what)


_CURRENCY = _unknown(
    "currency",
    tuple(rules.minor_units()),
    "use an upper-case active ISO 4217 code that has a minor unit",
)
_CONTRACT = Reference("contract_id", "contracts", "contract_id", "unknown_contract")
_CLIENT = Reference("hub_id", "clients", "hub_id", "unknown_client")

PARTNERS: Final = Table(
    name="partners",
    grain="partner",
    description="The vendor's partners.",
    columns=(
        Column("partner_id", "text", "the partner's key", required=True),
        Column("partner_name", "text", "name shown in reports", required=True),
        Column("report_emails", "text", "recipients of the scheduled report, separated by `;`", personal=True),
        Column("locale", "text", "BCP 47, e.g. `pt-BR`; null = the configured default"),
        Column("time_zone", "text", "IANA, e.g. `America/Sao_Paulo`; null = the configured default"),
        Column(
            "owns_communication",
            "bool",
            "true = the partner said earlier that it owns all transactional conversations; null = false",
        ),
        Column("country", "text", "ISO 3166-1 alpha-2, for public holidays; null = read from the locale, else none"),
        Column(
            "revenue_share_percent",
            "decimal(7,4)",
            "0 to 100, the partner's share of its clients' MRR",
            minimum=0,
            unit="percent",
        ),
        Column(
            "report_schedule",
            "text",
            "`off`, `weekly:mon` to `weekly:sun`, `monthly:1` to `monthly:28`, `on_change`; null = the setting",
        ),
    ),
    primary_key=("partner_id",),
    rules=(
        _unknown(
            "country",
            rules.COUNTRIES,
            "use an upper-case ISO 3166-1 alpha-2 code, such as DE, GB or US",
        ),
        RowRule("revenue_share_above_100", "revenue_share_percent > 100", "give a revenue share of 0 to 100 percent"),
        RowRule(
            "unknown_report_schedule",
            f"NOT regexp_full_match(report_schedule, '{rules.REPORT_SCHEDULE_PATTERN}')",
            "use off, on_change, weekly: with mon to sun (weekly:mon), or monthly: with 1 to 28 (monthly:1)",
        ),
    ),
)

CLIENTS: Final = Table(
    name="clients",
    grain="client",
    description="The clients' accounts at the vendor.",
    columns=(
        Column("hub_id", "text", "the client's account at the vendor", required=True),
        Column("client_name", "text", "the client's name", required=True),
        Column("website", "text", "domain"),
        Column("partner_id", "text", "the client's partner; null = nobody's client"),
        Column("association_ended_on", "date", "the vendor's record that the association ended"),
        Column("renewal_manager", "text", "the vendor's person who manages the renewal", personal=True),
        Column("revenue_share_until", "date", "last day on which the partner earns from this client; null = no end"),
    ),
    primary_key=("hub_id",),
    references=(Reference("partner_id", "partners", "partner_id", "unknown_partner"),),
)

CONTRACTS: Final = Table(
    name="contracts",
    grain="contract",
    description="The current term of every contract.",
    columns=(
        Column("contract_id", "text", "the contract's key", required=True),
        Column("hub_id", "text", "the client", required=True),
        Column("currency", "text", "ISO 4217", required=True),
        Column("term_start_date", "date", "first day of the current term", required=True),
        Column("renewal_start_date", "date", "first day of the next term; after `term_start_date`", required=True),
        Column("subscription_term_months", "int", "committed months", required=True, minimum=1, unit="months"),
        Column("billing_frequency", "text", ", ".join(rules.BILLING_FREQUENCIES), required=True),
        Column(
            "billing_interval_months",
            "int",
            "required when `other`; otherwise null or equal to 1, 3, 6, 12",
            minimum=1,
            unit="months",
        ),
        Column("contact_max", "int", "contact tier limit", minimum=0, unit="contacts"),
        Column("email_limit", "int", "e-mail send limit per calendar month", minimum=0, unit="e-mails a month"),
        Column("auto_renews", "bool", "null = true"),
        Column("notice_days", "int", "null = 45", minimum=0, unit="calendar days"),
        Column(
            "notice_months",
            "int",
            "1 to 24; a contract states days or months, never both",
            minimum=1,
            unit="calendar months",
        ),
    ),
    primary_key=("contract_id",),
    rules=(
        _CURRENCY,
        RowRule(
            "renewal_not_after_start",
            "renewal_start_date <= term_start_date",
            "let renewal_start_date lie after term_start_date",
        ),
        _unknown(
            "billing_frequency",
            rules.BILLING_FREQUENCIES,
            "this frequency is not known; use one of "
            + ", ".join(rules.BILLING_FREQUENCIES)
            + " (other: with billing_interval_months)",
        ),
        RowRule(
            "billing_interval_missing",
            "billing_frequency = 'other' AND billing_interval_months IS NULL",
            "give billing_interval_months when billing_frequency is other",
        ),
        RowRule(
            "billing_interval_contradicts",
            "billing_interval_months <> CASE billing_frequency "
            + " ".join(f"WHEN '{name}' THEN {months}" for name, months in rules.BILLING_MONTHS.items())
            + " END",
            "leave billing_interval_months empty or equal to the months of billing_frequency",
        ),
        RowRule(
            "period_too_long",
            f"subscription_term_months > {rules.LONGEST_PERIOD_MONTHS}"
            f" OR billing_interval_months > {rules.LONGEST_PERIOD_MONTHS}",
            "correct a term or billing interval of over a hundred years",
        ),
        RowRule(
            "notice_too_long",
            f"notice_days > {rules.LONGEST_NOTICE_DAYS}",
            "correct a notice of over a hundred years",
        ),
        RowRule(
            "notice_months_too_long",
            f"notice_months > {rules.LONGEST_NOTICE_MONTHS}",
            f"give a notice of 1 to {rules.LONGEST_NOTICE_MONTHS} months",
        ),
        RowRule(
            "two_notices",
            "notice_days IS NOT NULL AND notice_months IS NOT NULL",
            "give notice_days or notice_months, and leave the other one empty",
        ),
    ),
    references=(_CLIENT,),
)

CONTRACT_LINES: Final = Table(
    name="contract_lines",
    grain="contract line",
    description="What a contract charges.",
    columns=(
        Column("line_id", "text", "the line's key", required=True),
        Column("contract_id", "text", "the contract", required=True),
        Column("product_code", "text", "the product", required=True),
        Column("product_name", "text", "the product's name", required=True),
        Column("quantity", "decimal(18,4)", "units of the product", required=True, minimum=0),
        Column(
            "unit_price",
            "decimal(18,6)",
            "price per unit and billing period of the contract, before discount, before tax; below 0 = a credit",
            required=True,
            unit="contract currency per billing period",
        ),
        Column("discount_percent", "decimal(9,4)", "0 to 100; null = 0", minimum=0, unit="percent"),
        Column("discount_end_date", "date", "first day without the discount; null = never ends"),
        Column("is_recurring", "bool", "null = true; a one-time line is never MRR"),
    ),
    primary_key=("line_id",),
    rules=(RowRule("discount_above_100", "discount_percent > 100", "give a discount of 0 to 100 percent"),),
    references=(_CONTRACT,),
)

CONTACTS: Final = Table(
    name="contacts",
    grain="contact",
    description="Users of the clients' accounts.",
    required=False,
    columns=(
        Column("contact_id", "text", "the contact's key", required=True),
        Column("hub_id", "text", "the client", required=True),
        Column("full_name", "text", "the contact's name", required=True, personal=True),
        Column("email", "text", "the contact's e-mail address", personal=True),
        Column("job_title", "text", "the contact's job title", personal=True),
        Column("is_primary", "bool", "at most one true per hub"),
        Column("last_active_on", "date", "last day of activity"),
        Column("phone", "text", "the contact's telephone number", personal=True),
        Column("locale", "text", "BCP 47, the contact's language"),
    ),
    primary_key=("contact_id",),
    references=(_CLIENT,),
)

CONTRACT_CHANGES: Final = Table(
    name="contract_changes",
    grain="change",
    description="Facts about upcoming changes. A contract's next renewal needs no row here: it is derived.",
    required=False,
    columns=(
        Column("change_id", "text", "the change's key", required=True),
        Column("contract_id", "text", "the contract", required=True),
        Column("contract_type", "text", ", ".join(rules.CONTRACT_TYPES), required=True),
        Column("effective_date", "date", "the day from which the new terms apply", required=True),
        Column("agreed_on", "date", "the client agreed to the terms"),
        Column("cancellation_requested_on", "date", "the client asked to cancel"),
        Column(
            "new_contact_max",
            "int",
            "CTU: required, above the contract's `contact_max`",
            minimum=0,
            unit="contacts",
        ),
        Column(
            "new_email_limit",
            "int",
            "EO: required, above the contract's `email_limit`",
            minimum=0,
            unit="e-mails a month",
        ),
        Column(
            "quoted_mrr",
            "decimal(18,4)",
            "the vendor's own quote of the contract's whole MRR after the change",
            minimum=0,
            unit="contract currency per month",
        ),
    ),
    primary_key=("change_id",),
    rules=(
        _unknown("contract_type", rules.CONTRACT_TYPES, "use one of " + ", ".join(rules.CONTRACT_TYPES)),
        RowRule(
            "new_contact_max_missing",
            "contract_type = 'contact_tier_upgrade' AND new_contact_max IS NULL",
            "give new_contact_max for a contact tier upgrade",
        ),
        RowRule(
            "new_email_limit_missing",
            "contract_type = 'email_overage' AND new_email_limit IS NULL",
            "give new_email_limit for an e-mail overage",
        ),
    ),
    references=(_CONTRACT,),
)

APP_USAGE: Final = Table(
    name="app_usage",
    grain="client × app × day",
    description="Use of the vendor's apps.",
    required=False,
    columns=(
        Column("hub_id", "text", "the client", required=True),
        Column("app", "text", "the app", required=True),
        Column("measured_on", "date", "day of the measurement", required=True),
        Column("active_users", "int", "users active", minimum=0, unit="users"),
        Column("last_used_on", "date", "last day of use"),
    ),
    primary_key=("hub_id", "app", "measured_on"),
)

CONSUMPTION: Final = Table(
    name="consumption",
    grain="client × day",
    description="What the client uses of its limits.",
    required=False,
    columns=(
        Column("hub_id", "text", "the client", required=True),
        Column("measured_on", "date", "day of the measurement", required=True),
        Column("contacts_used", "int", "contacts stored", minimum=0, unit="contacts"),
        Column("emails_sent", "int", "e-mails sent in the calendar month up to that day", minimum=0, unit="e-mails"),
    ),
    primary_key=("hub_id", "measured_on"),
)

PRICE_BOOK: Final = Table(
    name="price_book",
    grain="product × currency × valid from",
    description="List prices.",
    required=False,
    columns=(
        Column("product_code", "text", "the product", required=True),
        Column("currency", "text", "ISO 4217", required=True),
        Column("valid_from", "date", "first day of the price", required=True),
        Column(
            "monthly_unit_price",
            "decimal(18,6)",
            "list price per unit and month",
            required=True,
            minimum=0,
            unit="currency per month",
        ),
    ),
    primary_key=("product_code", "currency", "valid_from"),
    rules=(_CURRENCY,),
)

LIMIT_BLOCKS: Final = Table(
    name="limit_blocks",
    grain="product × currency × limit × valid from × band",
    description="What a higher limit costs, in graduated bands.",
    required=False,
    columns=(
        Column("product_code", "text", "the base product that carries the limit", required=True),
        Column("currency", "text", "ISO 4217", required=True),
        Column("limit_kind", "text", "contacts or emails", required=True),
        Column("valid_from", "date", "first day of the price", required=True),
        Column("from_limit", "int", "the band begins at this limit", required=True, minimum=0),
        Column("block_size", "int", "units of the limit per block", required=True, minimum=1),
        Column(
            "monthly_price_per_block",
            "decimal(18,6)",
            "price per block and month",
            required=True,
            minimum=0,
            unit="currency per month",
        ),
    ),
    primary_key=("product_code", "currency", "limit_kind", "valid_from", "from_limit"),
    rules=(_CURRENCY, _unknown("limit_kind", ("contacts", "emails"), "use contacts or emails")),
)

FX_RATES: Final = Table(
    name="fx_rates",
    grain="day × currency",
    description="Units of the reporting currency for 1 unit of the currency.",
    required=False,
    columns=(
        Column("rate_date", "date", "day of the rate", required=True),
        Column("currency", "text", "ISO 4217", required=True),
        Column("rate", "decimal(18,8)", "reporting currency per unit", required=True, minimum=0),
    ),
    primary_key=("rate_date", "currency"),
    rules=(_CURRENCY, RowRule("rate_not_positive", "rate = 0", "give a rate above 0")),
)

RENEWAL_HISTORY: Final = Table(
    name="renewal_history",
    grain="contract × renewal",
    description="Past renewals, for rates and back-tests.",
    required=False,
    columns=(
        Column("contract_id", "text", "the contract", required=True),
        Column("hub_id", "text", "the client", required=True),
        Column("renewal_start_date", "date", "day of the renewal", required=True),
        Column("outcome", "text", "renewed or churned", required=True),
        Column("mrr_before", "decimal(18,4)", "MRR before", required=True, minimum=0, unit="currency per month"),
        Column("mrr_after", "decimal(18,4)", "MRR after", required=True, minimum=0, unit="currency per month"),
        Column("currency", "text", "ISO 4217", required=True),
        Column("subscription_term_months", "int", "months of the term that ended", minimum=1, unit="months"),
        Column("partner_id", "text", "the client's partner on that day"),
        Column("product_code", "text", "the main product of the contract"),
    ),
    primary_key=("contract_id", "renewal_start_date"),
    rules=(
        _CURRENCY,
        _unknown("outcome", ("renewed", "churned"), "use renewed or churned"),
        RowRule(
            "period_too_long",
            f"subscription_term_months > {rules.LONGEST_PERIOD_MONTHS}",
            "correct a term or billing interval of over a hundred years",
        ),
    ),
)

EXPORTS: Final = {
    table.name: table
    for table in (
        PARTNERS,
        CLIENTS,
        CONTRACTS,
        CONTRACT_LINES,
        CONTACTS,
        CONTRACT_CHANGES,
        APP_USAGE,
        CONSUMPTION,
        PRICE_BOOK,
        LIMIT_BLOCKS,
        FX_RATES,
        RENEWAL_HISTORY,
    )
}
"""Every table of the contract, parents before children."""
