"""The SQL that turns text into a contract table's types and says, row by row, what is wrong.

A clean row costs one regular expression per number and one round trip per date; the reasons are spelled out only for
rows that are not clean. DuckDB's own typed reading is not used: it rounds surplus decimals silently and accepts
`1e3`, ` 7` and `1_000`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipeline import rules
from pipeline.ingest import sql
from pipeline.ingest.contract import cell_text, reasons
from pipeline.settings import FileFormat
from pipeline.tables.declare import Column, Table

REASONS_COLUMN: Final = "_refused_because"
_ISO: Final = "%Y-%m-%d"
_EARLIEST: Final = f"DATE '{rules.EARLIEST_DATE}'"
_LATEST: Final = "DATE '9999-12-31'"
_ISO_DIGITS: Final = r"\d{4}-\d{2}-\d{2}"
_SPACE_AROUND: Final = r"'^\s|\s$'"


def typed_select(
    table: Table, header: Sequence[str], file_format: FileFormat, relation: str, *, structure: bool
) -> str:
    """SELECT of the declared columns in their types, the unknown columns as text, and `REASONS_COLUMN`.

    `relation` gives the cells of the header as text columns c0, c1, …; with `structure` also a column of that name,
    whose text refuses the record outright.
    """
    place = {label: f"c{index}" for index, label in enumerate(header)}
    columns = [_TypedColumn(column, place.get(column.name), file_format) for column in table.columns]
    extras = [label for label in header if label not in table.column_names]
    inner = ", ".join(["*", *(f"{column.value} AS {sql.name(column.name)}" for column in columns)])
    outer = [
        *(sql.name(column.name) for column in columns),
        *(f"{place[label]} AS {sql.name(label)}" for label in extras),
        f"{_reasons(table, columns, structure=structure)} AS {REASONS_COLUMN}",
    ]
    return f"SELECT {', '.join(outer)} FROM (SELECT {inner} FROM {relation})"


def _reasons(table: Table, columns: Sequence[_TypedColumn], *, structure: bool) -> str:
    fine = [check for column in columns for check in column.fine]
    found = [(code, when) for column in columns for code, when in column.faults]
    for rule in table.rules:
        fine.append(f"NOT {_holds(rule.broken_when)}")
        found.append((rule.code, _holds(rule.broken_when)))
    spelled = ", ".join(f"CASE WHEN {when} THEN {sql.text(code)} END" for code, when in found)
    refused = "WHEN structure IS NOT NULL THEN structure " if structure else ""
    # A cell of blanks is not clean, but nothing is wrong with it where the column may be empty.
    why = f"nullif(concat_ws(';', {spelled or 'NULL'}), '')"
    return f"CASE {refused}WHEN {' AND '.join(fine) or 'true'} THEN NULL ELSE {why} END"


def _holds(condition: str) -> str:
    return f"coalesce(({condition}), false)"


class _TypedColumn:
    """One declared column over its text cell: `value`, conditions of a clean cell (`fine`), `faults` with codes."""

    def __init__(self, column: Column, cell: str | None, file_format: FileFormat) -> None:
        self.column = column
        self.name = column.name
        self.cell = cell
        self.format = file_format
        self.value = "CAST(NULL AS " + column.sql_type + ")" if cell is None else self._value(cell)
        self.fine: list[str] = []
        self.faults: list[tuple[str, str]] = []
        if cell is not None:
            self._require(cell)
            if column.kind != "text":
                self._check_type(cell)
            if column.kind == "date":
                self._check_earliest()
            if column.minimum is not None:
                self._check_minimum(column.minimum)

    def _value(self, cell: str) -> str:
        """SQL of the typed value; null where the text is not exactly of the type, so that no rule judges a guess."""
        match self.column.kind:
            case "text":
                return f"CASE WHEN {cell_text.is_blank(cell)} THEN NULL ELSE {cell} END"
            case "bool":
                return f"CASE {cell} WHEN 'true' THEN true WHEN 'false' THEN false END"
            case "date":
                return self._date_or_null(cell)
            case _:
                number = f"TRY_CAST({_plain_number(cell, self.format)} AS {self.column.sql_type})"
                return f"CASE WHEN {_matches(cell, self._exact())} THEN {number} END"

    def _date_or_null(self, cell: str) -> str:
        """The day that is in the cell; a time or an offset behind it is ignored."""
        if self.format.date_format == _ISO:
            day = f"left({cell}, 10)"
            # The length keeps out `infinity` and five-digit years, which also survive the round trip.
            return (
                f"CASE WHEN length({cell}) = 10 THEN {_round_trip(cell)} "
                f"WHEN {cell_text.has_time(cell, _ISO_DIGITS)} THEN {_round_trip(day)} END"
            )
        as_written = _day(cell, self.format.date_format)
        without_time = _day(cell_text.without_time(cell), cell_text.date_part(self.format.date_format))
        return f"CASE WHEN NOT regexp_matches({cell}, {_SPACE_AROUND}) THEN coalesce({without_time}, {as_written}) END"

    def _exact(self) -> str:
        return _decimal(self.format, 0 if self.column.kind == "int" else self.column.precision_and_scale[1])

    def _fault(self, code: str, when: str) -> None:
        self.faults.append((reasons.of_column(code, self.name), when))

    def _require(self, cell: str) -> None:
        if self.column.required:
            filled = sql.name(self.name) if self.column.kind == "text" else cell
            self.fine.append(f"{filled} IS NOT NULL")
            self._fault("required_missing", f"{cell} IS NULL OR {cell_text.is_blank(cell)}")

    def _check_type(self, cell: str) -> None:
        value = sql.name(self.name)
        self.fine.append(f"({cell} IS NULL OR {value} IS NOT NULL)")
        bad = f"{cell} IS NOT NULL AND {value} IS NULL AND NOT {cell_text.is_blank(cell)}"
        match self.column.kind:
            case "bool":
                self._fault("not_a_boolean", bad)
            case "date":
                self._fault("not_a_date", bad)
            case _:
                number = _matches(cell, _decimal(self.format, None))
                exact = _matches(cell, self._exact())
                self._fault("not_a_number", f"{bad} AND NOT {number}")
                self._fault("too_many_decimals", f"{bad} AND {number} AND NOT {exact}")
                self._fault("out_of_range", f"{bad} AND {exact}")

    def _check_earliest(self) -> None:
        early = _holds(f"{sql.name(self.name)} < {_EARLIEST}")
        self.fine.append(f"NOT {early}")
        self._fault("impossible_date", early)

    def _check_minimum(self, minimum: int) -> None:
        below = _holds(f"{sql.name(self.name)} < {minimum}")
        self.fine.append(f"NOT {below}")
        self._fault("negative" if minimum == 0 else "below_minimum", below)


def _round_trip(day: str) -> str:
    """The date that is written exactly like that, else null."""
    value = f"TRY_CAST({day} AS DATE)"
    return f"CASE WHEN CAST({value} AS VARCHAR) = {day} THEN {value} END"


def _matches(cell: str, pattern: str) -> str:
    return f"regexp_full_match({cell}, {sql.text(pattern)})"


def _digits(file_format: FileFormat) -> str:
    """Digits before the decimal mark; a thousands separator only where it groups three, so `1.5` is not 15."""
    if not file_format.thousands:
        return r"\d+"
    return rf"(\d+|\d{{1,3}}({re.escape(file_format.thousands)}\d{{3}})+)"


def _day(cell: str, date_format: str) -> str:
    """The date by that format, else null; also for days that are none of a calendar."""
    value = f"CAST(try_strptime({cell}, {sql.text(date_format)}) AS DATE)"
    return f"CASE WHEN isfinite({value}) AND {value} <= {_LATEST} THEN {value} END"


def _decimal(file_format: FileFormat, scale: int | None) -> str:
    """Regular expression of a number with at most `scale` decimals (None = any); zeros behind them do not count."""
    mark = "," if file_format.decimal_comma else r"\."
    fraction = r"\d*" if scale is None else rf"\d{{0,{scale}}}0*"
    alone = r"\d+" if scale is None else rf"\d{{1,{scale}}}0*" if scale else "0+"
    return rf"[+-]?({_digits(file_format)}({mark}{fraction})?|{mark}{alone})"


def _plain_number(cell: str, file_format: FileFormat) -> str:
    if file_format.thousands:
        cell = f"replace({cell}, {sql.text(file_format.thousands)}, '')"
    return f"replace({cell}, ',', '.')" if file_format.decimal_comma else cell
