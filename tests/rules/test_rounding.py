"""Rules 9 and 10: exact decimals; sum first, divide last, round once, half up, to the currency's own smallest unit.

What a table does not draw: monthly contracts in USD, lines of one unit of the product `hub`.
"""

from __future__ import annotations

from decimal import Decimal

from pipeline import transform
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF, contract_mrr


def test_rounding_goes_half_up_to_the_smallest_unit_of_the_currency():
    # The yen has no decimals, the dollar two, the Kuwaiti dinar three, Chile's unit of account four. A tie goes up,
    # also where "round half to even" or a binary floating-point number would go down (2.675 is 2.67499… as a float).
    got = contract_mrr(
        contracts="""
        contract_id | currency
        jpy_tie     | JPY
        jpy_below   | JPY
        usd_tie     | USD
        usd_float   | USD
        usd_below   | USD
        usd_least   | USD
        kwd_tie     | KWD
        kwd_below   | KWD
        clf_tie     | CLF
        clf_below   | CLF
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | jpy_tie     | 100.5
        l2      | jpy_below   | 100.499999
        l3      | usd_tie     | 1.005
        l4      | usd_float   | 2.675
        l5      | usd_below   | 1.004999
        l6      | usd_least   | 0.005
        l7      | kwd_tie     | 1.0005
        l8      | kwd_below   | 1.000499
        l9      | clf_tie     | 1.00005
        l10     | clf_below   | 1.000049
        """,
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        jpy_tie     | 101
        jpy_below   | 100
        usd_tie     | 1.01
        usd_float   | 2.68
        usd_below   | 1.00
        usd_least   | 0.01
        kwd_tie     | 1.001
        kwd_below   | 1.000
        clf_tie     | 1.0001
        clf_below   | 1.0000
        """,
    )


def test_lines_are_summed_first_then_divided_then_rounded_once():
    # `yearly`: 4 × 500 = 2000 a year = 166.666… a month → 166.67; rounding each line gives 4 × 41.67 = 166.68.
    # `pennies`: 3 × 0.005 = 0.015 → 0.02; rounding each line gives 0.03.
    # `seats`: 3 × 100 a quarter = 300 = 100.00 a month; dividing first gives 3 × 33.33 = 99.99.
    # `offset`: 1.004 + 1.004 = 2.008 → 2.01; rounding each line gives 2.00.
    got = contract_mrr(
        contracts="""
        contract_id | billing_frequency
        yearly      | annual
        pennies     | monthly
        seats       | quarterly
        offset      | monthly
        """,
        contract_lines="""
        line_id | contract_id | quantity | unit_price
        y1      | yearly      | 1        | 500
        y2      | yearly      | 1        | 500
        y3      | yearly      | 1        | 500
        y4      | yearly      | 1        | 500
        p1      | pennies     | 1        | 0.005
        p2      | pennies     | 1        | 0.005
        p3      | pennies     | 1        | 0.005
        s1      | seats       | 3        | 100
        o1      | offset      | 1        | 1.004
        o2      | offset      | 1        | 1.004
        """,
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        yearly      | 166.67
        pennies     | 0.02
        seats       | 100.00
        offset      | 2.01
        """,
    )


def test_lines_with_different_discounts_are_summed_exactly():
    # 10 × 9.99 × 0.85 = 84.915 and 1 × 100.01 × 0.905 = 90.50905, together 175.42405 a quarter; / 3 = 58.4746…
    got = contract_mrr(
        contracts="""
        contract_id | billing_frequency
        contract    | quarterly
        """,
        contract_lines="""
        line_id | contract_id | quantity | unit_price | discount_percent
        l1      | contract    | 10       | 9.99       | 15
        l2      | contract    | 1        | 100.01     | 9.5
        """,
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        contract    | 58.47
        """,
    )


def test_the_largest_values_of_the_export_stay_exact():
    # (10^14 - 10^-4) × (10^12 - 10^-6) = 10^26 - 2×10^8 + 10^-10, a product of 36 digits, 40 with the percent. With
    # 0.0001 % off: (10^26 - 2×10^8) × 0.999999 = 10^26 - 10^20 - 2×10^8 + 200. A tie far out: the same amount and
    # half a cent.
    got = contract_mrr(
        contract_lines="""
        line_id | contract_id | quantity            | unit_price          | discount_percent
        l1      | one         | 99999999999999.9999 | 999999999999.999999 |
        l2      | two         | 99999999999999.9999 | 999999999999.999999 |
        l3      | two         | 99999999999999.9999 | 999999999999.999999 |
        l4      | discounted  | 99999999999999.9999 | 999999999999.999999 | 0.0001
        l5      | tie         | 99999999999999.9999 | 999999999999.999999 |
        l6      | tie         | 1                   | 0.005               |
        l7      | least       | 0.0001              | 0.000001            |
        """
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        one         | 99999999999999999800000000.00
        two         | 199999999999999999600000000.00
        discounted  | 99999899999999999800000200.00
        tie         | 99999999999999999800000000.01
        least       | 0.00
        """,
    )


def test_a_long_division_keeps_its_remainder():
    # The largest amount over 7 months: 99999999999999999800000000 / 7 = 14285714285714285685714285.714…
    got = contract_mrr(
        contracts="""
        contract_id | billing_frequency | billing_interval_months
        contract    | other             | 7
        """,
        contract_lines="""
        line_id | contract_id | quantity            | unit_price
        l1      | contract    | 99999999999999.9999 | 999999999999.999999
        """,
    )
    assert_shows(
        got,
        """
        contract_id | current_mrr
        contract    | 14285714285714285685714285.71
        """,
    )


def test_listed_and_unlisted_lines_are_summed_before_they_are_rounded_once():
    # `lines`: 3 × 0.335 = 1.005 → 1.01; rounding each line gives 3 × 0.34 = 1.02.
    # `mixed`, annual: list 0.004 + 0.012 / 12 = 0.001 make 0.005 → 0.01; rounding each gives 0.00.
    # `yen`: list 100.4 + 0.1 = 100.5 → 101.
    got = transform.build(
        export(
            contracts="""
            contract_id | currency | billing_frequency
            lines       | USD      | monthly
            mixed       | USD      | annual
            yen         | JPY      | monthly
            """,
            contract_lines="""
            line_id | contract_id | product_code | unit_price
            a1      | lines       | third        | 1
            a2      | lines       | third        | 1
            a3      | lines       | third        | 1
            b1      | mixed       | tiny         | 1
            b2      | mixed       | old          | 0.012
            c1      | yen         | hub          | 100
            c2      | yen         | old          | 0.1
            """,
            price_book="""
            product_code | currency | monthly_unit_price
            third        | USD      | 0.335
            tiny         | USD      | 0.004
            hub          | JPY      | 100.4
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | estimated_new_mrr
        lines       | 1.01
        mixed       | 0.01
        yen         | 101
        """,
    )


def test_the_largest_prices_stay_exact():
    # (10^14 - 10^-4) × (10^12 - 10^-6) = 10^26 - 2×10^8 and a bit. Two such lines, one listed, one with 100 % uplift.
    got = transform.build(
        export(
            contract_lines="""
            line_id | contract_id | product_code | quantity            | unit_price
            l1      | contract    | hub          | 99999999999999.9999 | 1
            l2      | contract    | old          | 99999999999999.9999 | 999999999999.999999
            """,
            price_book="""
            product_code | monthly_unit_price
            hub          | 999999999999.999999
            """,
        ),
        as_of=AS_OF,
        uplift_percent=Decimal(100),
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        estimated_new_mrr
        299999999999999999400000000.00
        """,
    )
