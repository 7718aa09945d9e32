"""What a client's panel and card show: points of contact, products, app usage, limits, and each change explained."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import polars as pl

from pipeline.tables.published import PUBLISHED
from pipeline.views import terms
from pipeline.views.change_cells import Cell, Row
from pipeline.views.document import Fact
from pipeline.views.locale_formats import EMPTY, Formats

TABLES: Final = ("client_contacts", "client_products", "client_app_usage", "client_consumption")
"""The published tables that hold the details of clients, besides their changes."""

PARTS: Final = (
    "mrr_change_price",
    "mrr_change_discount",
    "mrr_change_limits",
    "mrr_change_quote",
    "mrr_change_cancellation",
)
"""Rule 10. The parts of an estimate; their sum is the change."""

LIMITS: Final = (("contact_max", "contacts_used"), ("email_limit", "emails_sent"))
"""A contract's limit and what the client has used of it."""

_ORDER: Final = {
    "client_contacts": ("full_name", "contact_id"),
    "client_products": ("contract_id", "product_name", "line_id"),
    "client_app_usage": ("app",),
    "client_consumption": ("measured_on",),
}


Cells = dict[str, Cell]
"""The cells of a row, by column."""

Change = tuple[Row, Cells]
"""A row of `upcoming_renewals` and its cells."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a contract and what the client uses of it.

    `share` is what is used of it, in words; `percent` the same for a bar, a whole number up to 100. `measured`: is it
    known what is used? `over`: is it more than allowed?
    """

    label: str
    contract: str
    limit: str
    used: str
    share: str
    percent: int
    measured: bool
    over: bool
    measured_on: str


@dataclass(frozen=True, slots=True)
class ChangeExplained:
    """One change of a client: what happens when, and how its estimate comes from the MRR before it."""

    title: str
    status: str
    facts: tuple[Fact, ...]
    before: Fact
    parts: tuple[Fact, ...]
    after: Fact
    basis: str


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """A client's panel and card.

    Lines of `contacts`: name (and whether it is the primary contact), e-mail address, job title, last active. Of
    `products`: name, quantity, price per unit and billing period, discount, contract. Of `usage`: app, active users,
    last used, measured on.
    """

    hub: str
    name: str
    facts: tuple[Fact, ...]
    contacts: tuple[tuple[str, ...], ...]
    products: tuple[tuple[str, ...], ...]
    usage: tuple[tuple[str, ...], ...]
    limits: tuple[Limit, ...]
    changes: tuple[ChangeExplained, ...]


def client_details(
    rows: list[Row], cells: list[Cells], tables: dict[str, pl.DataFrame], *, formats: Formats
) -> tuple[ClientDetails, ...]:
    """One entry per client with an upcoming change, in the order of `rows` (of `upcoming_renewals`, one partner's).

    `cells`: for each row the cell of every column by name. `tables`: those of `TABLES` that are there. Only these
    clients' rows of them are read; every value is text, formatted once.
    """
    changes: dict[str, list[Change]] = {}
    for row, own in zip(rows, cells, strict=True):
        changes.setdefault(row["hub_id"], []).append((row, own))
    found = {name: _by_hub(name, tables, list(changes)) for name in TABLES}
    return tuple(
        _client(own, {name: by_hub.get(hub, []) for name, by_hub in found.items()}, formats)
        for hub, own in changes.items()
    )


def _client(changes: list[Change], found: dict[str, list[Row]], formats: Formats) -> ClientDetails:
    """The details of the client of these changes; `found`: its rows of each table of `TABLES`."""
    row, cells = changes[0]
    return ClientDetails(
        hub=row["hub_id"],
        name=row["client_name"],
        facts=_facts(row, cells, formats),
        contacts=tuple(_contact(each, row, formats) for each in found["client_contacts"]),
        products=tuple(_product(each, formats) for each in found["client_products"]),
        usage=tuple(_usage(each, formats) for each in found["client_app_usage"]),
        limits=_limits([each for each, _ in changes], found["client_consumption"], formats),
        changes=tuple(_change(each, own, formats) for each, own in changes),
    )


def _by_hub(name: str, tables: dict[str, pl.DataFrame], hubs: list[str]) -> dict[str, list[Row]]:
    table = tables.get(name)
    if table is None:
        return {}
    found: dict[str, list[Row]] = {}
    mine = table.filter(pl.col("hub_id").is_in(hubs)).sort(*_ORDER[name])
    for row in mine.select(PUBLISHED[name].column_names).iter_rows(named=True):
        found.setdefault(row["hub_id"], []).append(row)
    return found


def _facts(row: Row, cells: Cells, formats: Formats) -> tuple[Fact, ...]:
    names = ("website", "communication_owner", "primary_contact_name", "last_active_user")
    hub = Fact(formats.say(terms.COLUMNS["hub_id"]), row["hub_id"])
    return hub, *(Fact(formats.say(terms.COLUMNS[name]), cells[name].text) for name in names)


def _contact(contact: Row, change: Row, formats: Formats) -> tuple[str, ...]:
    name = contact["full_name"]
    is_primary = contact["contact_id"] == change["primary_contact_id"]
    return (
        formats.say(terms.DETAILS["primary"], name=name) if is_primary else name,
        contact["email"] or EMPTY,
        contact["job_title"] or EMPTY,
        formats.day(contact["last_active_on"]),
    )


def _product(line: Row, formats: Formats) -> tuple[str, ...]:
    price = formats.price(line["unit_price"], line["currency"])
    if not line["is_recurring"]:
        price = f"{price} ({formats.say(terms.DETAILS['one_off'])})"
    return (
        line["product_name"],
        formats.number(line["quantity"]),
        price,
        _discount(line, formats),
        line["contract_id"],
    )


def _discount(line: Row, formats: Formats) -> str:
    if not line["discount_percent"]:
        return EMPTY
    percent = formats.percent(line["discount_percent"])
    if line["discount_end_date"] is None:
        return percent
    return formats.say(terms.DETAILS["discount_until"], percent=percent, day=formats.day(line["discount_end_date"]))


def _usage(app: Row, formats: Formats) -> tuple[str, ...]:
    return (
        app["app"],
        formats.number(app["active_users"]),
        formats.day(app["last_used_on"]),
        formats.day(app["measured_on"]),
    )


def _limits(changes: list[Row], consumption: list[Row], formats: Formats) -> tuple[Limit, ...]:
    """Every limit of every contract that has a change."""
    measured = consumption[0] if consumption else {}
    contracts = {row["contract_id"]: row for row in changes}
    return tuple(
        _limit(row, names, measured, formats)
        for row in contracts.values()
        for names in LIMITS
        if row[names[0]] is not None
    )


def _limit(row: Row, names: tuple[str, str], measured: Row, formats: Formats) -> Limit:
    """One limit of a contract; `names`: its column, and that of what is used in the row `measured`."""
    limit, used = row[names[0]], measured.get(names[1])
    return Limit(
        label=formats.say(terms.COLUMNS[names[0]]),
        contract=row["contract_id"],
        limit=formats.number(limit),
        used=formats.number(used),
        share=_share(used, limit, formats),
        percent=min(100 * (used or 0) // (limit or 1), 100),
        measured=used is not None,
        over=used is not None and used > limit,
        measured_on=formats.day(measured.get("measured_on")),
    )


def _share(used: int | None, limit: int, formats: Formats) -> str:
    if used is None or not limit:
        return EMPTY
    share = (Decimal(100 * used) / limit).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return formats.percent(share)


def _change(row: Row, cells: Cells, formats: Formats) -> ChangeExplained:
    currency = row["currency"]
    return ChangeExplained(
        title=f"{cells['contract_type'].text} · {cells['renewal_start_date'].text}",
        status=f"{row['status']} {row['status_basis']}".replace("_", "-"),
        facts=_change_facts(row, cells, formats),
        before=Fact(formats.say(terms.COLUMNS["mrr_before"]), formats.money(row["mrr_before"], currency)),
        parts=tuple(
            Fact(formats.say(terms.PARTS[name]), formats.money_change(row[name], currency))
            for name in PARTS
            if row[name]
        ),
        after=Fact(formats.say(terms.COLUMNS["estimated_new_mrr"]), cells["estimated_new_mrr"].text),
        basis=formats.say(terms.ESTIMATE_BASES[row["estimate_basis"]]),
    )


def _change_facts(row: Row, cells: Cells, formats: Formats) -> tuple[Fact, ...]:
    names = ["status", "renewal_deadline", "billing_frequency", "subscription_term_months"]
    names += [name for name in ("new_contact_max", "new_email_limit") if row[name] is not None]
    contract = Fact(formats.say(terms.DETAILS["contract"]), row["contract_id"])
    return *(Fact(formats.say(terms.COLUMNS[name]), cells[name].text) for name in names), contract
