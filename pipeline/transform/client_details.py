"""Rule 8's client details: contacts, products, app usage and consumption of each partner's clients."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline.transform import ownership
from pipeline.transform.mrr import discount_percent_in_force, recurring


def client_contacts(contacts: pl.DataFrame, associated: pl.DataFrame) -> pl.DataFrame:
    """One row per contact of a partner's client. `associated`: `hub_id, partner_id`, clients with a partner only."""
    return contacts.join(associated, on="hub_id").with_columns(pl.col("is_primary").fill_null(False))


def client_products(
    contracts: pl.DataFrame, contract_lines: pl.DataFrame, associated: pl.DataFrame, *, as_of: date
) -> pl.DataFrame:
    """One row per line of a contract in force of a partner's client, with the discount in force on `as_of`."""
    owned = contracts.select("contract_id", "hub_id", "currency").join(associated, on="hub_id")
    return contract_lines.join(owned, on="contract_id").with_columns(
        discount_percent=discount_percent_in_force(on=as_of),
        is_recurring=recurring(),
    )


def client_app_usage(app_usage: pl.DataFrame, associated: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per app of a partner's client: the latest measurement known on `as_of`."""
    return ownership.latest_app_usage(app_usage, as_of=as_of).join(associated, on="hub_id")


def client_consumption(consumption: pl.DataFrame, associated: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per partner's client that was measured: the latest measurement known on `as_of`."""
    return ownership.latest_consumption(consumption, as_of=as_of).join(associated, on="hub_id")
