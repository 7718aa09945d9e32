"""Rule 10 with rule 4: what a cancellation, in time or too late, and a lapsing contract do to the estimates.

Cancelled in time, a renewal ends the contract (0) and a CTU or EO changes nothing; too late, the change is estimated as
if it took effect. A lapsing renewal ends the contract.

Seen on 23 November 2026. What a table does not draw: one contract that pays 100 a month in USD for the product `hub`,
with 1,000 contacts and 10,000 e-mails in force; it renews on 31 January 2027 (deadline 17 December 2026) at the list
price of 110; 1,000 more contacts cost 50, 10,000 more e-mails 10.
"""

from __future__ import annotations

from tests.frames import assert_shows
from tests.rules.runs import estimates


def test_a_renewal_cancelled_in_time_ends_the_contract_whatever_was_quoted():
    # Rule 0: what comes later finds no contract: 0, cancelled, also when it is quoted.
    got = estimates(
        """
        change_id | contract_type        | effective_date | cancellation_requested_on | new_contact_max | quoted_mrr
        before    | contact_tier_upgrade | 2026-12-01     |                           | 2000            |
        r         | renewal              | 2027-01-31     | 2026-11-20                |                 | 500
        after     | contact_tier_upgrade | 2027-02-01     |                           | 3000            |
        quoted    | contact_tier_upgrade | 2027-02-02     |                           | 4000            | 700
        """
    )
    assert_shows(
        got,
        """
        change_id | mrr_before | estimated_new_mrr | mrr_change_cancellation | estimate_basis
        before    | 100.00     | 150.00            | 0.00                    | price_book
        r         | 150.00     | 0.00              | -150.00                 | cancelled
        after     | 0.00       | 0.00              | 0.00                    | cancelled
        quoted    | 0.00       | 0.00              | 0.00                    | cancelled
        """,
    )


def test_an_upgrade_on_the_day_of_a_cancelled_renewal_comes_before_it():
    got = estimates(
        """
        change_id | contract_type        | cancellation_requested_on | new_contact_max
        r         | renewal              | 2026-11-20                |
        z         | contact_tier_upgrade |                           | 2000
        """
    )
    assert_shows(
        got,
        """
        change_id | mrr_before | estimated_new_mrr
        z         | 100.00     | 150.00
        r         | 150.00     | 0.00
        """,
    )


def test_a_lapsing_renewal_ends_the_contract():
    # It does not renew automatically and its deadline, 22 November, has passed without an agreement. The quote does
    # not save it. The one whose deadline is today is only awaited, and priced.
    got = estimates(
        """
        change_id | contract_id | contract_type        | effective_date | new_contact_max | quoted_mrr
        r         | lapsing     | renewal              | 2027-01-06     |                 | 500
        later     | lapsing     | contact_tier_upgrade | 2027-01-07     | 2000            |
        """,
        contracts="""
        contract_id | renewal_start_date | auto_renews | contact_max
        lapsing     | 2027-01-06         | false       | 1000
        awaited     | 2027-01-07         | false       | 1000
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | lapsing     | 100
        l2      | awaited     | 100
        """,
    )
    assert_shows(
        got,
        """
        change_id       | status_basis | mrr_before | estimated_new_mrr | mrr_change_cancellation | estimate_basis
        r               | lapsing      | 100.00     | 0.00              | -100.00                 | cancelled
        later           | awaiting     | 0.00       | 0.00              | 0.00                    | cancelled
        awaited:renewal | awaiting     | 100.00     | 110.00            | 0.00                    | price_book
        """,
    )


def test_an_upgrade_cancelled_in_time_changes_nothing_and_raises_no_limit():
    # Its quote is void, too. The next upgrade still starts at 1,000: two blocks to 3,000. Nothing ends the contract.
    got = estimates(
        """
        change_id | contract_type        | effective_date | cancellation_requested_on | new_contact_max | quoted_mrr
        cancelled | contact_tier_upgrade | 2026-12-01     | 2026-11-20                | 2000            | 500
        next      | contact_tier_upgrade | 2026-12-02     |                           | 3000            |
        """
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr | estimate_basis
        cancelled        | 100.00     | 100.00            | cancelled
        next             | 100.00     | 200.00            | price_book
        contract:renewal | 200.00     | 210.00            | price_book
        """,
    )


def test_an_overage_cancelled_in_time_raises_no_limit_either():
    got = estimates(
        """
        change_id | contract_type | effective_date | cancellation_requested_on | new_email_limit
        cancelled | email_overage | 2026-12-01     | 2026-11-20                | 20000
        next      | email_overage | 2026-12-02     |                           | 30000
        """
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr | estimate_basis
        cancelled        | 100.00     | 100.00            | cancelled
        next             | 100.00     | 120.00            | price_book
        contract:renewal | 120.00     | 130.00            | price_book
        """,
    )


def test_a_cancellation_that_comes_too_late_is_estimated_as_if_the_change_took_effect():
    # All on 31 January; with 90 days' notice the deadline was 2 November. Agreed before and cancelled after it is too
    # late, so the late ones are priced and raise the limit: the next one of each kind costs one block, too.
    got = estimates(
        """
        change_id | contract_type        | agreed_on  | cancellation_requested_on | new_contact_max | new_email_limit
        a_late    | contact_tier_upgrade | 2026-10-01 | 2026-11-20                | 2000            |
        b_next    | contact_tier_upgrade |            |                           | 3000            |
        c_late    | email_overage        | 2026-10-01 | 2026-11-20                |                 | 20000
        d_next    | email_overage        |            |                           |                 | 30000
        """,
        contracts="""
        contract_id | notice_days | contact_max | email_limit
        contract    | 90          | 1000        | 10000
        """,
    )
    assert_shows(
        got,
        """
        change_id        | status_basis   | mrr_before | estimated_new_mrr | estimate_basis
        a_late           | requested_late | 100.00     | 150.00            | price_book
        b_next           | awaiting       | 150.00     | 200.00            | price_book
        c_late           | requested_late | 200.00     | 210.00            | price_book
        d_next           | awaiting       | 210.00     | 220.00            | price_book
        contract:renewal | auto_renewed   | 220.00     | 230.00            | price_book
        """,
    )


def test_a_renewal_cancelled_too_late_is_priced_like_any_other():
    # The deadline, 22 November for 6 January, had passed and silence had renewed the contract.
    got = estimates(
        """
        change_id | contract_type | effective_date | cancellation_requested_on
        r         | renewal       | 2027-01-06     | 2026-11-23
        """,
        contracts="""
        contract_id | renewal_start_date
        contract    | 2027-01-06
        """,
    )
    assert_shows(
        got,
        """
        change_id | status                 | status_basis   | estimated_new_mrr | estimate_basis
        r         | cancellation_requested | requested_late | 110.00            | price_book
        """,
    )


def test_pending_agreed_and_silent_renewals_are_estimated_alike():
    got = estimates(
        """
        change_id | contract_id | contract_type | effective_date | agreed_on
        r         | agreed      | renewal       | 2027-01-31     | 2026-11-01
        """,
        contracts="""
        contract_id | renewal_start_date
        agreed      | 2027-01-31
        awaited     | 2027-01-31
        silent      | 2027-01-06
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | agreed      | 100
        l2      | awaited     | 100
        l3      | silent      | 100
        """,
    )
    assert_shows(
        got,
        """
        contract_id | status_basis | estimated_new_mrr
        agreed      | agreed       | 110.00
        awaited     | awaiting     | 110.00
        silent      | auto_renewed | 110.00
        """,
    )
