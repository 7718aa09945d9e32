"""The decisions as runs and readers need them."""

from __future__ import annotations

import dataclasses
import zoneinfo
from collections.abc import Iterable

import polars as pl

from pipeline.store import Event
from pipeline.tables.decision_events import DECISIONS
from pipeline.warehouse import Run
from pipeline.warehouse.runs import decisions_of


def decisions_frame(events: Iterable[Event], *, time_zone: str) -> pl.DataFrame:
    """Decisions with the columns of `tables.decision_events.DECISIONS`; `decided_on`: the day in that time zone."""
    zone = zoneinfo.ZoneInfo(time_zone)
    rows = [{**dataclasses.asdict(event), "decided_on": event.time.astimezone(zone).date()} for event in events]
    return pl.DataFrame(rows, schema=DECISIONS.polars_schema, orient="row")


def not_used_by(events: Iterable[Event], run: Run) -> list[Event]:
    """Those of the decisions that the run has not used: made since, or of a day after its `as_of`."""
    used = set(decisions_of(run.path)["decision_id"])
    return [event for event in events if event.decision_id not in used]
