"""A time limit and a memory limit for one report, so that one partner's data cannot hold up the night.

A watch beside the work ends it from inside: an exception in the working thread, which frees what the report held. In a
worker process, work that does not listen (it hangs in a library) ends with its process instead.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import RenewalsError

LOOKS_PER_SECOND: Final = 20
PATIENCE_SECONDS: Final = 15.0
"""How long work may go on after it was told to stop, before a worker process ends itself."""

MEBIBYTE: Final = 1024 * 1024
_STATM: Final = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one report may take: seconds of the clock, and mebibytes of memory of its whole process.

    Memory is watched where the system tells a process its own (Linux).
    """

    seconds: float = 900.0
    mebibytes: int = 4096


DEFAULT_LIMITS: Final = Limits()


class ReportLimitError(RenewalsError):
    """A report took longer, or more memory, than a report may."""


class _StopWork(BaseException):
    """Ends the work from outside; no `except Exception` of a library takes it for one of its own."""


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Do the work inside as far as the limits go. Raises ReportLimitError beyond them."""
    watch = _Watch(limits, threading.get_ident())
    watch.start()
    try:
        yield
        watch.leave()
    except _StopWork:
        raise ReportLimitError(watch.why) from None
    finally:
        watch.leave()
        watch.join()


class _Watch(threading.Thread):
    """Looks at clock and memory until the work is done, and stops it once when it goes too far."""

    def __init__(self, limits: Limits, worker: int) -> None:
        super().__init__(daemon=True, name="report limits")
        self._limits = limits
        self._worker = worker
        self._done = threading.Event()
        self._turn = threading.Lock()
        self.why = ""

    def run(self) -> None:
        started = time.monotonic()
        while not self._done.wait(1 / LOOKS_PER_SECOND):
            self.why = self._exceeded(time.monotonic() - started)
            if self.why:
                self._stop_work()
                return

    def leave(self) -> None:
        """The work is done: nothing is stopped from now on."""
        with self._turn:
            self._done.set()

    def _exceeded(self, seconds: float) -> str:
        if seconds > self._limits.seconds:
            return f"took longer than {self._limits.seconds:g} seconds (report_seconds)"
        if resident_mebibytes() > self._limits.mebibytes:
            return f"needed more than {self._limits.mebibytes} MiB of memory (report_mebibytes)"
        return ""

    def _stop_work(self) -> None:
        with self._turn:
            if self._done.is_set():
                return
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._worker), ctypes.py_object(_StopWork))
        if not self._done.wait(PATIENCE_SECONDS) and multiprocessing.parent_process() is not None:
            sys.stderr.flush()
            os._exit(1)


def resident_mebibytes() -> float:
    """The memory this process has in use now; 0 where the system does not say."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE
