"""Running the main job from the command line, for `run`, `check` and `demo`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.safe_text import say
from pipeline.cli.terminal import at_terminal, print_json, short_id, stage_progress, today
from pipeline.runtime import home_folder, now, run_book
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.cli.accept_findings import Acceptance
    from pipeline.nightly.run import Outcome
    from pipeline.warehouse import Home


@dataclass(frozen=True, slots=True)
class Asked:
    """What the main job is asked on the command line; `check` publishes nothing."""

    profile: Path | None = None
    publish: bool = True
    reports: bool = True
    finance: bool = True
    as_json: bool = False
    quiet: bool = False


AS_USUAL = Asked()


def main_job(
    exports: Path,
    *,
    settings: Settings,
    as_of: date | None,
    asked: Asked = AS_USUAL,
    accept: Acceptance | None = None,
) -> None:
    """The main job with progress, its findings on stderr and the paths of what it made on stdout.

    `accept`: publish the run although rule 14 holds it, when its findings are those accepted. Raises RunHeldError for a
    run that stays held, and what `run` and `raise_failures` raise.
    """
    from pipeline.cli import accept_findings
    from pipeline.cli.decision_output import decisions_for_run
    from pipeline.nightly.hold_or_publish import options_typed
    from pipeline.nightly.reports import after_publishing
    from pipeline.nightly.run import RunRequest, run

    home = home_folder()
    request = RunRequest(
        exports, as_of or today(settings), now(), short_id(), asked.profile, asked.publish, asked.finance
    )
    outcome = run(
        request,
        home=home,
        settings=settings,
        decisions=decisions_for_run(home, settings),
        book=run_book(home),
        progress=stage_progress(asked.quiet),
    )
    say_findings(outcome)
    if outcome.held_because:
        accept_findings.say_held(outcome, options_typed(exports, asked.profile))
    outcome = accept_findings.accepted(outcome, accept, home=home, settings=settings)
    with after_publishing(outcome.run_id, outcome.run_file):
        _report(outcome, home, settings=settings, reports=asked.reports, as_json=asked.as_json)
    accept_findings.refuse_held(outcome)


def _report(outcome: Outcome, home: Home, *, settings: Settings, reports: bool, as_json: bool) -> None:
    """Say which partners are held, make the reports of a published run, print the paths."""
    from pipeline.cli import accept_findings
    from pipeline.nightly.reports import AllReports, make_all_reports
    from pipeline.warehouse import find_run

    partners = accept_findings.partner_rows(outcome, run_book(home))
    accept_findings.say_partners(partners)
    made = AllReports()
    if reports and outcome.run_file:
        made = make_all_reports(home, find_run(home, outcome.run_id), settings=settings, telling=at_terminal())
    paths = [home.reports(outcome.run_id) / "checks.html", *made.paths]
    if as_json:
        held = {"held": accept_findings.held_summary(outcome), "held_partners": partners}
        print_json(_summary(outcome, paths) | held | made.failed())
    elif not outcome.held_because:
        for path in (outcome.run_file, *paths) if outcome.run_file else paths:
            click.echo(str(path))
    made.raise_failures()


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
