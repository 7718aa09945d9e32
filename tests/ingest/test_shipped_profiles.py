"""The first real inputs: a city's register of contracts and a Stripe-shaped export."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipeline import transform
from pipeline.ingest import IngestReport, ingest
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS

Row = dict[str, str]
NUMBER, REVISION = "Purchase Order (Contract) Number", "Revision Number"


def read(folder: Path, profile: str, as_of: date) -> tuple[duckdb.DuckDBPyConnection, IngestReport]:
    con = duckdb.connect()
    return con, ingest(con, folder, settings=Settings(), as_of=as_of, profile=Path(profile))


@pytest.fixture(scope="module")
def register(cases: Path):
    con, report = read(cases / "contracts", "city_register", date(2025, 12, 11))
    yield con, report
    con.close()


@pytest.fixture(scope="module")
def rows(cases: Path) -> list[tuple[int, Row]]:
    """The register by the csv module alone: each row with the line on which it begins."""
    found = []
    with (cases / "contracts" / "chicago_contracts.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        line = reader.line_num + 1
        for cells in reader:
            found.append((line, dict(zip(header, cells, strict=True))))
            line = reader.line_num + 1
    return found


def day(text: str) -> date:
    month, day_of_month, year = text.split("/")
    return date(int(year), int(month), int(day_of_month))


def is_dated(row: Row) -> bool:
    return bool(row["Start Date"] and row["End Date"])


def latest_revisions(rows: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Of each contract's dated rows: the highest number; a coded revision came after the numbered ones."""
    by_contract: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in rows:
        if is_dated(row):
            by_contract[row[NUMBER]].append((line, row))

    def order(item: tuple[int, Row]) -> tuple[bool, int, date, str]:
        row = item[1]
        coded = not row[REVISION].isdigit()
        approved = day(row["Approval Date"]) if row["Approval Date"] else date.min
        return coded, 0 if coded else int(row[REVISION]), approved, row[REVISION]

    return [max(revisions, key=order) for revisions in by_contract.values()]


def test_every_row_of_the_register_is_accounted_for(register, rows):
    _, report = register
    (file,) = report.files
    dated = sum(is_dated(row) for _, row in rows)
    latest = latest_revisions(rows)
    assert (file.rows_read, len(rows)) == (20_000, 20_000)
    assert report.left_out == {"no_start_or_end_date": 20_000 - dated, "earlier_revision": dated - len(latest)}
    assert file.rows_left_out == 20_000 - len(latest)
    assert file.rows_loaded + file.rows_quarantined == len(latest)
    assert file.rows_duplicate == 0


def test_refused_rows_of_the_register_stand_at_their_line_with_their_reasons(register, rows):
    con, _ = register
    expected = set()
    for line, row in latest_revisions(rows):
        refused = None
        if day(row["Start Date"]).year < 1900:
            # Years 0201 and 0204: the term from there to 2020 or 2025 is over a hundred years long, too.
            refused = "impossible_date:term_start_date;period_too_long"
        elif day(row["End Date"]) < day(row["Start Date"]):
            refused = "renewal_not_after_start"
        if refused:
            # A negative award is not a reason (data contract): it is a credit, and its contract counts as 0.
            expected.add((line, "contracts", refused))
            expected.add((line, "contract_lines", "parent_quarantined"))
    found = con.execute("SELECT line_number, table_name, reason_codes FROM quarantine").fetchall()
    assert len(found) == len(expected)
    assert set(found) == expected
    assert Counter(reason for _, _, reason in found)["impossible_date:term_start_date;period_too_long"] == 2


def test_the_window_of_the_register(register, rows):
    con, _ = register
    first = date(2025, 12, 11)
    in_window = [row for _, row in rows if row["End Date"] and 0 <= (day(row["End Date"]) - first).days <= 120]
    assert len(in_window) == 109
    refused = {
        line for (line,) in con.execute("SELECT line_number FROM quarantine WHERE table_name = 'contracts'").fetchall()
    }
    expected = {
        row[NUMBER]
        for line, row in latest_revisions(rows)
        if 0 <= (day(row["End Date"]) - first).days <= 120 and line not in refused
    }
    # The renewal starts the day after the end, so a window by renewal is one day later.
    found = con.execute(
        "SELECT contract_id FROM exports.contracts "
        "WHERE renewal_start_date BETWEEN DATE '2025-12-12' AND DATE '2026-04-11'"
    ).fetchall()
    assert {contract for (contract,) in found} == expected
    assert len(found) == len(expected)


def test_mapped_contracts_of_the_register_equal_their_rows(register, rows):
    con, _ = register
    found = {
        contract: (hub, start, renewal, price)
        for contract, hub, start, renewal, price in con.execute(
            "SELECT contract_id, hub_id, term_start_date, renewal_start_date, unit_price FROM exports.contracts "
            "JOIN exports.contract_lines USING (contract_id)"
        ).fetchall()
    }
    by_number = {row[NUMBER]: row for _, row in latest_revisions(rows)}
    assert len(found) == 10082
    for contract, (hub, start, renewal, price) in found.items():
        row = by_number[contract]
        assert (hub, start, price) == (row["Vendor ID"], day(row["Start Date"]), Decimal(row["Award Amount"]))
        assert (renewal - day(row["End Date"])).days == 1


def test_the_window_counts_109_rows_through_the_raw_table(cases: Path, tmp_path: Path):
    # The same count through the reading of the product, before any revision is thinned.
    from pipeline.ingest.formats.sources import open_raw
    from pipeline.ingest.profiles.profile import SHIPPED, read_profile

    profile = read_profile(SHIPPED / "city_register", "city_register")
    source = open_raw(profile.files[0], cases / "contracts" / "chicago_contracts.csv", tmp_path)
    end = f"CAST(strptime(c{source.header.index('End Date')}, '%m/%d/%Y') AS DATE)"
    with duckdb.connect() as con:
        count = con.execute(
            f"SELECT count(*) FROM {source.relation} WHERE {end} BETWEEN DATE '2025-12-11' AND DATE '2025-12-11' + 120"
        ).fetchall()
    assert count == [(109,)]


def test_the_stripe_export_gives_the_published_mrr(cases: Path):
    # All of its contracts are in force on this day: the last starts on 2024-07-13, the first renews on 2024-08-01.
    as_of = date(2024, 7, 20)
    con, report = read(cases / "vendor_seeds" / "stripe", "stripe", as_of)
    with con, (cases / "mrr" / "stripe_seed_expected_mrr.csv").open(encoding="utf-8", newline="") as stream:
        expected: dict[str, Decimal] = defaultdict(Decimal)
        for row in csv.DictReader(stream):
            expected[row["subscription_id"]] += Decimal(row["expected_contract_mrr_minor"])
        assert con.execute("SELECT count(*) FROM quarantine").fetchall() == [(0,)]
        frames = {name: con.sql(f"SELECT * FROM exports.{name}").pl() for name in EXPORTS}
        mrr = transform.build(frames, as_of=as_of)["contract_mrr"]
        found = {row["contract_id"]: 100 * row["current_mrr"] for row in mrr.iter_rows(named=True)}
        assert found == dict(expected)
    assert report.lost_columns == ()
    assert report.left_out == {"lookup": 13 + 4 + 10 + 10 + 10}
    assert sum(file.rows_loaded for file in report.files) == 14 + 2 + 12
