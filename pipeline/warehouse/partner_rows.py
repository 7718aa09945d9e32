"""What one partner's report is made from: the partner's own rows of a run, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import no_decisions
from pipeline.warehouse.table_queries import declared_select, tables_there

REPORTED: Final = (
    "upcoming_renewals",
    "partner_summary",
    "client_contacts",
    "client_products",
    "client_app_usage",
    "client_consumption",
)
"""The published tables that a partner's report shows."""


@dataclass(frozen=True, slots=True)
class PartnerRows:
    """One partner's rows of a run, with the declared columns; null in those that an older run lacks.

    `tables`: by name, those of `REPORTED`. `partner`: its row of `exports.partners`. `run`: the row of `run_info`;
    `settings`: those it was made with. `decided`: the partner's decisions that the run used. `has_case_twin`: another
    partner's ID differs from this one's in case only.
    """

    tables: dict[str, pl.DataFrame]
    partner: dict[str, Any]
    run: dict[str, Any]
    settings: Settings
    decided: pl.DataFrame
    has_case_twin: bool


def partner_row(con: duckdb.DuckDBPyConnection, partner_id: str) -> dict[str, Any] | None:
    """The partner's row of `exports.partners`, None where the run does not know it."""
    columns = declared_select(con, "exports", EXPORTS["partners"])
    found = con.sql(f"SELECT {columns} FROM exports.partners WHERE partner_id = $id", params={"id": partner_id}).pl()  # noqa: S608
    return found.to_dicts()[0] if found.height else None


def partner_rows(con: duckdb.DuckDBPyConnection, partner_id: str) -> PartnerRows:
    """That partner's rows as this connection sees them. Raises UsageError for a partner that the run does not know."""
    partner = partner_row(con, partner_id)
    columns = declared_select(con, "main", PUBLISHED["run_info"])
    run = con.sql(f"SELECT {columns} FROM run_info").pl().to_dicts()[0]  # noqa: S608
    if partner is None:
        raise UsageError(f"there is no partner {partner_id!r} in {run['run_id']}")
    there = tables_there(con)
    tables = {name: _rows(con, name, partner_id, there=name in there) for name in REPORTED}
    twins = "SELECT 1 FROM exports.partners WHERE lower(partner_id) = lower($id) AND partner_id <> $id LIMIT 1"
    return PartnerRows(
        tables,
        partner,
        run,
        Settings.from_json(run["settings"]),
        decisions_of_partner(con, partner_id),
        bool(con.execute(twins, {"id": partner_id}).fetchall()),
    )


def _rows(con: duckdb.DuckDBPyConnection, name: str, partner_id: str, *, there: bool) -> pl.DataFrame:
    """The partner's rows of that table; none of one that an older run lacks."""
    table = PUBLISHED[name]
    if not there:
        return table.polars_schema.to_frame()
    query = f"SELECT {declared_select(con, 'main', table)} FROM main.{name} WHERE partner_id = $id"  # noqa: S608
    found: pl.DataFrame = con.sql(query, params={"id": partner_id}).pl()
    return found


def decisions_of_partner(con: duckdb.DuckDBPyConnection, partner_id: str) -> pl.DataFrame:
    """The decisions of that partner that the run used; none for a run from before there were decisions."""
    if "decisions" not in tables_there(con):
        return no_decisions()
    used: pl.DataFrame = con.sql(
        "FROM main.decisions WHERE partner_id = $id ORDER BY position", params={"id": partner_id}
    ).pl()
    return used
