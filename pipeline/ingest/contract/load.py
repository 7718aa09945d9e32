"""One contract table: from its source's text to typed rows, with the reasons of those that break a rule beside them."""

from __future__ import annotations

import duckdb

from pipeline.ingest import sql
from pipeline.ingest.contract.source_rows import Source
from pipeline.ingest.contract.type_checks import typed_select
from pipeline.ingest.outcome import TableCounts
from pipeline.settings import FileFormat
from pipeline.tables.declare import Table


def create(con: duckdb.DuckDBPyConnection, table: Table, source: Source, file_format: FileFormat) -> int:
    """Makes `exports.<table>` of all rows of the source, reasons beside them. Gives the number of rows.

    The row's `rowid` is then its record number: DuckDB keeps the order of insertion.
    """
    select = typed_select(table, source.header, file_format, source.relation, structure=source.has_structure)
    con.execute(f"CREATE OR REPLACE TABLE {target(table)} AS {select}")
    return count(con, f"FROM {target(table)}")


def create_empty(con: duckdb.DuckDBPyConnection, table: Table) -> TableCounts:
    """Makes the table of an optional file that does not exist."""
    columns = ", ".join(f"{sql.name(column.name)} {column.sql_type}" for column in table.columns)
    con.execute(f"CREATE OR REPLACE TABLE {target(table)} ({columns})")
    return TableCounts(table.name, 0, 0, 0, 0, 0)


def target(table: Table) -> str:
    """The name of the table in the run's file, quoted."""
    return f"exports.{sql.name(table.name)}"


def count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    """How many rows `source` ("FROM … WHERE …") has."""
    # All rows are fetched: DuckDB 2 does no other work on a connection while a result is unfinished.
    return int(con.execute(f"SELECT count(*) {source}").fetchall()[0][0])
