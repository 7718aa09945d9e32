"""`renewals demo`: the main job on the sample data."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.sample_command import SAMPLE_DAY
from pipeline.cli.surroundings import load_settings, say

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@click.command(epilog="Example: renewals demo")
@options.quiet
def command(quiet: bool) -> None:
    """Run the main job on the sample data, for the sample's day, and print the paths of what it made."""
    from pipeline.cli.running import main_job
    from pipeline.sample import write_demo_sample

    settings = load_settings()
    say(f"Upcoming renewals of the sample's partners as of {SAMPLE_DAY}")
    if SAMPLE.is_dir():
        main_job(SAMPLE, settings=settings, as_of=SAMPLE_DAY, quiet=quiet)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_demo_sample(Path(folder))
        main_job(Path(folder), settings=settings, as_of=SAMPLE_DAY, quiet=quiet)
