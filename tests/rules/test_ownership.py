"""Rules 5 and 6: who tells the client about a change, and whom to talk to there.

The article: HubSpot talks to the client unless the partner said that it owns all transactional conversations; the
primary contact is the one the account itself names. What a partner chooses for one client comes with its decisions.
"""

from __future__ import annotations

from pipeline import transform
from pipeline.tables.exports import PARTNERS
from pipeline.transform import ownership
from tests.frames import assert_shows, export, frame
from tests.rules.runs import AS_OF


def test_the_vendor_owns_the_communication_unless_the_partner_said_that_it_does():
    partners = frame(
        PARTNERS,
        """
        partner_id | partner_name | owns_communication
        states     | Agência Sul  | true
        denies     | Nordlicht    | false
        silent     | Quiet & Co   |
        """,
    )
    assert_shows(
        ownership.communication_owners(partners),
        """
        partner_id | communication_owner | communication_owner_basis
        states     | Agência Sul         | partner_statement
        denies     | HubSpot             | vendor_default
        silent     | HubSpot             | vendor_default
        """,
    )


def test_the_vendors_name_is_a_setting():
    got = transform.build(export(contracts="contract_id\ncontract"), as_of=AS_OF, vendor_name="Böhm & Söhne")
    assert_shows(
        got["upcoming_renewals"],
        """
        communication_owner | communication_owner_basis
        Böhm & Söhne        | vendor_default
        """,
    )


def test_every_row_has_the_owner_of_its_own_partner():
    got = transform.build(
        export(
            partners="""
            partner_id | partner_name | owns_communication
            p1         | Agência Sul  | true
            p2         | Nordlicht    | false
            """,
            clients="""
            hub_id | partner_id
            h1     | p1
            h2     | p2
            """,
            contracts="""
            contract_id | hub_id
            c1          | h1
            c2          | h2
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | partner_id | communication_owner
        c1          | p1         | Agência Sul
        c2          | p2         | HubSpot
        """,
    )


def test_the_primary_contact_is_the_one_the_account_names_or_nobody():
    # Neither the only contact nor the most active one is primary by itself; a contact of another client never is.
    got = transform.build(
        export(
            contracts="""
            contract_id | hub_id
            named       | h1
            not_named   | h2
            no_contacts | h3
            """,
            contacts="""
            contact_id | hub_id | full_name | email      | is_primary | last_active_on
            k1         | h1     | Ana       | ana@h1.com | true       | 2026-01-01
            k2         | h1     | Bo        | bo@h1.com  | false      | 2026-11-20
            k3         | h2     | Chi       | chi@h2.com | false      | 2026-11-20
            k4         | h2     | Dov       | dov@h2.com |            | 2026-11-20
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | primary_contact_id | primary_contact_name | primary_contact_email | primary_contact_basis
        named       | k1                 | Ana                  | ana@h1.com            | account_primary
        not_named   |                    |                      |                       | none
        no_contacts |                    |                      |                       | none
        """,
    )


def test_a_primary_contact_without_an_address_is_still_the_primary_contact():
    got = transform.build(
        export(
            contracts="""
            contract_id | hub_id
            contract    | h1
            """,
            contacts="""
            contact_id | hub_id | full_name | email | is_primary
            k1         | h1     | Ana       |       | true
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        primary_contact_name | primary_contact_email | primary_contact_basis
        Ana                  |                       | account_primary
        """,
    )
