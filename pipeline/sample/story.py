"""A story: a client with a contract that shows one thing on purpose, written as short as a person can check it."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pipeline.sample import words
from pipeline.sample.catalogue import PRODUCTS
from pipeline.tables.exports import EXPORTS

Cell = str | None
Row = dict[str, Cell]

_PRODUCT_NAMES: Final = {product.code: product.name for product in PRODUCTS}
_SHORT_KINDS: Final = {"contact_tier_upgrade": "CTU", "email_overage": "EO"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line; by default the old list price of Marketing Hub Professional, which a renewal raises to 890."""

    price: str = "800"
    product: str = "MKT-PRO"
    quantity: str = "1"
    discount: str | None = None
    until: str | None = None
    recurs: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Facts about a change; `on` None = the contract's renewal day, `limit` = the new limit of a CTU or EO."""

    kind: str = "renewal"
    on: str | None = None
    agreed: str | None = None
    cancelled: str | None = None
    limit: str | None = None
    quote: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract, `C-<name>`; `start` None = `term` months before `renewal`."""

    name: str
    renewal: str
    lines: tuple[Line, ...] = (Line(),)
    changes: tuple[Change, ...] = ()
    term: int = 12
    start: str | None = None
    currency: str = "USD"
    billing: str = "monthly"
    interval: str | None = None
    contact_max: str | None = "10000"
    email_limit: str | None = "100000"
    auto_renews: str | None = None
    notice: str | None = None
    notice_months: str | None = None

    @property
    def term_start(self) -> str:
        """First day of the current term."""
        return self.start or months_before(date.fromisoformat(self.renewal), self.term).isoformat()


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the client's account."""

    name: str
    primary: str | None = "true"
    email: str | None = None
    title: str | None = "Owner"
    active: str | None = "2026-11-20"


@dataclass(frozen=True, slots=True)
class Client:
    """One client, `H-<name>`; `people` None = one primary contact with an ordinary name."""

    name: str
    partner: str | None
    client_name: str
    contracts: tuple[Contract, ...] = ()
    ended: str | None = None
    people: tuple[Person, ...] | None = None
    website: str | None = None
    usage: tuple[tuple[str, str, str | None], ...] = field(default=())


def months_before(day: date, months: int) -> date:
    """That many months earlier; a day that the month lacks becomes its last day."""
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def rows_of(clients: Iterable[Client]) -> dict[str, list[Row]]:
    """The export rows of the stories, as text, by table."""
    rows: dict[str, list[Row]] = {name: [] for name in EXPORTS}
    for place, client in enumerate(clients):
        hub_id = f"H-{client.name}"
        rows["clients"].append(_client_row(hub_id, client))
        rows["contacts"] += _contact_rows(hub_id, client, place)
        rows["app_usage"] += _usage_rows(hub_id, client)
        for contract in client.contracts:
            rows["contracts"].append(_contract_row(hub_id, contract))
            rows["contract_lines"] += _line_rows(contract)
            rows["contract_changes"] += [_change_row(contract, change) for change in contract.changes]
    return rows


def _client_row(hub_id: str, client: Client) -> Row:
    return {
        "hub_id": hub_id,
        "client_name": client.client_name,
        "website": client.website or f"{client.name.lower()}.example",
        "partner_id": client.partner,
        "association_ended_on": client.ended,
    }


def _contact_rows(hub_id: str, client: Client, place: int) -> list[Row]:
    people = client.people
    if people is None:
        given, family = words.GIVEN[place % len(words.GIVEN)], words.FAMILY[place % len(words.FAMILY)]
        people = (Person(f"{given} {family}", email=f"contact@{client.name.lower()}.example"),)
    return [
        {
            "contact_id": f"U-{client.name}-{number}",
            "hub_id": hub_id,
            "full_name": person.name,
            "email": person.email,
            "job_title": person.title,
            "is_primary": person.primary,
            "last_active_on": person.active,
        }
        for number, person in enumerate(people, start=1)
    ]


def _usage_rows(hub_id: str, client: Client) -> list[Row]:
    return [
        {"hub_id": hub_id, "app": app, "measured_on": measured_on, "active_users": "5", "last_used_on": last_used_on}
        for app, measured_on, last_used_on in client.usage
    ]


def _contract_row(hub_id: str, contract: Contract) -> Row:
    return {
        "contract_id": f"C-{contract.name}",
        "hub_id": hub_id,
        "currency": contract.currency,
        "term_start_date": contract.term_start,
        "renewal_start_date": contract.renewal,
        "subscription_term_months": str(contract.term),
        "billing_frequency": contract.billing,
        "billing_interval_months": contract.interval,
        "contact_max": contract.contact_max,
        "email_limit": contract.email_limit,
        "auto_renews": contract.auto_renews,
        "notice_days": contract.notice,
        "notice_months": contract.notice_months,
    }


def _line_rows(contract: Contract) -> list[Row]:
    return [
        {
            "line_id": f"L-{contract.name}-{number}",
            "contract_id": f"C-{contract.name}",
            "product_code": line.product,
            "product_name": line.name or _PRODUCT_NAMES[line.product],
            "quantity": line.quantity,
            "unit_price": line.price,
            "discount_percent": line.discount,
            "discount_end_date": line.until,
            "is_recurring": line.recurs,
        }
        for number, line in enumerate(contract.lines, start=1)
    ]


def _change_row(contract: Contract, change: Change) -> Row:
    suffix = change.name or _SHORT_KINDS.get(change.kind, "")
    return {
        "change_id": f"X-{contract.name}-{suffix}" if suffix else f"X-{contract.name}",
        "contract_id": f"C-{contract.name}",
        "contract_type": change.kind,
        "effective_date": change.on or contract.renewal,
        "agreed_on": change.agreed,
        "cancellation_requested_on": change.cancelled,
        "new_contact_max": change.limit if change.kind == "contact_tier_upgrade" else None,
        "new_email_limit": change.limit if change.kind == "email_overage" else None,
        "quoted_mrr": change.quote,
    }
