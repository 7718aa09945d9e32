"""The SQL functions for profiles: what they understand, and that they keep what they do not."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from pipeline.ingest.profiles.functions import FUNCTIONS, definitions
from tests.conftest import ROOT


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
        # A dash, or two, after the decimal mark stands for "no cents", whichever dash it is.
        ("12.000,\u2013", "12.000,\u2013", "12000"),
        ("12.000,--", "12.000,--", "12000"),
        ("1\u2019200.\u2013", "1200", "1\u2019200.\u2013"),
        ("960,- EUR", "960,- EUR", "960"),
        ("120:-", "120", "120"),
        # A scale multiplies exactly; letters that are neither scale nor currency are not dropped.
        ("$1.2K", "1200", "$1.2K"),
        ("12 k\u20ac", "12000", "12000"),
        ("1,2 Mio. \u20ac", "1,2 Mio. \u20ac", "1200000"),
        ("500 TEUR", "500000", "500000"),
        ("5 MX$", "5", "5"),
        ("1200 pa", "1200 pa", "1200 pa"),
        ("US$ 5", "5", "5"),
        ("kr 100,-", "kr 100,-", "100"),
        ("10 %", "10", "10"),
        ("10,000円", "10000", "10.000"),
        ("1 234,50 zł", "1 234,50 zł", "1234.50"),
        # Of two meanings none is guessed, and what is not an amount stays for the quarantine.
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
        ("NT$120,000", "TWD"),
        ("CN¥12,000", "CNY"),
        ("₱120,000", "PHP"),
        ("₦1,200,000", "NGN"),
        ("$1.2K", "USD"),
        ("12 k€", "EUR"),
        ("Euro", "EUR"),
        ("US-Dollar", "USD"),
        ("12 000,– Kč", "CZK"),
        # Three letters inside a word are not a code, and a sign that is not known does not become the default.
        ("Reduction", "Reduction"),
        ("XB$ 500", "XB$ 500"),
        ("€ / month", "€ / month"),
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


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-01T00:00:00+02:00", "2026-02-01 23:59:59.5-0800", "2026-02-01T12:00:00Z", "2026-02-01T00:30:00+13",
        "2026-02-01 11:00 PM", "2026-02-01, 10:00 Uhr",
    ],
)  # fmt: skip
def test_a_date_with_a_time_or_an_offset_is_the_day_as_written(zone: str, cell: str):
    with duckdb.connect() as con:
        con.execute(f"SET TimeZone = '{zone}'")
        for definition in definitions(date(2026, 11, 23)):
            con.execute(definition)
        assert value(con, "date_text(?, '%Y-%m-%d')", cell) == "2026-02-01"
        assert value(con, "day_after(?, ['%d.%m.%Y', '%Y-%m-%d'])", cell) == "2026-02-02"
        assert value(con, "date_text('2026-02-01T00:00:00+02:00', '%Y-%m-%dT%H:%M:%S%z')") == "2026-02-01"


@pytest.mark.parametrize(
    ("cell", "months", "days"),
    [
        ("3 months", 3, None),
        ("3 Monate zum Quartalsende", 3, None),
        ("un mois", 1, None),
        ("1 Quartal", 3, None),
        ("ein Jahr", 12, None),
        ("30", None, "30"),
        ("6 Wochen zum Monatsende", None, "42"),
        ("90 jours", None, "90"),
        ("one month before the end of 12 months", None, None),
        ("by letter", None, None),
    ],
)
def test_a_notice_is_in_months_or_in_days(con, cell: str, months: int | None, days: str | None):
    assert value(con, "notice_months_of(?)", cell) == months
    assert value(con, "days_of(?)", cell) == (days or cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, True), (" ", True), ("9999-12-31", True), ("31.12.9999 00:00", True), ("31/12/2099", True),
        ("unbefristet", True), ("Until cancelled", True), ("Indéterminée", True), ("sin fecha fin", True),
        ("prazo indeterminado", True), ("–", True), ("2098-12-31", False), ("TBC", False), ("C-9999-1", False),
        ("31.02.2026", False),
    ],
)  # fmt: skip
def test_an_end_that_is_none(con, cell: str | None, expected: bool):
    assert value(con, "no_end(?)", cell) is expected


def test_the_signs_are_those_of_cldr():
    script = ROOT / "scripts" / "currency_signs.py"
    found = runpy.run_path(str(script))
    assert found["text"]() == found["TARGET"].read_text(encoding="utf-8"), "run python scripts/currency_signs.py"


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
