"""Rule 9: the monthly recurring revenue (MRR) of a contract in force.

Σ over its recurring lines of quantity × unit price × (100 - discount), then divided by (100 × months of a billing
period), then rounded once, half up, to the currency's own smallest unit. Prices are per billing period.
"""

from __future__ import annotations

from pipeline import transform
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF, contract_mrr


def test_a_price_is_spread_over_the_months_of_its_billing_period():
    # Every contract charges 1,200 per billing period.
    got = contract_mrr(
        contracts="""
        contract_id | billing_frequency | billing_interval_months
        monthly     | monthly           |
        quarterly   | quarterly         |
        semiannual  | semiannual        |
        annual      | annual            |
        annual_told | annual            | 12  # the same number said twice is allowed
        two_years   | other             | 24
        seven       | other             | 7
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | monthly     | 1200
        l2      | quarterly   | 1200
        l3      | semiannual  | 1200
        l4      | annual      | 1200
        l5      | annual_told | 1200
        l6      | two_years   | 1200
        l7      | seven       | 1200
        """,
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        monthly     | 1200.00
        quarterly   | 400.00
        semiannual  | 200.00
        annual      | 100.00
        annual_told | 100.00
        two_years   | 50.00
        seven       | 171.43  # 1200 / 7 = 171.428…
        """,
    )


def test_quantity_and_discount_count_and_the_discount_is_percent():
    got = contract_mrr(
        contract_lines="""
        line_id | contract_id | quantity | unit_price | discount_percent
        l1      | plain       | 3        | 20.00      |
        l2      | fraction    | 2.5      | 19.99      |
        l3      | none        | 1        | 100        | 0
        l4      | some        | 1        | 99.99      | 10
        l5      | fine        | 1        | 100        | 12.3456
        l6      | free        | 7        | 100        | 100
        l7      | no_units    | 0        | 100        |
        """
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        plain       | 60.00
        fraction    | 49.98  # 2.5 × 19.99 = 49.975, half up
        none        | 100.00
        some        | 89.99  # 99.99 × 0.9 = 89.991
        fine        | 87.65  # 100 - 12.3456 = 87.6544
        free        | 0.00
        no_units    | 0.00
        """,
    )


def test_a_discount_counts_until_the_day_before_its_end_date():
    # discount_end_date is the first day without the discount. Each contract charges 100 with 20 % off.
    got = contract_mrr(
        contract_lines="""
        line_id | contract_id   | unit_price | discount_percent | discount_end_date
        l1      | ends_tomorrow | 100        | 20               | 2026-11-24
        l2      | ends_today    | 100        | 20               | 2026-11-23
        l3      | ended         | 100        | 20               | 2026-11-22
        l4      | never_ends    | 100        | 20               |
        """
    )
    assert_shows(
        got,
        """
        contract_id   | current_mrr
        ends_tomorrow | 80.00
        ends_today    | 100.00
        ended         | 100.00
        never_ends    | 80.00
        """,
    )


def test_a_one_off_line_is_never_mrr_and_a_line_that_does_not_say_is_recurring():
    got = contract_mrr(
        contracts="""
        contract_id
        mixed
        only_one_off
        without_lines
        """,
        contract_lines="""
        line_id | contract_id  | unit_price | is_recurring
        l1      | mixed        | 100        | true
        l2      | mixed        | 10         |
        l3      | mixed        | 5000       | false
        l4      | only_one_off | 5000       | false
        """,
    )
    assert_shows(
        got,
        """
        contract_id   | current_mrr
        mixed         | 110.00
        only_one_off  | 0.00
        without_lines | 0.00
        """,
    )


def test_a_contract_in_force_without_recurring_lines_has_0_and_keeps_its_rows():
    got = transform.build(export(contracts="contract_id\nbare"), as_of=AS_OF)
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id    | current_mrr
        bare:renewal | 0.00
        """,
    )


def test_a_contract_not_in_force_has_no_current_mrr():
    got = contract_mrr(
        contracts="""
        contract_id | term_start_date | renewal_start_date
        over        | 2025-11-23      | 2026-11-23
        not_yet     | 2026-11-24      | 2027-11-24
        running     | 2026-11-23      | 2026-11-24
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | over        | 100
        l2      | not_yet     | 100
        l3      | running     | 100
        """,
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        running     | 100.00
        """,
    )
