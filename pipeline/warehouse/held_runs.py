"""Runs that rule 14 holds: kept whole beside the published ones, to be compared, accepted, or forgotten after a while.

A held run is its finished file, read-only, and a note: the file's hash, the findings that hold it, the partners that
publishing it would hold.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline import rules
from pipeline.errors import MachineError, UsageError
from pipeline.warehouse.contents import sha256
from pipeline.warehouse.home import Home
from pipeline.whole_files import sync_file, sync_folder, write_whole


@dataclass(frozen=True, slots=True)
class HeldRun:
    """A held run. `sha256`: of its file, in hexadecimal. `as_of` is ISO text, `command` the options it was made with.

    `findings`: what holds it (check, table, observed, examples); `findings_hash` names exactly these. `partners`:
    those that publishing it would hold (partner_id, finding, reason).
    """

    run_id: str
    path: Path
    as_of: str
    sha256: str
    findings_hash: str
    findings: tuple[dict[str, Any], ...]
    partners: tuple[dict[str, Any], ...] = ()
    command: str = ""

    @property
    def made_at(self) -> datetime:
        """When the run was begun, in UTC: its name says so."""
        return run_time(self.run_id)

    @property
    def kept_until(self) -> datetime:
        """From then on the next run removes it."""
        return self.made_at + timedelta(days=rules.HELD_RUN_DAYS)


def run_time(run_id: str) -> datetime:
    """When a run of that name was begun, in UTC."""
    return datetime.strptime(run_id[4:20], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def hold(home: Home, candidate: Path, note: HeldRun) -> HeldRun:
    """Keep the finished candidate as the held run of that note, whose `path` and `sha256` are filled in.

    The caller holds the lock and has closed every connection on the candidate. Raises MachineError when a part of
    the candidate is still in a log beside it.
    """
    log = candidate.with_name(f"{candidate.name}.wal")
    if log.exists():
        raise MachineError(
            f"the run cannot be held: {candidate.name} is not whole, a part of it is still in {log.name} (disk full?); "
            "free space on that disk, then run again"
        )
    home.held.mkdir(parents=True, exist_ok=True)
    sync_file(candidate)
    candidate.chmod(0o444)
    path = home.held / f"{note.run_id}.duckdb"
    kept = HeldRun(**{**_values(note), "path": path, "sha256": sha256(candidate)})
    text = json.dumps({**_values(kept), "path": path.name}, ensure_ascii=False, indent=2, default=str)
    write_whole(path.with_suffix(".json"), text)
    candidate.replace(path)
    sync_folder(home.held)
    return kept


def _values(run: HeldRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in (each.name for each in fields(HeldRun))}


def held_runs(home: Home) -> list[HeldRun]:
    """Every held run, newest first; one whose note cannot be read is left out."""
    if not home.held.is_dir():
        return []
    found = (_read(path) for path in sorted(home.held.glob("run-*.duckdb"), reverse=True))
    return [run for run in found if run is not None]


def _read(path: Path) -> HeldRun | None:
    try:
        note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return HeldRun(
            **{**note, "path": path, "findings": tuple(note["findings"]), "partners": tuple(note["partners"])}
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def find_held(home: Home, reference: str | None) -> HeldRun:
    """A held run by id or by the beginning of its id; None = the newest.

    Raises UsageError when there is none, or when the beginning fits several.
    """
    runs = held_runs(home)
    if reference is None and runs:
        return runs[0]
    if not runs:
        raise UsageError(f"no run is held in {home.root}: 'renewals runs' lists the published ones")
    found = [run for run in runs if run.run_id in (reference, f"run-{reference}")]
    found = found or [run for run in runs if run.run_id.startswith(str(reference))]
    if len(found) > 1:
        raise UsageError(f"{reference!r} matches {len(found)} held runs: {', '.join(run.run_id for run in found[:5])}")
    if not found:
        raise UsageError(f"no held run {reference!r}: 'renewals runs --held' lists the {len(runs)} there are")
    return found[0]


@contextmanager
def as_candidate(home: Home, held: HeldRun) -> Iterator[Path]:
    """The held run's bytes under the name of a candidate, to be published; the held file stays until it is removed.

    The caller holds the lock. Raises UsageError when the file is not as it was kept.
    """
    candidate = home.candidate(held.run_id)
    candidate.unlink(missing_ok=True)
    try:
        try:
            os.link(held.path, candidate)
        except OSError:
            shutil.copy2(held.path, candidate)
        if sha256(candidate) != held.sha256:
            raise UsageError(
                f"{held.run_id} has changed since it was held (its checksum differs): nothing was published. "
                "Run again with 'renewals run'"
            )
        yield candidate
    finally:
        candidate.unlink(missing_ok=True)


def remove_held(held: HeldRun) -> None:
    """Forget a held run: its file first, so that no file is left without its note."""
    held.path.unlink(missing_ok=True)
    held.path.with_suffix(".json").unlink(missing_ok=True)


def prune_held(home: Home, *, now: datetime) -> None:
    """Remove held runs that have been kept for `rules.HELD_RUN_DAYS` days, and notes without a file."""
    if not home.held.is_dir():
        return
    for path in home.held.glob("run-*"):
        note, run_id = path.with_suffix(".json"), path.stem
        try:
            kept_until = run_time(run_id) + timedelta(days=rules.HELD_RUN_DAYS)
        except ValueError:
            continue
        if now >= kept_until or not path.with_suffix(".duckdb").exists():
            path.unlink(missing_ok=True)
            note.unlink(missing_ok=True)


def held_ids(home: Home) -> frozenset[str]:
    """The ids of the held runs: their checks pages are kept as long as they are."""
    return frozenset(path.stem for path in home.held.glob("run-*.duckdb"))
