"""Rules 9, 10 and 12: a line whose price is below 0 is a credit, and a contract's sum below 0 counts as 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipeline import transform
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF


def built(**drawings: str):
    return transform.build(export(**drawings), as_of=AS_OF)


def test_a_credit_lowers_the_mrr_and_a_sum_below_0_counts_as_0():
    mrr = built(
        contracts="""
        contract_id | currency | billing_frequency
        credit      | USD      | monthly
        discounted  | USD      | monthly
        one_off     | USD      | monthly
        nothing     | USD      | monthly
        below       | USD      | monthly
        annual      | USD      | annual
        yen         | JPY      | annual
        """,
        contract_lines="""
        line_id | contract_id | quantity | unit_price | discount_percent | is_recurring
        1       | credit      | 1        | 1000       |                  |
        2       | credit      | 2        | -100       |                  |         # 1000 - 200
        3       | discounted  | 1        | 1000       |                  |
        4       | discounted  | 1        | -100       | 50               |         # half of the credit
        5       | one_off     | 1        | 1000       |                  |
        6       | one_off     | 1        | -100       |                  | false   # a one-off credit is never MRR
        7       | nothing     | 1        | 100        |                  |
        8       | nothing     | 1        | -100       |                  |
        9       | below       | 1        | 100        |                  |
        10      | below       | 1        | -100.01    |                  |
        11      | annual      | 1        | 1200       |                  |
        12      | annual      | 1        | -0.06      |                  |         # 99.995 a month: up to 100.00
        13      | yen         | 1        | -6         |                  |         # -0.5 a month: below 0
        """,
    )["contract_mrr"]
    assert_shows(
        mrr,
        """
        contract_id | current_mrr
        annual      | 100
        below       | 0
        credit      | 800
        discounted  | 950
        nothing     | 0
        one_off     | 1000
        yen         | 0
        """,
    )


def test_what_a_client_gets_is_shown_with_its_credits():
    products = built(
        contracts="contract_id\ncontract",
        contract_lines="""
        line_id | unit_price
        1       | 100
        2       | -20
        """,
    )["client_products"]
    assert sorted(products["unit_price"]) == [Decimal(-20), Decimal(100)]


LINES = """
line_id | contract_id | product_code | unit_price | discount_percent | discount_end_date
1       | plain       | hub          | 100        |                  |
2       | plain       | bonus        | -30        |                  |
3       | discount    | hub          | 100        | 50               | 2027-01-01
4       | discount    | bonus        | -20        | 50               | 2027-01-01
5       | half        | bonus        | -0.01      | 50               | 2027-01-01
6       | half        | hub          | 100        |                  |
7       | lifted      | hub          | 100        |                  |
8       | lifted      | bonus        | -130       |                  |
9       | falls       | hub          | 100        |                  |
10      | falls       | bonus        | -50        |                  |
"""
PRICE_BOOK = """
product_code | valid_from | monthly_unit_price
hub          | 2027-01-31 | 110
"""


def test_a_renewal_takes_credits_along_and_its_parts_add_up():
    # Credits are not in the price book: they stay as they are.
    rows = built(
        contracts="""
        contract_id | hub_id
        plain       | client
        discount    | client
        half        | client
        lifted      | client
        """,
        contract_lines="\n".join(row for row in LINES.splitlines() if "falls" not in row),
        price_book=PRICE_BOOK,
    )["upcoming_renewals"]
    assert_shows(
        rows.sort("contract_id"),
        """
        contract_id | mrr_before | estimated_new_mrr | mrr_change_price | mrr_change_discount
        discount    | 40         | 90                | 5                | 45     # (110 - 20) × 50 %
        half        | 100        | 109.99            | 10               | -0.01  # -0.005 rounds away from zero
        lifted      | 0          | 0                 | 0                | 0      # 110 - 130 = -20 counts as 0
        plain       | 70         | 80                | 10               | 0
        """,
        in_order=True,
    )


def test_where_the_new_price_is_below_the_credit_the_price_part_takes_the_difference():
    rows = built(
        contracts="contract_id\nfalls",
        contract_lines="\n".join(row for row in LINES.splitlines() if "falls" in row or "line_id" in row),
        price_book="""
        product_code | valid_from | monthly_unit_price
        hub          | 2027-01-31 | 40
        """,
    )["upcoming_renewals"]
    assert_shows(
        rows,
        """
        mrr_before | estimated_new_mrr | mrr_change | mrr_change_price
        50         | 0                 | -50        | -50
        """,
    )


@pytest.mark.parametrize(("price", "expected"), [("-95", "35.00"), ("-130", "0.00"), ("-150", "0.00")])
def test_what_upgrades_add_counts_against_the_credits_of_a_renewal(price: str, expected: str):
    # 100 and a block of 30, less the credit: rule 10.4 adds it all up, and only the whole can count as 0.
    rows = built(
        contracts="""
        contract_id | contact_max
        contract    | 1000
        """,
        contract_lines=f"""
        line_id | product_code | unit_price
        1       | hub          | 100
        2       | bonus        | {price}
        """,
        contract_changes="""
        change_id | contract_type        | effective_date | new_contact_max
        upgrade   | contact_tier_upgrade | 2026-12-01     | 2000
        """,
        limit_blocks="""
        limit_kind | monthly_price_per_block
        contacts   | 30
        """,
    )["upcoming_renewals"]
    [renewal] = rows.filter(contract_type="renewal").to_dicts()
    assert renewal["estimated_new_mrr"] == Decimal(expected)
    assert renewal["mrr_change_price"] == renewal["estimated_new_mrr"] - renewal["mrr_before"]


def test_the_projection_counts_a_contract_below_0_as_0_and_closes():
    # The charge's discount ends in January: -20 in December counts as 0, 30 from January on.
    finance = transform.build_finance(
        export(
            contracts="""
            contract_id | renewal_start_date
            contract    | 2027-06-30
            """,
            contract_lines="""
            line_id | product_code | unit_price | discount_percent | discount_end_date
            1       | hub          | 100        | 50               | 2027-01-15
            2       | bonus        | -70        |                  |
            """,
        ),
        as_of=AS_OF,
    )
    months = finance["mrr_projection"].filter(scenario="full", currency="USD").sort("month")
    opening = dict(zip(months["month"], months["opening"], strict=True))
    assert (opening[date(2026, 11, 1)], opening[date(2027, 1, 1)], opening[date(2027, 2, 1)]) == (0, 0, 30)
    for row in months.to_dicts():
        moved = row["new"] + row["expansion"] - row["contraction"] - row["churn"]
        assert row["opening"] + moved == row["closing"]
        assert row["closing"] >= 0
