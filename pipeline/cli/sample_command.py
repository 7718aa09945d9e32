"""`renewals sample`: an invented export of any size."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pipeline.cli.safe_text import say
from pipeline.cli.terminal import Day, progress_bar

SAMPLE_DAY = date(2026, 11, 23)


@click.command(epilog="Example: renewals sample --clients 100000 --seed 7 --out build/exports")
@click.option(
    "--clients", type=click.IntRange(1, 10_000_000), required=True, help="How many clients, up to 10 million."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), required=True, help="Equal seeds give equal exports.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write to.")
@click.option("--as-of", "as_of", type=Day(), default=SAMPLE_DAY, show_default=True, help="The day it is written for.")
def command(clients: int, seed: int, out: Path, as_of: date) -> None:
    """Write an invented export: one CSV per table of the contract, with every unusual kind of contract."""
    from pipeline.sample import write_sample

    with progress_bar("clients", clients) as advance:
        rows = write_sample(out, clients=clients, seed=seed, as_of=as_of, progress=advance)
    for table, count in rows.items():
        say(f"{count:>12,} {table}")
    click.echo(str(out))
