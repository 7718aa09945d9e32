"""`renewals backtest`: what past runs and past days projected, beside what happened."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pipeline.warehouse import Home
from tests.conftest import SAMPLE_DAY, tree
from tests.decisions.world import exports, publish

LATER = date(2027, 4, 30)
HISTORY = "contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency\n"
HAPPENED = HISTORY + "k1 | h1 | 2027-01-31 | renewed | 100 | 110 | USD\nk2 | h2 | 2027-01-15 | churned | 20 | 0 | USD"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Home:
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return Home(tmp_path / "home")


def test_the_sample_is_replayed_for_people_and_for_programs(renewals, read_home):
    before = tree(read_home / "runs")
    said = renewals("backtest", "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert (answer["as_of"], answer["interval_percent"]) == (SAMPLE_DAY, 90)
    assert {row["horizon_days"] for row in answer["summary"]} == {120, 90, 60, 45}
    assert sum(row["replays"] for row in answer["summary"]) == len(answer["replays"]) > 20
    assert isinstance(answer["replays"][0]["projected"], str)  # money is exact text
    said = renewals("backtest", "--replays", "2")
    assert said.out.splitlines()[0].split() == list(answer["summary"][0])
    assert "the interval claims to hold 90 % of what happens; it held" in said.err
    assert tree(read_home / "runs") == before


def test_what_an_earlier_run_projected_is_judged_by_the_history_of_now(renewals, home):
    publish(home, exports())
    publish(home, exports(renewal_history=HAPPENED), as_of=LATER)
    answer = json.loads(renewals("backtest", "--json").out)
    judged = [row for row in answer["replays"] if row["source"] == "runs"]
    # Both pending, 0.9 without history: k2 within 60 days, k1 within 90 too.
    assert [(row["horizon_days"], row["projected"], row["kept"]) for row in judged] == [
        (60, "18.0000", "0.0000"),
        (90, "108.0000", "110.0000"),
        (120, "108.0000", "110.0000"),
    ]


def test_without_history_and_earlier_runs_it_says_what_is_missing(renewals, home):
    publish(home, exports())
    said = renewals("backtest")
    assert (said.code, said.out) == (2, "")
    assert "nothing to compare: a replay needs past renewals of 45 days and one known before them" in said.err
    assert "in its renewal_history there is no row; and no earlier run of 45 days ago is kept" in said.err
    publish(home, exports(renewal_history=HISTORY + "k1 | h1 | 2026-10-31 | renewed | 90 | 90 | USD"))
    said = renewals("backtest")
    assert said.code == 2
    assert "in its renewal_history the first row is of 2026-10-31" in said.err
