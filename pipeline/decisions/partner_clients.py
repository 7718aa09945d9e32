"""What a run knows of partners, their clients and the accounts' contacts, as far as a decision needs it.

A client of another partner and one that does not exist are told apart by nobody: the message is the same.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.warehouse import open_run


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts as one run knows them."""

    run_file: Path

    def check_partner(self, partner_id: str) -> None:
        """Raises UsageError for a partner that the run does not know."""
        if not self._there_is("SELECT 1 FROM exports.partners WHERE partner_id = ?", partner_id):
            raise UsageError(f"there is no partner {partner_id!r} in {self.run_file.stem}")

    def check_client(self, partner_id: str, hub_id: str) -> None:
        """Raises UsageError for a client that is not this partner's on the run's day (rule 7, the vendor's record)."""
        self.check_partner(partner_id)
        theirs = (
            "SELECT 1 FROM exports.clients WHERE partner_id = ? AND hub_id = ? AND (association_ended_on IS NULL "
            "OR association_ended_on > (SELECT as_of FROM main.run_info))"
        )
        if not self._there_is(theirs, partner_id, hub_id):
            raise UsageError(f"partner {partner_id!r} has no client {hub_id!r} in {self.run_file.stem}")

    def check_contact(self, hub_id: str, contact_id: str) -> None:
        """Raises UsageError for a contact that is not a user of this account."""
        if not self._there_is("SELECT 1 FROM exports.contacts WHERE hub_id = ? AND contact_id = ?", hub_id, contact_id):
            raise UsageError(
                f"client {hub_id!r} has no contact {contact_id!r}: 'renewals table client_contacts' lists them"
            )

    def _there_is(self, query: str, *values: Any) -> bool:
        with closing(open_run(self.run_file)) as run:
            return bool(run.execute(query, list(values)).fetchall())
