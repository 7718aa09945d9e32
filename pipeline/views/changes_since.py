"""What changed since the partner's previous report, in words: from `warehouse.compare` to lines of a page."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from pipeline.views import terms
from pipeline.views.change_cells import status_text
from pipeline.views.locale_formats import EMPTY, Formats

Row = dict[str, Any]

MOST_LINES: Final = 40
"""Findings that a report lists; the counts above them say how many there are."""

KINDS: Final = ("new", "gone", "status", "renewal_deadline", "current_mrr", "estimated_new_mrr")


def news_since(changes: pl.DataFrame | None, since: date | None, *, formats: Formats) -> dict[str, Any] | None:
    """The part "what changed" of a report; None when the partner has no previous report.

    `changes`: one partner's rows of `warehouse.compare`; `since`: the day of the previous run. Gives `title`, one
    `counts` text per kind of finding, and up to `MOST_LINES` `lines` of client, what, before and after.
    """
    if changes is None or since is None:
        return None
    rows = changes.to_dicts()
    lines = [_line(row, formats) for row in rows[:MOST_LINES]]
    return {
        "title": formats.say(terms.NEWS["title"], day=formats.day(since)),
        "labels": [formats.say(terms.NEWS[name]) for name in ("client", "what", "before", "after")],
        "counts": [
            {"label": _kind(kind, formats), "text": formats.number(number)}
            for kind in KINDS
            if (number := sum(row["what"] == kind for row in rows))
        ],
        "lines": lines,
        "more": formats.say(terms.NEWS["more"], count=formats.number(len(rows) - len(lines)))
        if len(rows) > len(lines)
        else "",
        "none": "" if rows else formats.say(terms.NEWS["none"]),
    }


def _kind(kind: str, formats: Formats) -> str:
    return formats.say(terms.NEWS[kind] if kind in ("new", "gone") else terms.COLUMNS[kind])


def _line(row: Row, formats: Formats) -> list[str]:
    return [
        row["client_name"],
        _kind(row["what"], formats),
        _value(row["what"], row["before"], row["currency"], formats),
        _value(row["what"], row["after"], row["currency"], formats),
    ]


def _value(kind: str, text: str | None, currency: str, formats: Formats) -> str:
    """A value of `warehouse.compare`, which gives exact text, as a report writes it."""
    if text is None:
        return EMPTY
    if kind == "renewal_deadline":
        return formats.day(date.fromisoformat(text))
    if kind in ("current_mrr", "estimated_new_mrr"):
        return formats.money(Decimal(text), currency)
    codes = re.fullmatch(r"(\w+) \((\w+)\)", text)
    return status_text(codes[1], codes[2], formats) if codes else text
