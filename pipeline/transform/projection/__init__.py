"""Rules 11 and 12 for finance: what MRR becomes over the next months, tied to the contracts to the cent.

The order of the data: counted contracts → two chains of estimated changes → a path per contract and scenario →
movements (`mrr_projection`), the bridge, retention, the interval on `expected`. Beside them `renewal_rates`,
`rival_mrr`, `currency_rates` and the findings. Each module says at its top what rule 12 leaves open and how it was
decided (*ours*).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline import rules
from pipeline.transform import exact_amounts
from pipeline.transform.mrr import recurring
from pipeline.transform.projection import mrr_paths as path
from pipeline.transform.projection.alternative_definitions import rival_mrr
from pipeline.transform.projection.bridge import closing_states, lost_by_leaving, mrr_bridge
from pipeline.transform.projection.change_sequences import Chains, Pricing, estimated_chains
from pipeline.transform.projection.contracts import (
    SEGMENT,
    counted_contracts,
    numbered,
    numbered_lines,
    with_current_mrr,
)
from pipeline.transform.projection.currencies import currency_rates
from pipeline.transform.projection.findings import (
    expired_not_rolled,
    findings,
    missing_from_export,
    possible_successors,
)
from pipeline.transform.projection.interval import interval
from pipeline.transform.projection.months import calendar_of, last_day
from pipeline.transform.projection.movements import (
    MOVEMENTS,
    as_they_are,
    expected,
    mrr_projection,
    of_one_scenario,
    weighed_amount,
)
from pipeline.transform.projection.probabilities import renewal_rates, survival_table
from pipeline.transform.projection.retention import FIGURES, retention


def finance_tables(
    exports: Mapping[str, pl.DataFrame], clients: pl.DataFrame, *, as_of: date, **choices: Any
) -> dict[str, pl.DataFrame]:
    """Every finance table (`tables.finance_tables`) by name: all that `finance_in_turn` gives."""
    return dict(finance_in_turn(exports, clients, as_of=as_of, **choices))


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The settings that the projection rests on: days, percent, probabilities between 0 and 1, months, a currency."""

    notice_days: int = rules.NOTICE_DAYS
    renewal_pricing: str = rules.RENEWAL_PRICING
    uplift_percent: Decimal = rules.UPLIFT_PERCENT
    reporting_currency: str = rules.REPORTING_CURRENCY
    renewal_probability: Decimal = rules.RENEWAL_PROBABILITY
    late_cancellation_renewal_probability: Decimal = rules.LATE_CANCELLATION_RENEWAL_PROBABILITY
    rolling_grace_days: int = rules.ROLLING_GRACE_DAYS
    projection_months: int = rules.PROJECTION_MONTHS


def finance_in_turn(
    exports: Mapping[str, pl.DataFrame],
    clients: pl.DataFrame,
    *,
    as_of: date,
    previous: pl.DataFrame | None = None,
    rates: pl.DataFrame | None = None,
    **assumptions: Any,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The finance tables one after the other, name and frame, so that each can be written and released.

    `exports`: the contract's tables, each asked for once; `clients`: `hub_id, partner_id` of `ownership.associations`;
    `previous`: `contract_mrr` of the run before this one (contracts that are still there may be left out), without
    which no contract can be found missing; `rates`: `renewal_rates` that are known already, for a part of a book.
    `assumptions`: the fields of `Assumptions`. Money as decimals with 4 decimals.
    """
    given = Assumptions(**assumptions)
    until = last_day(given.projection_months - 1, as_of=as_of)
    of_export, history = exports["contracts"], exports["renewal_history"]
    contract_changes, price_book = exports["contract_changes"], exports["price_book"]
    counted = counted_contracts(of_export, clients, as_of=as_of, until=until, notice_days=given.notice_days)
    contracts, groups, segments = numbered(counted)
    every_line = exports["contract_lines"]
    found = _found_in_export(of_export, every_line, contract_changes, history, clients, given, as_of, previous)
    if rates is None:
        rates = renewal_rates(history, segments, as_of=as_of, renewal_probability=given.renewal_probability)
    yield "renewal_rates", rates
    del of_export, history, counted
    every_line = numbered_lines(every_line, contracts)
    lines = every_line.filter(recurring())
    contracts = with_current_mrr(contracts, lines)
    target = given.reporting_currency
    yield "currency_rates", currency_rates(contracts, exports["fx_rates"], as_of=as_of, reporting_currency=target)
    yield "rival_mrr", rival_mrr(contracts, groups, every_line, price_book, as_of=as_of)
    del every_line
    pricing = Pricing(price_book, exports["limit_blocks"], given.renewal_pricing, given.uplift_percent)
    late = given.late_cancellation_renewal_probability
    chains = estimated_chains(
        contracts, lines, contract_changes, pricing, as_of=as_of, until=until, late_may_renew=late > 0
    )
    yield "findings", findings(found, possible_successors(contracts, chains))
    numbered_rates = rates.join(segments, on=SEGMENT)
    survival = survival_table(numbered_rates, most=given.projection_months, after_late_cancellation=late)
    paths = scenario_paths(
        contracts, lines, chains, pricing, survival, as_of=as_of, until=until, months=given.projection_months
    )
    del lines
    months = calendar_of(given.projection_months, as_of=as_of)
    yield from _of_scenarios(paths, contracts, chains, groups, numbered_rates, months)


def _found_in_export(
    of_export: pl.DataFrame,
    lines: pl.DataFrame,
    contract_changes: pl.DataFrame,
    history: pl.DataFrame,
    clients: pl.DataFrame,
    given: Assumptions,
    as_of: date,
    previous: pl.DataFrame | None,
) -> pl.DataFrame:
    """The findings that the export alone shows and, with `previous`, contracts that are missing from it."""
    found = expired_not_rolled(
        of_export,
        lines,
        contract_changes,
        history,
        clients,
        as_of=as_of,
        notice_days=given.notice_days,
        rolling_grace_days=given.rolling_grace_days,
    )
    if previous is None:
        return found
    return pl.concat([found, missing_from_export(previous, of_export, clients, as_of=as_of)])


def _of_scenarios(
    scenarios: Iterator[tuple[str, pl.DataFrame]],
    contracts: pl.DataFrame,
    chains: Chains,
    groups: pl.DataFrame,
    rates: pl.DataFrame,
    months: pl.DataFrame,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables that follow from the scenarios, as they come: interval, projection, retention and bridge."""
    closings, projected = {}, {}
    for scenario, paths in scenarios:
        closings[scenario] = closing_states(paths)["mrr"]
        if scenario == "settled":
            lost = lost_by_leaving(paths, chains)
        if scenario in rules.SCENARIOS:
            rows = of_one_scenario(paths, groups, months)
            projected[scenario] = _in_decimals(rows, ("opening", *MOVEMENTS, "closing"))
        if scenario == "expected":
            bounds = interval(paths, groups, rates, months)
            yield "projection_interval", _in_decimals(bounds, ("closing", "closing_low", "closing_high"))
            still_there = closing_states(paths)["survival"]
    del paths, rows
    yield "mrr_projection", mrr_projection(projected, groups, months)
    del projected
    bridge = mrr_bridge(contracts, chains, closings, lost).with_columns(still_there)
    bridge = bridge.with_columns(held=weighed_amount(pl.col("current_mrr"), pl.col("survival"))).drop("survival")
    yield "retention", _in_decimals(retention(bridge, groups, rules.SCENARIOS), FIGURES)
    amounts = [name for name, dtype in bridge.schema.items() if dtype == exact_amounts.INT]
    yield "mrr_bridge", _in_decimals(bridge, amounts)


def scenario_paths(
    contracts: pl.DataFrame,
    lines: pl.DataFrame,
    chains: Chains,
    pricing: Pricing,
    survival: pl.DataFrame,
    *,
    as_of: date,
    until: date,
    months: int,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """One after the other, name and paths: `settled` (see `bridge`) and, with movements, each of `rules.SCENARIOS`.

    One of them is as large as all contracts with their changes; whoever releases it frees memory for the next.
    """
    contracts = path.with_amounts(contracts, chains)
    discounts = path.discount_rows(contracts, lines, chains, pricing, as_of=as_of, until=until, months=months)
    uncertain = path.uncertain_rows(chains, as_of=as_of, months=months)
    settled = path.change_rows(chains.settled, as_of=as_of)
    leaving = path.leaving_rows(chains)
    yield "settled", path.paths(contracts, discounts, settled, leaving)
    yield "contracted", as_they_are(path.paths(contracts, discounts, path.cut_off(settled, uncertain), leaving))
    full = path.paths(contracts, discounts, uncertain, path.change_rows(chains.full, as_of=as_of), leaving)
    yield "expected", expected(full, survival)
    yield "full", as_they_are(full)


def _in_decimals(frame: pl.DataFrame, amounts: tuple[str, ...] | list[str]) -> pl.DataFrame:
    return frame.with_columns(exact_amounts.amount_to_decimal(pl.col(name)).alias(name) for name in amounts)
