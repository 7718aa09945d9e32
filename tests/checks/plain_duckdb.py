"""The declared checks in plain DuckDB: fast, and a second opinion on what Great Expectations answers."""

from __future__ import annotations

import re

import clean_run
import duckdb

from pipeline.checks.declare_check import (
    Check,
    FailingRows,
    NoRowWhere,
    NotEmpty,
    OneOf,
    in_list,
    spelled_out,
    sql_words,
)
from pipeline.checks.suites import all_checks
from pipeline.settings import Settings
from pipeline.tables.published import PUBLISHED

Found = dict[tuple[str, str], list[dict[str, object]]]


WORDS = sql_words(clean_run.AS_OF, Settings(), with_decisions=True)


def checks_that_read(tables: set[str]) -> tuple[Check, ...]:
    """The checks that look at one of these tables: what they find is all that a change there can bring about."""
    every = all_checks(frozenset(PUBLISHED) - {"check_results", "run_info"})
    return tuple(check for check in every if any(_reads(check, table) for table in tables))


def _reads(check: Check, table: str) -> bool:
    sql = [spelled_out(one.sql, WORDS) for one in check.expectations if isinstance(one, FailingRows | NoRowWhere)]
    return check.table == table or any(re.search(rf"\b{re.escape(table)}\b", text) for text in sql)


def evaluated_plainly(con: duckdb.DuckDBPyConnection, checks: tuple[Check, ...]) -> Found:
    """The failing rows of the failing checks, by (name, table)."""
    found: Found = {}
    evidence = WORDS["evidence"].replace("{batch}", "upcoming_renewals")
    con.execute(f"CREATE OR REPLACE TEMP TABLE evidence AS FROM {evidence}")
    for check in checks:
        words = {word: sql.replace("{batch}", check.table) for word, sql in WORDS.items()}
        words["evidence"] = "evidence"
        for expectation in check.expectations:
            match expectation:
                case FailingRows(sql):
                    query = spelled_out(sql, words)
                case NoRowWhere():
                    query = spelled_out(expectation.sql, words)
                case OneOf(column, values):
                    query = f"SELECT {column} FROM {check.table} WHERE {column} NOT IN {in_list(values)}"
                case NotEmpty():
                    query = f"SELECT 'empty' AS is_empty WHERE NOT EXISTS (FROM {check.table})"
            answer = con.execute(query)
            names = [column[0] for column in answer.description]
            rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
            if rows:
                found.setdefault((check.name, check.table_name), []).extend(rows)
    return found
