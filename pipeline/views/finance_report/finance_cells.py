"""Cells and tables of finance's report: each value as every surface shows it, and the exact one behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, Final

from pipeline.views.locale_formats import EMPTY, Formats

Row = dict[str, Any]
"""A row of a frame, by column."""

Formula = tuple[Any, ...]
"""How a spreadsheet works a cell out, in the terms of `finance_workbook`."""

NUMBERS: Final = ("money", "change", "count", "share", "number", "percent", "price")
"""Kinds that stand flush right."""


@dataclass(frozen=True, slots=True)
class FinanceCell:
    """`text` as shown, `value` exactly (text of a decimal, ISO day, count; "" where there is none), and what it is.

    `kind`: `text`, `money`, `change`, `count`, `share`, `number`, `date` or `month`; `currency` of an amount.
    """

    text: str
    value: str | int
    kind: str
    currency: str = ""
    formula: Formula | None = None


@dataclass(frozen=True, slots=True)
class FinanceColumn:
    """A column; `kind` is how its cells are set: `number`, `text`, `name`, `id`, `date`, `month` or `long`."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class FinanceRow:
    """A row. `look`: `total`, `part`, `pending`, `rest`, `wrong` or ""; the page filters by `currency` and `partner`.

    `bar`: which bar of the bridge the row is; `bars`: those that a contract is part of; `contract`: whose row it is.
    None where a table has none of these.
    """

    cells: tuple[FinanceCell, ...]
    currency: str = ""
    partner: str = ""
    look: str = ""
    bar: str | None = None
    bars: tuple[str, ...] | None = None
    contract: str | None = None


@dataclass(frozen=True, slots=True)
class FinanceTable:
    """A table; `note` stands below it, and `more` says what is not shown."""

    name: str
    title: str
    columns: tuple[FinanceColumn, ...]
    rows: tuple[FinanceRow, ...]
    note: str = ""
    more: str = ""


class Cells:
    """Makes cells in one locale; `target` is the reporting currency, "" where there are no figures."""

    def __init__(self, formats: Formats, target: str = "") -> None:
        self.formats, self.target = formats, target

    def say(self, message: str, /, **values: object) -> str:
        """A text in the language of the report."""
        return self.formats.say(message, **values)

    def text(self, value: object) -> FinanceCell:
        """A text as it stands."""
        known = "" if value is None else str(value)
        return FinanceCell(known or EMPTY, known, "text")

    def money(self, value: Decimal | None, currency: str, formula: Formula | None = None) -> FinanceCell:
        """An amount."""
        return FinanceCell(self.formats.money(value, currency), _exact(value), "money", currency, formula)

    def change(self, value: Decimal | None, currency: str, formula: Formula | None = None) -> FinanceCell:
        """A change of an amount, with its sign."""
        return FinanceCell(self.formats.money_change(value, currency), _exact(value), "change", currency, formula)

    def count(self, value: int, _: str = "", formula: Formula | None = None) -> FinanceCell:
        """How many."""
        return FinanceCell(self.formats.number(value), value, "count", formula=formula)

    def share(self, value: Decimal | None, _: str = "", formula: Formula | None = None) -> FinanceCell:
        """A share of 1, shown in percent."""
        return FinanceCell(self.formats.share(value), _exact(value), "share", formula=formula)

    def number(self, value: Decimal | None) -> FinanceCell:
        """A rate, a quantity, a percentage: every digit."""
        text = EMPTY if value is None else self.formats.number(_trimmed(value))
        return FinanceCell(text, _exact(value), "number")

    def percent(self, value: Decimal) -> FinanceCell:
        """A percentage that is written as one, 0 to 100."""
        return FinanceCell(self.formats.percent(_trimmed(value)), _exact(value), "number")

    def price(self, value: Decimal | None, currency: str) -> FinanceCell:
        """A price per unit with all its decimals."""
        text = EMPTY if value is None else self.formats.price(_trimmed(value), currency)
        return FinanceCell(text, _exact(value), "number", currency)

    def day(self, value: date | None) -> FinanceCell:
        """A calendar day."""
        return FinanceCell(self.formats.day(value), value.isoformat() if value else "", "date")

    def month(self, value: date) -> FinanceCell:
        """A month."""
        return FinanceCell(self.formats.month(value), value.isoformat(), "month")


def _trimmed(value: Decimal) -> Decimal:
    with localcontext(prec=60):
        return value.normalize()


def _exact(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


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
