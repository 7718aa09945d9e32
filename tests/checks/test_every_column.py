"""Whatever column of a candidate is tampered with, some check that forbids publishing finds it."""

from __future__ import annotations

import duckdb
import pytest
from plain_duckdb import checks_that_read, evaluated_plainly

from pipeline.checks.suites.shape import REQUIRED_TABLES
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED

TAMPERED = {
    "text": "coalesce({0}, '') || 'x'",
    "int": "coalesce({0}, 0) + 1",
    "bool": "NOT {0}",
    "date": "coalesce({0}, DATE '2026-11-20') - 1",
}
MONEY = "coalesce({0}, 0) + 50"
NOT_RECOMPUTED = {
    "findings": set(PUBLISHED["findings"].column_names),  # the clean run has none
}

COLUMNS = [
    (table, column)
    for table in (*REQUIRED_TABLES, *FINANCE)
    for column in PUBLISHED[table].columns
    if column.name not in NOT_RECOMPUTED.get(table, ())
]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda each: getattr(each, "name", each))
def test_a_column_that_is_tampered_with_is_found(con: duckdb.DuckDBPyConnection, table: str, column):
    con.execute(f"UPDATE {table} SET {column.name} = {TAMPERED.get(column.type, MONEY).format(column.name)}")
    checks = checks_that_read({table})
    levels = {(check.name, check.table_name): check.level for check in checks}
    assert "stop" in {levels[found] for found in evaluated_plainly(con, checks)}
