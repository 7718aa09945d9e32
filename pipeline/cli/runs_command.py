"""`renewals runs`: the published runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli import options
from pipeline.cli.surroundings import print_json, print_rows, say
from pipeline.errors import UsageError
from pipeline.surroundings import home_folder

if TYPE_CHECKING:
    from datetime import date

    from pipeline.warehouse import Run


@click.command(epilog="Example: renewals runs --json")
@options.as_json
def command(as_json: bool) -> None:
    """List the published runs, newest first; the one readers see is marked."""
    from pipeline.warehouse import list_runs

    home = home_folder()
    rows = [(run.run_id, _day(run), run.is_current) for run in list_runs(home)]
    if as_json:
        print_json([{"run_id": run_id, "as_of": day, "current": current} for run_id, day, current in rows])
    elif rows:
        print_rows(
            ("run", "as_of", ""),
            [(run_id, day or "unreadable", "current" if current else "") for run_id, day, current in rows],
        )
    else:
        say(f"no run is published in {home.root} yet: make one with 'renewals run --exports DIR'")


def _day(run: Run) -> date | None:
    """The day its figures are true for; None for a run that cannot be read, which must not hide the others."""
    try:
        return run.as_of()
    except UsageError:
        return None
