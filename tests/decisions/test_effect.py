"""Rules 5 to 8: what a decision does to a partner's rows, from which day, and what it leaves alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from pipeline import transform
from pipeline.decisions import decisions_frame
from pipeline.store import Event
from pipeline.store.events import utc_text
from pipeline.transform import decisions_in_effect
from tests.decisions.world import AS_OF, NOON, exports
from tests.frames import assert_shows

North = tuple[str, str | None, Any]


def decisions(*made: tuple[str, str, str | None, Any], at: datetime = NOON, time_zone: str = "UTC") -> pl.DataFrame:
    """Decisions `(kind, partner, client, value)` in that order, all at one time."""
    events = [
        Event(number, f"id-{number}", utc_text(at), "ann", partner, hub, kind, None, value and json.dumps(value), "")
        for number, (kind, partner, hub, value) in enumerate(made, start=1)
    ]
    return decisions_frame(events, time_zone=time_zone)


def built(made: pl.DataFrame, **drawings: str) -> dict[str, pl.DataFrame]:
    return transform.build(exports(**drawings), as_of=AS_OF, decisions=made)


def test_without_decisions_the_export_and_the_vendor_decide():
    assert_shows(
        built(decisions())["upcoming_renewals"],
        """
        change_id  | partner_id | communication_owner | communication_owner_basis | primary_contact_id
        k1:renewal | north      | Nordwind            | partner_statement         | c1
        k2:renewal | north      | Nordwind            | partner_statement         |
        k4:renewal | south      | HubSpot             | vendor_default            | c4
        k6:renewal | north      | Nordwind            | partner_statement         | c1
        """,
    )


def test_rule_5_the_choice_for_one_client_comes_before_the_statement_for_all_and_that_before_the_export():
    made = decisions(
        ("communication_owner", "north", "h1", "vendor"),
        ("communication_default", "south", None, "partner"),
    )
    assert_shows(
        built(made)["upcoming_renewals"],
        """
        change_id  | communication_owner | communication_owner_basis
        k1:renewal | HubSpot             | client_choice
        k2:renewal | Nordwind            | partner_statement
        k4:renewal | Südwind             | partner_statement
        k6:renewal | HubSpot             | client_choice
        """,
    )


def test_rule_5_a_partner_that_says_the_vendor_shall_speak_has_stated_it():
    made = decisions(("communication_default", "north", None, "vendor"))
    assert_shows(
        built(made)["upcoming_renewals"].filter(partner_id="north"),
        """
        change_id  | communication_owner | communication_owner_basis
        k1:renewal | HubSpot             | partner_statement
        k2:renewal | HubSpot             | partner_statement
        k6:renewal | HubSpot             | partner_statement
        """,
    )


def test_the_latest_decision_counts_and_back_to_the_default_is_one():
    made = decisions(
        ("communication_owner", "north", "h1", "vendor"),
        ("communication_owner", "north", "h1", "partner"),
        ("communication_owner", "north", "h2", "vendor"),
        ("communication_owner", "north", "h2", None),
    )
    assert_shows(
        built(made)["upcoming_renewals"].filter(partner_id="north"),
        """
        change_id  | communication_owner | communication_owner_basis
        k1:renewal | Nordwind            | client_choice
        k2:renewal | Nordwind            | partner_statement
        k6:renewal | Nordwind            | client_choice
        """,
    )
    shuffled = made.sort("position", descending=True)
    assert built(shuffled)["upcoming_renewals"].equals(built(made)["upcoming_renewals"])


def test_rule_6_the_chosen_contact_while_it_is_a_user_of_the_account():
    made = decisions(("primary_contact", "north", "h1", "c2"), ("primary_contact", "north", "h2", "c3"))
    assert_shows(
        built(made)["upcoming_renewals"].filter(partner_id="north"),
        """
        change_id  | primary_contact_id | primary_contact_name | primary_contact_email | primary_contact_basis
        k1:renewal | c2                 | Bo Boskop            | bo@apfel.test         | client_choice
        k2:renewal | c3                 | Cem Conf             | cem@birne.test        | client_choice
        k6:renewal | c2                 | Bo Boskop            | bo@apfel.test         | client_choice
        """,
    )


def test_rule_6_a_chosen_contact_that_left_gives_way_to_the_accounts_own_or_to_nobody():
    made = decisions(("primary_contact", "north", "h1", "gone"), ("primary_contact", "north", "h2", "c4"))
    assert_shows(
        built(made)["upcoming_renewals"].filter(partner_id="north"),
        """
        change_id  | primary_contact_id | primary_contact_basis
        k1:renewal | c1                 | account_primary
        k2:renewal |                    | none
        k6:renewal | c1                 | account_primary
        """,
    )


CLIENT_TABLES = (
    "upcoming_renewals",
    "client_changes",
    "client_contacts",
    "client_products",
    "client_app_usage",
    "client_consumption",
)


def test_rule_7_an_ended_association_is_in_no_table_of_the_partner_and_finance_keeps_it_as_nobodys():
    tables = built(decisions(("association_ended", "north", "h1", "ended")))
    for name in CLIENT_TABLES:
        assert "h1" not in tables[name]["hub_id"].to_list(), name
        assert tables[name].height > 0, name
    assert_shows(
        tables["contract_mrr"],
        """
        contract_id | hub_id | partner_id | current_mrr
        k1          | h1     |            | 100
        k2          | h2     | north      | 20
        k3          | h3     |            | 3
        k4          | h4     | south      | 40
        k5          | h5     |            | 5
        k6          | h1     |            | 60
        """,
    )
    assert_shows(
        tables["partner_summary"],
        """
        partner_id | currency | clients | current_mrr
        north      | USD      | 1       | 20
        south      | EUR      | 1       | 40
        """,
    )


def test_rule_7_restored_it_is_as_if_it_had_never_ended():
    made = decisions(
        ("association_ended", "north", "h1", "ended"), ("association_restored", "north", "h1", "associated")
    )
    restored, untouched = built(made), built(decisions())
    for name in untouched:
        assert restored[name].equals(untouched[name]), name


TO_SOUTH = """
    hub_id | client_name | partner_id
    h1     | Äpfel & Co  | south
    h2     | Birne       | north
    h4     | Dattel      | south
    h5     | Erdbeere    |
    h3     | Citrus      |
    """


def test_rule_7_a_client_with_a_new_partner_is_that_partners_at_once_and_brings_no_choices_along():
    made = decisions(
        ("communication_owner", "north", "h1", "partner"),
        ("primary_contact", "north", "h1", "c2"),
        ("association_ended", "north", "h1", "ended"),
    )
    assert_shows(
        built(made, clients=TO_SOUTH)["upcoming_renewals"].filter(hub_id="h1"),
        """
        change_id  | partner_id | communication_owner | communication_owner_basis | primary_contact_id
        k1:renewal | south      | HubSpot             | vendor_default            | c1
        k6:renewal | south      | HubSpot             | vendor_default            | c1
        """,
    )


def test_rule_7_a_client_that_comes_back_stays_ended_until_the_partner_restores_it():
    ended = ("association_ended", "north", "h1", "ended")
    came_back = built(decisions(ended))["upcoming_renewals"]
    assert "h1" not in came_back["hub_id"].to_list()
    restored = built(decisions(ended, ("association_restored", "north", "h1", "associated")))["upcoming_renewals"]
    assert restored.filter(hub_id="h1")["partner_id"].unique().to_list() == ["north"]


def test_an_ending_by_another_partner_ends_nothing_here():
    made = decisions(("association_ended", "south", "h1", "ended"), ("primary_contact", "south", "h1", "c2"))
    assert built(made)["upcoming_renewals"].equals(built(decisions())["upcoming_renewals"])


@pytest.mark.parametrize(
    ("at", "time_zone", "counts"),
    [
        (datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC), "UTC", True),
        (datetime(2026, 11, 24, 0, 0, tzinfo=UTC), "UTC", False),
        # Half past one in the night in UTC is still the evening before in New York, and the morning in Tokyo.
        (datetime(2026, 11, 24, 1, 30, tzinfo=UTC), "America/New_York", True),
        (datetime(2026, 11, 23, 15, 30, tzinfo=UTC), "Asia/Tokyo", False),
    ],
)
def test_a_decision_exists_from_its_day_in_the_vendors_time_zone(at, time_zone, counts):
    made = decisions(("association_ended", "north", "h1", "ended"), at=at, time_zone=time_zone)
    rows = built(made)["upcoming_renewals"]
    assert ("h1" not in rows["hub_id"].to_list()) is counts


def test_rule_8_columns_and_preferences_are_the_latest_of_each_partner():
    made = decisions(
        ("columns", "north", None, ["client_name", "website"]),
        ("columns", "south", None, ["client_name"]),
        ("columns", "south", None, None),
        ("report_preferences", "north", None, {"locale": "de", "formats": ["csv"]}),
    )
    assert decisions_in_effect.partner_columns(made) == {"north": ("client_name", "website")}
    assert decisions_in_effect.report_preferences(made) == {"north": {"locale": "de", "formats": ["csv"]}}


def test_decisions_about_what_is_not_there_change_nothing():
    made = decisions(
        ("association_ended", "nobody", "h1", "ended"),
        ("communication_owner", "north", "nowhere", "partner"),
        ("primary_contact", "north", "h4", "c4"),
        ("communication_default", "nobody", None, "partner"),
    )
    for name, frame in built(decisions()).items():
        assert built(made)[name].equals(frame), name


def test_as_of_is_a_day_and_not_now():
    made = decisions(("association_ended", "north", "h1", "ended"))
    before = transform.build(exports(), as_of=date(2026, 11, 22), decisions=made)["upcoming_renewals"]
    assert "h1" in before["hub_id"].to_list()
