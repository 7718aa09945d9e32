"""What a decision of each kind may hold: asked of whoever decides, and of every line of an import."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from pipeline.errors import UsageError
from pipeline.settings import known_locale, shown_columns
from pipeline.store import DecisionStore, Event, import_lines
from pipeline.tables.decision_events import ASSOCIATED, ENDED, PARTNER, REPORT_FORMATS, REPORT_ORDERS, VENDOR

_LONGEST_SHOWN: Final = 60


def check_value(kind: str, value: Any) -> None:
    """Raises UsageError for a value that a decision of that kind cannot hold; None, the default, is none of those."""
    if value is not None:
        _CHECKS[kind](value)


def check_event(event: Event) -> None:
    """Raises UsageError for a decision from elsewhere that nobody could have made here, whatever run is published."""
    for name, text in (("actor", event.actor), ("partner_id", event.partner_id), ("decision_id", event.decision_id)):
        if not text.strip():
            raise UsageError(f"{name} is blank")
    if event.hub_id is not None and not event.hub_id.strip():
        raise UsageError("hub_id is blank")
    if event.kind == "association_ended":
        check_reason(event.reason)
    after = json.loads(event.value_after or "null")
    if event.kind in _OF_ASSOCIATIONS and after != _OF_ASSOCIATIONS[event.kind]:
        raise UsageError(f"the value of {event.kind} is {_OF_ASSOCIATIONS[event.kind]!r}, not {_shown(after)}")
    for value in (json.loads(event.value_before or "null"), after):
        check_value(event.kind, value)


def import_decisions(store: DecisionStore, lines: Iterable[str], *, name: str) -> int:
    """Store the decisions and run records of an export, in its order, all or none; those already stored are left out.

    Gives the number stored. Raises InputError naming the file (`name`) and the first line that cannot be used.
    """
    return import_lines(store, lines, name=name, check=check_event)


def check_reason(reason: str) -> None:
    """Raises UsageError for the ending of an association without a reason."""
    if not reason.strip():
        raise UsageError("a reason is required to end an association")


def _owner(value: Any) -> None:
    if value not in (VENDOR, PARTNER):
        raise UsageError(f"the communication owner is {VENDOR} or {PARTNER}, not {_shown(value)}")


def _contact(value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"a primary contact is the contact_id of one of the account's users, not {_shown(value)}")


def _columns(value: Any) -> None:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise UsageError(f"columns are a list of column names, not {_shown(value)}")
    shown_columns(list(value))


def _preferences(value: Any) -> None:
    if not isinstance(value, dict):
        raise UsageError(f"report preferences name some of {', '.join(_PREFERENCES)}; they are not {_shown(value)}")
    for name, preference in value.items():
        if name not in _PREFERENCES:
            raise UsageError(f"there is no report preference {name!r}: choose from {', '.join(_PREFERENCES)}")
        _PREFERENCES[name](preference)


def _formats(value: Any) -> None:
    known = isinstance(value, list) and all(isinstance(each, str) and each in REPORT_FORMATS for each in value)
    if not known or not value or len(set(value)) != len(value):
        raise UsageError(f"formats are some of {', '.join(REPORT_FORMATS)}, each once, not {_shown(value)}")


def _order(value: Any) -> None:
    if value not in REPORT_ORDERS:
        raise UsageError(f"a report is sorted by one of {', '.join(REPORT_ORDERS)}, not by {_shown(value)}")


def _locale(value: Any) -> None:
    known_locale("locale", value)


def _association(value: Any) -> None:
    if value not in (ENDED, ASSOCIATED):
        raise UsageError(f"an association is {ENDED} or {ASSOCIATED}, not {_shown(value)}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


_OF_ASSOCIATIONS: Final = {"association_ended": ENDED, "association_restored": ASSOCIATED}

_PREFERENCES: Final[dict[str, Callable[[Any], None]]] = {"locale": _locale, "formats": _formats, "order": _order}

_CHECKS: Final[dict[str, Callable[[Any], None]]] = {
    "communication_owner": _owner,
    "communication_default": _owner,
    "primary_contact": _contact,
    "columns": _columns,
    "report_preferences": _preferences,
    "association_ended": _association,
    "association_restored": _association,
}
