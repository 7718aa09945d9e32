"""`renewals check`: the main job up to the gates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.terminal import load_settings


@click.command(epilog="Example: renewals check --exports exports --json")
@options.exports
@options.profile
@options.as_of
@options.settings
@options.as_json
@options.quiet
def command(
    exports: Path,
    profile: Path | None,
    as_of: date | None,
    settings_path: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run up to the gates and publish nothing: what would a run of these exports find?

    Prints the path of the checks page. Exit code 3 when a stop-level check fails, or a run of it would be held.
    """
    from pipeline.cli.running import Asked, main_job

    main_job(
        exports,
        settings=load_settings(settings_path),
        as_of=as_of,
        asked=Asked(profile, publish=False, as_json=as_json, quiet=quiet),
    )
