"""`renewals completion`: the shell completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pipeline.errors import UsageError


@click.command(epilog='Example: eval "$(renewals completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the script with which your shell completes `renewals`."""
    from pipeline.cli.shell import renewals

    completion = get_completion_class(shell)
    if completion is None:
        raise UsageError(f"no completion for {shell}")
    click.echo(completion(renewals, {}, "renewals", "_RENEWALS_COMPLETE").source())
