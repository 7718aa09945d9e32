"""Invented exports: the committed one is what the code writes, and generated ones keep the contract at any size."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.errors import UsageError
from pipeline.ingest import IngestReport, ingest
from pipeline.sample import DEMO_DAY, true_renewal_rate, write_demo_sample, write_sample
from pipeline.sample.draw import Draw
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS

SAMPLE = Path(__file__).parent.parent / "data" / "sample"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    write_sample(folder, clients=2000, seed=7, as_of=DEMO_DAY)
    return folder


def read(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{table}.csv", infer_schema=False)


def ingested(folder: Path, as_of: date = DEMO_DAY) -> tuple[duckdb.DuckDBPyConnection, IngestReport]:
    con = duckdb.connect()
    return con, ingest(con, folder, settings=Settings(), as_of=as_of)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


# The committed sample


def test_the_committed_sample_is_what_the_code_writes(tmp_path: Path):
    write_demo_sample(tmp_path)
    written, committed = contents(tmp_path), contents(SAMPLE)
    assert set(written) == set(committed) == {f"{name}.csv" for name in EXPORTS}
    for name in written:
        assert written[name] == committed[name], f"{name}: run python -m pipeline.sample"


def test_the_committed_sample_is_small_text_with_unix_line_ends():
    files = contents(SAMPLE)
    assert sum(map(len, files.values())) < 300_000
    for name, content in files.items():
        assert b"\r" not in content, name
        assert content.decode("utf-8").endswith("\n"), name


def test_exactly_three_rows_of_the_committed_sample_go_to_the_quarantine():
    con, report = ingested(SAMPLE)
    refused = con.sql(
        "SELECT source_file, line_number, json_extract_string(cells, '$.*')[1] FROM quarantine"
    ).fetchall()
    assert sorted(refused) == [
        ("contacts.csv", 104, "U-BROKEN-DATE"),
        ("contract_lines.csv", 142, "L-BROKEN-REFERENCE"),
        ("contract_lines.csv", 143, "L-BROKEN-PRICE"),
    ]
    assert {name for name, table in report.tables.items() if table.refused_percent > 5} == set()


# A generated sample keeps the contract


@pytest.mark.parametrize("as_of", [DEMO_DAY, date(2024, 2, 29), date(2027, 3, 31)])
def test_no_row_of_a_generated_sample_breaks_the_contract(tmp_path: Path, as_of: date):
    rows = write_sample(tmp_path, clients=2000, seed=11, as_of=as_of)
    con, report = ingested(tmp_path, as_of)
    assert con.sql("SELECT * FROM quarantine").fetchall() == []
    assert {name: table.rows_loaded for name, table in report.tables.items()} == rows
    assert min(rows.values()) > 0


@pytest.mark.parametrize("table", EXPORTS.values(), ids=lambda table: table.name)
def test_a_file_has_the_declared_columns_and_unique_keys(generated: Path, table):
    frame = read(generated, table.name)
    assert tuple(frame.columns) == table.column_names
    assert frame.select(table.primary_key).is_duplicated().sum() == 0
    for reference in table.references:
        given = frame[reference.column].drop_nulls()
        assert set(given) <= set(read(generated, reference.table)[reference.key])


@pytest.mark.parametrize("table", ["contacts", "app_usage", "consumption", "renewal_history"])
def test_every_row_of_a_client_belongs_to_one_that_exists(generated: Path, table: str):
    assert set(read(generated, table)["hub_id"]) <= set(read(generated, "clients")["hub_id"])


def test_a_sample_depends_on_clients_seed_and_day_but_not_on_the_batch(tmp_path: Path):
    def sample(name: str, *, seed: int = 3, as_of: date = DEMO_DAY, batch: int = 100_000) -> dict[str, bytes]:
        write_sample(tmp_path / name, clients=250, seed=seed, as_of=as_of, batch=batch)
        return contents(tmp_path / name)

    first = sample("first")
    assert sample("again") == first
    assert sample("in small batches", batch=37) == first
    assert sample("other seed", seed=4)["contracts.csv"] != first["contracts.csv"]
    assert sample("other day", as_of=date(2026, 11, 24))["contracts.csv"] != first["contracts.csv"]


def test_progress_adds_up_to_the_clients(tmp_path: Path):
    seen: list[int] = []
    write_sample(tmp_path, clients=25, seed=1, as_of=DEMO_DAY, progress=seen.append, batch=10)
    assert seen == [10, 10, 5]


def test_the_smallest_sample_is_one_client(tmp_path: Path):
    rows = write_sample(tmp_path, clients=1, seed=1, as_of=DEMO_DAY)
    assert rows["clients"] == 1
    assert read(tmp_path, "clients").height == 1
    assert rows["partners"] == 12


@pytest.mark.parametrize(("clients", "as_of"), [(0, DEMO_DAY), (10_000_001, DEMO_DAY), (5, date(1949, 12, 31))])
def test_an_impossible_sample_is_refused_and_nothing_is_written(tmp_path: Path, clients: int, as_of: date):
    with pytest.raises(UsageError):
        write_sample(tmp_path / "out", clients=clients, seed=1, as_of=as_of)
    assert not (tmp_path / "out").exists()


# Every kind of awkwardness is in it

TODAY = DEMO_DAY.isoformat()
AWKWARD = {
    "a contract not in force yet": ("contracts", f"term_start_date > '{TODAY}'"),
    "an expired contract": ("contracts", f"renewal_start_date <= '{TODAY}'"),
    "day 44": ("contracts", "renewal_start_date = '2027-01-06'"),
    "day 45": ("contracts", "renewal_start_date = '2027-01-07'"),
    "day 120": ("contracts", "renewal_start_date = '2027-03-23'"),
    "day 121": ("contracts", "renewal_start_date = '2027-03-24'"),
    "a month's end": ("contracts", "renewal_start_date = '2027-01-31'"),
    "a leap day": ("contracts", "'2028-02-29' IN (term_start_date, renewal_start_date)"),
    "other billing": ("contracts", "billing_frequency = 'other' AND billing_interval_months = 3"),
    "an interval said though not needed": (
        "contracts",
        "billing_frequency = 'annual' AND billing_interval_months = 12",
    ),
    "does not auto-renew": ("contracts", "auto_renews = 'false'"),
    "no contact limit": ("contracts", "contact_max IS NULL"),
    "yen": ("contracts", "currency = 'JPY'"),
    "dinars": ("contracts", "currency = 'KWD'"),
    "a currency without rate": ("contracts", "currency = 'CLP'"),
    "a one-off line": ("contract_lines", "is_recurring = 'false'"),
    "an open discount": ("contract_lines", "discount_percent = '20' AND discount_end_date IS NULL"),
    "an ended discount": ("contract_lines", f"discount_end_date <= '{TODAY}'"),
    "a discount that ends": ("contract_lines", f"discount_end_date > '{TODAY}'"),
    "a product without list price": ("contract_lines", "product_code = 'LEGACY-BASIC'"),
    "a fraction of a seat": ("contract_lines", "quantity = '2.5'"),
    "a cancellation after agreeing": ("contract_changes", "cancellation_requested_on > agreed_on"),
    "an agreement after cancelling": ("contract_changes", "cancellation_requested_on < agreed_on"),
    "both on one day": ("contract_changes", "cancellation_requested_on = agreed_on"),
    "a fact of tomorrow": ("contract_changes", f"agreed_on > '{TODAY}'"),
    "a change of the past": ("contract_changes", f"effective_date <= '{TODAY}'"),
    "a quoted upgrade": ("contract_changes", "contract_type = 'contact_tier_upgrade' AND quoted_mrr IS NOT NULL"),
    "an overage": ("contract_changes", "contract_type = 'email_overage'"),
    "an ended association": ("clients", f"association_ended_on <= '{TODAY}'"),
    "an association that will end": ("clients", f"association_ended_on > '{TODAY}'"),
    "nobody's client": ("clients", "partner_id IS NULL"),
    "a formula as name": ("clients", "client_name LIKE '=cmd|%'"),
    "a line break in a name": ("clients", "contains(client_name, chr(10))"),
    "a client without contacts": ("clients", "hub_id NOT IN (SELECT hub_id FROM contacts)"),
    "contacts, none primary": (
        "clients",
        "hub_id IN (SELECT hub_id FROM contacts GROUP BY 1 HAVING count(*) FILTER (is_primary = 'true') = 0)",
    ),
    "several contracts": ("clients", "hub_id IN (SELECT hub_id FROM contracts GROUP BY 1 HAVING count(*) > 1)"),
    "two currencies": (
        "clients",
        "hub_id IN (SELECT hub_id FROM contracts GROUP BY 1 HAVING count(DISTINCT currency) > 1)",
    ),
    "a contract without lines": ("contracts", "contract_id NOT IN (SELECT contract_id FROM contract_lines)"),
    "ids that differ by case only": (
        "partners",
        "lower(partner_id) IN (SELECT lower(partner_id) FROM partners GROUP BY 1 HAVING count(*) > 1)",
    ),
    "a partner without clients": (
        "partners",
        "partner_id NOT IN (SELECT partner_id FROM clients WHERE partner_id IS NOT NULL)",
    ),
    "a successor": (
        "contracts",
        "(hub_id, term_start_date) IN (SELECT (hub_id, renewal_start_date) FROM contracts)",
    ),
}


@pytest.fixture(scope="module")
def tables(generated: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for name in EXPORTS:
        frame = read(generated, name)
        con.register(name, frame.to_arrow())
    return con


@pytest.mark.parametrize("kind", AWKWARD)
def test_a_generated_sample_holds(kind: str, tables: duckdb.DuckDBPyConnection):
    table, condition = AWKWARD[kind]
    found = tables.sql(f"SELECT count(*) FILTER ({condition}), count(*) FROM {table}").fetchall()
    [(matching, rows)] = found
    assert 0 < matching < rows


# What is known to be true of it


def test_past_renewals_were_drawn_at_the_documented_rates(tmp_path: Path):
    write_sample(tmp_path, clients=20_000, seed=5, as_of=DEMO_DAY)
    history = read(tmp_path, "renewal_history")
    assert history.height > 8_000
    segments = history.group_by("subscription_term_months", "currency").agg(
        pl.len().alias("renewals"), (pl.col("outcome") == "renewed").sum().alias("renewed")
    )
    for term, currency, renewals, renewed in segments.filter(pl.col("renewals") >= 200).iter_rows():
        rate = float(true_renewal_rate(int(term), currency))
        spread = math.sqrt(rate * (1 - rate) / renewals)
        # Four standard deviations: a wrong rate of five points shows in the large segments, chance does not.
        assert abs(renewed / renewals - rate) < 4 * spread, (term, currency)


def test_the_history_says_which_term_ended_also_of_contracts_that_churned(generated: Path):
    terms = dict(read(generated, "contracts").select("contract_id", "subscription_term_months").iter_rows())
    history = read(generated, "renewal_history")
    assert set(history["outcome"]) == {"renewed", "churned"}
    for row in history.iter_rows(named=True):
        assert row["subscription_term_months"] == terms[row["contract_id"]]


def test_a_churned_contract_ends_on_the_day_of_its_last_renewal(generated: Path):
    churned = read(generated, "renewal_history").filter(pl.col("outcome") == "churned")
    contracts = dict(read(generated, "contracts").select("contract_id", "renewal_start_date").iter_rows())
    assert churned.height > 20
    for row in churned.iter_rows(named=True):
        assert contracts[row["contract_id"]] == row["renewal_start_date"] <= TODAY
        assert row["mrr_after"] == "0.0000"


def test_a_partners_size_is_skewed(tmp_path: Path):
    write_sample(tmp_path, clients=8_000, seed=2, as_of=DEMO_DAY)
    sizes = sorted(read(tmp_path, "clients").drop_nulls("partner_id").group_by("partner_id").len()["len"])
    assert sizes[-1] > 5 * sizes[len(sizes) // 2]
    assert len(sizes) > 90


def test_a_draw_is_split_mix_64_of_the_row_number():
    # The generator written out in plain integers: what a later version of Polars must still give.
    draw, mask = Draw(7, "row"), (1 << 64) - 1
    frame = pl.select(pl.int_range(0, 50, dtype=pl.UInt64).alias("row"))
    salt = draw._salt("anything")

    def mixed(row: int) -> int:
        bits = (row * 0x9E3779B97F4A7C15 + salt) & mask
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & mask
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & mask
        return bits ^ (bits >> 31)

    assert frame.select(draw.bits("anything")).to_series().to_list() == [mixed(row) for row in range(50)]
