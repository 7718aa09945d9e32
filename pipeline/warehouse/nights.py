"""Which runs the next one is compared with, and which are kept besides the newest (rule 14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from pipeline import rules
from pipeline.errors import UsageError
from pipeline.warehouse.home import Home
from pipeline.warehouse.runs import Run, list_runs, profile_of, why_unreadable


@dataclass(frozen=True, slots=True)
class RunsBefore:
    """The runs that a new one is compared with.

    `yardstick`: the last run that was published by itself or accepted, and not rolled back since, of the same source
    profile. `published`: the run readers see. `older`: the other published runs that can be opened, newest first.
    `unreadable`: why a run that would have been the yardstick cannot be read, or "".
    """

    yardstick: Run | None
    published: Run | None
    older: tuple[Run, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class Retained:
    """Ids of runs with a reason to be kept besides the newest ones.

    `withdrawn`: rolled back since, so that they are no yardsticks. `shown`: what held partners are still shown.
    `delivered`: each partner's last run that was delivered to it (deliveries name it when there are some).
    """

    withdrawn: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    delivered: frozenset[str] = frozenset()


NOTHING_RETAINED = Retained()


def runs_before(home: Home, *, profile: str, withdrawn: Collection[str] = ()) -> RunsBefore:
    """What a run of that source profile is compared with. `withdrawn`: runs that were rolled back since.

    Runs newer than the one readers see have been left, too, whatever the records say.
    """
    runs = list_runs(home)
    published = next((run for run in runs if run.is_current), None)
    unreadable, yardstick = "", None
    if published is None and (home.current.is_symlink() or home.current.exists()):
        unreadable = "'current' leads to no run"
    profiles = {run.run_id: _profile(run) for run in runs}
    for run in _trusted(runs, published, withdrawn):
        if profiles[run.run_id] not in (profile, None):
            continue
        damage = why_unreadable(run.path)
        if not damage:
            yardstick = run
            break
        unreadable = unreadable or damage
    readable = tuple(run for run in runs if profiles[run.run_id] is not None)
    return RunsBefore(
        yardstick=yardstick,
        published=published if published in readable else None,
        older=tuple(run for run in readable if run != published),
        unreadable=unreadable,
    )


def _trusted(runs: Iterable[Run], published: Run | None, withdrawn: Collection[str]) -> list[Run]:
    newest = published.run_id if published else ""
    return [run for run in runs if run.run_id not in withdrawn and (not newest or run.run_id <= newest)]


def _profile(run: Run) -> str | None:
    """The source profile of a run; None when its file cannot be opened."""
    try:
        return profile_of(run.path)
    except (UsageError, duckdb.Error):
        return None


def kept_besides(runs: list[Run], retained: Retained) -> frozenset[str]:
    """Ids of the runs that are kept although newer ones than `keep_runs` there are. `runs`: newest first.

    Each month's last run for `rules.MONTHS_KEPT` months, counted back from the newest run's day; every run that
    `retained` names; every yardstick: of each source profile the newest run that was not rolled back.
    """
    kept = set(retained.shown | retained.delivered)
    published = next((run for run in runs if run.is_current), None)
    profiles: set[str] = set()
    for run in _trusted(runs, published, retained.withdrawn):
        profile = _profile(run)
        if profile is not None and profile not in profiles:
            profiles.add(profile)
            kept.add(run.run_id)
    days = {run.run_id: day for run in runs if (day := _day(run)) is not None}
    last: dict[int, tuple[date, str]] = {}
    for run_id, day in days.items():
        last[_month(day)] = max(last.get(_month(day), (day, run_id)), (day, run_id))
    newest = max(last, default=0)
    kept |= {run_id for month, (_, run_id) in last.items() if newest - month < rules.MONTHS_KEPT}
    return frozenset(kept)


def _day(run: Run) -> date | None:
    try:
        return run.as_of()
    except (UsageError, duckdb.Error):
        return None


def _month(day: date) -> int:
    return day.year * 12 + day.month
