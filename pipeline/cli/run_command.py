"""`renewals run`: the main job."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.terminal import load_settings


@click.command(epilog="Example: renewals run --exports data/sample --as-of 2026-11-23")
@options.exports
@options.profile
@options.as_of
@options.settings
@click.option("--no-reports", is_flag=True, help="Publish the snapshot, make no reports.")
@click.option(
    "--no-finance", is_flag=True, help="Leave finance's tables (projection, bridge, retention, findings) out: faster."
)
@options.accept
@click.option("--findings", metavar="HASH", help="With --accept: accept exactly these findings, without asking.")
@options.actor
@options.as_json
@options.quiet
def command(
    exports: Path,
    profile: Path | None,
    as_of: date | None,
    settings_path: Path | None,
    no_reports: bool,
    no_finance: bool,
    accept: str | None,
    findings: str | None,
    actor: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Check contract exports, publish them as a snapshot and make every partner's reports.

    Prints the run's file and the path of each report, one a line. An export that differs too much from
    previous nights is held: exit code 3, nothing published. --accept publishes it anyway.
    """
    from pipeline.cli.accept_findings import acceptance
    from pipeline.cli.running import Asked, main_job

    main_job(
        exports,
        settings=load_settings(settings_path),
        as_of=as_of,
        asked=Asked(profile, reports=not no_reports, finance=not no_finance, as_json=as_json, quiet=quiet),
        accept=acceptance(accept, findings, actor),
    )
