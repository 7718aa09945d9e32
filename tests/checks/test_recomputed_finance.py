"""Finance's figures worked out again by SQL: no false alarm on drawn exports, and what is tampered with is found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest
from clean_run import AS_OF, fill
from plain_duckdb import checks_that_read, evaluated_plainly

from pipeline.transform import build_finance
from pipeline.warehouse import Exports

SUBJECTS = {"renewal_rates", "rival_mrr", "projection_interval"}
CHECKS = tuple(check for check in checks_that_read(SUBJECTS) if check.level == "stop" and check.table in SUBJECTS)


@pytest.fixture
def run() -> Iterator[duckdb.DuckDBPyConnection]:
    """The clean run in a database of its own: finance's tables are computed from what is committed."""
    with closing(duckdb.connect()) as own:
        own.execute("SET threads = 1")
        fill(own)
        yield own


def with_exports(con: duckdb.DuckDBPyConnection, **rows: list[dict[str, Any]]) -> None:
    """The run with these exports in place of its own, and finance's tables computed from them."""
    for name, table in rows.items():
        frame = pl.DataFrame(table, schema_overrides={"product_code": pl.String()}, infer_schema_length=None)
        con.execute(f"DELETE FROM exports.{name}")
        if table:
            con.register("given", frame)
            con.execute(f"INSERT INTO exports.{name} BY NAME FROM given")
            con.unregister("given")
    for name, frame in build_finance(Exports(con), as_of=AS_OF).items():
        con.execute(f"DELETE FROM {name}")
        con.register("computed", frame)
        con.execute(f"INSERT INTO {name} FROM computed")
        con.unregister("computed")


def drawn_history(draw: random.Random, *, rows: int, missing: float, churned: float) -> list[dict[str, Any]]:
    """Contracts with successive renewals; a share of the rows without a term, and days ahead that are not known yet."""
    found = []
    for contract in range(rows // 3):
        term, currency = draw.choice([1, 12, 24]), draw.choice(["USD", "EUR", "JPY"])
        chance = churned * {1: 0, 12: 1, 24: 2}[term]
        day = date(2026, 12, 5) - timedelta(days=draw.randrange(200, 2000))
        for _ in range(3):
            outcome = "churned" if draw.random() < chance else "renewed"
            found.append(
                {
                    "contract_id": f"P{contract}",
                    "hub_id": "H1",
                    "renewal_start_date": day,
                    "outcome": outcome,
                    "mrr_before": Decimal(10),
                    "mrr_after": Decimal(10),
                    "currency": currency,
                    "subscription_term_months": None if draw.random() < missing else term,
                }
            )
            day += timedelta(days=round(term * 30.44) + draw.randrange(-3, 4))
    return found


@pytest.mark.parametrize(
    ("rows", "missing", "churned"),
    [
        (0, 0, 0),
        (3, 0, 0),
        (3, 0.5, 1),
        (60, 0, 0.1),
        (300, 0, 0.3),
        (300, 0, 0),  # everything renewed
        (300, 0, 1),
        (300, 0.02, 0.2),  # about the 95 % with a known term
        (300, 0.5, 0.2),
        (300, 1, 0.2),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_no_false_alarm_over_rates(
    run: duckdb.DuckDBPyConnection, rows: int, missing: float, churned: float, seed: int
):
    with_exports(run, renewal_history=drawn_history(random.Random(seed), rows=rows, missing=missing, churned=churned))
    assert evaluated_plainly(run, CHECKS) == {}


PRICES = ["0.005", "0.015", "10", "33.33", "99.995", "-5", "-40.005", "1000000.123456", "0"]


def drawn_book(draw: random.Random, contracts: int) -> dict[str, list[dict[str, Any]]]:
    """Contracts in three currencies with credits, odd discounts, one-off lines and amounts at half a minor unit."""
    book: dict[str, list[dict[str, Any]]] = {"contracts": [], "contract_lines": [], "price_book": []}
    for number in range(contracts):
        start = date(2026, draw.choice([1, 5, 11]), draw.choice([1, 23]))
        frequency = draw.choice(["monthly", "quarterly", "annual", "other"])
        book["contracts"].append(
            {
                "contract_id": f"C{number}",
                "hub_id": draw.choice(["H1", "H2"]),
                "currency": draw.choice(["USD", "JPY", "KWD"]),
                "term_start_date": start,
                "renewal_start_date": date(start.year + draw.choice([1, 2]), start.month, start.day),
                "subscription_term_months": draw.choice([1, 7, 12, 24]),
                "billing_frequency": frequency,
                "billing_interval_months": 7 if frequency == "other" else None,
            }
        )
        for line in range(draw.randrange(4)):
            book["contract_lines"].append(
                {
                    "line_id": f"L{number}-{line}",
                    "contract_id": f"C{number}",
                    "product_code": draw.choice(["HUB", "SEAT", "NEW"]),
                    "product_name": "A product",
                    "quantity": Decimal(draw.choice(["1", "3", "0.3333", "0"])),
                    "unit_price": Decimal(draw.choice(PRICES)),
                    "discount_percent": draw.choice([None, Decimal("12.3456"), Decimal(100), Decimal(50)]),
                    "discount_end_date": draw.choice([None, AS_OF, AS_OF + timedelta(days=1)]),
                    "is_recurring": draw.choice([None, True, True, False]),
                }
            )
    for product in ("HUB", "SEAT"):
        for currency in ("USD", "KWD"):
            for day in (date(2026, 1, 1), AS_OF, AS_OF + timedelta(days=1)):
                price = Decimal(draw.choice(["0.005", "12.345678", "40"]))
                book["price_book"].append(
                    {"product_code": product, "currency": currency, "valid_from": day, "monthly_unit_price": price}
                )
    return book


@pytest.mark.parametrize("seed", range(4))
def test_no_false_alarm_over_definitions_of_mrr(run: duckdb.DuckDBPyConnection, seed: int):
    with_exports(run, **drawn_book(random.Random(seed), 150))
    # The contracts' own MRR is not what is looked at here: the bridge has it.
    run.execute("DELETE FROM contract_mrr")
    run.execute(
        "INSERT INTO contract_mrr BY NAME SELECT contract_id, hub_id, partner_id, currency, current_mrr "
        "FROM mrr_bridge WHERE term_start_date <= DATE '2026-11-23'"
    )
    assert evaluated_plainly(run, CHECKS) == {}


@pytest.mark.parametrize(
    ("table", "column", "by"),
    [
        ("renewal_rates", "renewals", "1"),
        ("renewal_rates", "renewed", "-1"),
        ("renewal_rates", "renewal_probability", "0.00001"),
        ("renewal_rates", "probability_error", "0.00001"),
        ("renewal_rates", "overall_rate", "-0.00001"),
        ("renewal_rates", "overall_renewals", "1"),
        ("rival_mrr", "undiscounted_mrr", "0.01"),
        ("rival_mrr", "list_price_mrr", "-0.01"),
        ("rival_mrr", "with_one_off_mrr", "0.01"),
        ("rival_mrr", "by_term_mrr", "-0.01"),
    ],
)
def test_the_smallest_change_of_one_row_is_found(run: duckdb.DuckDBPyConnection, table: str, column: str, by: str):
    with_exports(run, renewal_history=drawn_history(random.Random(1), rows=300, missing=0, churned=0.2))
    first = f"(SELECT min(rowid) FROM {table} WHERE currency = 'USD')"
    run.execute(f"UPDATE {table} SET {column} = {column} + {by} WHERE rowid = {first}")
    found = evaluated_plainly(run, CHECKS)
    assert [len(rows) for rows in found.values()] == [1], found


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE renewal_rates SET subscription_term_months = 13 WHERE currency = 'USD'",
        "UPDATE renewal_rates SET currency = 'CHF' WHERE currency = 'USD'",
        "DELETE FROM renewal_rates WHERE currency = 'EUR'",  # of contracts in force, without any history
    ],
)
def test_a_segment_that_is_missing_or_not_explained_is_found(con: duckdb.DuckDBPyConnection, tampering: str):
    con.execute(tampering)
    assert ("segments_of_history", "renewal_rates") in evaluated_plainly(con, CHECKS)


@pytest.mark.parametrize(
    ("high", "is_found"),
    [
        ("full_mrr", False),
        ("full_mrr + 0.01", True),
        ("closing + (closing - closing_low)", False),
        ("closing + (closing - closing_low) - 0.01", True),
    ],
)
def test_the_upper_end_of_an_interval(con: duckdb.DuckDBPyConnection, high: str, is_found: bool):
    """An interval of which neither end is cut off: 40 below expected, while 50 above would be possible."""
    row = "scope = 'partner' AND partner_id = 'P1' AND month = DATE '2027-10-01'"
    same = "partner_id = 'P1' AND month = DATE '2027-10-01' AND scenario = 'full'"
    con.execute(f"UPDATE projection_interval SET closing_low = closing - 40 WHERE {row}")
    con.execute(
        f"UPDATE mrr_projection SET closing = 50 + (SELECT closing FROM projection_interval WHERE {row}) WHERE {same}"
    )
    full = f"(SELECT closing FROM mrr_projection WHERE {same})"
    con.execute(f"UPDATE projection_interval SET closing_high = {high.replace('full_mrr', full)} WHERE {row}")
    found = evaluated_plainly(con, CHECKS).get(("interval_upper_end", "projection_interval"), [])
    assert any(found_row["partner_id"] == "P1" for found_row in found) == is_found
