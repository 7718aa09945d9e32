"""`renewals rollback`: readers see an older run again."""

from __future__ import annotations

import click

from pipeline.cli import options
from pipeline.cli.safe_text import tell
from pipeline.cli.terminal import print_json
from pipeline.runtime import home_folder, now, run_book, system_user


@click.command(epilog="Example: renewals rollback        Undo it: renewals rollback run-20261123T020000Z-1a2b3c")
@click.argument("run_reference", metavar="[RUN]", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")
@options.actor
@click.option("--reason", metavar="TEXT", default="", help="Why.")
@click.option("--json", "as_json", is_flag=True, help="Print data for programs.")
def command(run_reference: str | None, dry_run: bool, actor: str | None, reason: str, as_json: bool) -> None:
    """Roll back to the run before the current one, or to RUN. Nothing is deleted.

    Where readers see no run ('current' is lost, points nowhere or is not a link), the newest run that is whole. It is
    recorded for good. What is rolled back is no longer what the next run is compared with, and its acceptance is
    withdrawn; naming the newer run undoes both.
    """
    from pipeline.nightly.hold_or_publish import Signed, record_rollback
    from pipeline.warehouse import rollback, run_lock
    from pipeline.warehouse.publication import rollback_target

    home = home_folder()
    if dry_run:
        current, target = rollback_target(home, run_reference)
    else:
        with run_lock(home):
            current, target = rollback(home, run_reference)
            signed = Signed(actor or system_user(), now(), reason)
            record_rollback(home, current, target, signed, book=run_book(home))
    if as_json:
        print_json({"from": current.run_id if current else None, "to": target.run_id, "dry_run": dry_run})
    elif current is None:
        verb = "would lead" if dry_run else "leads"
        tell(f"current led to no run; it {verb} to {target.run_id}")
    else:
        verb = "would go" if dry_run else "went"
        tell(f"current {verb} from {current.run_id} to {target.run_id}")
        tell(f"undo with: renewals rollback {current.run_id}")
