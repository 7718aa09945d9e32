"""Rule 8: what a click on the client name opens, as far as it comes from the export.

Points of contact, products, app usage and consumption, and all upcoming changes of all the client's contracts.
"""

from __future__ import annotations

from pipeline import transform
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF


def test_the_clients_details_show_contacts_products_usage_and_all_upcoming_changes_of_all_its_contracts():
    # A discount that has ended is none; a contract not in force has no products; the latest known measurement counts.
    got = transform.build(
        export(
            contracts="""
            contract_id | hub_id | term_start_date | renewal_start_date
            c1          | h1     | 2026-01-31      | 2027-01-31
            c2          | h1     | 2026-03-01      | 2027-03-01
            over        | h1     | 2025-01-31      | 2026-01-31
            """,
            contract_lines="""
            line_id      | contract_id | product_name | unit_price | discount_percent | discount_end_date | is_recurring
            ends_today   | c1          | Hub          | 10         | 20               | 2026-11-23        |
            ends_later   | c1          | Hub          | 10         | 20               | 2026-11-24        | true
            no_discount  | c2          | Hub          | 10         |                  |                   |
            one_off      | c2          | Setup        | 99         | 5                |                   | false
            not_in_force | over        | Hub          | 10         |                  |                   |
            """,
            contacts="""
            contact_id | hub_id | full_name | is_primary
            k1         | h1     | Ana       | true
            k2         | h1     | Bo        |
            """,
            app_usage="""
            hub_id | app   | measured_on | active_users | last_used_on
            h1     | email | 2026-11-22  | 3            | 2026-11-20
            h1     | email | 2026-11-23  | 4            | 2026-11-23
            h1     | email | 2026-11-24  | 5            | 2026-11-24
            h1     | forms | 2026-10-01  | 1            | 2026-12-01  # a use of the future is not known
            """,
            consumption="""
            hub_id | measured_on | contacts_used | emails_sent
            h1     | 2026-11-22  | 900           | 100
            h1     | 2026-11-23  | 950           | 110
            h1     | 2026-11-24  | 999           | 120
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["client_contacts"],
        """
        contact_id | full_name | is_primary
        k1         | Ana       | true
        k2         | Bo        | false
        """,
    )
    assert_shows(
        got["client_products"],
        """
        line_id     | contract_id | discount_percent | is_recurring
        ends_today  | c1          | 0                | true
        ends_later  | c1          | 20               | true
        no_discount | c2          | 0                | true
        one_off     | c2          | 5                | false
        """,
    )
    assert_shows(
        got["client_app_usage"],
        """
        app   | measured_on | active_users | last_used_on
        email | 2026-11-23  | 4            | 2026-11-23
        forms | 2026-10-01  | 1            |
        """,
    )
    assert_shows(
        got["client_consumption"],
        """
        measured_on | contacts_used | emails_sent
        2026-11-23  | 950           | 110
        """,
    )
    assert_shows(
        got["client_changes"],
        """
        contract_id | change_id
        c1          | c1:renewal
        c2          | c2:renewal
        """,
    )
