"""`mrr_projection` agrees with the independent reading of rule 12 in `oracle_projection`, figure by figure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.settings import Settings
from pipeline.transform import ownership
from pipeline.transform.projection import finance_tables
from tests import oracle_projection, strategies

ALL_SETTINGS = {
    "list": Settings(),
    "uplift": Settings(renewal_pricing="uplift", uplift_percent=Decimal("3.5"), notice_days=0),
    "same, 25 months": Settings(renewal_pricing="same", notice_days=120, projection_months=25),
    "late ones may renew": Settings(projection_months=25, late_cancellation_renewal_probability=Decimal("0.25")),
    "one month": Settings(projection_months=1, renewal_probability=Decimal("0.3333")),
}
SMALL = settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
MOVEMENTS = ("new", "expansion", "contraction", "churn")


def built(exports, as_of, chosen=None) -> dict[str, pl.DataFrame]:
    chosen = chosen or Settings()
    frames = strategies.frames(exports)
    return finance_tables(
        frames,
        ownership.associations(frames["clients"], as_of=as_of),
        as_of=as_of,
        notice_days=chosen.notice_days,
        renewal_pricing=chosen.renewal_pricing,
        uplift_percent=chosen.uplift_percent,
        renewal_probability=chosen.renewal_probability,
        late_cancellation_renewal_probability=chosen.late_cancellation_renewal_probability,
        projection_months=chosen.projection_months,
    )


def assert_agrees(exports, as_of, chosen) -> dict[str, pl.DataFrame]:
    tables = built(exports, as_of, chosen)
    probabilities = {
        (row["subscription_term_months"], row["currency"]): row["renewal_probability"]
        for row in tables["renewal_rates"].to_dicts()
    }
    expected = oracle_projection.mrr_projection(exports, as_of=as_of, probabilities=probabilities, settings=chosen)
    rows = {
        (row["partner_id"], row["currency"], row["scenario"], row["month"]): row
        for row in tables["mrr_projection"].to_dicts()
    }
    assert len(rows) == tables["mrr_projection"].height
    assert set(rows) == set(expected)
    differing = [
        (key, name, rows[key][name], value)
        for key, month in expected.items()
        for name, value in vars(month).items()
        if Fraction(rows[key][name]) != value
    ]
    assert not differing, f"{len(differing)} figures differ (key, column, pipeline, oracle): {differing[:4]}"
    return tables


@pytest.mark.parametrize("name", ALL_SETTINGS)
@pytest.mark.parametrize("seed", range(len(strategies.AS_OF_DAYS)))
def test_every_figure_agrees(seed, name):
    as_of = strategies.AS_OF_DAYS[seed]
    exports = strategies.random_exports(seed, contracts=80, as_of=as_of)
    projection = assert_agrees(exports, as_of, ALL_SETTINGS[name])["mrr_projection"]
    # Otherwise agreement would say little.
    moved = projection.select(pl.col(*MOVEMENTS).sum()).row(0)
    assert all(moved) or name == "one month"


@SMALL
@given(strategies.small_exports(), st.sampled_from(sorted(ALL_SETTINGS)))
def test_small_exports_agree(export, name):
    assert_agrees(*export, ALL_SETTINGS[name])
