"""The export gate: a pure function of what ingest counted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.checks import CheckResult, CountedTable, export_gate

FIVE = Decimal(5)


def results(counts: CountedTable, limit: Decimal = FIVE) -> dict[str, CheckResult]:
    return {result.name: result for result in export_gate([counts], limit_percent=limit)}


def test_a_clean_table_passes():
    found = results(CountedTable("clients", rows_read=100, rows_loaded=100))
    assert all(result.success and result.gate == "export" for result in found.values())
    assert set(found) == {"quarantine_share", "rows_left", "quarantined_rows", "unknown_columns"}


@pytest.mark.parametrize(
    ("refused", "read", "limit", "passes"),
    [
        (5, 100, "5", True),  # exactly the limit is not above it
        (6, 100, "5", False),
        (501, 10_000, "5", False),
        (1, 3, "33.3333", False),  # 33.33333… % is above 33.3333 %
        (1, 3, "33.3334", True),
        (0, 0, "0", True),  # an empty optional table
        (1, 1000, "0", False),
    ],
)
def test_the_share_stops_strictly_above_the_limit(refused: int, read: int, limit: str, passes: bool):
    counts = CountedTable(
        "contacts", rows_read=read, rows_loaded=read - refused, rows_quarantined=refused, rows_quarantined_own=refused
    )
    found = results(counts, Decimal(limit))["quarantine_share"]
    assert found.success is passes
    assert found.stops is not passes


def test_rows_that_followed_a_refused_parent_do_not_count_towards_the_limit():
    counts = CountedTable(
        "contracts",
        rows_read=10,
        rows_loaded=4,
        rows_quarantined=6,
        rows_quarantined_own=0,
        rows_by_reason={"parent_quarantined": 6},
    )
    found = results(counts)
    assert found["quarantine_share"].success
    assert not found["quarantined_rows"].success


def test_a_finding_names_counts_reasons_and_rows():
    example = {"source_file": "clients.csv", "line_number": 7, "reason_codes": "unknown_partner"}
    counts = CountedTable(
        "clients",
        rows_read=20,
        rows_loaded=17,
        rows_quarantined=3,
        rows_quarantined_own=2,
        rows_by_reason={"duplicate_key": 1, "unknown_partner": 2},
        quarantined_examples=(example,) * 30,
    )
    found = results(counts)
    assert found["quarantine_share"].observed == ("2 of 20 rows quarantined for their own reasons (10.00 %, limit 5 %)")
    assert found["quarantined_rows"].observed == "quarantined rows: 3 (unknown_partner 2, duplicate_key 1)"
    assert found["quarantined_rows"].level == "warning"
    assert found["quarantined_rows"].examples == [example] * 20


def test_unknown_columns_are_a_warning():
    found = results(CountedTable("clients", rows_read=1, rows_loaded=1, unknown_columns=("colour", "Ümsatz")))
    assert not found["unknown_columns"].stops
    assert found["unknown_columns"].examples == [{"column": "colour"}, {"column": "Ümsatz"}]
    assert "colour, Ümsatz" in found["unknown_columns"].observed


@pytest.mark.parametrize(("table", "stops"), [("clients", True), ("contacts", False)])
def test_only_a_required_table_must_keep_rows(table: str, stops: bool):
    counts = CountedTable(table, rows_read=3, rows_loaded=0, rows_quarantined=3)
    assert results(counts)["rows_left"].stops is stops


def test_a_raw_file_of_a_profile_is_judged_by_its_share_only():
    raw = CountedTable(table_name="register", rows_read=100, rows_loaded=0, rows_quarantined=6, rows_quarantined_own=6)
    failed = [result.name for result in export_gate([raw], limit_percent=Decimal(5)) if result.stops]
    assert failed == ["quarantine_share"]


def test_contracts_without_some_of_their_lines_are_a_warning_that_names_them():
    names = tuple(f"c{number}" for number in range(30))
    found = results(
        CountedTable("contract_lines", rows_read=90, rows_loaded=60, incomplete_contracts=names), Decimal(99)
    )
    check = found["incomplete_contracts"]
    assert (check.level, check.success, check.stops) == ("warning", False, False)
    assert check.observed == (
        "contracts without some of their lines, so that their MRR may be wrong: 30 (c0, c1, c2, c3, c4, …)"
    )
    assert check.examples == [{"contract_id": name} for name in names[:20]]
    one = results(CountedTable("contract_lines", rows_read=9, rows_loaded=8, incomplete_contracts=("c7",)))
    assert one["incomplete_contracts"].observed.endswith("may be wrong: 1 (c7)")
