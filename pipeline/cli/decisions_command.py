"""`renewals decisions`: what has been decided; export, import, backup."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.safe_text import say, tell
from pipeline.cli.terminal import print_json, print_rows
from pipeline.errors import InputError, UsageError
from pipeline.regular_file import read_regular
from pipeline.runtime import home_folder
from pipeline.tables.decision_events import KINDS
from pipeline.whole_files import chosen_file

_COLUMNS = ("decided_at", "actor", "partner_id", "hub_id", "kind", "before", "after", "reason")


@click.group(
    invoke_without_command=True,
    epilog="Example: renewals decisions --partner P-01 --since-run      Move: renewals decisions export -o all.ndjson",
)
@options.partner
@click.option("--client", "hub_id", metavar="HUB_ID", help="Only about this client.")
@click.option("--kind", type=click.Choice(list(KINDS)), metavar="KIND", help=f"Only one of {', '.join(KINDS)}.")
@click.option("--since-run", is_flag=True, help="Only those that the run has not used yet.")
@options.run
@options.as_json
@click.pass_context
def command(
    context: click.Context,
    partner_id: str | None,
    hub_id: str | None,
    kind: str | None,
    since_run: bool,
    run_reference: str | None,
    as_json: bool,
) -> None:
    """List the decisions, oldest first: the vendor's record of who decided what, also about ended associations."""
    if context.invoked_subcommand is not None:
        return
    from pipeline.cli.decision_output import decision_values, value_text
    from pipeline.decisions import not_used_by
    from pipeline.runtime import open_store
    from pipeline.warehouse import find_run
    from pipeline.warehouse.newest_decisions import nothing_decided

    if run_reference is not None and not since_run:
        raise UsageError("--run names the run of --since-run: give both")
    home = home_folder()
    events = []
    if not nothing_decided(home):
        with open_store(home) as store:
            events = store.events(partner_id=partner_id, hub_id=hub_id, kinds=None if kind is None else [kind])
    if since_run:
        events = not_used_by(events, find_run(home, run_reference))
    if as_json:
        print_json([decision_values(event) for event in events])
        return
    rows = [
        [
            event.decided_at,
            event.actor,
            event.partner_id,
            event.hub_id,
            event.kind,
            value_text(event.value_before),
            value_text(event.value_after),
            event.reason,
        ]
        for event in events
    ]
    print_rows(_COLUMNS, rows)
    say(f"{len(rows)} decisions")


@command.command("export", epilog="Example: renewals decisions export --output decisions.ndjson")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Default: stdout.")
def export_command(output: Path | None) -> None:
    """Write all decisions as NDJSON, one a line, in their order."""
    from pipeline.runtime import open_store
    from pipeline.store import export_lines

    with open_store(home_folder()) as store:
        lines = list(export_lines(store))
    if output is None:
        for line in lines:
            click.echo(line, nl=False)
        return
    try:
        with chosen_file(output, replace=False) as unfinished:
            unfinished.write_text("".join(lines), encoding="utf-8", newline="")
    except FileExistsError:
        raise UsageError(f"{output} exists already and stays as it is: name another file") from None
    say(f"{len(lines)} decisions written to {output}")


@command.command("import", epilog="Example: renewals decisions import decisions.ndjson")
@click.argument("file", type=click.Path(path_type=Path))
@options.as_json
def import_command(file: Path, as_json: bool) -> None:
    """Store the decisions of an export, all or none. Those that are stored already are left out.

    Each line is validated like a new decision; a line that cannot be used rejects the whole file (exit code 6).
    """
    from pipeline.decisions import import_decisions
    from pipeline.runtime import open_store

    try:
        data = read_regular(file)
        lines = data.decode("utf-8").split("\n")
    except FileNotFoundError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{file}, line {data.count(10, 0, error.start) + 1} is not UTF-8") from None
    with open_store(home_folder()) as store:
        added, place = import_decisions(store, lines, name=str(file)), store.place
    there = sum(1 for line in lines if line.strip()) - added
    if as_json:
        print_json({"stored": added, "stored_before": there, "place": place})
    else:
        tell(f"{added} decisions stored in {place}; {there} were there already")


@command.command("backup", epilog="Example: renewals decisions backup decisions-2026-11-23.sqlite")
@click.argument("file", type=click.Path(path_type=Path))
@options.as_json
def backup_command(file: Path, as_json: bool) -> None:
    """Write all decisions into a new SQLite file, which can take the place of the home's decisions.sqlite."""
    from pipeline.runtime import open_store
    from pipeline.store import backup

    with open_store(home_folder()) as store:
        count = backup(store, file)
    if as_json:
        print_json({"decisions": count, "file": str(file)})
    else:
        click.echo(str(file))
        say(f"{count} decisions")
