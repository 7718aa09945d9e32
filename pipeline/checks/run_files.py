"""Plain values out of a run's file that checks need before Great Expectations opens it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.warehouse.connection import connect


@dataclass(frozen=True, slots=True)
class Facts:
    """`tables`: names in `main`. `exports`: names in `exports`. The partners' distinct locales and time zones."""

    tables: frozenset[str]
    exports: frozenset[str]
    locales: tuple[str, ...]
    time_zones: tuple[str, ...]


def facts(run_file: Path) -> Facts:
    """What the candidate holds. The connection is closed on return."""
    with closing(connect(run_file, read_only=True)) as con:
        tables, exports = _table_names(con, "main"), _table_names(con, "exports")
        partners = "partners" in exports
        return Facts(
            tables=tables,
            exports=exports,
            locales=_texts(con, "SELECT DISTINCT locale FROM exports.partners ORDER BY ALL") if partners else (),
            time_zones=_texts(con, "SELECT DISTINCT time_zone FROM exports.partners ORDER BY ALL") if partners else (),
        )


def _table_names(con: duckdb.DuckDBPyConnection, schema: str) -> frozenset[str]:
    return frozenset(
        name
        for (name,) in con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [schema]
        ).fetchall()
    )


def _texts(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...]:
    return tuple(text for (text,) in con.execute(sql).fetchall() if text is not None)
