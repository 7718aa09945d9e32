"""What the workbook holds besides the report's own table: every column of every row, and how its cells are shown.

Excel's format codes are made from the same formats as the texts, so that a number in a cell reads like the report.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from pipeline.views import terms
from pipeline.views.locale_formats import Formats, day_pattern
from pipeline.views.page_data import money_shape

Row = dict[str, Any]

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


def workbook_data(
    rows: list[Row], cells: list[dict[str, dict[str, Any]]], *, columns: list[dict[str, Any]], formats: Formats
) -> dict[str, Any]:
    """`columns` and `rows` of the sheet with every column, format codes, and the words that only a workbook has.

    `rows`: of `upcoming_renewals` with `mrr_at_risk`; `cells`: for each of them the cell of every column by name.
    """
    at_risk = {own["status"]["text"] for row, own in zip(rows, cells, strict=True) if row["mrr_at_risk"]}
    return {
        "columns": columns,
        "rows": [
            {"currency": row["currency"], "cells": [own[column["name"]] for column in columns]}
            for row, own in zip(rows, cells, strict=True)
        ],
        "words": formats.say_all(terms.WORKBOOK),
        "renewal": formats.say(terms.CONTRACT_TYPES["renewal"]),
        "at_risk": sorted(at_risk),
        "day_code": day_code(formats.locale),
        "money_codes": {currency: money_codes(formats, currency) for currency in sorted({r["currency"] for r in rows})},
    }


def day_code(locale: str) -> str:
    """Excel's code of the locale's medium date, such as `[$-409]mmm d, yyyy`."""
    pattern = day_pattern(locale)
    pieces = re.findall(r"'[^']*'|y+|M+|d+|[^yMd']+", pattern)
    code = "".join(_DAY_LETTERS.get(piece) or _quoted(piece.strip("'")) for piece in pieces).replace('""', "")
    return f"[$-{LANGUAGE_CODES[locale.partition('_')[0]]}]{code}"


def month_code(locale: str) -> str:
    """Excel's code of a month and its year."""
    return f"[$-{LANGUAGE_CODES[locale.partition('_')[0]]}]mmm yyyy"


def money_codes(formats: Formats, currency: str) -> dict[str, Any]:
    """Codes of an amount (`plain`) and of a change with its sign (`change`), and the currency's `decimals`.

    `fine_plain` and `fine_change` are those of an amount finer than its currency, which is shown in full.
    """
    shape = money_shape(formats, currency)
    digits = "#,##0" + ("." + "0" * shape["decimals"] if shape["decimals"] else "")

    def code(around: str, digits: str) -> str:
        before, after = shape[around]
        return f"{_quoted(before)}{digits}{_quoted(after)}"

    codes: dict[str, Any] = {"decimals": shape["decimals"]}
    for name, pattern in (("", digits), ("fine_", "#,##0.####")):
        codes[f"{name}plain"] = f"{code('plain', pattern)};{code('negative', pattern)}"
        codes[f"{name}change"] = f"{code('plus', pattern)};{code('minus', pattern)};{code('plain', digits)}"
    return codes


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
