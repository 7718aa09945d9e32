"""Running the main job from the command line, for `run`, `check` and `demo`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.reporting import make_finance_report, make_reports, raise_failures
from pipeline.cli.surroundings import print_json, say, short_id, stage_progress, today
from pipeline.errors import MachineError, ReportsFailedError
from pipeline.files import machine_error
from pipeline.settings import Settings
from pipeline.surroundings import home_folder, now

if TYPE_CHECKING:
    from pipeline.run import Outcome
    from pipeline.warehouse import Home


def main_job(
    exports: Path,
    *,
    settings: Settings,
    as_of: date | None,
    profile: Path | None = None,
    publish: bool = True,
    reports: bool = True,
    finance: bool = True,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """The main job with progress, its findings on stderr and the paths of what it made on stdout."""
    from pipeline.cli.deciding import decisions_for_run
    from pipeline.run import run

    home = home_folder()
    outcome = run(
        exports,
        home=home,
        settings=settings,
        as_of=as_of or today(settings),
        now=now(),
        short_id=short_id(),
        decisions=decisions_for_run(home, settings),
        profile=profile,
        publish=publish,
        finance=finance,
        progress=stage_progress(quiet),
    )
    with _after_publishing(outcome):
        _report(outcome, home, settings=settings, reports=reports, as_json=as_json)


def _report(outcome: Outcome, home: Home, *, settings: Settings, reports: bool, as_json: bool) -> None:
    """Say what was found, make the reports of a published run, print the paths."""
    from pipeline.surroundings import ended_associations
    from pipeline.warehouse.tables import partner_ids

    say_findings(outcome)
    paths = [home.reports(outcome.run_id) / "checks.html"]
    made, failure = None, ""
    if outcome.run_file is not None and reports:
        out_dir, ended = home.reports(outcome.run_id), ended_associations(home)
        of_finance, failure = make_finance_report(outcome.run_file, out_dir, settings=settings, ended=ended)
        made = make_reports(
            outcome.run_file,
            partner_ids(outcome.run_file),
            out_dir,
            settings=settings,
            ended=lambda: ended_associations(home),
        )
        paths += [*of_finance, *made.paths]
    if as_json:
        failed = {"failed_reports": made.failures if made else {}, "finance_failed": failure}
        print_json(_summary(outcome, paths) | failed)
    else:
        for path in (outcome.run_file, *paths) if outcome.run_file else paths:
            click.echo(str(path))
    if made is not None:
        raise_failures(made, finance=failure)


@contextmanager
def _after_publishing(outcome: Outcome) -> Iterator[None]:
    """From here on an error of the machine does not mean that nothing was published: exit 4, not 7."""
    try:
        yield
    except (OSError, MachineError) as error:
        told = error if isinstance(error, MachineError) else machine_error(error)
        if outcome.run_file is None or told is None or isinstance(error, BrokenPipeError):
            raise
        raise ReportsFailedError(
            f"{outcome.run_id} is published, but not everything after that was done: {told}"
        ) from None


def say_findings(outcome: Outcome) -> None:
    """What ingest and the checks found, one line each, on stderr."""
    for counts in outcome.ingested.files:
        if counts.rows_quarantined:
            say(f"{counts.path}: {counts.rows_quarantined} of {counts.rows_read} rows quarantined")
    for reason, count in outcome.ingested.left_out.items():
        say(f"left out: {count} rows ({reason})")
    for each in outcome.ingested.corrections:
        say(f"corrected: {each.in_words}")
    for note in outcome.ingested.notes:
        say(note)
    for result in outcome.results:
        if not result.success:
            say(f"{result.level}: {result.name} of {result.table_name}: {result.observed}")


def _summary(outcome: Outcome, paths: list[Path]) -> dict[str, object]:
    return {
        "run": outcome.run_id,
        "file": str(outcome.run_file) if outcome.run_file else None,
        "published": outcome.run_file is not None,
        "findings": [
            {"check": r.name, "table": r.table_name, "level": r.level, "observed": r.observed}
            for r in outcome.results
            if not r.success
        ],
        "corrections": [asdict(each) for each in outcome.ingested.corrections],
        "files": [
            {
                "path": counts.path,
                "rows_read": counts.rows_read,
                "rows_loaded": counts.rows_loaded,
                "rows_quarantined": counts.rows_quarantined,
                "rows_duplicate": counts.rows_duplicate,
                "rows_left_out": counts.rows_left_out,
            }
            for counts in outcome.ingested.files
        ],
        "reports": [str(path) for path in paths],
    }
