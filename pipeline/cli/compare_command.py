"""`renewals compare`: what changed between two runs."""

from __future__ import annotations

from collections import Counter

import click

from pipeline.cli import options
from pipeline.cli.surroundings import print_json, print_rows, say
from pipeline.errors import UsageError
from pipeline.surroundings import home_folder


@click.command(epilog="Example: renewals compare 2026-11-22 2026-11-23 --partner P-01")
@click.argument("before", required=False)
@click.argument("after", required=False)
@options.partner
@options.as_json
def command(before: str | None, after: str | None, partner_id: str | None, as_json: bool) -> None:
    """What changed from run BEFORE to run AFTER: new, gone, status, deadline, MRR.

    Without names: from the run before the current one to the current one.
    """
    from pipeline.surroundings import ended_associations
    from pipeline.warehouse import compare, find_run, list_runs
    from pipeline.warehouse.tables import partner_ids

    home = home_folder()
    newer = find_run(home, after)
    if before is None:
        older = [run for run in list_runs(home) if run.run_id < newer.run_id]
        if not older:
            raise UsageError(f"{newer.run_id} is the oldest run: there is none to compare it with")
        earlier = older[0]
    else:
        earlier = find_run(home, before)
    if partner_id is not None and partner_id not in {*partner_ids(earlier.path), *partner_ids(newer.path)}:
        raise UsageError(f"no partner {partner_id!r} in {earlier.run_id} or {newer.run_id}")
    changes = compare(earlier.path, newer.path, partner_id=partner_id, ended=ended_associations(home))
    if as_json:
        print_json({"before": earlier.run_id, "after": newer.run_id, "changes": changes.to_dicts()})
        return
    say(f"from {earlier.run_id} to {newer.run_id}")
    if changes.is_empty():
        click.echo("nothing changed")
        return
    print_rows(changes.columns, changes.rows())
    counts = Counter(changes["what"].to_list())
    say(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
