"""Rules 1 and 2: which contracts are in force and which changes of them are upcoming.

The article: the table shows every contract that renews, and every contact tier upgrade (CTU) and email overage (EO)
that takes effect, within the next 120 days.
"""

from __future__ import annotations

from datetime import date

from pipeline import rules, transform
from pipeline.tables.exports import CONTRACTS
from pipeline.transform import changes
from tests.frames import CHANGE, assert_rule, assert_shows, export
from tests.rules.runs import AS_OF


def test_a_contract_is_in_force_from_its_first_day_to_the_day_before_its_next_term():
    assert_rule(
        CONTRACTS,
        """
        contract_id       | term_start_date | renewal_start_date || in_force
        starts_yesterday  | 2026-11-22      | 2027-11-22         || true
        starts_today      | 2026-11-23      | 2027-11-23         || true   # the first day belongs to the term
        starts_tomorrow   | 2026-11-24      | 2027-11-24         || false  # signed, not yet live
        renews_tomorrow   | 2025-11-24      | 2026-11-24         || true   # today is the last day of the term
        renews_today      | 2025-11-23      | 2026-11-23         || false  # the next term needs a new row
        renewed_yesterday | 2025-11-22      | 2026-11-22         || false
        one_day_only      | 2026-11-23      | 2026-11-24         || true
        """,
        changes.in_force(as_of=AS_OF).alias("in_force"),
    )


def test_tomorrow_is_the_first_upcoming_day_and_day_120_the_last():
    # 23 November + 7 days is 30 November, + 31 December = 38, + 31 January = 69, + 28 February = 97, + 23 March = 120.
    assert rules.WINDOW_DAYS == 120
    assert_rule(
        CHANGE,
        """
        change_id | effective_date || upcoming | days_to_change
        yesterday | 2026-11-22     || false    | -1
        today     | 2026-11-23     || false    | 0  # in effect already
        day_1     | 2026-11-24     || true     | 1
        day_119   | 2027-03-22     || true     | 119
        day_120   | 2027-03-23     || true     | 120
        day_121   | 2027-03-24     || false    | 121
        """,
        changes.upcoming(as_of=AS_OF).alias("upcoming"),
        changes.days_to_change(as_of=AS_OF),
    )


def test_the_window_counts_calendar_days_also_over_a_29_february():
    # From 31 January 2028: 29 February is day 29, 1 March day 30. Without the leap day 1 March would be day 29.
    assert_rule(
        CHANGE,
        """
        effective_date || upcoming | days_to_change
        2028-02-29     || true     | 29
        2028-03-01     || true     | 30
        2028-03-02     || false    | 31
        """,
        changes.upcoming(as_of=date(2028, 1, 31), window_days=30).alias("upcoming"),
        changes.days_to_change(as_of=date(2028, 1, 31)),
    )


def test_every_contract_in_force_has_one_renewal_on_its_renewal_start_date():
    # `plain` has no row in contract_changes: its renewal is derived, and its id says so.
    # `agreed` has one: the row gives the id and the facts, and nothing is derived besides.
    got = transform.build(
        export(
            contracts="""
            contract_id | renewal_start_date
            plain       | 2027-01-31
            agreed      | 2027-02-15
            """,
            contract_changes="""
            change_id | contract_id | contract_type | effective_date | agreed_on
            R-7       | agreed      | renewal       | 2027-02-15     | 2026-11-01
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id     | contract_id | contract_type | renewal_start_date | status_basis
        plain:renewal | plain       | renewal       | 2027-01-31         | awaiting
        R-7           | agreed      | renewal       | 2027-02-15         | agreed
        """,
    )


def test_upgrades_and_overages_come_from_the_changes_and_stand_beside_the_renewal():
    got = transform.build(
        export(
            contract_changes="""
            change_id | contract_type        | effective_date | new_contact_max | new_email_limit
            ctu       | contact_tier_upgrade | 2026-12-01     | 2000            |
            eo        | email_overage        | 2026-12-15     |                 | 20000
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id        | contract_type        | renewal_start_date
        ctu              | contact_tier_upgrade | 2026-12-01
        eo               | email_overage        | 2026-12-15
        contract:renewal | renewal              | 2027-01-31
        """,
    )


def test_each_change_is_inside_the_window_by_its_own_date():
    # The renewal of `far` lies a year ahead, its upgrade does not; the upgrade of `near` took effect today.
    got = transform.build(
        export(
            contracts="""
            contract_id | term_start_date | renewal_start_date
            far         | 2026-11-01      | 2027-11-01
            near        | 2026-03-23      | 2027-03-23
            """,
            contract_changes="""
            change_id | contract_id | contract_type        | effective_date | new_contact_max
            far_ctu   | far         | contact_tier_upgrade | 2027-03-23     | 2000  # day 120
            far_later | far         | contact_tier_upgrade | 2027-03-24     | 3000  # day 121
            near_ctu  | near        | contact_tier_upgrade | 2026-11-23     | 2000  # day 0
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id    | days_to_change
        far_ctu      | 120
        near:renewal | 120
        """,
    )


def test_only_contracts_in_force_have_changes():
    got = transform.build(
        export(
            contracts="""
            contract_id | term_start_date | renewal_start_date
            running     | 2026-01-01      | 2027-01-01
            over        | 2025-11-23      | 2026-11-23  # its term ended yesterday
            not_yet     | 2026-11-24      | 2027-01-24
            """,
            contract_changes="""
            change_id   | contract_id | contract_type        | effective_date | new_contact_max
            over_ctu    | over        | contact_tier_upgrade | 2026-12-01     | 2000
            not_yet_ctu | not_yet     | contact_tier_upgrade | 2026-12-01     | 2000
            not_yet_r   | not_yet     | renewal              | 2027-01-24     |
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id
        running:renewal
        """,
    )
    assert_shows(
        got["contract_mrr"],
        """
        contract_id
        running
        """,
    )


def test_a_renewal_row_of_an_earlier_term_is_history():
    # It took effect when the current term began. Its agreement says nothing about the renewal that lies ahead.
    got = transform.build(
        export(
            contract_changes="""
            change_id | contract_type | effective_date | agreed_on
            last_year | renewal       | 2026-01-31     | 2025-12-01
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id        | renewal_start_date | status_basis
        contract:renewal | 2027-01-31         | awaiting
        """,
    )


def test_an_upgrade_on_the_renewal_day_does_not_stand_in_for_the_renewal():
    got = transform.build(
        export(
            contract_changes="""
            change_id | contract_type        | effective_date | agreed_on  | new_contact_max
            ctu       | contact_tier_upgrade | 2027-01-31     | 2026-11-01 | 2000
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id        | contract_type        | status
        ctu              | contact_tier_upgrade | confirmed
        contract:renewal | renewal              | pending
        """,
    )


def test_a_vendor_can_set_another_window():
    drawn = export(
        contracts="""
        contract_id | renewal_start_date
        day_30      | 2026-12-23
        day_31      | 2026-12-24
        """
    )
    assert_shows(
        transform.build(drawn, as_of=AS_OF, window_days=30)["upcoming_renewals"],
        """
        change_id      | days_to_change
        day_30:renewal | 30
        """,
    )


def test_nothing_upcoming_is_an_empty_table_and_the_contract_still_counts():
    got = transform.build(
        export(
            contracts="""
            contract_id | renewal_start_date
            far         | 2027-03-24  # day 121
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            l       | far         | 100
            """,
        ),
        as_of=AS_OF,
    )
    assert got["upcoming_renewals"].is_empty()
    assert_shows(
        got["contract_mrr"],
        """
        contract_id | current_mrr
        far         | 100.00
        """,
    )
