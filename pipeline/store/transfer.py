"""Moving decisions between stores as NDJSON, and backing a store up."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.store.decision_store import DecisionStore
from pipeline.store.events import parse_line


def export_lines(store: DecisionStore) -> Iterator[str]:
    """Every decision as a line of NDJSON with its line's end, in their order."""
    for event in store.events():
        yield event.to_line() + "\n"


def import_lines(store: DecisionStore, lines: Iterable[str], *, name: str) -> int:
    """Store the decisions of an export, in its order, all or none; those already stored are left out.

    Gives the number stored. Raises UsageError naming the file (`name`) and the line that is no decision.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    return store.add_all(parse_line(line, f"{name}, line {number}") for number, line in numbered)


def backup(store: DecisionStore, path: Path) -> int:
    """Write all decisions into a new SQLite store, whole or not at all; gives their number.

    The file can take the place of `decisions.sqlite`. It never replaces a file: raises UsageError when there is one.
    """
    if path.exists():
        raise UsageError(f"{path} exists already and stays as it is: name another file")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            with DecisionStore.at(unfinished) as copy:
                count = copy.add_all(store.events())
            # Nobody else knows this file: closing it has put everything into the one file.
            os.link(unfinished, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return count
