"""The door: what can be decided is stored once, what cannot be is refused with one clear line and leaves no event."""

from __future__ import annotations

import json

import pytest

from pipeline.decisions import not_used_by
from pipeline.errors import UsageError
from pipeline.tables.decision_events import KINDS
from pipeline.warehouse import ended_now
from tests.decisions.test_effect import TO_SOUTH
from tests.decisions.world import exports, make, publish


@pytest.fixture
def run(home):
    return publish(home, exports())


@pytest.mark.parametrize(
    ("kind", "hub_id", "value", "stored"),
    [
        ("communication_owner", "h1", "vendor", "vendor"),
        ("communication_owner", "h1", None, None),
        ("communication_default", None, "partner", "partner"),
        ("primary_contact", "h1", "c2", "c2"),
        ("primary_contact", "h2", None, None),
        ("columns", None, None, None),
        ("report_preferences", None, {"locale": "pt-BR", "formats": ["csv", "html"]}, None),
        ("association_ended", "h1", None, "ended"),
    ],
)
def test_what_can_be_decided_is_stored(store, run, kind, hub_id, value, stored):
    event = make(store, run, kind, "north", hub_id, value)
    assert store.events() == [event]
    assert (event.actor, event.partner_id, event.hub_id, event.kind) == ("ann", "north", hub_id, kind)
    assert json.loads(event.value_after or "null") == (value if kind == "report_preferences" else stored)


def test_columns_are_stored_as_they_will_be_shown(store, run):
    event = make(store, run, "columns", "north", None, ["website", "primary_contact_name"])
    assert json.loads(event.value_after) == [
        "client_name",
        "communication_owner",
        "primary_contact_name",
        "contract_type",
        "status",
        "renewal_deadline",
        "website",
    ]


def test_preferences_change_only_what_they_name(store, run):
    make(store, run, "report_preferences", "north", None, {"locale": "de", "order": "client_name"})
    event = make(store, run, "report_preferences", "north", None, {"locale": "pt-BR"})
    assert json.loads(event.value_after) == {"locale": "pt-BR", "order": "client_name"}


@pytest.mark.parametrize(
    ("kind", "partner_id", "hub_id", "value", "says"),
    [
        ("communication_owner", "nobody", "h1", "vendor", "there is no partner 'nobody' in run-"),
        ("communication_owner", "north", "h1", "both", "the communication owner is vendor or partner, not 'both'"),
        ("communication_owner", "north", None, "vendor", "communication_owner is decided per client"),
        ("communication_default", "north", "h1", "vendor", "communication_default is decided for all clients"),
        ("communication_owner", "north", "h3", "vendor", "partner 'north' has no client 'h3' in run-"),
        ("primary_contact", "north", "h1", "c3", "client 'h1' has no contact 'c3'"),
        ("primary_contact", "north", "h1", "nobody", "client 'h1' has no contact 'nobody'"),
        ("primary_contact", "north", "h4", "c4", "partner 'north' has no client 'h4' in run-"),
        ("columns", "north", None, ["websit"], r"unknown column 'websit' \(did you mean 'website'\?\)"),
        ("columns", "north", None, ["client_name", "status"], "cannot be removed: locked columns are always shown"),
        ("report_preferences", "north", None, {"colour": "red"}, "there is no report preference 'colour'"),
        ("report_preferences", "north", None, {"locale": "xx-XX"}, "locale: 'xx-XX' is not a known locale"),
        ("report_preferences", "north", None, {"formats": []}, "formats are some of html, pdf, csv, xlsx, each once"),
        ("report_preferences", "north", None, {"formats": ["csv", "csv"]}, "each once"),
        ("report_preferences", "north", None, {"order": "current_mrr"}, "not by 'current_mrr'"),
        ("association_ended", "north", "h4", None, "partner 'north' has no client 'h4' in run-"),
        ("association_ended", "north", "h3", None, "partner 'north' has no client 'h3' in run-"),
        ("association_restored", "north", "h1", None, "partner 'north' has no ended association with a client 'h1'"),
        ("promotion", "north", "h1", None, "there is no kind of decision 'promotion'"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_leaves_no_event(store, run, kind, partner_id, hub_id, value, says):
    with pytest.raises(UsageError, match=says) as raised:
        make(store, run, kind, partner_id, hub_id, value)
    assert "\n" not in str(raised.value)
    assert store.events() == []


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.per_client])
def test_a_client_of_another_partner_is_not_even_confirmed_to_exist(store, run, kind):
    said = []
    for hub_id in ("h4", "h5", "nowhere"):
        with pytest.raises(UsageError) as raised:
            make(store, run, kind, "north", hub_id)
        said.append(str(raised.value).replace(hub_id, "X"))
    assert len(set(said)) == 1


def test_a_contact_of_another_account_is_not_even_confirmed_to_exist(store, run):
    said = []
    for contact_id in ("c4", "nobody"):
        with pytest.raises(UsageError) as raised:
            make(store, run, "primary_contact", "north", "h1", contact_id)
        said.append(str(raised.value).replace(contact_id, "X"))
    assert len(set(said)) == 1


def test_an_ending_needs_a_reason_and_a_decision_an_actor(store, run):
    with pytest.raises(UsageError, match="a reason is required to end an association"):
        make(store, run, "association_ended", "north", "h1", reason=" ")
    with pytest.raises(UsageError, match="an actor is required"):
        make(store, run, "association_ended", "north", "h1", actor="")
    assert store.events() == []


def test_what_is_ended_cannot_be_ended_again_nor_decided_upon_until_it_is_restored(store, run):
    make(store, run, "association_ended", "north", "h1")
    assert ended_now(store) == {("north", "h1")}
    with pytest.raises(UsageError, match="has ended its association with 'h1' already"):
        make(store, run, "association_ended", "north", "h1")
    with pytest.raises(UsageError, match="has ended its association with 'h1': restore it first"):
        make(store, run, "communication_owner", "north", "h1", "vendor")
    assert len(store.events()) == 1
    make(store, run, "association_restored", "north", "h1")
    assert ended_now(store) == frozenset()
    with pytest.raises(UsageError, match="has no ended association"):
        make(store, run, "association_restored", "north", "h1")
    make(store, run, "association_ended", "north", "h1")
    assert len(store.events()) == 3


def test_an_ending_can_be_restored_although_the_client_has_gone_to_another_partner(store, run, home):
    make(store, run, "association_ended", "north", "h1")
    later = publish(home, exports(clients=TO_SOUTH))
    make(store, later, "association_restored", "north", "h1")
    assert ended_now(store) == frozenset()


def test_decisions_that_a_run_has_not_used_are_known_by_their_ids(store, run, home):
    from pipeline.decisions import decisions_frame

    make(store, run, "communication_owner", "north", "h1", "vendor")
    later = publish(home, exports(), decisions=decisions_frame(store.events(), time_zone="UTC"))
    since = make(store, later, "communication_owner", "north", "h2", "vendor")
    assert not_used_by(store.events(), later) == [since]
    assert len(not_used_by(store.events(), run)) == 2
