"""A wrong argument of anything that analysts call is a UsageError of one line that names it, and changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from pipeline import compare, explain, open_run, report, runs, what_if
from pipeline.errors import UsageError
from tests.conftest import tree


@pytest.fixture(scope="module")
def run(sample_home):
    return open_run(home=sample_home)


FRAME = pl.DataFrame({"a": [1]})

REFUSED = [
    # -- finding runs: no such day, no such type, no such place
    (lambda run, home: open_run(7, home=home), "reference takes a run's id, a day"),
    (lambda run, home: open_run("2026-02-30", home=home), "no run '2026-02-30'"),
    (lambda run, home: open_run(datetime(2026, 11, 23), home=home), "reference takes a run's id, a day"),  # noqa: DTZ001
    (lambda run, home: open_run(" ", home=home), "reference takes a run's id, a day"),
    (lambda run, home: open_run(home=5), "home takes a path, not 5"),
    (lambda run, home: runs(home=["data"]), r"home takes a path, not \['data'\]"),
    # -- tables
    (lambda run, home: run.table(3), "name takes a text, not 3"),
    (lambda run, home: run.table(""), "name takes a text"),
    (lambda run, home: run.table("upcoming_renewals", partner=7), "partner takes a text, not 7"),
    (lambda run, home: run.table("upcoming_renewals", search=["x"]), "search takes a text"),
    (
        lambda run, home: run.table("upcoming_renewals", columns="status"),
        "columns takes a list of column names, not 's",
    ),
    (lambda run, home: run.table("upcoming_renewals", columns=[1]), "columns takes a list of column names"),
    (lambda run, home: run.table("upcoming_renewals", columns=[]), "columns is an empty list"),
    (lambda run, home: run.table("exports.contracts", columns=[]), "columns is an empty list"),
    (lambda run, home: run.table("contract_mrr", columns=["currency"] * 2), "columns: 'currency' appears twice"),
    (lambda run, home: run.table("upcoming_renewals", lazy="yes"), "lazy takes True or False, not 'yes'"),
    (lambda run, home: run.table("upcoming_renewals", unmask=1), "unmask takes True or False, not 1"),
    # -- SQL
    (lambda run, home: run.sql(None), "query takes a text, not None"),
    (lambda run, home: run.sql("  "), "query takes a text"),
    (lambda run, home: run.sql("SELECT $a", [1]), r"params takes a dictionary of values by name, not \[1\]"),
    (lambda run, home: run.sql("SELECT $a", {1: 1}), "params takes a dictionary of values by name"),
    (lambda run, home: run.sql("SELECT $a", {"b": 1}), "DuckDB says"),
    (lambda run, home: run.sql("SELECT $a AS a", {"a": object()}), "DuckDB says"),
    (lambda run, home: run.sql("FROM f", frames=FRAME), "frames takes a dictionary of Polars frames"),
    (lambda run, home: run.sql("FROM f", frames={"f": [1]}), r"frames\['f'\] takes a Polars DataFrame, not \[1\]"),
    (lambda run, home: run.sql("FROM f", frames={"f g": FRAME}), "frames takes names made of letters"),
    (lambda run, home: run.sql("FROM contract_mrr", frames={"contract_mrr": FRAME}), "is a table of the run"),
    (lambda run, home: run.sql("SELECT 1", unmask="no"), "unmask takes True or False"),
    # -- explanations and reports
    (lambda run, home: run.explain(12), "change_id takes a text, not 12"),
    (lambda run, home: explain(None, home=home), "change_id takes a text"),
    (lambda run, home: explain("C-DAY45:renewal", home=home, unmask=None), "unmask takes True or False"),
    (lambda run, home: run.report(None), "partner_id takes a text"),
    (lambda run, home: report("P-DAYS", home=home, columns="current_mrr"), "columns takes a list of column names"),
    (lambda run, home: report("P-DAYS", home=home, locale=5), "locale takes a text, not 5"),
    (lambda run, home: report("P-DAYS", home=home, height=-1), "height takes a whole number from 50 to 20000, not -1"),
    (lambda run, home: report("P-DAYS", home=home, height='1px" onload="x'), "height takes a whole number"),
    (lambda run, home: report("P-DAYS", home=home, height=True), "height takes a whole number"),
    # -- comparing
    (lambda run, home: compare(run, 5, home=home), "after takes a run's id, a day"),
    (lambda run, home: compare(2.5, run, home=home), "before takes a run's id, a day"),
    (lambda run, home: compare(run, run, partner=8, home=home), "partner takes a text, not 8"),
    (lambda run, home: compare(run, run, partner="P-NOBODY", home=home), "there is no partner 'P-NOBODY' in "),
    (lambda run, home: compare("2026-11-31", run, home=home), "no run '2026-11-31'"),
    # -- assumptions
    (lambda run, home: what_if(home), "what_if\\(\\) takes an open run"),
    (lambda run, home: what_if(run, renewal_points="5"), "renewal_points takes a number from -100 to 100"),
    (lambda run, home: what_if(run, renewal_points=True), "renewal_points takes a number"),
    (lambda run, home: what_if(run, renewal_points=float("nan")), "renewal_points takes a number"),
    (lambda run, home: what_if(run, renewal_points=Decimal("Infinity")), "renewal_points takes a number"),
    (lambda run, home: what_if(run, renewal_points=Decimal("0.00001")), "with at most 4 decimals"),
    (lambda run, home: what_if(run, renewal_points=-101), "renewal_points takes a number"),
    (lambda run, home: what_if(run, renewal_pricing=["list"]), "renewal_pricing takes one of"),
    (lambda run, home: what_if(run, uplift_percent=Decimal("NaN")), "uplift_percent takes a number"),
    (lambda run, home: what_if(run, projection_months=-3), "projection_months takes a whole number"),
    (lambda run, home: what_if(run, projection_months="12"), "projection_months takes a whole number"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_a_wrong_argument_is_named(run, sample_home, call, message):
    before = tree(sample_home)
    with pytest.raises(UsageError, match=message) as refused:
        call(run, sample_home)
    said = str(refused.value)
    assert "\n" not in said or said.startswith("DuckDB says")
    assert len(said) <= 1000
    assert tree(sample_home) == before


def test_a_long_wrong_argument_is_cut(run):
    with pytest.raises(UsageError, match="partner takes a text") as refused:
        run.table("upcoming_renewals", partner=["x" * 5000])
    assert len(str(refused.value)) < 120


def test_a_report_is_saved_only_where_a_path_says(run):
    with pytest.raises(UsageError, match="save\\(\\) takes the path of a file"):
        run.report("P-DAYS").save(None)


def test_right_arguments_of_every_kind_are_taken(run, sample_home):
    assert open_run(date(2026, 11, 23), home=str(sample_home)).run_id == run.run_id
    assert what_if(run, renewal_points=0.5, uplift_percent=Decimal("2.5"), renewal_pricing="uplift")
    assert compare(run, run, partner="P-DAYS", home=sample_home).is_empty()


def test_three_exported_decimals_can_be_multiplied(run):
    # DuckDB keeps 18 digits for a product of decimals of up to 18: quantity, price and discount overflowed.
    found = run.sql(
        "SELECT line_id, quantity, unit_price, discount_percent AS percent, "
        "quantity * unit_price * (100 - coalesce(discount_percent, 0)) AS charged FROM exports.contract_lines"
    )
    of_table = run.table("exports.contract_lines").select("line_id", "quantity", "unit_price", "discount_percent")
    exact = {line: quantity * price * (100 - (percent or 0)) for line, quantity, price, percent in of_table.iter_rows()}
    assert len(exact) > 250
    assert dict(found.select("line_id", "charged").iter_rows()) == exact
    products = run.sql("SELECT sum(quantity * unit_price * discount_percent) AS charged FROM client_products")
    assert products["charged"][0] == sum(
        (
            row["quantity"] * row["unit_price"] * row["discount_percent"]
            for row in run.table("client_products").to_dicts()
        ),
        Decimal(0),
    )
