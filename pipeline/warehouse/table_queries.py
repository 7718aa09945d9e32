"""Reading published tables of a run: scoped, filtered, searched, sorted, a page at a time, with chosen columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.tables.declare import Table
from pipeline.tables.published import PUBLISHED
from pipeline.transform.search import SEARCHED, finds


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What is asked of a published table; see `RunReader.table`.

    `columns` None = the declared ones. `where`: column = value. `search` None = every row. `sort`: columns, each with
    whether it descends; empty = the table's own order. `limit` None = all; `offset`: rows left out before them.
    """

    name: str
    columns: Sequence[str] | None = None
    where: dict[str, str] = field(default_factory=dict)
    search: str | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    offset: int = 0


def read_rows(
    con: duckdb.DuckDBPyConnection, request: TableRequest, *, partner_id: str | None, hidden: bool
) -> pl.DataFrame:
    """The rows asked for, as this connection sees them; with `partner_id` only that partner's.

    `hidden`: ended associations are hidden by views, which bring the table's order along. Raises UsageError for a
    table that the run lacks or that has no partner, and for a column or a search that the table does not know.
    """
    table = PUBLISHED[request.name]
    if request.name not in tables_there(con):
        run_id = con.execute("SELECT run_id FROM run_info").fetchall()[0][0]
        raise UsageError(
            f"{run_id} has no table {request.name}: it was made by an older version, or without it "
            "(run --no-finance). Make a new run"
        )
    chosen = check_columns(table, request.columns)
    sql, values = _rows_query(con, table, request, partner_id=partner_id, hidden=hidden)
    if request.search is None:
        page = f" LIMIT {request.limit:d}" if request.limit is not None else ""
        sql += f"{page} OFFSET {request.offset:d}" if page or request.offset else ""
        return _read(con, sql, values).select(chosen)
    found = _read(con, sql, values).filter(finds(request.search, searched_columns(table)))
    return found.slice(request.offset, request.limit).select(chosen)


def check_columns(table: Table, columns: Sequence[str] | None) -> list[str]:
    """The columns to read. Raises UsageError for one that the table has not."""
    for column in columns or ():
        if column not in table.column_names:
            raise UsageError(f"{table.name} has no column {column!r}. It has: {', '.join(table.column_names)}")
    return list(table.column_names if columns is None else columns)


def searched_columns(table: Table) -> list[str]:
    """The columns in which a search looks. Raises UsageError for a table without client names."""
    if "client_name" not in table.column_names:
        raise UsageError(f"{table.name} cannot be searched: it has no client name")
    return [column for column in SEARCHED if column in table.column_names]


def _rows_query(
    con: duckdb.DuckDBPyConnection, table: Table, request: TableRequest, *, partner_id: str | None, hidden: bool
) -> tuple[str, dict[str, Any]]:
    needed = dict.fromkeys(check_columns(table, request.columns))
    if request.search is not None:
        needed |= dict.fromkeys(searched_columns(table))
    conditions, values = conditions_of(table, request.where, partner_id=partner_id, pairs=_ENDED if hidden else None)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    # The views that hide ended associations bring their order along and have no rowid.
    natural = [] if hidden and not request.sort else list(table.primary_key) if hidden else ["rowid"]
    order = [*_sorted(table, request.sort), *natural]
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    columns = declared_select(con, "main", table, needed)
    return f"SELECT {columns} FROM main.{table.name}{where}{ordered}", values  # noqa: S608


_ENDED = "ended_associations"


def conditions_of(
    table: Table, where: dict[str, str], *, partner_id: str | None, pairs: str | None
) -> tuple[list[str], dict[str, Any]]:
    """The scope and the filter of a query as SQL conditions, and their parameters.

    `pairs`: the relation of the ended associations, when there are any. Raises UsageError for a table without partners.
    """
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if partner_id is not None:
        if "partner_id" not in table.column_names:
            raise UsageError(f"{table.name} has no partner: leave --partner out")
        conditions.append("partner_id = $partner")
        values["partner"] = partner_id
        if pairs is not None and table.name == "decisions":
            conditions.append(f"(hub_id IS NULL OR (partner_id, hub_id) NOT IN (FROM {pairs}))")
    for number, (column, value) in enumerate(where.items()):
        check_columns(table, [column])
        conditions.append(f'"{column}"::VARCHAR = $where{number}')
        values[f"where{number}"] = value
    return conditions, values


def _sorted(table: Table, sort: Iterable[tuple[str, bool]]) -> list[str]:
    """ORDER BY terms; an amount sorts within its currency (rule 8)."""
    terms = []
    for name, descends in sort:
        check_columns(table, [name])
        if table.column(name).kind == "decimal" and "currency" in table.column_names:
            terms.append("currency")
        terms.append(f'"{name}" {"DESC" if descends else "ASC"} NULLS LAST')
    return terms


def declared_select(
    con: duckdb.DuckDBPyConnection, schema: str, table: Table, columns: Iterable[str] | None = None
) -> str:
    """The select list of those columns (None = all declared): null, in its type, for one that an older run lacks."""
    lacking = set(lacking_columns(con, table.name, schema=schema, table=table))
    types = {column.name: column.sql_type for column in table.columns}
    return ", ".join(
        f'NULL::{types[column]} AS "{column}"' if column in lacking else f'"{column}"'
        for column in (table.column_names if columns is None else columns)
    )


def lacking_columns(
    con: duckdb.DuckDBPyConnection, name: str, *, schema: str = "main", table: Table | None = None
) -> tuple[str, ...]:
    """The declared columns of that table that the run's own table lacks."""
    there = set(con.sql(f"FROM {schema}.{name} LIMIT 0").columns)
    return tuple(column for column in (table or PUBLISHED[name]).column_names if column not in there)


def tables_there(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The published tables that this connection sees."""
    names = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' "
        "UNION ALL SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
    ).fetchall()
    return {name for (name,) in names}


def _read(con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> pl.DataFrame:
    # DuckDB takes an empty set of parameters for one too many.
    frame: pl.DataFrame = con.sql(sql, params=values).pl() if values else con.sql(sql).pl()
    return frame
