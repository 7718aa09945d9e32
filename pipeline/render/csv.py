"""A partner's report as CSV: the rows and texts of the HTML and the PDF, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""


def report_csv(view: dict[str, Any]) -> str:
    """The report's table: labels in the first line, one line per change, RFC 4180 (comma, CRLF, quotes where needed).

    A text cell that a spreadsheet would take for a formula gets `'` in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column["label"] for column in view["columns"]])
    writer.writerows([_safe(cell) for cell in row["cells"]] for row in view["rows"])
    return out.getvalue()


def _safe(cell: dict[str, Any]) -> str:
    text: str = cell["text"]
    is_number = isinstance(cell["value"], int)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not is_number else text
