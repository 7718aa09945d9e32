"""For whom a run is read. There is no default: whoever reads says who it is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner: rows of its own clients, less those whose association has ended by now (rule 7).

    While it is held (rule 14) it reads its last run that was not, without the clients it no longer has.
    """

    partner_id: str


@dataclass(frozen=True, slots=True)
class Vendor:
    """The vendor's staff: the rows of every partner, less ended associations; not finance's tables."""


@dataclass(frozen=True, slots=True)
class Finance:
    """Finance: every row and finance's tables. Contracts of ended associations are nobody's."""


Reader = Partner | Vendor | Finance


def partner_of(reader: Reader) -> str | None:
    """The partner's ID, None for those who read every partner's rows."""
    return reader.partner_id if isinstance(reader, Partner) else None
