"""One decision as it is stored, and its line of NDJSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pipeline.errors import UsageError
from pipeline.tables.decision_events import KINDS

_LONGEST_SHOWN: Final = 60
LONGEST_TEXT: Final = 100_000
"""Characters of one field. A longer one is a mistake, not a decision."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision before it has its place: who wants what, when (UTC), and why. `decision_id` makes retries safe."""

    decision_id: str
    decided_at: datetime
    actor: str
    partner_id: str
    hub_id: str | None
    kind: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A decision as it is stored. `value_before` and `value_after` are JSON texts; None = nothing decided.

    `position` is the place in the order in which the store committed its decisions; 0 = not stored.
    """

    position: int
    decision_id: str
    decided_at: str
    actor: str
    partner_id: str
    hub_id: str | None
    kind: str
    value_before: str | None
    value_after: str | None
    reason: str

    @property
    def time(self) -> datetime:
        """When it was decided, in UTC."""
        return datetime.fromisoformat(self.decided_at)

    def content(self) -> dict[str, Any]:
        """Everything but its place in a store."""
        values = dataclasses.asdict(self)
        del values["position"]
        return values

    def to_line(self) -> str:
        """The decision as a line of NDJSON, without the line's end."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)


def utc_text(moment: datetime) -> str:
    """The time as it is stored: ISO 8601 in UTC with microseconds. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a decision's time needs a time zone")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def json_text(value: Any) -> str | None:
    """A decided value as JSON text; None stays None."""
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def parse_line(line: str, where: str) -> Event:
    """The decision of a line of NDJSON. Raises UsageError, beginning with `where`, when it is none."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(f"{where} is not JSON") from None
    if not isinstance(values, dict) or set(values) != {f.name for f in dataclasses.fields(Event)}:
        raise UsageError(f"{where} is not a decision: it needs exactly {', '.join(_TYPES)}")
    for name, types in _TYPES.items():
        if not isinstance(values[name], types) or isinstance(values[name], bool):
            raise UsageError(f"{where}: {name} cannot be {repr(values[name])[:_LONGEST_SHOWN]}")
    event = Event(**values)
    _check(event, where)
    return event


def check_texts(values: Mapping[str, Any]) -> None:
    """Raises UsageError for a text that a database cannot hold."""
    for name, value in values.items():
        if isinstance(value, str):
            if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise UsageError(f"{name} holds a character that cannot be stored")
            if len(value) > LONGEST_TEXT:
                raise UsageError(f"{name} is longer than {LONGEST_TEXT:,} characters")


def _check(event: Event, where: str) -> None:
    kind = KINDS.get(event.kind)
    if kind is None:
        raise UsageError(f"{where}: unknown kind {event.kind!r}. Known: {', '.join(KINDS)}")
    if kind.per_client != (event.hub_id is not None):
        raise UsageError(f"{where}: {event.kind} is decided {'per client' if kind.per_client else 'for all clients'}")
    try:
        if utc_text(event.time) != event.decided_at:
            raise ValueError
        for value in (event.value_before, event.value_after):
            json.loads(value or "null")
    except (ValueError, RecursionError, OverflowError):
        raise UsageError(f"{where}: its time or one of its values cannot be read") from None
    try:
        check_texts(event.content())
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None


_TYPES: Final[dict[str, Any]] = {
    "position": int,
    "decision_id": str,
    "decided_at": str,
    "actor": str,
    "partner_id": str,
    "hub_id": str | None,
    "kind": str,
    "value_before": str | None,
    "value_after": str | None,
    "reason": str,
}
