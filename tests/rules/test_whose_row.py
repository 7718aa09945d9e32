"""Rule 7: whose row a change is.

The article: a partner sees its own clients, and can end the association with one. An ended association takes the
client out of every partner's view; the vendor's own figures keep it. (A partner's ending comes with its decisions.)
"""

from __future__ import annotations

from pipeline import transform
from pipeline.tables.exports import CLIENTS
from pipeline.transform import ownership
from tests.frames import assert_rule, assert_shows, export
from tests.rules.runs import AS_OF


def test_a_client_is_its_partners_until_the_day_the_association_ends():
    assert_rule(
        CLIENTS,
        """
        hub_id          | partner_id | association_ended_on || whose
        never_ended     | p1         |                      || p1
        ends_tomorrow   | p1         | 2026-11-24           || p1  # a fact of tomorrow does not exist yet
        ends_today      | p1         | 2026-11-23           ||
        ended_yesterday | p1         | 2026-11-22           ||
        nobodys         |            |                      ||
        nobodys_anymore |            | 2026-11-22           ||
        """,
        ownership.associated_partner_id(as_of=AS_OF).alias("whose"),
    )


def test_an_ended_association_leaves_every_partners_tables_and_stays_in_the_vendors_figures():
    # `gone` and `nobodys` are in no table of a partner; their MRR stays in contract_mrr, with nobody's id.
    got = transform.build(
        export(
            clients="""
            hub_id  | client_name | partner_id | association_ended_on
            kept    | Kept        | p1         |
            gone    | Gone        | p1         | 2026-11-23
            nobodys | Nobody's    |            |
            """,
            contracts="""
            contract_id | hub_id
            c_kept      | kept
            c_gone      | gone
            c_nobodys   | nobodys
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            l1      | c_kept      | 100
            l2      | c_gone      | 200
            l3      | c_nobodys   | 400
            """,
            contacts="""
            contact_id | hub_id
            k_kept     | kept
            k_gone     | gone
            k_nobodys  | nobodys
            """,
            app_usage="""
            hub_id  | measured_on
            kept    | 2026-11-01
            gone    | 2026-11-01
            nobodys | 2026-11-01
            """,
            consumption="""
            hub_id  | measured_on
            kept    | 2026-11-01
            gone    | 2026-11-01
            nobodys | 2026-11-01
            """,
        ),
        as_of=AS_OF,
    )
    tables_of_partners = [
        "upcoming_renewals",
        "client_contacts",
        "client_products",
        "client_app_usage",
        "client_consumption",
        "client_changes",
    ]
    for name in tables_of_partners:
        assert got[name]["hub_id"].to_list() == ["kept"], name
    assert_shows(
        got["partner_summary"],
        """
        partner_id | clients | contracts | current_mrr
        p1         | 1       | 1         | 100.00
        """,
    )
    assert_shows(
        got["contract_mrr"],
        """
        contract_id | hub_id  | partner_id | current_mrr
        c_gone      | gone    |            | 200.00
        c_kept      | kept    | p1         | 100.00
        c_nobodys   | nobodys |            | 400.00
        """,
    )


def test_a_client_with_a_new_partner_is_that_partners_at_once():
    # The export names the current partner only, and the end of an association is the current partner's.
    got = transform.build(
        export(
            partners="""
            partner_id
            old
            new
            """,
            clients="""
            hub_id | partner_id | association_ended_on
            moved  | new        |
            left   | new        | 2026-11-01
            """,
            contracts="""
            contract_id | hub_id
            c_moved     | moved
            c_left      | left
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | partner_id
        c_moved     | new
        """,
    )
    assert got["partner_summary"]["partner_id"].to_list() == ["new"]


def test_all_contracts_of_a_client_belong_to_its_partner():
    got = transform.build(
        export(
            clients="""
            hub_id | partner_id
            h1     | p1
            """,
            contracts="""
            contract_id | hub_id | currency
            c1          | h1     | USD
            c2          | h1     | EUR
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | partner_id
        c1          | p1
        c2          | p1
        """,
    )
