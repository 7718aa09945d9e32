"""`renewals report`: reports of a published run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.safe_text import say
from pipeline.cli.terminal import at_terminal, load_settings, settings_file
from pipeline.errors import UsageError
from pipeline.runtime import home_folder
from pipeline.settings import Settings, scheduler_address, shown_columns


@click.command(epilog="Example: renewals report --partner P-01 --columns website,current_mrr,estimated_new_mrr")
@options.partner
@click.option("--all", "all_partners", is_flag=True, help="Every partner.")
@click.option("--finance", is_flag=True, help="Finance's report, of all clients or of --partner's.")
@click.option("--currency", metavar="CODE", help="With --finance: only this currency.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --finance: the folder to write to, instead of the run's reports.",
)
@options.run
@click.option(
    "--columns", metavar="A,B", help="Columns to add to the locked ones, instead of the partner's own choice."
)
@options.locale
@click.option("--scheduler", metavar="ADDRESS", help="Make them on this Dask cluster, such as tcp://host:8786.")
@click.option("--force", is_flag=True, help="Make unchanged reports again too.")
@click.option("--anew", is_flag=True, hidden=True, help="The former name of --force.")
@options.settings
def command(
    partner_id: str | None,
    all_partners: bool,
    finance: bool,
    currency: str | None,
    output: Path | None,
    run_reference: str | None,
    columns: str | None,
    locale: str | None,
    scheduler: str | None,
    force: bool,
    anew: bool,
    settings_path: Path | None,
) -> None:
    """Make the reports of one partner, of all, or finance's, from the current run or an older one; prints their paths.

    A partner's report whose content has not changed is kept as it is, byte for byte. A report that
    fails does not stop the others: exit code 4. A held partner (see `renewals runs`) gets the report of its last run
    that was not held.

    Columns, language, brand colour, logo, client cards and PDF engine are those of the settings file (--settings, else
    renewals.toml), or the run's own where there is no file; a partner's own decision takes precedence. What the
    figures were computed with (vendor name, window, notice, prices, currency) is always the run's: where the file says
    otherwise, a line on stderr names it.

    Finance's report of one partner or currency is named after them (finance.partner-ID.currency-EUR.html)
    and does not replace that of all clients.
    """
    from pipeline.nightly.reports import Wanted, make_partner_reports, raise_failures
    from pipeline.warehouse.runs import partner_ids_of, whole_run

    if finance:
        _refuse(all_partners=all_partners, columns=columns, scheduler=scheduler, force=force, anew=anew)
        _finance(partner_id, currency, output, run_reference, locale, settings_path)
        return
    if currency is not None or output is not None:
        raise UsageError("--currency and --output belong to --finance")
    if (partner_id is None) == (not all_partners):
        raise UsageError("name one partner with --partner ID, or all with --all; finance's report with --finance")
    chosen = None
    if columns is not None:
        chosen = shown_columns([name for name in (part.strip() for part in columns.split(",")) if name])
    if scheduler is not None:
        scheduler_address("--scheduler", scheduler)
    home = home_folder()
    run = whole_run(home, run_reference)
    settings = _settings_for(run.path, settings_path)
    if scheduler is not None:
        settings = replace(settings, scheduler=scheduler)
    known = partner_ids_of(run.path)
    if partner_id is not None and partner_id not in known:
        raise UsageError(f"there is no partner {partner_id!r} in {run.run_id}")
    wanted = known if partner_id is None else [partner_id]
    asked = Wanted(columns=chosen, locale=locale, force=force or anew)
    made = make_partner_reports(home, run, wanted, settings=settings, wanted=asked, telling=at_terminal())
    for path in made.paths:
        click.echo(str(path))
    raise_failures(made)


def _settings_for(run_file: Path, named: Path | None) -> Settings:
    """What a report of that run may choose: from the settings file, or from the run where there is no file.

    Says on stderr which figures of the run were computed with other settings than the file's.
    """
    from pipeline.warehouse.runs import made_with

    _, of_run = made_with(run_file)
    path = settings_file(named)
    if path is None:
        return of_run
    settings = load_settings(path)
    differing = settings.differing_figures(of_run)
    if differing:
        say(
            f"renewals: {', '.join(differing)}: taken from the run, not from {path}; a new run takes what the file says"
        )
    return settings


def _refuse(**given: object) -> None:
    """Raises UsageError for an option that finance's report does not know."""
    for name, value in given.items():
        if value:
            raise UsageError(f"--{name.removesuffix('_partners')} does not go with --finance")


def _finance(
    partner_id: str | None,
    currency: str | None,
    output: Path | None,
    run_reference: str | None,
    locale: str | None,
    settings_path: Path | None,
) -> None:
    from pipeline.render.finance_files import write_finance_report
    from pipeline.warehouse import Finance, Partner, readable_run
    from pipeline.warehouse.finance_figures import EveryClient
    from pipeline.warehouse.runs import whole_run

    home = home_folder()
    run = whole_run(home, run_reference)
    paths = write_finance_report(
        readable_run(home, run, reader=Finance()),
        output or home.reports(run.run_id),
        clients=EveryClient() if partner_id is None else Partner(partner_id),
        currency=currency,
        locale=locale,
        chosen=_settings_for(run.path, settings_path),
    )
    for path in paths:
        click.echo(str(path))
