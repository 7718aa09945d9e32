"""The table of contents: calls every stage once, in order.

exports → ingest → export gate → transform → output gate → night gate → publish. Reports come from the published run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path

import polars as pl

from pipeline import checks, ingest, record, transform, warehouse
from pipeline.settings import Settings
from pipeline.transform.decided import decided_by
from pipeline.warehouse import Home


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: its id, its published file (None when only checked), the checks, what ingest counted
    and the partners held."""

    run_id: str
    run_file: Path | None
    results: list[checks.CheckResult]
    ingested: ingest.IngestReport
    held: list[checks.PartnerHold]


def run(
    exports: Path,
    *,
    home: Home,
    settings: Settings,
    as_of: date,
    now: datetime,
    short_id: str,
    decisions: pl.DataFrame,
    profile: Path | None = None,
    publish: bool = True,
    finance: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Build, check and (with `publish`) publish one run of the contract exports in that folder.

    `decisions`: what partners have decided (`decisions.decisions_frame`); the run keeps those it uses. Without
    `finance` the tables of `tables.finance` are left out.

    Raises InputError for an input that cannot be used, ChecksFailedError for a failed stop-level check, LockedError
    when another run holds the lock; in all three cases nothing is published and `current` stays where it is.
    """
    threading.Thread(target=checks.warm_up, daemon=True).start()
    run_id = warehouse.run_name(now, short_id)
    reports = home.reports(run_id)
    with warehouse.run_lock(home), warehouse.candidate(home, run_id) as candidate:
        previous, unreadable = warehouse.run_before(home)
        with warehouse.create_run_file(candidate) as con:
            ingested = ingest.ingest(
                con, exports, settings=settings, as_of=as_of, profile=profile, scratch=home.runs, progress=progress
            )
            warehouse.write_table(con, "run_info", record.run_information(run_id, as_of, now, settings, ingested))
            limit = record.quarantine_limit(ingested, settings)
            gate = checks.export_gate(record.counts_for_the_gate(con, ingested), limit_percent=limit)
            if settings.ecb_rates:
                gate += record.reference_rates(con, settings, as_of=as_of)
            results = record.keep_results(con, gate, reports)
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
        found = checks.output_gate(candidate, previous=previous, unreadable=unreadable, settings=settings, as_of=as_of)
        with warehouse.create_run_file(candidate) as con:
            results += record.keep_results(con, found, reports)
        progress("comparing with the nights before")
        before = record.nights_before(home, profile=ingested.profile)
        night = checks.night_gate(candidate, before, settings=settings, as_of=as_of, decisions=used)
        with warehouse.create_run_file(candidate) as con:
            results += record.keep_results(con, night.results, reports)
        if not publish:
            return Outcome(run_id, None, results, ingested, night.partners)
        progress("publishing")
        published = warehouse.publish(home, candidate, run_id, keep=settings.keep_runs)
    return Outcome(run_id, published.path, results, ingested, night.partners)
