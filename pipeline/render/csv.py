"""A partner's report as CSV: its rows as data, for programs and spreadsheets of any country."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any, Final

from pipeline.views.locale_formats import EMPTY

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""

BYTE_ORDER_MARK: Final = "\ufeff"
"""By it a spreadsheet knows that the file is UTF-8."""


def report_csv(view: dict[str, Any]) -> str:
    """The report's rows: labels in the first line, one line per change, RFC 4180 (comma, CRLF, quotes where needed).

    The columns of the report in their order, then Currency where it is not one of them, contract ID and change ID.
    Days are ISO days, numbers plain decimals (amounts in the row's currency), texts and codes those of the report; what
    is not known is empty. A text cell that a spreadsheet would take for a formula gets `'` in front. The page's "Save
    as CSV" writes the same.
    """
    columns = {column["name"]: (place, column) for place, column in enumerate(view["workbook"]["columns"])}
    names = list(dict.fromkeys([*(column["name"] for column in view["columns"]), "currency"]))
    labels = view["words"]["data"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*(columns[name][1]["label"] for name in names), labels["contract_id"], labels["change_id"]])
    for row, everything in zip(view["rows"], view["workbook"]["rows"], strict=True):
        decimals = view["workbook"]["money_codes"][row["currency"]]["decimals"]
        cells = [
            _text(everything["cells"][place], column["kind"], decimals)
            for place, column in (columns[name] for name in names)
        ]
        writer.writerow([*cells, _guarded(row["contract_id"]), _guarded(row["change_id"])])
    return BYTE_ORDER_MARK + out.getvalue()


def _text(cell: dict[str, Any], kind: str, decimals: int) -> str:
    value, text = cell["value"], cell["text"]
    if isinstance(value, int):
        return str(value)
    if kind == "number":
        return plain_amount(Decimal(value), decimals) if value else ""
    if kind == "date":
        return str(value)
    return "" if text == EMPTY and not value else _guarded(text)


def plain_amount(amount: Decimal, decimals: int) -> str:
    """An amount without grouping, with its currency's decimals; a finer one in full."""
    whole, _, fraction = f"{amount:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
