"""Rule 10: the MRR of a contract once a change has taken effect, one change after the other, and why.

The first that applies: an earlier change ended the contract; cancelled in time, or lapsing (test_cancelled_changes.py);
a quote; for a CTU or EO the price of the blocks (test_block_prices.py); for a renewal list, uplift or today's prices
(test_renewal_pricing.py); nothing to price with.

Seen on 23 November 2026. What a table does not draw: one contract that pays 100 a month in USD for the product `hub`,
with 1,000 contacts and 10,000 e-mails in force; it renews on 31 January 2027 at the list price of 110; 1,000 more
contacts cost 50, 10,000 more e-mails 10.
"""

from __future__ import annotations

import polars as pl

from tests.frames import assert_shows
from tests.rules.runs import estimates


def test_each_change_starts_from_the_mrr_that_the_one_before_left():
    # CTU to 2,000: one block of 50. EO to 20,000: one of 10. Current MRR is today's on every row.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max | new_email_limit
        ctu       | contact_tier_upgrade | 2026-12-01     | 2000            |
        eo        | email_overage        | 2026-12-15     |                 | 20000
        """
    )
    # The renewal: 110, plus what the upgrade and the overage before it added.
    assert_shows(
        got,
        """
        change_id        | current_mrr | mrr_before | estimated_new_mrr | mrr_change | estimate_basis
        ctu              | 100.00      | 100.00     | 150.00            | 50.00      | price_book
        eo               | 100.00      | 150.00     | 160.00            | 10.00      | price_book
        contract:renewal | 100.00      | 160.00     | 170.00            | 10.00      | price_book
        """,
    )


def test_on_one_day_upgrades_come_first_then_overages_then_the_renewal():
    # The ids run the other way on purpose.
    got = estimates(
        """
        change_id | contract_type        | new_contact_max | new_email_limit
        a         | renewal              |                 |
        b         | email_overage        |                 | 20000
        c         | contact_tier_upgrade | 2000            |
        """
    )
    assert_shows(
        got,
        """
        change_id | mrr_before | estimated_new_mrr
        c         | 100.00     | 150.00
        b         | 150.00     | 160.00
        a         | 160.00     | 170.00
        """,
    )


def test_changes_of_one_type_on_one_day_are_taken_by_their_id():
    # Byte by byte: "Z" before "a". Z raises to 3,000 (two blocks); a, to 2,000, has nothing left to raise.
    got = estimates(
        """
        change_id | contract_type        | new_contact_max
        a         | contact_tier_upgrade | 2000
        Z         | contact_tier_upgrade | 3000
        """
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr
        Z                | 100.00     | 200.00
        a                | 200.00     | 200.00
        contract:renewal | 200.00     | 210.00
        """,
    )


def test_the_effective_date_counts_before_the_type():
    # The renewal on 31 January comes first: 110. The upgrade of the day after raises that.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max
        ctu       | contact_tier_upgrade | 2027-02-01     | 2000
        """
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr | mrr_change_price | mrr_change_limits
        contract:renewal | 100.00     | 110.00            | 10.00            | 0.00
        ctu              | 110.00     | 160.00            | 0.00             | 50.00
        """,
    )


def test_a_renewal_carries_over_what_upgrades_before_it_added_but_not_what_a_quote_took_away():
    # `up` is quoted at 130: + 30 for the renewal. `down` is quoted at 90: it lowers the MRR, but nothing is carried.
    # `both`: + 50 of the first upgrade and nothing for the second, which falls from 150 to 120.
    got = estimates(
        """
        change_id | contract_id | contract_type        | effective_date | new_contact_max | quoted_mrr
        up_1      | up          | contact_tier_upgrade | 2026-12-01     | 2000            | 130
        down_1    | down        | contact_tier_upgrade | 2026-12-01     | 2000            | 90
        both_1    | both        | contact_tier_upgrade | 2026-12-01     | 2000            |
        both_2    | both        | contact_tier_upgrade | 2026-12-02     | 3000            | 120
        """,
        contracts="""
        contract_id | contact_max
        up          | 1000
        down        | 1000
        both        | 1000
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | up          | 100
        l2      | down        | 100
        l3      | both        | 100
        """,
    )
    assert_shows(
        got,
        """
        change_id    | mrr_before | estimated_new_mrr | mrr_change | mrr_change_price | mrr_change_quote
        up_1         | 100.00     | 130.00            | 30.00      | 0.00             | 30.00
        up:renewal   | 130.00     | 140.00            | 10.00      | 10.00            | 0.00
        down_1       | 100.00     | 90.00             | -10.00     | 0.00             | -10.00
        down:renewal | 90.00      | 110.00            | 20.00      | 10.00            | 10.00
        both_1       | 100.00     | 150.00            | 50.00      | 0.00             | 0.00
        both_2       | 150.00     | 120.00            | -30.00     | 0.00             | -30.00
        both:renewal | 120.00     | 160.00            | 40.00      | 10.00            | 30.00
        """,  # the price rises by 10 for all three; that a lower quote does not outlast the renewal is not a price
    )


def test_what_a_lower_quote_took_off_comes_back_as_quote_only_where_prices_decide_the_renewal():
    # All are quoted at 90 and 80 of 100 before they renew. A cancelled quote took nothing off.
    got = estimates(
        """
        change_id | contract_id | contract_type        | effective_date | new_contact_max | quoted_mrr \
        | cancellation_requested_on
        a1        | twice       | contact_tier_upgrade | 2026-12-01     | 2000            | 90         |
        a2        | twice       | email_overage        | 2026-12-02     |                 | 80         |
        b1        | quoted      | contact_tier_upgrade | 2026-12-01     | 2000            | 90         |
        b2        | quoted      | renewal              | 2027-01-31     |                 | 105        |
        c1        | cancelled   | contact_tier_upgrade | 2026-12-01     | 2000            | 90         |
        c2        | cancelled   | renewal              | 2027-01-31     |                 |            | 2026-11-20
        d1        | unquoted    | contact_tier_upgrade | 2027-01-20     | 2000            | 90         | 2026-11-20
        e1        | after       | contact_tier_upgrade | 2027-02-10     | 2000            | 90         |
        """,
        contracts="""
        contract_id | contact_max
        twice       | 1000
        quoted      | 1000
        cancelled   | 1000
        unquoted    | 1000
        after       | 1000
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | twice       | 100
        l2      | quoted      | 100
        l3      | cancelled   | 100
        l4      | unquoted    | 100
        l5      | after       | 100
        """,
    )
    assert_shows(
        got.filter(~pl.col("change_id").is_in(["a1", "a2", "b1", "c1", "d1"])),
        """
        change_id        | estimated_new_mrr | mrr_change_price | mrr_change_quote | mrr_change_cancellation
        twice:renewal    | 110.00            | 10.00            | 20.00            | 0.00
        b2               | 105.00            | 0.00             | 15.00            | 0.00
        c2               | 0.00              | 0.00             | 0.00             | -90.00
        unquoted:renewal | 110.00            | 10.00            | 0.00             | 0.00
        after:renewal    | 110.00            | 10.00            | 0.00             | 0.00
        e1               | 90.00             | 0.00             | -20.00           | 0.00
        """,
    )


def test_a_quote_is_the_contracts_whole_mrr_and_goes_before_every_price():
    # The quote of the renewal, 125.50, is not raised by the 50 of the upgrade before it. A quote of 0 is a quote.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max | new_email_limit | quoted_mrr
        ctu       | contact_tier_upgrade | 2026-12-01     | 2000            |                 |
        r         | renewal              | 2027-01-31     |                 |                 | 125.50
        eo        | email_overage        | 2027-02-01     |                 | 20000           | 0
        """
    )
    assert_shows(
        got,
        """
        change_id | mrr_before | estimated_new_mrr | mrr_change_limits | mrr_change_quote | estimate_basis
        ctu       | 100.00     | 150.00            | 50.00             | 0.00             | price_book
        r         | 150.00     | 125.50            | 0.00              | -24.50           | quote
        eo        | 125.50     | 0.00              | 0.00              | -125.50          | quote
        """,
    )


def test_a_quote_is_rounded_half_up_to_the_smallest_unit_of_the_currency():
    got = estimates(
        """
        change_id | contract_id | contract_type | quoted_mrr
        r1        | usd_tie     | renewal       | 150.005
        r2        | usd_below   | renewal       | 150.0049
        r3        | jpy_tie     | renewal       | 150.5
        r4        | kwd         | renewal       | 150.0005
        r5        | clf         | renewal       | 150.0001
        """,
        contracts="""
        contract_id | currency
        usd_tie     | USD
        usd_below   | USD
        jpy_tie     | JPY
        kwd         | KWD
        clf         | CLF
        """,
        contract_lines="line_id | contract_id | unit_price",
    )
    assert_shows(
        got,
        """
        contract_id | estimated_new_mrr
        usd_tie     | 150.01
        usd_below   | 150.00
        jpy_tie     | 151
        kwd         | 150.001
        clf         | 150.0001
        """,
    )


def test_contracts_do_not_see_each_others_changes():
    # `a` ends and its upgrade is quoted; `b`, of the same client, is priced as if it were alone.
    got = estimates(
        """
        change_id | contract_id | contract_type        | effective_date | cancellation_requested_on | new_contact_max
        r         | a           | renewal              | 2027-01-31     | 2026-11-20                |
        ctu       | b           | contact_tier_upgrade | 2027-02-01     |                           | 2000
        """,
        contracts="""
        contract_id | contact_max
        a           | 9000
        b           | 1000
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l1      | a           | 700
        l2      | b           | 100
        """,
    )
    assert_shows(
        got,
        """
        change_id | mrr_before | estimated_new_mrr
        r         | 700.00     | 0.00
        b:renewal | 100.00     | 110.00
        ctu       | 110.00     | 160.00
        """,
    )


def test_every_part_of_an_estimate_stands_in_its_own_column():
    # 100 with 20 % off until 31 January is 80 today. CTU + 50, quoted EO + 5, renewal 110 + 55 carried: + 30, of which
    # 22 is the ended discount (20 % of 110) and 8 price. The upgrade after it is cancelled: no change.
    got = estimates(
        """
        change_id | contract_type | effective_date | cancellation_requested_on | new_contact_max | new_email_limit \
        | quoted_mrr
        ctu | contact_tier_upgrade | 2026-12-01 | | 2000 | |
        eo | email_overage | 2026-12-02 | | | 20000 | 135
        r | renewal | 2027-01-31 | | | |
        off | contact_tier_upgrade | 2027-02-01 | 2026-11-20 | 3000 | |
        """,
        contract_lines="""
        line_id | contract_id | unit_price | discount_percent | discount_end_date
        l       | contract    | 100        | 20               | 2027-01-31
        """,
    )
    assert_shows(
        got.rename(lambda name: name.removeprefix("mrr_change_")),
        """
        change_id | mrr_before | estimated_new_mrr | mrr_change | price | discount | limits | quote | cancellation
        ctu       | 80.00      | 130.00            | 50.00      | 0.00  | 0.00     | 50.00  | 0.00  | 0.00
        eo        | 130.00     | 135.00            | 5.00       | 0.00  | 0.00     | 0.00   | 5.00  | 0.00
        r         | 135.00     | 165.00            | 30.00      | 8.00  | 22.00    | 0.00   | 0.00  | 0.00
        off       | 165.00     | 165.00            | 0.00       | 0.00  | 0.00     | 0.00   | 0.00  | 0.00
        """,
    )
