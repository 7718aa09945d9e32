"""Accepting the findings that hold a run, from the command line (rule 14)."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from pipeline import checks
from pipeline.cli.safe_text import plain_text, say
from pipeline.errors import RunHeldError, UsageError
from pipeline.nightly.hold_or_publish import Signed, publish_held, show_acceptance
from pipeline.nightly.reports import after_publishing
from pipeline.runtime import now, run_book, system_user
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.nightly.run import Outcome
    from pipeline.nightly.run_book import RunBook
    from pipeline.store import HeldPartner
    from pipeline.warehouse import Home


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What `run --accept` was given: why, the hash of the very findings (None = ask), who (None = this user)."""

    reason: str
    findings: str | None = None
    actor: str | None = None

    def signed(self) -> Signed:
        """Signed now."""
        return Signed(self.actor or system_user(), now(), self.reason)


def terminal() -> bool:
    """Whether somebody sits there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def acceptance(reason: str | None, findings: str | None, actor: str | None) -> Acceptance | None:
    """The acceptance that the options name, None without one.

    Raises UsageError for a blank reason, for --findings or --actor alone, and without a terminal to ask unless
    --findings names what is accepted.
    """
    if reason is None:
        if findings is not None or actor is not None:
            raise UsageError("--findings and --actor belong to --accept REASON")
        return None
    if not reason.strip():
        raise UsageError("a reason is required: --accept REASON")
    if findings is None and not terminal():
        raise UsageError(
            "--accept asks whether the findings are acceptable, and there is no terminal to ask: name them with "
            "--findings HASH, as 'renewals check' and a held run print it"
        )
    return Acceptance(reason, findings, actor)


def hash_of(outcome: Outcome) -> str:
    """The hash that names exactly the findings that hold the run."""
    return checks.findings_hash(checks.findings_seen(checks.holding(outcome.results)))


def accepted(outcome: Outcome, given: Acceptance | None, *, home: Home, settings: Settings) -> Outcome:
    """The outcome with its held run published, when the findings are accepted; else as it is, with the reason.

    With `--findings` they are accepted when they are the very same, else when the terminal says yes.
    """
    if outcome.held is None or given is None:
        return outcome
    found = hash_of(outcome)
    if given.findings is None:
        agreed = click.confirm(
            plain_text(
                f"{len(outcome.held.findings)} findings hold {outcome.run_id} (listed above, hash {found}). "
                "Accept them and publish it?"
            ),
            err=True,
        )
        why = "they were not accepted"
    else:
        agreed = given.findings == found
        why = f"the findings are not those of --findings {given.findings}"
    if not agreed:
        return replace(outcome, held_because=f"{why}: {outcome.held_because}")
    signed, book = given.signed(), run_book(home)
    run = publish_held(home, outcome.run_id, signed, book=book, settings=settings)
    with after_publishing(run.run_id, run.path):
        show_acceptance(home, run, signed, book=book)
    return replace(outcome, run_file=run.path, held_because="", held=None)


def say_held(outcome: Outcome, options: str) -> None:
    """The hash of the findings, and how a program names them."""
    say(
        f"findings {hash_of(outcome)}: renewals run {options} --accept REASON --findings {hash_of(outcome)} accepts "
        "exactly these"
    )


def held_summary(outcome: Outcome) -> dict[str, Any] | None:
    """What holds the run, for programs; None when nothing does."""
    if not outcome.held_because:
        return None
    kept = outcome.held
    return {
        "run": outcome.run_id,
        "file": str(kept.path) if kept else None,
        "kept_until": f"{kept.kept_until:%Y-%m-%dT%H:%M:%SZ}" if kept else None,
        "findings_hash": hash_of(outcome),
        "because": outcome.held_because,
    }


def partner_rows(outcome: Outcome, book: RunBook) -> list[dict[str, Any]]:
    """The partners that are held, or would be by a run that was not published: one row each, in order of their ids."""
    held = book.held()
    rows = [_row(each, outcome.run_id) for each in held.values()]
    rows += [
        {"partner_id": each.partner_id, "reason": each.reason, "since_run": None, "shown_run": None, "new": True}
        for each in outcome.partners
        if each.partner_id not in held
    ]
    return sorted(rows, key=lambda row: str(row["partner_id"]))


def _row(held: HeldPartner, run_id: str) -> dict[str, Any]:
    return {
        "partner_id": held.partner_id,
        "reason": held.reason,
        "since_run": held.since_run_id,
        "shown_run": held.shown_run_id,
        "new": held.since_run_id == run_id,
    }


def say_partners(rows: list[dict[str, Any]]) -> None:
    """The partners held, one line each."""
    for row in rows:
        if row["since_run"] is None:
            say(f"held: partner {row['partner_id']} would be held: {row['reason']}")
            continue
        shown = f"goes on seeing {row['shown_run']}" if row["shown_run"] else "sees no run yet"
        release = f"renewals release {shlex.quote(row['partner_id'])} --reason TEXT"
        say(f"held: partner {row['partner_id']} {shown} since {row['since_run']}: {row['reason']}. Release: {release}")


def refuse_held(outcome: Outcome) -> None:
    """Raises RunHeldError when rule 14 holds the run: nothing was published."""
    if outcome.held_because:
        raise RunHeldError(outcome.held_because)
