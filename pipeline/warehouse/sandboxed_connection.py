"""A run as analysts see it: every table under its own name, people masked unless asked, nothing else in reach.

The run's file is attached to a connection in memory; `main` (published) and `exports` (the contract's tables) are
views over it. Other files cannot be reached, and `refuse_other_than_reading` lets no query name what lies under the
views.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb

from pipeline.errors import UsageError
from pipeline.tables.published import SCHEMA_VERSION
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse.association_visibility import AGAIN, BY_CLIENT, hide, view_by_client
from pipeline.warehouse.connection import connect
from pipeline.warehouse.finance_association_visibility import attach_finance_again, finance_again
from pipeline.warehouse.masking import masked

SCHEMAS: Final = ("main", "exports")

_UNDER: Final = "memory.under_the_views"
"""The schema of what the views stand on where associations have ended."""

PAIRS: Final = f"{_UNDER}.ended_associations"
"""The relation of the ended associations, when there are any."""

_FUNCTIONS: Final = ("range", "generate_series", "unnest", "json_each", "json_tree")
"""Table functions that read nothing but their arguments."""

_INTERNAL: Final = "SELECT view_name FROM duckdb_views() WHERE internal AND schema_name IN ('main', 'pg_catalog')"
"""DuckDB's own views that a bare name finds: they tell the path of the run's file and what the views are made of."""

_NOT_READ: Final = "SELECT error('{name} was left out: open the run with finance')"

_TELLS_SQL: Final = "pg_get_"
"""How the functions begin that give the SQL of a view."""


def open_for_analysts(
    path: Path, *, ended: EndedPairs, unmask: bool, finance: bool, wide: bool
) -> duckdb.DuckDBPyConnection:
    """A connection whose `main` and `exports` are the run's, masked unless `unmask`, for its cursors.

    `ended`: the associations ended by the newest decisions, whose clients are in no row of their former partner;
    finance's tables that add up clients can then be read with `finance` only. `wide`: decimals have 38 digits, so that
    queries can multiply three of them (DuckDB keeps 18 digits for a product of decimals of up to 18); a column read as
    it is has another type than declared then.
    Raises UsageError when there is no such file, or it was made by newer code than this.
    """
    real = os.path.realpath(path)
    con = connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            # A folder that is not there until work spills into it: DuckDB lets queries read what lies in this one.
            "temp_directory": str(Path(tempfile.gettempdir()) / f"renewals-{secrets.token_hex(8)}"),
        }
    )
    try:
        con.execute("ATTACH '{}' AS run_file (READ_ONLY)".format(real.replace("'", "''")))
    except duckdb.Error as error:
        raise UsageError(f"{path.name} cannot be opened as a run: {str(error).splitlines()[0]}") from None
    if con.execute("SELECT schema_version FROM run_file.main.run_info").fetchall()[0][0] > SCHEMA_VERSION:
        raise UsageError(f"{path.name} was made by a newer version of this product: upgrade, or choose an older run")
    if finance and ended:
        attach_finance_again(con, path, ended)
    _lay_views(con, ended, unmask=unmask, finance=finance, wide=wide)
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def _lay_views(con: duckdb.DuckDBPyConnection, ended: EndedPairs, *, unmask: bool, finance: bool, wide: bool) -> None:
    under = _put_under(con, ended, finance=finance) if ended else frozenset()
    con.execute("CREATE SCHEMA memory.exports")
    stored = con.execute(
        "SELECT schema_name, table_name, list(column_name ORDER BY column_index), "
        "list(column_name ORDER BY column_index) FILTER (numeric_precision < 38 AND data_type LIKE 'DECIMAL%'), "
        "list(numeric_scale ORDER BY column_index) FILTER (numeric_precision < 38 AND data_type LIKE 'DECIMAL%') "
        "FROM duckdb_columns() "
        "WHERE database_name = 'run_file' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for schema, name, stored_columns, narrow, scales in stored:
        if schema in SCHEMAS:
            source = f"{_UNDER}.{name}" if schema == "main" and name in under else f"run_file.{schema}.{name}"
            columns = "*" if unmask else masked(schema, name, stored_columns)
            query = f"SELECT {columns} FROM {source}"  # noqa: S608
            if wide and narrow and not (name in under and name in AGAIN):
                widened = (
                    f'"{one}"::DECIMAL(38,{scale}) AS "{one}"' for one, scale in zip(narrow, scales, strict=True)
                )
                query = f"SELECT * REPLACE ({', '.join(widened)}) FROM ({query})"  # noqa: S608
            con.execute(f"CREATE VIEW memory.{schema}.{name} AS {query}")


def _put_under(con: duckdb.DuckDBPyConnection, ended: EndedPairs, *, finance: bool) -> frozenset[str]:
    """Put what ended associations change where cursors see it, as they see nothing temporary; the names of it."""
    con.execute("USE run_file.main")
    hide(con, ended, "run_file")
    con.execute("USE memory.main")
    con.execute(f"CREATE SCHEMA {_UNDER}")
    laid = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary UNION ALL "
        "SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal"
    ).fetchall()
    names = frozenset(name for (name,) in laid)
    for name in names & {"ended_associations", "partner_summary"}:
        con.execute(f"CREATE TABLE {_UNDER}.{name} AS FROM temp.main.{name}")
    for name in names & AGAIN.keys():
        query = finance_again(name, "run_file.main") if finance else _NOT_READ.format(name=name)
        con.execute(f"CREATE VIEW {_UNDER}.{name} AS {query}")
    for name in names & BY_CLIENT.keys():
        con.execute(f"CREATE VIEW {_UNDER}.{name} AS {view_by_client(name, 'run_file', pairs=PAIRS)}")
    return names


def refuse_other_than_reading(con: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raises UsageError unless the query is one SELECT over tables of `main` and `exports` by these names."""
    try:
        parsed = json.loads(con.execute("SELECT json_serialize_sql($query)", {"query": query}).fetchall()[0][0])
    except duckdb.Error as error:
        raise UsageError(f"this query cannot be read: {error}") from None
    if parsed.get("error"):
        said = str(parsed.get("error_message", ""))
        if "Only SELECT" in said:
            raise UsageError("sql() reads: write one SELECT (a run is never changed; pivot in Polars)")
        raise UsageError(f"this query cannot be read: {said}")
    if len(parsed["statements"]) != 1:
        raise UsageError(f"sql() takes one SELECT, not {len(parsed['statements'])} statements")
    internal = frozenset(name for (name,) in con.execute(_INTERNAL).fetchall())
    for node in _nodes(parsed["statements"][0]):
        _refuse_what_lies_under(node, internal)


def _refuse_what_lies_under(node: dict[str, Any], internal: frozenset[str]) -> None:
    other = node.get("catalog_name") or node.get("schema_name") not in (None, "", *SCHEMAS)
    if other or str(node.get("table_name", "")).lower() in internal:
        named = ".".join(node[part] for part in ("catalog_name", "schema_name", "table_name") if node.get(part))
        raise UsageError(
            f"sql() knows no {named!r}: name a published table as it is, or one of the contract as exports.NAME"
        )
    if str(node.get("function_name", "")).lower().startswith(_TELLS_SQL):
        raise UsageError(f"sql() reads the run only: {node['function_name']}() reads what lies under its tables")
    if node.get("type") == "TABLE_FUNCTION" and "function" in node:
        name = node["function"].get("function_name")
        if name not in _FUNCTIONS:
            raise UsageError(f"sql() reads the run only: {name}() is not among {', '.join(_FUNCTIONS)}")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of the parsed query."""
    if isinstance(tree, dict):
        yield tree
        for part in tree.values():
            yield from _nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)
