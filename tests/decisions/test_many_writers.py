"""Many hands: four processes write while a run reads, and writers die at any moment. Nothing is lost or doubled."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections import defaultdict

from pipeline import transform
from pipeline.decisions import decisions_frame
from pipeline.store import DecisionStore
from tests.decisions.world import AS_OF, exports

PROCESSES = 4
DECISIONS_EACH = 500
KILLS = {"sqlite": 40, "postgresql": 10}

WRITER = """
import sys
from datetime import UTC, datetime
from pipeline.store import DecisionStore, Draft

url, name, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with DecisionStore.open(url) as store:
    for number in range(first, first + count):
        draft = Draft(
            f"{name}-{number}", datetime(2026, 11, 23, tzinfo=UTC), name, "north", f"h{number % 3}",
            "communication_owner", str(number),
        )
        store.append(draft, lambda before: (before or 0) + 1)
        print(number, flush=True)
"""


def writer(url: str, name: str, first: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, name, str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def assert_nothing_lost_or_doubled(store: DecisionStore, acknowledged: dict[str, set[int]]) -> None:
    events = store.events()
    stored = defaultdict(list)
    for event in events:
        stored[event.actor].append(int(event.reason))
    for name, numbers in acknowledged.items():
        assert numbers <= set(stored[name]), "an acknowledged decision is lost"
    for numbers in stored.values():
        assert numbers == sorted(set(numbers)), "a decision is doubled or out of its writer's order"
    # Every decision counted on from the one before it of the same client: none was decided upon a stale value.
    counted: dict[str | None, int] = {}
    for event in events:
        assert json.loads(event.value_before or "0") == counted.get(event.hub_id, 0)
        counted[event.hub_id] = json.loads(event.value_after or "")


def test_four_processes_write_while_a_run_reads(store_url):
    with DecisionStore.open(store_url) as store:
        writers = {f"writer{n}": writer(store_url, f"writer{n}", 0, DECISIONS_EACH) for n in range(PROCESSES)}
        seen: list[str] = []
        while any(process.poll() is None for process in writers.values()):
            ids = [event.decision_id for event in store.events()]
            # What a reader has seen once stays in its place: later readings only add at the end.
            assert ids[: len(seen)] == seen
            seen = ids
            for process in writers.values():
                assert process.stdout is not None
                process.stdout.readline()
        for process in writers.values():
            assert process.stdout is not None
            process.stdout.read()
            process.stdout.close()
            assert process.returncode == 0
        acknowledged = {name: set(range(DECISIONS_EACH)) for name in writers}
        assert_nothing_lost_or_doubled(store, acknowledged)
        assert len(store.events()) == PROCESSES * DECISIONS_EACH


def test_a_run_reads_one_state_while_others_write(store_url):
    with writer(store_url, "writer", 0, 300) as process:
        assert process.stdout is not None
        # Number n is about client n mod 3: the second line acknowledges a decision about h1.
        assert [process.stdout.readline() for _ in range(2)] == ["0\n", "1\n"]
        with DecisionStore.open(store_url) as store:
            decided = decisions_frame(store.events(), time_zone="UTC")
        assert 2 <= decided.height <= 300
        assert decided["position"].is_sorted()
        # Numbers are no owners: the transforms meet values that they do not know and take them for the vendor.
        rows = transform.build(exports(), as_of=AS_OF, decisions=decided)["upcoming_renewals"]
        assert set(rows.filter(hub_id="h1")["communication_owner_basis"]) == {"client_choice"}
        process.stdout.read()
    assert process.returncode == 0


def test_killed_writers_lose_nothing_that_they_acknowledged(store_url):
    acknowledged: set[int] = set()
    first = 0
    kills = KILLS[store_url.partition(":")[0]]
    for kill in range(kills):
        process = writer(store_url, "writer", first, 100_000)
        assert process.stdout is not None
        for _ in range(1 + kill * 7 % 50):
            acknowledged.add(int(process.stdout.readline()))
        process.kill()
        # What it had still said before it died counts too; a half-said number does not.
        acknowledged |= {int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
        process.stdout.close()
        process.wait()
        first = max(acknowledged) + 2
    with DecisionStore.open(store_url) as store:
        assert_nothing_lost_or_doubled(store, {"writer": acknowledged})
        assert len(store.events()) - len(acknowledged) in range(kills + 1)
    if store_url.startswith("sqlite"):
        with sqlite3.connect(store_url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
