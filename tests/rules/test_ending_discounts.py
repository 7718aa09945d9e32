"""Rule 10.4: the discounts of a renewal are those of its effective date, and the part they have in the change.

`mrr_change_discount` = Σ quantity × new price × (discount now - discount then) / 100; `mrr_change_price` takes the
rest of the change.

Seen on 23 November 2026. What a table does not draw: monthly contracts in USD that renew on 31 January 2027, lines of
one unit of the product `hub`.
"""

from __future__ import annotations

from decimal import Decimal

from pipeline import transform
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF


def test_discounts_are_those_of_the_effective_date():
    # 100 a month with 20 % off: 80. The renewal on 31 January has the discount only if it lasts longer.
    got = transform.build(
        export(
            contract_lines="""
            line_id | contract_id      | unit_price | discount_percent | discount_end_date
            l1      | ended_before     | 100        | 20               | 2026-11-23
            l2      | ends_before      | 100        | 20               | 2026-12-31
            l3      | ends_that_day    | 100        | 20               | 2027-01-31
            l4      | ends_a_day_later | 100        | 20               | 2027-02-01
            l5      | never_ends       | 100        | 20               |
            """
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id      | mrr_before | estimated_new_mrr | mrr_change_price | mrr_change_discount
        ended_before     | 100.00     | 100.00            | 0.00             | 0.00
        ends_before      | 80.00      | 100.00            | 0.00             | 20.00
        ends_that_day    | 80.00      | 100.00            | 0.00             | 20.00
        ends_a_day_later | 80.00      | 80.00             | 0.00             | 0.00
        never_ends       | 80.00      | 80.00             | 0.00             | 0.00
        """,
    )


def test_a_kept_discount_applies_to_the_new_price():
    # 2 × 110 × 0.8 = 176. The discount does not change, so the whole change is price: 176 - 160 = 16.
    got = transform.build(
        export(
            contract_lines="""
            line_id | contract_id | quantity | unit_price | discount_percent
            l       | contract    | 2        | 100        | 20
            """,
            price_book="""
            product_code | monthly_unit_price
            hub          | 110
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        mrr_before | estimated_new_mrr | mrr_change | mrr_change_price | mrr_change_discount
        160.00     | 176.00            | 16.00      | 16.00            | 0.00
        """,
    )


def test_the_discount_part_is_measured_at_the_new_price_and_the_price_part_takes_the_rest():
    # Before 100 × 0.8 = 80, after 110: a change of 30. The 20 % that end are worth 22 at the new price; 8 is price.
    # `uplifted` the same with 10 % uplift instead of the list; quarterly, to show the division.
    got = transform.build(
        export(
            contracts="""
            contract_id | billing_frequency
            listed      | monthly
            uplifted    | quarterly
            """,
            contract_lines="""
            line_id | contract_id | product_code | unit_price | discount_percent | discount_end_date
            l1      | listed      | hub          | 100        | 20               | 2027-01-31
            l2      | uplifted    | old hub      | 300        | 20               | 2027-01-31
            """,
            price_book="""
            product_code | monthly_unit_price
            hub          | 110
            """,
        ),
        as_of=AS_OF,
        uplift_percent=Decimal(10),
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | mrr_before | estimated_new_mrr | mrr_change | mrr_change_price | mrr_change_discount
        listed      | 80.00      | 110.00            | 30.00      | 8.00             | 22.00
        uplifted    | 80.00      | 110.00            | 30.00      | 8.00             | 22.00
        """,
    )


def test_the_discount_part_is_rounded_half_up_and_the_price_part_takes_the_rest():
    # The price stays 10.10; 5 % off end. Before: 10.10 × 0.95 = 9.595 → 9.60. After: 10.10. The change is 0.50, the
    # discount part 10.10 × 0.05 = 0.505 → 0.51, so the price part is -0.01: parts add up, whatever was rounded.
    got = transform.build(
        export(
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            l       | contract    | 10.10      | 5                | 2027-01-31
            """
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        mrr_before | estimated_new_mrr | mrr_change | mrr_change_price | mrr_change_discount
        9.60       | 10.10             | 0.50       | -0.01            | 0.51
        """,
    )


def test_discounts_of_several_lines_end_each_on_its_own_day():
    # Lines of 100: 10 % ends, 30 % stays, 50 % had ended already. Before 90 + 70 + 100 = 260, after 100 + 70 + 100.
    got = transform.build(
        export(
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            l1      | contract    | 100        | 10               | 2027-01-01
            l2      | contract    | 100        | 30               | 2027-12-31
            l3      | contract    | 100        | 50               | 2026-06-30
            """
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        mrr_before | estimated_new_mrr | mrr_change_price | mrr_change_discount
        260.00     | 270.00            | 0.00             | 10.00
        """,
    )
