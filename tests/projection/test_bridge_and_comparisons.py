"""The bridge, retention, rival definitions, currencies and findings, drawn. Seen on 23 November 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from pipeline import transform
from pipeline.tables.finance_tables import WHAT_TO_DO
from pipeline.transform.projection.currencies import converted_projection, currencies_without_rate
from pipeline.transform.projection.drill_down import bridge_lines
from tests.frames import assert_shows, export
from tests.projection.runs import AS_OF, finance


def test_the_bridge_names_every_cause_once_and_keeps_pending_apart():
    # Every contract at 100 before discounts; the price list says 110.
    tables = finance(
        export(
            contracts="""
            contract_id | hub_id | renewal_start_date | term_start_date
            agreed      | a      | 2027-01-31         | 2026-01-31
            pending     | b      | 2027-01-31         | 2026-01-31
            cancelled   | c      | 2027-01-31         | 2026-01-31
            discounted  | d      | 2027-11-30         | 2026-11-30
            quoted      | f      | 2027-01-31         | 2026-01-31
            signed      | g      | 2028-01-01         | 2027-01-01
            """,
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            l1      | agreed      | 100        |                  |
            l2      | pending     | 100        |                  |
            l3      | cancelled   | 100        |                  |
            l4      | discounted  | 100        | 20               | 2027-03-01
            l6      | quoted      | 100        |                  |
            l7      | signed      | 100        |                  |
            """,
            contract_changes="""
            change_id | contract_id | contract_type | agreed_on  | cancellation_requested_on | quoted_mrr
            x1        | agreed      | renewal       | 2026-11-01 |                           |
            x3        | cancelled   | renewal       |            | 2026-11-01                |
            x6        | quoted      | renewal       | 2026-11-01 |                           | 95
            """,
            price_book="product_code | monthly_unit_price\nhub | 110",
        )
    )
    assert_shows(
        tables["mrr_bridge"],
        """
        contract_id | current_mrr | change_new | change_price | change_discount | change_quote | change_churn
        agreed      | 100         | 0          | 10           | 0               | 0            | 0
        cancelled   | 100         | 0          | 0            | 0               | 0            | -100
        discounted  | 0           | 80         | 0            | 20              | 0            | 0
        pending     | 100         | 0          | 0            | 0               | 0            | 0
        quoted      | 100         | 0          | 0            | 0               | -5           | 0
        signed      | 0           | 100        | 0            | 0               | 0            | 0
        """,
    )
    assert_shows(
        tables["mrr_bridge"],
        """
        contract_id | settled_mrr | pending_contracted | pending_expected | pending_full | renewal_basis
        agreed      | 110         | 0                  | 0                | 0            | agreed
        cancelled   | 0           | 0                  | 0                | 0            | requested
        discounted  | 100         | 0                  | 0                | 0            |
        pending     | 100         | -100               | -1               | 10           | awaiting
        quoted      | 95          | 0                  | 0                | 0            | agreed
        signed      | 100         | 0                  | 0                | 0            |
        """,  # pending: 110 × 0.9 = 99
    )


def test_an_agreed_upgrade_is_in_the_bridge_as_limits_and_a_pending_one_as_pending():
    tables = finance(
        export(
            contracts="contract_id | renewal_start_date | contact_max\ncontract | 2027-11-30 | 1000",
            contract_lines="line_id | contract_id | unit_price\nl | contract | 100",
            contract_changes="""
            change_id | contract_type        | effective_date | agreed_on  | new_contact_max
            x         | contact_tier_upgrade | 2026-12-15     | 2026-11-01 | 2000
            y         | contact_tier_upgrade | 2027-01-15     |            | 4000
            """,
            limit_blocks="monthly_price_per_block\n25",
        )
    )
    assert_shows(
        tables["mrr_bridge"],
        """
        current_mrr | change_limits | settled_mrr | pending_contracted | pending_expected | pending_full | full_mrr
        100         | 25            | 125         | 0                  | 50               | 50           | 175
        """,
    )


def test_a_bar_of_the_bridge_can_be_opened_down_to_its_lines():
    drawn = export(
        contracts="contract_id | billing_frequency\ncontract | annual\nother | annual",
        contract_lines="""
        line_id | contract_id | quantity | unit_price | discount_percent | discount_end_date | is_recurring
        a       | contract    | 2        | 500        | 10               | 2027-01-31        |
        b       | contract    | 1        | 600        |                  |                   | false
        c       | other       | 1        | 600        |                  |                   |
        """,
        price_book="product_code | monthly_unit_price\nhub | 45",
    )
    lines = bridge_lines(
        pl.Series(["contract"]),
        drawn["contracts"],
        drawn["contract_lines"],
        drawn["price_book"],
        as_of=AS_OF,
        until=date(2027, 10, 31),
    )
    assert_shows(
        lines,
        """
        line_id | discount_now | discount_then | list_price_then | line_mrr_now
        a       | 10           | 0             | 45              | 75            # 2 × 500 × 0.9 / 12
        b       | 0            | 0             | 45              | 0             # one-off
        """,
    )


def test_retention_looks_at_clients_that_opened_and_nets_their_contracts():
    # a: one contract ends, a new one begins at less: a contraction of 40. b ends: churn. c begins: no cohort.
    # d: 100 becomes 130.
    tables = finance(
        export(
            contracts="""
            contract_id | hub_id | term_start_date | renewal_start_date
            a1          | a      | 2026-01-31      | 2027-01-31
            a2          | a      | 2027-02-15      | 2028-02-15
            b1          | b      | 2026-01-31      | 2027-01-31
            c1          | c      | 2027-02-15      | 2028-02-15
            d1          | d      | 2026-01-31      | 2027-01-31
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            l1      | a1          | 100
            l2      | a2          | 60
            l3      | b1          | 100
            l4      | c1          | 500
            l5      | d1          | 100
            """,
            contract_changes="""
            change_id | contract_id | contract_type | cancellation_requested_on | agreed_on  | quoted_mrr
            x1        | a1          | renewal       | 2026-11-01                |            |
            x2        | b1          | renewal       | 2026-11-01                |            |
            x3        | d1          | renewal       |                           | 2026-11-01 | 130
            """,
        )
    )
    assert_shows(
        tables["retention"],
        """
        scenario   | opening | expansion | contraction | churn | grr      | nrr
        contracted | 300     | 30        | 40          | 100   | 0.533333 | 0.633333
        expected   | 300     | 30        | 40          | 100   | 0.533333 | 0.633333
        full       | 300     | 30        | 40          | 100   | 0.533333 | 0.633333
        """,
    )


def test_in_expected_what_may_not_renew_is_churn_and_a_price_rise_does_not_hide_it():
    # Both may renew with 0.9: 100 at the list's 120, 50 as it is.
    tables = finance(
        export(
            contracts="contract_id | hub_id\ndearer | a\nsame | b",
            contract_lines="""
            line_id | contract_id | product_code | unit_price
            l       | dearer      | hub          | 100
            m       | same        | x            | 50
            """,
            price_book="product_code | monthly_unit_price\nhub | 120",
        )
    )
    assert_shows(
        tables["retention"],
        """
        scenario   | opening | expansion | contraction | churn | grr      | nrr
        contracted | 150     | 0         | 0           | 150   | 0.000000 | 0.000000
        expected   | 150     | 18        | 0           | 15    | 0.900000 | 1.020000
        full       | 150     | 20        | 0           | 0     | 1.000000 | 1.133333
        """,
    )
    year = (
        tables["mrr_projection"].filter(scenario="expected").select(pl.col("expansion", "contraction", "churn").sum())
    )
    assert year.row(0) == (Decimal(18), Decimal(0), Decimal(15))


def test_rival_definitions_stand_beside_ours():
    # Two-year term, billed yearly: 1,200 a year less 10 %; the list says 120 a month; a one-off of 600.
    tables = finance(
        export(
            contracts="""
            contract_id | subscription_term_months | billing_frequency
            contract    | 24                       | annual
            """,
            contract_lines="""
            line_id | contract_id | product_code | unit_price | discount_percent | is_recurring
            a       | contract    | hub          | 1200       | 10               |
            b       | contract    | unlisted     | 240        |                  |
            c       | contract    | setup        | 600        |                  | false
            """,
            price_book="""
            product_code | monthly_unit_price | valid_from
            hub          | 90                 | 2026-01-01
            hub          | 120                | 2026-11-23
            hub          | 150                | 2026-11-24
            """,
        )
    )
    assert_shows(
        tables["rival_mrr"],
        """
        current_mrr | undiscounted_mrr | list_price_mrr | with_one_off_mrr | by_term_mrr
        110.00      | 120.00           | 140.00         | 160.00           | 55.00
        """,
    )


def test_a_moved_rate_is_an_fx_effect_and_never_a_movement():
    # 100 EUR: 1.08 at the end of October, 1.10 now. 100 JPY without a rate. USD is the reporting currency.
    drawn = export(
        contracts="""
        contract_id | currency | renewal_start_date
        e           | EUR      | 2027-11-30
        j           | JPY      | 2027-11-30
        u           | USD      | 2027-11-30
        """,
        contract_lines="line_id | contract_id | unit_price\ne | e | 100\nj | j | 100\nu | u | 100",
        fx_rates="""
        rate_date  | currency | rate
        2026-10-30 | EUR      | 1.08
        2026-11-20 | EUR      | 1.10
        2026-11-24 | EUR      | 9.99   # tomorrow
        """,
    )
    tables = finance(drawn)
    assert_shows(
        tables["currency_rates"],
        """
        currency | current_mrr | fx_rate | fx_rate_date | current_mrr_converted | compared_rate | fx_effect
        EUR      | 100         | 1.10    | 2026-11-20   | 110                   | 1.08          | 2
        JPY      | 100         |         |              |                       |               |
        USD      | 100         | 1       | 2026-11-23   | 100                   | 1             | 0
        """,
    )
    assert currencies_without_rate(tables["currency_rates"]) == ["JPY"]
    movements = tables["mrr_projection"].select(pl.sum_horizontal("new", "expansion", "contraction", "churn"))
    assert movements.to_series().to_list() == [0] * movements.height
    converted = converted_projection(tables["mrr_projection"], tables["currency_rates"])
    assert set(converted.filter(currency="EUR")["closing_converted"]) == {Decimal(110)}
    assert set(converted.filter(currency="JPY")["closing_converted"]) == {None}


@pytest.mark.parametrize(
    ("mrr", "before", "now"),
    [
        # 0.5 × 1.01 = 0.505 → 0.51 and 0.5 × 1.02 = 0.51: the rounded figures do not differ, the effect is 0.01.
        ("0.50", "1.01", "1.02"),
        # 100.33 × 0.00015 = 0.0150495 → 0.02; the rounded figures differ by 0.01.
        ("100.33", "1.08005", "1.0802"),
        ("100.33", "1.0802", "1.08005"),  # and down: away from zero
        ("1", "1.005", "1.01"),  # exactly half a cent
        ("1", "1.01", "1.005"),
    ],
)
def test_the_fx_effect_is_mrr_times_the_difference_of_the_rates_rounded_once(mrr, before, now):
    drawn = export(
        contracts="contract_id | currency | renewal_start_date\ne | EUR | 2027-11-30",
        contract_lines=f"line_id | contract_id | unit_price\ne | e | {mrr}",
        fx_rates=f"rate_date | currency | rate\n2026-10-30 | EUR | {before}\n2026-11-20 | EUR | {now}",
    )
    exact = Fraction(mrr) * (Fraction(now) - Fraction(before)) * 100
    cents = int(abs(exact) + Fraction(1, 2)) * (1 if exact > 0 else -1)
    assert finance(drawn)["currency_rates"]["fx_effect"].to_list() == [Decimal(cents) / 100]


def test_what_conversion_rounds_away_is_shown():
    projection = pl.DataFrame(
        {
            "currency": ["EUR"],
            "opening": [Decimal("0.50")],
            "new": [Decimal("0.50")],
            "expansion": [Decimal(0)],
            "contraction": [Decimal(0)],
            "churn": [Decimal(0)],
            "closing": [Decimal("1.00")],
        }
    )
    rates = pl.DataFrame(
        {"currency": ["EUR"], "reporting_currency": ["USD"], "fx_rate": [Decimal("1.01")], "fx_rate_date": [AS_OF]}
    )
    assert_shows(
        converted_projection(projection, rates),
        """
        opening_converted | new_converted | closing_converted | rounding_converted
        0.51              | 0.51          | 1.01              | -0.01
        """,
    )


def test_contracts_that_expired_without_a_new_row_are_named_unless_their_end_is_known():
    tables = finance(
        export(
            contracts="""
            contract_id | hub_id | term_start_date | renewal_start_date
            forgotten   | a      | 2025-11-20      | 2026-11-20           # three days ago: the grace days have passed
            in_grace    | a      | 2025-11-21      | 2026-11-21           # its new row may still come
            today       | a      | 2025-11-23      | 2026-11-23
            running     | b      | 2025-11-24      | 2026-11-24
            churned     | c      | 2025-06-01      | 2026-06-01
            cancelled   | d      | 2025-06-01      | 2026-06-01
            """,
            contract_lines="""
            line_id | contract_id | unit_price | discount_percent | discount_end_date
            l       | forgotten   | 100        | 10               | 2026-11-20
            m       | churned     | 100        |                  |
            """,
            contract_changes="""
            change_id | contract_id | contract_type | effective_date | cancellation_requested_on
            x         | cancelled   | renewal       | 2026-06-01     | 2026-03-01
            """,
            renewal_history="""
            contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency
            churned     | c      | 2026-06-01         | churned | 100        | 0         | USD
            """,
        )
    )
    assert_shows(
        tables["findings"],
        """
        finding            | contract_id | hub_id | partner_id | happened_on | mrr
        expired_not_rolled | forgotten   | a      | partner    | 2026-11-20  | 90
        """,
    )


@pytest.mark.parametrize(("days", "found"), [(0, 3), (2, 2), (3, 1), (4, 0)])
def test_a_vendor_says_how_long_a_contract_may_wait_for_its_new_row(days, found):
    drawn = export(
        contracts="contract_id | term_start_date | renewal_start_date\na | 2025-11-20 | 2026-11-20\n"
        "b | 2025-11-21 | 2026-11-21\nc | 2025-11-23 | 2026-11-23"
    )
    assert finance(drawn, rolling_grace_days=days)["findings"].height == found


def test_a_contract_that_another_of_its_client_and_currency_follows_has_been_renewed():
    tables = finance(
        export(
            contracts="""
            contract_id    | hub_id | currency | term_start_date | renewal_start_date
            followed       | a      | EUR      | 2025-06-01      | 2026-06-01
            next           | a      | EUR      | 2026-06-01      | 2027-06-01
            day_later      | b      | EUR      | 2025-05-31      | 2026-05-31
            next_b         | b      | EUR      | 2026-06-01      | 2027-06-01
            other_currency | c      | EUR      | 2025-06-01      | 2026-06-01
            next_c         | c      | USD      | 2026-06-01      | 2027-06-01
            other_client   | d      | EUR      | 2025-06-01      | 2026-06-01
            followed_again | e      | EUR      | 2024-06-01      | 2025-06-01
            next_e         | e      | EUR      | 2025-06-01      | 2026-06-01    # has expired too, and has no successor
            """,
        )
    )
    assert_shows(
        tables["findings"],
        """
        finding            | contract_id    | hub_id
        expired_not_rolled | day_later      | b
        expired_not_rolled | next_e         | e
        expired_not_rolled | other_client   | d
        expired_not_rolled | other_currency | c
        """,
    )


def test_a_new_contract_is_counted_once_however_many_renew_on_its_first_day():
    tables = finance(
        export(
            contracts="""
            contract_id | hub_id | currency | term_start_date | renewal_start_date
            a_usd       | a      | USD      | 2026-01-31      | 2027-01-31
            b_eur       | a      | EUR      | 2026-01-31      | 2027-01-31
            c_eur       | a      | EUR      | 2026-01-31      | 2027-01-31
            new         | a      | EUR      | 2027-01-31      | 2028-01-31
            """,
            contract_lines="line_id | contract_id | unit_price\nl | new | 80",
        )
    )
    assert_shows(
        tables["findings"],
        """
        finding            | contract_id | other_contract_id | currency | mrr
        possible_successor | new         | b_eur             | EUR      | 80
        """,
    )
    assert tables["findings"]["what_to_do"].to_list() == [WHAT_TO_DO["possible_successor"]]


def test_a_contract_that_leaves_on_the_day_another_one_begins_does_not_count_twice():
    # The renewal of 31 January 2026 was cancelled too late, so the old contract ends on that of 2027.
    tables = finance(
        export(
            contracts="""
            contract_id | term_start_date | renewal_start_date
            old         | 2026-01-31      | 2027-01-31
            new         | 2027-01-31      | 2028-01-31
            """,
            contract_changes="""
            change_id | contract_id | contract_type | effective_date | cancellation_requested_on
            x         | old         | renewal       | 2026-01-31     | 2026-01-20
            """,
        )
    )
    assert tables["findings"].is_empty()


def test_whether_a_cancellation_was_in_time_depends_on_the_vendors_notice():
    # It asked 50 days before the end of its term: in time with 45 days' notice, too late with 60.
    drawn = export(
        contracts="contract_id | term_start_date | renewal_start_date\nc | 2025-06-01 | 2026-06-01",
        contract_lines="line_id | contract_id | unit_price\nl | c | 100",
        contract_changes="""
        change_id | contract_id | contract_type | effective_date | cancellation_requested_on
        x         | c           | renewal       | 2026-06-01     | 2026-04-12
        """,
    )
    assert finance(drawn)["findings"].is_empty()
    assert finance(drawn, notice_days=60)["findings"]["finding"].to_list() == ["expired_not_rolled"]


def test_a_contract_that_starts_on_the_day_another_of_its_client_renews_may_be_its_successor():
    tables = finance(
        export(
            contracts="""
            contract_id | hub_id | term_start_date | renewal_start_date
            old         | a      | 2026-01-31      | 2027-01-31
            new         | a      | 2027-01-31      | 2028-01-31
            day_later   | a      | 2027-02-01      | 2028-02-01
            of_another  | b      | 2027-01-31      | 2028-01-31
            ended       | c      | 2026-01-31      | 2027-01-31
            replacing   | c      | 2027-01-31      | 2028-01-31    # the other one is cancelled: nothing counts twice
            """,
            contract_lines="line_id | contract_id | unit_price\nl | new | 80",
            contract_changes="""
            change_id | contract_id | contract_type | cancellation_requested_on
            x         | ended       | renewal       | 2026-11-01
            """,
        )
    )
    assert_shows(
        tables["findings"],
        """
        finding            | contract_id | other_contract_id | happened_on | mrr
        possible_successor | new         | old               | 2027-01-31  | 80
        """,
    )


def test_a_contract_of_the_previous_run_that_tonights_export_lacks_is_a_finding():
    def night(*lines: str) -> dict[str, pl.DataFrame]:
        drawn = "\n".join(f"{name} | {name} | 70" for name in lines)
        return export(contract_lines=f"line_id | contract_id | unit_price\n{drawn}")

    previous = transform.build(night("kept", "lost"), as_of=AS_OF)["contract_mrr"]
    tables = finance(night("kept", "fresh"), previous=previous)
    assert_shows(
        tables["findings"],
        """
        finding             | contract_id | partner_id | currency | happened_on | mrr
        missing_from_export | lost        | partner    | USD      | 2026-11-23  | 70
        """,
    )
    assert finance(night("kept", "fresh"))["findings"].is_empty()
