"""What commands that were killed left in the home: removed by the next run, which holds the lock."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.warehouse.home import Home
from pipeline.whole_files import UNFINISHED, not_writable

_MARK: Final = ".unfinished-"
"""How the names of the marks begin that are in a folder while reports are made in it."""


def remove_leftovers(home: Home) -> None:
    """Remove candidates, their spilled data, half-made links and half-written reports of commands that have ended.

    The caller holds the lock. Folders in which a living process makes reports are left alone; what cannot be removed
    stays for the next time.
    """
    checksums = home.root / "checksums"
    for path in (*home.runs.glob(".tmp-*"), *home.root.glob(".tmp-*"), *checksums.glob(UNFINISHED)):
        _remove(path)
    for checksum in checksums.glob("*.sha256"):
        if not (home.runs / f"{checksum.stem}.duckdb").exists():
            _remove(checksum)
    for folder in {mark.parent for mark in (home.root / "reports").glob(f"*/{_MARK}*")}:
        if not any(_is_held(mark) for mark in folder.glob(f"{_MARK}*")):
            for path in (*folder.rglob(UNFINISHED), *folder.glob(f"{_MARK}*")):
                _remove(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def marked(reports: Path) -> Iterator[None]:
    """A mark in a folder of reports while they are made: left behind, it says where half-written ones may lie.

    Raises MachineError when it cannot be made.
    """
    mark = reports / f"{_MARK}{os.getpid()}"
    try:
        reports.mkdir(parents=True, exist_ok=True)
        handle = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise not_writable(error, reports) from None
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)
        os.close(handle)


def _is_held(mark: Path) -> bool:
    """Whether the process that made the mark is alive: the system gives its lock back when it ends."""
    try:
        handle = os.open(mark, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False
