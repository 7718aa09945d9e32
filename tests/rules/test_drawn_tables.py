"""The drawings that specify the rules: what they mean, and that a wrong one is noticed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline.tables.exports import CONTRACT_LINES, EXPORTS
from pipeline.transform import deadlines
from tests.frames import CHANGE, assert_rule, assert_shows, export, frame


def test_cells_have_the_declared_types_and_an_empty_one_is_null():
    got = frame(
        CONTRACT_LINES,
        """
        line_id | unit_price | discount_end_date | is_recurring
        # a reason above the row
        l1      | 1.50       | 2027-01-31        | true  # or beside it
        l2      | 2          |                   |
        """,
    )
    assert got.rows() == [("l1", Decimal("1.5"), date(2027, 1, 31), True), ("l2", Decimal(2), None, None)]
    assert got.schema["unit_price"] == pl.Decimal(18, 6)


@pytest.mark.parametrize(
    ("drawing", "error"),
    [
        ("line_id | price\nl1 | 1", KeyError),
        ("line_id | unit_price\nl1", ValueError),
        ("line_id | unit_price\nl1 | 0.0000001", ValueError),
        ("line_id | is_recurring\nl1 | yes", KeyError),
    ],
    ids=["no such column", "a row too short", "more decimals than the type has", "no boolean"],
)
def test_a_drawing_that_the_declared_table_cannot_hold_is_refused(drawing, error):
    with pytest.raises(error):
        frame(CONTRACT_LINES, drawing)


def test_an_export_has_every_table_with_ordinary_parents_of_what_is_drawn():
    drawn = export(contract_lines="line_id | contract_id | unit_price\nl1 | c1 | 10\nl2 | c2 | 20")
    assert {name: table.schema for name, table in drawn.items()} == {
        name: table.polars_schema for name, table in EXPORTS.items()
    }
    assert drawn["contracts"]["contract_id"].to_list() == ["c1", "c2"]
    assert drawn["clients"].select("hub_id", "partner_id").rows() == [("client", "partner")]
    assert drawn["partners"]["partner_id"].to_list() == ["partner"]


@pytest.mark.parametrize(
    "drawing",
    ["a | b\nx | 1", "a | b\nx | 1\ny | 3", "a | b\nx | 1\ny | 2\nz | 3", "a | b\nx | 1\ny |"],
    ids=["a row is missing", "a value differs", "a row too many", "null is not a value"],
)
def test_what_is_not_as_drawn_fails(drawing):
    got = pl.DataFrame({"a": ["y", "x"], "b": [2, 1]})
    assert_shows(got, "a | b\nx | 1\ny | 2")
    with pytest.raises(AssertionError):
        assert_shows(got, drawing)
    with pytest.raises(AssertionError):
        assert_shows(got, "a | b\nx | 1\ny | 2", in_order=True)


def test_a_rule_that_gives_another_value_than_drawn_fails():
    with pytest.raises(AssertionError):
        assert_rule(
            CHANGE,
            """
            effective_date | notice_days || renewal_deadline
            2027-01-07     | 45          || 2026-11-24
            """,
            deadlines.renewal_deadline(),
        )
