"""The words of finance's report, in English; `scripts/messages` finds them, as it finds those of `views.terms`."""

from __future__ import annotations

from typing import Final

from pipeline.tables.finance_tables import WHAT_TO_DO as WHAT_TO_DO

TITLE: Final = "Finance: MRR projection"

SCOPES: Final = {
    "all": "All clients",
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
    "wall": "Renewal wall: MRR that comes up, by month and status",
    "clients": "Largest clients",
    "partners": "Partners",
    "retention": "Retention",
    "rates": "Renewal rates",
    "rivals": "Other definitions of MRR on the same contracts",
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
    "wall": "Renewal wall",
    "partners": "Partners",
    "clients": "Largest clients",
    "retention": "Retention",
    "rates": "Renewal rates",
    "rivals": "Other definitions",
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
    "share_added": "Share, added up",
    "next_renewal": "Next renewal",
    "grr": "GRR",
    "nrr": "NRR",
    "term": "Term",
    "renewals": "Past renewals",
    "renewed": "Renewed of them",
    "probability": "Renewal probability",
    "error": "Standard error",
    "overall": "Overall rate",
    "difference": "Difference",
    "rate": "Rate",
    "rate_day": "Day of the rate",
    "rate_before": "Rate before",
    "fx_effect": "FX effect",
    "converted": "In {currency}",
    "converted_current": "Current MRR in {currency}",
    "finding": "Finding",
    "happened_on": "Day",
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
    "change_quote": "Vendor's quote",
    "change_churn": "Churn",
    "settled_mrr": "Settled MRR",
    "pending_contracted": "Pending, not yet agreed: contracted",
    "contracted_mrr": "Contracted MRR",
    "pending_expected": "Pending, not yet agreed: expected",
    "expected_mrr": "Expected MRR",
    "pending_full": "Pending, not yet agreed: full",
    "full_mrr": "Full MRR",
}
"""The bars of the bridge, in their order."""

SCENARIOS: Final = {"contracted": "Contracted", "expected": "Expected", "full": "Full"}

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
    "undiscounted_mrr": "Without taking discounts off",
    "list_price_mrr": "At list price",
    "with_one_off_mrr": "With one-off lines",
    "by_term_mrr": "One bill divided by the term",
}

FINDINGS: Final = {
    "expired_not_rolled": "Expired, not renewed in the export",
    "possible_successor": "Possible successor, would count twice",
    "missing_from_export": "Missing from tonight's export",
}

CHECKS: Final = {
    "contract_mrr": "Current MRR = the table of contracts in force",
    "opening": "Opening of the first month = current MRR ({scenario})",
    "months": "Opening + movements = closing in every month ({scenario})",
    "carried": "Closing of a month = opening of the next ({scenario})",
    "closing": "Closing of the last month = the bridge ({scenario})",
    "settled": "Current MRR + causes = settled MRR",
    "pending": "Settled MRR + pending = the scenario ({scenario})",
    "cohort": "Opening of the retention cohort = current MRR",
    "rivals": "Our MRR among the other definitions = current MRR",
    "currencies": "MRR in the table of currencies = current MRR",
    "partners": "Sum of the partners = current MRR",
}
"""What must tie, each per currency."""

TEXTS: Final = {
    "note": "MRR is monthly recurring revenue. Amounts are per month, in the contract's currency, and never added "
    "across currencies. A converted amount stands beside the native one with its rate and the day of that rate.",
    "empty": "There is no contract in force and none that begins within the period, so there are no figures.",
    "axis": "The axis begins at {amount}.",
    "interval": "{low} to {high}",
    "interval_of": "With {percent} % probability between {low} and {high}",
    "converted_at": "Converted at {rate}, the rate of {day}.",
    "not_converted": "Not converted: there is no exchange rate from {currency} to {target}.",
    "missing_rates": "Without an exchange rate to {target}, and so in no converted figure: {currencies}.",
    "fx_line": "FX effect since {day}: {amount}. It is what the rates did to current MRR, and no movement of the "
    "bridge.",
    "fx_unknown": "FX effect: not known, because there is no rate of {day} or before.",
    "no_history": "There is no renewal history: every renewal has the probability {share} from the settings.",
    "history": "{share} of {count} past renewals renewed. Segments with few renewals lean on that rate.",
    "no_findings": "There is nothing to look at.",
    "limited": "{shown} of {total} contracts, those with the largest movements, and the largest ones behind every bar. "
    "The totals count all of them. All rows: {command}",
    "more": "{shown} of {total} rows. All rows: {command}",
    "lines_note": "The lines behind the contracts above. MRR of a line is exact; that of a contract is the sum of its "
    "recurring lines, rounded once.",
    "tied": "All {count} differences are 0.",
    "not_tied": "{wrong} of {count} differences are not 0.",
    "rounding": "Rounding of the converted parts",
    "not_applicable": "Charts and figures show all partners; the partner chosen narrows the tables. Figures of one "
    "partner: {command}",
    "pending": "Pending, not yet agreed",
    "pending_note": "Pending is what nobody has agreed to yet; each scenario takes it in another way.",
    "top_clients": "The largest {count} clients hold {share} of current MRR.",
    "wall_note": "Each contract once, at its MRR of today (one that begins later: of its first day), in the month of "
    "its next renewal.",
}
"""Sentences of the report."""

TOOLS: Final = {
    "filters": "Search and filters",
    "all_partners": "All partners",
    "all_currencies": "All currencies",
    "search": "Search",
    "clear_all": "Clear",
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
    "Price": "New prices of renewals that are settled: agreed, renewed by silence, or cancelled too late.",
    "Ending discounts": "Discounts that run out within the period.",
    "Higher limits": "Contact tier upgrades and email overages that were agreed.",
    "Vendor's quote": "Changes that were agreed and carry the vendor's own quote, and the end of a lower quote at the "
    "renewal.",
    "Churn": "In the bridge: renewals cancelled in time, contracts that lapse, and contracts that leave one term after "
    "a renewal that was cancelled too late. In the projection: every fall to 0, and what open renewals are expected to "
    "lose.",
    "Settled MRR": "Current MRR after everything that is settled. A renewal nobody has agreed to is left aside: the "
    "contract goes on as it is.",
    "Contracted": "Only what is settled. A renewal nobody has agreed to ends the contract.",
    "Expected": "Every open renewal counts with its renewal probability; pending upgrades and overages happen.",
    "Full": "Everything pending happens.",
    "Interval from": "The range that is meant to hold {percent} % of the outcomes of Expected. Chance and the "
    "uncertainty of the renewal probabilities are both in it.",
    "Expansion": "Rises of contracts that run. In the retention: rises of clients.",
    "Contraction": "Falls of contracts that run, not to 0. In the retention: falls of clients.",
    "GRR": "Gross revenue retention: (opening - contraction - churn) / opening, of the clients that opened the period "
    "with MRR. At most 100 %.",
    "NRR": "Net revenue retention: the same with expansion added.",
    "Next renewal": "Status of the contract's next renewal: agreed, renewed by silence, pending, lapsing (it ends "
    "unless agreed) or cancelled.",
    "Renewal probability": "Of past renewals with that term and currency, leaning on the overall rate where they are "
    "few.",
    "FX effect": "Current MRR × (today's rate - the rate known at the end of the month before), rounded once.",
    "Without taking discounts off": "Our MRR before discounts (committed or gross MRR).",
    "At list price": "Quantity × today's list price, no discounts; a line the price list does not know counts at its "
    "own price.",
    "With one-off lines": "One-off lines counted as if they came with every bill.",
    "One bill divided by the term": "One bill divided by the months of the term instead of the billing period.",
    "Expired, not renewed in the export": "The renewal date has passed and the contract has no new row. It is in no "
    "figure; its MRR is that of its last day.",
    "Possible successor, would count twice": "A contract that begins on the day on which another one of the same "
    "client renews. Both are in the projection.",
    "Missing from tonight's export": "In force in the previous run and not in this export. It is in no figure; its MRR "
    "is that of the previous run.",
}
"""What every figure means, by its label."""
