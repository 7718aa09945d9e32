"""A partner's report as CSV: its rows as data, for programs and spreadsheets of any country."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any, Final

from pipeline.views.formats import EMPTY

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""

BYTE_ORDER_MARK: Final = "\ufeff"
"""By it a spreadsheet knows that the file is UTF-8."""


def report_csv(view: dict[str, Any]) -> str:
    """The report's rows: labels in the first line, one line per change, RFC 4180 (comma, CRLF, quotes where needed).

    The columns shown come first, in their order, then the others that the report has, then contract ID and change ID.
    Days are ISO days, numbers plain decimals (amounts in the currency that the column Currency says), texts and codes
    those of the report; what is not known is empty. A text cell that a spreadsheet would take for a formula gets `'`
    in front. The page's "Save as CSV" writes the same.
    """
    columns = view["workbook"]["columns"]
    shown = [column["name"] for column in view["columns"]]
    known = [
        column["name"] for column in columns if column["name"] in {each["name"] for each in view["browser"]["columns"]}
    ]
    places = {column["name"]: place for place, column in enumerate(columns)}
    names = [*shown, *(name for name in known if name not in shown)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*(columns[places[name]]["label"] for name in names), *view["words"]["data"].values()])
    for row, everything in zip(view["rows"], view["workbook"]["rows"], strict=True):
        decimals = view["workbook"]["money_codes"][everything["currency"]]["decimals"]
        cells = [_text(everything["cells"][places[name]], columns[places[name]]["kind"], decimals) for name in names]
        writer.writerow([*cells, *(_guarded(row[name]) for name in view["words"]["data"])])
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
