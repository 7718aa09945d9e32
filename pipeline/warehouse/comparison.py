"""What changed between two runs."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from pipeline.transform.decided import EndedPairs, pairs_frame

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


def compare(
    before: Path, after: Path, *, partner_id: str | None = None, ended: EndedPairs = frozenset()
) -> pl.DataFrame:
    """What changed in `upcoming_renewals` from one run file to another, one row per change and finding.

    Columns: `partner_id, change_id, client_name, what, currency, before, after`; `what` is new, gone, status,
    renewal_deadline, current_mrr or estimated_new_mrr. Values are exact text; money is in `currency` per month.
    `ended`: the associations ended by the newest decisions, whose clients are in no row of their former partner.
    With `partner_id` only clients that the later run still gives to that partner are in it (rule 7): one that another
    partner has by now, whose association the vendor has ended, or that was the partner's by mistake, is in no row.
    """
    with duckdb.connect() as con:
        for name, path in (("before", before), ("after", after)):
            quoted = str(path.resolve()).replace("'", "''")
            con.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
        con.register("ended_associations", pairs_frame(ended))
        changes: pl.DataFrame = con.sql(_SQL, params={"partner": partner_id}).pl()
    return changes


def contracts_gone(con: duckdb.DuckDBPyConnection, before: Path) -> pl.DataFrame:
    """The rows of `contract_mrr` in the run file `before` whose contract the exports of this run (`con`) lack."""
    quoted = str(before.resolve()).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS run_before (READ_ONLY)")
    gone: pl.DataFrame = con.sql(
        "FROM run_before.main.contract_mrr ANTI JOIN exports.contracts USING (contract_id) ORDER BY contract_id"
    ).pl()
    con.execute("DETACH run_before")
    return gone
