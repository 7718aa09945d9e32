"""Rule 12: what moves MRR in a month, in which scenario, one drawn contract per movement.

Seen on 23 November 2026. What a table does not draw: contracts in USD, billed monthly, of a twelve-month term that
renews on 31 January 2027, with one line at 100. Without a price book a renewal keeps today's price.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tests.frames import assert_shows, export
from tests.projection.runs import finance, moves

LINE = """
    line_id | contract_id | unit_price
    l       | contract    | 100
"""


def assert_moves(tables, scenario: str, drawing: str) -> None:
    assert_shows(moves(tables, scenario), drawing, in_order=True)


def test_a_pending_renewal_ends_the_contract_in_contracted_is_weighed_in_expected_and_applies_in_full():
    tables = finance(export(contract_lines=LINE))
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | churn  | closing
        2027-01-01 | 100.00  | 100.00 | 0.00
        """,
    )
    assert_moves(
        tables,
        "expected",
        """
        month      | opening | churn | closing
        2027-01-01 | 100.00  | 10.00 | 90.00   # without history 0.90
        """,
    )
    assert moves(tables, "full").is_empty()


def test_every_month_has_a_row_and_opens_with_what_the_month_before_closed_with():
    rows = finance(export(contract_lines=LINE))["mrr_projection"].filter(scenario="full")
    assert [f"{month:%Y-%m}" for month in rows["month"]] == [
        *("2026-11", "2026-12"),
        *(f"2027-{month:02}" for month in range(1, 11)),
    ]
    assert rows["opening"].to_list() == rows["closing"].to_list() == [Decimal(100)] * 12


@pytest.mark.parametrize(
    ("facts", "contracted_ends"),
    [
        ("agreed_on=2026-11-01", None),
        ("cancellation_requested_on=2026-11-01", "2027-01-01"),
        ("", "2027-01-01"),  # pending
    ],
)
def test_an_agreed_renewal_is_contracted_a_cancelled_and_a_pending_one_are_not(facts, contracted_ends):
    name, _, day = facts.partition("=")
    drawing = f"""
        change_id | contract_type | {name or "agreed_on"}
        c         | renewal       | {day}
    """
    churned = moves(finance(export(contract_lines=LINE, contract_changes=drawing)), "contracted")["month"].to_list()
    assert [str(month) for month in churned] == ([] if contracted_ends is None else [contracted_ends])


def test_silence_renews_and_a_contract_that_does_not_auto_renew_lapses_in_every_scenario():
    # Both renew on 31 December, their deadline was 16 November; nobody has said anything.
    tables = finance(
        export(
            contracts="""
            contract_id | hub_id | renewal_start_date | auto_renews
            silent      | a      | 2026-12-31         | true
            lapsing     | b      | 2026-12-31         | false
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            s       | silent      | 70
            l       | lapsing     | 30
            """,
        )
    )
    for scenario in ("contracted", "expected", "full"):
        assert_moves(
            tables,
            scenario,
            """
            month      | opening | contraction | churn | closing
            2026-12-01 | 100.00  | 0.00        | 30.00 | 70.00
            """,
        )
    assert_shows(
        tables["mrr_bridge"],
        """
        contract_id | renewal_basis | change_churn | settled_mrr | pending_full | full_mrr
        silent      | auto_renewed  | 0.00         | 70.00       | 0.00         | 70.00
        lapsing     | lapsing       | -30.00       | 0.00        | 0.00         | 0.00
        """,
    )


LATE = """
change_id | contract_id | contract_type        | effective_date | cancellation_requested_on | new_contact_max
c         | half_year   | renewal              | 2026-12-31     | 2026-11-20                |
d         | a_year      | renewal              | 2026-12-31     | 2026-11-20                |
e         | rolled      | renewal              | 2026-01-31     | 2026-01-20                |
f         | half_year   | contact_tier_upgrade | 2027-06-02     |                           | 2000
"""
"""Renewed by silence on 16 November and cancelled on the 20th; `rolled` was cancelled too late for its last renewal.
The upgrade of 2 June is not reached: half a year leaves that month."""


def cancelled_too_late(**choices):
    contracts = """
    contract_id | term_start_date | renewal_start_date | subscription_term_months | contact_max
    half_year   | 2026-06-30      | 2026-12-31         | 6                        | 1000
    a_year      | 2025-12-31      | 2026-12-31         | 12                       | 1000
    rolled      | 2026-01-31      | 2027-01-31         | 12                       | 1000
    """
    lines = "line_id | contract_id | unit_price\nl | half_year | 100\nm | a_year | 30\nn | rolled | 7"
    drawn = export(contracts=contracts, contract_lines=lines, contract_changes=LATE)
    return finance(drawn, **choices)


@pytest.mark.parametrize("scenario", ["contracted", "expected", "full"])
def test_a_contract_whose_renewal_was_cancelled_too_late_ends_at_the_renewal_after_that_one(scenario):
    # 30 June 2027; a year would leave after the last month, and is not lost before in any scenario.
    assert_moves(
        cancelled_too_late(),
        scenario,
        """
        month      | opening | expansion | contraction | churn | closing
        2027-01-01 | 137     | 0         | 0           | 7     | 130
        2027-06-01 | 130     | 0         | 0           | 100   | 30
        """,
    )


def test_what_a_late_cancellation_takes_is_churn_of_the_bridge():
    assert_shows(
        cancelled_too_late()["mrr_bridge"],
        """
        contract_id | renewal_basis  | change_limits | change_discount | change_churn | settled_mrr | pending_full
        a_year      | requested_late | 0             | 0               | 0            | 30          | 0
        half_year   | requested_late | 0             | 0               | -100         | 0           | 0
        rolled      | requested_late | 0             | 0               | -7           | 0           | 0
        """,
    )


def test_a_vendor_may_say_that_some_renew_after_a_late_cancellation():
    # 0.25 of 7 from January, 0.25 of 100 from June; there is no second renewal within the months.
    tables = cancelled_too_late(late_cancellation_renewal_probability=Decimal("0.25"))
    assert_moves(
        tables,
        "expected",
        """
        month      | opening | churn | closing
        2027-01-01 | 137     | 5.25  | 131.75
        2027-06-01 | 131.75  | 75    | 56.75
        """,
    )
    assert moves(tables, "full").is_empty()
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | churn | closing
        2027-01-01 | 137     | 7     | 130
        2027-06-01 | 130     | 100   | 30
        """,
    )


def test_later_renewals_after_a_late_cancellation_have_the_segments_probability():
    # Monthly, agreed until 10 December and cancelled since: 0.5 on 10 January, then 0.9 a month.
    tables = finance(
        export(
            contracts="""
            contract_id | term_start_date | renewal_start_date | subscription_term_months
            monthly     | 2026-11-10      | 2026-12-10         | 1
            """,
            contract_lines="line_id | contract_id | unit_price\nl | monthly | 1000",
            contract_changes="""
            change_id | contract_id | contract_type | effective_date | agreed_on  | cancellation_requested_on
            c         | monthly     | renewal       | 2026-12-10     | 2026-10-01 | 2026-11-20
            """,
        ),
        late_cancellation_renewal_probability=Decimal("0.5"),
        projection_months=4,
    )
    closing = tables["mrr_projection"].filter(scenario="expected").sort("month")["closing"].to_list()
    assert closing == [Decimal(1000), Decimal(1000), Decimal(500), Decimal(450)]


def test_signed_and_not_yet_live_is_new_on_its_first_day_at_the_mrr_of_that_day():
    # The discount of 20 % ends on 15 January: new at 80 on the 10th, 100 at the end of the month.
    tables = finance(
        export(
            contracts="""
            contract_id | term_start_date | renewal_start_date
            signed      | 2027-01-10      | 2028-01-10
            too_late    | 2027-11-01      | 2028-11-01          # after the last month
            """,
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            l       | signed      | 100        | 20               | 2027-01-15
            m       | too_late    | 100        |                  |
            """,
        )
    )
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | new   | expansion | closing
        2027-01-01 | 0.00    | 80.00 | 20.00     | 100.00
        """,
    )
    assert tables["mrr_bridge"]["contract_id"].to_list() == ["signed"]


def test_the_changes_of_a_contract_that_begins_later_are_derived_as_of_its_first_day():
    # A one-month term with 45 days' notice: on its first day its deadline has passed, so silence renews it once.
    # The renewal after that one is open.
    tables = finance(
        export(
            contracts="""
            contract_id | term_start_date | renewal_start_date | subscription_term_months
            signed      | 2027-01-10      | 2027-02-10         | 1
            """,
            contract_lines="line_id | contract_id | unit_price\nl | signed | 100",
        )
    )
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | new    | churn  | closing
        2027-01-01 | 0.00    | 100.00 | 0.00   | 100.00
        2027-03-01 | 100.00  | 0.00   | 100.00 | 0.00
        """,
    )


def test_a_discount_that_ends_is_expansion_in_the_month_of_its_last_day():
    # The end date is the first day without it: 1 February still falls into February, 31 December into December.
    tables = finance(
        export(
            contracts="contract_id | renewal_start_date\ncontract | 2027-11-30",
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            a       | contract    | 100        | 10               | 2026-12-31
            b       | contract    | 100        | 20               | 2027-02-01
            c       | contract    | 100        | 30               | 2027-11-01  # after the last month
            d       | contract    | 100        | 40               | 2026-11-23  # ended today
            """,
        )
    )
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | expansion | closing
        2026-12-01 | 340.00  | 10.00     | 350.00
        2027-02-01 | 350.00  | 20.00     | 370.00
        """,
    )


def test_a_confirmed_upgrade_is_expansion_everywhere_and_a_pending_one_not_in_contracted():
    tables = finance(
        export(
            contracts="contract_id | renewal_start_date | contact_max\ncontract | 2027-11-30 | 1000",
            contract_lines=LINE,
            contract_changes="""
            change_id | contract_type        | effective_date | agreed_on  | new_contact_max
            confirmed | contact_tier_upgrade | 2026-12-15     | 2026-11-01 | 3000
            pending   | contact_tier_upgrade | 2027-03-15     |            | 4000
            """,
            limit_blocks="""
            monthly_price_per_block
            25
            """,
        )
    )
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | expansion | closing
        2026-12-01 | 100.00  | 50.00     | 150.00
        """,
    )
    for scenario in ("expected", "full"):
        assert_moves(
            tables,
            scenario,
            """
            month      | opening | expansion | closing
            2026-12-01 | 100.00  | 50.00     | 150.00
            2027-03-01 | 150.00  | 25.00     | 175.00
            """,
        )


def test_a_renewal_at_a_lower_list_price_is_contraction_and_at_zero_churn():
    tables = finance(
        export(
            contract_lines="""
            line_id | contract_id | product_code | unit_price
            a       | lower       | hub          | 100
            b       | free        | gift         | 100
            """,
            contract_changes="""
            change_id | contract_id | contract_type | agreed_on
            a         | lower       | renewal       | 2026-11-01
            b         | free        | renewal       | 2026-11-01
            """,
            price_book="product_code | monthly_unit_price\nhub | 60\ngift | 0",
        )
    )
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | contraction | churn  | closing
        2027-01-01 | 200.00  | 40.00       | 100.00 | 60.00
        """,
    )


def test_a_discount_that_was_agreed_for_the_renewal_is_contraction_in_every_scenario():
    # A discount that begins later has no column: it comes as a quote (data contract). 20 % off 100.
    tables = finance(
        export(
            contract_lines=LINE,
            contract_changes="change_id | contract_type | agreed_on | quoted_mrr\nc | renewal | 2026-11-01 | 80",
        )
    )
    for scenario in ("contracted", "expected", "full"):
        assert_moves(
            tables,
            scenario,
            """
            month      | opening | new | expansion | contraction | churn | closing
            2027-01-01 | 100.00  | 0   | 0         | 20.00       | 0     | 80.00
            """,
        )


def test_a_cancellation_in_time_is_churn_in_every_scenario():
    tables = finance(
        export(
            contract_lines=LINE,
            contract_changes="change_id | contract_type | cancellation_requested_on\nc | renewal | 2026-11-01",
        )
    )
    for scenario in ("contracted", "expected", "full"):
        assert_moves(
            tables,
            scenario,
            """
            month      | opening | new | expansion | contraction | churn  | closing
            2027-01-01 | 100.00  | 0   | 0         | 0           | 100.00 | 0.00
            """,
        )


def test_on_the_last_day_of_a_month_the_first_period_is_that_day():
    # What ends on the first of the month moves in the next period; day 30 itself has nothing left to move.
    tables = finance(
        export(
            contracts="contract_id | renewal_start_date\ncontract | 2027-11-30",
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            l       | contract    | 100        | 10               | 2026-12-01
            """,
        ),
        as_of=date(2026, 11, 30),
    )
    rows = tables["mrr_projection"].filter(scenario="full").head(2)
    assert_shows(
        rows,
        """
        month      | opening | expansion | closing
        2026-11-01 | 90.00   | 0         | 90.00
        2026-12-01 | 90.00   | 10.00     | 100.00
        """,
    )


def test_expected_takes_churn_first_and_the_price_change_on_what_is_left():
    # 100 renews at 120 with probability 0.9: 10 are lost, 90 become 108.
    tables = finance(export(contract_lines=LINE, price_book="product_code | monthly_unit_price\nhub | 120"))
    assert_moves(
        tables,
        "expected",
        """
        month      | opening | expansion | churn | closing
        2027-01-01 | 100.00  | 18.00     | 10.00 | 108.00
        """,
    )


def test_renewals_repeat_every_term_from_the_first_one_at_its_price_and_multiply():
    # Three-month term: 31 January, 30 April (the 31st is clamped), 31 July, 31 October: 120 × 0.9, 0.81, 0.729, 0.6561.
    tables = finance(
        export(
            contracts="contract_id | subscription_term_months\ncontract | 3",
            contract_lines=LINE,
            price_book="""
            product_code | monthly_unit_price | valid_from
            hub          | 120                | 2026-01-01
            hub          | 200                | 2027-03-01   # a later renewal does not take it
            """,
        )
    )
    rows = tables["mrr_projection"].filter(scenario="expected")
    assert_shows(
        rows.filter(pl.col("month").dt.to_string("%m").is_in(["01", "04", "07", "10"])),
        """
        month      | opening | expansion | churn | closing
        2027-01-01 | 100.00  | 18.00     | 10.00 | 108.00
        2027-04-01 | 108.00  | 0.00      | 10.80 | 97.20
        2027-07-01 | 97.20   | 0.00      | 9.72  | 87.48
        2027-10-01 | 87.48   | 0.00      | 8.75  | 78.73   # 78.732
        """,
        in_order=True,
    )


def test_later_repeated_renewals_are_not_counted_in_contracted():
    # Agreed for 31 January; nobody has agreed to 30 April.
    tables = finance(
        export(
            contracts="contract_id | subscription_term_months\ncontract | 3",
            contract_lines=LINE,
            contract_changes="change_id | contract_type | agreed_on\nc | renewal | 2026-11-01",
        )
    )
    assert_moves(
        tables,
        "contracted",
        """
        month      | opening | churn  | closing
        2027-04-01 | 100.00  | 100.00 | 0.00
        """,
    )


def test_a_quote_stands_until_the_renewal_whatever_discount_ends_in_between():
    tables = finance(
        export(
            contracts="contract_id | renewal_start_date | contact_max\ncontract | 2027-11-30 | 1000",
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            l       | contract    | 100        | 10               | 2027-02-01
            """,
            contract_changes="""
            change_id | contract_type        | effective_date | agreed_on  | new_contact_max | quoted_mrr
            c         | contact_tier_upgrade | 2026-12-15     | 2026-11-01 | 3000            | 130
            """,
        )
    )
    assert_moves(
        tables,
        "full",
        """
        month      | opening | expansion | closing
        2026-12-01 | 90.00   | 40.00     | 130.00
        """,
    )


def test_money_never_mixes_currencies_and_nobodys_clients_have_rows_of_their_own():
    tables = finance(
        export(
            clients="hub_id | partner_id | association_ended_on\na | partner | \nb | partner | 2026-11-23",
            contracts="contract_id | hub_id | currency\nc1 | a | USD\nc2 | a | JPY\nc3 | b | USD",
            contract_lines="line_id | contract_id | unit_price\nl1 | c1 | 10\nl2 | c2 | 20.4\nl3 | c3 | 30",
        )
    )
    first = tables["mrr_projection"].filter((pl.col("scenario") == "full") & (pl.col("month").dt.month() == 11))
    assert_shows(
        first,
        """
        partner_id | currency | opening | closing
                   | USD      | 30.00   | 30.00
        partner    | JPY      | 20      | 20
        partner    | USD      | 10.00   | 10.00
        """,
    )


# Worked examples of vendors' documentation.
@pytest.mark.parametrize(
    ("frequency", "interval", "prices", "mrr"),
    [
        ("annual", "", ["1200"], "100.00"),
        ("quarterly", "", ["300"], "100.00"),
        ("other", "24", ["2400"], "100.00"),
        ("annual", "", ["500"], "41.67"),
        ("annual", "", ["500"] * 4, "166.67"),  # not 4 × 41.67
    ],
)
def test_worked_examples_open_the_projection(frequency, interval, prices, mrr):
    lines = "\n".join(f"l{number} | contract | {price}" for number, price in enumerate(prices))
    tables = finance(
        export(
            contracts=f"""
            contract_id | billing_frequency | billing_interval_months
            contract    | {frequency}       | {interval}
            """,
            contract_lines=f"line_id | contract_id | unit_price\n{lines}",
        )
    )
    assert tables["mrr_projection"].filter(scenario="full")["opening"][0] == Decimal(mrr)


def test_two_yearly_price_steps_are_never_summed():
    # 1,200 in the first year and 1,320 in the second: 100 now, 110 after the renewal, never 210.
    tables = finance(
        export(
            contracts="contract_id | billing_frequency\ncontract | annual",
            contract_lines="line_id | contract_id | unit_price\nl | contract | 1200",
            price_book="""
            product_code | monthly_unit_price | valid_from
            hub          | 100                | 2026-01-01
            hub          | 110                | 2027-01-01
            """,
        )
    )
    assert_moves(
        tables,
        "full",
        """
        month      | opening | expansion | closing
        2027-01-01 | 100.00  | 10.00     | 110.00
        """,
    )
