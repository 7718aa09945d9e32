"""What must hold of every book, to the cent: movements close, months chain, tables tie out with each other."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import rules, transform
from pipeline.tables.finance_tables import FINANCE
from tests import strategies
from tests.projection.runs import finance

SMALL = settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
KEY = ["partner_id", "currency", "scenario"]
CAUSES = ("change_new", "change_price", "change_discount", "change_limits", "change_quote", "change_churn")


def assert_ties_out(tables: dict[str, pl.DataFrame], contract_mrr: pl.DataFrame) -> None:
    assert_movements_close(tables["mrr_projection"])
    assert_bridge_adds_up(tables["mrr_bridge"])
    projection, bridge = tables["mrr_projection"], tables["mrr_bridge"]
    if projection.is_empty():
        assert bridge.is_empty()
        assert contract_mrr.is_empty()
        return
    first, last = projection["month"].min(), projection["month"].max()
    opening = projection.filter(pl.col("month") == first)
    current = sums(contract_mrr, "current_mrr")
    for scenario in rules.SCENARIOS:
        assert current.items() <= sums(opening.filter(scenario=scenario), "opening").items()
        closing = projection.filter(scenario=scenario).filter(pl.col("month") == last)
        assert sums(closing, "closing") == sums(bridge, f"{scenario}_mrr")
    assert_clients_are_kept_or_lost(tables["retention"], bridge)
    assert sums(tables["rival_mrr"], "current_mrr") == current
    by_currency = contract_mrr.group_by("currency").agg(pl.col("current_mrr").sum()).rows()
    assert set(by_currency) <= set(tables["currency_rates"].select("currency", "current_mrr").rows())
    interval = tables["projection_interval"].filter(scope="partner")
    expected = projection.filter(scenario="expected").select("partner_id", "currency", "month", "closing")
    assert sorted(interval.select(expected.columns).rows(), key=str) == sorted(expected.rows(), key=str)
    assert interval.filter(pl.col("closing_low") > pl.col("closing")).is_empty()
    assert interval.filter(pl.col("closing_high") < pl.col("closing")).is_empty()


def assert_clients_are_kept_or_lost(retention: pl.DataFrame, bridge: pl.DataFrame) -> None:
    cohort = bridge.filter(pl.col("current_mrr").sum().over("hub_id", "currency") > 0)
    for scenario in rules.SCENARIOS:
        rows = retention.filter(scenario=scenario)
        closing, opening = sums(cohort, f"{scenario}_mrr"), sums(bridge, "current_mrr")
        for row in rows.to_dicts():
            key = (row["partner_id"], row["currency"])
            lost = row["contraction"] + row["churn"]
            assert row["opening"] == opening[key]
            assert row["opening"] + row["expansion"] - lost == closing.get(key, Decimal(0))
            assert min(row[name] for name in ("opening", "expansion", "contraction", "churn")) >= 0
            if row["opening"]:
                assert 0 <= row["grr"] <= min(1, row["nrr"])
                assert abs(row["grr"] * row["opening"] - (row["opening"] - lost)) <= row["opening"] / 10**6
            else:
                assert (row["grr"], row["nrr"]) == (None, None)


def sums(frame: pl.DataFrame, column: str) -> dict[tuple, Decimal]:
    return {
        (partner, currency): amount
        for partner, currency, amount in frame.group_by("partner_id", "currency").agg(pl.col(column).sum()).iter_rows()
    }


def assert_movements_close(projection: pl.DataFrame) -> None:
    decimals = rules.minor_units()
    for _, rows in projection.group_by(KEY):
        before = None
        for row in rows.sort("month").to_dicts():
            assert row["opening"] + row["new"] + row["expansion"] - row["contraction"] - row["churn"] == row["closing"]
            assert before is None or row["opening"] == before
            before = row["closing"]
            for name in ("opening", "new", "expansion", "contraction", "churn", "closing"):
                assert row[name] >= 0
                assert row[name] == round(row[name], decimals[row["currency"]])


def assert_bridge_adds_up(bridge: pl.DataFrame) -> None:
    assert bridge["contract_id"].is_unique().all()
    for row in bridge.to_dicts():
        assert row["current_mrr"] + sum(row[cause] for cause in CAUSES) == row["settled_mrr"]
        for scenario in rules.SCENARIOS:
            assert row["settled_mrr"] + row[f"pending_{scenario}"] == row[f"{scenario}_mrr"]


@SMALL
@given(strategies.small_exports(), st.sampled_from(rules.RENEWAL_PRICINGS))
def test_small_books_tie_out(export, pricing):
    exports, as_of = export
    frames = strategies.frames(exports)
    contract_mrr = transform.build(frames, as_of=as_of)["contract_mrr"]
    assert_ties_out(finance(frames, as_of=as_of, renewal_pricing=pricing), contract_mrr)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_book_ties_out(seed):
    as_of = strategies.AS_OF_DAYS[seed % 5]
    frames = strategies.frames(strategies.random_exports(seed, contracts=300, as_of=as_of))
    tables = finance(frames, as_of=as_of)
    assert_ties_out(tables, transform.build(frames, as_of=as_of)["contract_mrr"])
    assert tables["mrr_bridge"].select(pl.any_horizontal(pl.col(*CAUSES) != 0).sum()).item() > 50


def test_the_estimates_in_full_are_those_of_upcoming_renewals():
    # Contracts whose last change lies in the window and none of whose discounts ends later close at its estimate.
    as_of = strategies.AS_OF_DAYS[0]
    frames = strategies.frames(strategies.random_exports(3, contracts=300, as_of=as_of))
    window = (frames["contracts"]["renewal_start_date"].max() - as_of).days + 400
    upcoming = transform.build(frames, as_of=as_of, window_days=window)["upcoming_renewals"]
    until = finance(frames, as_of=as_of)["mrr_projection"]["month"].max().replace(day=31)
    last = upcoming.sort("renewal_start_date", maintain_order=True).unique("contract_id", keep="last")
    ending = frames["contract_lines"].filter(pl.col("discount_end_date") > as_of)
    plain = last.filter(pl.col("renewal_start_date") <= until).join(ending, on="contract_id", how="anti")
    same_day = upcoming.group_by("contract_id", "renewal_start_date").len().filter(pl.col("len") > 1)
    plain = plain.join(same_day, on="contract_id", how="anti")
    # A late cancellation ends a contract by a renewal that is not upcoming.
    plain = plain.join(upcoming.drop_nulls("leaves_on"), on="contract_id", how="anti")
    bridge = finance(frames, as_of=as_of)["mrr_bridge"]
    compared = plain.join(bridge.select("contract_id", "full_mrr"), on="contract_id")
    assert compared.height > 15
    assert compared["estimated_new_mrr"].to_list() == compared["full_mrr"].to_list()


def test_every_table_has_its_declared_columns_and_types():
    as_of = strategies.AS_OF_DAYS[0]
    tables = finance(strategies.frames(strategies.random_exports(4, contracts=40, as_of=as_of)), as_of=as_of)
    assert set(tables) == set(FINANCE)
    for name, frame in tables.items():
        declared = frame.select(FINANCE[name].column_names).cast(FINANCE[name].polars_schema)
        required = [column.name for column in FINANCE[name].columns if column.required]
        assert declared.select(pl.col(required).null_count().sum()).row(0) == (0,) * len(required), name


def test_a_book_without_contracts_gives_empty_tables():
    tables = finance(strategies.frames(strategies.exports_of()))
    assert {name: frame.height for name, frame in tables.items()} == dict.fromkeys(FINANCE, 0)
