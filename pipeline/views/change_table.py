"""The table of upcoming changes in the columns of the report, and the same rows as data for a CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.views import terms
from pipeline.views.change_cells import Cell, Column, Row
from pipeline.views.clients import Cells
from pipeline.views.locale_formats import EMPTY, Formats
from pipeline.views.page_data import ROWS_WITHOUT_SCRIPT
from pipeline.views.report_inputs import ReportInputs

TALL_TEXT: Final = 240
"""Bytes of a text from which its row may go over to the next page: it could be taller than one. Bytes, because what
takes more of them is wider, or may have to be spelled."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change in the columns of the report; `tall`: it could be taller than a page of paper."""

    change_id: str
    contract_id: str
    status: str
    status_basis: str
    client: str
    currency: str
    cells: tuple[Cell, ...]
    tall: bool


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """The table of changes, what is said about it, and the name of the file it is saved under.

    `first_rows`: those that are in the page itself; `first_rows_note` says that there are more, else "". `empty`:
    what a reader with nothing upcoming is told, else "". `notes`: what a reader must know before trusting an estimate.
    """

    columns: tuple[Column, ...]
    rows: tuple[ChangeRow, ...]
    first_rows: tuple[ChangeRow, ...]
    first_rows_note: str
    row_count: str
    file_name: str
    empty: str
    notes: tuple[str, ...]
    has_empty_cells: bool


@dataclass(frozen=True, slots=True)
class DataRow:
    """A change as data: its cells, and the decimals of its currency."""

    cells: tuple[Cell, ...]
    decimals: int
    contract_id: str
    change_id: str


@dataclass(frozen=True, slots=True)
class DataTable:
    """The changes as data, in the columns of the report and the currency; `labels` of the IDs by name."""

    columns: tuple[Column, ...]
    labels: dict[str, str]
    rows: tuple[DataRow, ...]


def change_table(inputs: ReportInputs) -> ChangeTable:
    """The table of the partner's changes."""
    formats, names = inputs.formats, inputs.choices.columns
    rows = tuple(_row(row, own, names) for row, own in zip(inputs.records, inputs.cells, strict=True))
    return ChangeTable(
        columns=inputs.columns(names),
        rows=rows,
        first_rows=rows[:ROWS_WITHOUT_SCRIPT],
        first_rows_note=_first_rows_note(len(rows), formats),
        row_count=_row_count(len(rows), inputs.choices.order, formats),
        file_name=f"upcoming-renewals-{inputs.as_of.isoformat()}.csv",
        empty=_empty(inputs),
        notes=_notes(inputs.changes, formats),
        has_empty_cells=any(cell.text == EMPTY for row in rows for cell in row.cells),
    )


def data_table(inputs: ReportInputs) -> DataTable:
    """The partner's changes as data."""
    names = tuple(dict.fromkeys((*inputs.choices.columns, "currency")))
    rows = tuple(_data_row(row, own, names) for row, own in zip(inputs.records, inputs.cells, strict=True))
    return DataTable(inputs.columns(names), inputs.formats.say_all(terms.DATA), rows)


def _row(row: Row, cells: Cells, names: tuple[str, ...]) -> ChangeRow:
    shown = tuple(cells[name] for name in names)
    return ChangeRow(
        change_id=row["change_id"],
        contract_id=row["contract_id"],
        status=row["status"],
        status_basis=row["status_basis"],
        client=row["hub_id"],
        currency=row["currency"],
        cells=shown,
        tall=any(len(cell.text.encode()) > TALL_TEXT for cell in shown),
    )


def _data_row(row: Row, cells: Cells, names: tuple[str, ...]) -> DataRow:
    decimals = rules.minor_units()[row["currency"]]
    return DataRow(tuple(cells[name] for name in names), decimals, row["contract_id"], row["change_id"])


def _first_rows_note(count: int, formats: Formats) -> str:
    if count <= ROWS_WITHOUT_SCRIPT:
        return ""
    shown, total = formats.number(ROWS_WITHOUT_SCRIPT), formats.number(count)
    return formats.say(terms.TOOLS["first_rows"], shown=shown, total=total)


def _row_count(count: int, order: str, formats: Formats) -> str:
    return formats.count(
        ("{count} change, sorted by {column}", "{count} changes, sorted by {column}"),
        count,
        column=formats.say(terms.COLUMNS[order]),
    )


def _empty(inputs: ReportInputs) -> str:
    formats = inputs.formats
    if not inputs.changes.is_empty():
        return ""
    if inputs.summary.is_empty():
        return formats.say(
            "None of your clients has a contract in force on {day}. There is nothing to do.",
            day=formats.day(inputs.as_of),
        )
    first, last = (formats.day(day) for day in inputs.window_days)
    return formats.say(
        "No contract of your clients changes from {first} to {last}. There is nothing to do.", first=first, last=last
    )


def _notes(changes: pl.DataFrame, formats: Formats) -> tuple[str, ...]:
    """An estimate of the basis `unpriced` is none (rule 10)."""
    unpriced = changes.filter(pl.col("estimate_basis") == "unpriced").height
    return (formats.count(terms.UNPRICED, unpriced),) if unpriced else ()
