"""Rule 11: European Central Bank reference rates stand in only where the export has none, and never guess."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest

from pipeline.ingest.contract.reference_rates import add_reference_rates, cross_rate, shipped
from pipeline.tables.exports import EXPORTS

AS_OF = date(2026, 11, 23)
DAYS = [
    (date(2026, 11, 24), {"USD": Decimal("9")}),  # tomorrow
    (date(2026, 11, 20), {"USD": Decimal("1.2"), "JPY": Decimal("180"), "ISK": Decimal("150")}),
    (date(2026, 10, 30), {"USD": Decimal("1.1"), "JPY": Decimal("176"), "HRK": Decimal("7.5")}),
    (date(2026, 10, 22), {"USD": Decimal("1.1"), "HRK": Decimal("7.5"), "BGN": Decimal("1.9")}),
]


@pytest.fixture
def con():
    with closing(duckdb.connect()) as con:
        con.execute("CREATE SCHEMA exports")
        for name in ("contracts", "fx_rates"):
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in EXPORTS[name].columns)
            con.execute(f"CREATE TABLE exports.{name} ({columns})")
        yield con


def contracts_in(con, *currencies):
    con.executemany("INSERT INTO exports.contracts (currency) VALUES (?)", [[currency] for currency in currencies])


def rates(con):
    return con.execute("SELECT currency, rate_date, rate FROM exports.fx_rates ORDER BY ALL").fetchall()


def test_the_rates_of_the_contracts_currencies_are_quotients_of_one_day(con):
    contracts_in(con, "EUR", "JPY", "USD", "EUR")
    told = add_reference_rates(con, as_of=AS_OF, reporting_currency="USD", days=DAYS)
    assert rates(con) == [
        ("EUR", date(2026, 10, 22), Decimal("1.1")),
        ("EUR", date(2026, 10, 30), Decimal("1.1")),
        ("EUR", date(2026, 11, 20), Decimal("1.2")),
        ("JPY", date(2026, 10, 30), Decimal("0.00625")),
        ("JPY", date(2026, 11, 20), Decimal("0.00666667")),  # 1.2 / 180, half up
    ]
    assert "the export has no exchange rates as of 2026-11-23; European Central Bank reference rates" in told
    assert told.endswith("up to 2026-11-20 are used")


def test_a_currency_without_a_recent_rate_has_none_and_is_named(con):
    # HRK was last published on 30 October, 24 days ago; BGN on 22 October, 32 days ago; CLP never.
    contracts_in(con, "HRK", "BGN", "CLP")
    told = add_reference_rates(con, as_of=AS_OF, reporting_currency="USD", days=DAYS)
    assert {currency for currency, _, _ in rates(con)} == {"HRK"}
    assert told.endswith("; none of the last 31 days for BGN, CLP")


def test_an_export_with_a_rate_is_left_as_it_is(con):
    contracts_in(con, "EUR", "JPY")
    own = [("GBP", date(2026, 11, 23), Decimal("1.3"))]
    con.execute(
        "INSERT INTO exports.fx_rates BY NAME SELECT 'GBP' AS currency, DATE '2026-11-23' AS rate_date, 1.3 AS rate"
    )
    assert add_reference_rates(con, as_of=AS_OF, reporting_currency="USD", days=DAYS) is None
    assert rates(con) == own
    # A rate of tomorrow does not exist yet; it stays, and is not a reason to go without.
    assert add_reference_rates(con, as_of=date(2026, 11, 22), reporting_currency="USD", days=DAYS) is not None
    assert own[0] in rates(con)


def test_where_nothing_needs_a_rate_nothing_is_said(con):
    contracts_in(con, "USD")
    assert add_reference_rates(con, as_of=AS_OF, reporting_currency="USD", days=DAYS) is None
    assert rates(con) == []


def test_without_any_usable_rate_it_says_so(con):
    contracts_in(con, "EUR")
    told = add_reference_rates(con, as_of=date(2030, 1, 1), reporting_currency="USD", days=DAYS)
    assert "the export has no exchange rates, and neither do the European Central Bank reference rates" in told
    assert rates(con) == []


def test_the_euro_may_be_either_side_and_a_rate_too_small_for_8_decimals_is_none():
    per_euro = {"USD": Decimal("1.2"), "IRR": Decimal("900000000")}
    assert cross_rate(per_euro, "USD", "EUR") == Decimal("0.83333333")
    assert cross_rate(per_euro, "EUR", "USD") == Decimal("1.2")
    assert cross_rate(per_euro, "IRR", "EUR") is None
    assert cross_rate(per_euro, "XXX", "EUR") is None


def test_the_shipped_rates_are_the_banks_own():
    # 4 January 1999, the first day: the bank's euro reference rates, https://www.ecb.europa.eu/stats/eurofxref.
    days = dict(shipped())
    first = days[date(1999, 1, 4)]
    assert (first["USD"], first["JPY"]) == (Decimal("1.1789"), Decimal("133.73"))
    assert max(days) >= date(2026, 10, 30)
    assert Fraction(first["GBP"]) == Fraction(7111, 10000)
