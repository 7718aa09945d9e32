"""What changed between two runs."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import pairs_frame
from pipeline.warehouse.connection import connect
from pipeline.warehouse.database import open_run_file
from pipeline.warehouse.readers import partner_of
from pipeline.warehouse.run_reader import ReadableRun

_SQL = """
WITH a AS (FROM before.main.upcoming_renewals), b AS (FROM after.main.upcoming_renewals),
both_ AS (
    SELECT coalesce(b.partner_id, a.partner_id) AS partner_id, coalesce(b.change_id, a.change_id) AS change_id,
        coalesce(b.client_name, a.client_name) AS client_name, a.change_id IS NULL AS is_new,
        b.change_id IS NULL AS is_gone, coalesce(b.hub_id, a.hub_id) AS hub_id,
        coalesce(b.currency, a.currency) AS currency,
        a.status || ' (' || a.status_basis || ')' AS status_a, b.status || ' (' || b.status_basis || ')' AS status_b,
        a.renewal_deadline AS deadline_a, b.renewal_deadline AS deadline_b,
        a.current_mrr AS mrr_a, b.current_mrr AS mrr_b,
        a.estimated_new_mrr AS new_mrr_a, b.estimated_new_mrr AS new_mrr_b
    FROM a FULL JOIN b ON a.partner_id = b.partner_id AND a.change_id = b.change_id
),
findings AS (
    SELECT *, 'new' AS what, NULL AS before, status_b AS after FROM both_ WHERE is_new
    UNION ALL SELECT *, 'gone', status_a, NULL FROM both_ WHERE is_gone
    UNION ALL SELECT *, 'status', status_a, status_b FROM both_ WHERE status_a <> status_b
    UNION ALL SELECT *, 'renewal_deadline', deadline_a::VARCHAR, deadline_b::VARCHAR FROM both_
        WHERE deadline_a <> deadline_b
    UNION ALL SELECT *, 'current_mrr', mrr_a::VARCHAR, mrr_b::VARCHAR FROM both_ WHERE mrr_a <> mrr_b
    UNION ALL SELECT *, 'estimated_new_mrr', new_mrr_a::VARCHAR, new_mrr_b::VARCHAR FROM both_
        WHERE new_mrr_a <> new_mrr_b
)
SELECT partner_id, change_id, client_name, what, currency, before, after
FROM findings ANTI JOIN ended_associations USING (partner_id, hub_id)
WHERE $partner IS NULL OR (partner_id = $partner AND hub_id IN (
    SELECT hub_id FROM after.exports.clients WHERE partner_id = $partner
        AND (association_ended_on IS NULL OR association_ended_on > (SELECT as_of FROM after.main.run_info))))
ORDER BY partner_id, client_name, change_id, what
"""


def compare(before: ReadableRun, after: ReadableRun) -> pl.DataFrame:
    """What changed in `upcoming_renewals` from one run to another for their reader, one row per change and finding.

    Columns: `partner_id, change_id, client_name, what, currency, before, after`; `what` is new, gone, status,
    renewal_deadline, current_mrr or estimated_new_mrr. Values are exact text; money is in `currency` per month.
    Of a partner only clients that the later run still gives it are in it (rule 7): one that another partner has by
    now, whose association has ended, or that was the partner's by mistake, is in no row.
    Raises UsageError for a partner that neither run knows.
    """
    with connect() as con:
        _attach_both(con, before.run_file, after.run_file)
        partner_id = _partner_of_both(con, before, after)
        con.register("ended_associations", pairs_frame(after.ended))
        changes: pl.DataFrame = con.sql(_SQL, params={"partner": partner_id}).pl()
    return changes


def _partner_of_both(con: duckdb.DuckDBPyConnection, before: ReadableRun, after: ReadableRun) -> str | None:
    partner_id = partner_of(after.reader)
    known = (
        "SELECT 1 FROM before.exports.partners WHERE partner_id = $id "
        "UNION ALL SELECT 1 FROM after.exports.partners WHERE partner_id = $id"
    )
    if partner_id is not None and not con.execute(known, {"id": partner_id}).fetchall():
        raise UsageError(f"there is no partner {partner_id!r} in {before.run_id} or {after.run_id}")
    return partner_id


def contracts_gone(con: duckdb.DuckDBPyConnection, before: Path) -> pl.DataFrame:
    """The rows of `contract_mrr` in the run file `before` whose contract the exports of this run (`con`) lack."""
    quoted = str(before.resolve()).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS run_before (READ_ONLY)")
    gone: pl.DataFrame = con.sql(
        "FROM run_before.main.contract_mrr ANTI JOIN exports.contracts USING (contract_id) ORDER BY contract_id"
    ).pl()
    con.execute("DETACH run_before")
    return gone


def rows_per_table(before: ReadableRun, after: ReadableRun) -> pl.DataFrame:
    """How many rows each table has in two run files: `table_name, before, after`, null where it is missing.

    The contract's tables first, in their order, then those that are published. Tables without rows in both are left
    out. Raises UsageError for a file that cannot be opened as a run.
    """
    counted: list[dict[str, int]] = []
    for run in (before, after):
        with open_run_file(run.run_file) as con:
            there = con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
            ).fetchall()
            counted.append(
                {
                    (f"{schema}.{name}" if schema == "exports" else name): len(con.table(f'{schema}."{name}"'))
                    for schema, name in there
                }
            )
    names = [*(f"exports.{name}" for name in EXPORTS), *PUBLISHED]
    rows = [(name, counted[0].get(name), counted[1].get(name)) for name in names]
    return pl.DataFrame(
        [row for row in rows if row[1] or row[2]],
        schema={"table_name": pl.String, "before": pl.Int64, "after": pl.Int64},
        orient="row",
    )


_MONEY = """
WITH a AS (FROM before.main.contract_mrr), b AS (FROM after.main.contract_mrr),
a_sum AS (SELECT partner_id, currency, count(DISTINCT hub_id) AS clients, count(*) AS contracts,
    sum(current_mrr) AS mrr FROM a GROUP BY ALL),
b_sum AS (SELECT partner_id, currency, count(DISTINCT hub_id) AS clients, count(*) AS contracts,
    sum(current_mrr) AS mrr FROM b GROUP BY ALL)
SELECT coalesce(b_sum.partner_id, a_sum.partner_id) AS partner_id, coalesce(b_sum.currency, a_sum.currency) AS currency,
    coalesce(a_sum.clients, 0) AS clients_before, coalesce(b_sum.clients, 0) AS clients_after,
    coalesce(a_sum.contracts, 0) AS contracts_before, coalesce(b_sum.contracts, 0) AS contracts_after,
    coalesce(a_sum.mrr, 0) AS mrr_before, coalesce(b_sum.mrr, 0) AS mrr_after,
    coalesce(b_sum.mrr, 0) - coalesce(a_sum.mrr, 0) AS mrr_change
FROM a_sum FULL JOIN b_sum ON a_sum.currency = b_sum.currency AND a_sum.partner_id IS NOT DISTINCT FROM b_sum.partner_id
WHERE $partner IS NULL OR coalesce(b_sum.partner_id, a_sum.partner_id) = $partner
ORDER BY partner_id NULLS LAST, currency
"""


def money_per_partner(before: ReadableRun, after: ReadableRun) -> pl.DataFrame:
    """Clients and contracts in force and their current MRR in two run files, one row per partner and currency.

    Columns: `partner_id` (null = clients without a partner), `currency`, `clients_before`, `clients_after`,
    `contracts_before`, `contracts_after`, `mrr_before`, `mrr_after`, `mrr_change`; money is in `currency` per month.
    """
    with connect() as con:
        _attach_both(con, before.run_file, after.run_file)
        partner_id = _partner_of_both(con, before, after)
        money: pl.DataFrame = con.sql(_MONEY, params={"partner": partner_id}).pl()
    return money


def _attach_both(con: duckdb.DuckDBPyConnection, before: Path, after: Path) -> None:
    for name, path in (("before", before), ("after", after)):
        quoted = str(path.resolve()).replace("'", "''")
        try:
            con.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
        except duckdb.Error as error:
            raise UsageError(f"{path.name} cannot be opened as a run: {str(error).splitlines()[0]}") from None
