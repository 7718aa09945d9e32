"""`renewals release`: a partner that is held sees the newest run again."""

from __future__ import annotations

import secrets

import click

from pipeline.cli import options
from pipeline.cli.safe_text import say, tell
from pipeline.cli.terminal import print_json
from pipeline.errors import UsageError
from pipeline.runtime import home_folder, now, run_book, system_user


@click.command(epilog='Example: renewals release P-01 --reason "the move of its clients was agreed"')
@click.argument("partner_id", metavar="PARTNER")
@click.option("--reason", metavar="TEXT", default="", help="Why. Required.")
@options.actor
@options.as_json
def command(partner_id: str, reason: str, actor: str | None, as_json: bool) -> None:
    """Release a held PARTNER, so that it sees the newest run: who, when and why is recorded for good (rule 14)."""
    from pipeline.store import RecordDraft
    from pipeline.warehouse import list_runs

    home = home_folder()
    book = run_book(home)
    if partner_id not in book.held():
        others = ", ".join(sorted(book.held())) or "none"
        raise UsageError(f"partner {partner_id!r} is not held. Held: {others}")
    current = next((run.run_id for run in list_runs(home) if run.is_current), "")
    draft = RecordDraft(
        record_id=secrets.token_hex(16),
        recorded_at=now(),
        actor=actor or system_user(),
        kind="partner_released",
        run_id=current,
        partner_id=partner_id,
        reason=reason,
    )
    ended = book.release(draft)
    if as_json:
        print_json(
            {
                "partner_id": partner_id,
                "held_since": ended.since_run_id,
                "was_shown": ended.shown_run_id,
                "shown_run": current or None,
                "actor": draft.actor,
                "reason": reason,
            }
        )
        return
    tell(f"partner {partner_id} is released: it sees {current or 'no run yet'} instead of {ended.shown_run_id}")
    say(f"its reports of that run: renewals report --partner {partner_id}")
