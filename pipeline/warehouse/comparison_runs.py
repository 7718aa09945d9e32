"""Which runs the next one is compared with, and which are kept besides the newest (rule 14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from pipeline import rules
from pipeline.warehouse.home import Home
from pipeline.warehouse.runs import Run, list_runs, why_unreadable
from pipeline.warehouse.summary import RunSummary, summaries


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
    profiles = {run_id: said.profile for run_id, said in _said(runs).items()}
    for run in _trusted(runs, published, withdrawn):
        if profiles.get(run.run_id, profile) != profile:
            continue
        damage = why_unreadable(run.path)
        if not damage:
            yardstick = run
            break
        unreadable = unreadable or damage
    readable = tuple(run for run in runs if run.run_id in profiles)
    return RunsBefore(
        yardstick=yardstick,
        published=published if published in readable else None,
        older=tuple(run for run in readable if run != published),
        unreadable=unreadable,
    )


def _trusted(runs: Iterable[Run], published: Run | None, withdrawn: Collection[str]) -> list[Run]:
    newest = published.run_id if published else ""
    return [run for run in runs if run.run_id not in withdrawn and (not newest or run.run_id <= newest)]


def _said(runs: list[Run]) -> dict[str, RunSummary]:
    """What each run that can be read says of itself, by its id."""
    found = zip(runs, summaries(run.path for run in runs), strict=True)
    return {run.run_id: said for run, said in found if isinstance(said, RunSummary)}


def kept_besides(runs: list[Run], retained: Retained) -> frozenset[str]:
    """Ids of the runs that are kept although newer ones than `keep_runs` there are. `runs`: newest first.

    Each month's last run that was not rolled back, for `rules.MONTHS_KEPT` months, counted back from the newest such
    run's day; every run that `retained` names; every yardstick: of each source profile the newest such run.
    """
    kept = set(retained.shown | retained.delivered)
    published = next((run for run in runs if run.is_current), None)
    trusted = _trusted(runs, published, retained.withdrawn)
    said = _said(trusted)
    yardsticks: dict[str, str] = {}
    for run in trusted:
        if run.run_id in said:
            yardsticks.setdefault(said[run.run_id].profile, run.run_id)
    kept |= set(yardsticks.values())
    last: dict[int, tuple[date, str]] = {}
    for run_id, each in said.items():
        this = (each.as_of, run_id)
        last[_month(each.as_of)] = max(last.get(_month(each.as_of), this), this)
    newest = max(last, default=0)
    kept |= {run_id for month, (_, run_id) in last.items() if newest - month < rules.MONTHS_KEPT}
    return frozenset(kept)


def _month(day: date) -> int:
    return day.year * 12 + day.month
