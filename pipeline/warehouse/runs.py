"""Published runs: publish, list, find, roll back, prune.

A run is published by renaming its finished file and flipping the `current` symlink, each in one step that the disk
keeps or does not: readers always see one complete run, and never wait.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.warehouse.database import open_run
from pipeline.warehouse.home import Home, sync_folder

_RUN_FILE = re.compile(r"run-\d{8}T\d{6}Z-[0-9a-f]+\.duckdb")


@dataclass(frozen=True, slots=True)
class Run:
    """One published run: its id, file, day and whether readers see it."""

    run_id: str
    path: Path
    is_current: bool

    def as_of(self) -> date:
        """The day its figures are true for."""
        with open_run(self.path) as con:
            return settings_of(con)[1]


def run_name(now: datetime, short_id: str) -> str:
    """`run-<UTC time>-<short id>`: names sort by time. `now` is in UTC."""
    return f"run-{now:%Y%m%dT%H%M%SZ}-{short_id}"


def list_runs(home: Home) -> list[Run]:
    """Every published run, newest first."""
    if not home.runs.is_dir():
        return []
    current = home.current.resolve() if home.current.is_symlink() else None
    files = sorted((p for p in home.runs.iterdir() if _RUN_FILE.fullmatch(p.name)), reverse=True)
    return [Run(p.stem, p, p.resolve() == current) for p in files]


def current_run(home: Home) -> Run:
    """The run readers see. Raises UsageError when nothing is published yet."""
    for run in list_runs(home):
        if run.is_current:
            return run
    raise UsageError(f"no run is published in {home.root}: make one with 'renewals run --exports DIR'")


def run_before(home: Home) -> tuple[Path | None, str]:
    """The file that a new run is compared with: that of the run readers see, or None; and why it cannot be read, or "".

    None without a reason: nothing is published yet.
    """
    if not home.current.exists() and not home.current.is_symlink():
        return None, ""
    path = next((run.path for run in list_runs(home) if run.is_current), None)
    if path is None:
        return None, "'current' leads to no run"
    unreadable = why_unreadable(path)
    return (None, unreadable) if unreadable else (path, "")


def why_unreadable(run_file: Path) -> str:
    """One line that says why later runs and reports cannot be compared with that run; "" when they can."""
    try:
        with open_run(run_file) as con:
            for table in ("contract_mrr", "upcoming_renewals"):
                # A look at every value: a file that is damaged further in opens without a word.
                con.execute(f"SELECT bit_xor(hash(rows)) FROM main.{table} AS rows").fetchall()  # noqa: S608
            settings_of(con)
    except UsageError as error:
        return str(error)
    except duckdb.Error as error:
        return f"{run_file.name} cannot be read: {str(error).splitlines()[0]}"
    return ""


def find_run(home: Home, reference: str | None) -> Run:
    """A run by id, by the beginning of its id, or by its day (`2026-11-23`: the newest of that day); None = current.

    Raises UsageError when there is none, or when the beginning fits several.
    """
    if reference is None or reference == "current":
        return current_run(home)
    runs = list_runs(home)
    found = [run for run in runs if run.run_id in (reference, f"run-{reference}")]
    if not found and re.fullmatch(r"\d{4}-\d{2}-\d{2}", reference):
        found = [run for run in runs if run.as_of().isoformat() == reference][:1]
    if not found and reference.startswith("run-"):
        found = [run for run in runs if run.run_id.startswith(reference)]
    if len(found) > 1:
        raise UsageError(f"{reference!r} fits {len(found)} runs: {', '.join(run.run_id for run in found[:5])}")
    if not found:
        raise UsageError(f"no run {reference!r}: 'renewals runs' lists the {len(runs)} there are")
    return found[0]


def publish(home: Home, candidate: Path, run_id: str, *, keep: int) -> Run:
    """Make the finished candidate the current run, then prune all but the newest `keep` runs and their reports.

    The caller holds the lock and has closed every connection on the candidate.
    """
    with candidate.open("rb") as handle:
        os.fsync(handle.fileno())
    candidate.chmod(0o444)
    path = home.runs / f"{run_id}.duckdb"
    candidate.replace(path)
    sync_folder(home.runs)
    _flip(home, path)
    prune(home, keep=keep)
    return Run(run_id, path, is_current=True)


def rollback_target(home: Home, reference: str | None) -> tuple[Run, Run]:
    """Which run readers see, and which one a rollback would let them see: the one before it, or the one named.

    Raises UsageError when there is no such run, or it cannot be opened.
    """
    current = current_run(home)
    if reference is None:
        older = [run for run in list_runs(home) if run.run_id < current.run_id]
        if not older:
            raise UsageError(f"{current.run_id} is the oldest run: there is none to roll back to")
        target = older[0]
    else:
        target = find_run(home, reference)
    open_run(target.path).close()
    return current, target


def rollback(home: Home, reference: str | None) -> tuple[Run, Run]:
    """Let readers see an older run again; returns (from, to). Nothing is deleted: naming the newer run undoes it.

    The caller holds the lock. Raises UsageError like `rollback_target`.
    """
    current, target = rollback_target(home, reference)
    _flip(home, target.path)
    return current, target


def prune(home: Home, *, keep: int) -> None:
    """Delete all but the newest `keep` runs, never the current one, and the reports of runs that are gone."""
    runs = list_runs(home)
    for run in runs[keep:]:
        if not run.is_current:
            run.path.unlink()
    kept = {run.run_id for run in list_runs(home)}
    reports = home.root / "reports"
    for folder in reports.iterdir() if reports.is_dir() else ():
        if folder.name not in kept and folder.name < max(kept, default=""):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def candidate(home: Home, run_id: str) -> Iterator[Path]:
    """The file in which a run is built; whatever is not published by the end is removed.

    What runs that were killed left behind is removed first. The caller holds the lock.
    """
    _remove_leftovers(home)
    try:
        yield home.candidate(run_id)
    finally:
        _remove_leftovers(home)


def _remove_leftovers(home: Home) -> None:
    for path in home.runs.glob(".tmp-*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _flip(home: Home, path: Path) -> None:
    link = home.root / ".tmp-current"
    link.unlink(missing_ok=True)
    link.symlink_to(path.relative_to(home.root))
    link.replace(home.current)
    sync_folder(home.root)


def made_with(path: Path) -> tuple[str, Settings]:
    """The name of the run in that file and the settings it was made with."""
    with open_run(path) as con:
        return str(con.execute("SELECT run_id FROM run_info").fetchall()[0][0]), settings_of(con)[0]


def settings_of(con: duckdb.DuckDBPyConnection) -> tuple[Settings, date]:
    """The settings and the day a run was made with, from its own file."""
    settings, as_of = con.execute("SELECT settings, as_of FROM run_info").fetchall()[0]
    return Settings.from_json(settings), as_of
