"""What a partner's report is made from: its rows, its summary, and what was chosen for it. Every section reads this."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.settings import shown_columns
from pipeline.views import terms
from pipeline.views.change_cells import Column, Row, column_kind, table_cell
from pipeline.views.changes_since import Previous
from pipeline.views.clients import Cells
from pipeline.views.document import Brand
from pipeline.views.footnotes import Marks, marks_of
from pipeline.views.locale_formats import Formats
from pipeline.views.mrr_totals import with_key_amounts

DEFAULT_ORDER: Final = ("renewal_deadline", "client_name", "change_id")
"""Rule 8."""


@dataclass(frozen=True, slots=True)
class SettledChoices:
    """What was chosen for a report.

    `columns`: what `settings.shown_columns` gave; `order`: the column that rows are sorted by, before rule 8's order;
    `cards`: does the PDF have a card per client?
    """

    columns: tuple[str, ...]
    locale: str = "en"
    order: str = DEFAULT_ORDER[0]
    cards: bool = False
    brand: Brand = field(default_factory=Brand)


@dataclass(frozen=True)
class ReportInputs:
    """One partner's rows and choices. What is worked out of them here is worked out once, when first asked for.

    `partner`: a row of the export's partners; `run`: the row of `run_info`; `changes`: sorted, `summary`: the busiest
    currency first; `details`: the tables of client details. `held`: the partner is shown an older run (rule 14).
    """

    partner: Row
    run: Row
    choices: SettledChoices
    formats: Formats
    changes: pl.DataFrame
    summary: pl.DataFrame
    details: dict[str, pl.DataFrame]
    previous: Previous | None
    held: bool

    @property
    def as_of(self) -> date:
        """The day of the run."""
        day: date = self.run["as_of"]
        return day

    @cached_property
    def records(self) -> list[Row]:
        """The changes, each with what it adds to the key figures."""
        return with_key_amounts(self.changes).to_dicts()

    @cached_property
    def known_columns(self) -> tuple[str, ...]:
        """Every column that a reader can choose, those of the report first."""
        columns = self.choices.columns
        return shown_columns((*columns, *(name for name in rules.ADDABLE_COLUMNS if name not in columns)))

    @cached_property
    def cells(self) -> list[Cells]:
        """For each change the cell of every column, and of the MRR before the change."""
        names = (*self.known_columns, "mrr_before")
        return [{name: table_cell(name, row, self.formats) for name in names} for row in self.records]

    @cached_property
    def marks(self) -> Marks:
        """The footnote number of every figure and column shown."""
        return marks_of(() if self.changes.is_empty() else self.choices.columns, self.summary)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return Column(
            name=name,
            label=self.formats.say(terms.COLUMNS[name]),
            mark=self.marks.get(("column", name), 0),
            locked=name in rules.LOCKED_COLUMNS,
            kind=column_kind(name),
        )

    def columns(self, names: tuple[str, ...]) -> tuple[Column, ...]:
        """The columns of these names."""
        return tuple(self.column(name) for name in names)

    @property
    def window_days(self) -> tuple[date, date]:
        """The first and the last day on which a change of this report can take effect."""
        settings = json.loads(self.run.get("settings") or "{}")
        days = int(settings.get("window_days", rules.WINDOW_DAYS))
        return self.as_of + timedelta(days=1), self.as_of + timedelta(days=days)

    @property
    def window(self) -> str:
        """The same in words."""
        first, last = (self.formats.day(day) for day in self.window_days)
        return self.formats.say("Changes that take effect from {first} to {last}", first=first, last=last)
