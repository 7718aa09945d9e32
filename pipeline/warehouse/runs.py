"""Published runs: list, find, prune; and the file in which the next one is built."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from pipeline.errors import DamagedRunError, MachineError, UsageError
from pipeline.settings import Settings
from pipeline.transform.decisions_in_effect import no_decisions
from pipeline.warehouse.contents import all_tables, checksum_file, kept_checksum, sha256
from pipeline.warehouse.database import open_run_file
from pipeline.warehouse.held_runs import held_ids
from pipeline.warehouse.home import Home
from pipeline.warehouse.leftovers import remove_leftovers
from pipeline.warehouse.machine import damage
from pipeline.warehouse.table_queries import tables_there

_RUN_FILE = re.compile(r"run-\d{8}T\d{6}Z-[0-9a-f]+\.duckdb")


@dataclass(frozen=True, slots=True)
class Run:
    """One published run: its id, file, day and whether readers see it."""

    run_id: str
    path: Path
    is_current: bool

    def as_of(self) -> date:
        """The day its figures are true for. Raises UsageError when the file cannot be read."""
        try:
            with open_run_file(self.path) as con:
                return settings_of(con)[1]
        except duckdb.Error as error:
            raise damage(error) or error from None


Besides = Callable[[list[Run]], frozenset[str]]
"""Given the published runs, newest first: the ids of those that are kept besides the newest."""


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
    """The run readers see. Raises UsageError when nothing is published yet, or `current` leads to no run."""
    runs = list_runs(home)
    for run in runs:
        if run.is_current:
            return run
    if runs:
        raise UsageError(f"{home.current} points to none of the {len(runs)} runs: 'renewals rollback' repairs it")
    raise UsageError(f"no run is published in {home.root}: make one with 'renewals run --exports DIR'")


def why_unreadable(run_file: Path, *, tables: tuple[str, ...] | None = ("contract_mrr", "upcoming_renewals")) -> str:
    """One line that says why those tables (None = all) of that run cannot be read; "" when they can.

    For the run that later ones are compared with. A look at every value: a file that is damaged further in opens
    without a word.
    """
    try:
        with open_run_file(run_file) as con:
            for name in all_tables(con) if tables is None else (f"main.{table}" for table in tables):
                con.execute(f"SELECT bit_xor(hash(rows)) FROM {name} AS rows").fetchall()  # noqa: S608
            settings_of(con)
    except UsageError as error:
        return str(error)
    except duckdb.Error as error:
        return f"{run_file.name} cannot be read: {str(error).splitlines()[0]}"
    return ""


def why_damaged(run_file: Path) -> str:
    """Reads every block of a run's file: in one line what is wrong with it, "" when it is as it was written.

    A run without a checksum (from before there were any) is read through DuckDB, table by table, which takes longer.
    """
    try:
        kept = kept_checksum(run_file)
        if kept is None:
            return why_unreadable(run_file, tables=None)
        same = sha256(run_file) == kept
    except OSError as error:
        return f"{run_file.name} cannot be read: {error.strerror}"
    return "" if same else f"{run_file.name} is not as it was written: its checksum differs"


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
        raise UsageError(f"{reference!r} matches {len(found)} runs: {', '.join(run.run_id for run in found[:5])}")
    if not found:
        raise UsageError(f"no run {reference!r}: 'renewals runs' lists the {len(runs)} there are")
    return found[0]


def nothing_besides(_runs: list[Run]) -> frozenset[str]:
    """No run is kept besides the newest."""
    return frozenset()


def prune(home: Home, *, keep: int, besides: Besides = nothing_besides) -> None:
    """Delete all but the newest `keep` runs and what is kept `besides`, never the current one.

    Reports of runs that are gone, and are not held either, go with them.
    """
    runs = list_runs(home)
    reasons = besides(runs) if len(runs) > keep else frozenset()
    for run in runs[keep:]:
        if not run.is_current and run.run_id not in reasons:
            run.path.unlink()
            checksum_file(run.path).unlink(missing_ok=True)
            for figures in run.path.parent.glob(f"{run.run_id}.ended-*.duckdb"):
                figures.unlink(missing_ok=True)
    kept = {run.run_id for run in list_runs(home)} | held_ids(home)
    newest = max(kept, default="")
    reports = home.root / "reports"
    for folder in reports.iterdir() if reports.is_dir() else ():
        if folder.name not in kept and folder.name < newest:
            shutil.rmtree(folder, ignore_errors=True)


def whole_run(home: Home, reference: str | None) -> Run:
    """A run as `find_run` finds it, every block of which has been read: what is sent out is made from it.

    Raises UsageError like `find_run`, and DamagedRunError when its file is not as it was written.
    """
    run = find_run(home, reference)
    if damage := why_damaged(run.path):
        raise DamagedRunError(f"{run.run_id} is damaged ({damage}): 'renewals doctor' says what to do")
    return run


@contextmanager
def candidate(home: Home, run_id: str) -> Iterator[Path]:
    """The file in which a run is built; whatever is not published by the end is removed.

    What runs that were killed left behind is removed first. The caller holds the lock. Raises MachineError when a
    folder stands where the link `current` should be: publishing could not replace it.
    """
    if home.current.is_dir() and not home.current.is_symlink():
        raise MachineError(
            f"{home.current} is a folder, not the link to a run: 'renewals rollback' moves it aside; without runs, "
            "move it away yourself"
        )
    remove_leftovers(home)
    try:
        yield home.candidate(run_id)
    finally:
        remove_leftovers(home)


def made_with(path: Path) -> tuple[str, Settings]:
    """The name of the run in that file and the settings it was made with."""
    with open_run_file(path) as con:
        return str(con.execute("SELECT run_id FROM run_info").fetchall()[0][0]), settings_of(con)[0]


def settings_of(con: duckdb.DuckDBPyConnection) -> tuple[Settings, date]:
    """The settings and the day a run was made with, from its own file."""
    settings, as_of = con.execute("SELECT settings, as_of FROM run_info").fetchall()[0]
    return Settings.from_json(settings), as_of


def made_on(path: Path) -> date:
    """The day for which the figures of the run in that file are true."""
    with open_run_file(path) as con:
        return settings_of(con)[1]


def partner_ids_of(path: Path) -> list[str]:
    """Every partner of the run in that file, in the order of their IDs."""
    with open_run_file(path) as con:
        rows = con.execute("SELECT partner_id FROM exports.partners ORDER BY partner_id").fetchall()
    return [partner_id for (partner_id,) in rows]


def decisions_of(path: Path) -> pl.DataFrame:
    """The decisions that the run in that file used; none for a run from before there were decisions."""
    with open_run_file(path) as con:
        if "decisions" not in tables_there(con):
            return no_decisions()
        used: pl.DataFrame = con.sql("FROM main.decisions ORDER BY position").pl()
    return used
