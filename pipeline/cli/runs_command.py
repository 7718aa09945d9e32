"""`renewals runs`: the published runs, and those that are held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli import options
from pipeline.cli.safe_text import say
from pipeline.cli.terminal import print_json, print_rows
from pipeline.runtime import home_folder, run_book

if TYPE_CHECKING:
    from pipeline.warehouse import Home


@click.command(epilog="Example: renewals runs --json")
@click.option("--held", is_flag=True, help="The runs that are held, with what holds them.")
@options.as_json
def command(held: bool, as_json: bool) -> None:
    """List the published runs, newest first, with their size and who accepted them; the one readers see is marked."""
    from pipeline.cli.run_rows import COLUMNS, printed, published_rows
    from pipeline.warehouse import list_runs

    home = home_folder()
    if held:
        _list_held(home, as_json)
        return
    runs = list_runs(home)
    rows = published_rows(runs, run_book(home).records())
    if as_json:
        print_json(rows)
    elif rows:
        print_rows(COLUMNS, [printed(row) for row in rows])
    else:
        say(f"no run is published in {home.root} yet: make one with 'renewals run --exports DIR'")


def _list_held(home: Home, as_json: bool) -> None:
    from pipeline.cli.run_rows import held_row
    from pipeline.warehouse import held_runs

    runs = held_runs(home)
    if as_json:
        print_json([held_row(run) for run in runs])
        return
    if not runs:
        say(f"no run is held in {home.root}")
        return
    rows = [
        [
            run.run_id,
            run.as_of,
            f"{run.kept_until:%Y-%m-%d %H:%M}",
            len(run.findings),
            run.findings[0]["observed"] if run.findings else "",
        ]
        for run in runs
    ]
    print_rows(("run", "as_of", "kept until (UTC)", "findings", "the first"), rows)
    say(f"what the newest would change: renewals compare --held {runs[0].run_id}")
    say(f'publish it anyway: renewals publish {runs[0].run_id} --accept "REASON"')
