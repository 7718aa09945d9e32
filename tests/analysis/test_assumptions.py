"""Finance's tables under other assumptions: unchanged they are the run's own; each assumption moves what it says."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from pipeline import open_run, what_if
from pipeline.errors import UsageError
from pipeline.tables.finance_tables import FINANCE
from tests.reading import read_table


@pytest.fixture(scope="module")
def run(sample_home):
    return open_run(home=sample_home)


@pytest.fixture(scope="module")
def unchanged(run):
    return what_if(run)


def closing(tables: dict[str, pl.DataFrame], scenario: str) -> pl.DataFrame:
    last = tables["mrr_projection"].filter(pl.col("month") == pl.col("month").max(), pl.col("scenario") == scenario)
    return last.group_by("currency").agg(pl.col("closing").sum()).sort("currency")


@pytest.mark.parametrize("name", sorted(FINANCE))
def test_without_an_assumption_the_tables_are_the_runs_own(run, unchanged, name):
    columns = list(FINANCE[name].column_names)
    assert unchanged[name].sort(columns).equals(run.table(name).sort(columns))


def test_a_lower_renewal_probability_lowers_what_is_expected_and_nothing_else(run, unchanged):
    lower = what_if(run, renewal_points=-20)
    was, now = closing(unchanged, "expected")["closing"], closing(lower, "expected")["closing"]
    assert all(now <= was)
    assert sum(now) < sum(was)
    for scenario in ("contracted", "full"):
        assert closing(lower, scenario).equals(closing(unchanged, scenario))
    never = what_if(run, renewal_points=-100)["renewal_rates"]["renewal_probability"]
    always = what_if(run, renewal_points=100)["renewal_rates"]["renewal_probability"]
    assert (set(never), set(always)) == ({Decimal(0)}, {Decimal(1)})


def test_an_uplift_and_months_are_what_a_run_with_these_settings_would_use(run):
    six = what_if(run, projection_months=6, renewal_pricing="uplift", uplift_percent="2.5")
    assert six["mrr_projection"]["month"].n_unique() == 6
    none = what_if(run, projection_months=6, renewal_pricing="same")
    assert sum(closing(six, "full")["closing"]) > sum(closing(none, "full")["closing"])


@pytest.mark.parametrize(
    ("assumption", "message"),
    [
        ({"renewal_points": 101}, "renewal_points takes a number from -100 to 100 with at most 4 decimals, not 101"),
        ({"renewal_pricing": "guess"}, "renewal_pricing takes one of list, uplift, same"),
        ({"projection_months": 0}, "projection_months takes a whole number from 1 to 60"),
        ({"uplift_percent": "-101"}, "uplift_percent takes a number from -100"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(run, assumption, message):
    with pytest.raises(UsageError, match=message):
        what_if(run, **assumption)


def test_finances_tables_follow_an_ended_association_in_tables_sql_and_assumptions(own_home, renewals):
    run = open_run(home=own_home)
    before = run.table("mrr_projection")
    assert renewals("decide", "end", "--partner", "P-DAYS", "--client", "H-DAY45", "--reason", "a test").code == 0
    assert not run.table("mrr_projection").equals(before)
    again = what_if(run)
    for name in FINANCE:
        expected = read_table(run.run.path, name, ended=frozenset({("P-DAYS", "H-DAY45")}))
        assert run.table(name).equals(expected), name
        assert run.sql(f"SELECT count(*) AS n FROM {name}")["n"].to_list() == [expected.height]
        columns = expected.columns
        assert again[name].sort(columns).equals(expected.sort(columns)), name
