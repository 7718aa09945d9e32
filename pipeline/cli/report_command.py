"""`renewals report`: reports of a published run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.surroundings import load_settings
from pipeline.errors import UsageError
from pipeline.settings import scheduler_address, shown_columns
from pipeline.surroundings import home_folder


@click.command(epilog="Example: renewals report --partner P-01 --columns website,current_mrr,estimated_new_mrr")
@options.partner
@click.option("--all", "all_partners", is_flag=True, help="Every partner.")
@options.run
@click.option(
    "--columns", metavar="A,B", help="Columns to add to the locked ones, instead of the partner's own choice."
)
@options.locale
@click.option("--scheduler", metavar="ADDRESS", help="Make them on this Dask cluster, such as tcp://host:8786.")
@click.option("--anew", is_flag=True, help="Make unchanged reports again too.")
@options.settings
def command(
    partner_id: str | None,
    all_partners: bool,
    run_reference: str | None,
    columns: str | None,
    locale: str | None,
    scheduler: str | None,
    anew: bool,
    settings_path: Path | None,
) -> None:
    """Make the reports of one partner or of all, from the current run or an older one; prints their paths.

    A report whose content has not changed is kept as it is, byte for byte. One that fails stops no other: exit code 4.
    """
    from pipeline.cli.reporting import make_reports, raise_failures
    from pipeline.surroundings import ended_associations
    from pipeline.warehouse import find_run
    from pipeline.warehouse.tables import partner_ids

    if (partner_id is None) == (not all_partners):
        raise UsageError("name one partner with --partner ID, or all with --all")
    chosen = None
    if columns is not None:
        chosen = shown_columns([name for name in (part.strip() for part in columns.split(",")) if name])
    settings = load_settings(settings_path)
    if scheduler is not None:
        settings = replace(settings, scheduler=scheduler_address("--scheduler", scheduler))
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
        locale=locale,
        anew=anew,
    )
    for path in made.paths:
        click.echo(str(path))
    raise_failures(made)
