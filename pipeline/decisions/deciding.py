"""The one door: a wish is judged against a published run and stored as a decision, or refused without a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pipeline.decisions.accounts import Accounts
from pipeline.decisions.values import check_reason, check_value
from pipeline.errors import UsageError
from pipeline.settings import shown_columns
from pipeline.store import DecisionStore, Draft, Event
from pipeline.store.decision_store import Judge
from pipeline.tables.decisions import ASSOCIATED, ENDED, KINDS


@dataclass(frozen=True, slots=True)
class Wish:
    """What a partner wants: a kind of `tables.decisions.KINDS`, whose and for which client, and the value.

    `value` None = back to the default. `report_preferences` changes the preferences that it names, and only those.
    """

    kind: str
    partner_id: str
    hub_id: str | None = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides, when (with a time zone), why, and an id of this decision's own: a retry under it is not doubled."""

    actor: str
    decided_at: datetime
    decision_id: str
    reason: str = ""


def decide(store: DecisionStore, run_file: Path, wish: Wish, signed: Signature, *, dry_run: bool = False) -> Event:
    """Store what is wished, if that can be; with `dry_run` only say what would be stored (its `position` is 0).

    The run says who the partners, their clients and the accounts' contacts are. Raises UsageError, and stores
    nothing, for an unknown partner, a client or contact that is not theirs, a value that cannot be, an ending of an
    ended association and a restoring of one that is not ended.
    """
    if wish.kind not in KINDS:
        raise UsageError(f"there is no kind of decision {wish.kind!r}: choose from {', '.join(KINDS)}")
    if KINDS[wish.kind].per_client != (wish.hub_id is not None):
        raise UsageError(f"{wish.kind} is decided {'per client' if KINDS[wish.kind].per_client else 'for all clients'}")
    if not signed.actor.strip():
        raise UsageError("a decision needs an actor: say who decides")
    accounts = Accounts(run_file)
    accounts.check_partner(wish.partner_id)
    judge = _JUDGES[wish.kind](accounts, store, wish, signed)
    draft = Draft(
        decision_id=signed.decision_id,
        decided_at=signed.decided_at,
        actor=signed.actor,
        partner_id=wish.partner_id,
        hub_id=wish.hub_id,
        kind=wish.kind,
        reason=signed.reason,
    )
    return store.append(draft, judge, dry_run=dry_run)


def _owner(accounts: Accounts, store: DecisionStore, wish: Wish, _: Signature) -> Judge:
    if wish.hub_id is not None:
        _check_client(accounts, store, wish)
    check_value(wish.kind, wish.value)
    return lambda _: wish.value


def _contact(accounts: Accounts, store: DecisionStore, wish: Wish, _: Signature) -> Judge:
    _check_client(accounts, store, wish)
    check_value(wish.kind, wish.value)
    if wish.value is not None:
        accounts.check_contact(str(wish.hub_id), wish.value)
    return lambda _: wish.value


def _columns(_: Accounts, _store: DecisionStore, wish: Wish, _signed: Signature) -> Judge:
    check_value(wish.kind, wish.value)
    chosen = None if wish.value is None else list(shown_columns(list(wish.value)))
    return lambda _: chosen


def _preferences(_: Accounts, _store: DecisionStore, wish: Wish, _signed: Signature) -> Judge:
    if wish.value is None:
        return lambda _: None
    check_value(wish.kind, wish.value)
    return lambda before: {**(before or {}), **wish.value}


def _ending(accounts: Accounts, _store: DecisionStore, wish: Wish, signed: Signature) -> Judge:
    accounts.check_client(wish.partner_id, str(wish.hub_id))
    check_reason(signed.reason)

    def judge(before: Any) -> Any:
        if before == ENDED:
            raise UsageError(f"partner {wish.partner_id!r} has ended its association with {wish.hub_id!r} already")
        return ENDED

    return judge


def _restoring(_: Accounts, _store: DecisionStore, wish: Wish, _signed: Signature) -> Judge:
    # The run is not asked: whom the client belongs to by now is not this partner's to know.
    def judge(before: Any) -> Any:
        if before != ENDED:
            raise UsageError(f"partner {wish.partner_id!r} has ended no association with a client {wish.hub_id!r}")
        return ASSOCIATED

    return judge


def _check_client(accounts: Accounts, store: DecisionStore, wish: Wish) -> None:
    accounts.check_client(wish.partner_id, str(wish.hub_id))
    associations = [name for name, kind in KINDS.items() if kind.subject == "association"]
    events = store.events(partner_id=wish.partner_id, hub_id=wish.hub_id, kinds=associations)
    if events and events[-1].kind == "association_ended":
        raise UsageError(
            f"partner {wish.partner_id!r} has ended its association with {wish.hub_id!r}: restore it first"
        )


_JUDGES: Final[dict[str, Callable[[Accounts, DecisionStore, Wish, Signature], Judge]]] = {
    "communication_owner": _owner,
    "communication_default": _owner,
    "primary_contact": _contact,
    "columns": _columns,
    "report_preferences": _preferences,
    "association_ended": _ending,
    "association_restored": _restoring,
}
