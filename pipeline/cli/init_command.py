"""`renewals init`: a commented settings file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.settings_template import TEMPLATE
from pipeline.cli.terminal import SETTINGS_FILE
from pipeline.errors import UsageError
from pipeline.whole_files import whole_file


@click.command(epilog="Example: renewals init --dir .")
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder to write to."
)
def command(folder: Path) -> None:
    """Write a commented renewals.toml in which every default can be seen and changed."""
    path = folder / SETTINGS_FILE
    try:
        with whole_file(path, replace=False) as unfinished:
            unfinished.write_text(TEMPLATE, encoding="utf-8")
    except FileExistsError:
        raise UsageError(f"{path} exists already and stays as it is: rename it to start again") from None
    click.echo(str(path))
