"""The store: append-only, in order, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, exc, text

from pipeline.errors import InputError, UsageError
from pipeline.store import DecisionStore, Draft, backup, export_lines, import_lines
from pipeline.store.engine import make_engine, parse_url
from pipeline.store.migrate import HEAD, MIGRATIONS

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def draft(number: int, *, hub_id: str | None = "h1", kind: str = "communication_owner", **values: object) -> Draft:
    return Draft(
        **{
            "decision_id": f"id-{number}",
            "decided_at": NOON + timedelta(seconds=number),
            "actor": "ann",
            "partner_id": "p",
            "hub_id": hub_id,
            "kind": kind,
            **values,
        }
    )


def test_a_decision_knows_the_value_before_it_and_keeps_everything_it_was_given(store):
    first = store.append(draft(1, reason="Grund: 日本\n'; --"), lambda before: "partner" if before is None else "?")
    second = store.append(draft(2), lambda before: f"{before}2")
    assert (first.value_before, first.value_after, first.reason) == (None, '"partner"', "Grund: 日本\n'; --")
    assert (second.value_before, second.value_after) == ('"partner"', '"partner2"')
    assert store.events() == [first, second]
    assert first.position < second.position
    assert first.decided_at == "2026-11-23T12:00:01.000000Z"


def test_a_time_is_kept_in_utc_and_one_without_a_zone_is_a_bug(store):
    eastern = timezone(timedelta(hours=-5))
    event = store.append(draft(1, decided_at=datetime(2026, 11, 23, 23, 30, tzinfo=eastern)), lambda _: None)
    assert event.decided_at == "2026-11-24T04:30:00.000000Z"
    with pytest.raises(ValueError, match="time zone"):
        store.append(draft(2, decided_at=datetime(2026, 11, 23)), lambda _: None)  # noqa: DTZ001


def test_values_are_kept_apart_by_partner_client_and_subject(store):
    store.append(draft(1), lambda _: "partner")
    for other in (
        draft(2, hub_id="h2"),
        draft(3, partner_id="q"),
        draft(4, hub_id=None, kind="communication_default"),
        draft(5, kind="primary_contact"),
    ):
        assert store.append(other, lambda before: [before]).value_before is None
    assert store.append(draft(6), lambda before: before).value_before == '"partner"'


def test_ending_and_restoring_are_one_subject(store):
    store.append(draft(1, kind="association_ended"), lambda _: "ended")
    assert store.append(draft(2, kind="association_restored"), lambda before: before + "!").value_before == '"ended"'


def test_what_is_refused_leaves_no_event(store):
    def refuse(_before: object) -> object:
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        store.append(draft(1), refuse)
    assert store.events() == []
    assert store.append(draft(1), lambda _: "partner").value_before is None


def test_a_dry_run_says_what_would_be_and_stores_nothing(store):
    store.append(draft(1), lambda _: "partner")
    event = store.append(draft(2), lambda _: "vendor", dry_run=True)
    assert (event.position, event.value_before, event.value_after) == (0, '"partner"', '"vendor"')
    assert len(store.events()) == 1


def test_a_retry_under_the_same_id_is_not_doubled_and_another_decision_under_it_is_refused(store):
    first = store.append(draft(1), lambda _: "partner")
    again = store.append(draft(1, decided_at=NOON + timedelta(days=1)), lambda _: "vendor")
    assert again == first
    assert store.events() == [first]
    with pytest.raises(UsageError, match="says something else"):
        store.append(draft(1, hub_id="h2"), lambda _: "partner")


def test_events_are_filtered_by_partner_client_and_kind(store):
    store.append(draft(1), lambda _: "partner")
    store.append(draft(2, hub_id=None, kind="columns"), lambda _: ["website"])
    store.append(draft(3, partner_id="q"), lambda _: "partner")
    assert [e.decision_id for e in store.events(partner_id="p")] == ["id-1", "id-2"]
    assert [e.decision_id for e in store.events(hub_id="h1")] == ["id-1", "id-3"]
    assert [e.decision_id for e in store.events(kinds=["columns"])] == ["id-2"]


@pytest.mark.parametrize("hostile", ["nul\x00", "\ud800"])
def test_what_a_database_cannot_hold_is_refused_on_both(store, hostile):
    with pytest.raises(UsageError, match="reason holds a character that cannot be stored"):
        store.append(draft(1, reason=hostile), lambda _: None)
    with pytest.raises(UsageError, match="longer than 100,000"):
        store.append(draft(1, reason="x" * 100_001), lambda _: None)
    assert store.events() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET actor = 'somebody else'",
        "DELETE FROM decisions",
        "DELETE FROM decisions WHERE position = 1",
    ],
)
def test_a_stored_decision_cannot_be_changed_or_deleted(store, store_url, statement):
    event = store.append(draft(1), lambda _: "partner")
    engine = create_engine(parse_url(store_url))
    with pytest.raises(exc.DatabaseError, match="decisions are append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert store.events() == [event]


def test_a_stored_decision_cannot_be_replaced_or_emptied_by_the_back_door(store, store_url):
    event = store.append(draft(1), lambda _: "partner")
    engine = create_engine(parse_url(store_url))
    statement = (
        "INSERT OR REPLACE INTO decisions SELECT position, decision_id, decided_at, 'x', partner_id, hub_id, kind, "
        "value_before, value_after, reason FROM decisions"
        if engine.dialect.name == "sqlite"
        else "TRUNCATE decisions"
    )
    with pytest.raises(exc.DatabaseError, match="decisions are append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert store.events() == [event]


def test_the_revision_that_this_code_wants_is_the_newest_migration():
    assert ScriptDirectory(MIGRATIONS).get_current_head() == HEAD


def test_several_openers_at_once_make_one_store(store_url):
    def open_and_append(number: int) -> int:
        with DecisionStore.open(store_url) as opened:
            opened.append(draft(number), lambda _: number)
        return number

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(open_and_append, range(16))) == list(range(16))
    with DecisionStore.open(store_url) as opened:
        assert {event.decision_id for event in opened.events()} == {f"id-{number}" for number in range(16)}


def test_a_store_of_newer_code_is_refused_in_one_line(store, store_url):
    engine = make_engine(parse_url(store_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(UsageError, match="written by a newer version of this product: upgrade"):
        DecisionStore.open(store_url)


def test_sqlite_is_in_wal_mode_with_full_synchronisation(tmp_path):
    path = tmp_path / "decisions.sqlite"
    with DecisionStore.at(path) as store, store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path):
    (tmp_path / "junk.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(
        UsageError, match=r"decisions in .*junk\.sqlite cannot be used: file is not a database"
    ) as raised:
        DecisionStore.at(tmp_path / "junk.sqlite")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:hunter2@127.0.0.1:1/decisions",
        "postgresql://ann@127.0.0.1:1/decisions?password=hunter2",
        "postgresql+psycopg://ann:hunter2@127.0.0.1:1/hunter2",
        "mysql://ann:hunter2@db/decisions",
        "postgresql//ann:hunter2@db",
        "hunter2",
    ],
)
def test_no_message_holds_the_password(url):
    with pytest.raises(UsageError) as raised:
        DecisionStore.open(url)
    said = str(raised.value)
    assert "hunter2" not in said.replace("'hunter2' on 127", "")
    assert "\n" not in said


def test_an_export_makes_the_same_decisions_in_another_store_once(store, tmp_path):
    for number in range(5):
        store.append(draft(number, reason="zwei\nZeilen, 日本"), lambda before: [before])
    lines = list(export_lines(store))
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    with DecisionStore.at(tmp_path / "other.sqlite") as other:
        assert import_lines(other, lines, name="all.ndjson") == 5
        assert import_lines(other, [*lines, "\n"], name="all.ndjson") == 0
        assert [event.content() for event in other.events()] == [event.content() for event in store.events()]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "promotion"}, "line 2: unknown kind 'promotion'"),
        ({"hub_id": None}, "line 2: communication_owner is decided per client"),
        ({"decided_at": "yesterday"}, "line 2: its time or one of its values cannot be read"),
        ({"decided_at": "2026-11-23T12:00:00+01:00"}, "line 2: its time"),
        ({"value_after": "{"}, "line 2: its time or one of its values cannot be read"),
        ({"actor": 7}, "line 2: actor cannot be 7"),
        ({"position": True}, "line 2: position cannot be True"),
        ({"colour": "red"}, "line 2 is not a decision"),
        ({"reason": "nul\x00"}, "line 2: reason holds a character"),
        ({"decision_id": "id-1", "actor": "bob"}, "decision id-1 says something else"),
    ],
)
def test_a_bad_line_of_an_import_stores_nothing_at_all(store, tmp_path, change, says):
    with DecisionStore.at(tmp_path / "other.sqlite") as other:
        for number in (1, 2):
            other.append(draft(number), lambda _: "partner")
        first, second = export_lines(other)
    bad = json.dumps(json.loads(second) | change) + "\n"
    with pytest.raises(InputError, match=says):  # a file that cannot be used: exit 6
        import_lines(store, [first, bad], name="all.ndjson")
    assert store.events() == []
    with pytest.raises(InputError, match=r"all\.ndjson, line 1 is not JSON"):
        import_lines(store, ["{half\n"], name="all.ndjson")


def test_a_backup_is_one_whole_sqlite_file_that_can_take_the_stores_place(store, tmp_path):
    for number in range(3):
        store.append(draft(number), lambda before: [before])
    copy = tmp_path / "backups" / "copy.sqlite"
    copy.parent.mkdir()
    assert backup(store, copy) == 3
    assert [path.name for path in copy.parent.iterdir()] == ["copy.sqlite"]
    with DecisionStore.at(copy) as restored:
        assert [event.content() for event in restored.events()] == [event.content() for event in store.events()]
        restored.append(draft(9), lambda _: "partner")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    with pytest.raises(UsageError, match="exists already and stays as it is"):
        backup(store, copy)


def test_a_backup_to_nowhere_is_one_line(store, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be"):
        backup(store, tmp_path / "file" / "copy.sqlite")
