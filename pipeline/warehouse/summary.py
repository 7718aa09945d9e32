"""A run in a few figures, kept in its own `run_info` so that a list of many runs is quick."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import UsageError
from pipeline.warehouse.database import open_run


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Clients in the export, contracts in force, Σ current MRR per currency (exact text per month), warnings found.

    `created_at`: UTC, ISO 8601.
    """

    as_of: date
    created_at: str
    clients: int
    contracts_in_force: int
    mrr: dict[str, str]
    warnings: int


def summarise(con: duckdb.DuckDBPyConnection) -> str:
    """The figures of a finished candidate as JSON, for the column `summary` of its `run_info`."""
    return json.dumps(_figures(con), sort_keys=True)


def summary_of(run_file: Path) -> RunSummary:
    """What a run says of itself, computed where it was made before runs kept a summary.

    Raises UsageError in one line for a file that cannot be read.
    """
    with open_run(run_file) as con:
        try:
            row = con.sql("FROM main.run_info").pl().to_dicts()[0]
            figures = json.loads(row.get("summary") or "null") or _figures(con)
        except (duckdb.Error, IndexError, ValueError) as error:
            raise UsageError(f"{run_file.name} cannot be read: {str(error).splitlines()[0]}") from None
    return RunSummary(as_of=row["as_of"], created_at=row["created_at"], **figures)


def _figures(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    there = {
        f"{schema}.{name}"
        for schema, name in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
    }

    def counted(table: str, condition: str = "true") -> int:
        if table not in there:
            return 0
        return int(con.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchall()[0][0])  # noqa: S608

    mrr: list[tuple[str, Decimal]] = []
    if "main.contract_mrr" in there:
        sums = "SELECT currency, sum(current_mrr) FROM main.contract_mrr GROUP BY currency ORDER BY currency"
        mrr = con.execute(sums).fetchall()
    return {
        "clients": counted("exports.clients"),
        "contracts_in_force": counted("main.contract_mrr"),
        "mrr": {currency: f"{amount:f}" for currency, amount in mrr},
        "warnings": counted("main.check_results", "NOT success AND level = 'warning'"),
    }
