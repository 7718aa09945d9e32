"""The cells of the table of changes: each value of a row as the text that every surface shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pipeline.views import terms
from pipeline.views.locale_formats import EMPTY, Formats

Row = dict[str, Any]
"""A row of a table, by column."""

MONEY: Final = ("current_mrr", "estimated_new_mrr", "mrr_before")
COUNTED: Final = ("contact_max", "email_limit", "new_contact_max", "new_email_limit")
DAYS: Final = ("renewal_deadline", "renewal_start_date")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a reader sees it: `mark` is its footnote number (0: none), `kind` what `column_kind` says."""

    name: str
    label: str
    mark: int
    locked: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` as shown everywhere, `value` the plain value behind it: ISO day, exact decimal, count; "" if unknown."""

    name: str
    text: str
    value: str | int


def column_kind(name: str) -> str:
    """`number` (flush right), `date` or `text`."""
    if name in (*MONEY, *COUNTED, "mrr_change", "days_to_deadline"):
        return "number"
    return "date" if name in DAYS else "text"


def table_cell(name: str, row: Row, formats: Formats) -> Cell:
    """The cell of that column in a row of `upcoming_renewals`."""
    write = _WRITERS.get(name)
    if write is not None:
        text = write(row, formats)
    elif name in MONEY:
        text = formats.money(row[name], row["currency"])
    elif name in COUNTED:
        text = formats.number(row[name])
    else:
        text = EMPTY if row[name] is None else str(row[name])
    return Cell(name, text, _plain(row[name]))


def _plain(value: Any) -> str | int:
    if isinstance(value, int):
        return value
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def status_text(status: str, basis: str, formats: Formats) -> str:
    """A status and what keeps it apart from others of its name (rule 4), such as `Renewed (automatic)`."""
    label = formats.say(terms.STATUSES[status])
    note = terms.STATUS_NOTES.get((status, basis))
    return formats.say("{status} ({note})", status=label, note=formats.say(note)) if note else label


def _contact_text(row: Row, formats: Formats) -> str:
    if row["primary_contact_basis"] == "none":
        return formats.say(terms.NO_CONTACT)
    return str(row["primary_contact_name"] or row["primary_contact_email"] or EMPTY)


_WRITERS: Final[dict[str, Callable[[Row, Formats], str]]] = {
    "contract_type": lambda row, formats: formats.say(terms.CONTRACT_TYPES[row["contract_type"]]),
    "status": lambda row, formats: status_text(row["status"], row["status_basis"], formats),
    "status_basis": lambda row, formats: formats.say(terms.STATUS_BASES[row["status_basis"]]),
    "communication_owner_basis": lambda row, formats: formats.say(terms.OWNER_BASES[row["communication_owner_basis"]]),
    "primary_contact_name": _contact_text,
    "renewal_deadline": lambda row, formats: formats.day(row["renewal_deadline"]),
    "renewal_start_date": lambda row, formats: formats.day(row["renewal_start_date"]),
    "billing_frequency": lambda row, formats: formats.say(
        terms.BILLING_FREQUENCIES[row["billing_frequency"]], months=row["billing_months"]
    ),
    "subscription_term_months": lambda row, formats: formats.count(terms.MONTHS, row["subscription_term_months"]),
    "mrr_change": lambda row, formats: formats.money_change(row["mrr_change"], row["currency"]),
    "days_to_deadline": lambda row, formats: formats.number(row["days_to_deadline"]),
}
"""Columns that are not written as they stand."""
