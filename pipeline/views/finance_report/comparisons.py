"""The tables of finance's report that put figures beside one another: retention, rates, other definitions, findings."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.views import terms
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import Figures, retention_share
from pipeline.views.finance_report.currency_tables import LABELS
from pipeline.views.finance_report.declared_tables import CURRENCY, Declared, Line, Value, written
from pipeline.views.finance_report.finance_cells import Cells, FinanceTable, Row, partner_key

COHORT: Final = ("opening", "expansion", "contraction", "churn")
LOST: Final = (("+", "opening"), ("-", "contraction"), ("-", "churn"))

RETENTION: Final = (
    CURRENCY,
    Declared("scenario", LABELS["scenario"], "text"),
    *(Declared(name, finance_words.MOVEMENTS[name], "money") for name in COHORT),
    Declared("grr", LABELS["grr"], "share", ("ratio", LOST, "opening")),
    Declared("nrr", LABELS["nrr"], "share", ("ratio", (*LOST, ("+", "expansion")), "opening")),
)
RATES: Final = (
    CURRENCY,
    Declared("term", terms.COLUMNS["subscription_term_months"], "text"),
    Declared("renewals", LABELS["renewals"], "count"),
    Declared("renewed", LABELS["renewed"], "count"),
    Declared("probability", LABELS["probability"], "share"),
    Declared("error", LABELS["error"], "share"),
    Declared("overall", LABELS["overall"], "share"),
)
DEFINITIONS_OF_MRR: Final = (
    CURRENCY,
    Declared("figure", LABELS["figure"], "text"),
    Declared("amount", LABELS["amount"], "money"),
    Declared("difference", LABELS["difference"], "change"),
)
CURRENCIES: Final = (
    CURRENCY,
    Declared("current_mrr", finance_words.BRIDGE["current_mrr"], "money"),
    Declared("rate", LABELS["rate"], "number"),
    Declared("rate_day", LABELS["rate_day"], "date"),
    Declared("converted", LABELS["converted_current"], "money", ("times", "current_mrr", "rate"), in_target=True),
    Declared("rate_before", LABELS["rate_before"], "number"),
    Declared("rate_before_day", LABELS["rate_day"], "date"),
    Declared("fx_effect", LABELS["fx_effect"], "change", in_target=True),
)
FINDINGS_COUNTED: Final = (
    Declared("finding", LABELS["finding"], "text"),
    CURRENCY,
    Declared("contracts", LABELS["contracts"], "count"),
    Declared("mrr", LABELS["mrr"], "money"),
    Declared("what_to_do", LABELS["what_to_do"], "text"),
)
FINDINGS: Final = (
    Declared("finding", LABELS["finding"], "text"),
    CURRENCY,
    Declared("contract", LABELS["contract"], "id"),
    Declared("client", LABELS["client"], "name"),
    Declared("other_contract", LABELS["other_contract"], "text"),
    Declared("happened_on", LABELS["happened_on"], "date"),
    Declared("mrr", LABELS["mrr"], "money"),
)
LINES: Final = (
    CURRENCY,
    Declared("contract", LABELS["contract"], "id"),
    Declared("line", LABELS["line"], "text"),
    Declared("product", LABELS["product"], "name"),
    Declared("quantity", LABELS["quantity"], "number"),
    Declared("unit_price", LABELS["unit_price"], "price"),
    Declared("billing_months", LABELS["billing_months"], "count"),
    Declared("recurring", LABELS["recurring"], "text"),
    Declared("discount_now", LABELS["discount_now"], "percent"),
    Declared("discount_then", LABELS["discount_then"], "percent"),
    Declared("list_price", LABELS["list_price"], "price"),
    Declared("line_mrr", LABELS["line_mrr"], "price"),
)


def retention(found: Sequence[Figures], cells: Cells) -> FinanceTable:
    """GRR and NRR of the clients that open the period with MRR: one row per currency and scenario."""
    lines = [
        _retention(each.currency, cells.say(finance_words.SCENARIOS[scenario]), each.retention[scenario])
        for each in found
        for scenario in rules.SCENARIOS
        if scenario in each.retention
    ]
    return written("retention", RETENTION, lines, cells)


def _retention(currency: str, scenario: str, own: Row) -> Line:
    shares = {"grr": retention_share(own), "nrr": retention_share(own, net=True)}
    amounts = {name: own[name] for name in COHORT}
    return Line({"currency": currency, "scenario": scenario, **amounts, **shares}, currency=currency)


def renewal_rates(frame: pl.DataFrame, cells: Cells) -> FinanceTable:
    """The renewal probability of each segment, and what it rests on."""
    rows = frame.sort("currency", "subscription_term_months").iter_rows(named=True)
    return written("rates", RATES, (_rate(row, cells) for row in rows), cells, note=_history(frame, cells))


def _rate(row: Row, cells: Cells) -> Line:
    return Line(
        {
            "currency": row["currency"],
            "term": cells.formats.count(terms.MONTHS, row["subscription_term_months"]),
            "renewals": row["renewals"],
            "renewed": row["renewed"],
            "probability": row["renewal_probability"],
            "error": row["probability_error"],
            "overall": row["overall_rate"],
        },
        currency=row["currency"],
    )


def _history(frame: pl.DataFrame, cells: Cells) -> str:
    if frame.is_empty():
        return ""
    first = frame.row(0, named=True)
    share = cells.formats.share(first["overall_rate"])
    if not first["overall_renewals"]:
        return cells.say(finance_words.TEXTS["no_history"], share=share)
    count = cells.formats.number(first["overall_renewals"])
    return cells.say(finance_words.TEXTS["history"], share=share, count=count)


def rivals(found: Sequence[Figures], cells: Cells) -> FinanceTable:
    """Our MRR beside other published definitions, and by how much each differs."""
    names = finance_words.RIVALS
    lines = [_rival(name, cells.say(label), each) for each in found for name, label in names.items()]
    return written("rivals", DEFINITIONS_OF_MRR, lines, cells)


def _rival(name: str, label: str, each: Figures) -> Line:
    amount, ours = each.rivals[name], each.rivals["current_mrr"]
    values = {"currency": each.currency, "figure": label, "amount": amount, "difference": amount - ours}
    return Line(values, currency=each.currency, look="total" if name == "current_mrr" else "")


def currencies(found: Sequence[Figures], cells: Cells) -> FinanceTable:
    """The rate of each currency, current MRR at it, and what its movement did, on a line of its own."""
    lines = [_currency(each, cells.say(LABELS["without_rate"])) for each in found]
    if lines:
        lines.append(_every_currency(found, cells.say(LABELS["total"])))
    return written("currencies", CURRENCIES, lines, cells, note=missing_rates(found, cells))


def _currency(each: Figures, missing: str) -> Line:
    rate, before = each.fx["fx_rate"], each.fx["compared_rate"]
    return Line(
        {
            "currency": each.currency,
            "current_mrr": each.bridge["current_mrr"],
            "rate": missing if rate is None else rate,
            "rate_day": each.fx["fx_rate_date"],
            "converted": each.converted(each.bridge["current_mrr"]),
            "rate_before": missing if before is None else before,
            "rate_before_day": each.fx["compared_rate_date"],
            "fx_effect": each.fx_effect,
        },
        currency=each.currency,
    )


def _every_currency(found: Sequence[Figures], label: str) -> Line:
    """The sum of the converted amounts above."""
    nothing = Decimal(0)
    sums = {
        "converted": sum((each.converted(each.bridge["current_mrr"]) or nothing for each in found), nothing),
        "fx_effect": sum((each.fx_effect or nothing for each in found), nothing),
    }
    blank: dict[str, Value] = dict.fromkeys((column.name for column in CURRENCIES), "")
    formulas = dict.fromkeys(sums, ("above", len(found)))
    return Line({**blank, "currency": label, **sums}, look="total", formulas=formulas)


def missing_rates(found: Sequence[Figures], cells: Cells) -> str:
    """The currencies that are in no converted figure; "" when every one has a rate."""
    names = [each.currency for each in found if each.fx["fx_rate"] is None]
    if not names:
        return ""
    return cells.say(finance_words.TEXTS["missing_rates"], target=cells.target, currencies=cells.say(", ").join(names))


def findings_counted(frame: pl.DataFrame, cells: Cells) -> FinanceTable:
    """How many contracts each finding concerns and with what MRR, and what to do."""
    lines = (_counted(row, cells) for row in frame.iter_rows(named=True))
    title = cells.say(finance_words.SECTIONS["findings"])
    return written("findings_counted", FINDINGS_COUNTED, lines, cells, title=title)


def _counted(row: Row, cells: Cells) -> Line:
    return Line(
        {
            "finding": cells.say(finance_words.FINDINGS[row["finding"]]),
            "currency": row["currency"],
            "contracts": row["contracts"],
            "mrr": row["mrr"],
            "what_to_do": cells.say(finance_words.WHAT_TO_DO[row["finding"]]),
        },
        currency=row["currency"],
    )


def findings(frame: pl.DataFrame, cells: Cells) -> FinanceTable:
    """The contracts that findings concern."""
    return written("findings", FINDINGS, (_finding(row, cells) for row in frame.iter_rows(named=True)), cells)


def _finding(row: Row, cells: Cells) -> Line:
    return Line(
        {
            "finding": cells.say(finance_words.FINDINGS[row["finding"]]),
            "currency": row["currency"],
            "contract": row["contract_id"],
            "client": row["client_name"] or row["hub_id"],
            "other_contract": row["other_contract_id"],
            "happened_on": row["happened_on"],
            "mrr": row["mrr"],
        },
        currency=row["currency"],
        partner=partner_key(row["partner_id"]),
    )


def lines(frame: pl.DataFrame, currency_of: dict[str, str], cells: Cells) -> FinanceTable:
    """The contract lines behind the bars, in the order of their contracts."""
    every = [_line(row, currency_of[row["contract_id"]], cells) for row in frame.iter_rows(named=True)]
    return written("lines", LINES, every, cells, note=cells.say(finance_words.TEXTS["lines_note"]) if every else "")


def _line(row: Row, currency: str, cells: Cells) -> Line:
    return Line(
        {
            "currency": currency,
            "contract": row["contract_id"],
            "line": row["line_id"],
            "product": row["product_name"],
            "quantity": row["quantity"],
            "unit_price": row["unit_price"],
            "billing_months": row["billing_months"],
            "recurring": cells.say(LABELS["yes" if row["is_recurring"] else "no"]),
            "discount_now": row["discount_now"],
            "discount_then": row["discount_then"],
            "list_price": row["list_price_then"],
            "line_mrr": row["line_mrr_now"],
        },
        currency=currency,
        contract=row["contract_id"],
    )
