"""`renewals report`: reports of a published run."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.surroundings import home_folder, load_settings
from pipeline.errors import UsageError
from pipeline.settings import shown_columns


@click.command(epilog="Example: renewals report --partner P-01 --columns website,current_mrr,estimated_new_mrr")
@options.partner
@click.option("--all", "all_partners", is_flag=True, help="Every partner.")
@options.run
@click.option(
    "--columns", metavar="A,B", help="Columns to add to the locked ones, instead of the partner's own choice."
)
@options.settings
def command(
    partner_id: str | None,
    all_partners: bool,
    run_reference: str | None,
    columns: str | None,
    settings_path: Path | None,
) -> None:
    """Make the reports of one partner or of all, from the current run or an older one; prints their paths."""
    from pipeline.cli.deciding import ended_associations
    from pipeline.cli.reporting import make_reports
    from pipeline.warehouse import find_run
    from pipeline.warehouse.tables import partner_ids

    if (partner_id is None) == (not all_partners):
        raise UsageError("name one partner with --partner ID, or all with --all")
    chosen = None
    if columns is not None:
        chosen = shown_columns([name for name in (part.strip() for part in columns.split(",")) if name])
    settings = load_settings(settings_path)
    home = home_folder()
    run = find_run(home, run_reference)
    known = partner_ids(run.path)
    if partner_id is not None and partner_id not in known:
        raise UsageError(f"no partner {partner_id!r} in {run.run_id}")
    wanted = known if partner_id is None else [partner_id]
    made = make_reports(
        run.path,
        wanted,
        home.reports(run.run_id),
        settings=settings,
        ended=ended_associations(home),
        columns=chosen,
    )
    for path in made:
        click.echo(str(path))
