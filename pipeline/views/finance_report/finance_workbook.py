"""What finance's workbook holds: its sheets in order, the tables on them, and how a spreadsheet works out totals.

A cell's `formula` is said in these terms, which `render.finance_xlsx` turns into addresses; none of them holds a text
of the export:
- `("sum", signs)` over columns of its own row, `("above", n)` over the n cells above it, `("times", a, b)` and
  `("difference", a, b)` of two columns of its row, rounded;
- `("ratio", signs, column)`: a sum of columns of its row divided by another one;
- `("sumifs", sheet, column, scenario, *which)`: the rows of a sheet with the currency of its own row, that scenario
  (`""`: any) and month (`("is", day)` or `("before", day)`);
- `("contracts", name)`: that amount of all contracts of its currency; `("bar", name)`, `("rival", name)`, `("bridge",
  name)`: the row of the sheet bridge, or of the other definitions, with its currency and that label;
- `("grr" | "nrr", scenario)`: the row of the sheet retention; `("add", signs and terms)`.
"""

from __future__ import annotations

from typing import Any

from pipeline.views import terms
from pipeline.views.finance_report import currency_tables, finance_words, listings
from pipeline.views.finance_report.currency_figures import BRIDGE, CAUSES, CLOSINGS, STATUSES, Figures
from pipeline.views.finance_report.finance_cells import Cells, Row, Table, row, table
from pipeline.views.partner_workbook import day_code, money_codes, month_code

L = finance_words.LABELS


def workbook(
    everything: dict[str, Table], found: list[Figures], facts: list[tuple[str, str]], cells: Cells
) -> dict[str, Any]:
    """`sheets` (name, title, table, facts above it), format codes, and the labels that formulas look up.

    `everything`: the report's tables; `facts`: what stands above the summary.
    """
    formats = cells.formats
    sheets = {
        **everything,
        "summary": everything["overview"],
        "bridge": bridge_sheet(found, cells),
        "projection": _joined(
            currency_tables.months(each, cells, name) for each in found for name in finance_words.SCENARIOS
        ),
        "statuses": _joined(currency_tables.statuses(each, cells) for each in found),
        "wall": _joined(currency_tables.wall(each, cells, bases=tuple(STATUSES)) for each in found),
        "clients": _joined(listings.clients(each, cells) for each in found),
        "definitions": definitions(cells),
    }
    currencies = sorted({each.currency for each in found} | {each.target for each in found} | _named(everything))
    return {
        "sheets": [
            {
                "name": name,
                "title": title,
                "table": sheets[name],
                "facts": facts if name == "summary" else [],
            }
            for name, title in formats.say_all(finance_words.SHEETS).items()
            if sheets[name]["columns"]
        ],
        "day_code": day_code(formats.locale),
        "month_code": month_code(formats.locale),
        "money_codes": {currency: money_codes(formats, currency) for currency in currencies},
        "bars": formats.say_all(finance_words.BRIDGE),
        "rivals": formats.say_all(finance_words.RIVALS),
        "scenarios": formats.say_all(finance_words.SCENARIOS),
    }


def _named(everything: dict[str, Table]) -> set[str]:
    return {row["currency"] for each in everything.values() for row in each["rows"] if row["currency"]}


def _joined(parts: Any) -> Table:
    """Tables with equal columns as one; an empty one of no tables."""
    every = list(parts)
    if not every:
        return table("", "", [], [])
    return {**every[0], "rows": [row for each in every for row in each["rows"]]}


def bridge_sheet(found: list[Figures], cells: Cells) -> Table:
    """The bars of every currency, each a formula over the contracts, and what they are in the reporting currency."""
    say = cells.formats.say
    target = found[0].target if found else ""
    rows: list[Row] = []
    for each in found:
        for name in BRIDGE:
            amount, is_balance = each.bridge[name], name.endswith("_mrr")
            write = cells.money if is_balance else cells.change
            rows.append(
                row(
                    [
                        cells.text(each.currency),
                        cells.text(say(finance_words.BRIDGE[name])),
                        write(amount, each.currency, _formula(name)),
                        write(each.converted(amount), target, ("times", "amount", "rate")),
                        cells.number(each.fx["fx_rate"]),
                        cells.day(each.fx["fx_rate_date"]),
                    ],
                    currency=each.currency,
                    look="total" if is_balance else "part",
                )
            )
    return table(
        "bridge",
        say(finance_words.SECTIONS["bridge"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("cause", say(L["cause"]), "text"),
            ("amount", say(L["amount"]), "money"),
            ("converted", say(L["converted"], currency=target), "money"),
            ("rate", say(L["rate"]), "number"),
            ("rate_day", say(L["rate_day"]), "date"),
        ],
        rows,
    )


def _formula(name: str) -> Any:
    """A balance adds up the rows above it; the opening and every cause come from the contracts."""
    if name == "settled_mrr":
        return ("above", 1 + len(CAUSES))
    if name in CLOSINGS:
        pending = f"pending_{name.removesuffix('_mrr')}"
        return ("add", (("+", ("bar", "settled_mrr")), ("+", ("bar", pending))))
    return ("contracts", name)


def definitions(cells: Cells) -> Table:
    """What every figure means."""
    formats = cells.formats
    rows = [
        row(
            [
                cells.text(formats.say(term)),
                cells.text(finance_words.definition(text, formats)),
            ]
        )
        for term, text in finance_words.DEFINITIONS.items()
    ]
    return table(
        "definitions",
        formats.say(finance_words.SECTIONS["definitions"]),
        [
            ("term", formats.say(terms.WORKBOOK["term"]), "text"),
            ("meaning", formats.say(terms.WORKBOOK["meaning"]), "long"),
        ],
        [row([cells.text("MRR"), cells.text(formats.say(finance_words.TEXTS["note"]))]), *rows],
    )
