"""Rule 3: until which day the terms of a change can still be altered.

The article: unless the contract says otherwise, a client must act 45 days before the renewal starts. The deadline is
that last day itself, in calendar days; the article has one column for all rows, so all three types share the rule.
"""

from __future__ import annotations

from pipeline import rules, transform
from pipeline.transform import deadlines
from tests.frames import CHANGE, assert_rule, assert_shows, export
from tests.rules.runs import AS_OF


def test_the_notice_is_the_contracts_own_or_45_days():
    assert rules.NOTICE_DAYS == 45
    assert_rule(
        CHANGE,
        """
        change_id   | notice_days || notice
        not_stated  |             || 45
        own         | 30          || 30
        none_at_all | 0           || 0  # zero days is a statement, not a missing value
        longer      | 90          || 90
        """,
        deadlines.notice_days().alias("notice"),
    )


def test_the_deadline_is_the_notice_before_the_effective_date():
    assert_rule(
        CHANGE,
        """
        change_id      | effective_date | notice_days || renewal_deadline
        default        | 2027-01-07     | 45          || 2026-11-23  # 7 days to 31 December, 31 to 30 November, 7 more
        no_notice      | 2027-01-07     | 0           || 2027-01-07  # the day the new terms begin is the last to act
        one_day        | 2027-01-01     | 1           || 2026-12-31  # over the end of a year
        into_february  | 2027-03-01     | 1           || 2027-02-28
        into_leap_day  | 2028-03-01     | 1           || 2028-02-29
        over_february  | 2027-03-31     | 31          || 2027-02-28  # days, not "one month before"
        over_leap_day  | 2028-03-31     | 31          || 2028-02-29
        from_leap_day  | 2028-02-29     | 45          || 2028-01-15  # 29 days to 31 January, 16 more
        plain_spring   | 2027-04-01     | 45          || 2027-02-15  # 31 days to 1 March, 14 more
        leap_spring    | 2028-04-01     | 45          || 2028-02-16  # the same in a leap year: a day later
        a_year         | 2028-03-01     | 365         || 2027-03-02  # 366 days lie between two 1 March here
        summer_time_eu | 2027-03-29     | 1           || 2027-03-28  # the clock changes on the 28th: still one day
        summer_time_us | 2026-11-02     | 2           || 2026-10-31
        """,
        deadlines.renewal_deadline(),
    )


def test_a_notice_in_months_is_that_many_calendar_months_before():
    assert_rule(
        CHANGE,
        """
        change_id       | effective_date | notice_months | notice_days || renewal_deadline
        one_month       | 2027-01-01     | 1             |             || 2026-12-01  # same day, the month before
        three_months    | 2027-05-15     | 3             |             || 2027-02-15
        cut_to_28       | 2027-05-31     | 3             |             || 2027-02-28  # February has no 31st
        cut_to_29       | 2028-05-31     | 3             |             || 2028-02-29  # nor in a leap year
        cut_to_30       | 2027-05-31     | 1             |             || 2027-04-30
        from_the_28th   | 2027-02-28     | 1             |             || 2027-01-28  # not the month's last day
        from_leap_day   | 2028-02-29     | 12            |             || 2027-02-28
        two_years       | 2028-02-29     | 24            |             || 2026-02-28
        over_a_year     | 2027-01-31     | 2             |             || 2026-11-30
        in_days         | 2027-05-31     |               | 90          || 2027-03-02  # 90 days are not three months
        """,
        deadlines.notice_days(),
        deadlines.renewal_deadline(),
    )


def test_the_vendors_notice_is_for_contracts_that_state_neither_days_nor_months():
    assert_rule(
        CHANGE,
        """
        change_id | notice_days | notice_months || notice
        neither   |             |               || 45
        in_days   | 30          |               || 30
        in_months |             | 2             ||      # two months are not a number of days
        """,
        deadlines.notice_days().alias("notice"),
    )


def test_status_turns_on_the_day_after_a_deadline_in_months():
    # Renewal on 23 February: three months before is today, the last day to act; on the 22nd it has passed.
    exports = export(
        contracts="""
        contract_id | term_start_date | renewal_start_date | notice_months | auto_renews
        last_day    | 2026-02-23      | 2027-02-23         | 3             |
        passed      | 2026-02-22      | 2027-02-22         | 3             |
        lapses      | 2026-02-22      | 2027-02-22         | 3             | false
        """
    )
    assert_shows(
        transform.build(exports, as_of=AS_OF, notice_days=0)["upcoming_renewals"],
        """
        contract_id | renewal_deadline | days_to_deadline | status  | status_basis
        last_day    | 2026-11-23       | 0                | pending | awaiting
        passed      | 2026-11-22       | -1               | renewed | auto_renewed
        lapses      | 2026-11-22       | -1               | pending | lapsing
        """,
    )


def test_days_to_the_deadline_are_zero_on_the_last_day_and_negative_after_it():
    assert_rule(
        CHANGE,
        """
        renewal_deadline || days_to_deadline
        2026-11-24       || 1
        2026-11-23       || 0
        2026-11-22       || -1
        2025-11-23       || -365
        """,
        deadlines.days_to_deadline(as_of=AS_OF),
    )


def test_one_rule_serves_renewals_upgrades_and_overages():
    # All three take effect on 31 January 2027; 30 days before that is 1 January.
    got = transform.build(
        export(
            contracts="""
            contract_id | renewal_start_date | notice_days
            contract    | 2027-01-31         | 30
            """,
            contract_changes="""
            change_id | contract_type        | effective_date | new_contact_max | new_email_limit
            ctu       | contact_tier_upgrade | 2027-01-31     | 2000            |
            eo        | email_overage        | 2027-01-31     |                 | 20000
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_type        | renewal_start_date | renewal_deadline | days_to_deadline
        contact_tier_upgrade | 2027-01-31         | 2027-01-01       | 39
        email_overage        | 2027-01-31         | 2027-01-01       | 39
        renewal              | 2027-01-31         | 2027-01-01       | 39
        """,
    )


def test_the_renewal_start_date_of_a_row_is_the_day_its_own_terms_apply():
    # The upgrade comes before the contract's renewal: its row shows 1 January, not the contract's 31 January.
    got = transform.build(
        export(
            contracts="""
            contract_id | renewal_start_date
            contract    | 2027-01-31
            """,
            contract_changes="""
            change_id | contract_type        | effective_date | new_contact_max
            ctu       | contact_tier_upgrade | 2027-01-01     | 2000
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id        | renewal_start_date | renewal_deadline
        ctu              | 2027-01-01         | 2026-11-17  # 45 days before 1 January
        contract:renewal | 2027-01-31         | 2026-12-17  # 45 days before 31 January
        """,
    )


def test_a_vendors_notice_replaces_45_days_but_never_a_contracts_own():
    got = transform.build(
        export(
            contracts="""
            contract_id | renewal_start_date | notice_days
            not_stated  | 2027-01-31         |
            own         | 2027-01-31         | 45
            none_at_all | 2027-01-31         | 0
            """
        ),
        as_of=AS_OF,
        notice_days=60,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | renewal_deadline
        not_stated  | 2026-12-02  # 31 days to 31 December, 29 more
        own         | 2026-12-17
        none_at_all | 2027-01-31
        """,
    )


def test_a_deadline_may_lie_before_the_term_began():
    # A monthly contract with 45 days' notice: nobody could have acted in time within this term.
    got = transform.build(
        export(
            contracts="""
            contract_id | term_start_date | renewal_start_date | subscription_term_months
            monthly     | 2026-11-01      | 2026-12-01         | 1
            """
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | renewal_deadline | days_to_deadline
        monthly     | 2026-10-17       | -37
        """,
    )
