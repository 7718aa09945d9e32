"""Rules 2 to 4: the window, the deadlines, and statuses that agree with types, dates, bases and facts."""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.checks.declare_check import Check, in_list, no_change_where

_PAIRS: Final = " OR ".join(
    f"(status = '{status}' AND status_basis IN {in_list(bases)})" for status, bases in rules.STATUS_BASES.items()
)

CHECKS: Final[tuple[Check, ...]] = (
    no_change_where(
        "window",
        "rows that take effect before tomorrow or after the last day of the window",
        "renewal_start_date",
        "renewal_start_date <= $as_of OR renewal_start_date > $last_day",
    ),
    no_change_where(
        "deadline",
        "rows whose deadline is not the notice before their start",
        "renewal_start_date renewal_deadline notice_days notice_months",
        """CASE WHEN notice_months IS NULL THEN renewal_start_date - renewal_deadline <> notice_days
            ELSE renewal_deadline <> CAST(renewal_start_date - to_months(notice_months) AS DATE) END""",
    ),
    no_change_where(
        "days_left",
        "rows whose days to the change or to the deadline disagree with their dates",
        "renewal_start_date days_to_change renewal_deadline days_to_deadline",
        "days_to_change <> renewal_start_date - $as_of OR days_to_deadline <> renewal_deadline - $as_of",
    ),
    no_change_where(
        "status_and_basis",
        "rows whose status cannot rest on its basis",
        "status status_basis",
        f"NOT ({_PAIRS})",
    ),
    no_change_where(
        "status_and_type",
        "rows whose status their contract type never has",
        "contract_type status status_basis",
        """(contract_type = 'renewal' AND status = 'confirmed')
            OR (contract_type <> 'renewal' AND (status = 'renewed' OR status_basis IN ('auto_renewed', 'lapsing')))""",
    ),
    no_change_where(
        "silence_and_deadline",
        "renewals without an answer whose status disagrees with their deadline",
        "renewal_deadline status status_basis",
        """(status_basis IN ('auto_renewed', 'lapsing') AND renewal_deadline >= $as_of)
            OR (contract_type = 'renewal' AND status_basis = 'awaiting' AND renewal_deadline < $as_of)""",
    ),
    no_change_where(
        "silence_and_contract",
        "renewals whose contract does not end or renew by silence as their basis says",
        "status_basis auto_renews",
        "(status_basis = 'auto_renewed' AND NOT auto_renews) OR (status_basis = 'lapsing' AND auto_renews)",
    ),
    no_change_where(
        "status_and_facts",
        "rows whose status the client's newest answer contradicts",
        "status_basis agreed_on cancellation_requested_on",
        """CASE
            WHEN status_basis IN ('requested', 'requested_late')
                THEN cancellation_requested_on IS NULL OR coalesce(agreed_on > cancellation_requested_on, false)
            WHEN status_basis = 'agreed'
                THEN agreed_on IS NULL OR coalesce(cancellation_requested_on >= agreed_on, false)
            ELSE agreed_on IS NOT NULL OR cancellation_requested_on IS NOT NULL
        END""",
    ),
    no_change_where(
        "cancellation_in_time",
        "cancellations counted as late that were in time, or the other way round",
        "status_basis renewal_deadline agreed_on cancellation_requested_on",
        """status = 'cancellation_requested' AND (status_basis = 'requested_late') <> (
            cancellation_requested_on > renewal_deadline
            AND (agreed_on IS NOT NULL
                OR (contract_type = 'renewal' AND auto_renews AND renewal_deadline >= term_start_date)))""",
    ),
)
