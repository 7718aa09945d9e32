"""What changed since the partner's previous report, in words: from `warehouse.compare` to lines of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from pipeline.views import terms
from pipeline.views.change_cells import Row, status_text
from pipeline.views.document import Fact
from pipeline.views.locale_formats import EMPTY, Formats

MOST_LINES: Final = 40
"""Findings that a report lists; the counts above them say how many there are."""

KINDS: Final = ("new", "gone", "status", "renewal_deadline", "current_mrr", "estimated_new_mrr")


@dataclass(frozen=True, slots=True)
class Previous:
    """The partner's previous report: `changes` since then (its rows of `warehouse.compare`), and its `day`."""

    changes: pl.DataFrame
    day: date


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """What changed since the previous report.

    `counts` has one entry per kind of finding, `lines` up to `MOST_LINES` findings in the columns of `labels` (client,
    what, before, after). `more` says how many are not listed, `none` that there is nothing; else they are "".
    """

    title: str
    labels: tuple[str, ...]
    counts: tuple[Fact, ...]
    lines: tuple[tuple[str, ...], ...]
    more: str
    none: str


def changes_since(previous: Previous | None, formats: Formats) -> ChangesSince | None:
    """What changed since the partner's previous report; None when there is none."""
    if previous is None:
        return None
    rows = previous.changes.to_dicts()
    unlisted = len(rows) - MOST_LINES
    return ChangesSince(
        title=formats.say(terms.NEWS["title"], day=formats.day(previous.day)),
        labels=tuple(formats.say(terms.NEWS[name]) for name in ("client", "what", "before", "after")),
        counts=_counts(rows, formats),
        lines=tuple(_line(row, formats) for row in rows[:MOST_LINES]),
        more=formats.say(terms.NEWS["more"], count=formats.number(unlisted)) if unlisted > 0 else "",
        none="" if rows else formats.say(terms.NEWS["none"]),
    )


def _counts(rows: list[Row], formats: Formats) -> tuple[Fact, ...]:
    """How many findings there are of each kind that occurs."""
    numbers = {kind: sum(row["what"] == kind for row in rows) for kind in KINDS}
    return tuple(Fact(_kind(kind, formats), formats.number(number)) for kind, number in numbers.items() if number)


def _kind(kind: str, formats: Formats) -> str:
    return formats.say(terms.NEWS[kind] if kind in ("new", "gone") else terms.COLUMNS[kind])


def _line(row: Row, formats: Formats) -> tuple[str, ...]:
    kind, currency = row["what"], row["currency"]
    before, after = (_value(kind, row[name], currency, formats) for name in ("before", "after"))
    return row["client_name"], _kind(kind, formats), before, after


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
