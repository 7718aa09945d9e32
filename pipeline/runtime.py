"""What a process knows at run time: the clock, the environment, the user.

Two shells ask it: the command line (`cli`) and the analysts' API (`analysis`). Everything below them is told.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.warehouse.home import Home

if TYPE_CHECKING:
    from pipeline.nightly.run_book import RunBook
    from pipeline.store import DecisionStore

HOME = "RENEWALS_HOME"
DECISIONS_URL = "RENEWALS_DECISIONS_URL"
DEFAULT_HOME = Path("data/home")


def home_folder() -> Home:
    """The home: `RENEWALS_HOME`, else `data/home` in the working folder."""
    return home_at(Path(os.environ.get(HOME) or DEFAULT_HOME))


def home_at(folder: Path) -> Home:
    """The home in that folder, with the decisions that the environment names (`RENEWALS_DECISIONS_URL`)."""
    return Home(folder, os.environ.get(DECISIONS_URL) or None)


@contextmanager
def own_runtime(home: Path) -> Iterator[None]:
    """That home, and the decisions in it, instead of those that the environment names: also for child processes."""
    before = {name: os.environ.get(name) for name in (HOME, DECISIONS_URL)}
    os.environ[HOME] = str(home)
    os.environ.pop(DECISIONS_URL, None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def home_to_read() -> Home:
    """The home for somebody who only reads: `RENEWALS_HOME`, else `data/home` in the working folder or above it.

    A notebook's working folder is its own; the nearest `data/home` above is the one of its project. Where there is
    none, the working folder's.
    """
    if os.environ.get(HOME):
        return home_folder()
    here = Path.cwd()
    found = (folder / DEFAULT_HOME for folder in (here, *here.parents))
    return home_at(next((home for home in found if home.is_dir()), DEFAULT_HOME))


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def system_user() -> str:
    """The user of this machine: who decides or looks when nobody is named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def open_store(home: Home) -> DecisionStore:
    """The decisions' store, made when it is not there yet."""
    from pipeline.store import DecisionStore

    return DecisionStore.open(home.store_url)


def run_book(home: Home) -> RunBook:
    """What was recorded about runs and held partners."""
    from pipeline.nightly.run_book import RunBook
    from pipeline.warehouse.newest_decisions import nothing_decided

    return RunBook(lambda: open_store(home), lambda: nothing_decided(home))
