"""A partner's report as CSV: its rows as data, for programs and spreadsheets of any country."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Final

from pipeline.views.change_cells import Cell
from pipeline.views.locale_formats import EMPTY
from pipeline.views.partner_report import PartnerReport

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""

BYTE_ORDER_MARK: Final = "\ufeff"
"""By it a spreadsheet knows that the file is UTF-8."""


def report_csv(report: PartnerReport) -> str:
    """The report's rows: labels in the first line, one line per change, RFC 4180 (comma, CRLF, quotes where needed).

    The columns of the report in their order, then Currency where it is not one of them, contract ID and change ID.
    Days are ISO days, numbers plain decimals (amounts in the row's currency), texts and codes those of the report; what
    is not known is empty. A text cell that a spreadsheet would take for a formula gets `'` in front. The page's "Save
    as CSV" writes the same.
    """
    data = report.data
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*(column.label for column in data.columns), data.labels["contract_id"], data.labels["change_id"]])
    kinds = [column.kind for column in data.columns]
    for row in data.rows:
        cells = [_text(cell, kind, row.decimals) for cell, kind in zip(row.cells, kinds, strict=True)]
        writer.writerow([*cells, _guarded(row.contract_id), _guarded(row.change_id)])
    return BYTE_ORDER_MARK + out.getvalue()


def _text(cell: Cell, kind: str, decimals: int) -> str:
    if isinstance(cell.value, int):
        return str(cell.value)
    if kind == "number":
        return plain_amount(Decimal(cell.value), decimals) if cell.value else ""
    if kind == "date":
        return cell.value
    return "" if cell.text == EMPTY and not cell.value else _guarded(cell.text)


def plain_amount(amount: Decimal, decimals: int) -> str:
    """An amount without grouping, with its currency's decimals; a finer one in full."""
    whole, _, fraction = f"{amount:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
