"""The `renewals` command itself: finds the subcommand, turns errors into one line and an exit code.

Subcommands are imported when they are called, so that `renewals --help` answers at once.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Final

import click

from pipeline.cli.safe_text import say, show
from pipeline.errors import RenewalsError

COMMANDS: Final = {
    "init": "Write a commented renewals.toml to start from.",
    "demo": "Run the main job on the sample data.",
    "run": "Check contract exports, publish a snapshot and make the reports.",
    "check": "Run up to the gates; publish nothing.",
    "profile": "Map exports in another format: draft a source profile and check it.",
    "table": "Print a published table.",
    "report": "Make reports of a published run.",
    "explain": "Every step of an estimate and the rows it came from.",
    "decide": "Decide for a partner: owner, contact, columns, preferences, end of an association.",
    "decisions": "List what has been decided; export, import, back up.",
    "runs": "List the published runs.",
    "publish": "Publish a run that is held, and say why.",
    "release": "Release a held partner, so that it sees the newest run.",
    "rollback": "Roll back to an earlier run.",
    "compare": "What changed between two runs.",
    "backtest": "How good past estimates were: bias, error, coverage of the interval.",
    "sample": "Write an invented export of any size.",
    "doctor": "Diagnose the installation and the settings file.",
    "completion": "Print the shell completion script.",
}


class LazyCommands(click.Group):
    """A group whose commands live in `pipeline.cli.<name>_command` and are imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of a day's work, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pipeline.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: renewals run --exports data/sample --as-of 2026-11-23",
)
@click.version_option(package_name="upcoming-renewals", prog_name="renewals")
def renewals() -> None:
    """Know, up to 120 days ahead, which clients' contracts are about to change and what they will be worth.

    \b
    Data goes to stdout, progress and messages to stderr.
    Exit codes: 0 done, 1 a bug, 2 usage or settings, 3 checks failed or the run is held, nothing published,
    4 published but some reports failed, 5 another run holds the lock, 6 an input cannot be used,
    7 the machine failed (disk full, folder not writable) and nothing published.
    """


def run_command_line(arguments: list[str] | None = None) -> int:
    """Run the command line and give the exit code; what a user can act on is one line on stderr."""
    try:
        code = renewals.main(args=arguments, prog_name="renewals", standalone_mode=False)
        sys.stdout.flush()
    except RenewalsError as error:
        say(f"renewals: {error}")
        return error.exit_code
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        say("renewals: stopped; nothing half-done was published")
        return 130
    except click.ClickException as error:
        show(error)
        return error.exit_code
    except BrokenPipeError:
        # The reader of stdout (such as `head`) has gone: nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        explained = _explained(error)
        if explained is None:
            raise
        say(f"renewals: {explained}")
        return explained.exit_code
    return code if isinstance(code, int) else 0


def _explained(error: Exception) -> RenewalsError | None:
    """An error of the machine, or of a damaged run, as one that a user can act on; None for a bug."""
    if not isinstance(error, OSError) and "duckdb" not in sys.modules:
        return None
    from pipeline.warehouse.machine import damage, machine_failure

    return damage(error) or machine_failure(error)
