"""The finance tables of a run's file (rules 11 and 12). Money is exact, in the row's own currency, per month."""

from __future__ import annotations

from typing import Final

from pipeline.tables.declare import Column, Table

_MONEY: Final = "decimal(38,4)"
_PER_MONTH: Final = "contract currency per month"
_PARTNER: Final = Column("partner_id", "text", "the partner (rule 7); null = nobody's clients")
_CURRENCY: Final = Column("currency", "text", "ISO 4217", required=True)


def _money(name: str, description: str) -> Column:
    return Column(name, _MONEY, description, required=True, unit=_PER_MONTH)


MRR_PROJECTION: Final = Table(
    name="mrr_projection",
    grain="partner × currency × scenario × month",
    description="MRR and its movements; closing = opening + new + expansion - contraction - churn (rule 12).",
    columns=(
        _PARTNER,
        _CURRENCY,
        Column("scenario", "text", "contracted, expected or full", required=True),
        Column("month", "date", "first day of the calendar month; the first one runs from as_of", required=True),
        _money("opening", "MRR before the month; in the first one Σ current_mrr"),
        _money("new", "contracts that begin, at their MRR on that day"),
        _money("expansion", "increases on existing contracts"),
        _money("contraction", "decreases on existing contracts, other than to 0; a positive amount"),
        _money("churn", "decreases to 0, and what pending renewals are expected to lose; a positive amount"),
        _money("closing", "MRR at the month's end"),
    ),
)

PROJECTION_INTERVAL: Final = Table(
    name="projection_interval",
    grain="scope × partner × currency × month",
    description="The interval around the closing MRR of the scenario expected.",
    columns=(
        Column("scope", "text", "partner, or vendor = all clients together", required=True),
        _PARTNER,
        _CURRENCY,
        Column("month", "date", "first day of the calendar month", required=True),
        _money("closing", "expected MRR at the month's end"),
        _money("closing_low", "lower end of the interval"),
        _money("closing_high", "upper end of the interval"),
    ),
)

MRR_BRIDGE: Final = Table(
    name="mrr_bridge",
    grain="contract in force, or beginning within the projection",
    description="From current to projected MRR by cause, every contract once; the causes add up to settled_mrr.",
    columns=(
        Column("contract_id", "text", "the contract", required=True),
        Column("hub_id", "text", "the client's account", required=True),
        _PARTNER,
        _CURRENCY,
        Column("term_start_date", "date", "first day of the current term", required=True),
        Column("renewal_start_date", "date", "first day of the next term", required=True),
        Column("renewal_basis", "text", "status basis of its next renewal; null = after the last month"),
        _money("current_mrr", "MRR on as_of; 0 before it begins"),
        _money("change_new", "MRR on the first day of a contract that begins"),
        _money("change_price", "new prices of settled renewals"),
        _money("change_discount", "discounts that end"),
        _money("change_limits", "higher limits that were agreed"),
        _money("change_quote", "quotes that were agreed"),
        _money("change_churn", "cancellations in time and lapsing contracts; negative"),
        _money("settled_mrr", "MRR after everything that is settled"),
        _money("pending_contracted", "what contracted takes off: renewals nobody has agreed to"),
        _money("pending_expected", "what expected makes of what is pending"),
        _money("pending_full", "what full adds: everything pending happens"),
        _money("contracted_mrr", "MRR at the end of the last month, contracted"),
        _money("expected_mrr", "the same, expected"),
        _money("full_mrr", "the same, full"),
    ),
    primary_key=("contract_id",),
)

RETENTION: Final = Table(
    name="retention",
    grain="partner × currency × scenario",
    description="GRR and NRR over all months of the clients that opened them with MRR (rule 12).",
    columns=(
        _PARTNER,
        _CURRENCY,
        Column("scenario", "text", "contracted, expected or full", required=True),
        _money("opening", "current MRR of the cohort"),
        _money("expansion", "increases in its clients' MRR"),
        _money("contraction", "decreases in its clients' MRR, other than to 0; a positive amount"),
        _money("churn", "decreases of its clients' MRR to 0; a positive amount"),
        Column("grr", "decimal(9,6)", "(opening - contraction - churn) / opening; null without opening"),
        Column("nrr", "decimal(38,6)", "the same with expansion added"),
    ),
)

RENEWAL_RATES: Final = Table(
    name="renewal_rates",
    grain="term × currency",
    description="How likely a renewal is, from renewal_history, shrunk to the overall rate.",
    columns=(
        Column("subscription_term_months", "int", "committed months", required=True, unit="months"),
        _CURRENCY,
        Column("renewals", "int", "past renewals of the segment", required=True),
        Column("renewed", "int", "how many of them renewed", required=True),
        Column("renewal_probability", "decimal(9,6)", "what expected uses", required=True),
        Column("probability_error", "decimal(9,6)", "its standard error", required=True),
        Column("overall_rate", "decimal(9,6)", "rate of all segments; the setting without history", required=True),
        Column("overall_renewals", "int", "past renewals in all", required=True),
    ),
    primary_key=("subscription_term_months", "currency"),
)

RIVAL_MRR: Final = Table(
    name="rival_mrr",
    grain="partner × currency",
    description="Our MRR next to other published definitions, on the same contracts.",
    columns=(
        _PARTNER,
        _CURRENCY,
        _money("current_mrr", "ours (rule 9)"),
        _money("undiscounted_mrr", "before discounts"),
        _money("list_price_mrr", "quantity × today's list price, no discounts"),
        _money("with_one_off_mrr", "one-time lines counted as recurring"),
        _money("by_term_mrr", "one invoice divided by the months of the term"),
    ),
)

CURRENCY_RATES: Final = Table(
    name="currency_rates",
    grain="currency",
    description="The rate of each currency and what its movement did to MRR (rule 11); null without a rate.",
    columns=(
        _CURRENCY,
        _money("current_mrr", "Σ current_mrr of all clients"),
        Column("reporting_currency", "text", "currency of the converted figures", required=True),
        Column("fx_rate", "decimal(18,8)", "reporting currency per unit, the latest known"),
        Column("fx_rate_date", "date", "its day"),
        Column("current_mrr_converted", _MONEY, "current_mrr × fx_rate", unit="reporting currency per month"),
        Column("compared_on", "date", "last day of the month before", required=True),
        Column("compared_rate", "decimal(18,8)", "the latest rate known then"),
        Column("compared_rate_date", "date", "its day"),
        Column(
            "fx_effect",
            _MONEY,
            "current_mrr × (fx_rate - compared_rate), rounded once",
            unit="reporting currency per month",
        ),
    ),
    primary_key=("currency",),
)

WHAT_TO_DO: Final = {
    "expired_not_rolled": "If the contract renewed, have its new term exported. If it ended, have a row with the "
    "outcome churned added to renewal_history.",
    "possible_successor": "If the new contract replaces the other one, have the other one's renewal cancelled in "
    "contract_changes. If both run side by side, nothing has to be done.",
    "missing_from_export": "Look for the contract in the quarantine. If it is not there, ask the vendor whether it "
    "ended or the export is incomplete.",
}
"""What settles a finding, by its name."""

FINDINGS: Final = Table(
    name="findings",
    grain="finding × contract",
    description="Contracts that finance must look at, with their MRR; they change no figure.",
    columns=(
        Column("finding", "text", "expired_not_rolled, possible_successor or missing_from_export", required=True),
        Column("contract_id", "text", "the contract", required=True),
        Column("other_contract_id", "text", "possible_successor: the contract that renews on that day"),
        Column("hub_id", "text", "the client's account", required=True),
        _PARTNER,
        _CURRENCY,
        Column("happened_on", "date", "renewal date, first day, or the day it was missing", required=True),
        _money("mrr", "the MRR in question"),
        Column("what_to_do", "text", "what settles the finding, in English", required=True),
    ),
)

FINANCE: Final = {
    table.name: table
    for table in (
        MRR_PROJECTION,
        PROJECTION_INTERVAL,
        MRR_BRIDGE,
        RETENTION,
        RENEWAL_RATES,
        RIVAL_MRR,
        CURRENCY_RATES,
        FINDINGS,
    )
}
