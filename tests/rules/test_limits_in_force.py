"""Rule 10: every CTU or EO that is not cancelled in time raises the limit that the next one starts from.

Also one that is quoted, and one that nothing can price. (A cancelled one: test_cancelled_changes.py.)

Seen on 23 November 2026. What a table does not draw: one contract that pays 100 a month in USD for the product `hub`,
with 1,000 contacts and 10,000 e-mails in force; it renews on 31 January 2027 at the list price of 110; 1,000 more
contacts cost 50, 10,000 more e-mails 10.
"""

from __future__ import annotations

from tests.frames import assert_shows
from tests.rules.runs import estimates


def test_an_upgrade_with_nothing_to_price_it_changes_no_mrr_but_raises_the_limit():
    # There is no book of contacts on 1 December; the one of 1 January prices 2,000 to 3,000, one block.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max
        unpriced  | contact_tier_upgrade | 2026-12-01     | 2000
        priced    | contact_tier_upgrade | 2027-01-02     | 3000
        """,
        limit_blocks="""
        valid_from | monthly_price_per_block
        2027-01-01 | 50
        """,
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr | estimate_basis
        unpriced         | 100.00     | 100.00            | unpriced
        priced           | 100.00     | 150.00            | price_book
        contract:renewal | 150.00     | 160.00            | price_book
        """,
    )


def test_a_quoted_upgrade_raises_the_limit_too():
    # From 100 to the quote of 120; then one block, from 2,000 to 3,000. The renewal carries 20 + 50.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max | quoted_mrr
        quoted    | contact_tier_upgrade | 2026-12-01     | 2000            | 120
        next      | contact_tier_upgrade | 2026-12-02     | 3000            |
        """
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr | estimate_basis
        quoted           | 100.00     | 120.00            | quote
        next             | 120.00     | 170.00            | price_book
        contract:renewal | 170.00     | 180.00            | price_book
        """,
    )


def test_an_unknown_limit_in_force_is_known_after_the_first_raise():
    # From nothing to 2,000 cannot be priced; from 2,000 to 3,000 it can. E-mails likewise.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max | new_email_limit
        ctu_1     | contact_tier_upgrade | 2026-12-01     | 2000            |
        ctu_2     | contact_tier_upgrade | 2026-12-02     | 3000            |
        eo_1      | email_overage        | 2026-12-03     |                 | 20000
        eo_2      | email_overage        | 2026-12-04     |                 | 30000
        """,
        contracts="contract_id\ncontract",
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr | estimate_basis
        ctu_1            | 100.00     | 100.00            | unpriced
        ctu_2            | 100.00     | 150.00            | price_book
        eo_1             | 150.00     | 150.00            | unpriced
        eo_2             | 150.00     | 160.00            | price_book
        contract:renewal | 160.00     | 170.00            | price_book
        """,
    )


def test_contacts_and_emails_are_limits_of_their_own():
    # The upgrade to 50,000 contacts says nothing about e-mails: 10,000 to 20,000 is one block.
    got = estimates(
        """
        change_id | contract_type        | effective_date | new_contact_max | new_email_limit
        ctu       | contact_tier_upgrade | 2026-12-01     | 50000           | 99999
        eo        | email_overage        | 2026-12-02     | 99999           | 20000
        ctu_2     | contact_tier_upgrade | 2026-12-03     | 51000           |
        """
    )
    assert_shows(
        got,
        """
        change_id        | mrr_before | estimated_new_mrr
        ctu              | 100.00     | 2550.00
        eo               | 2550.00    | 2560.00
        ctu_2            | 2560.00    | 2610.00
        contract:renewal | 2610.00    | 2620.00
        """,
    )
