"""A disk that fails when it is told to: the library of `failing_disk.c`, compiled here, and a process that has it."""

from __future__ import annotations

import errno
import json
import os
import select
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.conftest import ROOT

WRITE, SYNC, RENAME, TRUNCATE = 1, 2, 4, 8
KINDS = {"write": WRITE, "fsync": SYNC, "rename": RENAME, "truncate": TRUNCATE}
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}
FOR_EVER = 1_000_000_000


@dataclass(frozen=True)
class Fault:
    """Which calls fail: those of these kinds from number `first` to number `last`; or how long files may get."""

    kinds: int = 0
    first: int = 0
    last: int = 0
    error: int = 0
    shorter: int = 0
    size: int = 0


NONE = Fault(kinds=WRITE | SYNC | RENAME | TRUNCATE)


@dataclass(frozen=True)
class Done:
    """What came of a task: exit code, what it said, and the calls it made: `(call, path, other path)`."""

    code: int
    out: str
    err: str
    calls: int
    log: list[tuple[str, ...]] = field(repr=False)


def why_not() -> str:
    """Why this machine cannot have a failing disk; "" when it can."""
    if sys.platform != "linux":
        return "LD_PRELOAD and /proc are Linux's"
    return "" if shutil.which("gcc") else "there is no gcc to compile the failing disk with"


def compiled(folder: Path) -> Path:
    """The library."""
    library = folder / "failing_disk.so"
    source = Path(__file__).with_name("failing_disk.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True, timeout=60)
    return library


class Disk:
    """Does tasks on a disk that fails. A context manager: leaving it ends its process."""

    def __init__(self, library: Path, work: Path, *, with_gate: bool = False) -> None:
        self._work = work
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.serve", *(["gate"] if with_gate else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self._line(120) == "ready"

    def __enter__(self) -> Disk:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.kill()
        self._process.wait(30)

    def does(self, task: str, home: Path, *arguments: object, fault: Fault = NONE, seconds: int = 120) -> Done:
        """Do the task with that home while calls on files below it fail."""
        order = {name: str(self._work / name) for name in ("out", "err", "log")}
        order |= {name: getattr(fault, name) for name in Fault.__dataclass_fields__}
        order |= {"task": task, "home": str(home), "arguments": [str(each) for each in arguments], "seconds": seconds}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._line(seconds + 10))
        out, err, log = ((self._work / name).read_text() for name in ("out", "err", "log"))
        calls = int((self._work / "err.calls").read_text()) if code >= 0 else 0
        return Done(code, out, err, calls, [tuple(line.split("\t")) for line in log.splitlines()])

    def _line(self, seconds: float) -> str:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        assert ready, "the failing disk does not answer"
        return self._process.stdout.readline().strip()
