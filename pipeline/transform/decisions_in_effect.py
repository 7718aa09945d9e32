"""What partners have decided, as of a day: rules 5 to 8 read their choices here.

`decisions` is a frame with the columns of `tables.decision_events.DECISIONS`, in any order of rows; `position` orders
them.
A decision is a fact of its day in the vendor's time zone: one dated after `as_of` does not exist yet. Everything is
kept per partner and client, so that what one partner decided never touches another's row, also of the same client.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from pipeline.tables.decision_events import DECISIONS, ENDED, KINDS

Pair = tuple[str, str]
EndedPairs = frozenset[Pair]
"""Partners and clients whose association the partner has ended: `(partner_id, hub_id)`."""

PAIR = pl.Schema({"partner_id": pl.String(), "hub_id": pl.String()})


def no_decisions() -> pl.DataFrame:
    """The frame of a partner community that has decided nothing."""
    return DECISIONS.polars_schema.to_frame()


def decided_by(decisions: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The decisions that exist on `as_of`, in their order."""
    return decisions.filter(pl.col("decided_on") <= as_of).sort("position")


def current_values(decisions: pl.DataFrame, subject: str) -> dict[tuple[str, str | None], Any]:
    """The latest value of that subject per `(partner_id, hub_id)`; what is back to its default is left out."""
    kinds = [kind.name for kind in KINDS.values() if kind.subject == subject]
    rows = decisions.filter(pl.col("kind").is_in(kinds)).sort("position")
    latest = {(p, h): value for p, h, value in rows.select("partner_id", "hub_id", "value_after").iter_rows()}
    values = {key: None if text is None else json.loads(text) for key, text in latest.items()}
    return {key: value for key, value in values.items() if value is not None}


def ended_pairs(decisions: pl.DataFrame) -> EndedPairs:
    """Rule 7: the associations that partners have ended and not restored.

    The ending belongs to the pair: it stays in force when the client goes to another partner (whose client it is at
    once) and when it comes back, until the partner restores it (*ours*).
    """
    associations = current_values(decisions, "association")
    return frozenset((p, h) for (p, h), value in associations.items() if value == ENDED and h is not None)


def pairs_frame(pairs: Iterable[Pair]) -> pl.DataFrame:
    """The pairs as rows: `partner_id, hub_id`."""
    return pl.DataFrame(sorted(pairs), schema=PAIR, orient="row")


def client_choices(decisions: pl.DataFrame, subject: str, *, name: str) -> pl.DataFrame:
    """The values of a subject that is decided per client: `partner_id, hub_id` and the value as `name`."""
    rows = [(*key, value) for key, value in current_values(decisions, subject).items()]
    return pl.DataFrame(rows, schema=pl.Schema({**PAIR, name: pl.String()}), orient="row")


def partner_choices(decisions: pl.DataFrame, subject: str) -> dict[str, Any]:
    """The values of a subject that is decided for all clients, by partner."""
    return {partner_id: value for (partner_id, _), value in current_values(decisions, subject).items()}


def partner_columns(decisions: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    """Rule 8: the columns that partners have chosen, by partner."""
    return {partner_id: tuple(names) for partner_id, names in partner_choices(decisions, "columns").items()}


def report_preferences(decisions: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """What partners want of their reports, by partner: some of `locale`, `formats` (list), `order` (a column)."""
    return {
        partner_id: dict(preference)
        for partner_id, preference in partner_choices(decisions, "report_preferences").items()
    }
