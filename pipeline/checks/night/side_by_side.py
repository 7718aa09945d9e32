"""Both nights side by side, evaluated on tonight's day by today's code, settings and decisions.

Relations that every comparison reads (temporary, in the candidate's connection):

| relation | grain | columns |
|---|---|---|
| `before_<table>`, `tonight_<table>` | as in `tables.exports` | the declared columns; null where a run file lacks one |
| `clients_of_both` | client | `hub_id, in_before, in_tonight`, `partner_before, partner_tonight` (rule 7; or null) |
| `contracts_of_both` | contract | see `_CONTRACTS` |
| `left_out` | contract | `contract_id` of contracts that no comparison of the whole run looks at |
| `gone_with_partner` | client | `hub_id` of the clients that left the export with the one partner that may leave |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import polars as pl

from pipeline.settings import Settings
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.transform import contracts_in_force
from pipeline.transform.decisions_in_effect import ended_pairs, pairs_frame
from pipeline.transform.mrr import current_mrr

YARDSTICK: Final = "yardstick"

_KEYS_ENOUGH: Final = 100_000

_CLIENTS: Final = """
CREATE OR REPLACE TEMP TABLE clients_of_both AS
SELECT coalesce(b.hub_id, t.hub_id) AS hub_id, b.partner_id AS partner_before, t.partner_id AS partner_tonight,
    b.hub_id IS NOT NULL AS in_before, t.hub_id IS NOT NULL AS in_tonight
FROM ({before}) b FULL JOIN ({tonight}) t ON t.hub_id = b.hub_id
"""

_ASSOCIATED: Final = """
SELECT k.hub_id, CASE WHEN k.association_ended_on <= {as_of} OR e.hub_id IS NOT NULL THEN NULL
    ELSE k.partner_id END AS partner_id
FROM {side}_clients k LEFT JOIN ended_pairs e ON e.partner_id = k.partner_id AND e.hub_id = k.hub_id
"""

_CONTRACTS: Final = """
CREATE OR REPLACE TEMP TABLE contracts_of_both AS
SELECT coalesce(b.contract_id, t.contract_id) AS contract_id,
    b.contract_id IS NOT NULL AS in_before, t.contract_id IS NOT NULL AS in_tonight,
    b.hub_id AS hub_before, t.hub_id AS hub_tonight,
    kb.partner_before AS partner_before, kt.partner_tonight AS partner_tonight,
    b.currency AS currency_before, t.currency AS currency_tonight,
    b.term_start_date AS start_before, t.term_start_date AS start_tonight,
    b.renewal_start_date AS renewal_before, t.renewal_start_date AS renewal_tonight,
    mb.current_mrr AS mrr_before, mt.current_mrr AS mrr_tonight,
    coalesce(b.renewal_start_date BETWEEN {first} AND {last}
        OR (b.renewal_start_date < {first} AND t.term_start_date BETWEEN b.renewal_start_date AND {last}), false)
        AS renews
FROM before_contracts b FULL JOIN tonight_contracts t ON t.contract_id = b.contract_id
LEFT JOIN clients_of_both kb ON kb.hub_id = b.hub_id
LEFT JOIN clients_of_both kt ON kt.hub_id = t.hub_id
LEFT JOIN mrr_before mb ON mb.contract_id = b.contract_id
LEFT JOIN main.contract_mrr mt ON mt.contract_id = t.contract_id
"""
"""`mrr_*` is null for a contract not in force. `renews`: between the two days or in the days of grace around them, or
overdue then and rolled since."""

_SUCCESSORS: Final = """
UPDATE contracts_of_both AS c SET renews = true
WHERE NOT c.in_before AND c.hub_tonight IN (SELECT hub_id FROM before_clients) AND (
    c.start_tonight BETWEEN {first} AND {last}
    OR EXISTS (
        SELECT 1 FROM contracts_of_both o
        WHERE o.in_before AND o.hub_before = c.hub_tonight AND o.currency_before = c.currency_tonight
            AND o.renewal_before < {first} AND c.start_tonight BETWEEN o.renewal_before - {grace} AND {last}))
"""
"""A contract of a known client that begins then renews too, whether it takes over from another one under a number of
its own or was missing for the night of its renewal; so does one that takes over from one that has been overdue."""


@dataclass(frozen=True, slots=True)
class Nights:
    """A connection on the candidate with the yardstick attached, and what is compared with what.

    `yardstick_as_of`: the yardstick's own day.
    """

    con: duckdb.DuckDBPyConnection
    settings: Settings
    as_of: date
    yardstick_as_of: date

    def some(self, side: str, table: str, key: tuple[str, ...] = ()) -> str:
        """A relation: the rows of that table of `before` or `tonight`, of a big table those of every n-th key only
        (its primary key by default).

        The same keys on both sides, spread evenly, about `_KEYS_ENOUGH` of the yardstick's: a share of so many keys is
        true to half a percent, and the night is not held up by comparing millions.
        """
        step = self.one(f"SELECT count(*) // {_KEYS_ENOUGH} FROM before_{table}")[0]
        columns = ", ".join(key or EXPORTS[table].primary_key)
        return f"{side}_{table}" if step <= 1 else f"(FROM {side}_{table} WHERE hash({columns}) % {step} = 0)"

    def one(self, sql: str) -> tuple[Any, ...]:
        """The one row of that query."""
        row: tuple[Any, ...] = self.con.execute(sql).fetchall()[0]
        return row

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of that query, by name."""
        answer = self.con.execute(sql)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def sql_day(day: date) -> str:
    """The day as an SQL literal."""
    return f"DATE '{day.isoformat()}'"


def side_by_side(
    con: duckdb.DuckDBPyConnection, yardstick: Path, *, settings: Settings, as_of: date, decisions: pl.DataFrame
) -> Nights:
    """Attach the yardstick to the candidate's connection and make the relations above.

    Replaces what an earlier call on the same connection has made.
    """
    con.execute(f"DETACH DATABASE IF EXISTS {YARDSTICK}")
    quoted = str(yardstick.resolve()).replace("'", "''")
    con.execute(f"ATTACH '{quoted}' AS {YARDSTICK} (READ_ONLY)")
    for table in EXPORTS.values():
        _view(con, "before", f"{YARDSTICK}.exports", table)
        _view(con, "tonight", "exports", table)
    yardstick_as_of: date = con.execute(f"SELECT as_of FROM {YARDSTICK}.main.run_info").fetchall()[0][0]
    nights = Nights(con, settings, as_of, yardstick_as_of)
    con.register("ended_pairs", pairs_frame(ended_pairs(decisions)))
    sides = {side: _ASSOCIATED.format(side=side, as_of=sql_day(as_of)) for side in ("before", "tonight")}
    con.execute(_CLIENTS.format(**sides))
    con.unregister("ended_pairs")
    _contracts(nights)
    return nights


def _view(con: duckdb.DuckDBPyConnection, side: str, schema: str, table: Table) -> None:
    """The declared columns of an export table; null for a column, and no row for a table, that the file lacks."""
    database, _, name = schema.rpartition(".")
    there = {
        row[0]
        for row in con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? "
            "AND database_name = coalesce(nullif(?, ''), current_database())",
            [name, table.name, database],
        ).fetchall()
    }
    columns = ", ".join(
        f'"{c.name}"' if c.name in there else f'CAST(NULL AS {c.sql_type}) AS "{c.name}"' for c in table.columns
    )
    source = f"FROM {schema}.{table.name}" if there else "WHERE false"
    con.execute(f"CREATE OR REPLACE TEMP VIEW {side}_{table.name} AS SELECT {columns} {source}")


def _contracts(nights: Nights) -> None:
    con, grace = nights.con, nights.settings.rolling_grace_days
    days = sorted((nights.as_of, nights.yardstick_as_of))
    words = {
        "first": sql_day(days[0] - timedelta(days=grace)),
        "last": sql_day(days[1] + timedelta(days=grace)),
        "grace": str(grace),
    }
    con.register("mrr_before", _mrr_before(nights))
    con.execute(_CONTRACTS.format(**words))
    con.unregister("mrr_before")
    con.execute(_SUCCESSORS.format(**words))


def _mrr_before(nights: Nights) -> pl.DataFrame:
    """Rule 9 over the yardstick's contracts in force tonight: `contract_id, current_mrr`."""
    day = sql_day(nights.as_of)
    contracts = nights.con.sql(
        f"FROM before_contracts WHERE term_start_date <= {day} AND {day} < renewal_start_date"
    ).pl()
    lines = nights.con.sql(
        "SELECT contract_id, quantity, unit_price, discount_percent, discount_end_date, is_recurring "
        "FROM before_contract_lines"
    ).pl()
    in_force = contracts_in_force(contracts, as_of=nights.as_of, notice_days=nights.settings.notice_days)
    return current_mrr(in_force, lines, as_of=nights.as_of).select("contract_id", "current_mrr")
