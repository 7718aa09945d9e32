"""What a client's panel and card show: points of contact, products, app usage, limits, and each change explained."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import polars as pl

from pipeline.tables.published import PUBLISHED
from pipeline.views import terms
from pipeline.views.locale_formats import EMPTY, Formats

Row = dict[str, Any]

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


def client_details(
    rows: list[Row], cells: list[dict[str, dict[str, Any]]], tables: dict[str, pl.DataFrame], *, formats: Formats
) -> list[dict[str, Any]]:
    """One entry per client with an upcoming change, in the order of `rows` (of `upcoming_renewals`, one partner's).

    `cells`: for each row the cell of every column by name. `tables`: those of `TABLES` that are there. Only these
    clients' rows of them are read; every value is text, formatted once.
    """
    hubs = list(dict.fromkeys(row["hub_id"] for row in rows))
    own = {name: _by_hub(name, tables, hubs) for name in TABLES}
    changes: dict[str, list[tuple[Row, dict[str, dict[str, Any]]]]] = {hub: [] for hub in hubs}
    for row, texts in zip(rows, cells, strict=True):
        changes[row["hub_id"]].append((row, texts))
    return [
        {
            "hub": hub,
            **_head(*changes[hub][0], formats),
            "contacts": [_contact(each, changes[hub][0][0], formats) for each in own["client_contacts"].get(hub, [])],
            "products": [_product(each, formats) for each in own["client_products"].get(hub, [])],
            "usage": [_usage(each, formats) for each in own["client_app_usage"].get(hub, [])],
            "limits": _limits([row for row, _ in changes[hub]], own["client_consumption"].get(hub, []), formats),
            "changes": [_change(row, texts, formats) for row, texts in changes[hub]],
        }
        for hub in hubs
    ]


def _by_hub(name: str, tables: dict[str, pl.DataFrame], hubs: list[str]) -> dict[str, list[Row]]:
    table = tables.get(name)
    if table is None:
        return {}
    found: dict[str, list[Row]] = {}
    mine = table.filter(pl.col("hub_id").is_in(hubs)).sort(*_ORDER[name])
    for row in mine.select(PUBLISHED[name].column_names).iter_rows(named=True):
        found.setdefault(row["hub_id"], []).append(row)
    return found


def _head(row: Row, texts: dict[str, dict[str, Any]], formats: Formats) -> dict[str, Any]:
    names = ("website", "communication_owner", "primary_contact_name", "last_active_user")
    return {
        "name": row["client_name"],
        "facts": [
            {"label": formats.say(terms.COLUMNS["hub_id"]), "text": row["hub_id"]},
            *({"label": formats.say(terms.COLUMNS[name]), "text": texts[name]["text"]} for name in names),
        ],
    }


def _contact(contact: Row, change: Row, formats: Formats) -> list[str]:
    """Name (and whether it is the primary contact), e-mail address, job title, last active."""
    name = contact["full_name"]
    is_primary = contact["contact_id"] == change["primary_contact_id"]
    return [
        formats.say(terms.DETAILS["primary"], name=name) if is_primary else name,
        contact["email"] or EMPTY,
        contact["job_title"] or EMPTY,
        formats.day(contact["last_active_on"]),
    ]


def _product(line: Row, formats: Formats) -> list[str]:
    """Name, quantity, price per unit and billing period, discount, contract."""
    price = formats.price(line["unit_price"], line["currency"])
    if not line["is_recurring"]:
        price = f"{price} ({formats.say(terms.DETAILS['one_off'])})"
    return [
        line["product_name"],
        formats.number(line["quantity"]),
        price,
        _discount(line, formats),
        line["contract_id"],
    ]


def _discount(line: Row, formats: Formats) -> str:
    if not line["discount_percent"]:
        return EMPTY
    percent = formats.percent(line["discount_percent"])
    if line["discount_end_date"] is None:
        return percent
    return formats.say(terms.DETAILS["discount_until"], percent=percent, day=formats.day(line["discount_end_date"]))


def _usage(app: Row, formats: Formats) -> list[str]:
    """App, active users, last used, measured on."""
    return [
        app["app"],
        formats.number(app["active_users"]),
        formats.day(app["last_used_on"]),
        formats.day(app["measured_on"]),
    ]


def _limits(changes: list[Row], consumption: list[Row], formats: Formats) -> list[dict[str, Any]]:
    """Per contract and limit: what is allowed, what is used, and the share; `over` when more is used than allowed.

    `percent` is the share for a bar, a whole number up to 100.
    """
    used = consumption[0] if consumption else {}
    contracts = {row["contract_id"]: row for row in changes}
    return [
        {
            "label": formats.say(terms.COLUMNS[limit]),
            "contract": contract,
            "limit": formats.number(row[limit]),
            "used": formats.number(used.get(consumed)),
            "share": _share(used.get(consumed), row[limit], formats),
            "percent": min(100 * (used.get(consumed) or 0) // (row[limit] or 1), 100),
            "measured": used.get(consumed) is not None,
            "over": used.get(consumed) is not None and used[consumed] > row[limit],
            "measured_on": formats.day(used.get("measured_on")),
        }
        for contract, row in contracts.items()
        for limit, consumed in LIMITS
        if row[limit] is not None
    ]


def _share(used: int | None, limit: int, formats: Formats) -> str:
    if used is None or not limit:
        return EMPTY
    share = (Decimal(100 * used) / limit).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return formats.percent(share)


def _change(row: Row, texts: dict[str, dict[str, Any]], formats: Formats) -> dict[str, Any]:
    names = ["status", "renewal_deadline", "billing_frequency", "subscription_term_months"]
    names += [name for name in ("new_contact_max", "new_email_limit") if row[name] is not None]
    return {
        "title": f"{texts['contract_type']['text']} · {texts['renewal_start_date']['text']}",
        "status": f"{row['status']} {row['status_basis']}".replace("_", "-"),
        "facts": [{"label": formats.say(terms.COLUMNS[name]), "text": texts[name]["text"]} for name in names]
        + [{"label": formats.say(terms.DETAILS["contract"]), "text": row["contract_id"]}],
        "before": {
            "label": formats.say(terms.COLUMNS["mrr_before"]),
            "text": formats.money(row["mrr_before"], row["currency"]),
        },
        "parts": [
            {"label": formats.say(terms.PARTS[name]), "text": formats.money_change(row[name], row["currency"])}
            for name in PARTS
            if row[name]
        ],
        "after": {"label": formats.say(terms.COLUMNS["estimated_new_mrr"]), "text": texts["estimated_new_mrr"]["text"]},
        "basis": formats.say(terms.ESTIMATE_BASES[row["estimate_basis"]]),
    }
