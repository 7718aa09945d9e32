"""Rule 10.4: what a renewal costs, before anything else happens to the contract.

Σ over the recurring lines of quantity × new monthly price × (100 - discount on the effective date) / 100, rounded
once. The new price is the list price (`list`), today's price with an uplift (`uplift`) or today's price (`same`).

Seen on 23 November 2026. What a table does not draw: monthly contracts in USD that renew on 31 January 2027, lines of
one unit of the product `hub`.
"""

from __future__ import annotations

from decimal import Decimal

from pipeline import rules, transform
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF


def test_the_price_is_the_latest_list_price_that_is_valid_on_the_effective_date():
    # A list price is known although it lies ahead: what counts is the day of the renewal, not today. Today's price is
    # 100 everywhere.
    assert rules.RENEWAL_PRICING == "list"
    got = transform.build(
        export(
            contracts="""
            contract_id | renewal_start_date
            january_30  | 2027-01-30
            january_31  | 2027-01-31
            february_1  | 2027-02-01
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            l1      | january_30  | 100
            l2      | january_31  | 100
            l3      | february_1  | 100
            """,
            price_book="""
            valid_from | monthly_unit_price
            2025-01-01 | 105
            2026-01-01 | 110
            2027-01-31 | 120  # valid from the effective date of january_31
            2027-02-02 | 130  # a day after that of february_1
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | mrr_before | estimated_new_mrr | mrr_change | estimate_basis
        january_30  | 100.00     | 110.00            | 10.00      | price_book
        january_31  | 100.00     | 120.00            | 20.00      | price_book
        february_1  | 100.00     | 120.00            | 20.00      | price_book
        """,
    )


def test_a_list_price_that_begins_a_day_after_the_renewal_does_not_count():
    got = transform.build(
        export(
            contract_lines="""
            line_id | contract_id | unit_price
            l       | contract    | 100
            """,
            price_book="""
            valid_from | monthly_unit_price
            2027-02-01 | 130
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        estimated_new_mrr | estimate_basis
        100.00            | uplift  # the uplift is 0 %
        """,
    )


def test_a_list_price_is_for_a_product_in_a_currency():
    got = transform.build(
        export(
            contracts="""
            contract_id | currency
            usd         | USD
            eur         | EUR
            """,
            contract_lines="""
            line_id | contract_id | product_code | unit_price
            l1      | usd         | hub          | 100
            l2      | eur         | hub          | 100
            l3      | other       | Hub          | 100  # codes are compared letter by letter
            """,
            price_book="""
            product_code | currency | monthly_unit_price
            hub          | USD      | 110
            hub          | EUR      | 90
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | estimated_new_mrr | estimate_basis
        usd         | 110.00            | price_book
        eur         | 90.00             | price_book
        other       | 100.00            | uplift
        """,
    )


def test_a_list_price_is_per_month_and_todays_price_per_billing_period():
    # Both contracts pay 300 a quarter for a seat, 100 a month, and have two seats.
    got = transform.build(
        export(
            contracts="""
            contract_id | billing_frequency
            listed      | quarterly
            not_listed  | quarterly
            """,
            contract_lines="""
            line_id | contract_id | product_code | quantity | unit_price
            l1      | listed      | hub          | 2        | 300
            l2      | not_listed  | old hub      | 2        | 300
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
        contract_id | mrr_before | estimated_new_mrr
        listed      | 200.00     | 220.00
        not_listed  | 200.00     | 200.00
        """,
    )


def test_lines_without_a_list_price_keep_todays_price_beside_those_that_have_one():
    # Quarterly: hub 300 / 3 → list 110; add-on 60 / 3 = 20, with the uplift of 10 % 22. One listed line is enough for
    # the basis price_book.
    drawn = export(
        contracts="""
        contract_id | billing_frequency
        contract    | quarterly
        """,
        contract_lines="""
        line_id | contract_id | product_code | unit_price
        l1      | contract    | hub          | 300
        l2      | contract    | add-on       | 60
        """,
        price_book="""
        product_code | monthly_unit_price
        hub          | 110
        """,
    )
    assert_shows(
        transform.build(drawn, as_of=AS_OF)["upcoming_renewals"],
        """
        mrr_before | estimated_new_mrr | estimate_basis
        120.00     | 130.00            | price_book
        """,
    )
    assert_shows(
        transform.build(drawn, as_of=AS_OF, uplift_percent=Decimal(10))["upcoming_renewals"],
        """
        mrr_before | estimated_new_mrr | estimate_basis
        120.00     | 132.00            | price_book
        """,
    )


def test_uplift_raises_todays_price_and_looks_at_no_list():
    # 3.5 % on 100 is 103.50. `yearly`: 100 / 12 × 1.035 = 8.625 → 8.63; rounding today's price first gives
    # 8.33 × 1.035 = 8.62. `three`: 33.33 × 1.035 = 34.49655.
    got = transform.build(
        export(
            contracts="""
            contract_id | billing_frequency
            monthly     | monthly
            yearly      | annual
            three       | monthly
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            l1      | monthly     | 100
            l2      | yearly      | 100
            l3      | three       | 33.33
            """,
            price_book="""
            product_code | monthly_unit_price
            hub          | 999
            """,
        ),
        as_of=AS_OF,
        renewal_pricing="uplift",
        uplift_percent=Decimal("3.5"),
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | mrr_before | estimated_new_mrr | estimate_basis
        monthly     | 100.00     | 103.50            | uplift
        yearly      | 8.33       | 8.63              | uplift
        three       | 33.33      | 34.50             | uplift
        """,
    )


def test_an_uplift_may_lower_the_price_and_four_decimals_of_it_count():
    lines = """
    line_id | contract_id | unit_price
    l       | contract    | 1000000
    """
    for uplift, expected in (("-10", "900000.00"), ("0.0001", "1000001.00"), ("-100", "0.00")):
        got = transform.build(
            export(contract_lines=lines), as_of=AS_OF, renewal_pricing="uplift", uplift_percent=Decimal(uplift)
        )
        assert_shows(got["upcoming_renewals"], f"estimated_new_mrr\n{expected}")


def test_same_keeps_todays_price_whatever_list_and_uplift_say():
    got = transform.build(
        export(
            contract_lines="""
            line_id | contract_id | unit_price
            l       | contract    | 100
            """,
            price_book="""
            product_code | monthly_unit_price
            hub          | 999
            """,
        ),
        as_of=AS_OF,
        renewal_pricing="same",
        uplift_percent=Decimal(50),
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        estimated_new_mrr | mrr_change | estimate_basis
        100.00            | 0.00       | same
        """,
    )


def test_a_contract_without_recurring_lines_renews_at_0_with_the_basis_of_its_pricing():
    drawn = export(
        contract_lines="""
        line_id | contract_id | unit_price | is_recurring
        l       | contract    | 100        | false
        """,
        price_book="""
        product_code | monthly_unit_price
        hub          | 110  # a one-off line is not priced from it
        """,
    )
    for pricing, basis in (("list", "uplift"), ("uplift", "uplift"), ("same", "same")):
        assert_shows(
            transform.build(drawn, as_of=AS_OF, renewal_pricing=pricing)["upcoming_renewals"],
            f"estimated_new_mrr | estimate_basis\n0.00 | {basis}",
        )
