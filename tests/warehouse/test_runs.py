"""Publishing, listing, rolling back, pruning, the lock: readers always see one complete run."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline import warehouse
from pipeline.errors import LockedError, UsageError
from pipeline.settings import Settings
from pipeline.tables.published import PUBLISHED, SCHEMA_VERSION
from pipeline.warehouse import Home
from pipeline.warehouse.runs import prune, settings_of

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def build(home: Home, run_id: str, *, as_of: date = date(2026, 11, 23), schema_version: int = SCHEMA_VERSION) -> Path:
    """A candidate that holds only what a run says of itself."""
    home.create()
    path = home.candidate(run_id)
    information = pl.DataFrame(
        {
            "run_id": [run_id],
            "as_of": [as_of],
            "created_at": ["2026-11-23T02:00:00Z"],
            "schema_version": [schema_version],
            "pipeline_version": ["0"],
            "library_versions": ["{}"],
            "settings": [Settings(notice_days=30).to_json()],
            "profile": ["identity"],
            "exported_at": [None],
            "summary": [None],
        },
        schema=PUBLISHED["run_info"].polars_schema,
    )
    with warehouse.create_run_file(path) as con:
        warehouse.write_table(con, "run_info", information)
    return path


def publish(home: Home, hours: int, *, keep: int = 30, as_of: date = date(2026, 11, 23)) -> str:
    run_id = warehouse.run_name(START + timedelta(hours=hours), f"{hours:06x}")
    with warehouse.run_lock(home):
        warehouse.publish(home, build(home, run_id, as_of=as_of), run_id, keep=keep)
    return run_id


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_a_run_is_named_by_its_utc_time_so_that_names_sort_by_time():
    assert warehouse.run_name(START, "1a2b3c") == "run-20261123T020000Z-1a2b3c"


def test_a_published_run_is_current_read_only_and_leaves_no_temporary_file(home):
    run_id = publish(home, 0)
    assert home.current.readlink() == Path(f"runs/{run_id}.duckdb")
    assert [run.run_id for run in warehouse.list_runs(home)] == [run_id]
    assert home.current.resolve().stat().st_mode & 0o222 == 0
    assert [path.name for path in home.runs.iterdir()] == [f"{run_id}.duckdb"]


def test_before_the_first_run_there_is_a_clear_message(home):
    with pytest.raises(UsageError, match=r"no run is published in .*: make one with 'renewals run --exports DIR'"):
        warehouse.current_run(home)


def test_a_reader_keeps_its_run_while_new_ones_are_published(home):
    first = publish(home, 0)
    with warehouse.open_run_file(home.current) as reader:
        second = publish(home, 1)
        assert reader.execute("SELECT run_id FROM run_info").fetchall() == [(first,)]
        with warehouse.open_run_file(home.current) as later:
            assert later.execute("SELECT run_id FROM run_info").fetchall() == [(second,)]


def test_rollback_goes_to_the_run_before_and_naming_the_newer_one_undoes_it(home):
    first, second = publish(home, 0), publish(home, 1)
    went_from, went_to = warehouse.rollback(home, None)
    assert (went_from.run_id, went_to.run_id) == (second, first)
    assert warehouse.current_run(home).run_id == first
    warehouse.rollback(home, second)
    assert warehouse.current_run(home).run_id == second


def test_the_oldest_run_cannot_be_rolled_back_and_current_stays(home):
    only = publish(home, 0)
    with pytest.raises(UsageError, match="is the oldest run"):
        warehouse.rollback(home, None)
    assert warehouse.current_run(home).run_id == only


def test_runs_are_found_by_id_by_its_beginning_and_by_day(home):
    monday = publish(home, 0, as_of=date(2026, 11, 23))
    tuesday = publish(home, 24, as_of=date(2026, 11, 24))
    tuesday_again = publish(home, 25, as_of=date(2026, 11, 24))
    assert warehouse.find_run(home, None).run_id == tuesday_again
    assert warehouse.find_run(home, tuesday).run_id == tuesday
    assert warehouse.find_run(home, "run-20261123").run_id == monday
    assert warehouse.find_run(home, "2026-11-24").run_id == tuesday_again
    with pytest.raises(UsageError, match="matches 2 runs"):
        warehouse.find_run(home, "run-20261124")
    with pytest.raises(UsageError, match="no run 'nonsense': 'renewals runs' lists the 3 there are"):
        warehouse.find_run(home, "nonsense")


def test_pruning_keeps_the_newest_runs_and_the_current_one_and_drops_the_reports_of_the_others(home):
    ids = [publish(home, hours) for hours in range(4)]
    for run_id in ids:
        home.reports(run_id).mkdir(parents=True)
    warehouse.rollback(home, ids[0])
    prune(home, keep=2)
    assert [run.run_id for run in warehouse.list_runs(home)] == [ids[3], ids[2], ids[0]]
    assert sorted(path.name for path in (home.root / "reports").iterdir()) == [ids[0], ids[2], ids[3]]


def test_the_lock_refuses_a_second_run_at_once_and_is_free_again_afterwards(home):
    with warehouse.run_lock(home):
        with pytest.raises(LockedError, match="another run holds the lock") as raised, warehouse.run_lock(home):
            pytest.fail("two runs held the lock")
        assert raised.value.exit_code == 5
    with warehouse.run_lock(home):
        pass


def test_what_is_not_published_is_removed_also_after_an_error(home):
    home.create()

    def fail() -> None:
        with warehouse.candidate(home, "run-x") as path:
            path.write_bytes(b"half a run")
            path.with_suffix(".spill").mkdir()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(home.runs.iterdir()) == []


def test_a_run_of_newer_code_is_refused(home):
    path = build(home, "run-new", schema_version=SCHEMA_VERSION + 1)
    with pytest.raises(UsageError, match="made by a newer version of this product"):
        warehouse.open_run_file(path)


def test_a_file_that_is_no_run_is_refused_in_one_line(tmp_path):
    (tmp_path / "junk.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(UsageError, match=r"junk\.duckdb cannot be opened as a run") as raised:
        warehouse.open_run_file(tmp_path / "junk.duckdb")
    assert "\n" not in str(raised.value)


def test_a_run_knows_its_settings_and_day(home):
    publish(home, 0)
    with warehouse.open_run_file(home.current) as con:
        assert settings_of(con) == (Settings(notice_days=30), date(2026, 11, 23))


PUBLISHER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_runs import publish
from pipeline.warehouse import Home
home = Home(Path(sys.argv[1]))
for hours in range(1, 1000):
    publish(home, hours, keep=3)
    print(hours, flush=True)
"""


@pytest.mark.parametrize("published_before_the_kill", [0, 1, 3, 6])
def test_a_killed_publisher_leaves_one_complete_current_run(home, published_before_the_kill):
    publish(home, 0)
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(home.root), str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(published_before_the_kill):
        process.stdout.readline()
        with warehouse.open_run_file(home.current) as con:
            assert con.execute("SELECT count(*) FROM run_info").fetchone() == (1,)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with warehouse.open_run_file(home.current) as con:
        assert con.execute("SELECT run_id FROM run_info").fetchone() == (home.current.resolve().stem,)
    # The next run cleans up and publishes as if nothing had happened.
    later = publish(home, 2000)
    assert warehouse.current_run(home).run_id == later


def test_a_run_file_can_be_read_by_the_duckdb_before(home):
    publish(home, 0)
    with duckdb.connect(str(home.current.resolve()), read_only=True) as con:
        tags = con.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchone()
    assert tags is not None
    assert tags[0].get("storage_version", "").startswith("v1.5")
