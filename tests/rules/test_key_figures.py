"""Rule 10's key figures, per partner and currency.

*Clients to act on*: clients with a Pending renewal whose deadline has not passed, or that is lapsing. *MRR up for
renewal*: Σ mrr_before of the upcoming renewals; *MRR at risk*: the part of it that is Pending or Cancellation requested
in time. *Estimated change*: Σ mrr_change of the upcoming changes.

Seen on 23 November 2026: with 45 days' notice, the deadline of a renewal on 7 January is today, of one on 6 January it
was yesterday.
"""

from __future__ import annotations

import polars as pl

from pipeline import transform
from pipeline.transform import partner_summary
from tests.frames import CHANGE, assert_rule, assert_shows, export
from tests.rules.runs import AS_OF


def summary(**drawings: str) -> pl.DataFrame:
    return transform.build(export(**drawings), as_of=AS_OF)["partner_summary"]


def test_a_pending_renewal_is_to_act_on_until_its_deadline_and_while_it_lapses():
    assert_rule(
        CHANGE,
        """
        contract_type        | status                 | status_basis   | days_to_deadline || to_act_on
        renewal              | pending                | awaiting       | 1                || true
        # today is the last day to act
        renewal              | pending                | awaiting       | 0                || true
        # it ends as things stand
        renewal              | pending                | lapsing        | -1               || true
        renewal              | renewed                | auto_renewed   | -1               || false
        renewal              | renewed                | agreed         | 10               || false
        renewal              | cancellation_requested | requested      | 10               || false
        renewal              | cancellation_requested | requested_late | -1               || false
        # the figure counts renewals
        contact_tier_upgrade | pending                | awaiting       | 10               || false
        email_overage        | pending                | awaiting       | 10               || false
        """,
        partner_summary.to_act_on().alias("to_act_on"),
    )


def test_pending_and_cancelled_in_time_is_at_risk_and_cancelled_too_late_is_not():
    assert_rule(
        CHANGE,
        """
        status                 | status_basis   || at_risk
        pending                | awaiting       || true
        pending                | lapsing        || true
        cancellation_requested | requested      || true
        cancellation_requested | requested_late || false
        renewed                | auto_renewed   || false
        renewed                | agreed         || false
        """,
        partner_summary.at_risk().alias("at_risk"),
    )


def test_clients_to_act_on_are_counted_once_whatever_they_have():
    # h1 has two renewals to act on; h2 is lapsing; h3 agreed; h4 was renewed by silence; h5 has only an upgrade.
    got = summary(
        contracts="""
        contract_id | hub_id | renewal_start_date | auto_renews | contact_max
        c1a         | h1     | 2027-01-07         | true        |
        c1b         | h1     | 2027-03-01         | true        |
        c2          | h2     | 2027-01-06         | false       |
        c3          | h3     | 2027-03-01         | true        |
        c4          | h4     | 2027-01-06         | true        |
        c5          | h5     | 2027-11-01         | true        | 1000
        """,
        contract_changes="""
        change_id | contract_id | contract_type        | effective_date | agreed_on  | new_contact_max
        r3        | c3          | renewal              | 2027-03-01     | 2026-11-01 |
        u5        | c5          | contact_tier_upgrade | 2027-03-01     |            | 2000
        """,
    )
    assert_shows(
        got,
        """
        clients | contracts | upcoming_changes | clients_to_act_on
        5       | 6         | 6                | 2
        """,
    )


def test_statuses_are_counted_and_what_renewed_is_rests_on():
    # All renew on 31 January. With 90 days' notice the deadline was 2 November, with 45 it is 17 December.
    got = summary(
        contracts="""
        contract_id | notice_days | auto_renews | contact_max
        awaited     | 45          | true        |
        lapsing     | 90          | false       |
        agreed      | 45          | true        | 1000
        silent_1    | 90          | true        |
        silent_2    | 90          | true        |
        cancelled   | 45          | true        |
        late        | 90          | true        |
        """,
        contract_changes="""
        change_id | contract_id | contract_type        | agreed_on  | cancellation_requested_on | new_contact_max
        r1        | agreed      | renewal              | 2026-11-01 |                           |
        u1        | agreed      | contact_tier_upgrade | 2026-11-01 |                           | 2000
        r2        | cancelled   | renewal              |            | 2026-11-01                |
        r3        | late        | renewal              |            | 2026-11-23                |
        """,
    )
    assert_shows(
        got,
        """
        upcoming_changes | pending | renewed | confirmed | cancellation_requested | agreed | auto_renewed | lapsing
        8                | 2       | 3       | 1         | 2                      | 2      | 2            | 1
        """,
    )


def test_money_figures_look_at_renewals_only_but_the_estimated_change_at_every_change():
    # Every contract pays 100 and renews at 110. With 90 days' notice the deadline was 2 November. The upgrade of
    # `awaited` comes before its renewal on the same day and adds 50: 150 is up for renewal there, and at risk.
    got = summary(
        contracts="""
        contract_id  | renewal_start_date | notice_days | auto_renews | contact_max
        agreed       | 2027-01-31         | 45          | true        |
        awaited      | 2027-01-31         | 45          | true        | 1000
        cancelled    | 2027-01-31         | 45          | true        |
        late         | 2027-01-31         | 90          | true        |
        silent       | 2027-01-31         | 90          | true        |
        lapsing      | 2027-01-31         | 90          | false       |
        not_upcoming | 2027-11-01         | 45          | true        |
        """,
        contract_lines="""
        line_id | contract_id  | unit_price
        l1      | agreed       | 100
        l2      | awaited      | 100
        l3      | cancelled    | 100
        l4      | late         | 100
        l5      | silent       | 100
        l6      | lapsing      | 100
        l7      | not_upcoming | 100
        """,
        contract_changes="""
        change_id | contract_id | contract_type        | agreed_on  | cancellation_requested_on | new_contact_max
        u1        | awaited     | contact_tier_upgrade |            |                           | 2000
        r1        | agreed      | renewal              | 2026-11-01 |                           |
        r2        | cancelled   | renewal              |            | 2026-11-01                |
        r3        | late        | renewal              |            | 2026-11-23                |
        """,
        price_book="""
        monthly_unit_price
        110
        """,
        limit_blocks="""
        monthly_price_per_block
        50
        """,
    )
    # Up for renewal: 150 + 5 × 100. At risk: awaited 150, cancelled in time 100, lapsing 100; the upgrade is
    # not a renewal. Change: + 50 upgrade, + 10 each for agreed, awaited, late and silent, - 100 each for cancelled and
    # lapsing, together - 110.
    assert_shows(
        got,
        """
        current_mrr | mrr_up_for_renewal | mrr_at_risk | estimated_change
        700.00      | 650.00             | 350.00      | -110.00
        """,
    )


def test_totals_are_sums_of_rounded_contract_figures():
    # Three contracts of 10.005 are 10.01 each: what is printed adds up to 30.03, not to 30.02 (30.015).
    got = summary(
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | a           | 10.005
        l2      | b           | 10.005
        l3      | c           | 10.005
        """
    )
    assert_shows(
        got,
        """
        contracts | current_mrr | mrr_up_for_renewal
        3         | 30.03       | 30.03
        """,
    )


def test_partners_and_currencies_are_kept_apart_and_a_partner_with_nothing_upcoming_has_zeros():
    got = summary(
        clients="""
        hub_id | partner_id
        h1     | p1
        h2     | p2
        """,
        contracts="""
        contract_id | hub_id | currency | renewal_start_date
        c1          | h1     | USD      | 2027-01-31
        c2          | h1     | EUR      | 2027-01-31
        c3          | h2     | USD      | 2027-11-01
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | c1          | 100
        l2      | c2          | 70
        l3      | c3          | 30
        """,
    )
    assert_shows(
        got,
        """
        partner_id | currency | clients | current_mrr | upcoming_changes | clients_to_act_on | mrr_up_for_renewal
        p1         | EUR      | 1       | 70.00       | 1                | 1                 | 70.00
        p1         | USD      | 1       | 100.00      | 1                | 1                 | 100.00
        p2         | USD      | 1       | 30.00       | 0                | 0                 | 0.00
        """,
        in_order=True,
    )


def test_deadlines_in_the_next_14_days_are_those_of_pending_changes():
    # 45 days before 21 January is 7 December, day 14. A pending upgrade counts, too; what is settled or over does not.
    got = summary(
        contracts="""
        contract_id | renewal_start_date | auto_renews | contact_max
        day_0       | 2027-01-07         | true        |
        day_14      | 2027-01-21         | true        |
        day_15      | 2027-01-22         | true        |
        lapsing     | 2027-01-06         | false       |
        agreed      | 2027-01-08         | true        |
        upgraded    | 2027-11-01         | true        | 1000
        """,
        contract_changes="""
        change_id | contract_id | contract_type        | effective_date | agreed_on  | new_contact_max
        r         | agreed      | renewal              | 2027-01-08     | 2026-11-01 |
        u         | upgraded    | contact_tier_upgrade | 2027-01-08     |            | 2000
        """,
    )
    assert got["deadlines_in_14_days"].to_list() == [3]
