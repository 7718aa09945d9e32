"""Rule 10.3: what a contact tier upgrade (CTU) or an email overage (EO) costs.

A limit is bought in blocks. From the limit in force, while below the new limit, one block is added of the band with
the greatest `from_limit` not above the point reached. So a begun block is paid whole, and a block that begins in one
band may end in the next.

Seen on 23 November 2026. What a table does not draw: contracts in USD, the product `hub`, its book of contacts valid
from 1 January 2026, upgrades that take effect on 31 January 2027.
"""

from __future__ import annotations

from tests.frames import assert_shows, cells
from tests.rules.runs import upgrades_and_overages

# From 1,000 contacts on, a block of 1,000 for 50; from 5,000 on, a block of 5,000 for 200.
TWO_BANDS = """
from_limit | block_size | monthly_price_per_block
1000       | 1000       | 50
5000       | 5000       | 200
"""


def assert_upgrades(book: str, drawing: str) -> None:
    """Each drawn row is the one CTU of a contract of 100 a month without any other change."""
    _, rows = cells(drawing)
    numbered = list(enumerate(rows))
    got = upgrades_and_overages(
        contracts="\n".join(["contract_id | contact_max", *(f"{n} | {row[0]}" for n, row in numbered)]),
        contract_lines="\n".join(["line_id | contract_id | unit_price", *(f"{n} | {n} | 100" for n, _ in numbered)]),
        contract_changes="\n".join(
            [
                "change_id | contract_id | contract_type | new_contact_max",
                *(f"{n} | {n} | contact_tier_upgrade | {row[1]}" for n, row in numbered),
            ]
        ),
        limit_blocks=book,
    )
    expected = [f"{n} | 100.00 | {row[2]} | {row[3]}" for n, row in numbered]
    assert_shows(got, "\n".join(["change_id | mrr_before | mrr_change | estimate_basis", *expected]))


def test_a_begun_block_is_paid_whole():
    assert_upgrades(
        TWO_BANDS,
        """
        contact_max | new_contact_max || mrr_change | estimate_basis
        1000        | 1001            || 50.00      | price_book  # one contact more is one block more
        1000        | 2000            || 50.00      | price_book
        1000        | 2001            || 100.00     | price_book
        # blocks are counted from the limit in force, not from the band
        1500        | 2500            || 50.00      | price_book
        1500        | 2501            || 100.00     | price_book
        """,
    )


def test_a_band_begins_at_its_from_limit():
    assert_upgrades(
        TWO_BANDS,
        """
        contact_max | new_contact_max || mrr_change | estimate_basis
        4000        | 5000            || 50.00      | price_book  # reached within the first band
        4999        | 5000            || 50.00      | price_book
        5000        | 5001            || 200.00     | price_book  # at 5,000 the second band has begun
        5000        | 10000           || 200.00     | price_book
        5000        | 10001           || 400.00     | price_book
        """,
    )


def test_a_raise_over_the_edge_pays_each_band_for_its_own_blocks():
    assert_upgrades(
        TWO_BANDS,
        """
        contact_max | new_contact_max || mrr_change | estimate_basis
        3000        | 10000           || 300.00     | price_book  # 3,000 and 4,000 at 50, then 5,000 to 10,000 at 200
        4000        | 5001            || 250.00     | price_book
        """,
    )


def test_a_block_that_ends_beyond_the_edge_takes_the_point_reached_with_it():
    # 4,500 + one block of 50 = 5,500: from there one block of the second band reaches 10,500.
    assert_upgrades(
        TWO_BANDS,
        """
        contact_max | new_contact_max || mrr_change | estimate_basis
        4500        | 5500            || 50.00      | price_book  # the second band is never paid for
        4500        | 10500           || 250.00     | price_book
        4500        | 10501           || 450.00     | price_book
        """,
    )


def test_one_large_block_can_jump_over_a_whole_band():
    # From 0 one block of 10,000 for 10 leads to 10,000, past the band from 2,000; then two blocks of 7.
    assert_upgrades(
        """
        from_limit | block_size | monthly_price_per_block
        0          | 10000      | 10
        2000       | 1          | 1000
        8000       | 1000       | 7
        """,
        """
        contact_max | new_contact_max || mrr_change | estimate_basis
        0           | 10000           || 10.00      | price_book
        0           | 12000           || 24.00      | price_book
        1999        | 2000            || 10.00      | price_book
        2000        | 2003            || 3000.00    | price_book
        """,
    )


def test_below_the_lowest_band_and_without_a_limit_in_force_there_is_nothing_to_price_with():
    assert_upgrades(
        TWO_BANDS,
        """
        contact_max | new_contact_max || mrr_change | estimate_basis
        999         | 2000            || 0.00       | unpriced
        1000        | 2000            || 50.00      | price_book
                    | 2000            || 0.00       | unpriced  # no limit in force
        """,
    )


def test_a_new_limit_not_above_the_limit_in_force_costs_0():
    # The contract's own limit is refused at the gate; an earlier upgrade of the same contract can have gone beyond.
    got = upgrades_and_overages(
        contracts="""
        contract_id | contact_max
        contract    | 1000
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l       | contract    | 100
        """,
        contract_changes="""
        change_id | contract_type        | effective_date | new_contact_max
        first     | contact_tier_upgrade | 2026-12-01     | 5000
        less      | contact_tier_upgrade | 2026-12-02     | 3000
        equal     | contact_tier_upgrade | 2026-12-03     | 5000
        more      | contact_tier_upgrade | 2026-12-04     | 6000
        """,
        limit_blocks=TWO_BANDS,
    )
    # 1,000 to 5,000: four blocks of 50. A lower limit does not lower what is in force: 5,000 to 6,000 is one of 200.
    assert_shows(
        got,
        """
        change_id | mrr_before | estimated_new_mrr | mrr_change_limits | estimate_basis
        first     | 100.00     | 300.00            | 200.00            | price_book
        less      | 300.00     | 300.00            | 0.00              | price_book
        equal     | 300.00     | 300.00            | 0.00              | price_book
        more      | 300.00     | 500.00            | 200.00            | price_book
        """,
    )


def test_a_new_limit_not_above_costs_0_also_below_the_lowest_band_but_not_without_a_book():
    # `first` is a quote, so it raises the limit to 900 although no band prices it.
    drawn = {
        "contracts": """
        contract_id | contact_max
        contract    | 800
        """,
        "contract_lines": """
        line_id | contract_id | unit_price
        l       | contract    | 50
        """,
        "contract_changes": """
        change_id | contract_type        | effective_date | new_contact_max | quoted_mrr
        first     | contact_tier_upgrade | 2026-12-01     | 900             | 70
        equal     | contact_tier_upgrade | 2026-12-02     | 900             |
        """,
    }
    assert_shows(
        upgrades_and_overages(**drawn, limit_blocks=TWO_BANDS),
        """
        change_id | estimated_new_mrr | estimate_basis
        first     | 70.00             | quote
        equal     | 70.00             | price_book
        """,
    )
    assert_shows(
        upgrades_and_overages(**drawn),
        """
        change_id | estimated_new_mrr | estimate_basis
        first     | 70.00             | quote
        equal     | 70.00             | unpriced
        """,
    )


def test_upgrades_are_priced_from_the_contacts_book_and_overages_from_the_emails_book():
    got = upgrades_and_overages(
        contracts="""
        contract_id | contact_max | email_limit
        contract    | 1000        | 10000
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l       | contract    | 100
        """,
        contract_changes="""
        change_id | contract_type        | effective_date | new_contact_max | new_email_limit
        ctu       | contact_tier_upgrade | 2026-12-01     | 2000            |
        eo        | email_overage        | 2026-12-02     |                 | 20000
        """,
        limit_blocks="""
        limit_kind | block_size | monthly_price_per_block
        contacts   | 1000       | 50
        emails     | 5000       | 3
        """,
    )
    assert_shows(
        got,
        """
        change_id | mrr_before | estimated_new_mrr
        ctu       | 100.00     | 150.00  # one block of contacts
        eo        | 150.00     | 156.00  # two blocks of e-mails
        """,
    )


def test_blocks_are_priced_per_month_without_the_discounts_of_the_lines_and_rounded_once():
    # `yearly` pays 1,200 a year with 50 % off = 50 a month; the block is 40 all the same. `tie`: 3 blocks of 0.335 are
    # 1.005 → 1.01, not 3 × 0.34. `yen`: 0.5 → 1.
    got = upgrades_and_overages(
        contracts="""
        contract_id | currency | billing_frequency | contact_max
        yearly      | USD      | annual            | 0
        tie         | USD      | monthly           | 0
        yen         | JPY      | monthly           | 0
        """,
        contract_lines="""
        line_id | contract_id | product_code | unit_price | discount_percent
        l1      | yearly      | hub          | 1200       | 50
        l2      | tie         | third        | 10         |
        l3      | yen         | hub          | 100        |
        """,
        contract_changes="""
        change_id | contract_id | contract_type        | new_contact_max
        c1        | yearly      | contact_tier_upgrade | 1000
        c2        | tie         | contact_tier_upgrade | 3000
        c3        | yen         | contact_tier_upgrade | 1
        """,
        limit_blocks="""
        product_code | currency | monthly_price_per_block
        hub          | USD      | 40
        third        | USD      | 0.335
        hub          | JPY      | 0.5
        """,
    )
    assert_shows(
        got,
        """
        contract_id | mrr_before | estimated_new_mrr | mrr_change_limits
        yearly      | 50.00      | 90.00             | 40.00
        tie         | 10.00      | 11.01             | 1.01
        yen         | 100        | 101               | 1
        """,
    )


def test_the_largest_limits_stay_exact():
    # From 0 to 9,223,372,036,854,775,807 in blocks of 1 at 999,999,999,999.999999 each. By hand:
    # 9,223,372,036,854,775,807 × 10^12 - 9,223,372,036,854.775807 = 9,223,372,036,854,775,797,776,627,963,145.224193.
    got = upgrades_and_overages(
        contracts="""
        contract_id | contact_max
        contract    | 0
        """,
        contract_lines="""
        line_id | contract_id | unit_price
        l       | contract    | 0
        """,
        contract_changes="""
        change_id | contract_type        | new_contact_max
        c         | contact_tier_upgrade | 9223372036854775807
        """,
        limit_blocks="""
        block_size | monthly_price_per_block
        1          | 999999999999.999999
        """,
    )
    assert_shows(
        got,
        """
        mrr_change
        9223372036854775797776627963145.22
        """,
    )
