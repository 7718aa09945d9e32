"""What the newest decisions hide from readers: ended associations (rule 7) and held partners (rule 14).

Asked whenever a run is opened to be read, so that a decision counts on every run at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipeline.tables.decision_events import DECISIONS, KINDS
from pipeline.transform.decisions_in_effect import EndedPairs, ended_pairs
from pipeline.warehouse.home import Home

if TYPE_CHECKING:
    from pipeline.store import DecisionStore, HeldPartner


@dataclass(frozen=True, slots=True)
class NewestDecisions:
    """`ended`: the associations that have ended, `(partner_id, hub_id)`; `held`: partners that are held, by ID."""

    ended: EndedPairs = frozenset()
    held: Mapping[str, HeldPartner] = field(default_factory=dict)


def nothing_decided(home: Home) -> bool:
    """Whether there is no store yet: reading decisions then needs no database and makes none."""
    return home.decisions_url is None and not home.decisions.exists()


def newest_decisions(home: Home) -> NewestDecisions:
    """What the store of that home says now."""
    if nothing_decided(home):
        return NewestDecisions()
    from pipeline.store import DecisionStore, partners_held

    with DecisionStore.open(home.store_url) as store:
        return NewestDecisions(ended_now(store), partners_held(store))


def ended_now(store: DecisionStore) -> EndedPairs:
    """The associations that partners have ended and not restored, by the newest decisions whatever their day."""
    associations = [name for name, kind in KINDS.items() if kind.subject == "association"]
    events = store.events(kinds=associations)
    columns = ("position", "partner_id", "hub_id", "kind", "value_after")
    rows = [tuple(getattr(event, column) for column in columns) for event in events]
    schema = {column: DECISIONS.column(column).polars_type for column in columns}
    return ended_pairs(pl.DataFrame(rows, schema=schema, orient="row"))
