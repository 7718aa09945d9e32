"""`renewals publish`: publish a run that rule 14 holds."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.safe_text import say
from pipeline.cli.terminal import at_terminal, load_settings, print_json
from pipeline.errors import UsageError
from pipeline.runtime import home_folder, now, run_book, system_user


@click.command(epilog='Example: renewals publish run-20261124T020000Z-1a2b3c --accept "the vendor sold its EUR book"')
@click.argument("run_reference", metavar="RUN")
@options.accept
@options.actor
@click.option("--no-reports", is_flag=True, help="Publish the snapshot, make no reports.")
@options.settings
@options.as_json
def command(
    run_reference: str,
    accept: str | None,
    actor: str | None,
    no_reports: bool,
    settings_path: Path | None,
    as_json: bool,
) -> None:
    """Publish the held RUN, exactly as it was kept, because its findings are acceptable; then make every report.

    Who accepted, when, why and what was found is recorded for good. Refused once another run has been published since.
    Prints the run's file and the path of each report, one a line.
    """
    from pipeline.nightly.hold_or_publish import Signed, publish_held, show_acceptance
    from pipeline.nightly.reports import AllReports, after_publishing, make_all_reports

    if accept is None:
        raise UsageError(f"say why its findings are acceptable: renewals publish {run_reference} --accept REASON")
    home, settings = home_folder(), load_settings(settings_path)
    signed = Signed(actor or system_user(), now(), accept)
    run = publish_held(home, run_reference, signed, book=run_book(home), settings=settings)
    say(f"{run.run_id} is published; accepted by {signed.actor}. Undo: renewals rollback")
    with after_publishing(run.run_id, run.path):
        show_acceptance(home, run, signed, book=run_book(home))
        made = AllReports() if no_reports else make_all_reports(home, run, settings=settings, telling=at_terminal())
        paths = [home.reports(run.run_id) / "checks.html", *made.paths]
        if as_json:
            accepted = {"actor": signed.actor, "reason": signed.reason}
            answer = {"run": run.run_id, "file": str(run.path), "published": True, "accepted": accepted}
            print_json(answer | {"reports": [str(path) for path in paths]} | made.failed())
        else:
            for path in (run.path, *paths):
                click.echo(str(path))
        made.raise_failures()
