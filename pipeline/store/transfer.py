"""Moving decisions and run records between stores as NDJSON, and backing a store up."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from pipeline.errors import InputError, MachineError, UsageError
from pipeline.store.decision_store import DecisionStore
from pipeline.store.events import Event, parse_line
from pipeline.store.run_records import RunRecord, add_records, parse_record, run_records
from pipeline.whole_files import link_whole, machine_error


def export_lines(store: DecisionStore) -> Iterator[str]:
    """Every decision as a line of NDJSON with its line's end, in their order; then every run record in the same way."""
    for event in store.events():
        yield event.to_line() + "\n"
    for record in run_records(store):
        yield record.to_line() + "\n"


def import_lines(
    store: DecisionStore, lines: Iterable[str], *, name: str, check: Callable[[Event], None] = lambda _: None
) -> int:
    """Store the decisions and run records of an export, in its order, all or none; those already stored are left out.

    `check` raises UsageError for a decision that nobody could have made (`decisions.import_decisions` gives one). Gives
    the number stored. Raises InputError naming the file (`name`) and the first line that cannot be used; then nothing
    is stored.
    """
    events: list[Event] = []
    records: list[RunRecord] = []
    places: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        where = f"{name}, line {number}"
        try:
            if _is_record(line):
                records.append(parse_record(line, where))
                places[records[-1].record_id] = where
            elif line.strip():
                events.append(_checked(line, where, check))
                places[events[-1].decision_id] = where
        except UsageError as error:
            raise InputError(str(error)) from None
    try:
        return store.add_all(events, also=partial(add_records, records=records, place=store.place))
    except UsageError as error:
        named = [place for known, place in places.items() if known in str(error).split()]
        if not named:
            raise
        raise InputError(f"{named[0]}: {error}") from None


def _checked(line: str, where: str, check: Callable[[Event], None]) -> Event:
    event = parse_line(line, where)
    try:
        check(event)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    return event


def _is_record(line: str) -> bool:
    """Whether the line is meant as a run record: decisions have a `decision_id` instead."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(values, dict) and "record_id" in values


def backup(store: DecisionStore, path: Path) -> int:
    """Write all decisions and run records into a new SQLite store, whole or not at all; gives their number.

    The file can take the place of `decisions.sqlite`. It never replaces a file: raises UsageError when there is one.
    """
    if path.exists():
        raise UsageError(f"{path} exists already and stays as it is: name another file")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            with DecisionStore.at(unfinished) as copy:
                also = partial(add_records, records=run_records(store), place=copy.place)
                count = copy.add_all(store.events(), also=also)
            _refuse_unfinished(unfinished, count)
            # Closing it has also put it onto the disk.
            link_whole(unfinished, path)
    except FileExistsError:
        raise UsageError(f"{path} exists already and stays as it is: name another file") from None
    except OSError as error:
        told = machine_error(error, path)
        raise told or UsageError(f"{path} cannot be written: {error.strerror}") from None
    return count


def _refuse_unfinished(unfinished: Path, count: int) -> None:
    """Raises MachineError unless the one file holds every decision and run record: `count` of both together.

    Nobody else knows it: closing it puts everything into the one file, and says nothing when the disk is full.
    """
    for log in unfinished.parent.glob(f"{unfinished.name}-*"):
        raise MachineError(f"the backup is not whole, a part of it is still in {log.name} (disk full?); free space")
    with closing(sqlite3.connect(f"{unfinished.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as con:
        sound = con.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        both = "SELECT (SELECT count(*) FROM decisions) + (SELECT count(*) FROM run_records)"
        found = con.execute(both).fetchone()[0]
    if not sound or found != count:
        raise MachineError(f"the backup is not whole: it has {found} of {count} entries; look at the disk")
