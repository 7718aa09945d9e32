"""What the interactive page carries besides its table: every column of every row, sort keys, and the exact amounts
behind its totals. Texts are those of the other surfaces; the page's script only chooses, orders and adds them up.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from pipeline.views import terms
from pipeline.views.definitions import column_definition
from pipeline.views.locale_formats import EMPTY, Formats

Row = dict[str, Any]

MONEY_STEPS: Final = 4
"""Decimals of the amounts in the published tables: amounts travel as whole numbers of that step, never as floats."""

ROWS_WITHOUT_SCRIPT: Final = 500
"""Rows that are in the page itself, for readers and mail previews without JavaScript."""

_SAMPLE: Final = Decimal(12)
_GROUPED: Final = Decimal(1234567)


def browser_data(
    rows: list[Row],
    cells: list[dict[str, dict[str, Any]]],
    *,
    partner_id: str,
    columns: list[dict[str, Any]],
    shown: tuple[str, ...],
    clients: list[dict[str, Any]],
    formats: Formats,
) -> dict[str, Any]:
    """The data block of one partner's page, for JSON.

    `rows`: of `upcoming_renewals` with `mrr_up_for_renewal` and `mrr_at_risk` of the row; `cells`: for each of them
    the cell of every column by name; `columns`: every column a reader can choose; `shown`: those shown at first, which
    the page defines in its footnotes.
    Equal cells stand once in `cells`; a row is its client's place, its currency, its share of the totals in steps of
    10⁻⁴, its contract and its change (for the saved CSV), and the places of its cells.
    """
    places: dict[tuple[Any, ...], int] = {}
    currencies = sorted({row["currency"] for row in rows})
    hubs = {client["hub"]: place for place, client in enumerate(clients)}
    names = [column["name"] for column in columns]

    def place(row: Row, name: str, cell: dict[str, Any]) -> int:
        return places.setdefault(_packed(row, name, cell), len(places))

    return {
        "key": partner_id,
        "language": formats.language,
        "columns": [_column(column, column["name"] in shown, formats) for column in columns],
        "rows": [
            [
                *(hubs[row["hub_id"]], row["currency"], *_shares(row), row["contract_id"], row["change_id"]),
                [place(row, name, own[name]) for name in names],
            ]
            for row, own in zip(rows, cells, strict=True)
        ],
        "cells": [list(packed) for packed in places],
        "clients": clients,
        "money": {currency: money_shape(formats, currency) for currency in currencies},
        "group": _separator(r"1(\D*)234", formats.number(_GROUPED)),
        "decimal": _separator(r"0(\D)5", formats.number(Decimal("0.5"))),
        "words": formats.say_all(terms.BROWSER_WORDS),
        "data": formats.say_all(terms.DATA),
        "empty": EMPTY,
        "details": formats.say_all(terms.DETAILS),
    }


def _column(column: dict[str, Any], shown: bool, formats: Formats) -> dict[str, Any]:
    return {**column, "shown": shown} | (
        {} if column["mark"] else {"definition": formats.say(column_definition(column["name"]))}
    )


def _shares(row: Row) -> list[str]:
    return [_steps(row[name]) for name in ("mrr_up_for_renewal", "mrr_at_risk", "mrr_change")]


def _steps(amount: Decimal) -> str:
    # scaleb would round to 28 digits; an amount has up to 38.
    sign, digits, exponent = amount.as_tuple()
    whole = int("".join(map(str, digits))) * 10 ** (MONEY_STEPS + int(exponent))
    return str(-whole if sign else whole)


def _packed(row: Row, name: str, cell: dict[str, Any]) -> tuple[Any, ...]:
    """Text, then what it sorts by where that is not the text: a number, an ISO day, or an amount and its currency."""
    text, value = cell["text"], cell["value"]
    if name == "status":
        return (text, f"{row['status']} {row['status_basis']}".replace("_", "-"))
    if isinstance(row[name], Decimal):
        return (text, _steps(row[name]), row["currency"])
    return (text,) if value == text else (text, value)


def money_shape(formats: Formats, currency: str) -> dict[str, Any]:
    """How amounts of that currency are written, read off samples: so that a sum reads like its parts."""
    fraction = re.search(r"0\D(0+)", formats.money(Decimal(0), currency))
    return {
        "plain": _around(formats.money(_SAMPLE, currency)),
        "negative": _around(formats.money(-_SAMPLE, currency)),
        "plus": _around(formats.money_change(_SAMPLE, currency)),
        "minus": _around(formats.money_change(-_SAMPLE, currency)),
        "decimals": len(fraction[1]) if fraction else 0,
    }


def _around(sample: str) -> list[str]:
    """What stands before and after the digits."""
    digits = re.search(r"\d.*\d", sample)
    return [sample[: digits.start()], sample[digits.end() :]] if digits else ["", ""]


def _separator(pattern: str, sample: str) -> str:
    found = re.search(pattern, sample)
    return found[1] if found else ""
