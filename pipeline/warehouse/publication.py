"""What readers see: publishing a finished run, and moving `current` back to an older one.

A run is published by renaming its finished file and flipping the `current` symlink, each in one step that the disk
keeps or does not: readers always see one complete run, and never wait.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import duckdb

from pipeline.errors import MachineError, UsageError
from pipeline.warehouse.contents import Contents, checksum_file, contents_of, keep_checksum, sha256
from pipeline.warehouse.database import open_run_file
from pipeline.warehouse.home import Home
from pipeline.warehouse.machine import machine_failures
from pipeline.warehouse.runs import Besides, Run, find_run, list_runs, nothing_besides, prune, why_damaged
from pipeline.whole_files import sync_file, sync_folder


def publish(
    home: Home,
    candidate: Path,
    run_id: str,
    *,
    keep: int,
    written: Contents | None = None,
    besides: Besides = nothing_besides,
) -> Run:
    """Make the finished candidate the current run, then prune all but the newest `keep` runs and their reports.

    `besides`: which runs are kept besides the newest (`nights.kept_besides`).
    `written`: what whoever built the candidate has written into it (`contents_of`); None = what it holds now. The
    caller holds the lock and has closed every connection on the candidate.

    Raises MachineError when the disk does not keep the file as it was written; `current` is then where it was, and no
    run of that name is left. Once it has moved, nothing raises.
    """
    path = home.runs / f"{run_id}.duckdb"
    if path.exists():
        raise UsageError(f"{run_id} is published already: 'renewals rollback {run_id}' lets readers see it")
    with machine_failures():
        _refuse_unfinished(candidate)
        expected = written or _contents(candidate)
        with ThreadPoolExecutor(1) as beside:
            # Beside the disk, which is waited for: a hash of 1 GB takes about 0.7 s of one processor.
            digest = beside.submit(sha256, candidate)
            sync_file(candidate)
        candidate.chmod(0o444)
        try:
            keep_checksum(path, digest.result())
            candidate.replace(path)
            sync_folder(home.runs)
            _refuse_other_contents(path, expected)
            _flip(home, path)
        except BaseException:
            _withdraw(home, path)
            raise
    with suppress(OSError):
        # What cannot be deleted tonight is deleted by the next run: this one is published.
        prune(home, keep=keep, besides=besides)
    return Run(run_id, path, is_current=True)


def _refuse_unfinished(candidate: Path) -> None:
    """DuckDB reads through the log beside a file, and renaming the file leaves the log behind."""
    log = candidate.with_name(f"{candidate.name}.wal")
    if log.exists():
        raise MachineError(
            f"nothing was published: {candidate.name} is not whole, a part of it is still in {log.name} (disk full?); "
            "free space on that disk, then run again"
        )


def _refuse_other_contents(path: Path, expected: Contents) -> None:
    try:
        difference = expected.difference(_contents(path))
    except (UsageError, duckdb.Error) as error:
        difference = " ".join(str(error).split())
    if difference:
        raise MachineError(f"nothing was published: read again, {path.name} is not whole ({difference}); run again")


def _contents(path: Path) -> Contents:
    with open_run_file(path) as con:
        return contents_of(con)


def _flip(home: Home, path: Path) -> None:
    """Let `current` lead to that run, for good. Raises OSError; `current` then leads where it did."""
    before = home.current.readlink() if home.current.is_symlink() else None
    _point(home, path.relative_to(home.root))
    try:
        sync_folder(home.root)
    except OSError:
        try:
            _point(home, before) if before else home.current.unlink()
        except OSError:
            return  # It cannot be led back: readers see the run, which is whole, so it is published.
        raise


def _point(home: Home, target: Path) -> None:
    link = home.root / ".tmp-current"
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    link.replace(home.current)


def _withdraw(home: Home, path: Path) -> None:
    """Remove a run that was not published after all, unless readers can see it."""
    with suppress(OSError):
        sync_folder(home.root)  # Until the disk has `current` as it was, a power cut may bring the new link back.
        if not home.current.is_symlink() or home.current.resolve() != path.resolve():
            path.unlink(missing_ok=True)
            checksum_file(path).unlink(missing_ok=True)


def rollback_target(home: Home, reference: str | None) -> tuple[Run | None, Run]:
    """Which run readers see, and which one a rollback would let them see: the one named, or the one before it.

    Where readers see none (`current` is lost, points nowhere or is not a link): None, and the newest run that is whole.
    Raises UsageError when there is no such run, or its file is damaged.
    """
    runs = list_runs(home)
    current = next((run for run in runs if run.is_current), None)
    if reference is not None:
        target = find_run(home, reference)
        _refuse_damaged(target, [run for run in runs if run.run_id != target.run_id])
        return current, target
    if not runs:
        raise UsageError(f"no run is published in {home.root}: make one with 'renewals run --exports DIR'")
    if current is None:
        whole = next((run for run in runs if not why_damaged(run.path)), None)
        if whole is None:
            raise UsageError(f"all {len(runs)} runs in {home.runs} are damaged: make one with 'renewals run'")
        return None, whole
    older = [run for run in runs if run.run_id < current.run_id]
    if not older:
        raise UsageError(f"{current.run_id} is the oldest run: there is none to roll back to")
    _refuse_damaged(older[0], older[1:])
    return current, older[0]


def _refuse_damaged(target: Run, others: list[Run]) -> None:
    damage = why_damaged(target.path)
    if not damage:
        return
    whole = next((run for run in others if not why_damaged(run.path)), None)
    advice = f"'renewals rollback {whole.run_id}' goes to one that is whole" if whole else "no other run is whole"
    raise UsageError(f"{target.run_id} is damaged ({damage}): {advice}")


def rollback(home: Home, reference: str | None) -> tuple[Run | None, Run]:
    """Roll back to an earlier run; returns (from, to). Nothing is deleted: naming the newer run undoes it.

    A file or folder in the place of `current` is moved aside (`move_current_aside`). The caller holds the lock.
    Raises UsageError like `rollback_target`, MachineError when `current` cannot be moved.
    """
    current, target = rollback_target(home, reference)
    with machine_failures():
        if home.current.exists() and not home.current.is_symlink():
            _move_current_aside(home)
        _flip(home, target.path)
    return current, target


def _move_current_aside(home: Home) -> None:
    """Rename what stands where the link should be; nothing of it is lost."""
    number = 1
    while (aside := home.root / f"current.moved-{number}").exists():
        number += 1
    home.current.rename(aside)
