"""A run in a few figures, kept in its own `run_info` so that a list of many runs is quick."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipeline.tables.published import SCHEMA_VERSION
from pipeline.warehouse.connection import connect


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Clients in the export, contracts in force, Σ current MRR per currency (exact text per month), warnings found.

    `created_at`: UTC, ISO 8601. `profile`: the source profile.
    """

    as_of: date
    created_at: str
    profile: str
    clients: int
    contracts_in_force: int
    mrr: dict[str, str]
    warnings: int


def summarise(con: duckdb.DuckDBPyConnection) -> str:
    """The figures of a finished candidate as JSON, for the column `summary` of its `run_info`."""
    return json.dumps(_figures(con), sort_keys=True)


def summaries(run_files: Iterable[Path]) -> list[RunSummary | str]:
    """What runs say of themselves, in the order given; of one that cannot be read, in one line why.

    Figures are computed where a run was made before runs kept a summary. One connection for all: opening each file as a
    database of its own takes seven times as long.
    """
    with connect() as con:
        return [_summary(con, path) for path in run_files]


def _summary(con: duckdb.DuckDBPyConnection, run_file: Path) -> RunSummary | str:
    quoted = str(run_file.resolve()).replace("'", "''")
    try:
        con.execute(f"ATTACH '{quoted}' AS one_run (READ_ONLY)")
    except duckdb.Error as error:
        return f"{run_file.name} cannot be opened as a run: {str(error).splitlines()[0]}"
    try:
        found = con.execute("FROM one_run.main.run_info")
        names = [column[0] for column in found.description or ()]
        row = dict(zip(names, found.fetchall()[0], strict=True))
        if row["schema_version"] > SCHEMA_VERSION:
            return f"{run_file.name} was made by a newer version of this product: upgrade, or choose an older run"
        figures = json.loads(row.get("summary") or "null") or _figures(con, "one_run.")
        return RunSummary(as_of=row["as_of"], created_at=row["created_at"], profile=row["profile"], **figures)
    except (duckdb.Error, IndexError, KeyError, TypeError, ValueError) as error:
        return f"{run_file.name} cannot be read: {(str(error) or type(error).__name__).splitlines()[0]}"
    finally:
        con.execute("DETACH one_run")


def _figures(con: duckdb.DuckDBPyConnection, database: str = "") -> dict[str, Any]:
    """The figures; `database`: the name, with a point, under which the run's file is attached."""
    chosen = f"database_name = '{database.rstrip('.')}'" if database else "true"
    there = {
        f"{schema}.{name}"
        for schema, name in con.execute(
            f"SELECT schema_name, table_name FROM duckdb_tables() WHERE {chosen}"  # noqa: S608
        ).fetchall()
    }

    def counted(table: str, condition: str = "true") -> int:
        if table not in there:
            return 0
        return int(con.execute(f"SELECT count(*) FROM {database}{table} WHERE {condition}").fetchall()[0][0])  # noqa: S608

    mrr: list[tuple[str, Decimal]] = []
    if "main.contract_mrr" in there:
        sums = f"SELECT currency, sum(current_mrr) FROM {database}main.contract_mrr GROUP BY 1 ORDER BY 1"  # noqa: S608
        mrr = con.execute(sums).fetchall()
    return {
        "clients": counted("exports.clients"),
        "contracts_in_force": counted("main.contract_mrr"),
        "mrr": {currency: f"{amount:f}" for currency, amount in mrr},
        "warnings": counted("main.check_results", "NOT success AND level = 'warning'"),
    }
