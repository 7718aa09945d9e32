"""A request is validated against a published run and stored as a decision, or refused and nothing is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pipeline.decisions.partner_clients import PartnerClients, partner_clients
from pipeline.decisions.values import check_reason, check_value
from pipeline.errors import UsageError
from pipeline.settings import shown_columns
from pipeline.store import DecisionStore, Draft, Event
from pipeline.store.decision_store import Validator
from pipeline.tables.decision_events import ASSOCIATED, ENDED, KINDS
from pipeline.warehouse import Run


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What a partner wants: a kind of `tables.decision_events.KINDS`, whose and for which client, and the value.

    `value` None = back to the default. `report_preferences` changes the preferences that it names, and only those.
    """

    kind: str
    partner_id: str
    hub_id: str | None = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who decides, when (with a time zone), why, and an id of this decision's own: a retry under it is not doubled."""

    actor: str
    decided_at: datetime
    decision_id: str
    reason: str = ""


def decide(
    store: DecisionStore, run: Run, request: DecisionRequest, signed: Attribution, *, dry_run: bool = False
) -> Event:
    """Store what is requested, if that can be; with `dry_run` only say what would be stored (its `position` is 0).

    The run says who the partners, their clients and the accounts' contacts are. Raises UsageError, and stores
    nothing, for an unknown partner, a client or contact that is not theirs, a value that cannot be, an ending of an
    ended association and a restoring of one that is not ended.
    """
    if request.kind not in KINDS:
        raise UsageError(f"there is no kind of decision {request.kind!r}: choose from {', '.join(KINDS)}")
    if KINDS[request.kind].per_client != (request.hub_id is not None):
        raise UsageError(
            f"{request.kind} is decided {'per client' if KINDS[request.kind].per_client else 'for all clients'}"
        )
    if not signed.actor.strip():
        raise UsageError("an actor is required: name who decides")
    clients = partner_clients(run, request.partner_id, request.hub_id)
    validate = _VALIDATORS[request.kind](clients, store, request, signed)
    draft = Draft(
        decision_id=signed.decision_id,
        decided_at=signed.decided_at,
        actor=signed.actor,
        partner_id=request.partner_id,
        hub_id=request.hub_id,
        kind=request.kind,
        reason=signed.reason,
    )
    return store.append(draft, validate, dry_run=dry_run)


def _owner(clients: PartnerClients, store: DecisionStore, request: DecisionRequest, _: Attribution) -> Validator:
    if request.hub_id is not None:
        _check_client(clients, store, request)
    check_value(request.kind, request.value)
    return lambda _: request.value


def _contact(clients: PartnerClients, store: DecisionStore, request: DecisionRequest, _: Attribution) -> Validator:
    _check_client(clients, store, request)
    check_value(request.kind, request.value)
    if request.value is not None:
        clients.check_contact(str(request.hub_id), request.value)
    return lambda _: request.value


def _columns(_: PartnerClients, _store: DecisionStore, request: DecisionRequest, _signed: Attribution) -> Validator:
    check_value(request.kind, request.value)
    chosen = None if request.value is None else list(shown_columns(list(request.value)))
    return lambda _: chosen


def _preferences(_: PartnerClients, _store: DecisionStore, request: DecisionRequest, _signed: Attribution) -> Validator:
    if request.value is None:
        return lambda _: None
    check_value(request.kind, request.value)
    return lambda before: {**(before or {}), **request.value}


def _ending(clients: PartnerClients, _store: DecisionStore, request: DecisionRequest, signed: Attribution) -> Validator:
    clients.check_client(str(request.hub_id))
    check_reason(signed.reason)

    def validate(before: Any) -> Any:
        if before == ENDED:
            raise UsageError(
                f"partner {request.partner_id!r} has ended its association with {request.hub_id!r} already"
            )
        return ENDED

    return validate


def _restoring(_: PartnerClients, _store: DecisionStore, request: DecisionRequest, _signed: Attribution) -> Validator:
    # The run is not asked: whom the client belongs to by now is not this partner's to know.
    def validate(before: Any) -> Any:
        if before != ENDED:
            raise UsageError(
                f"partner {request.partner_id!r} has no ended association with a client {request.hub_id!r}"
            )
        return ASSOCIATED

    return validate


def _check_client(clients: PartnerClients, store: DecisionStore, request: DecisionRequest) -> None:
    clients.check_client(str(request.hub_id))
    associations = [name for name, kind in KINDS.items() if kind.subject == "association"]
    events = store.events(partner_id=request.partner_id, hub_id=request.hub_id, kinds=associations)
    if events and events[-1].kind == "association_ended":
        raise UsageError(
            f"partner {request.partner_id!r} has ended its association with {request.hub_id!r}: restore it first"
        )


_VALIDATORS: Final[dict[str, Callable[[PartnerClients, DecisionStore, DecisionRequest, Attribution], Validator]]] = {
    "communication_owner": _owner,
    "communication_default": _owner,
    "primary_contact": _contact,
    "columns": _columns,
    "report_preferences": _preferences,
    "association_ended": _ending,
    "association_restored": _restoring,
}
