"""The tables of finance's report that put figures beside one another: retention, rates, other definitions, findings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from pipeline import rules
from pipeline.views import terms
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import Figures, retention_share
from pipeline.views.finance_report.finance_cells import Cells, Row, Table, partner_key, row, table

L = finance_words.LABELS
_COHORT = ("opening", "expansion", "contraction", "churn")


def retention(found: list[Figures], cells: Cells) -> Table:
    """GRR and NRR of the clients that open the period with MRR: one row per currency and scenario."""
    say = cells.formats.say
    lost = (("+", "opening"), ("-", "contraction"), ("-", "churn"))
    rows = []
    for each in found:
        for scenario in rules.SCENARIOS:
            own = each.retention.get(scenario)
            if own is None:
                continue
            rows.append(
                row(
                    [
                        cells.text(each.currency),
                        cells.text(say(finance_words.SCENARIOS[scenario])),
                        *(cells.money(own[name], each.currency) for name in _COHORT),
                        cells.share(retention_share(own), ("ratio", lost, "opening")),
                        cells.share(retention_share(own, net=True), ("ratio", (*lost, ("+", "expansion")), "opening")),
                    ],
                    currency=each.currency,
                )
            )
    return table(
        "retention",
        say(finance_words.SECTIONS["retention"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("scenario", say(L["scenario"]), "text"),
            *((name, say(finance_words.MOVEMENTS[name]), "money") for name in _COHORT),
            ("grr", say(L["grr"]), "share"),
            ("nrr", say(L["nrr"]), "share"),
        ],
        rows,
    )


def renewal_rates(frame: pl.DataFrame, cells: Cells) -> Table:
    """The renewal probability of each segment, and what it rests on."""
    say, formats = cells.formats.say, cells.formats
    rows = [
        row(
            [
                cells.text(each["currency"]),
                cells.text(formats.count(terms.MONTHS, each["subscription_term_months"])),
                cells.count(each["renewals"]),
                cells.count(each["renewed"]),
                cells.share(each["renewal_probability"]),
                cells.share(each["probability_error"]),
                cells.share(each["overall_rate"]),
            ],
            currency=each["currency"],
        )
        for each in frame.sort("currency", "subscription_term_months").iter_rows(named=True)
    ]
    return table(
        "rates",
        say(finance_words.SECTIONS["rates"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("term", say(terms.COLUMNS["subscription_term_months"]), "text"),
            ("renewals", say(L["renewals"]), "count"),
            ("renewed", say(L["renewed"]), "count"),
            ("probability", say(L["probability"]), "share"),
            ("error", say(L["error"]), "share"),
            ("overall", say(L["overall"]), "share"),
        ],
        rows,
        note=_history(frame, cells),
    )


def _history(frame: pl.DataFrame, cells: Cells) -> str:
    if frame.is_empty():
        return ""
    first = frame.row(0, named=True)
    share = cells.formats.share(first["overall_rate"])
    if not first["overall_renewals"]:
        return cells.formats.say(finance_words.TEXTS["no_history"], share=share)
    return cells.formats.say(
        finance_words.TEXTS["history"], share=share, count=cells.formats.number(first["overall_renewals"])
    )


def rivals(found: list[Figures], cells: Cells) -> Table:
    """Our MRR beside other published definitions, and by how much each differs."""
    say = cells.formats.say
    rows = []
    for each in found:
        for name, label in finance_words.RIVALS.items():
            amount = each.rivals[name]
            rows.append(
                row(
                    [
                        cells.text(each.currency),
                        cells.text(say(label)),
                        cells.money(amount, each.currency),
                        cells.change(amount - each.rivals["current_mrr"], each.currency),
                    ],
                    currency=each.currency,
                    look="total" if name == "current_mrr" else "",
                )
            )
    return table(
        "rivals",
        say(finance_words.SECTIONS["rivals"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("figure", say(L["figure"]), "text"),
            ("amount", say(L["amount"]), "money"),
            ("difference", say(L["difference"]), "money"),
        ],
        rows,
    )


def currencies(found: list[Figures], cells: Cells) -> Table:
    """The rate of each currency, current MRR at it, and what its movement did, on a line of its own."""
    say = cells.formats.say
    target = found[0].target if found else ""
    rows: list[Row] = []
    sums: dict[str, Decimal] = {"converted": Decimal(0), "effect": Decimal(0)}
    for each in found:
        amount = each.converted(each.bridge["current_mrr"])
        sums["converted"] += amount or 0
        sums["effect"] += each.fx_effect or 0
        missing: Any = cells.text(say(L["without_rate"]))
        rows.append(
            row(
                [
                    cells.text(each.currency),
                    cells.money(each.bridge["current_mrr"], each.currency),
                    missing if each.fx["fx_rate"] is None else cells.number(each.fx["fx_rate"]),
                    cells.day(each.fx["fx_rate_date"]),
                    cells.money(amount, target, ("times", "current_mrr", "rate")),
                    missing if each.fx["compared_rate"] is None else cells.number(each.fx["compared_rate"]),
                    cells.day(each.fx["compared_rate_date"]),
                    cells.change(each.fx_effect, target),
                ],
                currency=each.currency,
            )
        )
    if rows:
        above = ("above", len(rows))
        blank = cells.text("")
        own = [cells.text(say(L["total"])), blank, blank, blank, cells.money(sums["converted"], target, above), blank]
        rows.append(row([*own, blank, cells.change(sums["effect"], target, above)], look="total"))
    return table(
        "currencies",
        say(finance_words.SECTIONS["currencies"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("current_mrr", say(finance_words.BRIDGE["current_mrr"]), "money"),
            ("rate", say(L["rate"]), "number"),
            ("rate_day", say(L["rate_day"]), "date"),
            ("converted", say(L["converted_current"], currency=target), "money"),
            ("rate_before", say(L["rate_before"]), "number"),
            ("rate_before_day", say(L["rate_day"]), "date"),
            ("fx_effect", say(L["fx_effect"]), "money"),
        ],
        rows,
        note=missing_rates(found, cells),
    )


def missing_rates(found: list[Figures], cells: Cells) -> str:
    """The currencies that are in no converted figure; "" when every one has a rate."""
    names = [each.currency for each in found if each.fx["fx_rate"] is None]
    if not names:
        return ""
    say = cells.formats.say
    return say(finance_words.TEXTS["missing_rates"], target=found[0].target, currencies=say(", ").join(names))


def findings(counted: pl.DataFrame, frame: pl.DataFrame, cells: Cells) -> tuple[Table, Table]:
    """How many contracts each finding concerns and with what MRR, and the contracts."""
    say = cells.formats.say
    sums = [
        row(
            [
                cells.text(say(finance_words.FINDINGS[each["finding"]])),
                cells.text(each["currency"]),
                cells.count(each["contracts"]),
                cells.money(each["mrr"], each["currency"]),
                cells.text(say(finance_words.WHAT_TO_DO[each["finding"]])),
            ],
            currency=each["currency"],
        )
        for each in counted.iter_rows(named=True)
    ]
    rows = [
        row(
            [
                cells.text(say(finance_words.FINDINGS[each["finding"]])),
                cells.text(each["currency"]),
                cells.text(each["contract_id"]),
                cells.text(each["client_name"] or each["hub_id"]),
                cells.text(each["other_contract_id"]),
                cells.day(each["happened_on"]),
                cells.money(each["mrr"], each["currency"]),
            ],
            currency=each["currency"],
            partner=partner_key(each["partner_id"]),
        )
        for each in frame.iter_rows(named=True)
    ]
    heads = [("finding", say(L["finding"]), "text"), ("currency", say(terms.COLUMNS["currency"]), "text")]
    summed = table(
        "findings_counted",
        say(finance_words.SECTIONS["findings"]),
        [
            *heads,
            ("contracts", say(L["contracts"]), "count"),
            ("mrr", say(L["mrr"]), "money"),
            ("what_to_do", say(L["what_to_do"]), "text"),
        ],
        sums,
    )
    listed = table(
        "findings",
        say(finance_words.SECTIONS["findings"]),
        [
            *heads,
            ("contract", say(L["contract"]), "id"),
            ("client", say(L["client"]), "name"),
            ("other_contract", say(L["other_contract"]), "text"),
            ("happened_on", say(L["happened_on"]), "date"),
            ("mrr", say(L["mrr"]), "money"),
        ],
        rows,
    )
    return summed, listed


def lines(frame: pl.DataFrame, currency_of: dict[str, str], cells: Cells) -> Table:
    """The contract lines behind the bars, in the order of their contracts."""
    say = cells.formats.say
    rows = []
    for each in frame.iter_rows(named=True):
        code = currency_of[each["contract_id"]]
        rows.append(
            row(
                [
                    cells.text(code),
                    cells.text(each["contract_id"]),
                    cells.text(each["line_id"]),
                    cells.text(each["product_name"]),
                    cells.number(each["quantity"]),
                    cells.price(each["unit_price"], code),
                    cells.count(each["billing_months"]),
                    cells.text(say(L["yes"] if each["is_recurring"] else L["no"])),
                    cells.percent(each["discount_now"]),
                    cells.percent(each["discount_then"]),
                    cells.price(each["list_price_then"], code),
                    cells.price(each["line_mrr_now"], code),
                ],
                currency=code,
                contract=each["contract_id"],
            )
        )
    return table(
        "lines",
        say(finance_words.SECTIONS["lines"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("contract", say(L["contract"]), "id"),
            ("line", say(L["line"]), "text"),
            ("product", say(L["product"]), "name"),
            ("quantity", say(L["quantity"]), "number"),
            ("unit_price", say(L["unit_price"]), "number"),
            ("billing_months", say(L["billing_months"]), "count"),
            ("recurring", say(L["recurring"]), "text"),
            ("discount_now", say(L["discount_now"]), "number"),
            ("discount_then", say(L["discount_then"]), "number"),
            ("list_price", say(L["list_price"]), "number"),
            ("line_mrr", say(L["line_mrr"]), "number"),
        ],
        rows,
        note=say(finance_words.TEXTS["lines_note"]) if rows else "",
    )
