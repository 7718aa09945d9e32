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
from pipeline.nightly.run_book import RunBook
from pipeline.settings import Settings
from pipeline.transform.decisions_in_effect import decided_by
from pipeline.views.run_stopped import Situation
from pipeline.warehouse import Connection, Home, newest_decisions
from pipeline.warehouse.finance_association_visibility import remove_outdated
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


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is to be run: the folder of exports, for which day, at which time (UTC), under which short ID.

    `profile`: the source profile that maps them. Without `publish` it is only checked; without `finance` the tables of
    `tables.finance_tables` are left out.
    """

    exports: Path
    as_of: date
    now: datetime
    short_id: str
    profile: Path | None = None
    publish: bool = True
    finance: bool = True

    @property
    def run_id(self) -> str:
        """The name of the run."""
        return warehouse.run_name(self.now, self.short_id)


def run(
    request: RunRequest,
    *,
    home: Home,
    settings: Settings,
    decisions: pl.DataFrame,
    book: RunBook,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Build, check and (with `publish`) publish one run of the contract exports.

    `decisions`: what partners have decided (`decisions.decisions_frame`); the run keeps those it uses. `book`: what was
    recorded about runs and held partners. A run that rule 14 holds is not published but kept, and its outcome says so.

    Raises InputError for an input that cannot be used, ChecksFailedError for a failed stop-level check, LockedError
    when another run holds the lock, MachineError when the disk or its permissions fail; in all four cases nothing is
    published and `current` stays where it is.
    """
    checks.warm_up_beside()
    machine = warehouse.machine_failures(inputs=request.exports)
    with warehouse.run_lock(home), machine, warehouse.candidate(home, request.run_id) as candidate:
        prune_held(home, now=request.now)
        remove_outdated(home, newest_decisions(home).ended)
        night = _Night(request, home, settings, decided_by(decisions, as_of=request.as_of), book, candidate, progress)
        loaded = night.load()
        progress("checking the result")
        found = checks.output_gate(candidate, settings=settings, as_of=request.as_of)
        results = loaded.results + night.keep(found, loaded.situation)
        progress("comparing with previous nights")
        verdict, written, said = night.compare(loaded, results)
        outcome = Outcome(request.run_id, None, [*results, *verdict.results], loaded.ingested, verdict.partners)
        if checks.holding(outcome.results):
            return night.hold(outcome, said)
        if not request.publish:
            return outcome
        progress("publishing")
        return replace(outcome, run_file=night.publish(loaded, outcome, written))


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What stands after loading and computing: counts, gate results, and the runs this one is compared with."""

    ingested: ingest.IngestReport
    results: list[checks.CheckResult]
    before: warehouse.RunsBefore
    situation: Situation


@dataclass(frozen=True, slots=True)
class _Night:
    """One run while it is made."""

    request: RunRequest
    home: Home
    settings: Settings
    decisions: pl.DataFrame
    book: RunBook
    candidate: Path
    progress: Callable[[str], None]

    @property
    def reports(self) -> Path:
        return self.home.reports(self.request.run_id)

    @property
    def options(self) -> str:
        return hold_or_publish.options_typed(self.request.exports, self.request.profile)

    def load(self) -> _Loaded:
        """Exports → typed tables → export gate → every published table, in the candidate."""
        request, settings = self.request, self.settings
        with warehouse.create_run_file(self.candidate) as con:
            ingested = ingest.ingest(
                con,
                request.exports,
                settings=settings,
                as_of=request.as_of,
                profile=request.profile,
                scratch=self.home.runs,
                progress=self.progress,
            )
            information = run_metadata.run_information(request.run_id, request.as_of, request.now, settings, ingested)
            warehouse.write_table(con, "run_info", information)
            before = warehouse.runs_before(
                self.home, profile=ingested.profile, withdrawn=self.book.withdrawn(self.home)
            )
            situation = hold_or_publish.situation_of(
                self.home, request.run_id, self.book, before=before, options=self.options, publishes=request.publish
            )
            rates = run_metadata.reference_rates(con, settings, as_of=request.as_of) if settings.ecb_rates else []
            limit = run_metadata.quarantine_limit(ingested, settings)
            gate = checks.export_gate(run_metadata.counts_for_the_gate(con, ingested), limit_percent=limit)
            results = run_metadata.keep_results_or_stop(con, [*gate, *rates], self.reports, situation)
            self.progress("computing status, deadlines and MRR")
            self._compute(con, before)
        return _Loaded(ingested, results, before, situation)

    def _compute(self, con: Connection, before: warehouse.RunsBefore) -> None:
        """Write every published table that follows from the exports and decisions."""
        as_of, settings = self.request.as_of, self.settings
        warehouse.write_table(con, "decisions", self.decisions)
        exports = warehouse.Exports(con)
        tables = transform.build_in_turn(exports, as_of=as_of, decisions=self.decisions, **settings.rule_values())
        if self.request.finance:
            previous = before.yardstick.path if before.yardstick else None
            gone = warehouse.contracts_gone(con, previous) if previous else None
            values = {"decisions": self.decisions, "previous": gone, **settings.finance_values()}
            tables = chain(tables, transform.build_finance_in_turn(exports, as_of=as_of, **values))
        warehouse.write_tables(con, tables)

    def keep(self, results: list[checks.CheckResult], situation: Situation) -> list[checks.CheckResult]:
        """Keep a gate's results in the candidate, or stop."""
        with warehouse.create_run_file(self.candidate) as con:
            return run_metadata.keep_results_or_stop(con, results, self.reports, situation)

    def compare(
        self, loaded: _Loaded, results: list[checks.CheckResult]
    ) -> tuple[checks.NightVerdict, warehouse.Contents, Situation]:
        """The night gate (rule 14): its verdict, what the finished candidate holds, what an operator should know."""
        verdict = checks.night_gate(
            self.candidate,
            hold_or_publish.nights_before(loaded.before, self.book),
            settings=self.settings,
            as_of=self.request.as_of,
            decisions=self.decisions,
            exported_at=loaded.ingested.exported_at,
        )
        situation = hold_or_publish.with_partners(loaded.situation, verdict.partners, loaded.before)
        with warehouse.create_run_file(self.candidate) as con:
            run_metadata.keep_results_or_stop(con, verdict.results, self.reports, situation, last_gate=True)
            run_metadata.keep_summary(con)
            written = run_metadata.what_was_written(con, [*results, *verdict.results])
        return verdict, written, situation

    def hold(self, outcome: Outcome, situation: Situation) -> Outcome:
        """Keep the candidate beside the published runs, when it was to be published, and say why it is held."""
        kept = None
        if self.request.publish:
            kept = hold_or_publish.hold_candidate(
                self.home, self.candidate, outcome, as_of=self.request.as_of, options=self.options
            )
        why = run_metadata.why_stopped(outcome.results, situation, self.reports / "checks.html")
        return replace(outcome, held_because=why, held=kept)

    def publish(self, loaded: _Loaded, outcome: Outcome, written: warehouse.Contents) -> Path:
        """Publish the candidate with the partners that are held; the path of the run's file."""
        shown = hold_or_publish.shown_before(loaded.before)
        holds = hold_or_publish.hold_drafts(outcome.partners, self.request.run_id, shown=shown, now=self.request.now)
        keep = self.settings.keep_runs
        run_kept = partial(
            warehouse.publish, self.home, self.candidate, self.request.run_id, keep=keep, written=written
        )
        return hold_or_publish.publish_candidate(run_kept, self.home, book=self.book, holds=holds).path
