"""A run as analysts read it: as finance does, people masked unless asked, with SQL of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.transform.search import finds
from pipeline.warehouse.explanation_rows import ExplanationRows, explanation_rows
from pipeline.warehouse.partner_rows import PartnerRows, partner_rows
from pipeline.warehouse.runs import settings_of
from pipeline.warehouse.sandboxed_connection import PAIRS, open_for_analysts, refuse_other_than_reading
from pipeline.warehouse.table_queries import check_columns, conditions_of, declared_select, searched_columns


@dataclass(frozen=True, slots=True)
class AnalystRequest:
    """What an analyst asks of a published table: only one `partner`'s rows, only rows that `search` finds, these
    `columns`; None = all. `lazy`: a LazyFrame that reads only what is asked of it."""

    name: str
    partner: str | None = None
    search: str | None = None
    columns: Sequence[str] | None = None
    lazy: bool = False


class AnalystReader:
    """One run file as analysts read it. Connections are kept until the ended associations change."""

    def __init__(self, run_file: Path) -> None:
        self._run_file = run_file
        self._ended: EndedPairs = frozenset()
        self._connections: dict[tuple[bool, bool, bool], duckdb.DuckDBPyConnection] = {}

    def hide(self, ended: EndedPairs) -> None:
        """From now on these associations' clients are in no row of their former partner."""
        if ended != self._ended:
            self._connections.clear()
            self._ended = ended

    def made_with(self) -> tuple[Settings, date]:
        """The settings and the day the run was made with."""
        return settings_of(self._cursor())

    def tables(self) -> pl.DataFrame:
        """The tables there are: one row each, `table, grain, description, rows`."""
        cursor = self._cursor(finance=True)
        names = cursor.execute("SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal")
        there = {name if schema == "main" else f"{schema}.{name}" for schema, name in names.fetchall()}
        declared = {**PUBLISHED, **{f"exports.{name}": table for name, table in EXPORTS.items()}}
        rows = [
            (name, table.grain, table.description, cursor.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0])  # noqa: S608
            for name, table in declared.items()
            if name in there
        ]
        return pl.DataFrame(rows, schema=["table", "grain", "description", "rows"], orient="row")

    def published(self, request: AnalystRequest, *, unmask: bool) -> pl.DataFrame | pl.LazyFrame:
        """Rows of a published table, in its own order. A column that the run lacks is null.

        Raises UsageError for a table that the run lacks, an unknown partner or column, or a filter that the table has
        no column for.
        """
        table = PUBLISHED[request.name]
        chosen = check_columns(table, request.columns)
        searched = [] if request.search is None else searched_columns(table)
        cursor = self._cursor(unmask=unmask, finance=request.name in FINANCE)
        self._check_partner(cursor, request.partner)
        pairs = PAIRS if self._ended else None
        conditions, values = conditions_of(table, {}, partner_id=request.partner, pairs=pairs)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        try:
            columns = declared_select(cursor, "main", table, dict.fromkeys([*chosen, *searched]))
        except duckdb.CatalogException:
            raise UsageError(
                f"{self._run_file.stem} has no table {request.name}: it was made by an older version, or with "
                "run --no-finance"
            ) from None
        found = _frame(cursor, f"SELECT {columns} FROM main.{table.name}{where}", values, lazy=request.lazy)  # noqa: S608
        if request.search is None:
            return found
        return found.filter(finds(request.search, searched)).select(chosen)

    def exported(
        self, name: str, columns: Sequence[str] | None, *, lazy: bool, unmask: bool
    ) -> pl.DataFrame | pl.LazyFrame:
        """A table of the contract as the run read it. Raises UsageError for an unknown column."""
        table = EXPORTS[name]
        for column in columns or ():
            if column not in table.column_names:
                raise UsageError(f"exports.{name} has no column {column!r}. It has: {', '.join(table.column_names)}")
        cursor = self._cursor(unmask=unmask)
        selected = declared_select(cursor, "exports", table, columns)
        return _frame(cursor, f"SELECT {selected} FROM exports.{name}", {}, lazy=lazy)  # noqa: S608

    def check_query(self, query: str) -> None:
        """Raises UsageError for anything but one SELECT over the run's tables."""
        refuse_other_than_reading(self._cursor(), query)

    def select(
        self, query: str, values: dict[str, Any], frames: Mapping[str, pl.DataFrame], *, unmask: bool
    ) -> pl.DataFrame:
        """The rows of a query that `check_query` has passed. Raises UsageError for what DuckDB refuses."""
        finance = any(name in query.lower() for name in FINANCE)
        cursor = self._cursor(unmask=unmask, finance=finance, wide=True)
        try:
            for name, frame in frames.items():
                cursor.register(name, frame)
            found = _frame(cursor, query, values, lazy=False)
        except duckdb.Error as error:
            raise UsageError(f"DuckDB says: {error}") from None
        return found.lazy().collect()

    def explanation_rows(self, run_id: str, change_id: str, *, unmask: bool) -> ExplanationRows:
        """The rows that an estimate rests on. Raises UsageError when no upcoming change has that ID."""
        return explanation_rows(self._cursor(unmask=unmask), run_id, change_id, partner_id=None)

    def partner_rows(self, partner_id: str, *, unmask: bool) -> PartnerRows:
        """What that partner's report is made from. Raises UsageError for a partner that the run does not know."""
        return partner_rows(self._cursor(unmask=unmask), partner_id)

    def _check_partner(self, cursor: duckdb.DuckDBPyConnection, partner_id: str | None) -> None:
        known = "SELECT 1 FROM exports.partners WHERE partner_id = ?"
        if partner_id is not None and not cursor.execute(known, [partner_id]).fetchall():
            raise UsageError(f"there is no partner {partner_id!r} in {self._run_file.stem}")

    def _cursor(self, *, unmask: bool = False, finance: bool = False, wide: bool = False) -> duckdb.DuckDBPyConnection:
        """A cursor on the run. `finance`: for its tables; `wide`: with decimals of 38 digits."""
        # Without ended associations finance's tables cost nothing: one connection serves all.
        kind = (unmask, finance and bool(self._ended), wide)
        if kind not in self._connections:
            self._connections[kind] = open_for_analysts(
                self._run_file, ended=self._ended, unmask=unmask, finance=finance or not self._ended, wide=wide
            )
        return self._connections[kind].cursor()


def _frame(
    cursor: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any], *, lazy: bool
) -> pl.DataFrame | pl.LazyFrame:
    # DuckDB takes an empty set of parameters for one too many.
    relation = cursor.sql(query, params=values) if values else cursor.sql(query)
    frame: pl.DataFrame | pl.LazyFrame = relation.pl(lazy=True) if lazy else relation.pl()
    return frame
