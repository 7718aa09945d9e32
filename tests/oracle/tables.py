"""The published tables, put together from the rules: rows as dicts, columns as promised, in the default order."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.settings import Settings
from tests.oracle.changes import Change, changes_of, known, leaves_on
from tests.oracle.mrr import Row, as_decimal, billing_months, current_mrr, in_force, is_recurring, rounded
from tests.oracle.new_mrr import PARTS, Estimate, Prices, estimates, mrr_on_the_eve

Exports = dict[str, list[Row]]
DEADLINES_SOON_DAYS = 14


def contract_mrr(exports: Exports, *, as_of: date, settings: Settings | None = None) -> list[Row]:
    """One row per contract in force, by contract_id."""
    clients = {client["hub_id"]: client for client in exports["clients"]}
    lines = recurring_lines(exports)
    rows = [
        {
            "contract_id": contract["contract_id"],
            "hub_id": contract["hub_id"],
            "partner_id": partner_of(clients[contract["hub_id"]], as_of),
            "currency": contract["currency"],
            "current_mrr": as_decimal(current_mrr(contract, lines[contract["contract_id"]], as_of)),
        }
        for contract in exports["contracts"]
        if in_force(contract, as_of)
    ]
    return sorted(rows, key=lambda row: row["contract_id"])


def upcoming_renewals(exports: Exports, *, as_of: date, settings: Settings | None = None) -> list[Row]:
    """One row per upcoming change of a partner's client, by deadline, client name, change id."""
    settings = settings or Settings()
    clients = {client["hub_id"]: client for client in exports["clients"]}
    partners = {partner["partner_id"]: partner for partner in exports["partners"]}
    lines = recurring_lines(exports)
    change_rows = grouped(exports["contract_changes"], "contract_id")
    contacts = grouped(exports["contacts"], "hub_id")
    usage = grouped(exports["app_usage"], "hub_id")
    prices = Prices(exports["price_book"], exports["limit_blocks"], settings.renewal_pricing, settings.uplift_percent)
    last_day = as_of + timedelta(days=settings.window_days)

    rows = []
    for contract in exports["contracts"]:
        client = clients[contract["hub_id"]]
        partner_id = partner_of(client, as_of)
        if partner_id is None or not in_force(contract, as_of):
            continue
        recurring = lines[contract["contract_id"]]
        changes = changes_of(
            contract, change_rows[contract["contract_id"]], as_of=as_of, notice_days=settings.notice_days
        )
        same_for_all = {
            "partner_id": partner_id,
            **columns_of_client(client, contacts[client["hub_id"]], usage[client["hub_id"]], as_of),
            **columns_of_owner(partners[partner_id], settings.vendor_name),
            **columns_of_contract(contract, recurring, as_of),
        }
        for change, estimate in zip(changes, estimates(contract, recurring, changes, prices, as_of), strict=True):
            if as_of < change.effective_date <= last_day:
                eve = mrr_on_the_eve(change, contract, recurring, changes, prices, as_of)
                leaves = None
                if change.contract_type == "renewal":
                    of_contract = change_rows[contract["contract_id"]]
                    leaves = leaves_on(contract, of_contract, change, as_of=as_of, notice_days=settings.notice_days)
                rows.append(
                    {
                        **same_for_all,
                        **columns_of_change(change, as_of),
                        **columns_of_estimate(estimate),
                        "mrr_on_the_eve": as_decimal(eve),
                        "leaves_on": leaves,
                    }
                )
    return sorted(rows, key=lambda row: (row["renewal_deadline"], row["client_name"], row["change_id"]))


def partner_summary(exports: Exports, *, as_of: date, settings: Settings | None = None) -> list[Row]:
    """One row per partner and currency in which one of its clients has a contract in force."""
    settings = settings or Settings()
    contracts: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in contract_mrr(exports, as_of=as_of):
        if row["partner_id"] is not None:
            contracts[row["partner_id"], row["currency"]].append(row)
    changes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in upcoming_renewals(exports, as_of=as_of, settings=settings):
        changes[row["partner_id"], row["currency"]].append(row)

    rows = []
    for partner_id, currency in sorted(contracts):
        figures = key_figures(contracts[partner_id, currency], changes[partner_id, currency])
        rate, rate_date = fx_rate(exports["fx_rates"], currency, settings.reporting_currency, as_of)
        converted = {
            f"{name}_converted": None
            if rate is None
            else as_decimal(rounded(Fraction(figures[name]) * Fraction(rate), settings.reporting_currency))
            for name in ("current_mrr", "mrr_up_for_renewal", "mrr_at_risk", "estimated_change")
        }
        rows.append(
            {
                "partner_id": partner_id,
                "currency": currency,
                **figures,
                "reporting_currency": settings.reporting_currency,
                "fx_rate": rate,
                "fx_rate_date": rate_date,
                **converted,
            }
        )
    return rows


def key_figures(contracts: list[Row], changes: list[Row]) -> Row:
    renewals = [row for row in changes if row["contract_type"] == "renewal"]
    pending = [row for row in changes if row["status"] == "pending"]
    to_act_on = [
        row
        for row in renewals
        if row["status"] == "pending" and (row["days_to_deadline"] >= 0 or row["status_basis"] == "lapsing")
    ]
    at_risk = [row for row in renewals if row["status"] == "pending" or row["status_basis"] == "requested"]

    def count(column: str, value: str) -> int:
        return sum(row[column] == value for row in changes)

    return {
        "clients": len({row["hub_id"] for row in contracts}),
        "contracts": len(contracts),
        "current_mrr": total(contracts, "current_mrr"),
        "upcoming_changes": len(changes),
        "pending": len(pending),
        "renewed": count("status", "renewed"),
        "confirmed": count("status", "confirmed"),
        "cancellation_requested": count("status", "cancellation_requested"),
        "agreed": count("status_basis", "agreed"),
        "auto_renewed": count("status_basis", "auto_renewed"),
        "lapsing": count("status_basis", "lapsing"),
        "clients_to_act_on": len({row["hub_id"] for row in to_act_on}),
        "deadlines_in_14_days": sum(0 <= row["days_to_deadline"] <= DEADLINES_SOON_DAYS for row in pending),
        "mrr_up_for_renewal": total(renewals, "mrr_before"),
        "mrr_at_risk": total(at_risk, "mrr_before"),
        "estimated_change": total(changes, "mrr_change"),
    }


def total(rows: list[Row], column: str) -> Decimal:
    return as_decimal(sum((Fraction(row[column]) for row in rows), Fraction(0)))


def fx_rate(
    rates: list[Row], currency: str, reporting_currency: str, as_of: date
) -> tuple[Decimal | None, date | None]:
    """Rule 11: the latest known rate. The reporting currency needs none: it is worth 1 of itself on every day."""
    if currency == reporting_currency:
        return Decimal(1), as_of
    known_rates = [row for row in rates if row["currency"] == currency and row["rate_date"] <= as_of]
    if not known_rates:
        return None, None
    latest = max(known_rates, key=lambda row: row["rate_date"])
    return latest["rate"], latest["rate_date"]


def grouped(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def recurring_lines(exports: Exports) -> dict[Any, list[Row]]:
    return grouped([line for line in exports["contract_lines"] if is_recurring(line)], "contract_id")


def partner_of(client: Row, as_of: date) -> str | None:
    """Rule 7: nobody's, once the association has ended."""
    return None if known(client["association_ended_on"], as_of) else client["partner_id"]


def columns_of_owner(partner: Row, vendor_name: str) -> Row:
    """Rule 5, as long as no partner has decided anything."""
    if partner["owns_communication"]:
        return {"communication_owner": partner["partner_name"], "communication_owner_basis": "partner_statement"}
    return {"communication_owner": vendor_name, "communication_owner_basis": "vendor_default"}


def columns_of_client(client: Row, contacts: list[Row], usage: list[Row], as_of: date) -> Row:
    """Rule 6 and the client's own columns."""
    primary = next((contact for contact in contacts if contact["is_primary"]), None)
    active = sorted(
        (contact for contact in contacts if contact["last_active_on"] is not None),
        key=lambda contact: (-contact["last_active_on"].toordinal(), contact["contact_id"]),
    )
    used = [known(row["last_used_on"], as_of) for row in usage if row["measured_on"] <= as_of]
    return {
        "hub_id": client["hub_id"],
        "client_name": client["client_name"],
        "website": client["website"],
        "primary_contact_id": primary and primary["contact_id"],
        "primary_contact_name": primary and primary["full_name"],
        "primary_contact_email": primary and primary["email"],
        "primary_contact_basis": "account_primary" if primary else "none",
        "last_active_user": active[0]["full_name"] if active else None,
        "last_used_on": max((day for day in used if day is not None), default=None),
    }


def columns_of_contract(contract: Row, recurring: list[Row], as_of: date) -> Row:
    return {
        "contract_id": contract["contract_id"],
        "currency": contract["currency"],
        "contact_max": contract["contact_max"],
        "email_limit": contract["email_limit"],
        "billing_frequency": contract["billing_frequency"],
        "billing_months": billing_months(contract),
        "subscription_term_months": contract["subscription_term_months"],
        "current_mrr": as_decimal(current_mrr(contract, recurring, as_of)),
        "products": ", ".join(sorted({line["product_name"] for line in recurring})) if recurring else None,
    }


def columns_of_change(change: Change, as_of: date) -> Row:
    return {
        "change_id": change.change_id,
        "contract_type": change.contract_type,
        "status": change.status,
        "status_basis": change.status_basis,
        "renewal_start_date": change.effective_date,
        "renewal_deadline": change.renewal_deadline,
        "days_to_change": (change.effective_date - as_of).days,
        "days_to_deadline": (change.renewal_deadline - as_of).days,
        "new_contact_max": change.new_limit if change.contract_type == "contact_tier_upgrade" else None,
        "new_email_limit": change.new_limit if change.contract_type == "email_overage" else None,
    }


def columns_of_estimate(estimate: Estimate) -> Row:
    return {
        "mrr_before": as_decimal(estimate.mrr_before),
        "estimated_new_mrr": as_decimal(estimate.estimated_new_mrr),
        "mrr_change": as_decimal(estimate.mrr_change),
        "estimate_basis": estimate.basis,
        **{f"mrr_change_{part}": as_decimal(estimate.part(part)) for part in PARTS},
    }
