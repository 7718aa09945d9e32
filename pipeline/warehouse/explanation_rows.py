"""The rows that an estimate rests on: the changes of its contract, and what the export says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from pipeline.warehouse.runs import settings_of
from pipeline.warehouse.table_queries import declared_select


@dataclass(frozen=True, slots=True)
class ExplanationRows:
    """`changes`: the upcoming changes of the contract, as in `upcoming_renewals`; `of_contract`: its rows of the export
    by table (`contracts, contract_changes, contract_lines`); `books`: `price_book` and `limit_blocks`, whole."""

    run_id: str
    settings: Settings
    as_of: date
    changes: pl.DataFrame
    of_contract: dict[str, pl.DataFrame]
    books: dict[str, pl.DataFrame]


def explanation_rows(
    con: duckdb.DuckDBPyConnection, run_id: str, change_id: str, *, partner_id: str | None
) -> ExplanationRows:
    """As this connection sees them; with `partner_id` only a change of that partner.

    Raises UsageError when no upcoming change has that ID.
    """
    settings, as_of = settings_of(con)
    columns = declared_select(con, "main", PUBLISHED["upcoming_renewals"])
    changes: pl.DataFrame = con.sql(
        f"SELECT {columns} FROM upcoming_renewals "  # noqa: S608
        "WHERE ($partner IS NULL OR partner_id = $partner) AND contract_id = "
        "(SELECT contract_id FROM upcoming_renewals WHERE change_id = $id)",
        params={"id": change_id, "partner": partner_id},
    ).pl()
    if changes.is_empty():
        raise UsageError(
            f"there is no upcoming change {change_id!r} in {run_id}: see 'renewals table upcoming_renewals'"
        )
    contract = {"id": changes["contract_id"][0]}
    of_contract: dict[str, pl.DataFrame] = {
        name: con.sql(
            f"SELECT {declared_select(con, 'exports', EXPORTS[name])} FROM exports.{name} WHERE contract_id = $id",  # noqa: S608
            params=contract,
        ).pl()
        for name in ("contracts", "contract_changes", "contract_lines")
    }
    books: dict[str, pl.DataFrame] = {
        name: con.sql(f"SELECT {declared_select(con, 'exports', EXPORTS[name])} FROM exports.{name}").pl()  # noqa: S608
        for name in ("price_book", "limit_blocks")
    }
    return ExplanationRows(run_id, settings, as_of, changes, of_contract, books)
