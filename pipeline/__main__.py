"""`python -m pipeline` and the `renewals` command."""

from __future__ import annotations

import atexit
import gc
import os
import sys


def main() -> None:
    """Run the command line; never returns."""
    gc.set_threshold(100_000, 50, 100)  # importing and checking make many objects that stay: look through them seldom
    from pipeline.cli.shell import run_command_line

    leave(run_command_line())


def leave(code: int) -> None:
    """End the process with that exit code; never returns.

    A process into which Great Expectations is imported, or being imported, is not taken apart piece by piece: in the
    order in which that happens, DuckDB prints a list of leaks behind the one line of an error.
    """
    if "great_expectations" not in sys.modules:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            continue  # who read it has gone
    atexit._run_exitfuncs()
    os._exit(code)


if __name__ == "__main__":
    main()
