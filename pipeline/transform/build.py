"""Every published table from the exports, one after the other, in the order in which inputs can be released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline import rules
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED
from pipeline.transform import (
    changes,
    client_details,
    deadlines,
    decisions_in_effect,
    late_cancellations,
    mrr,
    mrr_on_the_eve,
    new_mrr,
    ownership,
    partner_summary,
    projection,
    status,
    upcoming_renewals,
)


def build(exports: Mapping[str, pl.DataFrame], *, as_of: date, **choices: Any) -> dict[str, pl.DataFrame]:
    """Every published table that follows from the exports, by name: all that `build_in_turn` gives."""
    return dict(build_in_turn(exports, as_of=as_of, **choices))


@dataclass(frozen=True, slots=True)
class Choices:
    """The settings that the partners' tables rest on: days, names, `uplift_percent` in percent, a currency."""

    window_days: int = rules.WINDOW_DAYS
    notice_days: int = rules.NOTICE_DAYS
    vendor_name: str = rules.VENDOR_NAME
    renewal_pricing: str = rules.RENEWAL_PRICING
    uplift_percent: Decimal = rules.UPLIFT_PERCENT
    reporting_currency: str = rules.REPORTING_CURRENCY

    @property
    def pricing(self) -> dict[str, Any]:
        """How a renewal is priced, as keywords."""
        return {"renewal_pricing": self.renewal_pricing, "uplift_percent": self.uplift_percent}


def build_in_turn(
    exports: Mapping[str, pl.DataFrame], *, as_of: date, decisions: pl.DataFrame | None = None, **choices: Any
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The published tables one after the other, name and frame, in their declared columns and types.

    One after the other, so that each can be written and released while the next is computed; the order is the one in
    which the biggest inputs can be released first.
    `exports`: the contract's tables as ingest leaves them (`tables.exports`); further columns are ignored.
    `decisions`: what partners have decided (`tables.decision_events`), none by default; those after `as_of` are
    ignored. `choices`: the fields of `Choices`. Raises polars' SchemaError when a frame lacks a column.
    """
    chosen = Choices(**choices)
    exist = _existing(decisions, as_of=as_of)
    ended = decisions_in_effect.ended_pairs(exist)
    clients = ownership.associations(_given(exports, "clients"), as_of=as_of, ended=ended)
    contracts = contracts_in_force(_given(exports, "contracts"), as_of=as_of, notice_days=chosen.notice_days)
    lines = _given(exports, "contract_lines")
    contracts = mrr.current_mrr(contracts, lines, as_of=as_of)
    contract_mrr = contracts.join(clients.select("hub_id", "partner_id"), on="hub_id").sort("contract_id")
    yield _declared("contract_mrr", contract_mrr)
    changing = changes_with_status(
        contracts, _given(exports, "contract_changes"), as_of=as_of, window_days=chosen.window_days
    )
    contacts, app_usage = _given(exports, "contacts"), _given(exports, "app_usage")
    about_clients = upcoming_renewals.about_clients(
        changing,
        clients,
        _given(exports, "partners"),
        contacts,
        app_usage,
        exist,
        as_of=as_of,
        vendor_name=chosen.vendor_name,
    )
    associated = clients.filter(pl.col("partner_id").is_not_null()).select("hub_id", "partner_id")
    yield _declared("client_contacts", client_details.client_contacts(contacts, associated))
    del contacts
    yield _declared("client_app_usage", client_details.client_app_usage(app_usage, associated, as_of=as_of))
    del app_usage
    consumption = client_details.client_consumption(_given(exports, "consumption"), associated, as_of=as_of)
    yield _declared("client_consumption", consumption)
    del consumption
    yield _declared("client_products", client_details.client_products(contracts, lines, associated, as_of=as_of))
    lines = lines.join(changing.select("contract_id").unique(), on="contract_id", how="semi").drop("line_id")
    del contracts, clients, associated
    estimated = _estimated(changing, lines, exports, chosen, as_of=as_of)
    renewals = upcoming_renewals.upcoming_renewals(estimated, about_clients, lines, as_of=as_of)
    yield _declared("upcoming_renewals", renewals)
    yield _declared("client_changes", renewals)
    summary = partner_summary.partner_summary(
        renewals, contract_mrr, _given(exports, "fx_rates"), as_of=as_of, reporting_currency=chosen.reporting_currency
    )
    yield _declared("partner_summary", summary)


def _existing(decisions: pl.DataFrame | None, *, as_of: date) -> pl.DataFrame:
    given = decisions_in_effect.no_decisions() if decisions is None else decisions
    return decisions_in_effect.decided_by(given, as_of=as_of)


def _estimated(
    changing: pl.DataFrame, lines: pl.DataFrame, exports: Mapping[str, pl.DataFrame], chosen: Choices, *, as_of: date
) -> pl.DataFrame:
    """The changes with their estimates and the MRR on the eve of each."""
    price_book, blocks = _given(exports, "price_book"), _given(exports, "limit_blocks")
    estimated = new_mrr.estimated_new_mrr(changing, lines, price_book, blocks, as_of=as_of, **chosen.pricing)
    return mrr_on_the_eve.mrr_on_the_eve(estimated, lines, price_book, as_of=as_of, **chosen.pricing)


def build_finance(exports: Mapping[str, pl.DataFrame], *, as_of: date, **choices: Any) -> dict[str, pl.DataFrame]:
    """Finance's tables (`tables.finance_tables`), by name: all that `build_finance_in_turn` gives."""
    return dict(build_finance_in_turn(exports, as_of=as_of, **choices))


def build_finance_in_turn(
    exports: Mapping[str, pl.DataFrame],
    *,
    as_of: date,
    decisions: pl.DataFrame | None = None,
    previous: pl.DataFrame | None = None,
    **choices: Any,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Finance's tables one after the other, name and frame, in their declared columns and types.

    Nothing is read or computed before the first one is asked for.
    `exports` and `decisions` as in `build_in_turn`; `previous` and `choices` (settings as keywords) as in
    `projection.finance_in_turn`.
    """
    ended = decisions_in_effect.ended_pairs(_existing(decisions, as_of=as_of))
    clients = ownership.associations(_given(exports, "clients"), as_of=as_of, ended=ended)
    if previous is not None:
        previous = ownership.without_ended(previous, ended)
    clients = clients.select("hub_id", "partner_id")
    for name, frame in projection.finance_in_turn(exports, clients, as_of=as_of, previous=previous, **choices):
        yield name, as_declared(frame, FINANCE[name])


def contracts_in_force(contracts: pl.DataFrame, *, as_of: date, notice_days: int = rules.NOTICE_DAYS) -> pl.DataFrame:
    """The contracts in force with their defaults filled in and `billing_months` and `minor_unit` added."""
    return contracts.filter(changes.in_force(as_of=as_of)).with_columns(
        deadlines.notice_days(default=notice_days),
        pl.col("auto_renews").fill_null(True),
        mrr.billing_months(),
        mrr.minor_unit(),
    )


def changes_with_status(
    contracts: pl.DataFrame, contract_changes: pl.DataFrame, *, as_of: date, window_days: int = rules.WINDOW_DAYS
) -> pl.DataFrame:
    """The upcoming changes of the contracts in force with their contract's columns, deadline and status."""
    contracts = late_cancellations.with_late_request(contracts, contract_changes, as_of=as_of)
    return (
        changes.upcoming_changes(contracts, contract_changes, as_of=as_of, window_days=window_days)
        .join(contracts.drop("renewal_start_date"), on="contract_id")
        .with_columns(deadlines.renewal_deadline())
        .with_columns(status.status_basis(as_of=as_of))
        .with_columns(status.status(), late_cancellations.leaves_on())
    )


def as_declared(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The frame in the declared columns and types of that table."""
    return frame.select(table.column_names).cast(table.polars_schema)


def _given(exports: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    return exports[name].select(EXPORTS[name].column_names)


def _declared(name: str, frame: pl.DataFrame) -> tuple[str, pl.DataFrame]:
    return name, as_declared(frame, PUBLISHED[name])
