"""Reading published tables of a run: filtered, searched, with chosen columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import EndedPairs, no_decisions
from pipeline.warehouse.database import open_run

SEARCHED = ("client_name", "website", "hub_id")


def read_table(
    run_file: Path,
    name: str,
    *,
    partner_id: str | None = None,
    search: str | None = None,
    columns: list[str] | None = None,
    ended: EndedPairs = frozenset(),
) -> pl.DataFrame:
    """A published table of a run, in its own order, which for `upcoming_renewals` is the default sort of rule 8.

    `search` is case- and accent-insensitive and finds parts of client name, website and hub ID.
    `ended`: the associations ended by the newest decisions, whose clients are in no row of their former partner.
    Raises UsageError for an unknown partner or column, or a filter that the table has no column for.
    """
    with open_run(run_file, ended=ended, finance=name in FINANCE) as con:
        if not _has(con, name):
            raise UsageError(
                f"{run_file.stem} has no table {name}: it was made by an older version, or without it "
                "(run --no-finance). Make a new run"
            )
        sql, values = table_query(
            con,
            name,
            partner_id=partner_id,
            search=search,
            columns=columns,
            pairs="ended_associations" if ended else None,
        )
        # The views that hide ended associations bring their order along and have no rowid.
        sql = sql if ended else f"{sql} ORDER BY rowid"
        frame: pl.DataFrame = con.sql(sql, params=values).pl() if values else con.sql(sql).pl()
    return frame


def table_query(
    con: duckdb.DuckDBPyConnection,
    name: str,
    *,
    partner_id: str | None = None,
    search: str | None = None,
    columns: Sequence[str] | None = None,
    pairs: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """The SQL that reads a published table as in `read_table`, and its parameters; for that connection.

    `pairs`: the relation of the ended associations, when there are any. A column that an older run lacks is null.
    """
    table = PUBLISHED[name]
    chosen = table.column_names if columns is None else columns
    for column in chosen:
        if column not in table.column_names:
            raise UsageError(f"{name} has no column {column!r}. It has: {', '.join(table.column_names)}")
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if partner_id is not None:
        if "partner_id" not in table.column_names:
            raise UsageError(f"{name} has no partner: leave --partner out")
        if not con.execute("SELECT 1 FROM exports.partners WHERE partner_id = ?", [partner_id]).fetchall():
            raise UsageError(f"no partner {partner_id!r} in this run")
        conditions.append("partner_id = $partner")
        values["partner"] = partner_id
        if pairs is not None and name == "decisions":
            conditions.append(f"(hub_id IS NULL OR (partner_id, hub_id) NOT IN (FROM {pairs}))")
    if search is not None:
        searched = [column for column in SEARCHED if column in table.column_names]
        if "client_name" not in searched:
            raise UsageError(f"{name} cannot be searched: it has no client name")
        conditions.append("(" + " OR ".join(f"contains({_folded(c)}, {_folded('$search')})" for c in searched) + ")")
        values["search"] = search
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    there = set(con.sql(f"FROM main.{name} LIMIT 0").columns)
    # A run made before a column was declared lacks it.
    types = {column.name: column.sql_type for column in table.columns}
    quoted = ", ".join(
        f'"{column}"' if column in there else f'NULL::{types[column]} AS "{column}"' for column in chosen
    )
    return f"SELECT {quoted} FROM main.{name}{where}", values  # noqa: S608


def has_partner(run_file: Path, partner_id: str) -> bool:
    """Whether the run's export has that partner."""
    with open_run(run_file) as con:
        return bool(con.execute("SELECT 1 FROM exports.partners WHERE partner_id = ?", [partner_id]).fetchall())


def decisions_used(run_file: Path, *, partner_id: str | None = None) -> pl.DataFrame:
    """The decisions that a run used, of one partner or all; none for a run from before there were decisions."""
    with open_run(run_file) as con:
        return decisions_in(con, partner_id=partner_id)


def decisions_in(con: duckdb.DuckDBPyConnection, *, partner_id: str | None = None) -> pl.DataFrame:
    """The same from an open connection."""
    if not _has(con, "decisions"):
        return no_decisions()
    whose = "$partner IS NULL OR partner_id = $partner"
    used: pl.DataFrame = con.sql(
        f"FROM main.decisions WHERE {whose} ORDER BY position",
        params={"partner": partner_id},
    ).pl()
    return used


def partner_ids(run_file: Path) -> list[str]:
    """Every partner of a run, in the order of their ids."""
    with open_run(run_file) as con:
        rows = con.execute("SELECT partner_id FROM exports.partners ORDER BY partner_id").fetchall()
    return [row[0] for row in rows]


def _has(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    there = con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND schema_name = 'main'", [name])
    return bool(there.fetchall())


def _folded(expression: str) -> str:
    return f"lower(strip_accents({expression}))"
