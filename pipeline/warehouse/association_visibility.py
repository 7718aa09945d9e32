"""Ended associations at reading time: the client is in no row of that partner, on every run, at once.

A run's file never changes. Where partners have ended associations since, `hide` lays temporary views over the
connection's tables, under their own names, so that whoever reads from it cannot meet what it must not see.
"""

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl

from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import EndedPairs, pairs_frame
from pipeline.transform.partner_summary import partner_summary
from pipeline.warehouse.table_queries import declared_select, tables_there

VENDOR_WIDE: Final = ("contract_mrr", "mrr_bridge", "findings")
"""Finance's tables that keep an ended association's contracts, as nobody's (rule 7)."""

AGAIN: Final = {
    "mrr_projection": "partner_id NULLS FIRST, currency, scenario, month",
    "projection_interval": "scope, partner_id NULLS FIRST, currency, month",
    "retention": "partner_id NULLS FIRST, currency, scenario",
    "rival_mrr": "partner_id NULLS FIRST, currency",
}
"""The tables that are computed again, and the order of their rows."""

KEPT_WHOLE: Final = ("decisions",)
"""The vendor's own record: it names whoever decided what, unless it is asked for one partner's rows."""

_ENDED: Final = "(FROM $pairs e WHERE e.partner_id = t.partner_id AND e.hub_id = t.hub_id)"


def hide(con: duckdb.DuckDBPyConnection, ended: EndedPairs, database: str) -> None:
    """Let this connection see `VENDOR_WIDE` without the partner of those pairs, and no other row of theirs.

    The summaries of the partners concerned are computed again from the rows that are left. Finance's tables that add
    up clients cannot be read from this connection until `show_finance_again` (`finance_association_visibility`) has
    laid them over.
    """
    if not ended:
        return
    con.register("pairs_to_hide", pairs_frame(ended))
    con.execute("CREATE TEMP TABLE ended_associations AS FROM pairs_to_hide")
    con.unregister("pairs_to_hide")
    there = tables_there(con)
    for name in there & BY_CLIENT.keys():
        con.execute(f"CREATE TEMP VIEW {name} AS {view_by_client(name, database)}")
    if {"upcoming_renewals", "contract_mrr", "partner_summary"} <= there:
        _summarise_again(con, ended, f"{stored_schema(database)}.partner_summary")
    for name in there & AGAIN.keys():
        con.execute(f"CREATE TEMP VIEW {name} AS SELECT error('{name} is read by finance, which shows it again')")


def view_by_client(name: str, database: str, *, pairs: str = "ended_associations") -> str:
    """The SQL of that table without the rows of ended associations, or with nobody's where finance keeps them.

    `pairs`: the relation of the ended associations. Only for the tables of `BY_CLIENT`.
    """
    return BY_CLIENT[name].replace("$stored", f"{stored_schema(database)}.{name}").replace("$pairs", pairs)


def stored_schema(database: str) -> str:
    """The schema of the run's own tables in that database, quoted."""
    quoted = database.replace('"', '""')
    return f'"{quoted}".main'


_WITHOUT_ENDED_ROWS: Final = (
    f"SELECT * EXCLUDE (place) FROM (SELECT *, rowid AS place FROM $stored) t WHERE NOT EXISTS {_ENDED} ORDER BY place"  # noqa: S608
)


BY_CLIENT: Final = {
    name: _WITHOUT_ENDED_ROWS
    for name, table in PUBLISHED.items()
    if {"partner_id", "hub_id"} <= set(table.column_names) and name not in (*VENDOR_WIDE, *KEPT_WHOLE)
} | {
    name: "SELECT * EXCLUDE (place) REPLACE (CASE WHEN EXISTS $ended THEN NULL ELSE partner_id END AS partner_id) "
    "FROM (SELECT *, rowid AS place FROM $stored) t ORDER BY place".replace("$ended", _ENDED)
    for name in VENDOR_WIDE
}


def _summarise_again(con: duckdb.DuckDBPyConnection, ended: EndedPairs, stored: str) -> None:
    """A temporary `partner_summary`: as stored, except for the partners that have ended an association."""
    concerned = pl.DataFrame({"partner_id": sorted({partner_id for partner_id, _ in ended})})
    con.register("partners_concerned", concerned)
    as_of, reporting_currency = con.execute(
        "SELECT as_of, settings ->> 'reporting_currency' FROM main.run_info"
    ).fetchall()[0]
    rows = {
        name: con.sql(
            f"SELECT {declared_select(con, 'main', PUBLISHED[name])} FROM {name} "  # noqa: S608
            "SEMI JOIN partners_concerned USING (partner_id)"
        ).pl()
        for name in ("upcoming_renewals", "contract_mrr")
    }
    again = partner_summary(
        rows["upcoming_renewals"],
        rows["contract_mrr"],
        con.sql("SELECT rate_date, currency, rate FROM exports.fx_rates").pl(),
        as_of=as_of,
        reporting_currency=reporting_currency,
    )
    declared = PUBLISHED["partner_summary"]
    con.register("summarised_again", again.select(declared.column_names).cast(declared.polars_schema))
    con.execute(
        f"CREATE TEMP TABLE partner_summary AS FROM (FROM {stored} ANTI JOIN partners_concerned USING (partner_id) "
        "UNION ALL BY NAME FROM summarised_again) ORDER BY partner_id, currency"
    )
    con.unregister("summarised_again")
    con.unregister("partners_concerned")
