"""`renewals demo`: the main job on the sample data, in a home of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.safe_text import say
from pipeline.cli.sample_command import SAMPLE_DAY
from pipeline.cli.terminal import load_settings
from pipeline.errors import UsageError
from pipeline.runtime import HOME, own_runtime
from pipeline.warehouse.home import Home, run_lock

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
DEMO_HOME = Path("data/demo")
"""Below the working folder. Nothing else uses it: every demo removes what the one before left."""

_OURS = ("runs", "reports", "held", "checksums", "current*", "decisions.sqlite*", "lock", "unmasked.jsonl", ".tmp-*")
"""What a home may hold; a folder with anything else in it is not removed."""


@click.command(epilog="Example: renewals demo")
@options.quiet
def command(quiet: bool) -> None:
    """Run the main job on the sample data, for the sample's day, and print the path of each report it made.

    It has a home of its own, data/demo in the working folder, which is rebuilt each time. RENEWALS_HOME and the runs
    and decisions in it are not touched.
    """
    from pipeline.cli.running import Asked, main_job
    from pipeline.sample import write_demo_sample

    _empty(Home(DEMO_HOME))
    say(f"Upcoming renewals of the sample's partners as of {SAMPLE_DAY}")
    with own_runtime(DEMO_HOME), tempfile.TemporaryDirectory() as folder:
        exports = SAMPLE
        if not SAMPLE.is_dir():
            exports = Path(folder)
            write_demo_sample(exports)
        main_job(exports, settings=load_settings(), as_of=SAMPLE_DAY, asked=Asked(quiet=quiet))
    say(f"to look at it with the other commands: export {HOME}={DEMO_HOME}")


def _empty(home: Home) -> None:
    """Remove everything in the demo's home but its lock, which is held meanwhile.

    Raises LockedError when another demo runs, UsageError when the folder is not a home.
    """
    if home.root.is_symlink() or (home.root.exists() and not home.root.is_dir()):
        raise UsageError(f"{home.root} is not a folder: move it away, the demo makes one")
    if home.root.is_dir():
        strange = sorted(path.name for path in home.root.iterdir() if not any(path.match(ours) for ours in _OURS))
        if strange:
            raise UsageError(f"{home.root} holds {strange[0]}, which no demo made: move it away, the demo rebuilds it")
    with run_lock(home):
        for path in home.root.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path != home.lock:
                path.unlink()
