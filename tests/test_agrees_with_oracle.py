"""The transforms agree with an independent implementation of the rules on every row and every figure.

`tests/oracle` reads the rules a second time, in plain Python; here both meet on generated exports full of boundaries.
Where they differ, one of them has misread the rules.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import rules, transform
from pipeline.settings import Settings
from pipeline.tables.published import PUBLISHED
from tests import oracle, strategies

Rows = list[dict[str, Any]]

TABLES = {
    "upcoming_renewals": ("partner_id", "change_id"),
    "contract_mrr": ("contract_id",),
    "partner_summary": ("partner_id", "currency"),
}
PARTS = tuple(name for name in PUBLISHED["upcoming_renewals"].column_names if name.startswith("mrr_change_"))

BY_LIST = Settings()
WITH_UPLIFT = Settings(renewal_pricing="uplift", uplift_percent=Decimal("3.5"), window_days=400, notice_days=0)
AT_TODAYS_PRICE = Settings(renewal_pricing="same", uplift_percent=Decimal(7), window_days=45, notice_days=120)
LIST_ELSE_UPLIFT = Settings(
    uplift_percent=Decimal("0.0001"), window_days=1, vendor_name="Böhm & Söhne", reporting_currency="JPY"
)
ALL_SETTINGS = {
    "list": BY_LIST,
    "uplift": WITH_UPLIFT,
    "same": AT_TODAYS_PRICE,
    "list_else_uplift": LIST_ELSE_UPLIFT,
}

SMALL = settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def built(exports: strategies.Exports, as_of: date, chosen: Settings = BY_LIST) -> dict[str, pl.DataFrame]:
    return transform.build(
        strategies.frames(exports),
        as_of=as_of,
        window_days=chosen.window_days,
        notice_days=chosen.notice_days,
        vendor_name=chosen.vendor_name,
        renewal_pricing=chosen.renewal_pricing,
        uplift_percent=chosen.uplift_percent,
        reporting_currency=chosen.reporting_currency,
    )


def assert_same_rows(table: str, actual: Rows, expected: Rows) -> None:
    """Every row and every column; money as numbers. Says which cells differ, not two whole tables."""
    key = TABLES[table]
    actual_by_key = {tuple(row[name] for name in key): row for row in actual}
    expected_by_key = {tuple(row[name] for name in key): row for row in expected}
    assert len(actual_by_key) == len(actual), f"{table}: {key} repeats"
    assert set(actual_by_key) == set(expected_by_key), f"{table}: not the same rows"
    differing = [
        (row_key, name, actual_by_key[row_key][name], value)
        for row_key, row in expected_by_key.items()
        for name, value in row.items()
        if actual_by_key[row_key][name] != value
    ]
    assert not differing, f"{table}: {len(differing)} cells differ, (key, column, pipeline, oracle): {differing[:5]}"
    if actual:
        assert set(actual[0]) == set(expected[0]), f"{table}: not the same columns"


def assert_agrees(exports: strategies.Exports, as_of: date, chosen: Settings = BY_LIST) -> dict[str, pl.DataFrame]:
    published = built(exports, as_of, chosen)
    for table in TABLES:
        expected = getattr(oracle, table)(exports, as_of=as_of, settings=chosen)
        assert_same_rows(table, published[table].to_dicts(), expected)
    return published


@pytest.mark.parametrize("name", ALL_SETTINGS)
@pytest.mark.parametrize("seed", range(len(strategies.AS_OF_DAYS)))
def test_every_row_and_figure_agrees(seed, name):
    as_of = strategies.AS_OF_DAYS[seed]
    exports = strategies.random_exports(seed, contracts=300, as_of=as_of)
    published = assert_agrees(exports, as_of, ALL_SETTINGS[name])
    assert published["contract_mrr"].height > 100


def test_rows_come_in_the_default_order():
    as_of = strategies.AS_OF_DAYS[0]
    exports = strategies.random_exports(77, contracts=300, as_of=as_of)
    expected = [row["change_id"] for row in oracle.upcoming_renewals(exports, as_of=as_of)]
    assert built(exports, as_of)["upcoming_renewals"]["change_id"].to_list() == expected


def test_the_random_exports_reach_every_status_and_every_basis():
    # Otherwise the agreement above would say little.
    as_of = strategies.AS_OF_DAYS[0]
    seen = set()
    for chosen in ALL_SETTINGS.values():
        exports = strategies.random_exports(1, contracts=600, as_of=as_of)
        for row in oracle.upcoming_renewals(exports, as_of=as_of, settings=chosen):
            seen |= {(row["status"], row["status_basis"]), row["contract_type"], row["estimate_basis"]}
    statuses = {(status, basis) for status, bases in rules.STATUS_BASES.items() for basis in bases}
    assert seen == statuses | set(rules.CONTRACT_TYPES) | set(rules.ESTIMATE_BASES)


@SMALL
@given(strategies.small_exports(), st.sampled_from(sorted(ALL_SETTINGS)))
def test_small_exports_agree(export, name):
    assert_agrees(*export, ALL_SETTINGS[name])


@SMALL
@given(strategies.small_exports())
def test_identities_hold_for_every_change(export):
    exports, as_of = export
    everything_ahead = Settings(window_days=3650)
    published = built(exports, as_of, everything_ahead)
    decimals = rules.minor_units()
    for row in published["upcoming_renewals"].to_dicts():
        assert row["estimated_new_mrr"] - row["mrr_before"] == row["mrr_change"]
        assert sum(row[part] for part in PARTS) == row["mrr_change"]
        for name in ("current_mrr", "mrr_before", "estimated_new_mrr", "mrr_change", *PARTS):
            assert row[name] == round(row[name], decimals[row["currency"]]), f"{name} is finer than the minor unit"
        assert row["estimated_new_mrr"] >= 0
    assert_estimates_chain(published["upcoming_renewals"])


def assert_estimates_chain(changes: pl.DataFrame) -> None:
    """The first change of a contract starts at its current MRR, every other where the one before it ended."""
    order = {name: place for place, name in enumerate(rules.CONTRACT_TYPES)}
    for _, frame in changes.group_by("contract_id"):
        rows = sorted(
            frame.to_dicts(), key=lambda r: (r["renewal_start_date"], order[r["contract_type"]], r["change_id"])
        )
        mrr = rows[0]["current_mrr"]
        for row in rows:
            assert row["mrr_before"] == mrr
            mrr = row["estimated_new_mrr"]


def test_partner_totals_are_the_sums_of_their_contracts_and_changes():
    as_of = strategies.AS_OF_DAYS[3]
    published = built(strategies.random_exports(5, contracts=300, as_of=as_of), as_of)
    key = ["partner_id", "currency"]
    contracts = published["contract_mrr"].drop_nulls("partner_id").group_by(key).agg(pl.col("current_mrr").sum())
    changes = published["upcoming_renewals"].group_by(key).agg(pl.col("mrr_change").sum().alias("estimated_change"))
    summed = contracts.join(changes, on=key, how="left").with_columns(pl.col("estimated_change").fill_null(0))
    summary = published["partner_summary"].select(*key, "current_mrr", "estimated_change")
    assert summary.height > 10
    assert sorted(summary.rows()) == sorted(summed.select(summary.columns).rows())


def test_the_order_of_the_input_rows_does_not_matter():
    as_of = strategies.AS_OF_DAYS[1]
    exports = strategies.random_exports(9, contracts=200, as_of=as_of)
    reversed_exports = {table: rows[::-1] for table, rows in exports.items()}
    first, second = built(exports, as_of), built(reversed_exports, as_of)
    for table in TABLES:
        assert first[table].equals(second[table]), table


def test_a_limit_a_trillion_units_higher_is_priced_at_once():
    # 10^12 single-unit blocks at 0.000001 and then 2 * 10^12 units in blocks of 1000 at 0.5.
    as_of = date(2026, 11, 23)
    price = {"product_code": "P", "currency": "USD", "limit_kind": "contacts", "valid_from": date(2020, 1, 1)}
    exports = one_contract(
        contact_max=0,
        changes=[{"contract_type": "contact_tier_upgrade", "new_contact_max": 3 * 10**12}],
        limit_blocks=[
            price | {"from_limit": 0, "block_size": 1, "monthly_price_per_block": Decimal("0.000001")},
            price | {"from_limit": 10**12, "block_size": 1000, "monthly_price_per_block": Decimal("0.5")},
        ],
    )
    (row,) = assert_agrees(exports, as_of)["upcoming_renewals"].filter(contract_type="contact_tier_upgrade").to_dicts()
    assert row["mrr_change_limits"] == 1_000_000 + 1_000_000_000


def no_rows(exports: strategies.Exports) -> None:
    for rows in exports.values():
        rows.clear()


def no_lines(exports: strategies.Exports) -> None:
    exports["contract_lines"].clear()


def only_one_off_lines(exports: strategies.Exports) -> None:
    exports["contract_lines"][0]["is_recurring"] = False


def nobodys_client(exports: strategies.Exports) -> None:
    exports["clients"][0]["partner_id"] = None


def nothing_in_force(exports: strategies.Exports) -> None:
    exports["contracts"][0]["renewal_start_date"] = date(2026, 11, 23)


@pytest.mark.parametrize("emptied", [no_rows, no_lines, only_one_off_lines, nobodys_client, nothing_in_force])
def test_exports_with_next_to_nothing_in_them(emptied):
    exports = one_contract()
    emptied(exports)
    assert_agrees(exports, date(2026, 11, 23))


def test_a_limit_is_known_once_an_unpriced_upgrade_has_set_it():
    # The first upgrade starts from an unknown limit and cannot be priced; the second starts from the first one's.
    change = {"contract_type": "contact_tier_upgrade"}
    blocks = {"product_code": "P", "currency": "USD", "limit_kind": "contacts", "valid_from": date(2020, 1, 1)}
    exports = one_contract(
        contact_max=None,
        changes=[
            change | {"change_id": "a", "new_contact_max": 2000},
            change | {"change_id": "b", "new_contact_max": 3000},
        ],
        limit_blocks=[blocks | {"from_limit": 0, "block_size": 1000, "monthly_price_per_block": Decimal(40)}],
    )
    published = assert_agrees(exports, date(2026, 11, 23))["upcoming_renewals"]
    changes = {row["change_id"]: (row["mrr_change"], row["estimate_basis"]) for row in published.to_dicts()}
    assert changes["a"] == (0, "unpriced")
    assert changes["b"] == (40, "price_book")


def test_figures_at_the_limit_of_the_contracts_types_are_exact():
    # The largest quantity and price that data-contract.md allows and the smallest discount, in fifty lines.
    exports = one_contract(
        line={
            "quantity": Decimal("99999999999999.9999"),
            "unit_price": Decimal("999999999999.999999"),
            "discount_percent": Decimal("0.0001"),
        }
    )
    (line,) = exports["contract_lines"]
    exports["contract_lines"] = [line | {"line_id": f"K/{number}"} for number in range(50)]
    assert_agrees(exports, date(2026, 11, 23), Settings(renewal_pricing="uplift", uplift_percent=Decimal("3.5")))


def test_a_limit_already_raised_costs_nothing_again():
    # Two upgrades: the second one's limit is already in force through the first, so it adds no blocks.
    change = {"contract_type": "contact_tier_upgrade"}
    blocks = {"product_code": "P", "currency": "USD", "limit_kind": "contacts", "valid_from": date(2020, 1, 1)}
    exports = one_contract(
        contact_max=1000,
        changes=[
            change | {"change_id": "a", "new_contact_max": 3000},
            change | {"change_id": "b", "new_contact_max": 2000},
        ],
        limit_blocks=[blocks | {"from_limit": 0, "block_size": 1000, "monthly_price_per_block": Decimal(40)}],
    )
    published = assert_agrees(exports, date(2026, 11, 23))["upcoming_renewals"]
    changes = {row["change_id"]: (row["mrr_change"], row["estimate_basis"]) for row in published.to_dicts()}
    assert changes["a"] == (80, "price_book")
    assert changes["b"] == (0, "price_book")


def one_contract(*, line=None, changes=(), limit_blocks=(), **contract) -> strategies.Exports:
    """One contract in force on 2026-11-23 that renews 2027-01-31, with one line and the given changes on 2026-12-31."""
    change = {"change_id": "change", "contract_id": "K", "effective_date": date(2026, 12, 31)}
    return strategies.exports_of(
        partners=[{"partner_id": "p", "partner_name": "Partner"}],
        clients=[{"hub_id": "h", "client_name": "Client", "partner_id": "p"}],
        contracts=[
            {
                "contract_id": "K",
                "hub_id": "h",
                "currency": "USD",
                "term_start_date": date(2026, 1, 31),
                "renewal_start_date": date(2027, 1, 31),
                "subscription_term_months": 12,
                "billing_frequency": "monthly",
            }
            | contract
        ],
        contract_lines=[
            {
                "line_id": "K/1",
                "contract_id": "K",
                "product_code": "P",
                "product_name": "Product",
                "quantity": Decimal(1),
                "unit_price": Decimal(100),
            }
            | (line or {})
        ],
        contract_changes=[change | given for given in changes],
        limit_blocks=list(limit_blocks),
    )
