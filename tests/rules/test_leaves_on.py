"""Rule 12: a contract whose renewal was cancelled too late leaves at the renewal after that one.

Seen on 23 November 2026. What a table does not draw: contracts of 12 months that renew on 31 December 2026, whose
deadline was 16 November, and that renew automatically.
"""

from __future__ import annotations

from pipeline import transform
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF


def upcoming(contracts: str, contract_changes: str, **choices):
    drawn = export(contracts=contracts, contract_changes=contract_changes)
    return transform.build(drawn, as_of=AS_OF, **choices)["upcoming_renewals"]


def test_a_late_cancellation_takes_effect_one_term_later():
    got = upcoming(
        """
        contract_id | renewal_start_date | term_start_date | subscription_term_months | auto_renews
        year        | 2026-12-31         | 2025-12-31      | 12                       |
        two_months  | 2026-12-31         | 2026-10-31      | 2                        |
        in_time     | 2026-12-31         | 2025-12-31      | 12                       |
        agreed      | 2026-12-31         | 2025-12-31      | 12                       |
        lapsing     | 2026-12-31         | 2025-12-31      | 12                       | false
        upgrade     | 2026-12-31         | 2025-12-31      | 12                       |
        """,
        """
        change_id | contract_id | contract_type | effective_date | agreed_on  | cancellation_requested_on \
        | new_contact_max
        a         | year        | renewal       | 2026-12-31     |            | 2026-11-17                |
        b         | two_months  | renewal       | 2026-12-31     |            | 2026-11-17                |
        c         | in_time     | renewal       | 2026-12-31     |            | 2026-11-16                |
        d         | agreed      | renewal       | 2026-12-31     | 2026-11-18 | 2026-11-17                |
        f         | upgrade     | contact_tier_upgrade | 2026-12-01 | 2026-01-01 | 2026-11-17             | 2000
        """,
    )
    assert_shows(
        got,
        """
        change_id       | status_basis   | leaves_on
        a               | requested_late | 2027-12-31
        b               | requested_late | 2027-02-28
        c               | requested      |
        d               | agreed         |
        lapsing:renewal | lapsing        |
        f               | requested_late |
        upgrade:renewal | auto_renewed   |
        """,  # two months after 31 December: February's last day; an upgrade's cancellation ends no contract
    )


def test_the_request_is_not_forgotten_once_the_contract_has_rolled():
    # Each term began on 31 December 2025, whose deadline was 16 November 2025.
    renewals = ("late", "in_time", "withdrawn", "agreed_since", "agreed_that_day", "late_again", "never_settled")
    contracts = "contract_id | renewal_start_date | term_start_date | auto_renews\n" + "\n".join(
        f"{name} | 2026-12-31 | 2025-12-31 | {'false' if name == 'never_settled' else ''}" for name in renewals
    )
    got = upcoming(
        contracts,
        """
        change_id | contract_id     | contract_type | effective_date | agreed_on  | cancellation_requested_on
        a         | late            | renewal       | 2025-12-31     |            | 2025-11-17
        b         | in_time         | renewal       | 2025-12-31     |            | 2025-11-16
        c         | withdrawn       | renewal       | 2025-12-31     | 2025-11-18 | 2025-11-17
        d         | agreed_since    | renewal       | 2025-12-31     |            | 2025-12-17
        d2        | agreed_since    | renewal       | 2026-12-31     | 2026-11-01 |
        e         | agreed_that_day | renewal       | 2025-12-31     |            | 2025-12-17
        e2        | agreed_that_day | renewal       | 2026-12-31     | 2025-12-17 |
        f         | late_again      | renewal       | 2025-12-31     |            | 2025-12-17
        f2        | late_again      | renewal       | 2026-12-31     |            | 2026-11-17
        g         | never_settled   | renewal       | 2025-12-31     |            | 2025-12-17
        """,
    )
    assert_shows(
        got,
        """
        contract_id     | status_basis   | leaves_on
        late            | auto_renewed   | 2026-12-31
        in_time         | auto_renewed   |
        withdrawn       | auto_renewed   |
        agreed_since    | agreed         |
        agreed_that_day | agreed         | 2026-12-31
        late_again      | requested_late | 2026-12-31
        never_settled   | lapsing        |
        """,
    )


def test_a_request_of_tomorrow_does_not_exist_yet():
    got = upcoming(
        "contract_id | renewal_start_date | term_start_date\nrolled | 2027-02-28 | 2026-11-20",
        "change_id | contract_id | contract_type | effective_date | cancellation_requested_on\n"
        "a | rolled | renewal | 2026-11-20 | 2026-11-24",
    )
    assert got["leaves_on"].to_list() == [None]
