"""Rule 8: the columns of the upcoming-renewals table, its order, and what a click on a client shows.

The article: five columns are locked and always in the same order; the primary contact is shown by default after
the communication owner; the others can be added. Searching and the pickers belong to the dashboard.
"""

from __future__ import annotations

import pytest

from pipeline import rules, transform
from pipeline.errors import UsageError
from pipeline.settings import Settings, shown_columns
from pipeline.tables.published import PUBLISHED
from tests.frames import assert_shows, export
from tests.rules.runs import AS_OF

LOCKED = ("client_name", "communication_owner", "contract_type", "status", "renewal_deadline")


def test_five_columns_are_locked_and_the_primary_contact_is_shown_besides():
    assert rules.LOCKED_COLUMNS == LOCKED
    assert Settings().partner_columns("anybody") == (
        "client_name",
        "communication_owner",
        "primary_contact_name",
        "contract_type",
        "status",
        "renewal_deadline",
    )


def test_every_column_of_the_article_can_be_added_and_stands_in_the_table():
    # The article's: Primary client contact, Website, Hub ID, Renewal start date, Contact max, Email limit, Billing
    # frequency, Subscription term, Current MRR, Estimated new MRR. Ours: the others.
    assert set(rules.ADDABLE_COLUMNS) == {
        *("primary_contact_name", "website", "hub_id", "renewal_start_date", "contact_max", "email_limit"),
        *("billing_frequency", "subscription_term_months", "current_mrr", "estimated_new_mrr"),
        *("mrr_change", "days_to_deadline", "currency", "products", "last_active_user"),
        *("communication_owner_basis", "status_basis", "new_contact_max", "new_email_limit"),
    }
    assert {*rules.LOCKED_COLUMNS, *rules.ADDABLE_COLUMNS} <= set(PUBLISHED["upcoming_renewals"].column_names)


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ((), LOCKED),
        (("website",), (*LOCKED, "website")),
        (("current_mrr", "website"), (*LOCKED, "current_mrr", "website")),
        (
            ("website", "primary_contact_name"),
            ("client_name", "communication_owner", "primary_contact_name", *LOCKED[2:], "website"),
        ),
        (("website", *reversed(LOCKED)), (*LOCKED, "website")),
    ],
    ids=[
        "nothing chosen: the locked ones",
        "an added column stands after the locked ones",
        "added columns keep the chosen order",
        "the primary contact stands after the communication owner",
        "naming the locked columns moves nothing",
    ],
)
def test_the_locked_columns_always_show_in_their_order_and_the_added_ones_follow(chosen, shown):
    assert shown_columns(chosen) == shown


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            ("client_name", "status", "website"),
            "communication_owner, .*renewal_deadline cannot be removed",
        ),
        (("web_site",), "unknown column 'web_site'.*did you mean 'website'"),
        (("mrr_change_price",), "unknown column 'mrr_change_price'"),
        (("website", "website"), "column 'website' appears twice"),
    ],
    ids=["a locked column left out", "a misspelt column", "a column of the table that no report shows", "twice"],
)
def test_a_choice_that_cannot_be_shown_says_what_is_wrong(chosen, message):
    with pytest.raises(UsageError, match=message):
        shown_columns(chosen)


def test_rows_are_sorted_by_deadline_then_client_name_then_change_id():
    # Names count before ids, deadlines before names; money plays no part.
    got = transform.build(
        export(
            clients="""
            hub_id | client_name
            h1     | Zeta
            h2     | Alpha
            """,
            contracts="""
            contract_id | hub_id | renewal_start_date
            a           | h1     | 2027-01-31
            b           | h1     | 2027-01-30
            d           | h2     | 2027-01-31
            c           | h2     | 2027-01-31
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        renewal_deadline | client_name | change_id
        2026-12-16       | Zeta        | b:renewal
        2026-12-17       | Alpha       | c:renewal
        2026-12-17       | Alpha       | d:renewal
        2026-12-17       | Zeta        | a:renewal
        """,
        in_order=True,
    )


def test_products_are_the_distinct_names_of_the_recurring_lines_in_name_order():
    # One-off lines are no product of the contract; a contract without recurring lines has none to show.
    got = transform.build(
        export(
            contracts="""
            contract_id
            full
            one_off
            """,
            contract_lines="""
            line_id | contract_id | product_name  | unit_price | is_recurring
            l1      | full        | Service Hub   | 10         | true
            l2      | full        | Marketing Hub | 10         |
            l3      | full        | Service Hub   | 20         | true
            l4      | full        | Onboarding    | 10         | false
            l5      | one_off     | Onboarding    | 10         | false
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | products
        full        | Marketing Hub, Service Hub
        one_off     |
        """,
    )


def test_the_last_active_user_is_the_contact_with_the_latest_activity():
    got = transform.build(
        export(
            contracts="""
            contract_id | hub_id
            c1          | h1
            c2          | h2
            c3          | h3
            """,
            contacts="""
            contact_id | hub_id | full_name | last_active_on
            k1         | h1     | Ana       | 2026-11-19
            k2         | h1     | Bo        | 2026-11-20
            k3         | h1     | Chi       |
            k4         | h2     | Dov       |
            k6         | h3     | Eva       | 2026-11-20  # on the same day the lowest contact_id (ours)
            k5         | h3     | Fay       | 2026-11-20
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | last_active_user
        c1          | Bo
        c2          |  # never anybody
        c3          | Fay
        """,
    )


def test_last_use_is_the_latest_of_all_apps_that_is_known_today():
    # A measurement of tomorrow, and a use of tomorrow, do not exist yet.
    got = transform.build(
        export(
            contracts="""
            contract_id | hub_id
            c1          | h1
            c2          | h2
            c3          | h3
            """,
            app_usage="""
            hub_id | app   | measured_on | last_used_on
            h1     | email | 2026-11-01  | 2026-10-30
            h1     | forms | 2026-11-01  | 2026-10-31
            h1     | forms | 2026-09-01  | 2026-08-31
            h2     | email | 2026-11-23  | 2026-11-23  # measured and used today
            h2     | email | 2026-11-24  | 2026-11-22
            h3     | email | 2026-11-23  | 2026-11-24
            h3     | forms | 2026-11-24  | 2026-11-01
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | last_used_on
        c1          | 2026-10-31
        c2          | 2026-11-23
        c3          |
        """,
    )


def test_limits_are_those_in_force_and_only_an_upgrade_or_overage_shows_what_it_raises_them_to():
    # Also the second upgrade shows the contract's limit of today, not the one the first upgrade leads to.
    got = transform.build(
        export(
            contracts="""
            contract_id | contact_max | email_limit
            contract    | 1000        | 10000
            """,
            contract_changes="""
            change_id | contract_type        | effective_date | new_contact_max | new_email_limit
            # an upgrade raises contacts only
            ctu_1     | contact_tier_upgrade | 2026-12-01     | 2000            | 77777
            ctu_2     | contact_tier_upgrade | 2026-12-02     | 3000            |
            eo        | email_overage        | 2026-12-03     | 77777           | 20000
            r         | renewal              | 2027-01-31     | 77777           | 77777
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id | contact_max | new_contact_max | email_limit | new_email_limit
        ctu_1     | 1000        | 2000            | 10000       |
        ctu_2     | 1000        | 3000            | 10000       |
        eo        | 1000        |                 | 10000       | 20000
        r         | 1000        |                 | 10000       |
        """,
    )


def test_what_the_contract_and_the_client_say_of_themselves_reaches_the_row():
    got = transform.build(
        export(
            clients="""
            hub_id | client_name | website       | partner_id
            h1     | Ábaco       | abaco.example | p1
            """,
            contracts="""
            contract_id | hub_id | currency | billing_frequency | billing_interval_months | subscription_term_months
            c1          | h1     | EUR      | annual            |                         | 24
            c2          | h1     | EUR      | other             | 7                       | 14
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | hub_id | website       | currency | billing_frequency | billing_months | subscription_term_months
        c1          | h1     | abaco.example | EUR      | annual            | 12             | 24
        c2          | h1     | abaco.example | EUR      | other             | 7              | 14
        """,
    )


def test_every_published_table_has_the_columns_and_types_that_were_promised():
    got = transform.build(
        export(
            contracts="contract_id\ncontract", contract_lines="line_id | contract_id | unit_price\nl | contract | 10"
        ),
        as_of=AS_OF,
    )
    for name, table in got.items():
        assert dict(table.schema) == dict(PUBLISHED[name].polars_schema), name
