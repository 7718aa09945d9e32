"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.terminal import Day, Spoken

settings = click.option(
    "--settings",
    "settings_path",
    type=click.Path(path_type=Path),
    help="Settings file; default: renewals.toml in the working folder, then in the home.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print data for programs instead of a table.")
run = click.option("--run", "run_reference", metavar="ID", help="An older run: its id or its day. Default: current.")
partner = click.option("--partner", "partner_id", metavar="ID", help="Only this partner.")
as_of = click.option(
    "--as-of", "as_of", type=Day(), help="The day the figures are true for. Default: today in the vendor's time zone."
)
exports = click.option(
    "--exports", required=True, type=click.Path(path_type=Path), help="Folder with the contract exports."
)
profile = click.option(
    "--profile", type=click.Path(path_type=Path), help="Source profile: a folder, or the name of a shipped one."
)
accept = click.option("--accept", metavar="REASON", help="Publish a run although it is held (rule 14).")
actor = click.option("--actor", metavar="NAME", help="Who decides. Default: the user of this machine.")
locale = click.option(
    "--locale", type=Spoken(), metavar="TAG", help="Language and formats, such as pt-BR, instead of the partner's own."
)
quiet = click.option("--quiet", is_flag=True, help="No progress on stderr.")
