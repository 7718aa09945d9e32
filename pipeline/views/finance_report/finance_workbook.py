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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.views import terms
from pipeline.views.finance_report import currency_tables, finance_words, listings
from pipeline.views.finance_report.currency_figures import BRIDGE, CAUSES, CLOSINGS, STATUSES, Figures
from pipeline.views.finance_report.currency_tables import LABELS, is_balance
from pipeline.views.finance_report.declared_tables import CURRENCY, Declared, Line, written
from pipeline.views.finance_report.finance_cells import Cells, FinanceTable, Formula
from pipeline.views.partner_workbook import MoneyCodes, codes_by_currency, day_code, month_code

BRIDGE_SHEET: Final = (
    CURRENCY,
    Declared("cause", LABELS["cause"], "text"),
    Declared("amount", LABELS["amount"], "money"),
    Declared("converted", LABELS["converted"], "money", ("times", "amount", "rate"), in_target=True),
    Declared("rate", LABELS["rate"], "number"),
    Declared("rate_day", LABELS["rate_day"], "date"),
)
DEFINITIONS: Final = (
    Declared("term", terms.WORKBOOK["term"], "text"),
    Declared("meaning", terms.WORKBOOK["meaning"], "long"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title, its table, and what stands above that (pairs of a term and a text)."""

    name: str
    title: str
    table: FinanceTable
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FinanceWorkbook:
    """Sheets in their order, format codes, and the labels that formulas look up, by kind of label and name."""

    sheets: tuple[Sheet, ...]
    day_code: str
    month_code: str
    money_codes: dict[str, MoneyCodes]
    labels: dict[str, dict[str, str]]


def finance_workbook(
    tables: dict[str, FinanceTable], found: Sequence[Figures], facts: tuple[tuple[str, str], ...], cells: Cells
) -> FinanceWorkbook:
    """The workbook. `tables`: the report's own, by name; `facts`: what stands above the summary."""
    formats, every = cells.formats, tables | _sheet_tables(tables, found, cells)
    currencies = {each.currency for each in found} | {each.target for each in found} | _named(tables)
    words = {
        "bars": finance_words.BRIDGE,
        "rivals": finance_words.RIVALS,
        "scenarios": finance_words.SCENARIOS,
    }
    return FinanceWorkbook(
        sheets=tuple(
            Sheet(name, title, every[name], facts if name == "summary" else ())
            for name, title in formats.say_all(finance_words.SHEETS).items()
            if every[name].columns
        ),
        day_code=day_code(formats.locale),
        month_code=month_code(formats.locale),
        money_codes=codes_by_currency(formats, currencies),
        labels={kind: formats.say_all(named) for kind, named in words.items()},
    )


def _sheet_tables(tables: dict[str, FinanceTable], found: Sequence[Figures], cells: Cells) -> dict[str, FinanceTable]:
    """The tables that only the workbook has, or has of all currencies together."""
    by_month = [currency_tables.months(each, cells, name) for each in found for name in finance_words.SCENARIOS]
    return {
        "summary": tables["overview"],
        "bridge": bridge_sheet(found, cells),
        "projection": _joined(by_month),
        "statuses": _joined(currency_tables.statuses(each, cells) for each in found),
        "wall": _joined(currency_tables.wall(each, cells, bases=tuple(STATUSES)) for each in found),
        "clients": _joined(listings.clients(each, cells) for each in found),
        "definitions": definitions(cells),
    }


def _named(tables: dict[str, FinanceTable]) -> set[str]:
    return {row.currency for table in tables.values() for row in table.rows if row.currency}


def _joined(parts: Iterable[FinanceTable]) -> FinanceTable:
    """Tables with equal columns as one; an empty one of no tables."""
    every = list(parts)
    if not every:
        return FinanceTable("", "", (), ())
    return replace(every[0], rows=tuple(row for table in every for row in table.rows))


def bridge_sheet(found: Sequence[Figures], cells: Cells) -> FinanceTable:
    """The bars of every currency, each a formula over the contracts, and what they are in the reporting currency."""
    lines = [_bar(name, cells.say(finance_words.BRIDGE[name]), each) for each in found for name in BRIDGE]
    return written("bridge", BRIDGE_SHEET, lines, cells)


def _bar(name: str, label: str, each: Figures) -> Line:
    kind = "money" if is_balance(name) else "change"
    return Line(
        {
            "currency": each.currency,
            "cause": label,
            "amount": each.bridge[name],
            "converted": each.converted(each.bridge[name]),
            "rate": each.fx["fx_rate"],
            "rate_day": each.fx["fx_rate_date"],
        },
        currency=each.currency,
        look="total" if is_balance(name) else "part",
        formulas={"amount": _formula(name)},
        kinds={"amount": kind, "converted": kind},
    )


def _formula(name: str) -> Formula:
    """A balance adds up the rows above it; the opening and every cause come from the contracts."""
    if name == "settled_mrr":
        return ("above", 1 + len(CAUSES))
    if name in CLOSINGS:
        pending = f"pending_{name.removesuffix('_mrr')}"
        return ("add", (("+", ("bar", "settled_mrr")), ("+", ("bar", pending))))
    return ("contracts", name)


def definitions(cells: Cells) -> FinanceTable:
    """What every figure means."""
    lines = [Line({"term": "MRR", "meaning": cells.say(finance_words.TEXTS["note"])})]
    lines += [
        Line({"term": cells.say(term), "meaning": finance_words.definition(text, cells.formats)})
        for term, text in finance_words.DEFINITIONS.items()
    ]
    return written("definitions", DEFINITIONS, lines, cells)
