"""Rules over several rows: keys, references, at most one, and what a change must say about its contract.

A record number is the row's `rowid`. Rows whose record could not be laid over the header take no part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.ingest import sql
from pipeline.ingest.contract import reasons
from pipeline.ingest.contract.type_checks import REASONS_COLUMN
from pipeline.tables.declare import Reference, Table
from pipeline.tables.exports import CONTACTS, CONTRACT_CHANGES, EXPORTS

_LAID_OUT: Final = (
    f"({REASONS_COLUMN} IS NULL OR {REASONS_COLUMN} NOT IN ("
    + ", ".join(sql.text(code) for code in reasons.STRUCTURAL)
    + "))"
)


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """`records` is SQL that gives the record numbers of the rows that break the rule `code`."""

    code: str
    records: str


def is_parent(table: Table) -> bool:
    """Whether rows of another table point at this one."""
    return any(reference.table == table.name for other in EXPORTS.values() for reference in other.references)


def repeated_keys(table: Table) -> str:
    """SELECT of the records whose primary key stands more than once."""
    key = sql.names(table.primary_key)
    complete = " AND ".join(f"{sql.name(column)} IS NOT NULL" for column in table.primary_key)
    rows = f"FROM exports.{sql.name(table.name)} WHERE {complete} AND {_LAID_OUT}"
    twice = f"SELECT {key} {rows} GROUP BY {key} HAVING count(*) > 1"
    return f"SELECT rowid FROM exports.{sql.name(table.name)} SEMI JOIN ({twice}) USING ({key}) WHERE {_LAID_OUT}"


def _by_key(table: Table) -> str:
    key = sql.names(table.primary_key)
    return (
        "SELECT repeated.record, count(DISTINCT coalesce(mapped, cells)) OVER (PARTITION BY key) AS variants, "
        "min(repeated.record) OVER (PARTITION BY key) AS first "
        f"FROM (SELECT rowid AS record, row({key}) AS key FROM exports.{sql.name(table.name)}) AS rows "
        "JOIN repeated USING (record) JOIN original USING (record)"
    )


def refuse_differing(table: Table) -> str:
    """INSERT into `refused`: all rows of a key whose rows are not equal in every original cell."""
    return f"INSERT INTO refused SELECT record, 2, '{reasons.DUPLICATE_KEY}' FROM ({_by_key(table)}) WHERE variants > 1"


def equal_in_every_cell(table: Table) -> str:
    """SELECT of the records equal in every original cell to an earlier one, where all of their key are."""
    return f"SELECT record FROM ({_by_key(table)}) WHERE variants = 1 AND record > first ORDER BY record"


def refuse_orphans(table: Table, reference: Reference) -> str:
    """INSERT into `refused`: rows that point at a row that does not exist, and rows whose parent is quarantined.

    A row's own reasons come first: with one of those the quarantined parent is not named.
    """
    column = sql.name(reference.column)
    child = f"exports.{sql.name(table.name)}"
    parent = f"exports.{sql.name(reference.table)}"
    return f"""
        INSERT INTO refused
        WITH orphan AS (
            SELECT child.rowid AS record, child.{column} AS key
            FROM {child} AS child ANTI JOIN {parent} AS parent ON child.{column} = parent.{sql.name(reference.key)}
            WHERE child.{column} IS NOT NULL AND {_LAID_OUT}
        ), judged AS (
            SELECT record, key IN (SELECT key FROM refused_keys WHERE table_name = {sql.text(reference.table)}
                                   AND key IS NOT NULL) AS follows
            FROM orphan
        )
        SELECT record, 9, CASE WHEN follows THEN '{reasons.PARENT_QUARANTINED}' ELSE {sql.text(reference.code)} END
        FROM judged WHERE NOT follows OR record NOT IN (SELECT record FROM refused)"""


def broken(table: Table, as_of: date) -> Iterator[BrokenRule]:
    """The rules over several rows of this table; those about a change are asked only when it lies after `as_of`."""
    if table is CONTACTS:
        yield _more_than_one_primary()
    if table is CONTRACT_CHANGES:
        yield from _about_changes(as_of)


def _more_than_one_primary() -> BrokenRule:
    rows = f"FROM exports.contacts WHERE is_primary AND {_LAID_OUT}"
    return BrokenRule(
        reasons.MORE_THAN_ONE_PRIMARY,
        f"SELECT rowid AS record {rows} AND hub_id IN (SELECT hub_id {rows} GROUP BY hub_id HAVING count(*) > 1)",
    )


def _about_changes(as_of: date) -> Iterator[BrokenRule]:
    ahead = f"effective_date > DATE '{as_of.isoformat()}' AND {_LAID_OUT}"
    # Either table may have a surplus column of any name, also one of the other's: each name says whose it is.
    changes = (
        f"(SELECT rowid AS record, contract_id, change_id, contract_type, effective_date, new_contact_max, "
        f"new_email_limit FROM exports.contract_changes WHERE {ahead}) AS change"
    )
    contracts = "(SELECT contract_id, renewal_start_date, contact_max, email_limit FROM exports.contracts) AS contract"
    renewals = f"FROM exports.contract_changes WHERE contract_type = 'renewal' AND {ahead}"
    yield BrokenRule(
        reasons.MORE_THAN_ONE_RENEWAL,
        f"SELECT rowid AS record {renewals} AND contract_id IN "
        f"(SELECT contract_id {renewals} GROUP BY contract_id HAVING count(*) > 1)",
    )
    against_contract = f"SELECT record FROM {changes} JOIN {contracts} USING (contract_id) WHERE contract_type = "
    for code, contract_type, when in (
        (reasons.NOT_THE_RENEWAL_DATE, "renewal", "effective_date <> renewal_start_date"),
        (reasons.NOT_ABOVE_CONTACT_MAX, "contact_tier_upgrade", "new_contact_max <= contact_max"),
        (reasons.NOT_ABOVE_EMAIL_LIMIT, "email_overage", "new_email_limit <= email_limit"),
    ):
        yield BrokenRule(code, f"{against_contract}'{contract_type}' AND {when}")
    yield BrokenRule(
        reasons.CHANGE_ID_TAKEN,
        f"SELECT record FROM {changes} JOIN {contracts} ON change.change_id = contract.contract_id || ':renewal' "
        "WHERE (change.contract_id <> contract.contract_id OR change.contract_type <> 'renewal')",
    )
