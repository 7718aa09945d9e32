"""What a run knows of a partner, its clients and the accounts' contacts, as far as a decision needs it.

A client of another partner and one that does not exist are told apart by nobody: the message is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.warehouse import Partner, ReadableRun, Run


@dataclass(frozen=True, slots=True)
class PartnerClients:
    """The clients of one partner as one run knows them: the vendor's record, whatever was decided since (rule 7)."""

    run_id: str
    partner_id: str
    clients: dict[str, frozenset[str]]
    """The IDs of the contacts by client."""

    def check_client(self, hub_id: str) -> None:
        """Raises UsageError for a client that is not this partner's on the run's day."""
        if hub_id not in self.clients:
            raise UsageError(f"partner {self.partner_id!r} has no client {hub_id!r} in {self.run_id}")

    def check_contact(self, hub_id: str, contact_id: str) -> None:
        """Raises UsageError for a contact who is not a user of this account."""
        if contact_id not in self.clients.get(hub_id, ()):
            raise UsageError(
                f"client {hub_id!r} has no contact {contact_id!r}: 'renewals table client_contacts' lists them"
            )


def partner_clients(run: Run, partner_id: str, hub_id: str | None) -> PartnerClients:
    """What that run says of that partner and, where one is named, of that client.

    Raises UsageError for a partner that the run does not know.
    """
    with ReadableRun(run.path, Partner(partner_id), frozenset()).open() as reader:
        theirs = reader.clients_of_record()
        clients = {hub_id: reader.contacts_of(hub_id)} if hub_id is not None and hub_id in theirs else {}
    return PartnerClients(run.run_id, partner_id, clients)
