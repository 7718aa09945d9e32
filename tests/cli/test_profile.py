"""`renewals profile init` and `check`: what they print, their exit codes; corrections on the command line."""

from __future__ import annotations

import json

import pytest

from pipeline.ingest.contract.corrections import FILE
from tests.cli.test_run import run
from tests.conftest import ROOT, SAMPLE_DAY, tree
from tests.ingest.test_corrections import entry

REGISTER = ROOT / "data" / "register"


def check(renewals, profile, exports=REGISTER, *more):
    return renewals("profile", "check", profile, "--exports", exports, "--as-of", SAMPLE_DAY, "--quiet", *more)


@pytest.fixture
def drafted(renewals, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = renewals("profile", "init", REGISTER / "contracts.csv", "--out", "drafted")
    assert said.code == 0, said.err
    assert "drafted/views/contract.sql" in said.out.splitlines()
    return tmp_path / "drafted"


def test_a_draft_runs_and_says_what_stops_it(renewals, drafted):
    said = check(renewals, drafted)
    assert said.code == 3
    assert said.err.splitlines()[-1].startswith(
        "renewals: a run of these exports would be stopped: contracts: 3 of 19 rows quarantined for their own reasons"
    )
    assert "contracts.csv, line 7: Contract No = CR-1006" in said.out
    assert "1 of contracts: not_a_date:renewal_start_date" in said.out


def test_check_as_json(renewals, drafted):
    said = check(renewals, drafted, REGISTER, "--json", "--examples", 1)
    found = json.loads(said.out)
    assert said.code == 3
    assert found["files"] == [
        {"path": "contracts.csv", "rows_read": 20, "rows_loaded": 16, "rows_quarantined": 3, "rows_duplicate": 0,
         "rows_left_out": 1}
    ]  # fmt: skip
    assert {row["currency"]: row["mrr"] for row in found["figures"]} == {"EUR": "883.33", "GBP": "11457.41"}
    assert found["unused_columns"] == {"contracts.csv": ["Payment", "Status"]}
    assert found["quarantine"][0]["examples"][0]["cells"]["Annual Value"] == "£18,000.00"


NOTICE = "view column contact_max of views/contract.sql reaches no table: add it to contracts.sql"


def test_a_column_of_a_view_that_reaches_no_table_is_said(renewals, drafted):
    assert "reaches no table" not in check(renewals, drafted).out
    contract = drafted / "views" / "contract.sql"
    contract.write_text(contract.read_text().replace("AS contract_id,", "AS contract_id, 30 AS contact_max,", 1))
    table = drafted / "contracts.sql"
    before = table.read_text()
    table.write_text("-- no contact_max here\n" + before)
    said = check(renewals, drafted)
    assert said.code == 3
    assert NOTICE in said.out.splitlines()
    assert json.loads(check(renewals, drafted, REGISTER, "--json").out)["lost_columns"] == [
        {"column": "contact_max", "view": "contract", "tables": ["contracts"]}
    ]
    for passed_on in ("SELECT contact_max, contract_id,", "SELECT contract.*,", "SELECT *,"):
        table.write_text(before.replace("SELECT\n    contract_id,", passed_on, 1))
        assert table.read_text() != before
        assert NOTICE not in check(renewals, drafted).out


def test_check_publishes_nothing_and_needs_no_home(renewals, own_home):
    before = tree(own_home)
    assert check(renewals, "contract_register").code == 0
    assert tree(own_home) == before


def test_init_does_not_write_over_a_profile(renewals, drafted):
    before = tree(drafted)
    said = renewals("profile", "init", REGISTER / "contracts.csv", "--out", "drafted")
    assert said.code == 2
    assert said.err == (
        "renewals: drafted: holds clients.sql already and stays as it is; name another folder, or use --force\n"
    )
    assert tree(drafted) == before
    assert renewals("profile", "init", REGISTER / "contracts.csv", "--out", "drafted", "--force").code == 0


def test_what_cannot_be_used_is_exit_6(renewals, drafted, tmp_path):
    said = renewals("profile", "init", tmp_path / "nope.csv", "--out", "other")
    assert (said.code, said.out) == (6, "")
    assert said.err.endswith("nope.csv: there is no such file\n")
    assert not (tmp_path / "other").exists()
    (drafted / "contracts.sql").write_text("SELECT nonsense FROM contract")
    said = check(renewals, "drafted")
    assert said.code == 6
    assert said.err.startswith("renewals: drafted/contracts.sql, line 1: Binder Error: Referenced column")


def test_there_is_no_such_profile(renewals):
    said = check(renewals, "nope")
    assert said.code == 2
    assert "there is no source profile" in said.err


def test_corrections_are_said_and_kept_in_the_run(renewals, exports, own_home):
    header, first, *_ = (exports / "contacts.csv").read_text(encoding="utf-8").splitlines()
    cells = dict(zip(header.split(","), first.split(","), strict=True))
    (exports / FILE).write_text(
        entry(
            table='"contacts"',
            key=f'{{ contact_id = "{cells["contact_id"]}" }}',
            column='"job_title"',
            wrong=f'"{cells["job_title"]}"',
            right='"Chief of Tests"',
        )
    )
    said = run(renewals, exports)
    assert said.code == 0, said.err
    assert (
        f"corrected: job_title of contacts {cells['contact_id']}: {cells['job_title']!r} is 'Chief of Tests' "
        "(a typing error; told the vendor on 2026-11-20; reported)"
    ) in said.err
    [kept] = [row for row in json.loads(renewals("table", "check_results", "--format", "json").out)
              if row["name"] == "corrections"]  # fmt: skip
    assert (kept["table_name"], kept["observed"]) == ("contacts", "known errors of the source corrected: 1")
    assert "Chief of Tests" in kept["examples"]
    files = json.loads(renewals("table", "source_files", "--format", "json").out)
    assert [row["rows_read"] for row in files if row["path"] == FILE] == [1]


def test_a_correction_that_no_longer_matches_stops_the_run(renewals, exports, own_home):
    (exports / FILE).write_text(entry())
    before = tree(own_home / "runs"), (own_home / "current").readlink()
    said = run(renewals, exports)
    assert said.code == 6
    assert said.err == (
        "renewals: corrections.toml: entry 1 (renewal_start_date of contracts c2): there is no such row any more; "
        "remove the entry\n"
    )
    assert (tree(own_home / "runs"), (own_home / "current").readlink()) == before


SEATS = (
    "Contract No,Customer,Start Date,End Date,Price,Billing Frequency,Seats\n"
    "1,Alpha,2026-02-01,2027-01-31,€100,Monthly,2\n"
    "2,Beta,2026-02-01,2027-01-31,€1200,Annually,3\n"
)


@pytest.fixture
def seats(tmp_path, monkeypatch):
    """Exports with a price beside a quantity; the working folder holds them."""
    (tmp_path / "seats").mkdir()
    (tmp_path / "seats" / "seats.csv").write_text(SEATS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "seats"


def test_init_prints_the_questions_with_their_effect_on_the_day(renewals, seats):
    said = renewals("profile", "init", seats / "seats.csv", "--out", "drafted", "--as-of", SAMPLE_DAY)
    assert said.code == 0
    asked = [line for line in said.err.splitlines() if line.startswith("  DECIDE: ")]
    assert [line.split(": ")[1] for line in asked] == ["term or total", "quantity", "renewal"]
    assert "MRR on 2026-11-23: price of one (guessed) EUR 500.00; price of all EUR 200.00." in asked[1]
    assert "    If price of all: 1 AS quantity" in said.err.splitlines()
    # All on stderr: what is printed is the files that were written.
    assert all(line.startswith("drafted/") for line in said.out.splitlines())


def test_check_repeats_the_open_questions_most_money_first(renewals, seats):
    renewals("profile", "init", seats / "seats.csv", "--out", "drafted", "--as-of", "2026-02-01")
    said = check(renewals, "drafted", seats)
    assert said.code == 0, said.err
    shown = said.out.partition("open questions, most money first; a month's MRR on 2026-11-23 under each reading:\n")[2]
    assert "DECIDE" not in shown
    quantity = shown.partition("quantity: is ")[2].splitlines()
    assert quantity[1:3] == ["  as it stands: EUR 500.00", "  price of all: EUR 200.00"]
    assert shown.index("term or total: ") < shown.index("quantity: ") < shown.index("renewal: ")
    found = {one["matter"]: one for one in json.loads(check(renewals, "drafted", seats, "--json").out)["questions"]}
    assert found["quantity"]["readings"] == [
        {"reading": "price of all", "mrr": {"EUR": "200.00"}, "in_words": "EUR 200.00"}
    ]
    assert (found["quantity"]["mrr"], found["quantity"]["changes_money"]) == ({"EUR": "500.00"}, True)
    assert found["renewal"]["changes_money"] is False


def test_a_run_warns_of_open_questions_that_change_money_until_they_are_answered(
    renewals, seats, tmp_path, monkeypatch
):
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    renewals("profile", "init", seats / "seats.csv", "--out", "drafted", "--as-of", SAMPLE_DAY)

    def warned():
        said = renewals("check", "--exports", seats, "--profile", "drafted", "--as-of", SAMPLE_DAY, "--quiet")
        assert said.code == 0, said.err
        return [line for line in said.err.splitlines() if "questions are open" in line]

    [line] = warned()
    assert line == (
        "warning: 2 questions are open in the profile drafted that can change money (term or total, quantity): the "
        "figures follow guesses; 'renewals profile check drafted --exports DIR' shows by how much"
    )
    contract = tmp_path / "drafted" / "views" / "contract.sql"
    lines = contract.read_text(encoding="utf-8").splitlines(keepends=True)
    contract.write_text("".join(one for one in lines if not one.startswith(("-- DECIDE", "--   If"))), encoding="utf-8")
    assert warned() == []
    assert "open questions: none" in check(renewals, "drafted", seats).out
