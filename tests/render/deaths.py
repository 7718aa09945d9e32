"""Work for worker processes that end in the middle of it. A module of its own, light to load in each new process."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def nothing() -> None:
    """Start a worker without loading what reports need."""


def work(task: tuple[str, Path]) -> str:
    """Ends its process when its name says so: each time, or only the first time."""
    name, folder = task
    mark = folder / name
    if name == "always" or (name.startswith("once") and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return name.upper()


def die(task: tuple[str, Path]) -> str:
    """Leaves its name and ends its process."""
    name, folder = task
    (folder / name).touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return name


def process_of(task: tuple[str, Path]) -> int:
    """The process that does the task."""
    return os.getpid()
