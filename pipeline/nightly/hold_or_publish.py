"""From a checked candidate to its readers: publish it with the partners that are held, keep it, or accept it (rule 14).

What people decide about runs is in the decisions' store as append-only records (`store.run_records`); `RunBook`
reads them and adds to them.
"""

from __future__ import annotations

import json
import secrets
import shlex
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from pipeline import checks, render, warehouse
from pipeline.errors import UsageError
from pipeline.nightly.run_book import RunBook
from pipeline.settings import Settings
from pipeline.store import RecordDraft, RunRecord
from pipeline.store.events import LONGEST_TEXT
from pipeline.views.run_stopped import Situation
from pipeline.warehouse.comparison_runs import kept_besides
from pipeline.warehouse.contents import sha256
from pipeline.warehouse.held_runs import as_candidate, hold, remove_held, run_time

if TYPE_CHECKING:
    from pipeline.store import HeldPartner
    from pipeline.warehouse import HeldRun, Home, Run, RunsBefore

MACHINE: Final = "renewals"
"""The actor of records that nobody decided: a run found the partner."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who decides, when (with a time zone) and why."""

    actor: str
    at: datetime
    reason: str


def options_typed(exports: Path, profile: Path | None) -> str:
    """The options of `renewals run` and `check` for these exports, as they are typed."""
    words = ["--exports", str(exports)] + (["--profile", str(profile)] if profile is not None else [])
    return shlex.join(words)


def situation_of(
    home: Home, run_id: str, book: RunBook, *, before: RunsBefore, options: str, publishes: bool
) -> Situation:
    """In which situation a candidate is checked: what the checks page and the messages say besides the findings."""
    readers = before.published
    later = [run for run in warehouse.held_runs(home) if readers is None or run.run_id > readers.run_id]
    return Situation(
        run_id=run_id,
        options=options,
        readers=None if readers is None else _reader_words(readers),
        nights_held=len([run for run in later if run.run_id < run_id]),
        publishes=publishes,
        partners=tuple(_partner_row(each) for each in book.held().values()),
    )


def _reader_words(run: Run) -> dict[str, Any]:
    as_of = run.as_of()
    return {"run_id": run.run_id, "as_of": as_of, "published": f"{run_time(run.run_id):%Y-%m-%d %H:%M} UTC"}


def _partner_row(held: HeldPartner) -> dict[str, Any]:
    return {
        "partner_id": held.partner_id,
        "reason": held.reason,
        "since_run": held.since_run_id,
        "shown_run": held.shown_run_id,
    }


def with_partners(situation: Situation, holds: Iterable[checks.PartnerHold], before: RunsBefore) -> Situation:
    """The situation with the partners that publishing would hold, behind those that are held already."""
    known = {row["partner_id"] for row in situation.partners}
    new = tuple(
        {
            "partner_id": each.partner_id,
            "reason": each.reason,
            "since_run": situation.run_id,
            "shown_run": shown_before(before),
        }
        for each in holds
        if each.partner_id not in known
    )
    return replace(situation, partners=situation.partners + new)


def shown_before(before: RunsBefore) -> str | None:
    """The run that a partner held from now on goes on being shown: what readers see until now."""
    run = before.published or before.yardstick
    return None if run is None else run.run_id


def nights_before(before: RunsBefore, book: RunBook) -> checks.NightsBefore:
    """The files that the night gate compares with; of a held partner its own yardstick, where it is still there."""
    files = {run.run_id: run.path for run in (before.published, *before.older) if run is not None}
    return checks.NightsBefore(
        yardstick=before.yardstick.path if before.yardstick else None,
        published=before.published.path if before.published else None,
        older=tuple(run.path for run in before.older),
        unreadable=before.unreadable,
        of_partners={
            each.partner_id: files[each.shown_run_id] for each in book.held().values() if each.shown_run_id in files
        },
    )


def publish_candidate(publish: Callable[..., Run], home: Home, *, book: RunBook, holds: Sequence[RecordDraft]) -> Run:
    """Publish a candidate. The partners it holds are recorded before readers can see it, never after.

    `publish`: `warehouse.publish` of that candidate, which only needs to be told what is kept `besides`. The caller
    holds the lock and has closed every connection on the candidate. When publishing fails the new holds are released
    again. Raises what `warehouse.publish` raises.
    """
    added = book.hold(holds)
    try:
        return publish(besides=partial(kept_besides, retained=book.retained(home)))
    except BaseException:
        for each in added:
            with suppress(Exception):
                book.release(_release(each, f"{each.run_id} was not published"))
        raise


def _release(held: RunRecord, reason: str) -> RecordDraft:
    return RecordDraft(
        record_id=f"{held.record_id}-undone",
        recorded_at=datetime.fromisoformat(held.recorded_at),
        actor=MACHINE,
        kind="partner_released",
        run_id=held.run_id,
        partner_id=held.partner_id,
        reason=reason,
    )


def hold_drafts(
    holds: Iterable[checks.PartnerHold], run_id: str, *, shown: str | None, now: datetime
) -> list[RecordDraft]:
    """The records of partners that this run holds. `shown`: the run that they go on being shown."""
    return [
        RecordDraft(
            record_id=secrets.token_hex(16),
            recorded_at=now,
            actor=MACHINE,
            kind="partner_held",
            run_id=run_id,
            shown_run_id=shown,
            partner_id=each.partner_id,
            reason=each.reason,
            findings=({"finding": each.finding, "observed": each.reason},),
        )
        for each in holds
    ]


class Found(Protocol):
    """What a run came to, as far as it is kept with a held candidate."""

    @property
    def run_id(self) -> str:
        """The run."""

    @property
    def results(self) -> list[checks.CheckResult]:
        """What all gates found."""

    @property
    def partners(self) -> list[checks.PartnerHold]:
        """The partners that publishing would hold."""


def hold_candidate(home: Home, candidate: Path, found: Found, *, as_of: date, options: str) -> HeldRun:
    """Keep a candidate that rule 14 holds, with what holds it. The caller holds the lock."""
    findings = checks.findings_seen(checks.holding(found.results))
    note = warehouse.HeldRun(
        run_id=found.run_id,
        path=candidate,
        as_of=as_of.isoformat(),
        sha256="",
        findings_hash=checks.findings_hash(findings),
        findings=findings,
        partners=tuple(
            {"partner_id": each.partner_id, "finding": each.finding, "reason": each.reason} for each in found.partners
        ),
        command=options,
    )
    return hold(home, candidate, note)


def publish_held(home: Home, reference: str, signed: Signed, *, book: RunBook, settings: Settings) -> Run:
    """Publish exactly the bytes of a held run whose findings somebody accepts; gives the published run.

    The acceptance is recorded first: what is published without one was published by itself. Raises UsageError when
    there is no such held run, another run has been published since, there is no reason, or the file is not as it was
    kept; LockedError when a run holds the lock; MachineError when the disk fails. Nothing is published then.
    """
    if not signed.reason.strip():
        raise UsageError("a reason is required: --accept REASON")
    with warehouse.run_lock(home), warehouse.machine_failures():
        held = warehouse.find_held(home, reference)
        _refuse_overtaken(home, held)
        before = next((run for run in warehouse.list_runs(home) if run.is_current), None)
        with as_candidate(home, held) as candidate:
            book.add(_acceptance(held, signed))
            partners = [checks.PartnerHold(**each) for each in held.partners]
            drafts = hold_drafts(partners, held.run_id, shown=before.run_id if before else None, now=signed.at)
            publish = partial(warehouse.publish, home, candidate, held.run_id, keep=settings.keep_runs)
            run = publish_candidate(publish, home, book=book, holds=drafts)
        _refuse_changed(home, run, held, before)
        with suppress(OSError):
            remove_held(held)  # else the next run removes it: this one is published
    return run


def _refuse_overtaken(home: Home, held: HeldRun) -> None:
    newer = [run.run_id for run in warehouse.list_runs(home) if run.run_id > held.run_id]
    if newer:
        raise UsageError(
            f"{held.run_id} cannot be published any more: {newer[0]} has been published since. "
            f"Run again: renewals run {held.command}"
        )


def _refuse_changed(home: Home, run: Run, held: HeldRun, before: Run | None) -> None:
    if sha256(run.path) == held.sha256:
        return
    if before is not None:
        warehouse.rollback(home, before.run_id)
    raise UsageError(f"{held.run_id} was not the same after publishing: readers see the previous run again. Run again")


def _acceptance(held: HeldRun, signed: Signed) -> RecordDraft:
    return RecordDraft(
        record_id=secrets.token_hex(16),
        recorded_at=signed.at,
        actor=signed.actor,
        kind="run_accepted",
        run_id=held.run_id,
        reason=signed.reason,
        findings=_recordable(held.findings),
    )


def _recordable(findings: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """The findings, without their examples where they would be longer than a record may be."""
    if len(json.dumps(findings, default=str)) <= LONGEST_TEXT // 2:
        return findings
    return tuple({name: value for name, value in each.items() if name != "examples"} for each in findings)


def show_acceptance(home: Home, run: Run, signed: Signed, *, book: RunBook) -> None:
    """Write the checks page of an accepted run again, with who accepted its findings, when and why."""
    accepted = {"actor": signed.actor, "time": f"{signed.at:%Y-%m-%d %H:%M} UTC", "reason": signed.reason}
    partners = tuple(_partner_row(each) for each in book.held().values())
    with warehouse.open_run_file(run.path) as con:
        render.write_checks_page(
            con, home.reports(run.run_id), Situation(run.run_id, partners=partners, acceptance=accepted)
        )


def record_rollback(home: Home, left: Run | None, shown: Run, signed: Signed, *, book: RunBook) -> None:
    """Record that readers see the run `shown` instead of `left`: that withdraws the acceptance of what it leaves.

    `left` None: `current` led nowhere, so every newer run was left. The caller holds the lock and has moved `current`.
    When it cannot be recorded readers see `left` again, and what the store raised is raised.
    """
    newest = warehouse.list_runs(home)[0]
    run_id = left.run_id if left else newest.run_id
    if run_id == shown.run_id:
        return
    draft = RecordDraft(
        record_id=secrets.token_hex(16),
        recorded_at=signed.at,
        actor=signed.actor,
        kind="run_rolled_back",
        run_id=run_id,
        shown_run_id=shown.run_id,
        reason=signed.reason,
    )
    try:
        book.add(draft)
    except BaseException:
        if left is not None:
            warehouse.rollback(home, left.run_id)
        raise
