"""A plain model of decisions: a list of what was decided and loops over it. Knows nothing of the product's code."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

VENDOR_NAME = "HubSpot"
NAMES = {"north": "Nordwind", "south": "Südwind"}
STATES = {"north": True, "south": False}
"""Who owns the communication by the export."""


@dataclass
class Decided:
    kind: str
    partner_id: str
    hub_id: str | None
    value: Any
    day: date


@dataclass
class Client:
    partner_id: str | None
    contacts: list[str]
    primary: str | None


@dataclass
class ModelRun:
    """What was true when a run was made."""

    as_of: date
    clients: dict[str, Client]
    log: list[Decided]


@dataclass
class Model:
    clients: dict[str, Client]
    log: list[Decided] = field(default_factory=list)

    def run(self, as_of: date) -> ModelRun:
        used = [one for one in self.log if one.day <= as_of]
        return ModelRun(as_of, copy.deepcopy(self.clients), used)

    def is_ended(self, partner_id: str, hub_id: str) -> bool:
        return latest(self.log, ("association_ended", "association_restored"), partner_id, hub_id) == "ended"

    def rows(self, run: ModelRun, partner_id: str) -> dict[str, tuple[str, str, str | None, str]]:
        """By client of that partner: owner, its basis, primary contact, its basis, as a reader sees that run now."""
        seen = {}
        for hub_id, client in run.clients.items():
            ended_then = latest(run.log, ("association_ended", "association_restored"), partner_id, hub_id) == "ended"
            if client.partner_id != partner_id or ended_then or self.is_ended(partner_id, hub_id):
                continue
            seen[hub_id] = (*owner(run, partner_id, hub_id), *contact(run, partner_id, hub_id))
        return seen


def latest(log: list[Decided], kinds: tuple[str, ...], partner_id: str, hub_id: str | None) -> Any:
    value = None
    for one in log:
        if one.kind in kinds and one.partner_id == partner_id and one.hub_id == hub_id:
            value = one.value
    return value


def owner(run: ModelRun, partner_id: str, hub_id: str) -> tuple[str, str]:
    named = {"partner": NAMES[partner_id], "vendor": VENDOR_NAME}
    choice = latest(run.log, ("communication_owner",), partner_id, hub_id)
    if choice is not None:
        return named[choice], "client_choice"
    statement = latest(run.log, ("communication_default",), partner_id, None)
    if statement is not None:
        return named[statement], "partner_statement"
    return (named["partner"], "partner_statement") if STATES[partner_id] else (VENDOR_NAME, "vendor_default")


def contact(run: ModelRun, partner_id: str, hub_id: str) -> tuple[str | None, str]:
    client = run.clients[hub_id]
    chosen = latest(run.log, ("primary_contact",), partner_id, hub_id)
    if chosen in client.contacts:
        return chosen, "client_choice"
    if client.primary in client.contacts:
        return client.primary, "account_primary"
    return None, "none"
