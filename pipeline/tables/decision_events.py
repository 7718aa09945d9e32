"""What a partner can decide, and the table of the decisions that a run used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.tables.declare import Column, Table

VENDOR: Final = "vendor"
PARTNER: Final = "partner"
ENDED: Final = "ended"
ASSOCIATED: Final = "associated"

REPORT_FORMATS: Final = ("html", "pdf", "csv", "xlsx")
"""The files a partner can want of its report. *ours*."""

REPORT_ORDERS: Final = (
    "renewal_deadline",
    "client_name",
    "communication_owner",
    "contract_type",
    "status",
    "renewal_start_date",
)
"""The columns a partner can have its report sorted by, then by rule 8's order. Never money: it does not sort across
currencies. *ours*."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of decision. The state of a `subject` (per partner, or per partner and client) is its latest decision.

    `value` says what the JSON of its values holds; null = nothing decided, the default is in force.
    """

    name: str
    subject: str
    per_client: bool
    value: str


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("communication_owner", "communication_owner", True, "`vendor` or `partner` (rule 5)"),
        Kind("communication_default", "communication_default", False, "`vendor` or `partner`, for all clients"),
        Kind("primary_contact", "primary_contact", True, "a contact_id of the account (rule 6)"),
        Kind("columns", "columns", False, "list of column names (rule 8)"),
        Kind("report_preferences", "report_preferences", False, "object with `locale`, `formats`, `order`"),
        Kind("association_ended", "association", True, "`ended` (rule 7)"),
        Kind("association_restored", "association", True, "`associated` (rule 7)"),
    )
}

DECISIONS: Final = Table(
    name="decisions",
    grain="decision used",
    description="What partners had decided by as_of, in the order in which they did; the latest of a subject counts.",
    columns=(
        Column("position", "int", "place in the order of all decisions of the store", required=True),
        Column("decision_id", "text", "the decision", required=True),
        Column("decided_at", "text", "UTC time, ISO 8601", required=True),
        Column("decided_on", "date", "that time's day in the vendor's time zone", required=True),
        Column("actor", "text", "who decided", required=True, personal=True),
        Column("partner_id", "text", "the partner decided for", required=True),
        Column("hub_id", "text", "the client; null = a decision about all of the partner's"),
        Column("kind", "text", f"one of {', '.join(KINDS)}", required=True),
        Column("value_before", "text", "JSON of the value before; null = the default was in force"),
        Column("value_after", "text", "JSON of the value decided; null = back to the default"),
        Column("reason", "text", "why, in the actor's words", required=True, personal=True),
    ),
    primary_key=("decision_id",),
)
