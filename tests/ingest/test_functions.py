"""The SQL functions for profiles: what they understand, and that they keep what they do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from pipeline.ingest.functions import FUNCTIONS, definitions


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        for definition in definitions(date(2026, 11, 23)):
            con.execute(definition)
        yield con


def value(con: duckdb.DuckDBPyConnection, expression: str, *cells: str | None) -> Any:
    [(found,)] = con.execute(f"SELECT {expression}", list(cells)).fetchall()
    return found


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_the_example_of_the_documentation_holds(con, function):
    assert value(con, function.example) == function.result


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("1,234.50", "1234.50", "1,234.50"),
        ("1.234,50", "1.234,50", "1234.50"),
        ("1234", "1234", "1234"),
        ("1 234 567.5", "1234567.5", "1 234 567.5"),
        ("1\u00a0234\u202f567", "1234567", "1234567"),
        ("12'500.-", "12500", "12'500.-"),
        ("12,34,567.00", "1234567.00", "12,34,567.00"),
        ("(1,234.50)", "-1234.50", "(1,234.50)"),
        ("-$5", "-5", "-5"),
        ("$-5", "-5", "-5"),
        ("\u22127", "-7", "-7"),
        ("7-", "-7", "-7"),
        ("US$ 5", "5", "5"),
        ("kr 100,-", "kr 100,-", "100"),
        ("10 %", "10", "10"),
        ("10,000円", "10000", "10.000"),
        ("1 234,50 zł", "1 234,50 zł", "1234.50"),
        # Of two meanings none is guessed, and what is no amount stays for the quarantine.
        ("1,50", "1,50", "1.50"),
        ("1e3", "1e3", "1e3"),
        ("N/A", "N/A", "N/A"),
        ("100 or 200", "100 or 200", "100 or 200"),
        ("12,34", "12,34", "12.34"),
        ("", "", ""),
        (None, None, None),
    ],
)
def test_amounts(con, cell, point, comma):
    assert (value(con, "number_text(?)", cell), value(con, "number_text_comma(?)", cell)) == (point, comma)


@pytest.mark.parametrize(
    ("cell", "months"),
    [
        ("Monthly", 1), ("P1M", 1), ("12", 12), ("24.0", 24), ("12 months", 12), ("3-year", 36), ("2 yrs", 24),
        ("per_six_months", 6), ("Annually", 12), ("P1Y", 12), ("halbjährlich", 6), ("weekly", None), ("soon", None),
        ("12 or 24", None), (None, None),
    ],
)  # fmt: skip
def test_months_of(con, cell, months):
    assert value(con, "months_of(?)", cell) == months


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("eur", "EUR"),
        ("$5", "USD"),
        ("CAD 5", "CAD"),
        ("C$ 5", "CAD"),
        ("5", "CHF"),
        (None, "CHF"),
        ("kr 5", "kr 5"),
        ("10,000円", "JPY"),
    ],
)
def test_currency_code(con, cell, code):
    assert value(con, "currency_code(?, 'CHF')", cell) == code


def test_what_is_no_date_stays_text(con):
    formats = "['%d.%m.%Y', '%Y-%m-%d %H:%M:%S']"
    cells = ["1.2.2026", "2026-02-01 10:00:00", "31.02.2026", "TBC", None]
    found = [value(con, f"date_text(?, {formats})", cell) for cell in cells]
    assert found == ["2026-02-01", "2026-02-01", "31.02.2026", "TBC", None]
    assert value(con, f"day_after('TBC', {formats})") == "TBC"
    assert value(con, f"months_after('TBC', 12, {formats})") == "TBC"


def test_months_keep_the_day_where_the_month_has_it(con):
    assert value(con, "months_after('2026-01-31', '1', '%Y-%m-%d')") == "2026-02-28"
    assert value(con, "months_after('2024-02-29', 12, '%Y-%m-%d')") == "2025-02-28"


@pytest.mark.parametrize(
    ("starts", "months", "this", "following"),
    [
        ("2024-01-31", 1, "2026-10-31", "2026-11-30"),
        ("2025-11-23", 12, "2026-11-23", "2027-11-23"),
        ("2025-11-24", 12, "2025-11-24", "2026-11-24"),
        ("2024-05-31", 3, "2026-08-31", "2026-11-30"),
        ("2020-11-30", 1, "2026-10-30", "2026-11-30"),
        # One that has not begun renews for the first time after its first term.
        ("2027-01-01", 12, "2027-01-01", "2028-01-01"),
    ],
)
def test_a_contract_without_an_end_renews_again_and_again(con, starts, months, this, following):
    assert str(value(con, f"current_term_start(DATE '{starts}', {months})")) == this
    assert str(value(con, f"next_renewal(DATE '{starts}', {months})")) == following


def test_the_end_of_a_short_month_ends_a_term_that_began_on_a_longer_one(con):
    with duckdb.connect() as february:
        for definition in definitions(date(2026, 2, 28)):
            february.execute(definition)
        assert str(value(february, "current_term_start(DATE '2026-01-31', 1)")) == "2026-02-28"
        assert str(value(february, "next_renewal(DATE '2026-01-31', 1)")) == "2026-03-31"


def test_times_is_exact_and_keeps_what_is_no_number(con):
    found = [value(con, "times(?, 12)", cell) for cell in ("0.1", "100", "0.00", "33.333333", "x", None)]
    assert found == ["1.2", "1200", "0", "399.999996", "x", None]
