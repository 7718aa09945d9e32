"""The only place that opens a DuckDB: no connection depends on the time zone of the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

Connection = duckdb.DuckDBPyConnection
"""What those above the warehouse call a connection that they hand on and do not query."""


def connect(
    database: str | Path = ":memory:", *, read_only: bool = False, config: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection whose time zone is UTC, also for its cursors.

    A point in time then has the same calendar day on every machine. Raises duckdb.Error as `duckdb.connect` does.
    """
    con = duckdb.connect(str(database), read_only=read_only, config=config or {})
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    return con
