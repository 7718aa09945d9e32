"""The notes under a report: what every figure and column shown means, by its mark, and what each status means."""

from __future__ import annotations

from typing import Final

import polars as pl

from pipeline.views import terms
from pipeline.views.change_cells import Row, status_text
from pipeline.views.definitions import column_definition, figure_definition
from pipeline.views.document import Definition
from pipeline.views.locale_formats import Formats

TILES: Final = ("clients_to_act_on", "deadlines_in_14_days", "mrr_up_for_renewal", "estimated_change")
AMOUNTS: Final = ("mrr_at_risk", "current_mrr")
COUNTS: Final = ("upcoming_changes", "pending", "cancellation_requested", "agreed", "auto_renewed")
FIGURES: Final[tuple[str, ...]] = (*TILES, *AMOUNTS, *COUNTS)
"""Rule 10. The key figures, in the order shown."""

QUIET_FIGURES: Final = ("current_mrr", "upcoming_changes")
"""What is said of a currency in which nothing is upcoming: the other figures would all be 0."""

Marks = dict[tuple[str, str], int]
"""Footnote numbers in reading order, by kind (`figure`, `column`) and name."""


def marks_of(columns: tuple[str, ...], summary: pl.DataFrame) -> Marks:
    """The footnote number of every figure and column shown."""
    figures = {name for row in summary.iter_rows(named=True) for name in figures_shown(row)}
    shown = [("figure", name) for name in FIGURES if name in figures]
    shown += [("column", name) for name in columns]
    return {what: number for number, what in enumerate(shown, start=1)}


def figures_shown(row: Row) -> tuple[str, ...]:
    """The key figures that are shown of a row of the partner summary."""
    return FIGURES if row["upcoming_changes"] else QUIET_FIGURES


def definitions(marks: Marks, window: str, formats: Formats) -> tuple[Definition, ...]:
    """The definition of everything that has a mark; `window`: which changes are upcoming, in words."""
    return tuple(
        Definition(formats.say(_term(*what)), _meaning(*what, window, formats), mark) for what, mark in marks.items()
    )


def _term(kind: str, name: str) -> str:
    return terms.FIGURES[name] if kind == "figure" else terms.COLUMNS[name]


def _meaning(kind: str, name: str, window: str, formats: Formats) -> str:
    if (kind, name) == ("figure", "upcoming_changes"):
        return formats.say("{sentence}.", sentence=window)
    return formats.say(figure_definition(name) if kind == "figure" else column_definition(name))


def status_meanings(changes: pl.DataFrame, formats: Formats) -> tuple[Definition, ...]:
    """The statuses that occur, explained, in the order of rules.STATUSES."""
    seen = set(changes.select("status", "status_basis").iter_rows())
    return tuple(
        Definition(status_text(*pair, formats), formats.say(meaning))
        for pair, meaning in terms.STATUS_MEANINGS.items()
        if pair in seen
    )
