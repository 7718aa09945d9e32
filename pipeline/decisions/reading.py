"""The decisions as runs and readers need them."""

from __future__ import annotations

import dataclasses
import zoneinfo
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipeline.store import DecisionStore, Event
from pipeline.tables.decision_events import DECISIONS, ENDED, KINDS
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse.table_queries import decisions_used


def decisions_frame(events: Iterable[Event], *, time_zone: str) -> pl.DataFrame:
    """Decisions with the columns of `tables.decision_events.DECISIONS`; `decided_on`: the day in that time zone."""
    zone = zoneinfo.ZoneInfo(time_zone)
    rows = [{**dataclasses.asdict(event), "decided_on": event.time.astimezone(zone).date()} for event in events]
    return pl.DataFrame(rows, schema=DECISIONS.polars_schema, orient="row")


def ended_now(store: DecisionStore) -> EndedPairs:
    """The associations that partners have ended and not restored, by the newest decisions whatever their day."""
    associations = [name for name, kind in KINDS.items() if kind.subject == "association"]
    latest = {(event.partner_id, event.hub_id): event for event in store.events(kinds=associations)}
    return frozenset(
        (partner_id, hub_id)
        for (partner_id, hub_id), event in latest.items()
        if hub_id is not None and event.value_after == f'"{ENDED}"'
    )


def not_used_by(events: Iterable[Event], run_file: Path) -> list[Event]:
    """Those of the decisions that the run has not used: made since, or of a day after its `as_of`."""
    used = set(decisions_used(run_file)["decision_id"])
    return [event for event in events if event.decision_id not in used]
