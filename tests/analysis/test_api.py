"""What analysts call: runs are found, read, explained, compared and shown; ended associations are obeyed at once."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

import pipeline
from pipeline import compare, explain, open_run, report, runs
from pipeline.errors import UsageError
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from tests.conftest import ROOT, tree


@pytest.fixture(scope="module")
def run(sample_home):
    return open_run(home=sample_home)


def test_importing_the_package_loads_no_engine():
    code = "import sys, pipeline; dir(pipeline); print([m for m in ('polars', 'duckdb', 'jinja2') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert said.stdout.strip() == "[]"
    assert not hasattr(pipeline, "nothing_of_that_name")


def test_a_run_is_found_by_id_by_its_beginning_and_by_day(sample_home, run):
    for reference in (None, "current", run.run_id, run.run_id[:-2], "2026-11-23", date(2026, 11, 23)):
        assert open_run(reference, home=sample_home).run_id == run.run_id
    assert run.as_of == date(2026, 11, 23)
    assert run.settings.window_days == 120
    assert repr(run) == f"<{run.run_id} as of 2026-11-23>"


def test_what_is_not_there_is_said(sample_home, tmp_path):
    with pytest.raises(UsageError, match="no run '2026-11-24'"):
        open_run("2026-11-24", home=sample_home)
    with pytest.raises(UsageError, match="no run is published in"):
        open_run(home=tmp_path)


def test_the_home_is_found_from_a_folder_below_it(sample_home, run, tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "home").symlink_to(sample_home)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.delenv("RENEWALS_HOME", raising=False)
    monkeypatch.chdir(tmp_path / "notebooks")
    assert open_run().run_id == run.run_id
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(UsageError, match="elsewhere"):
        open_run()


def test_every_table_has_its_declared_columns_and_types(run):
    for name, rows in run.tables.select("table", "rows").iter_rows():
        declared = EXPORTS[name[8:]] if name.startswith("exports.") else PUBLISHED[name]
        frame = run.table(name)
        assert (frame.schema, frame.height) == (declared.polars_schema, rows), name
        assert run.table(name, lazy=True).collect().equals(frame), name


def test_rows_can_be_chosen_by_partner_and_search_and_columns(run):
    found = run.table("upcoming_renewals", partner="P-DAYS", search="day45", columns=["change_id", "current_mrr"])
    assert found.to_dicts() == [{"change_id": "C-DAY45:renewal", "current_mrr": Decimal("800.0000")}]
    assert run.table("exports.contracts", columns=["contract_id"]).columns == ["contract_id"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "upcoming_renewal"}, r"there is no table 'upcoming_renewal' \(did you mean 'upcoming_renewals'\?\)"),
        ({"name": "upcoming_renewals", "partner": "P-NOBODY"}, "there is no partner 'P-NOBODY' in run-"),
        ({"name": "upcoming_renewals", "columns": ["mrr"]}, "upcoming_renewals has no column 'mrr'"),
        ({"name": "exports.contracts", "columns": ["mrr"]}, r"exports\.contracts has no column 'mrr'"),
        ({"name": "exports.contracts", "partner": "P-DAYS"}, "is the vendor's own"),
        ({"name": "quarantine", "search": "x"}, "quarantine cannot be searched"),
    ],
)
def test_a_table_that_cannot_be_is_refused(run, arguments, message):
    with pytest.raises(UsageError, match=message):
        run.table(**arguments)


def test_sql_is_exact_and_takes_parameters_and_frames(run):
    mine = pl.DataFrame({"contract_id": ["C-DAY45", "C-DAY46"]})
    found = run.sql(
        "SELECT sum(current_mrr) AS mrr FROM contract_mrr SEMI JOIN mine USING (contract_id) WHERE currency = $of",
        {"of": "USD"},
        frames={"mine": mine},
    )
    assert found.to_dicts() == [{"mrr": Decimal("1600.0000")}]
    with pytest.raises(UsageError, match=r"DuckDB says: .*nothing does not exist"):
        run.sql("FROM nothing")


def test_explain_says_the_same_as_the_command(run, sample_home, read_home, renewals):
    change = run.table("upcoming_renewals").filter(contract_type="contact_tier_upgrade")["change_id"][0]
    told = json.loads(renewals("explain", change, "--json").out)
    found = explain(change, home=sample_home)
    assert json.loads(json.dumps(found.as_dict()["steps"], default=str)) == told["steps"]
    assert json.loads(json.dumps(found.as_dict()["rows"], default=str)) == told["rows"]
    assert found.steps["change_id"].to_list()[-1] == change
    assert change in found._repr_html_()
    with pytest.raises(UsageError, match="no upcoming change 'C-NONE'"):
        run.explain("C-NONE")


def test_compare_takes_runs_days_and_ids(own_home, renewals):
    with pytest.raises(UsageError, match="is the oldest run"):
        compare(home=own_home)
    assert renewals("run", "--exports", ROOT / "data/sample", "--as-of", "2026-11-24", "--no-reports").code == 0
    listed = runs(home=own_home)
    assert listed["as_of"].to_list() == [date(2026, 11, 24), date(2026, 11, 23)]
    assert listed["is_current"].to_list() == [True, False]
    found = compare(home=own_home)
    before = open_run(date(2026, 11, 23), home=own_home)
    assert found.equals(compare(before, listed["run_id"][0], home=own_home))
    assert ("C-DAY45:renewal", "status") in set(found.select("change_id", "what").iter_rows())
    own = compare("2026-11-23", "2026-11-24", partner="P-DAYS", home=own_home)
    assert set(own["partner_id"]) == {"P-DAYS"}


def test_a_report_is_shown_in_a_frame_of_its_own(run, sample_home, tmp_path):
    shown = report("P-DAYS", columns=["current_mrr"], home=sample_home)
    frame = shown._repr_html_()
    assert frame.startswith("<iframe srcdoc=")
    assert 'sandbox="allow-scripts allow-downloads allow-popups"' in frame
    assert "<style" not in frame
    assert "Current MRR" in shown.html
    assert shown.save(tmp_path / "report.html").read_text(encoding="utf-8") == shown.html
    assert '<html lang="pt-BR"' in run.report("P-DAYS", locale="pt-BR").html


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"partner_id": "P-NOBODY"}, "there is no partner 'P-NOBODY' in run-"),
        ({"partner_id": "P-DAYS", "columns": ["mrr"]}, "unknown column 'mrr'"),
        ({"partner_id": "P-DAYS", "columns": ["client_name"]}, "cannot be removed: locked columns"),
        ({"partner_id": "P-DAYS", "locale": "xx"}, "'xx' is not a known locale"),
    ],
)
def test_a_report_that_cannot_be_is_refused(run, arguments, message):
    with pytest.raises(UsageError, match=message):
        run.report(**arguments)


def test_an_association_that_ends_is_out_of_every_partners_view_at_once(own_home, renewals):
    run = open_run(home=own_home)
    client = "H-DAY45"
    before = run.table("contract_mrr")
    others = run.table("upcoming_renewals").filter(pl.col("hub_id") != client)
    assert client in run.report("P-DAYS", columns=["hub_id"]).html
    assert renewals("decide", "end", "--partner", "P-DAYS", "--client", client, "--reason", "a test").code == 0
    assert client not in run.report("P-DAYS", columns=["hub_id"]).html
    assert run.table("upcoming_renewals").equals(others)
    for name in ("upcoming_renewals", "client_contacts", "client_products", "client_changes", "decisions"):
        assert client not in run.table(name, partner="P-DAYS")["hub_id"].to_list()
    assert run.sql("SELECT 1 FROM upcoming_renewals WHERE hub_id = $client", {"client": client}).is_empty()
    with pytest.raises(UsageError, match="no upcoming change"):
        run.explain("C-DAY45:renewal")
    # Finance keeps the contract, as nobody's.
    after = run.table("contract_mrr")
    assert after.drop("partner_id").equals(before.drop("partner_id"))
    assert after.filter(hub_id=client)["partner_id"].to_list() == [None]
    summary = run.table("partner_summary", partner="P-DAYS").select("currency", "current_mrr")
    ours = after.filter(partner_id="P-DAYS").group_by("currency").agg(pl.col("current_mrr").sum())
    assert summary.sort("currency").equals(ours.sort("currency").cast(summary.schema))


def test_reading_changes_nothing_in_the_home(sample_home, run):
    before = tree(sample_home)
    run.table("upcoming_renewals")
    run.report("P-DAYS")
    assert tree(sample_home) == before
