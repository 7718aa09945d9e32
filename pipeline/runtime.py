"""What a process knows at run time: the clock, the environment, who sits there.

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
    from pipeline.nightly.hold_or_publish import RunBook
    from pipeline.store import DecisionStore, HeldPartner
    from pipeline.transform.decisions_in_effect import EndedPairs
    from pipeline.warehouse.run_shown import Shown
    from pipeline.warehouse.runs import Run

HOME = "RENEWALS_HOME"
DECISIONS_URL = "RENEWALS_DECISIONS_URL"
DEFAULT_HOME = Path("data/home")


def home_folder() -> Home:
    """The home: `RENEWALS_HOME`, else `data/home` in the working folder."""
    return Home(Path(os.environ.get(HOME) or DEFAULT_HOME))


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
    return Home(next((home for home in found if home.is_dir()), DEFAULT_HOME))


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def system_user() -> str:
    """The user of this machine: who decides or looks when nobody is named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def decisions_url(home: Home) -> str:
    """Where decisions are kept: `RENEWALS_DECISIONS_URL`, else `decisions.sqlite` in the home."""
    return os.environ.get(DECISIONS_URL) or f"sqlite:///{home.decisions}"


def open_store(home: Home) -> DecisionStore:
    """The decisions' store, made when it is not there yet."""
    from pipeline.store import DecisionStore

    return DecisionStore.open(decisions_url(home))


def nothing_decided(home: Home) -> bool:
    """Whether there is no store yet: reading decisions then needs no database and makes none."""
    return not os.environ.get(DECISIONS_URL) and not home.decisions.exists()


def ended_associations(home: Home) -> EndedPairs:
    """The associations that partners have ended, by the newest decisions."""
    if nothing_decided(home):
        return frozenset()
    from pipeline.decisions import ended_now

    with open_store(home) as store:
        return ended_now(store)


def run_book(home: Home) -> RunBook:
    """What was recorded about runs and held partners."""
    from pipeline.nightly.hold_or_publish import RunBook

    return RunBook(lambda: open_store(home), lambda: nothing_decided(home))


def held_partners(home: Home) -> dict[str, HeldPartner]:
    """The partners that are held now (rule 14), by their id: `covers(run_id)` says whether a run is kept from them."""
    if nothing_decided(home):
        return {}
    from pipeline.store import partners_held

    with open_store(home) as store:
        return partners_held(store)


def shown_to(home: Home, run: Run, partner_id: str) -> Shown:
    """What that partner is shown of that run: the run, or an older one while the partner is held (rule 14).

    Raises UsageError when the partner is held and there is no older run to show.
    """
    from pipeline.warehouse import current_run
    from pipeline.warehouse.run_shown import Shown, shown_instead

    ended = ended_associations(home)
    held = held_partners(home).get(partner_id)
    if held is None or not held.covers(run.run_id):
        return Shown(run.path, ended)
    return shown_instead(home, partner_id, held.shown_run_id, newest=current_run(home), ended=ended)
