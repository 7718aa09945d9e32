"""The tables of finance's report that list clients, partners and contracts, each with its bridge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline.views import terms
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import BRIDGE, CAUSES, CLOSINGS, PENDING, Figures
from pipeline.views.finance_report.currency_tables import status_label
from pipeline.views.finance_report.finance_cells import Cells, Row, Table, part_of, partner_key, row, table, total
from pipeline.views.locale_formats import Formats

L = finance_words.LABELS


def clients(each: Figures, cells: Cells) -> Table:
    """The clients with the largest MRR, what each holds of it, and what the ones so far hold together."""
    say, code = cells.formats.say, each.currency
    whole, held = each.bridge["current_mrr"], Decimal(0)
    rows = []
    for client in each.clients:
        held += client["current_mrr"]
        rows.append(
            row(
                [
                    cells.text(code),
                    cells.text(client["client_name"] or client["hub_id"]),
                    cells.money(client["current_mrr"], code),
                    cells.share(part_of(client["current_mrr"], whole)),
                    cells.share(part_of(held, whole)),
                    cells.money(client["expected_mrr"], code),
                ],
                currency=code,
                partner=partner_key(client["partner_id"]),
            )
        )
    note = say(
        finance_words.TEXTS["top_clients"],
        count=cells.formats.number(len(rows)),
        share=cells.formats.share(part_of(held, whole)),
    )
    return table(
        "clients",
        say(finance_words.SECTIONS["clients"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("client", say(L["client"]), "name"),
            ("current_mrr", say(finance_words.BRIDGE["current_mrr"]), "money"),
            ("share", say(L["share"]), "share"),
            ("share_added", say(L["share_added"]), "share"),
            ("expected_mrr", say(finance_words.BRIDGE["expected_mrr"]), "money"),
        ],
        rows,
        note=note if rows else "",
    )


def partners(found: list[Figures], cells: Cells) -> Table:
    """Every partner and currency with its bridge; where there are very many, the others as one row per currency."""
    say = cells.formats.say
    names = BRIDGE
    rows = []
    for each in found:
        shown = each.partners
        for partner in shown:
            rows.append(
                row(
                    [
                        cells.text(each.currency),
                        cells.text(_partner_name(partner, cells.formats)),
                        cells.text(partner["partner_id"]),
                        cells.count(partner["clients"]),
                        cells.count(partner["contracts"]),
                        cells.share(part_of(partner["current_mrr"], each.bridge["current_mrr"])),
                        *(_bar(name, partner[name], each.currency, cells) for name in names),
                    ],
                    currency=each.currency,
                    partner=partner_key(partner["partner_id"]),
                )
            )
        missing = each.contracts - sum(partner["contracts"] for partner in shown)
        if missing:
            rest = {name: each.bridge[name] - total(partner[name] for partner in shown) for name in names}
            rows.append(
                row(
                    [
                        cells.text(each.currency),
                        cells.text(say(L["others"], count=cells.formats.number(missing))),
                        cells.text(""),
                        cells.text(""),
                        cells.count(missing),
                        cells.share(part_of(rest["current_mrr"], each.bridge["current_mrr"])),
                        *(_bar(name, rest[name], each.currency, cells) for name in names),
                    ],
                    currency=each.currency,
                    look="rest",
                )
            )
    return table(
        "partners",
        say(finance_words.SECTIONS["partners"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("partner", say(L["partner"]), "name"),
            ("partner_id", say(L["partner_id"]), "text"),
            ("clients", say(L["clients"]), "count"),
            ("contracts", say(L["contracts"]), "count"),
            ("share", say(L["share"]), "share"),
            *((name, say(finance_words.BRIDGE[name]), "money") for name in names),
        ],
        rows,
    )


def _bar(name: str, amount: Decimal, currency: str, cells: Cells) -> Any:
    if name == "settled_mrr":
        return cells.money(amount, currency, ("sum", tuple(("+", part) for part in ("current_mrr", *CAUSES))))
    if name in CLOSINGS:
        scenario = name.removesuffix("_mrr")
        return cells.money(amount, currency, ("sum", (("+", "settled_mrr"), ("+", f"pending_{scenario}"))))
    return cells.money(amount, currency) if name == "current_mrr" else cells.change(amount, currency)


def _partner_name(found: Row, formats: Formats) -> str:
    if found["partner_id"] is None:
        return formats.say(L["no_partner"])
    return str(found["partner_name"] or found["partner_id"])


def contracts(found: list[Row], rest: list[Row], cells: Cells) -> Table:
    """Contracts with every part of their bridge; `rest`: per currency what the contracts left out add up to."""
    say = cells.formats.say
    rows = [
        row(
            [
                cells.text(each["currency"]),
                cells.text(each["contract_id"]),
                cells.text(each["client_name"] or each["hub_id"]),
                cells.text(_partner_name(each, cells.formats)),
                cells.day(each["renewal_start_date"]),
                cells.text(status_label(each["renewal_basis"], cells.formats)),
                *(_bar(name, each[name], each["currency"], cells) for name in BRIDGE),
            ],
            currency=each["currency"],
            partner=partner_key(each["partner_id"]),
            basis=each["renewal_basis"] or "",
            bars=[name for name in (*CAUSES, *PENDING) if each[name]],
            contract=each["contract_id"],
        )
        for each in found
    ]
    for each in rest:
        rows.append(
            row(
                [
                    cells.text(each["currency"]),
                    cells.text(say(L["others"], count=cells.formats.number(each["contracts"]))),
                    *(cells.text("") for _ in range(4)),
                    *(_bar(name, each[name], each["currency"], cells) for name in BRIDGE),
                ],
                currency=each["currency"],
                look="rest",
            )
        )
    return table(
        "contracts",
        say(finance_words.SECTIONS["contracts"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("contract", say(L["contract"]), "id"),
            ("client", say(L["client"]), "name"),
            ("partner", say(L["partner"]), "text"),
            ("renewal_start_date", say(terms.COLUMNS["renewal_start_date"]), "date"),
            ("status", say(L["next_renewal"]), "text"),
            *((name, say(finance_words.BRIDGE[name]), "money") for name in BRIDGE),
        ],
        rows,
    )
