"""What the workbook holds besides the report's own table: every column of every row, and how its cells are shown.

Excel's format codes are made from the same formats as the texts, so that a number in a cell reads like the report.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.views import terms
from pipeline.views.change_cells import Cell, Column, Row
from pipeline.views.clients import Cells
from pipeline.views.locale_formats import Formats, day_pattern
from pipeline.views.page_data import money_shape

LANGUAGE_CODES: Final = {"en": "409", "pt": "416", "es": "C0A", "de": "407", "fr": "40C", "ja": "411"}
"""Excel's number of a language, which decides in what language a month is written."""

MOST_DIGITS: Final = 15
"""Digits with which a spreadsheet calculates."""

_DAY_LETTERS: Final = {
    "y": "yyyy",
    "yy": "yy",
    "M": "m",
    "MM": "mm",
    "MMM": "mmm",
    "MMMM": "mmmm",
    "d": "d",
    "dd": "dd",
}


@dataclass(frozen=True, slots=True)
class MoneyCodes:
    """Excel's codes of a currency: of an amount (`plain`) and of a change with its sign.

    `fine_plain` and `fine_change` are those of an amount finer than its currency, which is shown in full.
    """

    decimals: int
    plain: str
    change: str
    fine_plain: str
    fine_change: str

    def code(self, amount: Decimal, *, is_change: bool) -> str:
        """The code by which that amount reads like its text."""
        if amount != round(amount, self.decimals):
            return self.fine_change if is_change else self.fine_plain
        return self.change if is_change else self.plain


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet: its cells, and the currency of its amounts."""

    currency: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PartnerWorkbook:
    """The sheet with every column, format codes, and the words that only a workbook has.

    `renewal` and `at_risk` are the texts by which formulas find renewals, and those whose MRR is at risk.
    """

    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    words: dict[str, str]
    renewal: str
    at_risk: tuple[str, ...]
    day_code: str
    money_codes: dict[str, MoneyCodes]


def partner_workbook(
    rows: list[Row], cells: list[Cells], *, columns: tuple[Column, ...], formats: Formats
) -> PartnerWorkbook:
    """What the workbook holds besides the report's own table.

    `rows`: of `upcoming_renewals` with `mrr_at_risk`; `cells`: for each of them the cell of every column by name.
    """
    at_risk = {own["status"].text for row, own in zip(rows, cells, strict=True) if row["mrr_at_risk"]}
    return PartnerWorkbook(
        columns=columns,
        rows=tuple(
            SheetRow(row["currency"], tuple(own[column.name] for column in columns))
            for row, own in zip(rows, cells, strict=True)
        ),
        words=formats.say_all(terms.WORKBOOK),
        renewal=formats.say(terms.CONTRACT_TYPES["renewal"]),
        at_risk=tuple(sorted(at_risk)),
        day_code=day_code(formats.locale),
        money_codes=codes_by_currency(formats, {row["currency"] for row in rows}),
    )


def codes_by_currency(formats: Formats, currencies: set[str]) -> dict[str, MoneyCodes]:
    """Excel's codes of amounts, by currency code."""
    return {currency: money_codes(formats, currency) for currency in sorted(currencies)}


def day_code(locale: str) -> str:
    """Excel's code of the locale's medium date, such as `[$-409]mmm d, yyyy`."""
    pattern = day_pattern(locale)
    pieces = re.findall(r"'[^']*'|y+|M+|d+|[^yMd']+", pattern)
    code = "".join(_DAY_LETTERS.get(piece) or _quoted(piece.strip("'")) for piece in pieces).replace('""', "")
    return f"[$-{LANGUAGE_CODES[locale.partition('_')[0]]}]{code}"


def month_code(locale: str) -> str:
    """Excel's code of a month and its year."""
    return f"[$-{LANGUAGE_CODES[locale.partition('_')[0]]}]mmm yyyy"


def money_codes(formats: Formats, currency: str) -> MoneyCodes:
    """Excel's codes of that currency's amounts."""
    shape = money_shape(formats, currency)
    digits = "#,##0" + ("." + "0" * shape.decimals if shape.decimals else "")
    fine = "#,##0.####"
    zero = _code(shape.plain, digits)
    return MoneyCodes(
        decimals=shape.decimals,
        plain=f"{_code(shape.plain, digits)};{_code(shape.negative, digits)}",
        change=f"{_code(shape.plus, digits)};{_code(shape.minus, digits)};{zero}",
        fine_plain=f"{_code(shape.plain, fine)};{_code(shape.negative, fine)}",
        fine_change=f"{_code(shape.plus, fine)};{_code(shape.minus, fine)};{zero}",
    )


def _code(around: tuple[str, str], digits: str) -> str:
    before, after = around
    return f"{_quoted(before)}{digits}{_quoted(after)}"


def number_code(value: int, text: str) -> str:
    """Excel's code by which that number reads like its text: grouped, or with the words around it (`0" months"`)."""
    before, found, after = text.partition(str(value))
    return f"{_quoted(before)}0{_quoted(after)}" if found and (before or after) else "#,##0"


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', "")) if text else ""


def fits_a_cell(amount: Decimal) -> bool:
    """Whether a spreadsheet keeps every digit: it calculates with `MOST_DIGITS`."""
    _, digits, exponent = amount.as_tuple()
    return len("".join(map(str, digits)).strip("0")) <= MOST_DIGITS and len(digits) + int(exponent) <= MOST_DIGITS
