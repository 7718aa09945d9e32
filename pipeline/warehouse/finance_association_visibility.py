"""Ended associations at reading time, for finance's tables that add up clients.

What `mrr_projection` and its like say of a partner cannot be taken apart into clients again, so they are computed
again from the run's own exports, settings and renewal rates: for the partners concerned and for nobody's clients, whom
the ended ones join (rule 7). What is said of everybody else, and of all clients together, stays as the run has it.
"""

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl

from pipeline.settings import Settings
from pipeline.tables.finance_tables import FINANCE
from pipeline.transform import as_declared
from pipeline.transform.projection import finance_tables

AGAIN: Final = {
    "mrr_projection": "partner_id NULLS FIRST, currency, scenario, month",
    "projection_interval": "scope, partner_id NULLS FIRST, currency, month",
    "retention": "partner_id NULLS FIRST, currency, scenario",
    "rival_mrr": "partner_id NULLS FIRST, currency",
}
"""The tables that are computed again, and the order of their rows."""

_OF_CLIENTS: Final = ("contracts", "contract_lines", "contract_changes")
_KNOWN_TO_ALL: Final = ("price_book", "limit_blocks", "fx_rates")


def project_again(con: duckdb.DuckDBPyConnection, stored: str) -> None:
    """Lay temporary tables over those of `AGAIN`, where a partner has ended an association that the run counts.

    `stored`: the schema of the run's own tables, quoted. Needs the relation `ended_associations` and `mrr_bridge`, in
    which ended associations are nobody's by now.
    """
    con.execute(
        f"CREATE TEMP TABLE partners_projected_again AS "  # noqa: S608
        f"SELECT DISTINCT partner_id FROM {stored}.mrr_bridge SEMI JOIN ended_associations USING (partner_id, hub_id)"
    )
    if not con.execute("FROM partners_projected_again LIMIT 1").fetchall():
        return
    con.execute(
        f"CREATE TEMP TABLE contracts_projected_again AS SELECT s.contract_id, s.hub_id, b.partner_id "  # noqa: S608
        f"FROM {stored}.mrr_bridge s JOIN mrr_bridge b USING (contract_id) "
        "WHERE s.partner_id IS NULL OR s.partner_id IN (FROM partners_projected_again)"
    )
    settings, as_of = con.execute("SELECT settings, as_of FROM main.run_info").fetchall()[0]
    again = finance_tables(
        _exports(con),
        con.sql("SELECT DISTINCT hub_id, partner_id FROM contracts_projected_again").pl(),
        as_of=as_of,
        rates=con.sql("FROM main.renewal_rates").pl(),
        **Settings.from_json(settings).finance_values(),
    )
    for name, order in AGAIN.items():
        _replace(con, f"{stored}.{name}", as_declared(again[name], FINANCE[name]), order)


def _exports(con: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    """The run's exports as far as they concern these contracts; without history, whose rates are given."""
    mine = {
        name: con.sql(f"FROM exports.{name} SEMI JOIN contracts_projected_again USING (contract_id)").pl()
        for name in _OF_CLIENTS
    }
    history = con.sql("FROM exports.renewal_history LIMIT 0").pl()
    return mine | {name: con.sql(f"FROM exports.{name}").pl() for name in _KNOWN_TO_ALL} | {"renewal_history": history}


def _replace(con: duckdb.DuckDBPyConnection, stored: str, again: pl.DataFrame, order: str) -> None:
    name = stored.rpartition(".")[2]
    kept = "partner_id IS NOT NULL AND partner_id NOT IN (FROM partners_projected_again)"
    if "scope" in again.columns:
        again = again.filter(scope="partner")
        kept += " OR scope = 'vendor'"
    con.register("rows_again", again)
    con.execute(
        f"CREATE TEMP TABLE {name} AS FROM (FROM {stored} WHERE {kept} "
        f"UNION ALL BY NAME FROM rows_again) ORDER BY {order}"
    )
    con.unregister("rows_again")
