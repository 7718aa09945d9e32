"""Rules 1 to 4: which changes a contract has, their dates and their status."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.mrr import Row

ORDER = {"contact_tier_upgrade": 0, "email_overage": 1, "renewal": 2}


@dataclass(frozen=True)
class Change:
    change_id: str
    contract_type: str
    effective_date: date
    renewal_deadline: date
    status: str
    status_basis: str
    new_limit: int | None
    quoted_mrr: Decimal | None
    agreed_on: date | None


def changes_of(contract: Row, rows: list[Row], *, as_of: date, notice_days: int) -> list[Change]:
    """All changes after `as_of` of a contract in force, in the order in which they take effect.

    Rows that took effect on or before `as_of` are history: the contract already holds what they changed.
    """
    ahead = [row for row in rows if row["effective_date"] > as_of]
    if not any(row["contract_type"] == "renewal" for row in ahead):
        ahead.append(derived_renewal(contract))
    changes = [change_of(contract, row, as_of=as_of, notice_days=notice_days) for row in ahead]
    return sorted(changes, key=lambda c: (c.effective_date, ORDER[c.contract_type], c.change_id))


def derived_renewal(contract: Row) -> Row:
    """The renewal that every contract in force has, when the export says nothing about it."""
    return {
        "change_id": f"{contract['contract_id']}:renewal",
        "contract_type": "renewal",
        "effective_date": contract["renewal_start_date"],
        "agreed_on": None,
        "cancellation_requested_on": None,
        "new_contact_max": None,
        "new_email_limit": None,
        "quoted_mrr": None,
    }


def change_of(contract: Row, row: Row, *, as_of: date, notice_days: int) -> Change:
    deadline = deadline_of(contract, row["effective_date"], notice_days)
    status, basis = status_of(contract, row, deadline, as_of)
    limits = {"contact_tier_upgrade": row["new_contact_max"], "email_overage": row["new_email_limit"]}
    return Change(
        change_id=row["change_id"],
        contract_type=row["contract_type"],
        effective_date=row["effective_date"],
        renewal_deadline=deadline,
        status=status,
        status_basis=basis,
        new_limit=limits.get(row["contract_type"]),
        quoted_mrr=row["quoted_mrr"],
        agreed_on=known(row["agreed_on"], as_of),
    )


def deadline_of(contract: Row, effective_date: date, notice_days: int) -> date:
    """The contract's notice before the change, in months or in days, else the vendor's in days."""
    if contract["notice_months"] is not None:
        return months_before(effective_date, contract["notice_months"])
    notice = notice_days if contract["notice_days"] is None else contract["notice_days"]
    return effective_date - timedelta(days=notice)


def months_before(day: date, months: int) -> date:
    """The same day of that many calendar months earlier; where that month is shorter, its last day."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def leaves_on(contract: Row, rows: list[Row], renewal: Change, *, as_of: date, notice_days: int) -> date | None:
    """Rule 12: the day on which a contract ends because a renewal of it was cancelled too late.

    `renewal`: its next one. Looks at that one, and at the one that began the current term, if the export has it.
    """
    if renewal.status_basis in ("requested", "lapsing"):
        return None
    term = contract["subscription_term_months"]
    began = contract["term_start_date"]
    requests = []
    for row in rows:
        if row["contract_type"] != "renewal" or row["effective_date"] != began:
            continue
        before = contract | {"term_start_date": months_later(began, -term), "renewal_start_date": began}
        if change_of(before, row, as_of=as_of, notice_days=notice_days).status_basis == "requested_late":
            requests.append(row["cancellation_requested_on"])
    if requests:
        agreed = renewal.agreed_on if renewal.status_basis == "agreed" else None
        return None if agreed is not None and agreed > max(requests) else renewal.effective_date
    if renewal.status_basis == "requested_late":
        return months_later(renewal.effective_date, term)
    return None


def months_later(day: date, months: int) -> date:
    """The same day of a later month (or an earlier one); a day that month lacks becomes its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def known(day: date | None, as_of: date) -> date | None:
    """A fact dated after `as_of` does not exist yet."""
    return day if day is not None and day <= as_of else None


def status_of(contract: Row, row: Row, deadline: date, as_of: date) -> tuple[str, str]:
    agreed = known(row["agreed_on"], as_of)
    cancelled = known(row["cancellation_requested_on"], as_of)
    is_renewal = row["contract_type"] == "renewal"
    auto_renews = contract["auto_renews"] is not False

    if cancelled is not None and (agreed is None or cancelled >= agreed):
        renewed_by_silence = is_renewal and auto_renews and deadline >= contract["term_start_date"]
        if cancelled > deadline and (agreed is not None or renewed_by_silence):
            return "cancellation_requested", "requested_late"
        return "cancellation_requested", "requested"
    if agreed is not None:
        return ("renewed" if is_renewal else "confirmed"), "agreed"
    if is_renewal and as_of > deadline:
        return ("renewed", "auto_renewed") if auto_renews else ("pending", "lapsing")
    return "pending", "awaiting"
