"""The words of finance's report, in English; `scripts/messages` finds them, as it finds those of `views.terms`."""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.tables.finance_tables import WHAT_TO_DO as WHAT_TO_DO
from pipeline.views.locale_formats import Formats

TITLE: Final = "Finance: MRR projection"

SCOPES: Final = {
    "all": "All partners",
    "currency": "Only {currency}",
    "period": "From {first} to {last}",
}
"""What a report is about."""

SECTIONS: Final = {
    "overview": "Overview",
    "of_currency": "MRR in {currency}",
    "bridge": "Bridge: from current to projected MRR",
    "statuses": "The bridge by status of the next renewal",
    "projection": "Projection by scenario",
    "months": "Projection: {scenario}",
    "wall": "MRR up for renewal by month and status",
    "clients": "Largest clients",
    "partners": "Partners",
    "retention": "Retention",
    "rates": "Renewal rates",
    "rivals": "Alternative definitions of MRR on the same contracts",
    "currencies": "Currencies",
    "findings": "Findings",
    "contracts": "Contracts",
    "lines": "Contract lines",
    "tie_out": "Tie-out",
    "definitions": "Definitions",
}
"""Headings."""

SHEETS: Final = {
    "summary": "Summary",
    "bridge": "Bridge",
    "projection": "Projection",
    "statuses": "Bridge by status",
    "wall": "MRR up for renewal",
    "partners": "Partners",
    "clients": "Largest clients",
    "retention": "Retention",
    "rates": "Renewal rates",
    "rivals": "Alternative definitions",
    "currencies": "Currencies",
    "findings": "Findings",
    "contracts": "Contracts",
    "lines": "Contract lines",
    "tie_out": "Tie-out",
    "definitions": "Definitions",
}
"""The sheets of the workbook, in their order; a spreadsheet takes 31 letters."""

LABELS: Final = {
    "scenario": "Scenario",
    "month": "Month",
    "figure": "Figure",
    "amount": "Amount",
    "cause": "Cause",
    "interval_low": "Interval from",
    "interval_high": "Interval to",
    "contracts": "Contracts",
    "clients": "Clients",
    "client": "Client",
    "partner": "Partner",
    "partner_id": "Partner ID",
    "contract": "Contract",
    "other_contract": "Other contract",
    "share": "Share",
    "share_added": "Cumulative share",
    "next_renewal": "Next renewal",
    "grr": "GRR",
    "nrr": "NRR",
    "term": "Term",
    "renewals": "Past renewals",
    "renewed": "Of which renewed",
    "probability": "Renewal probability",
    "error": "Standard error",
    "overall": "Overall rate",
    "difference": "Difference",
    "rate": "Rate",
    "rate_day": "Rate date",
    "rate_before": "Rate before",
    "fx_effect": "FX effect",
    "converted": "In {currency}",
    "converted_current": "Current MRR in {currency}",
    "finding": "Finding",
    "happened_on": "Date",
    "what_to_do": "What to do",
    "mrr": "MRR",
    "product": "Product",
    "line": "Line",
    "product_code": "Product code",
    "quantity": "Quantity",
    "unit_price": "Price per billing period",
    "billing_months": "Billing months",
    "recurring": "Recurring",
    "yes": "yes",
    "no": "no",
    "discount_now": "Discount now",
    "discount_then": "Discount at the end",
    "list_price": "List price at renewal",
    "line_mrr": "MRR of the line",
    "check": "Check",
    "here": "In this report",
    "published": "In the published tables",
    "total": "Total",
    "others": "All others ({count})",
    "no_partner": "No partner",
    "no_renewal": "No renewal in the period",
    "without_rate": "no rate",
}
"""Heads of columns and single words."""

BRIDGE: Final = {
    "current_mrr": "Current MRR",
    "change_new": "New contracts",
    "change_price": "Price",
    "change_discount": "Ending discounts",
    "change_limits": "Higher limits",
    "change_quote": "Vendor’s quote",
    "change_churn": "Churn",
    "settled_mrr": "MRR after settled changes",
    "pending_contracted": "Pending, not yet agreed: contracted",
    "contracted_mrr": "Contracted MRR",
    "pending_expected": "Pending, not yet agreed: expected",
    "expected_mrr": "Expected MRR",
    "pending_full": "Pending, not yet agreed: upside",
    "full_mrr": "Upside MRR",
}
"""The bars of the bridge, in their order."""

SCENARIOS: Final = {"contracted": "Contracted", "expected": "Expected", "full": "Upside"}

MOVEMENTS: Final = {
    "opening": "Opening",
    "new": "New",
    "expansion": "Expansion",
    "contraction": "Contraction",
    "churn": "Churn",
    "closing": "Closing",
}

RIVALS: Final = {
    "current_mrr": "Ours: current MRR",
    "undiscounted_mrr": "Before discounts",
    "list_price_mrr": "At list price",
    "with_one_off_mrr": "With one-time lines",
    "by_term_mrr": "One invoice divided by the term",
}

FINDINGS: Final = {
    "expired_not_rolled": "Expired, not renewed in the export",
    "possible_successor": "Possible successor, would be counted twice",
    "missing_from_export": "Missing from the latest export",
}

CHECKS: Final = {
    "contract_mrr": "Current MRR = the table of contracts in force",
    "opening": "Opening of the first month = current MRR ({scenario})",
    "months": "Opening + movements = closing in every month ({scenario})",
    "carried": "Closing of a month = opening of the next ({scenario})",
    "closing": "Closing of the last month = the bridge ({scenario})",
    "settled": "Current MRR + causes = MRR after settled changes",
    "pending": "MRR after settled changes + pending = the scenario ({scenario})",
    "cohort": "Opening of the retention cohort = current MRR",
    "rivals": "Our MRR among the alternative definitions = current MRR",
    "currencies": "MRR in the table of currencies = current MRR",
    "partners": "Sum of the partners = current MRR",
}
"""What must tie, each per currency."""

TEXTS: Final = {
    "note": "MRR is monthly recurring revenue. Amounts are per month, in the contract’s currency; amounts in "
    "different currencies are never added together. A converted amount is shown next to the original one, with its "
    "rate and the date of that rate.",
    "empty": "There is no contract in force and none that begins within the period, so there are no figures.",
    "axis": "The axis begins at {amount}.",
    "interval": "{low} to {high}",
    "interval_of": "With {percent} probability between {low} and {high}",
    "converted_at": "Converted at {rate}, the rate of {day}.",
    "not_converted": "Not converted: there is no exchange rate from {currency} to {target}.",
    "missing_rates": "Without an exchange rate to {target}, and so excluded from all converted figures: {currencies}.",
    "fx_line": "FX effect since {day}: {amount}. It is the effect of the rates on current MRR and is not part of the "
    "bridge.",
    "fx_unknown": "FX effect: not known, because there is no rate from {day} or earlier.",
    "no_history": "There is no renewal history: every renewal has the probability {share} from the settings.",
    "history": "{share} of {count} past renewals were renewed. "
    "Rates of segments with few renewals are adjusted toward that rate.",
    "no_findings": "There is nothing to review.",
    "limited": "{shown} of {total} contracts, those with the largest movements, and the largest ones behind every bar. "
    "The totals count all of them. All rows: {command}",
    "more": "{shown} of {total} rows. All rows: {command}",
    "lines_note": "The lines behind the contracts above. The MRR of a line is exact; that of a contract is the sum "
    "of its recurring lines, rounded once.",
    "tied": "All {count} differences are 0.",
    "not_tied": "{wrong} of {count} differences are not 0.",
    "rounding": "Rounding of the converted parts",
    "not_applicable": "Charts and figures show all partners; the partner chosen narrows the tables. Figures of one "
    "partner: {command}",
    "pending": "Pending, not yet agreed",
    "pending_note": "Pending is what nobody has agreed to yet; each scenario treats it differently.",
    "top_clients": "The {count} largest clients account for {share} of current MRR.",
    "wall_note": "Each contract once, at today’s MRR (or that of its first day if it begins later), in the month of "
    "its next renewal.",
}
"""Sentences of the report."""

TOOLS: Final = {
    "filters": "Search and filters",
    "all_partners": "All partners",
    "all_currencies": "All currencies",
    "search": "Search",
    "clear_all": "Clear filters",
    "export": "Save as CSV",
    "shown": "{shown} of {total} rows",
    "sum_of_rows": "Sum of the rows shown",
    "skip": "Skip to the figures",
    "show_contracts": "Show the contracts behind {bar} in {currency}",
}
"""The controls of the page."""

CONTRACTS: Final = ("{count} contract", "{count} contracts")
"""How many contracts: singular and plural."""

DEFINITIONS: Final = {
    "Current MRR": "The recurring lines of the contracts in force on the as-of date, after discounts, per month; each "
    "contract is rounded once, totals are sums of rounded contracts.",
    "New contracts": "Contracts that are signed and begin within the period, at their MRR on their first day.",
    "Price": "New prices of renewals that are settled: agreed, auto-renewed, or canceled too late.",
    "Ending discounts": "Discounts that end within the period.",
    "Higher limits": "Contact tier upgrades and email overages that were agreed.",
    "Vendor’s quote": "Changes that were agreed at the vendor’s own quote, and the end of a lower quote at the "
    "renewal.",
    "Churn": "In the bridge: renewals canceled in time, contracts that lapse, and contracts that end one term after "
    "a renewal that was canceled too late. In the projection: every decrease to 0, and what pending renewals are "
    "expected to lose.",
    "MRR after settled changes": "Current MRR after everything that is settled. A renewal nobody has agreed to is not "
    "counted: the contract continues as it is.",
    "Contracted": "Only what is settled. A renewal nobody has agreed to ends the contract.",
    "Expected": "Every pending renewal counts with its renewal probability; pending upgrades and overages take effect.",
    "Upside": "Everything pending takes effect.",
    "Interval from": "The range that should contain {percent} of the outcomes of the scenario “Expected”. It "
    "includes chance and the uncertainty of the renewal probabilities.",
    "Expansion": "Increases on existing contracts. In the retention: increases in a client’s MRR.",
    "Contraction": "Decreases on existing contracts, other than to 0. In the retention: decreases in a client’s MRR, "
    "other than to 0.",
    "GRR": "Gross revenue retention: (opening − contraction − churn) / opening, for the clients that had MRR at the "
    "start of the period. At most {whole}.",
    "NRR": "Net revenue retention: the same with expansion added.",
    "Next renewal": "Status of the contract's next renewal: agreed, auto-renewed, pending, lapsing (it ends "
    "unless agreed) or canceled.",
    "Renewal probability": "From past renewals with that term and currency, adjusted toward the overall rate where "
    "there are few.",
    "FX effect": "Current MRR × (today’s rate − the rate known at the end of the month before), rounded once.",
    "Before discounts": "Our MRR before discounts (committed or gross MRR).",
    "At list price": "Quantity × today’s list price, without discounts; a line that is not on the price list counts "
    "at its own price.",
    "With one-time lines": "One-time lines counted as if they came with every invoice.",
    "One invoice divided by the term": "One invoice divided by the months of the term instead of the billing period.",
    "Expired, not renewed in the export": "The renewal date has passed and the contract has no new row. It is "
    "excluded from all figures; its MRR is that of its last day.",
    "Possible successor, would be counted twice": "A contract that begins on the day on which another one of "
    "the same client renews. Both are in the projection.",
    "Missing from the latest export": "In force in the previous run and not in this export. It is excluded from all "
    "figures; its MRR is that of the previous run.",
}
"""What every figure means, by its label."""


def definition(text: str, formats: Formats) -> str:
    """One of `DEFINITIONS` in the report's language, with the percentages that some of them name."""
    return formats.say(text, percent=formats.percent(rules.INTERVAL_PERCENT), whole=formats.percent(100))
