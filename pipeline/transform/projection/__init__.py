"""Rules 11 and 12 for finance: what MRR becomes over the next months, tied to the contracts to the cent.

The order of the data: counted contracts → two chains of estimated changes → a path per contract and scenario →
movements (`mrr_projection`), the bridge, retention, the interval on `expected`. Beside them `renewal_rates`,
`rival_mrr`, `currency_rates` and the findings. Each module says at its top what rule 12 leaves open and how it was
decided (*ours*).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from pipeline import rules
from pipeline.transform import money
from pipeline.transform.mrr import recurring
from pipeline.transform.projection import paths as path
from pipeline.transform.projection.bridge import closing_mrr, mrr_bridge
from pipeline.transform.projection.chains import Chains, Pricing, estimated_chains
from pipeline.transform.projection.contracts import counted_contracts
from pipeline.transform.projection.currencies import currency_rates
from pipeline.transform.projection.findings import findings
from pipeline.transform.projection.interval import interval
from pipeline.transform.projection.months import calendar_of, last_day
from pipeline.transform.projection.movements import MOVEMENTS, as_they_are, expected, mrr_projection
from pipeline.transform.projection.probabilities import SEGMENT, renewal_rates, survival_table
from pipeline.transform.projection.retention import FIGURES, retention
from pipeline.transform.projection.rivals import rival_mrr

_BALANCES = ("opening", *MOVEMENTS, "closing")


def finance_tables(
    exports: dict[str, pl.DataFrame],
    clients: pl.DataFrame,
    *,
    as_of: date,
    notice_days: int = rules.NOTICE_DAYS,
    renewal_pricing: str = rules.RENEWAL_PRICING,
    uplift_percent: Decimal = rules.UPLIFT_PERCENT,
    reporting_currency: str = rules.REPORTING_CURRENCY,
    renewal_probability: Decimal = rules.RENEWAL_PROBABILITY,
    projection_months: int = rules.PROJECTION_MONTHS,
    previous: pl.DataFrame | None = None,
    rates: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """Every finance table (`tables.finance`) by name.

    `exports`: the contract's tables; `clients`: `ownership.associations`; `previous`: `contract_mrr` of the run before
    this one, without which no contract can be found missing; `rates`: `renewal_rates` that are known already, for a
    part of a book. Money as decimals with 4 decimals.
    """
    until = last_day(projection_months - 1, as_of=as_of)
    months = calendar_of(projection_months, as_of=as_of)
    contracts = counted_contracts(
        exports["contracts"],
        exports["contract_lines"].filter(recurring()),
        clients,
        as_of=as_of,
        until=until,
        notice_days=notice_days,
    )
    contracts, groups, segments = _numbered(contracts)
    lines = (
        exports["contract_lines"]
        .filter(recurring())
        .join(contracts.select("contract_id"), on="contract_id", how="semi")
    )
    pricing = Pricing(exports["price_book"], exports["limit_blocks"], renewal_pricing, uplift_percent)
    chains = estimated_chains(contracts, lines, exports["contract_changes"], pricing, as_of=as_of, until=until)
    if rates is None:
        rates = renewal_rates(
            exports["renewal_history"],
            exports["contracts"],
            segments,
            as_of=as_of,
            renewal_probability=renewal_probability,
        )
    numbered_rates = rates.join(segments, on=SEGMENT)
    scenarios = scenario_paths(
        contracts, lines, chains, pricing, numbered_rates, as_of=as_of, until=until, months=projection_months
    )
    settled = scenarios.pop("settled")
    bridge = mrr_bridge(
        contracts, chains, {"settled": closing_mrr(settled), **{s: closing_mrr(p) for s, p in scenarios.items()}}
    )
    projection = mrr_projection(scenarios, groups, as_of=as_of, months=projection_months)
    return {
        "mrr_projection": _in_decimals(projection, _BALANCES),
        "projection_interval": _in_decimals(
            interval(scenarios["expected"], groups, numbered_rates, months), ("closing", "closing_low", "closing_high")
        ),
        "mrr_bridge": _in_decimals(bridge, [name for name, dtype in bridge.schema.items() if dtype == money.INT]),
        "retention": _in_decimals(retention(bridge, rules.SCENARIOS), FIGURES),
        "renewal_rates": rates,
        "rival_mrr": rival_mrr(contracts, exports["contract_lines"], exports["price_book"], as_of=as_of),
        "currency_rates": currency_rates(
            contracts, exports["fx_rates"], as_of=as_of, reporting_currency=reporting_currency
        ),
        "findings": findings(exports, contracts, chains, clients, previous, as_of=as_of),
    }


def scenario_paths(
    contracts: pl.DataFrame,
    lines: pl.DataFrame,
    chains: Chains,
    pricing: Pricing,
    rates: pl.DataFrame,
    *,
    as_of: date,
    until: date,
    months: int,
) -> dict[str, pl.DataFrame]:
    """The paths with their movements: `settled` (see `bridge`) and each of `rules.SCENARIOS`."""
    contracts = path.with_amounts(contracts, chains)
    discounts = path.discount_rows(contracts, lines, chains, pricing, as_of=as_of, until=until, months=months)
    uncertain = path.uncertain_rows(chains, as_of=as_of, months=months)
    settled_changes = path.change_rows(chains.settled, as_of=as_of)
    full = path.paths(contracts, discounts, uncertain, path.change_rows(chains.full, as_of=as_of))
    contracted = path.paths(contracts, discounts, path.cut_off(settled_changes, uncertain))
    survival = survival_table(rates, most=months)
    return {
        "settled": path.paths(contracts, discounts, settled_changes),
        "contracted": as_they_are(contracted),
        "expected": expected(full, survival),
        "full": as_they_are(full),
    }


def _numbered(contracts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The contracts with their `group`, `client` and `segment` as numbers, and what groups and segments stand for."""
    groups = (
        contracts.select("partner_id", "currency", "minor_unit")
        .unique()
        .sort("partner_id", "currency")
        .with_row_index("group")
    )
    segments = contracts.select(SEGMENT).unique().sort(SEGMENT).with_row_index("segment").cast({"segment": pl.Int32()})
    clients = contracts.select("hub_id", "currency").unique().sort("hub_id", "currency").with_row_index("client")
    numbered = (
        contracts.join(
            groups.drop("minor_unit"), on=["partner_id", "currency"], nulls_equal=True, maintain_order="left"
        )
        .join(segments, on=SEGMENT, maintain_order="left")
        .join(clients, on=["hub_id", "currency"], maintain_order="left")
    )
    return numbered, groups, segments


def _in_decimals(frame: pl.DataFrame, amounts: tuple[str, ...] | list[str]) -> pl.DataFrame:
    return frame.with_columns(money.amount_to_decimal(pl.col(name)).alias(name) for name in amounts)
