"""Refused rows and duplicates are taken out of a contract table; the refused go to `main.quarantine` as they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice

import duckdb
import pyarrow as pa

from pipeline.ingest import sql
from pipeline.ingest.contract import key_and_reference_rules, reasons
from pipeline.ingest.contract.load import count, target
from pipeline.ingest.contract.source_rows import Original, Source
from pipeline.ingest.contract.type_checks import REASONS_COLUMN
from pipeline.ingest.outcome import TableCounts
from pipeline.tables.declare import Table
from pipeline.tables.exports import CONTRACT_LINES

_BATCH = 50_000

WORK_TABLES = """
CREATE OR REPLACE TEMP TABLE refused (record BIGINT, place INTEGER, reason VARCHAR);
CREATE OR REPLACE TEMP TABLE repeated (record BIGINT);
CREATE OR REPLACE TEMP TABLE original (record BIGINT, file VARCHAR, line BIGINT, cells VARCHAR, mapped VARCHAR);
"""
REFUSED_KEYS = "CREATE OR REPLACE TEMP TABLE refused_keys (table_name VARCHAR, key VARCHAR)"


@dataclass(frozen=True, slots=True)
class Refusals:
    """What a load took out of a table: record numbers of its source."""

    refused: frozenset[int]
    duplicate: frozenset[int]


def quarantine_rows(
    con: duckdb.DuckDBPyConnection, table: Table, source: Source, rows: int, as_of: date
) -> tuple[TableCounts, Refusals]:
    """Takes duplicates and refused rows out of `exports.<table>`; the refused go to `main.quarantine`."""
    con.execute(WORK_TABLES)
    duplicate = _take_duplicates(con, table, source)
    own = f"SELECT rowid, 1, {REASONS_COLUMN} FROM {target(table)} WHERE {REASONS_COLUMN} IS NOT NULL"
    con.execute(f"INSERT INTO refused {own}")
    for place, rule in enumerate(key_and_reference_rules.broken(table, as_of), start=3):
        con.execute(f"INSERT INTO refused SELECT record, {place}, {sql.text(rule.code)} FROM ({rule.records})")
    for reference in table.references:
        con.execute(key_and_reference_rules.refuse_orphans(table, reference))
    refused = _records(con, "SELECT DISTINCT record FROM refused ORDER BY record")
    following = count(
        con,
        f"FROM (SELECT record FROM refused GROUP BY record HAVING bool_and(reason = '{reasons.PARENT_QUARANTINED}'))",
    )
    incomplete = _incomplete(con) if refused and table is CONTRACT_LINES else ()
    if refused:
        _quarantine(con, table, source, refused)
    con.execute(f"ALTER TABLE {target(table)} DROP COLUMN {REASONS_COLUMN}")
    counts = TableCounts(
        table=table.name,
        rows_read=rows,
        rows_loaded=count(con, f"FROM {target(table)}"),
        rows_refused=len(refused) - following,
        rows_following=following,
        rows_duplicate=len(duplicate),
        incomplete=incomplete,
    )
    return counts, Refusals(frozenset(refused), frozenset(duplicate))


def _incomplete(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The contracts that stay although a line of theirs does not: what remains of them is worth less than it says."""
    found = con.execute(
        "SELECT DISTINCT contract_id FROM exports.contract_lines SEMI JOIN exports.contracts USING (contract_id) "
        "WHERE contract_lines.rowid IN (SELECT record FROM refused) ORDER BY contract_id"
    ).fetchall()
    return tuple(contract_id for (contract_id,) in found)


def _take_duplicates(con: duckdb.DuckDBPyConnection, table: Table, source: Source) -> list[int]:
    """Removes rows equal in every cell to one that stays; refuses all rows of a key whose rows differ."""
    con.execute(f"INSERT INTO repeated {key_and_reference_rules.repeated_keys(table)}")
    repeated = _records(con, "SELECT record FROM repeated ORDER BY record")
    if not repeated:
        return []
    _fetch_originals(con, source, repeated)
    con.execute(key_and_reference_rules.refuse_differing(table))
    duplicate = _records(con, key_and_reference_rules.equal_in_every_cell(table))
    _delete(con, table, duplicate)
    return duplicate


def _quarantine(con: duckdb.DuckDBPyConnection, table: Table, source: Source, refused: list[int]) -> None:
    there = set(_records(con, "SELECT record FROM original"))
    _fetch_originals(con, source, [record for record in refused if record not in there])
    con.execute(
        "INSERT INTO main.quarantine SELECT file, line, $name, reason_codes, cells FROM original JOIN "
        "(SELECT record, string_agg(reason, ';' ORDER BY place, reason) AS reason_codes FROM refused GROUP BY record) "
        "USING (record) ORDER BY record",
        {"name": table.name},
    )
    if key_and_reference_rules.is_parent(table):
        con.execute(
            f"INSERT INTO refused_keys SELECT $name, {sql.name(table.primary_key[0])} FROM {target(table)} "
            "WHERE rowid IN (SELECT record FROM refused)",
            {"name": table.name},
        )
    _delete(con, table, refused)


def _fetch_originals(con: duckdb.DuckDBPyConnection, source: Source, records: list[int]) -> None:
    found = source.originals(records)
    while batch := list(islice(found, _BATCH)):
        _insert(con, "original", _as_arrow(batch))


def _as_arrow(batch: list[Original]) -> pa.Table:
    columns = zip(*batch, strict=True)
    types = (pa.int64(), pa.string(), pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(column, type=kind) for column, kind in zip(columns, types, strict=True)]
    return pa.Table.from_arrays(arrays, names=list(Original._fields))


def _delete(con: duckdb.DuckDBPyConnection, table: Table, records: list[int]) -> None:
    con.register("records_to_delete", pa.table({"record": pa.array(records, pa.int64())}))
    con.execute(f"DELETE FROM {target(table)} WHERE rowid IN (SELECT record FROM records_to_delete)")
    con.unregister("records_to_delete")


def _insert(con: duckdb.DuckDBPyConnection, target: str, rows: pa.Table) -> None:
    con.register("rows_to_insert", rows)
    con.execute(f"INSERT INTO {target} SELECT * FROM rows_to_insert")
    con.unregister("rows_to_insert")


def _records(con: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    return [record for (record,) in con.execute(query).fetchall()]
