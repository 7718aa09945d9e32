"""Acceptances, rollbacks and held partners: append-only records, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, exc, text

from pipeline.errors import InputError, UsageError
from pipeline.store import DecisionStore, RecordDraft, backup, export_lines, import_lines, partners_held, run_records
from pipeline.store.engine import make_engine, parse_url
from pipeline.store.run_records import acceptances, append_record, hold_partners, release_partner, withdrawn_runs

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def record(number: int, kind: str = "run_accepted", run_id: str = "run-2", **values: object) -> RecordDraft:
    return RecordDraft(
        **{
            "record_id": f"r-{number}",
            "recorded_at": NOON + timedelta(seconds=number),
            "actor": "ann",
            "kind": kind,
            "run_id": run_id,
            **values,
        }
    )


def hold(number: int, partner_id: str = "p", run_id: str = "run-2", shown: str | None = "run-1") -> RecordDraft:
    return record(number, "partner_held", run_id, shown_run_id=shown, partner_id=partner_id, reason="lost its clients")


def release(number: int, partner_id: str = "p", run_id: str = "run-3", reason: str = "asked") -> RecordDraft:
    return record(number, "partner_released", run_id, partner_id=partner_id, reason=reason)


def rollback(number: int, left: str, shown: str) -> RecordDraft:
    return record(number, "run_rolled_back", left, shown_run_id=shown)


def test_a_record_keeps_everything_it_was_given_and_its_place(store):
    first = append_record(store, record(1, reason="Grund: 日本\n'; --", findings=[{"check": "keys_kept", "kept": 12}]))
    second = append_record(store, record(2, run_id="run-3"))
    assert run_records(store) == [first, second]
    assert first.position < second.position
    assert (first.recorded_at, first.actor, first.run_id) == ("2026-11-23T12:00:01.000000Z", "ann", "run-2")
    assert json.loads(first.findings) == [{"check": "keys_kept", "kept": 12}]
    assert acceptances(run_records(store)) == {"run-2": first, "run-3": second}


def test_a_retry_under_the_same_id_is_not_doubled_and_another_record_under_it_is_refused(store):
    first = append_record(store, record(1))
    assert append_record(store, record(1, recorded_at=NOON + timedelta(days=1))) == first
    with pytest.raises(UsageError, match="says something else"):
        append_record(store, record(1, run_id="run-9"))
    assert run_records(store) == [first]


def test_what_a_database_cannot_hold_is_refused_on_both(store):
    for hostile in ("nul\x00", "\ud800", "x" * 100_001):
        with pytest.raises(UsageError):
            append_record(store, record(1, reason=hostile))
    assert run_records(store) == []


@pytest.mark.parametrize(
    "statement", ["UPDATE run_records SET actor = 'somebody else'", "DELETE FROM run_records", "replace or empty"]
)
def test_a_record_cannot_be_changed_or_deleted(store, store_url, statement):
    kept = append_record(store, record(1))
    engine = create_engine(parse_url(store_url))
    if statement == "replace or empty":
        statement = (
            "INSERT OR REPLACE INTO run_records SELECT position, record_id, recorded_at, 'x', kind, run_id, "
            "shown_run_id, partner_id, reason, findings FROM run_records"
            if engine.dialect.name == "sqlite"
            else "TRUNCATE run_records"
        )
    with pytest.raises(exc.DatabaseError, match="run records are append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert run_records(store) == [kept]


def test_a_partner_is_held_once_with_its_first_run_until_it_is_released(store):
    assert [each.partner_id for each in hold_partners(store, [hold(1), hold(2, "q")])] == ["p", "q"]
    # A second night finds the same partner again: it stays held since the first, and goes on being shown that run.
    assert hold_partners(store, [hold(3, run_id="run-3", shown="run-2")]) == []
    held = partners_held(store)
    assert set(held) == {"p", "q"}
    assert (held["p"].since_run_id, held["p"].shown_run_id, held["p"].reason) == ("run-2", "run-1", "lost its clients")
    assert [held["p"].covers(run_id) for run_id in ("run-1", "run-2", "run-3")] == [False, True, True]
    ended = release_partner(store, release(4))
    assert ended == held["p"]
    assert set(partners_held(store)) == {"q"}
    # Held again later: since the later run.
    hold_partners(store, [hold(5, run_id="run-5", shown="run-4")])
    assert (partners_held(store)["p"].since_run_id, partners_held(store)["p"].shown_run_id) == ("run-5", "run-4")


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        (release(9, "q"), "partner 'q' is not held; held: p"),
        (release(9, reason=" "), "a reason is required"),
    ],
)
def test_a_release_that_cannot_be_stores_nothing(store, draft, says):
    hold_partners(store, [hold(1)])
    with pytest.raises(UsageError, match=says):
        release_partner(store, draft)
    assert len(run_records(store)) == 1


def test_two_that_hold_a_partner_at_once_hold_it_once(store_url):
    def hold_it(number: int) -> int:
        with DecisionStore.open(store_url) as opened:
            return len(hold_partners(opened, [hold(number)]))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(hold_it, range(8))) == 1


RUNS = ("run-1", "run-2", "run-3", "run-4")


@pytest.mark.parametrize(
    ("rollbacks", "withdrawn"),
    [
        ([], set()),
        # Back by one: the run left is not a yardstick any more.
        ([("run-3", "run-2")], {"run-3"}),
        # Back by two: whoever goes past a run does not trust it either.
        ([("run-3", "run-1")], {"run-2", "run-3"}),
        # Rolled forward to again: it counts again, the one between does not.
        ([("run-3", "run-1"), ("run-1", "run-3")], {"run-2"}),
        # Rolling forward leaves a good run: nothing is wrong with it.
        ([("run-3", "run-2"), ("run-2", "run-3")], set()),
        # A later run is not concerned by an earlier rollback.
        ([("run-2", "run-1")], {"run-2"}),
    ],
)
def test_a_rollback_withdraws_what_it_leaves(store, rollbacks, withdrawn):
    for number, (left, shown) in enumerate(rollbacks):
        append_record(store, rollback(number, left, shown))
    assert withdrawn_runs(run_records(store), RUNS) == withdrawn


def test_a_store_of_the_revision_before_gets_the_table_and_keeps_its_decisions(store, store_url):
    engine = make_engine(parse_url(store_url))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE run_records"))
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION refuse_to_change_run_records"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    with DecisionStore.open(store_url) as opened:
        assert run_records(opened) == []
        append_record(opened, record(1))


def test_records_move_with_an_export_and_a_backup_once(store, tmp_path):
    append_record(store, record(1, findings=[{"check": "keys_kept"}]))
    hold_partners(store, [hold(2)])
    assert backup(store, tmp_path / "copy.sqlite") == 2
    lines = list(export_lines(store))
    with DecisionStore.at(tmp_path / "copy.sqlite") as copy, DecisionStore.at(tmp_path / "other.sqlite") as other:
        assert import_lines(other, lines, name="all.ndjson") == 2
        assert import_lines(other, lines, name="all.ndjson") == 0
        wanted = [each.content() for each in run_records(store)]
        assert [each.content() for each in run_records(other)] == wanted
        assert [each.content() for each in run_records(copy)] == wanted
        assert partners_held(copy) == partners_held(store)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "promotion"}, "line 2: unknown kind 'promotion'"),
        ({"partner_id": "p"}, "line 2: run_accepted is not about a partner"),
        ({"recorded_at": "yesterday"}, "line 2: its time or its findings cannot be read"),
        ({"findings": "{}"}, "line 2: its time or its findings cannot be read"),
        ({"findings": "["}, "line 2: its time or its findings cannot be read"),
        ({"actor": 7}, "line 2: actor cannot be 7"),
        ({"actor": None}, "line 2: actor cannot be None"),
        ({"position": True}, "line 2: position cannot be True"),
        ({"colour": "red"}, "line 2 is not a run record"),
        ({"reason": "nul\x00"}, "line 2: reason holds a character"),
        ({"record_id": "r-1", "actor": "bob"}, "run record r-1 says something else"),
    ],
)
def test_a_bad_record_of_an_import_stores_nothing_at_all(store, tmp_path, change, says):
    with DecisionStore.at(tmp_path / "other.sqlite") as other:
        append_record(other, record(1))
        append_record(other, record(2))
        first, second = export_lines(other)
    with pytest.raises(InputError, match=says):
        import_lines(store, [first, json.dumps(json.loads(second) | change) + "\n"], name="all.ndjson")
    assert run_records(store) == []
