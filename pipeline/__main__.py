"""`python -m pipeline` and the `renewals` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; never returns."""
    from pipeline.cli.shell import run_command_line

    sys.exit(run_command_line())


if __name__ == "__main__":
    main()
