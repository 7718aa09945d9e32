"""`python -m pipeline` and the `renewals` command."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line; never returns."""
    gc.set_threshold(100_000, 50, 100)  # importing and checking make many objects that stay: look through them seldom
    from pipeline.cli.shell import run_command_line

    sys.exit(run_command_line())


if __name__ == "__main__":
    main()
