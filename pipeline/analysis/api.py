"""Finding the runs of a home: `open_run`, `runs`, `compare`, and the same as `OpenRun`'s methods on the current run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from pipeline import runtime, warehouse
from pipeline.analysis import arguments
from pipeline.analysis.explanation import Explanation
from pipeline.analysis.inline_report import InlineReport
from pipeline.analysis.reader import OpenRun
from pipeline.errors import UsageError
from pipeline.warehouse import Home, Partner, Run, Vendor, find_run, list_runs, readable_run

_ATTEMPTS: Final = 5
"""How often the current run is looked for again when it was pruned between being found and being opened."""


def open_run(reference: str | date | None = None, *, home: str | Path | None = None) -> OpenRun:
    """A published run: the current one, or by id (`run-20261123T…`, its beginning is enough), or the newest of a day.

    `reference`: None or `"current"`, an id, a `date` or `"2026-11-23"`. `home`: the home folder; by default
    `RENEWALS_HOME`, else `data/home` in the working folder or the nearest folder above it that has one.

    Always one complete run: the nightly run publishes by one rename, and what is open stays as it is.
    Raises UsageError when there is no such run.
    """
    place = _home(home)
    wanted = arguments.reference("reference", reference)
    for attempt in range(_ATTEMPTS):
        found = None
        try:
            found = find_run(place, wanted)
            return OpenRun(place, found)
        except UsageError:
            # With few runs kept, the one found may be pruned before it is opened: by then there is a newer one.
            if attempt + 1 == _ATTEMPTS or not _changed_since(place, found):
                raise
    raise AssertionError("unreachable")


def runs(*, home: str | Path | None = None) -> pl.DataFrame:
    """Every published run, newest first: `run_id, as_of, is_current`. `home` as in `open_run`."""
    place = _home(home)
    listed = []
    for run in list_runs(place):
        try:
            listed.append((run.run_id, run.as_of(), run.is_current))
        except UsageError:
            if run.path.exists():
                raise
            # Pruned between being listed and being opened.
    schema = {"run_id": pl.String, "as_of": pl.Date, "is_current": pl.Boolean}
    return pl.DataFrame(listed, schema=schema, orient="row")


def compare(
    before: OpenRun | str | date | None = None,
    after: OpenRun | str | date | None = None,
    *,
    partner: str | None = None,
    home: str | Path | None = None,
) -> pl.DataFrame:
    """What changed in `upcoming_renewals` from one run to another: one row per change and finding.

    Columns `partner_id, change_id, client_name, what, currency, before, after`; `what` is new, gone, status,
    renewal_deadline, current_mrr or estimated_new_mrr. Values are exact text, money per month in `currency`.
    `before` and `after`: an open run, or a reference as in `open_run`; by default the run before `after`, and the
    current one. `partner`: only that partner's.

    Raises UsageError when there is no such run, or neither has such a partner.
    """
    place = _home(home)
    newer = _as_run(place, "after", after)
    if before is None:
        older = [run for run in list_runs(place) if run.run_id < newer.run_id]
        if not older:
            raise UsageError(f"{newer.run_id} is the oldest run: there is none to compare it with")
        earlier = older[0]
    else:
        earlier = _as_run(place, "before", before)
    named = arguments.text_or_none("partner", partner)
    reader = Vendor() if named is None else Partner(named)
    return warehouse.compare(*(readable_run(place, run, reader=reader) for run in (earlier, newer)))


def explain(change_id: str, *, home: str | Path | None = None, unmask: bool = False) -> Explanation:
    """`OpenRun.explain` of the current run."""
    return open_run(home=home).explain(change_id, unmask=unmask)


def report(
    partner_id: str,
    *,
    columns: Sequence[str] | None = None,
    locale: str | None = None,
    height: int = 720,
    home: str | Path | None = None,
    unmask: bool = False,
) -> InlineReport:
    """`OpenRun.report` of the current run."""
    return open_run(home=home).report(partner_id, columns=columns, locale=locale, height=height, unmask=unmask)


def _home(named: str | Path | None) -> Home:
    chosen = arguments.folder_or_none("home", named)
    return runtime.home_to_read() if chosen is None else runtime.home_at(chosen)


def _as_run(home: Home, name: str, wanted: OpenRun | str | date | None) -> Run:
    if isinstance(wanted, OpenRun):
        return wanted.run
    return find_run(home, arguments.reference(name, wanted))


def _changed_since(home: Home, found: Run | None) -> bool:
    """Whether readers see another run by now than the one that could not be opened."""
    return home.current.is_symlink() and (found is None or home.current.resolve() != found.path.resolve())
