"""Cells and tables of finance's report: each value as the text that every surface shows, and the exact value behind it.

A cell is `text`, `value` (exact text of a decimal, ISO day, number; "" where there is none), `kind` and `currency`. A
cell that a spreadsheet can work out has `formula`, in the terms of `finance_workbook`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, Final

from pipeline.views.locale_formats import EMPTY, Formats

Cell = dict[str, Any]
Row = dict[str, Any]
Table = dict[str, Any]

NUMBERS: Final = ("money", "change", "count", "share", "number")
"""Kinds that stand flush right."""


class Cells:
    """Makes cells in one locale."""

    def __init__(self, formats: Formats) -> None:
        self.formats = formats

    def text(self, value: object) -> Cell:
        """A text as it stands."""
        shown = EMPTY if value is None or value == "" else str(value)
        return {"text": shown, "value": "" if value is None else str(value), "kind": "text", "currency": ""}

    def money(self, value: Decimal | None, currency: str, formula: Any = None) -> Cell:
        """An amount."""
        return _cell(self.formats.money(value, currency), value, "money", currency, formula)

    def change(self, value: Decimal | None, currency: str, formula: Any = None) -> Cell:
        """A change of an amount, with its sign."""
        return _cell(self.formats.money_change(value, currency), value, "change", currency, formula)

    def count(self, value: int, formula: Any = None) -> Cell:
        """How many."""
        return {"text": self.formats.number(value), "value": value, "kind": "count", "currency": ""} | _made(formula)

    def share(self, value: Decimal | None, formula: Any = None) -> Cell:
        """A share of 1, shown in percent."""
        return _cell(self.formats.share(value), value, "share", "", formula)

    def number(self, value: Decimal | None) -> Cell:
        """A rate, a quantity, a percentage: every digit."""
        return _cell(EMPTY if value is None else self.formats.number(_trimmed(value)), value, "number", "")

    def percent(self, value: Decimal) -> Cell:
        """A percentage that is written as one, 0 to 100."""
        return _cell(self.formats.percent(_trimmed(value)), value, "number", "")

    def price(self, value: Decimal | None, currency: str) -> Cell:
        """A price per unit with all its decimals."""
        shown = EMPTY if value is None else self.formats.price(_trimmed(value), currency)
        return _cell(shown, value, "number", currency)

    def day(self, value: date | None) -> Cell:
        """A calendar day."""
        return {"text": self.formats.day(value), "value": value.isoformat() if value else "", "kind": "date"} | _plain()

    def month(self, value: date) -> Cell:
        """A month."""
        return {"text": self.formats.month(value), "value": value.isoformat(), "kind": "month"} | _plain()


def _trimmed(value: Decimal) -> Decimal:
    with localcontext(prec=60):
        return value.normalize()


def _plain() -> Cell:
    return {"currency": ""}


def _made(formula: Any) -> Cell:
    return {} if formula is None else {"formula": formula}


def _cell(text: str, value: Decimal | None, kind: str, currency: str, formula: Any = None) -> Cell:
    # A column that may or may not be a number is still one kind: the empty cell has no value.
    shown = "" if value is None else f"{value:f}"
    return {"text": text, "value": shown, "kind": kind, "currency": currency} | _made(formula)


def table(
    name: str, title: str, columns: Iterable[tuple[str, str, str]], rows: list[Row], *, note: str = "", more: str = ""
) -> Table:
    """A table: `columns` are (name, label, kind), `rows` what `row` gives."""
    heads = [
        {"name": each, "label": label, "kind": "number" if kind in NUMBERS else kind} for each, label, kind in columns
    ]
    return {"name": name, "title": title, "columns": heads, "rows": rows, "note": note, "more": more}


def row(cells: list[Cell], *, currency: str = "", partner: str = "", look: str = "", **facts: Any) -> Row:
    """A row. `look`: `total`, `part` or plain; `currency` and `partner` are what the page filters by."""
    return {"cells": cells, "currency": currency, "partner": partner, "look": look, **facts}


def partner_key(partner_id: str | None) -> str:
    """What the page filters a partner's rows by; nobody's clients have a key of their own."""
    return "-" if partner_id is None else f"={partner_id}"


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum of amounts of up to 38 digits."""
    with localcontext(prec=60):
        return sum(amounts, Decimal(0))


def part_of(amount: Decimal, whole: Decimal) -> Decimal | None:
    """amount / whole with 6 decimals, rounded half up; None where the whole is 0."""
    if not whole:
        return None
    with localcontext(prec=80):
        millionths = amount * 10**6 / whole
        return Decimal(int(millionths + (Decimal("0.5") if millionths >= 0 else Decimal("-0.5")))) / 10**6
