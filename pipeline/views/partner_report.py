"""The view of one partner's report: every value formatted once, as plain str, int, list and dict."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl

from pipeline import rules
from pipeline.settings import shown_columns
from pipeline.views import terms
from pipeline.views.change_cells import Cell, column_kind, status_text, table_cell
from pipeline.views.changes_since import news_since
from pipeline.views.clients import client_details
from pipeline.views.definitions import column_definition, figure_definition
from pipeline.views.locale_formats import EMPTY, Formats, formats_for
from pipeline.views.mrr_totals import totals_by_currency, with_key_amounts
from pipeline.views.page_data import ROWS_WITHOUT_SCRIPT, browser_data
from pipeline.views.partner_charts import deadline_timeline, renewal_charts
from pipeline.views.partner_workbook import workbook_data
from pipeline.views.translations import page_direction

Row = dict[str, Any]

TILES: Final = ("clients_to_act_on", "deadlines_in_14_days", "mrr_up_for_renewal", "estimated_change")
AMOUNTS: Final = ("mrr_at_risk", "current_mrr")
COUNTS: Final = ("upcoming_changes", "pending", "cancellation_requested", "agreed", "auto_renewed")
FIGURES: Final[tuple[str, ...]] = (*TILES, *AMOUNTS, *COUNTS)
"""Rule 10. The key figures, in the order shown."""

CONVERTED: Final = ("mrr_up_for_renewal", "mrr_at_risk", "current_mrr", "estimated_change")
"""Rule 11. What is also said in the reporting currency."""

QUIET_FIGURES: Final = ("current_mrr", "upcoming_changes")
"""What is said of a currency in which nothing is upcoming: the other figures would all be 0."""

DEFAULT_ORDER: Final = ("renewal_deadline", "client_name", "change_id")
"""Rule 8."""

LONGEST_HEADER_NAME: Final = 90
"""Characters of a partner's name at the top of each page."""

LONG_NAME, ENDLESS_NAME = 90, 300
"""Characters from which the title is set smaller, so that it leaves room on the page."""

TALL_TEXT: Final = 240
"""Bytes of a text from which its row may go over to the next page: it could be taller than one. Bytes, because what
takes more of them is wider, or may have to be spelled."""

DATED_AT: Final = "12:00:00Z"
"""The time of day inside the files: at noon in Greenwich it is the same day almost everywhere."""


def partner_report(
    tables: dict[str, pl.DataFrame],
    *,
    partner: dict[str, Any],
    run: dict[str, Any],
    columns: tuple[str, ...],
    locale: str = "en",
    order: str = DEFAULT_ORDER[0],
    cards: bool = False,
    previous: tuple[pl.DataFrame, date] | None = None,
    brand: dict[str, str] | None = None,
    held: bool = False,
) -> dict[str, Any]:
    """One partner's report as plain values; rows sorted by `order`, then by rule 8's order.

    `tables` holds `upcoming_renewals` and `partner_summary`; rows of other partners are ignored. `partner` is a row of
    the export's partners, `run` the row of `run_info`, `columns` what `settings.shown_columns` gave. `cards`: does the
    PDF have a card per client? `previous`: the findings of `warehouse.compare` since the partner's previous report,
    and the day of that report. A `locale` that reads from right to left gives a `mirrored` view: the page is laid out
    so, while its words run the other way. A later run of the same day with the
    same content has the same view except for `run`, which only the page shows; `dated` (the time inside the files) is
    of that day. `brand`: `colour` and `logo` of the settings. `held`: the partner is shown an older run (rule 14),
    which the report says. Amounts are per month and per currency (rule 11); every figure and column shown has a
    definition.
    """
    formats = formats_for(locale)
    mine = pl.col("partner_id") == partner["partner_id"]
    changes = tables["upcoming_renewals"].filter(mine).sort(order, *(name for name in DEFAULT_ORDER if name != order))
    summary = tables["partner_summary"].filter(mine).sort(-pl.col("upcoming_changes"), "currency")
    marks = _marks(() if changes.is_empty() else columns, summary)
    known = shown_columns((*columns, *(name for name in rules.ADDABLE_COLUMNS if name not in columns)))
    records = with_key_amounts(changes).to_dicts()
    cells = [{name: table_cell(name, row, formats) for name in (*known, "mrr_before")} for row in records]
    rows = [_row(row, columns, own) for row, own in zip(records, cells, strict=True)]
    clients = client_details(records, cells, tables, formats=formats)
    return {
        "language": formats.language,
        "direction": page_direction(locale),
        "mirrored": page_direction(locale) != page_direction(formats.locale),
        "title": formats.say(terms.REPORT_TITLE),
        "document_title": " · ".join(
            (formats.say(terms.REPORT_TITLE), partner["partner_name"], formats.day(run["as_of"]))
        ),
        "words": formats.say_all(terms.WORDS)
        | {
            "tools": formats.say_all(terms.TOOLS),
            "details": formats.say_all(terms.DETAILS),
            "data": formats.say_all(terms.DATA),
        },
        "page_of": around_numbers(formats.say(terms.WORDS["page_of"])),
        "partner": {
            "id": partner["partner_id"],
            "name": partner["partner_name"],
            "short_name": _short(partner["partner_name"]),
            "length": _length(partner["partner_name"]),
        },
        "held": formats.say(terms.HELD, day=formats.day(run["as_of"])) if held else "",
        "as_of": {"text": formats.day(run["as_of"]), "value": run["as_of"].isoformat()},
        "run": run["run_id"],
        "dated": f"{run['as_of'].isoformat()}T{DATED_AT}",
        "window": _window(run, formats),
        "figures": [_figures(row, marks, formats) for row in summary.iter_rows(named=True)],
        "columns": [_column(name, marks, formats) for name in columns],
        "rows": rows,
        "first_rows": rows[:ROWS_WITHOUT_SCRIPT],
        "first_rows_note": _first_rows_note(len(rows), formats),
        "file_name": f"upcoming-renewals-{run['as_of'].isoformat()}.csv",
        "totals": totals_by_currency(records, formats),
        "clients": clients,
        "cards": cards,
        "brand": brand or {"colour": "", "logo": ""},
        "charts": renewal_charts(records, formats),
        "timeline": deadline_timeline(records, formats, as_of=run["as_of"]),
        "news": news_since(*(previous or (None, None)), formats=formats),
        "browser": browser_data(
            records,
            cells,
            partner_id=partner["partner_id"],
            columns=[_column(name, marks, formats) for name in known],
            shown=columns,
            clients=clients,
            formats=formats,
        ),
        "workbook": workbook_data(
            records,
            cells,
            columns=[_column(name, marks, formats) for name in (*known, "mrr_before")],
            formats=formats,
        ),
        "row_count": formats.count(
            ("{count} change, sorted by {column}", "{count} changes, sorted by {column}"),
            len(rows),
            column=formats.say(terms.COLUMNS[order]),
        ),
        "empty": _empty(summary, changes, run, formats),
        "notes": _notes(changes, formats),
        "definitions": _definitions(marks, _window(run, formats), formats),
        "statuses": _statuses(changes, formats),
        "empty_cell": EMPTY,
        "has_empty_cells": any(cell["text"] == EMPTY for row in rows for cell in row["cells"]),
    }


def _first_rows_note(count: int, formats: Formats) -> str:
    if count <= ROWS_WITHOUT_SCRIPT:
        return ""
    return formats.say(
        terms.TOOLS["first_rows"], shown=formats.number(ROWS_WITHOUT_SCRIPT), total=formats.number(count)
    )


def around_numbers(text: str) -> list[str]:
    """What stands before, between and after the page's number and the number of pages, in the order of the language.

    Raises ValueError for words that name them in the reverse order: page margins could not show those.
    """
    before, between, after = re.split(r"\{page\}|\{pages\}", text)
    if text.index("{page}") > text.index("{pages}"):
        raise ValueError(text)
    return [before, between, after]


def _short(name: str) -> str:
    """A name that fits a running header."""
    return name if len(name) <= LONGEST_HEADER_NAME else f"{name[:LONGEST_HEADER_NAME].rstrip()}…"


def _length(name: str) -> str:
    """How long a name is for a title: `long`, `endless`, or "" for most."""
    if len(name) > ENDLESS_NAME:
        return "endless"
    return "long" if len(name) > LONG_NAME else ""


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
    return formats.say(
        "Changes that take effect from {first} to {last}", first=formats.day(first), last=formats.day(last)
    )


def _window_days(run: Row) -> tuple[date, date]:
    settings = json.loads(run.get("settings") or "{}")
    days = int(settings.get("window_days", rules.WINDOW_DAYS))
    return run["as_of"] + timedelta(days=1), run["as_of"] + timedelta(days=days)


def _figures(row: Row, marks: dict[tuple[str, str], int], formats: Formats) -> dict[str, Any]:
    """The key figures of one currency."""

    def figure(name: str) -> dict[str, Any]:
        return {
            "name": name,
            "label": formats.say(terms.FIGURES[name]),
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
        return formats.say("Not converted: there is no exchange rate to {currency}.", currency=target)
    parts = [
        formats.say(
            "{label}: {amount}",
            label=formats.say(terms.FIGURES[name]),
            amount=_figure_text(name, _in_target(row, name), formats),
        )
        for name in CONVERTED
        if name in _shown_figures(row)
    ]
    rate = f"1 {row['currency']} = {formats.number(row['fx_rate'].normalize())} {target}"
    return formats.say(
        "Converted at {rate} ({day}): {figures}.",
        rate=rate,
        day=formats.day(row["fx_rate_date"]),
        figures=formats.say("; ").join(parts),
    )


def _in_target(row: Row, name: str) -> Row:
    return {name: row[f"{name}_converted"], "currency": row["reporting_currency"]}


def _column(name: str, marks: dict[tuple[str, str], int], formats: Formats) -> dict[str, Any]:
    return {
        "name": name,
        "label": formats.say(terms.COLUMNS[name]),
        "mark": marks.get(("column", name), 0),
        "locked": name in rules.LOCKED_COLUMNS,
        "kind": column_kind(name),
    }


def _row(row: Row, columns: tuple[str, ...], cells: dict[str, Cell]) -> dict[str, Any]:
    return {
        "change_id": row["change_id"],
        "contract_id": row["contract_id"],
        "status": row["status"],
        "status_basis": row["status_basis"],
        "client": row["hub_id"],
        "currency": row["currency"],
        "cells": [cells[name] for name in columns],
        "tall": any(len(cells[name]["text"].encode()) > TALL_TEXT for name in columns),
    }


def _empty(summary: pl.DataFrame, changes: pl.DataFrame, run: Row, formats: Formats) -> str:
    """What a reader with nothing upcoming is told; "" when there are rows."""
    if not changes.is_empty():
        return ""
    first, last = (formats.day(day) for day in _window_days(run))
    if summary.is_empty():
        return formats.say(
            "None of your clients has a contract in force on {day}. There is nothing to do.",
            day=formats.day(run["as_of"]),
        )
    return formats.say(
        "No contract of your clients changes from {first} to {last}. There is nothing to do.", first=first, last=last
    )


def _notes(changes: pl.DataFrame, formats: Formats) -> list[str]:
    """What a reader must know before trusting an estimate (rule 10, basis `unpriced`)."""
    unpriced = changes.filter(pl.col("estimate_basis") == "unpriced").height
    if not unpriced:
        return []
    return [formats.count(terms.UNPRICED, unpriced)]


def _definitions(marks: dict[tuple[str, str], int], window: str, formats: Formats) -> list[dict[str, Any]]:
    return [
        {"mark": mark, "term": formats.say(_term(*what)), "text": _definition(*what, window, formats)}
        for what, mark in marks.items()
    ]


def _term(kind: str, name: str) -> str:
    return terms.FIGURES[name] if kind == "figure" else terms.COLUMNS[name]


def _definition(kind: str, name: str, window: str, formats: Formats) -> str:
    if (kind, name) == ("figure", "upcoming_changes"):
        return formats.say("{sentence}.", sentence=window)
    return formats.say(figure_definition(name) if kind == "figure" else column_definition(name))


def _statuses(changes: pl.DataFrame, formats: Formats) -> list[dict[str, str]]:
    """The statuses that occur, explained, in the order of rules.STATUSES."""
    seen = set(changes.select("status", "status_basis").iter_rows())
    return [
        {"term": status_text(*pair, formats), "text": formats.say(meaning)}
        for pair, meaning in terms.STATUS_MEANINGS.items()
        if pair in seen
    ]
