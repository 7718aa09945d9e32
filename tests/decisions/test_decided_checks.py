"""What partners decided and the export no longer bears out is visible in the checks of the run."""

from __future__ import annotations

import pytest

from pipeline.checks.declare_check import FailingRows, spelled_out, sql_words
from pipeline.checks.suites.outdated_decisions import checks
from pipeline.settings import Settings
from pipeline.warehouse import open_run_file
from tests.decisions.test_effect import TO_SOUTH, decisions
from tests.decisions.world import AS_OF, exports, publish

ENDED = ("association_ended", "north", "h1", "ended")
RESTORED = ("association_restored", "north", "h1", "associated")
CONTACT = ("primary_contact", "north", "h1", "c2")
WITHOUT_C2 = "contact_id | hub_id | is_primary\nc1 | h1 | true\nc2 | h2 |"


def findings(home, made, **drawings: str) -> dict[str, list[tuple[object, ...]]]:
    run = publish(home, exports(**drawings), decisions=made)
    words = {**sql_words(AS_OF, Settings(), with_decisions=True), "rows": "(FROM decisions)"}
    found = {}
    with open_run_file(run.path) as con:
        for check in checks(frozenset({"decisions"})):
            (expectation,) = check.expectations
            assert isinstance(expectation, FailingRows)
            assert check.level == "warning"
            found[check.name] = con.execute(spelled_out(expectation.sql, words)).fetchall()
    return {name: rows for name, rows in found.items() if rows}


@pytest.mark.parametrize(
    ("made", "drawings", "expected"),
    [
        ([], {}, {}),
        ([CONTACT, ("communication_owner", "north", "h1", "vendor")], {}, {}),
        # Ended, and the export still names the partner; the same when the client has come back.
        ([ENDED], {}, {"ended_association_in_export": [("north", "h1")]}),
        ([ENDED, RESTORED], {}, {}),
        ([ENDED], {"clients": TO_SOUTH}, {}),
        # The chosen contact is not a user of the account any more, though it may be of another one.
        ([CONTACT], {"contacts": WITHOUT_C2}, {"chosen_contact_gone": [("north", "h1", "c2")]}),
        ([CONTACT, ("primary_contact", "north", "h1", None)], {"contacts": WITHOUT_C2}, {}),
        # The client has another partner: the choice rests.
        ([CONTACT], {"clients": TO_SOUTH}, {"decision_without_client": [("north", "h1", "primary_contact")]}),
        ([("columns", "gone", None, ["website"])], {}, {"decision_without_partner": [("gone",)]}),
    ],
)
def test_a_check_says_what_the_export_no_longer_bears_out(home, made, drawings, expected):
    assert findings(home, decisions(*made), **drawings) == expected


def test_a_run_without_the_table_has_no_such_checks():
    assert checks(frozenset({"upcoming_renewals"})) == ()
