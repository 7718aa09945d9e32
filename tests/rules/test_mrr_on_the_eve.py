"""Rule 10: `mrr_on_the_eve` is the MRR on the day before a change; `mrr_before` is what its estimate starts from.

Seen on 23 November 2026. What a table does not draw: `tests.rules.runs.HUNDRED_A_MONTH`, which renews on 31 January
2027 at the list price of 110.
"""

from __future__ import annotations

from tests.frames import assert_shows
from tests.rules.runs import estimates


def test_a_discount_that_ends_by_the_eve_has_ended_there_and_not_in_what_the_estimate_starts_from():
    got = estimates(
        "change_id | contract_id | contract_type | effective_date\npast | never_ends | email_overage | 2026-01-01",
        contracts="""
        contract_id
        ended_before
        ends_tomorrow
        ends_on_the_eve
        ends_that_day
        never_ends
        two_end
        """,
        contract_lines="""
        line_id | contract_id     | unit_price | discount_percent | discount_end_date
        l1      | ended_before    | 100        | 20               | 2026-11-23
        l2      | ends_tomorrow   | 100        | 20               | 2026-11-24
        l3      | ends_on_the_eve | 100        | 20               | 2027-01-30
        l4      | ends_that_day   | 100        | 20               | 2027-01-31
        l5      | never_ends      | 100        | 20               |
        l6      | two_end         | 100        | 20               | 2026-12-01
        l7      | two_end         | 100        | 30               | 2026-12-02
        l8      | two_end         | 10         | 50               | 2027-01-31
        """,
    )
    assert_shows(
        got,
        """
        contract_id     | current_mrr | mrr_before | mrr_on_the_eve
        ended_before    | 100.00      | 100.00     | 100.00
        ends_tomorrow   | 80.00       | 80.00      | 100.00
        ends_on_the_eve | 80.00       | 80.00      | 100.00
        ends_that_day   | 80.00       | 80.00      | 80.00
        never_ends      | 80.00       | 80.00      | 80.00
        two_end         | 155.00      | 155.00     | 205.00
        """,
    )


def test_the_day_before_knows_the_changes_of_earlier_days_and_none_of_the_same_day():
    # The discount ends on 15 December. 80, then 80 + 50 for the upgrade, 100 + 50 on the eve of both of 31 January.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max | new_email_limit
        ctu       | contact_tier_upgrade | 2026-12-01     | 2000            |
        eo        | email_overage        | 2027-01-31     |                 | 20000
        """,
        contract_lines="""
        line_id | contract_id | unit_price | discount_percent | discount_end_date
        l       | contract    | 100        | 20               | 2026-12-15
        """,
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | mrr_on_the_eve | estimated_new_mrr
        ctu              | 80.00      | 80.00          | 130.00
        eo               | 130.00     | 150.00         | 140.00
        contract:renewal | 140.00     | 150.00         | 170.00
        """,
    )


def test_a_quote_fixes_the_mrr_until_the_next_change_and_nothing_is_left_after_the_end():
    # The discount ends on 15 December, after the quote of 1 December and before the renewal that is cancelled.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max | quoted_mrr | cancellation_requested_on
        quoted    | contact_tier_upgrade | 2026-12-01     | 2000            | 95         |
        end       | renewal              | 2027-01-31     |                 |            | 2026-11-20
        after     | contact_tier_upgrade | 2027-02-10     | 3000            |            |
        """,
        contract_lines="""
        line_id | contract_id | unit_price | discount_percent | discount_end_date
        l       | contract    | 100        | 20               | 2026-12-15
        """,
    )
    assert_shows(
        got,
        """
        change_id | mrr_before | mrr_on_the_eve | estimated_new_mrr
        quoted    | 80.00      | 80.00          | 95.00
        end       | 95.00      | 95.00          | 0.00
        after     | 0.00       | 0.00           | 0.00
        """,
    )


def test_after_a_renewal_the_lines_count_at_its_prices():
    # Renewed at 110 less 20 %: 88. The discount ends on 10 February: 110 on the eve of the upgrade of the 20th.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max
        ctu       | contact_tier_upgrade | 2027-02-20     | 2000
        """,
        contract_lines="""
        line_id | contract_id | unit_price | discount_percent | discount_end_date
        l       | contract    | 100        | 20               | 2027-02-10
        """,
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | mrr_on_the_eve | estimated_new_mrr
        contract:renewal | 80.00      | 80.00          | 88.00
        ctu              | 88.00      | 110.00         | 138.00
        """,
    )


def test_lines_whose_credits_exceed_their_charges_count_as_0_on_the_eve_too():
    # The price list has none of it: renewed at 100 less 50 %, and a credit of 60 or of 160. The discount ends on
    # 10 February: the lines of `less` rise from below 0 to 40, those of `more` stay below 0.
    got = estimates(
        """
        change_id | contract_id | contract_type        | effective_date | new_contact_max
        ctu_less  | less        | contact_tier_upgrade | 2027-02-20     | 2000
        ctu_more  | more        | contact_tier_upgrade | 2027-02-20     | 2000
        """,
        contracts="contract_id\nless\nmore",
        contract_lines="""
        line_id | contract_id | product_code | unit_price | discount_percent | discount_end_date
        l1      | less        | unlisted     | 100        | 50               | 2027-02-10
        l2      | less        | credit       | -60        |                  |
        l3      | more        | unlisted     | 100        | 50               | 2027-02-10
        l4      | more        | credit       | -160       |                  |
        """,
    )
    assert_shows(
        got,
        """
        change_id    | mrr_before | mrr_on_the_eve
        less:renewal | 0.00       | 0.00
        ctu_less     | 0.00       | 40.00
        more:renewal | 0.00       | 0.00
        ctu_more     | 0.00       | 0.00
        """,
    )
