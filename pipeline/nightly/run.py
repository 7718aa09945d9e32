"""The table of contents: calls every stage once, in order.

exports → ingest → export gate → transform → output gate → night gate → publish. Reports come from the published run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import chain
from pathlib import Path

import polars as pl

from pipeline import checks, ingest, transform, warehouse
from pipeline.nightly import hold_or_publish, run_metadata
from pipeline.nightly.hold_or_publish import RunBook
from pipeline.settings import Settings
from pipeline.transform.decisions_in_effect import decided_by
from pipeline.warehouse import Home
from pipeline.warehouse.held_runs import prune_held


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    `run_file`: the published file, None when it was only checked or is held. `held_because`: in one line why rule 14
    holds it, or ""; `held`: where it is kept, None for `check`. `partners`: those that it holds, found tonight.
    """

    run_id: str
    run_file: Path | None
    results: list[checks.CheckResult]
    ingested: ingest.IngestReport
    partners: list[checks.PartnerHold]
    held_because: str = ""
    held: warehouse.HeldRun | None = None


def run(
    exports: Path,
    *,
    home: Home,
    settings: Settings,
    as_of: date,
    now: datetime,
    short_id: str,
    decisions: pl.DataFrame,
    book: RunBook,
    profile: Path | None = None,
    publish: bool = True,
    finance: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Build, check and (with `publish`) publish one run of the contract exports in that folder.

    `decisions`: what partners have decided (`decisions.decisions_frame`); the run keeps those it uses. Without
    `finance` the tables of `tables.finance_tables` are left out. `book`: what was recorded about runs and held
    partners. A run that rule 14 holds is not published but kept, and its outcome says so.

    Raises InputError for an input that cannot be used, ChecksFailedError for a failed stop-level check, LockedError
    when another run holds the lock, MachineError when the disk or its permissions fail; in all four cases nothing is
    published and `current` stays where it is.
    """
    checks.warm_up_beside()
    run_id = warehouse.run_name(now, short_id)
    reports = home.reports(run_id)
    machine = warehouse.machine_failures(inputs=exports)
    with warehouse.run_lock(home), machine, warehouse.candidate(home, run_id) as candidate:
        prune_held(home, now=now)
        with warehouse.create_run_file(candidate) as con:
            ingested = ingest.ingest(
                con, exports, settings=settings, as_of=as_of, profile=profile, scratch=home.runs, progress=progress
            )
            warehouse.write_table(con, "run_info", run_metadata.run_information(run_id, as_of, now, settings, ingested))
            before = warehouse.runs_before(home, profile=ingested.profile, withdrawn=book.withdrawn(home))
            previous = before.yardstick.path if before.yardstick else None
            typed = hold_or_publish.options_typed(exports, profile)
            told = hold_or_publish.situation_of(home, run_id, book, before=before, options=typed, publishes=publish)
            limit = run_metadata.quarantine_limit(ingested, settings)
            gate = checks.export_gate(run_metadata.counts_for_the_gate(con, ingested), limit_percent=limit)
            if settings.ecb_rates:
                gate += run_metadata.reference_rates(con, settings, as_of=as_of)
            results = run_metadata.keep_results_or_stop(con, gate, reports, told)
            progress("computing status, deadlines and MRR")
            used = decided_by(decisions, as_of=as_of)
            warehouse.write_table(con, "decisions", used)
            loaded = warehouse.Exports(con)
            tables = transform.build_in_turn(loaded, as_of=as_of, decisions=used, **settings.rule_values())
            if finance:
                gone = warehouse.contracts_gone(con, previous) if previous else None
                values = {"decisions": used, "previous": gone, **settings.finance_values()}
                tables = chain(tables, transform.build_finance_in_turn(loaded, as_of=as_of, **values))
            warehouse.write_tables(con, tables)
        progress("checking the result")
        found = checks.output_gate(candidate, settings=settings, as_of=as_of)
        with warehouse.create_run_file(candidate) as con:
            results += run_metadata.keep_results_or_stop(con, found, reports, told)
        progress("comparing with previous nights")
        nights = hold_or_publish.nights_before(before, book)
        exported_at = ingested.exported_at
        night = checks.night_gate(
            candidate, nights, settings=settings, as_of=as_of, decisions=used, exported_at=exported_at
        )
        told = hold_or_publish.with_partners(told, night.partners, before)
        with warehouse.create_run_file(candidate) as con:
            results += run_metadata.keep_results_or_stop(con, night.results, reports, told, last_gate=True)
            run_metadata.keep_summary(con)
            written = run_metadata.what_was_written(con, results)
        outcome = Outcome(run_id, None, results, ingested, night.partners)
        if checks.holding(results):
            kept = (
                hold_or_publish.hold_candidate(home, candidate, outcome, as_of=as_of, options=typed)
                if publish
                else None
            )
            why = run_metadata.why_stopped(results, told, reports / "checks.html")
            return replace(outcome, held_because=why, held=kept)
        if not publish:
            return outcome
        progress("publishing")
        holds = hold_or_publish.hold_drafts(night.partners, run_id, shown=hold_or_publish.shown_before(before), now=now)
        run_kept = partial(warehouse.publish, home, candidate, run_id, keep=settings.keep_runs, written=written)
        published = hold_or_publish.publish_candidate(run_kept, home, book=book, holds=holds)
    return replace(outcome, run_file=published.path)
