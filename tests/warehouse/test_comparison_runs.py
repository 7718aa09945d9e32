"""Which run the next one is compared with, which runs are kept, and runs that are held (rule 14)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pytest
from test_runs import START, build

from pipeline import warehouse
from pipeline.errors import MachineError, UsageError
from pipeline.warehouse import HeldRun, Home
from pipeline.warehouse.comparison_runs import Retained, kept_besides, runs_before
from pipeline.warehouse.held_runs import as_candidate, hold, prune_held, remove_held, run_time
from pipeline.warehouse.runs import prune

DAY = date(2026, 11, 23)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def publish(home: Home, days: int, *, profile: str = "identity", keep: int = 1000, **more: object) -> str:
    """A run of that many days after the first, with the tables that later runs are compared by."""
    run_id = warehouse.run_name(START + timedelta(days=days), f"{days + 5000:06x}")
    path = build(home, run_id, as_of=DAY + timedelta(days=days))
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE run_info SET profile = ?", [profile])
        con.execute(
            "CREATE TABLE contract_mrr AS SELECT 'USD' AS currency, 1.0 AS current_mrr; "
            "CREATE TABLE upcoming_renewals AS SELECT 1 AS mrr"
        )
    with warehouse.run_lock(home):
        warehouse.publish(home, path, run_id, keep=keep, **more)
    return run_id


def yardstick(home: Home, profile: str = "identity", withdrawn: tuple[str, ...] = ()) -> str | None:
    found = runs_before(home, profile=profile, withdrawn=withdrawn).yardstick
    return None if found is None else found.run_id


def test_a_first_run_has_nothing_before_it(home):
    home.create()
    before = runs_before(home, profile="identity")
    assert (before.yardstick, before.published, before.older, before.unreadable) == (None, None, (), "")


def test_the_yardstick_is_the_last_run_of_the_profile_that_was_not_rolled_back(home):
    ids = [publish(home, 0), publish(home, 1, profile="stripe"), publish(home, 2), publish(home, 3, profile="stripe")]
    assert yardstick(home) == ids[2]
    assert yardstick(home, "stripe") == ids[3]
    assert yardstick(home, "zuora") is None
    # Rolled back from: the one before it; published by itself or accepted makes no difference here.
    assert yardstick(home, withdrawn=(ids[2],)) == ids[0]
    assert yardstick(home, withdrawn=(ids[0], ids[2])) is None
    before = runs_before(home, profile="identity")
    assert before.published.run_id == ids[3]
    assert [run.run_id for run in before.older] == [ids[2], ids[1], ids[0]]


def test_a_run_that_readers_have_left_is_no_yardstick_even_when_nobody_recorded_it(home):
    first, second = publish(home, 0), publish(home, 1)
    warehouse.rollback(home, first)
    assert yardstick(home) == first
    warehouse.rollback(home, second)
    assert yardstick(home) == second


@pytest.mark.parametrize("damage", ["junk", "gone"])
def test_a_damaged_run_is_said_and_the_one_before_it_is_the_yardstick(home, damage):
    first, second = publish(home, 0), publish(home, 1)
    path = home.current.resolve()
    path.chmod(0o644)
    path.write_bytes(b"no database" * 1000) if damage == "junk" else path.unlink()
    before = runs_before(home, profile="identity")
    assert (before.yardstick.run_id, before.published) == (first, None)
    assert (second if damage == "junk" else "'current' leads to no run") in before.unreadable
    assert [run.run_id for run in before.older] == [first]


def test_each_months_last_run_yardsticks_and_what_partners_are_shown_are_kept(home):
    # As of 23 November 2026 and later: one run every 20 days for two and a half years.
    ids = {days: publish(home, days, profile="old" if days == 40 else "identity") for days in range(0, 900, 20)}
    runs = warehouse.list_runs(home)
    newest = max(ids)
    last = {}
    for days in ids:
        if days == newest:
            continue  # rolled back: readers did not keep it
        day = DAY + timedelta(days=days)
        last[day.year * 12 + day.month] = days
    months = [last[month] for month in sorted(last, reverse=True)][:24]
    retained = Retained(shown=frozenset({ids[60]}), delivered=frozenset({ids[80]}), withdrawn=frozenset({ids[newest]}))
    expected = {ids[days] for days in months} | {ids[60], ids[80], ids[40], ids[newest - 20]}
    assert kept_besides(runs, retained) == expected
    prune(home, keep=2, besides=partial(kept_besides, retained=retained))
    assert {run.run_id for run in warehouse.list_runs(home)} == expected | {ids[newest], ids[newest - 20]}


def test_publishing_prunes_with_the_same_reasons(home):
    ids = [publish(home, days) for days in range(3)]
    publish(home, 3, keep=1, besides=partial(kept_besides, retained=Retained(shown=frozenset({ids[1]}))))
    kept = [run.run_id for run in warehouse.list_runs(home)]
    assert ids[1] in kept
    assert ids[0] not in kept


def held(home: Home, days: int) -> HeldRun:
    run_id = warehouse.run_name(START + timedelta(days=days), f"{days:06x}")
    finding = {"check": "keys_kept", "table": "contracts", "observed": "half are gone", "examples": []}
    note = HeldRun(run_id, home.runs, "2026-11-23", "", "abc", (finding,), ({"partner_id": "p"},), "--exports x")
    return hold(home, build(home, run_id), note)


def test_a_held_run_is_whole_read_only_and_found_again_with_its_note(home):
    kept = held(home, 0)
    assert kept.path.stat().st_mode & 0o222 == 0
    assert warehouse.held_runs(home) == [kept]
    assert warehouse.find_held(home, None) == warehouse.find_held(home, kept.run_id[:12]) == kept
    assert warehouse.list_runs(home) == []
    assert list(home.runs.iterdir()) == []
    with pytest.raises(UsageError, match="no held run 'nonsense'"):
        warehouse.find_held(home, "nonsense")
    remove_held(kept)
    assert list(home.held.iterdir()) == []
    with pytest.raises(UsageError, match="no run is held"):
        warehouse.find_held(home, None)


def test_a_held_run_is_kept_for_seven_days(home):
    kept = held(home, 0)
    made = run_time(kept.run_id)
    orphan = home.held / "run-20261123T020000Z-abcdef.json"
    orphan.write_text("{}")
    (home.held / "notes.txt").write_text("mine")
    prune_held(home, now=made + timedelta(days=7, seconds=-1))
    assert warehouse.held_runs(home) == [kept]
    assert not orphan.exists()
    prune_held(home, now=made + timedelta(days=7))
    assert [path.name for path in home.held.iterdir()] == ["notes.txt"]


def test_the_checks_page_of_a_held_run_is_kept_as_long_as_the_run(home):
    publish(home, 0)
    kept = held(home, 1)
    gone = "run-20261123T230000Z-aaaaaa"
    for run_id in (kept.run_id, gone):
        home.reports(run_id).mkdir(parents=True)
    publish(home, 2)
    assert [path.name for path in (home.root / "reports").iterdir()] == [kept.run_id]


def test_only_the_bytes_that_were_kept_become_a_candidate(home):
    kept = held(home, 0)
    with as_candidate(home, kept) as candidate:
        assert candidate.read_bytes() == kept.path.read_bytes()
    assert kept.path.exists()
    kept.path.chmod(0o644)
    with kept.path.open("r+b") as handle:
        handle.seek(5000)
        handle.write(b"x")
    with pytest.raises(UsageError, match="has changed since it was held"), as_candidate(home, kept):
        pytest.fail("a changed file was published")
    assert list(home.runs.iterdir()) == []


def test_a_candidate_with_a_log_beside_it_is_not_held(home):
    run_id = warehouse.run_name(START, "1a2b3c")
    candidate = build(home, run_id)
    candidate.with_name(f"{candidate.name}.wal").write_bytes(b"rest")
    note = HeldRun(run_id, candidate, "2026-11-23", "", "abc", ())
    with pytest.raises(MachineError, match="is not whole"):
        hold(home, candidate, note)
    assert warehouse.held_runs(home) == []
