"""Rule 10.3: from which book of blocks a contact tier upgrade (CTU) or an email overage (EO) is priced.

The base product is the lowest product code among the contract's recurring lines that has a book of that kind of limit
and currency, valid on the effective date; of its books the latest such one.

Seen on 23 November 2026. What a table does not draw: contracts in USD, the product `hub`, its book of contacts valid
from 1 January 2026 with blocks of 1,000 from 0 on, upgrades that take effect on 31 January 2027.
"""

from __future__ import annotations

from tests.frames import assert_shows
from tests.rules.runs import upgrades_and_overages


def test_the_book_is_for_a_product_a_currency_and_a_kind_of_limit():
    # Each contract misses the only book, of contacts for `hub` in USD, in one way.
    got = upgrades_and_overages(
        contracts="""
        contract_id   | currency | contact_max | email_limit
        fits          | USD      | 0           | 0
        in_euro       | EUR      | 0           | 0
        other_product | USD      | 0           | 0
        emails        | USD      | 0           | 0
        only_one_off  | USD      | 0           | 0
        """,
        contract_lines="""
        line_id | contract_id   | product_code | unit_price | is_recurring
        l1      | fits          | hub          | 100        |
        l2      | in_euro       | hub          | 100        |
        l3      | other_product | crm          | 100        |
        l4      | emails        | hub          | 100        |
        l5      | only_one_off  | hub          | 100        | false
        """,
        contract_changes="""
        change_id | contract_id   | contract_type        | new_contact_max | new_email_limit
        c1        | fits          | contact_tier_upgrade | 1000            |
        c2        | in_euro       | contact_tier_upgrade | 1000            |
        c3        | other_product | contact_tier_upgrade | 1000            |
        c4        | emails        | email_overage        |                 | 1000
        c5        | only_one_off  | contact_tier_upgrade | 1000            |
        """,
        limit_blocks="""
        monthly_price_per_block
        50
        """,
    )
    assert_shows(
        got,
        """
        contract_id   | mrr_change | estimate_basis
        fits          | 50.00      | price_book
        in_euro       | 0.00       | unpriced
        other_product | 0.00       | unpriced
        emails        | 0.00       | unpriced
        only_one_off  | 0.00       | unpriced
        """,
    )


def test_the_latest_book_valid_on_the_effective_date_counts_and_none_of_its_predecessors_bands():
    # On 30 January the book of 2026 is valid, with a dear band from 5,000. The book of 31 January has one band.
    got = upgrades_and_overages(
        contracts="""
        contract_id    | contact_max | renewal_start_date
        the_day_before | 5000        | 2027-03-01
        that_day       | 5000        | 2027-03-01
        too_early      | 5000        | 2027-03-01
        """,
        contract_lines="""
        line_id | contract_id    | product_code | unit_price
        l1      | the_day_before | hub          | 100
        l2      | that_day       | hub          | 100
        l3      | too_early      | new          | 100
        """,
        contract_changes="""
        change_id | contract_id    | contract_type        | effective_date | new_contact_max
        c1        | the_day_before | contact_tier_upgrade | 2027-01-30     | 6000
        c2        | that_day       | contact_tier_upgrade | 2027-01-31     | 6000
        c3        | too_early      | contact_tier_upgrade | 2027-01-30     | 6000
        """,
        limit_blocks="""
        product_code | valid_from | from_limit | monthly_price_per_block
        hub          | 2025-01-01 | 0          | 11
        hub          | 2026-01-01 | 0          | 50
        hub          | 2026-01-01 | 5000       | 200
        hub          | 2027-01-31 | 0          | 60
        hub          | 2027-02-01 | 0          | 70
        new          | 2027-01-31 | 0          | 80
        """,
    )
    assert_shows(
        got,
        """
        contract_id    | mrr_change | estimate_basis
        the_day_before | 200.00     | price_book
        that_day       | 60.00      | price_book
        too_early      | 0.00       | unpriced
        """,
    )


def test_the_base_product_is_the_lowest_code_that_has_a_book():
    # Codes are compared byte by byte: "Z" stands before "a". The quantity of the line does not matter, its being
    # recurring does, and a lower code wins also with an older book.
    got = upgrades_and_overages(
        contracts="""
        contract_id   | contact_max
        bytes         | 0
        no_units      | 0
        one_off       | 0
        without_book  | 0
        not_yet_valid | 0
        """,
        contract_lines="""
        line_id | contract_id   | product_code | quantity | unit_price | is_recurring
        l1      | bytes         | a            | 1        | 0          |
        l2      | bytes         | Z            | 1        | 0          |
        l3      | no_units      | a            | 0        | 0          |
        l4      | no_units      | b            | 1        | 0          |
        l5      | one_off       | a            | 1        | 0          | false
        l6      | one_off       | b            | 1        | 0          | true
        l7      | without_book  | A            | 1        | 0          |
        l8      | without_book  | b            | 1        | 0          |
        l9      | not_yet_valid | Y            | 1        | 0          |
        l0      | not_yet_valid | b            | 1        | 0          |
        """,
        contract_changes="""
        change_id | contract_id   | contract_type        | new_contact_max
        c1        | bytes         | contact_tier_upgrade | 1000
        c2        | no_units      | contact_tier_upgrade | 1000
        c3        | one_off       | contact_tier_upgrade | 1000
        c4        | without_book  | contact_tier_upgrade | 1000
        c5        | not_yet_valid | contact_tier_upgrade | 1000
        """,
        limit_blocks="""
        product_code | valid_from | monthly_price_per_block
        Y            | 2027-02-01 | 9  # a day after the effective date
        Z            | 2025-01-01 | 26
        a            | 2026-01-01 | 1
        b            | 2027-01-01 | 2
        """,
    )
    assert_shows(
        got,
        """
        contract_id   | mrr_change
        bytes         | 26.00
        no_units      | 1.00
        one_off       | 2.00
        without_book  | 2.00
        not_yet_valid | 2.00
        """,
    )


def test_a_lower_code_whose_book_is_for_another_currency_or_limit_has_no_book():
    # Of the lines a, b and c the book of a is in USD and the one of b for e-mails: contacts in euro come from c.
    got = upgrades_and_overages(
        contracts="""
        contract_id | currency | contact_max
        euro        | EUR      | 0
        """,
        contract_lines="""
        line_id | contract_id | product_code | unit_price
        l1      | euro        | a            | 100
        l2      | euro        | b            | 100
        l3      | euro        | c            | 100
        """,
        contract_changes="""
        change_id | contract_id | contract_type        | new_contact_max
        ctu       | euro        | contact_tier_upgrade | 1000
        """,
        limit_blocks="""
        product_code | currency | limit_kind | monthly_price_per_block
        a            | USD      | contacts   | 1
        b            | EUR      | emails     | 2
        c            | EUR      | contacts   | 3
        """,
    )
    assert_shows(
        got,
        """
        mrr_change | estimate_basis
        3.00       | price_book
        """,
    )
