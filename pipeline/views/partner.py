"""The view of one partner's report: every value formatted once, as plain str, int, list and dict."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl

from pipeline import rules
from pipeline.views import terms
from pipeline.views.definitions import column_definition, figure_definition
from pipeline.views.formats import EMPTY, Formats, formats_for

Row = dict[str, Any]
Cell = dict[str, Any]

TILES: Final = ("clients_to_act_on", "deadlines_in_14_days", "mrr_up_for_renewal", "estimated_change")
AMOUNTS: Final = ("mrr_at_risk", "current_mrr")
COUNTS: Final = ("upcoming_changes", "pending", "cancellation_requested", "agreed", "auto_renewed")
FIGURES: Final[tuple[str, ...]] = (*TILES, *AMOUNTS, *COUNTS)
"""Rule 10. The key figures, in the order shown."""

CONVERTED: Final = ("mrr_up_for_renewal", "mrr_at_risk", "current_mrr", "estimated_change")
"""Rule 11. What is also said in the reporting currency."""

QUIET_FIGURES: Final = ("current_mrr", "upcoming_changes")
"""What is said of a currency in which nothing is upcoming: the other figures would all be 0."""

MONEY: Final = ("current_mrr", "estimated_new_mrr")
COUNTED: Final = ("contact_max", "email_limit", "new_contact_max", "new_email_limit")
DAYS: Final = ("renewal_deadline", "renewal_start_date")

LONGEST_HEADER_NAME: Final = 90
"""Characters of a partner's name at the top of each page."""


def partner_report(
    tables: dict[str, pl.DataFrame],
    *,
    partner: dict[str, Any],
    run: dict[str, Any],
    columns: tuple[str, ...],
    locale: str = "en",
) -> dict[str, Any]:
    """One partner's report as plain values; rows sorted by renewal deadline, client name and change id (rule 8).

    `tables` holds `upcoming_renewals` and `partner_summary`; rows of other partners are ignored. `partner` is a row
    of the export's partners, `run` the row of `run_info`, `columns` what `settings.shown_columns` gave. Amounts are
    per month and per currency (rule 11); every figure and column shown has a definition.
    """
    formats = formats_for(locale)
    mine = pl.col("partner_id") == partner["partner_id"]
    changes = tables["upcoming_renewals"].filter(mine).sort("renewal_deadline", "client_name", "change_id")
    summary = tables["partner_summary"].filter(mine).sort(-pl.col("upcoming_changes"), "currency")
    marks = _marks(() if changes.is_empty() else columns, summary)
    rows = [_row(row, columns, formats) for row in changes.iter_rows(named=True)]
    return {
        "language": formats.language,
        "direction": formats.direction,
        "title": terms.REPORT_TITLE,
        "document_title": f"{terms.REPORT_TITLE} · {partner['partner_name']} · {formats.day(run['as_of'])}",
        "words": dict(terms.WORDS),
        "partner": {
            "id": partner["partner_id"],
            "name": partner["partner_name"],
            "short_name": _short(partner["partner_name"]),
        },
        "as_of": {"text": formats.day(run["as_of"]), "value": run["as_of"].isoformat()},
        "run": {"id": run["run_id"], "created_at": str(run["created_at"]), "version": str(run["pipeline_version"])},
        "window": _window(run, formats),
        "figures": [_figures(row, marks, formats) for row in summary.iter_rows(named=True)],
        "columns": [_column(name, marks) for name in columns],
        "rows": rows,
        "row_count": f"{terms.changes(len(rows))}, sorted by renewal deadline",
        "empty": _empty(summary, changes, run, formats),
        "notes": _notes(changes),
        "definitions": _definitions(marks, _window(run, formats)),
        "statuses": _statuses(changes),
        "empty_cell": EMPTY,
        "has_empty_cells": any(cell["text"] == EMPTY for row in rows for cell in row["cells"]),
    }


def _short(name: str) -> str:
    """A name that fits a running header."""
    return name if len(name) <= LONGEST_HEADER_NAME else f"{name[:LONGEST_HEADER_NAME].rstrip()}…"


def _marks(columns: tuple[str, ...], summary: pl.DataFrame) -> dict[tuple[str, str], int]:
    """The footnote number of every figure and column shown, in reading order."""
    figures = {name for row in summary.iter_rows(named=True) for name in _shown_figures(row)}
    shown = [("figure", name) for name in FIGURES if name in figures]
    shown += [("column", name) for name in columns]
    return {what: number for number, what in enumerate(shown, start=1)}


def _shown_figures(row: Row) -> tuple[str, ...]:
    return FIGURES if row["upcoming_changes"] else QUIET_FIGURES


def _window(run: Row, formats: Formats) -> str:
    first, last = _window_days(run)
    return f"Changes that take effect from {formats.day(first)} to {formats.day(last)}"


def _window_days(run: Row) -> tuple[date, date]:
    settings = json.loads(run.get("settings") or "{}")
    days = int(settings.get("window_days", rules.WINDOW_DAYS))
    return run["as_of"] + timedelta(days=1), run["as_of"] + timedelta(days=days)


def _figures(row: Row, marks: dict[tuple[str, str], int], formats: Formats) -> dict[str, Any]:
    """The key figures of one currency."""

    def figure(name: str) -> dict[str, Any]:
        return {
            "name": name,
            "label": terms.FIGURES[name],
            "text": _figure_text(name, row, formats),
            "mark": marks["figure", name],
        }

    shown = _shown_figures(row)
    return {
        "currency": row["currency"],
        "tiles": [figure(name) for name in TILES if name in shown],
        "amounts": [figure(name) for name in AMOUNTS if name in shown],
        "counts": [figure(name) for name in COUNTS if name in shown],
        "converted": _converted(row, formats),
    }


def _figure_text(name: str, row: Row, formats: Formats) -> str:
    value = row[name]
    if name == "estimated_change":
        return formats.money_change(value, row["currency"])
    return formats.money(value, row["currency"]) if isinstance(value, Decimal) else formats.number(value)


def _converted(row: Row, formats: Formats) -> str:
    """The converted figures with rate and date beside them (rule 11); "" in the reporting currency itself."""
    target = row["reporting_currency"]
    if row["currency"] == target:
        return ""
    if row["fx_rate"] is None:
        return f"Not converted: there is no exchange rate to {target}."
    parts = [
        f"{terms.FIGURES[name]} {_figure_text(name, _in_target(row, name), formats)}"
        for name in CONVERTED
        if name in _shown_figures(row)
    ]
    rate = f"1 {row['currency']} = {formats.number(row['fx_rate'].normalize())} {target}"
    return f"Converted at {rate} ({formats.day(row['fx_rate_date'])}): " + ", ".join(parts) + "."


def _in_target(row: Row, name: str) -> Row:
    return {name: row[f"{name}_converted"], "currency": row["reporting_currency"]}


def _column(name: str, marks: dict[tuple[str, str], int]) -> dict[str, Any]:
    return {
        "name": name,
        "label": terms.COLUMNS[name],
        "mark": marks.get(("column", name), 0),
        "locked": name in rules.LOCKED_COLUMNS,
        "kind": _kind(name),
    }


def _kind(name: str) -> str:
    """`number` (flush right), `date` or `text`."""
    if name in (*MONEY, *COUNTED, "mrr_change", "days_to_deadline"):
        return "number"
    return "date" if name in DAYS else "text"


def _row(row: Row, columns: tuple[str, ...], formats: Formats) -> dict[str, Any]:
    return {
        "change_id": row["change_id"],
        "status": row["status"],
        "status_basis": row["status_basis"],
        "cells": [_cell(name, row, formats) for name in columns],
    }


def _cell(name: str, row: Row, formats: Formats) -> Cell:
    """One cell: `text` as shown everywhere, `value` the plain value behind it (ISO day, exact decimal, count)."""
    write = _WRITERS.get(name)
    if write is not None:
        text = write(row, formats)
    elif name in MONEY:
        text = formats.money(row[name], row["currency"])
    elif name in COUNTED:
        text = formats.number(row[name])
    else:
        text = EMPTY if row[name] is None else str(row[name])
    return {"name": name, "text": text, "value": _plain(row[name])}


def _plain(value: Any) -> str | int:
    if isinstance(value, int):
        return value
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _status_text(status: str, basis: str) -> str:
    note = terms.STATUS_NOTES.get((status, basis))
    return f"{terms.STATUSES[status]} ({note})" if note else terms.STATUSES[status]


def _contact_text(row: Row, _: Formats) -> str:
    if row["primary_contact_basis"] == "none":
        return terms.NO_CONTACT
    return str(row["primary_contact_name"] or row["primary_contact_email"] or EMPTY)


_WRITERS: Final[dict[str, Callable[[Row, Formats], str]]] = {
    "contract_type": lambda row, _: terms.CONTRACT_TYPES[row["contract_type"]],
    "status": lambda row, _: _status_text(row["status"], row["status_basis"]),
    "status_basis": lambda row, _: terms.STATUS_BASES[row["status_basis"]],
    "communication_owner_basis": lambda row, _: terms.OWNER_BASES[row["communication_owner_basis"]],
    "primary_contact_name": _contact_text,
    "renewal_deadline": lambda row, formats: formats.day(row["renewal_deadline"]),
    "renewal_start_date": lambda row, formats: formats.day(row["renewal_start_date"]),
    "billing_frequency": lambda row, _: terms.BILLING_FREQUENCIES[row["billing_frequency"]].format(
        months=row["billing_months"]
    ),
    "subscription_term_months": lambda row, _: terms.months(row["subscription_term_months"]),
    "mrr_change": lambda row, formats: formats.money_change(row["mrr_change"], row["currency"]),
    "days_to_deadline": lambda row, formats: formats.number(row["days_to_deadline"]),
}
"""Columns that are not written as they stand."""


def _empty(summary: pl.DataFrame, changes: pl.DataFrame, run: Row, formats: Formats) -> str:
    """What a reader with nothing upcoming is told; "" when there are rows."""
    if not changes.is_empty():
        return ""
    first, last = (formats.day(day) for day in _window_days(run))
    if summary.is_empty():
        return f"None of your clients has a contract in force on {formats.day(run['as_of'])}. There is nothing to do."
    return f"No contract of your clients changes from {first} to {last}. There is nothing to do."


def _notes(changes: pl.DataFrame) -> list[str]:
    """What a reader must know before trusting an estimate (rule 10, basis `unpriced`)."""
    unpriced = changes.filter(pl.col("estimate_basis") == "unpriced").height
    if not unpriced:
        return []
    subject = "1 change has" if unpriced == 1 else f"{unpriced:,} changes have"
    return [f"{subject} nothing to be priced with: the estimate repeats the MRR before the change."]


def _definitions(marks: dict[tuple[str, str], int], window: str) -> list[dict[str, Any]]:
    return [{"mark": mark, "term": _term(*what), "text": _definition(*what, window)} for what, mark in marks.items()]


def _term(kind: str, name: str) -> str:
    return terms.FIGURES[name] if kind == "figure" else terms.COLUMNS[name]


def _definition(kind: str, name: str, window: str) -> str:
    if (kind, name) == ("figure", "upcoming_changes"):
        return f"{window}."
    return figure_definition(name) if kind == "figure" else column_definition(name)


def _statuses(changes: pl.DataFrame) -> list[dict[str, str]]:
    """The statuses that occur, explained, in the order of rules.STATUSES."""
    seen = set(changes.select("status", "status_basis").iter_rows())
    return [
        {"term": _status_text(*pair), "text": meaning}
        for pair, meaning in terms.STATUS_MEANINGS.items()
        if pair in seen
    ]
