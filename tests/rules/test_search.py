"""Rule 8: searching is the same function of the text everywhere, in the same columns, whatever columns are shown."""

from __future__ import annotations

import polars as pl
import pytest

from pipeline.transform.search import SEARCHED, finds
from tests.search_cases import CLIENT_NAMES, FOUND


@pytest.mark.parametrize(("sought", "found"), FOUND)
def test_each_word_is_found_without_case_accents_and_width(sought, found):
    rows = pl.DataFrame({"client_name": CLIENT_NAMES})
    assert tuple(rows.filter(finds(sought, ["client_name"]))["client_name"]) == found


@pytest.mark.parametrize("column", SEARCHED)
def test_the_words_may_stand_in_any_of_the_searched_columns(column):
    rows = pl.DataFrame({name: ["nothing", "nothing"] for name in SEARCHED} | {"products": ["needle", "x"]})
    assert rows.filter(finds("needle", rows.columns)).is_empty()
    rows = rows.with_columns(pl.Series(column, ["nothing", "Needle"]))
    assert rows.filter(finds("NEEDLE nothing", rows.columns)).height == 1


def test_a_row_without_a_contact_is_found_by_its_name():
    rows = pl.DataFrame(
        {"client_name": ["Alpha"], "primary_contact_name": [None]}, schema_overrides={"primary_contact_name": pl.String}
    )
    assert rows.filter(finds("alpha", rows.columns)).height == 1


def test_an_empty_text_finds_every_row():
    rows = pl.DataFrame({"client_name": CLIENT_NAMES})
    assert rows.filter(finds("  ", rows.columns)).height == rows.height
