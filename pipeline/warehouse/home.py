"""The home folder: where runs, reports and the lock live."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LockedError, MachineError
from pipeline.whole_files import not_writable


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one installation, below `root`, and where its decisions are kept.

    `decisions_url`: the database of the decisions, where it is not `decisions.sqlite` in the home.
    """

    root: Path
    decisions_url: str | None = None

    @property
    def runs(self) -> Path:
        """The published run files, `run-<UTC time>-<short id>.duckdb`."""
        return self.root / "runs"

    @property
    def current(self) -> Path:
        """The symlink to the published run that readers see."""
        return self.root / "current"

    @property
    def lock(self) -> Path:
        """The file whose lock a writer holds."""
        return self.root / "lock"

    @property
    def decisions(self) -> Path:
        """Where decisions are kept when no database is named."""
        return self.root / "decisions.sqlite"

    @property
    def store_url(self) -> str:
        """The database of the decisions, as a URL."""
        return self.decisions_url or f"sqlite:///{self.decisions}"

    @property
    def held(self) -> Path:
        """The runs that rule 14 holds, `run-….duckdb` with a note `run-….json`: readers do not see them."""
        return self.root / "held"

    def reports(self, run_id: str) -> Path:
        """The folder of that run's reports."""
        return self.root / "reports" / run_id

    def candidate(self, run_id: str) -> Path:
        """The file in which that run is built before it is published."""
        return self.runs / f".tmp-{run_id}.duckdb"

    def create(self) -> None:
        """Make the folders. Raises MachineError when the home cannot be written."""
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MachineError(
                f"the home folder {self.root} cannot be used: {error.strerror}. Repair it, or set RENEWALS_HOME"
            ) from None


@contextmanager
def run_lock(home: Home) -> Iterator[None]:
    """Hold the home's lock: one writer at a time; the system gives it back when the process ends, however it ends.

    Raises LockedError at once when another process holds it, MachineError when it cannot be made.
    """
    home.create()
    try:
        handle = os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise not_writable(error, home.lock) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                f"another run holds the lock of {home.root}: wait for it to end, then try again"
            ) from None
        yield
    finally:
        os.close(handle)
