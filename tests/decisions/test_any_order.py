"""Any order of decisions, runs, restores, exports and moves gives what the plain model says."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.decisions import decisions_frame
from pipeline.errors import UsageError
from pipeline.store import DecisionStore, backup, export_lines, import_lines
from pipeline.warehouse import Home, Run, ended_now
from pipeline.warehouse.runs import decisions_of as decisions_used
from tests.decisions import world
from tests.decisions.model import Client, Decided, Model, ModelRun
from tests.reading import read_table

PARTNERS = st.sampled_from(["north", "south"])
CLIENTS = st.sampled_from(["h1", "h2", "h4"])
CONTACTS = {"c1": "h1", "c2": "h1", "c3": "h2", "c4": "h4"}
OWNERS = st.sampled_from(["vendor", "partner", None])


class AnyOrder(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.home = Home(self.folder / "home")
        self.stores = 0
        self.store = DecisionStore.at(self.home.decisions)
        self.day = date(2026, 11, 23)
        self.model = Model(
            {
                "h1": Client("north", ["c1", "c2"], "c1"),
                "h2": Client("north", ["c3"], None),
                "h4": Client("south", ["c4"], "c4"),
            }
        )
        self.runs: list[tuple[Run, ModelRun]] = []
        self.publish()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            try:
                self.readers_see_what_the_model_says()
            finally:
                self.store.close()
                shutil.rmtree(self.folder)

    @rule()
    def publish(self) -> None:
        """A run; of the runs before, the first and the last two stay under observation."""
        self.readers_see_what_the_model_says()
        decided = decisions_frame(self.store.events(), time_zone="UTC")
        run = world.publish(self.home, self.exports(), as_of=self.day, decisions=decided)
        self.runs = [*self.runs[:1], *self.runs[1:][-1:], (run, self.model.run(self.day))]

    @rule()
    def next_day(self) -> None:
        self.day += timedelta(days=1)

    @rule(partner=PARTNERS, hub=CLIENTS, owner=OWNERS)
    def choose_owner(self, partner, hub, owner) -> None:
        self.decide("communication_owner", partner, hub, owner, allowed=self.is_client(partner, hub))

    @rule(partner=PARTNERS, owner=OWNERS)
    def state_owner(self, partner, owner) -> None:
        self.decide("communication_default", partner, None, owner, allowed=True)

    @rule(partner=PARTNERS, hub=CLIENTS, contact=st.sampled_from([*CONTACTS, None]))
    def choose_contact(self, partner, hub, contact) -> None:
        known = contact is None or contact in self.runs[-1][1].clients[hub].contacts
        self.decide("primary_contact", partner, hub, contact, allowed=self.is_client(partner, hub) and known)

    @rule(partner=PARTNERS, hub=CLIENTS)
    def end(self, partner, hub) -> None:
        self.decide("association_ended", partner, hub, "ended", allowed=self.is_client(partner, hub))

    @rule(partner=PARTNERS, hub=CLIENTS)
    def restore(self, partner, hub) -> None:
        allowed = self.model.is_ended(partner, hub)
        self.decide("association_restored", partner, hub, "associated", allowed=allowed)

    @rule(hub=CLIENTS, partner=st.sampled_from(["north", "south", None]))
    def move_client(self, hub, partner) -> None:
        self.model.clients[hub].partner_id = partner

    @rule(contact=st.sampled_from(sorted(CONTACTS)))
    def contact_leaves_or_returns(self, contact) -> None:
        contacts = self.model.clients[CONTACTS[contact]].contacts
        contacts.remove(contact) if contact in contacts else contacts.append(contact)

    @precondition(lambda self: self.stores < 3)
    @rule(by_backup=st.booleans())
    def move_to_another_store(self, by_backup) -> None:
        self.stores += 1
        path = self.folder / f"store{self.stores}.sqlite"
        if by_backup:
            backup(self.store, path)
            other = DecisionStore.at(path)
        else:
            other = DecisionStore.at(path)
            import_lines(other, list(export_lines(self.store)), name="export")
        self.store.close()
        self.store = other

    def readers_see_what_the_model_says(self) -> None:
        ended = ended_now(self.store)
        for run, modelled in self.runs:
            for partner in ("north", "south"):
                shown = read_table(run.path, "upcoming_renewals", partner_id=partner, ended=ended)
                seen = {
                    row["hub_id"]: (
                        row["communication_owner"],
                        row["communication_owner_basis"],
                        row["primary_contact_id"],
                        row["primary_contact_basis"],
                    )
                    for row in shown.to_dicts()
                }
                assert seen == self.model.rows(modelled, partner)
            assert decisions_used(run.path).height == len(modelled.log)

    @invariant()
    def every_decision_is_stored_once_in_order(self) -> None:
        stored = [(event.kind, event.partner_id, event.hub_id) for event in self.store.events()]
        assert stored == [(one.kind, one.partner_id, one.hub_id) for one in self.model.log]

    def is_client(self, partner: str, hub: str) -> bool:
        """By the newest run: that is what a decision is judged against."""
        return self.runs[-1][1].clients[hub].partner_id == partner and not self.model.is_ended(partner, hub)

    def decide(self, kind: str, partner: str, hub: str | None, value: object, *, allowed: bool) -> None:
        at = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)
        run, _ = self.runs[-1]
        if not allowed:
            with pytest.raises(UsageError):
                world.make(self.store, run, kind, partner, hub, value, at=at)
            return
        world.make(self.store, run, kind, partner, hub, value, at=at)
        self.model.log.append(Decided(kind, partner, hub, value, self.day))

    def exports(self):
        clients = "\n".join(f"{hub} | {client.partner_id or ''}" for hub, client in self.model.clients.items())
        contacts = "\n".join(
            f"{contact} | {hub} | {'true' if contact == client.primary else ''}"
            for hub, client in self.model.clients.items()
            for contact in client.contacts
        )
        return world.exports(
            clients=f"hub_id | partner_id\n{clients}\nh3 |\nh5 |",
            contacts=f"contact_id | hub_id | is_primary\n{contacts}\nc9 | h5 | true",
        )


AnyOrder.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyOrder = AnyOrder.TestCase
