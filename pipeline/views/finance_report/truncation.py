"""What the page and the PDF show of tables that can be long, and the command that prints every row.

The workbook and the published tables hold more; totals always count everything.
"""

from __future__ import annotations

import shlex
from typing import Any, Final

from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import Figures
from pipeline.views.finance_report.finance_cells import Table
from pipeline.views.locale_formats import Formats

ON_PAGE: Final = {"contracts": 500, "lines": 400, "partners": 500, "findings": 200}
"""Rows of a table that the page holds at most; the workbook and the published tables hold more."""

ON_PAPER: Final = {"contracts": 12, "partners": 12, "findings": 40}
"""Rows per currency (findings: in all) that the PDF holds at most."""

PAPER_COLUMNS: Final = {
    "contracts": (
        "contract",
        "client",
        "partner",
        "renewal_start_date",
        "status",
        "current_mrr",
        "settled_mrr",
        "contracted_mrr",
        "expected_mrr",
        "full_mrr",
    ),
    "partners": (
        "partner",
        "clients",
        "contracts",
        "share",
        "current_mrr",
        "contracted_mrr",
        "expected_mrr",
        "full_mrr",
    ),
}


def asked_for(partner_id: str | None, currency: str | None) -> dict[str, str | None]:
    """The filters of the report, by option."""
    return {"--partner": partner_id, "--currency": currency}


def _command(name: str, asked: dict[str, str | None]) -> str:
    """The command that prints all rows of a table."""
    tables_of = {"contracts": "mrr_bridge", "partners": "mrr_bridge", "findings": "findings", "lines": "mrr_bridge"}
    whose = f" --partner {shlex.quote(asked['--partner'])}" if asked["--partner"] is not None else ""
    return f"renewals table {tables_of[name]}{whose} --format parquet --output {tables_of[name]}.parquet"


def excerpt(
    each: Table, most: int | None, asked: dict[str, str | None], found: list[Figures], formats: Formats
) -> Table:
    """The table with its first rows only, ordered by currency, and where the others are."""
    if each["name"] in ("contracts", "lines") and most is not None:
        chosen = [row for row in each["rows"] if row["look"] != "rest"][:most]
        places = {figures.currency: place for place, figures in enumerate(found)}
        if each["name"] == "contracts":
            chosen.sort(key=lambda row: places[row["currency"]])
        count = sum(figures.contracts for figures in found) if each["name"] == "contracts" else len(each["rows"])
    else:
        chosen = each["rows"][:most]
        count = len(each["rows"])
    more = _more(each["name"], len(chosen), count, asked, formats) if most is not None else ""
    return {**each, "rows": chosen, "more": more}


def on_paper(
    everything: dict[str, Table], found: list[Figures], asked: dict[str, str | None], formats: Formats
) -> dict[str, Any]:
    """What the PDF shows of the tables that can be long: per currency the first rows and the most telling columns."""
    per_currency = {
        each.currency: {
            "contracts": _first(everything["contracts"], each, each.contracts, asked, formats),
            "partners": _first(everything["partners"], each, len(each.partners), asked, formats),
        }
        for each in found
    }
    findings = excerpt(everything["findings"], ON_PAPER["findings"], asked, found, formats)
    return {"by_currency": per_currency, "findings": findings}


def _first(each: Table, figures: Figures, count: int, asked: dict[str, str | None], formats: Formats) -> Table:
    """The first rows of a currency, and where the others are."""
    name = each["name"]
    rows = [row for row in each["rows"] if row["currency"] == figures.currency and row["look"] != "rest"]
    shown = picked({**each, "rows": rows[: ON_PAPER[name]]}, PAPER_COLUMNS[name])
    return {**shown, "more": _more(name, len(shown["rows"]), count, asked, formats)}


def _more(name: str, shown: int, count: int, asked: dict[str, str | None], formats: Formats) -> str:
    """What is not shown and the command that prints it; "" when everything is."""
    if shown >= count:
        return ""
    text = finance_words.TEXTS["limited" if name == "contracts" else "more"]
    command = _command(name, asked)
    return formats.say(text, shown=formats.number(shown), total=formats.number(count), command=command)


def picked(each: Table, names: tuple[str, ...]) -> Table:
    """The table with only these columns, in this order."""
    places = [[column["name"] for column in each["columns"]].index(name) for name in names]
    rows = [{**row, "cells": [row["cells"][place] for place in places]} for row in each["rows"]]
    return {**each, "columns": [each["columns"][place] for place in places], "rows": rows}
