"""`renewals runs` and tables of runs that an older version made: quick, and a damaged run is one line."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline import warehouse
from tests.conftest import SAMPLE_DAY


@pytest.fixture
def older_run(own_home: Path) -> Path:
    """The current run as an older version would have made it: `run_info` has no exported_at and no summary."""
    path = (own_home / "current").resolve()
    path.chmod(0o644)
    with duckdb.connect(str(path)) as con:
        con.execute("ALTER TABLE run_info DROP COLUMN summary")
        con.execute("ALTER TABLE run_info DROP COLUMN exported_at")
    (own_home / "checksums" / f"{path.stem}.sha256").unlink(missing_ok=True)
    return path


def test_a_run_says_its_day_time_clients_contracts_money_and_warnings(renewals, read_home):
    [row] = json.loads(renewals("runs", "--json").out)
    with duckdb.connect(str((read_home / "current").resolve()), read_only=True) as con:
        clients = con.execute("SELECT count(*) FROM exports.clients").fetchone()[0]
        contracts = con.execute("SELECT count(*) FROM contract_mrr").fetchone()[0]
        mrr = con.execute("SELECT currency, sum(current_mrr) FROM contract_mrr GROUP BY 1 ORDER BY 1").fetchall()
        warnings = con.execute("SELECT count(*) FROM check_results WHERE NOT success").fetchone()[0]
    assert (row["as_of"], row["clients"], row["contracts_in_force"]) == (SAMPLE_DAY, clients, contracts)
    assert row["mrr"] == {currency: str(amount) for currency, amount in mrr}
    assert row["warnings"] == warnings > 0
    assert (row["current"], row["accepted"], row["held_partners"], row["rolled_back"]) == (True, None, [], False)
    text = renewals("runs").out
    # Yen have no cents, and no currency is added to another.
    sums = dict(mrr)
    assert f"JPY {sums['JPY']:,.0f}," in text
    assert f"USD {sums['USD']:,.2f}" in text


def test_an_older_run_is_listed_with_the_same_figures_and_its_missing_columns_are_null(
    renewals, read_home, older_run, monkeypatch
):
    said = renewals("runs", "--json")
    monkeypatch.setenv("RENEWALS_HOME", str(read_home))
    assert json.loads(said.out) == json.loads(renewals("runs", "--json").out)


def test_tables_and_reports_of_an_older_run_can_be_made(renewals, older_run, own_home):
    said = renewals("table", "run_info", "--format", "json")
    assert said.code == 0, said.err
    [row] = json.loads(said.out)
    assert (row["run_id"], row["summary"], row["exported_at"]) == (older_run.stem, None, None)
    said = renewals("table", "run_info", "--columns", "exported_at,run_id", "--format", "csv")
    assert said.out.splitlines() == ["exported_at,run_id", f",{older_run.stem}"]
    with duckdb.connect(str(older_run)) as con:
        con.execute("ALTER TABLE upcoming_renewals DROP COLUMN last_used_on") if "last_used_on" in {
            name for (name,) in con.execute("SELECT column_name FROM (DESCRIBE upcoming_renewals)").fetchall()
        } else None
    assert renewals("report", "--partner", "P-SAO", "--force").code == 0


def test_an_older_run_hides_ended_associations_too(renewals, older_run):
    with duckdb.connect(str(older_run)) as con:
        con.execute("ALTER TABLE client_changes DROP COLUMN mrr_change")
        hub = con.execute("SELECT hub_id FROM client_changes WHERE partner_id = 'P-SAO'").fetchone()[0]
    assert renewals("decide", "end", "--partner", "P-SAO", "--client", hub, "--reason", "gone").code == 0
    rows = json.loads(renewals("table", "client_changes", "--partner", "P-SAO", "--format", "json").out)
    assert rows
    assert {row["mrr_change"] for row in rows} == {None}
    assert hub not in {row["hub_id"] for row in rows}


def test_fifty_runs_are_listed_within_a_second_and_a_damaged_one_is_one_line(renewals, own_home):
    current = (own_home / "current").resolve()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(50):
        run_id = warehouse.run_name(start + timedelta(days=number), f"{number:06x}")
        os.link(current, own_home / "runs" / f"{run_id}.duckdb")
    (own_home / "runs" / "run-20260401T000000Z-aaaaaa.duckdb").write_bytes(b"no database" * 1000)
    began = time.process_time()
    said = renewals("runs", "--json")
    assert time.process_time() - began < 1
    rows = json.loads(said.out)
    assert len(rows) == 52
    damaged = [row for row in rows if row["unreadable"]]
    assert [row["run_id"] for row in damaged] == ["run-20260401T000000Z-aaaaaa"]
    assert damaged[0]["clients"] is None
    lines = renewals("runs").out.splitlines()
    assert len(lines) == 2 + 52
    assert lines[3].split() == ["run-20260401T000000Z-aaaaaa", "unreadable"]
