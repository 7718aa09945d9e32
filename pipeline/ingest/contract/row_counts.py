"""The accounts of an ingest: every row of every source file ends in exactly one count."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from pipeline.ingest import sql
from pipeline.ingest.outcome import FileCounts
from pipeline.tables.published import QUARANTINE, SOURCE_FILES


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the empty quarantine, the list of source files and schema `exports`."""
    # Record numbers are row ids, so a table must keep the order of its file.
    con.execute("SET preserve_insertion_order = true")
    con.execute("CREATE SCHEMA IF NOT EXISTS exports")
    for table in (QUARANTINE, SOURCE_FILES):
        con.execute(f"CREATE OR REPLACE TABLE main.{sql.name(table.name)} ({table.sql_columns})")


def write(con: duckdb.DuckDBPyConnection, files: Sequence[FileCounts]) -> None:
    """Fills `main.source_files`. A sum that does not add up is a bug: raises ArithmeticError."""
    for file in files:
        if not file.adds_up:
            raise ArithmeticError(f"rows of a source file are unaccounted for: {file}")
        con.execute(
            "INSERT INTO main.source_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                file.path,
                file.table,
                file.sha256,
                file.rows_read,
                file.rows_loaded,
                file.rows_quarantined,
                file.rows_duplicate,
                file.rows_left_out,
            ],
        )
