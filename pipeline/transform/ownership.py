"""Rules 5 to 7: whose row it is, who tells the client, and whom to talk to."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline import rules


def associated_partner_id(*, as_of: date) -> pl.Expr:
    """Rule 7: the client's partner, unless the association has ended; null = nobody's."""
    ended = (pl.col("association_ended_on") <= as_of).fill_null(False)
    return pl.when(~ended).then(pl.col("partner_id")).alias("partner_id")


def associations(clients: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per client: `hub_id, client_name, website, partner_id` (rule 7)."""
    return clients.select("hub_id", "client_name", "website", associated_partner_id(as_of=as_of))


def communication_owners(partners: pl.DataFrame, *, vendor_name: str = rules.VENDOR_NAME) -> pl.DataFrame:
    """Rule 5, one row per partner: `partner_id, communication_owner, communication_owner_basis`.

    The partner's own statement, else the vendor.
    """
    states = pl.col("owns_communication").fill_null(False)
    return partners.select(
        "partner_id",
        communication_owner=pl.when(states).then(pl.col("partner_name")).otherwise(pl.lit(vendor_name)),
        communication_owner_basis=pl.when(states).then(pl.lit("partner_statement")).otherwise(pl.lit("vendor_default")),
    )


def primary_contacts(contacts: pl.DataFrame) -> pl.DataFrame:
    """Rule 6, at most one row per client: `hub_id, primary_contact_id, primary_contact_name, primary_contact_email`.

    The contact flagged primary; a client without one has no row.
    """
    return contacts.filter(pl.col("is_primary")).select(
        "hub_id",
        primary_contact_id="contact_id",
        primary_contact_name="full_name",
        primary_contact_email="email",
    )


def primary_contact_basis() -> pl.Expr:
    """Rule 6: what the primary contact rests on."""
    return (
        pl.when(pl.col("primary_contact_id").is_not_null())
        .then(pl.lit("account_primary"))
        .otherwise(pl.lit("none"))
        .alias("primary_contact_basis")
    )


def last_active_users(contacts: pl.DataFrame) -> pl.DataFrame:
    """Rule 8, at most one row per client: `hub_id, last_active_user`, the contact with the latest activity.

    On the same day the lowest `contact_id` (*ours*); a client none of whose contacts was ever active has no row.
    """
    return (
        contacts.lazy()
        .filter(pl.col("last_active_on").is_not_null())
        .sort("hub_id", "last_active_on", "contact_id", descending=[False, True, False])
        .unique("hub_id", keep="first", maintain_order=True)
        .select("hub_id", last_active_user="full_name")
        .collect()
    )


def latest_app_usage(app_usage: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The latest measurement known on `as_of`, one row per client and app, with the columns of `app_usage`."""
    return _latest_measurement(app_usage, ["hub_id", "app"], as_of).with_columns(_known_use(as_of))


def latest_consumption(consumption: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The latest measurement known on `as_of`, one row per client, with the columns of `consumption`."""
    return _latest_measurement(consumption, ["hub_id"], as_of)


def last_used(app_usage: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Rule 8, at most one row per client: `hub_id, last_used_on`, the latest of its app usage known on `as_of`."""
    return (
        app_usage.lazy()
        .filter(pl.col("measured_on") <= as_of)
        .with_columns(_known_use(as_of))
        .group_by("hub_id")
        .agg(pl.col("last_used_on").max())
        .collect()
    )


def _known_use(as_of: date) -> pl.Expr:
    return pl.when(pl.col("last_used_on") <= as_of).then(pl.col("last_used_on")).alias("last_used_on")


def _latest_measurement(frame: pl.DataFrame, key: list[str], as_of: date) -> pl.DataFrame:
    known = frame.lazy().filter(pl.col("measured_on") <= as_of)
    latest = known.group_by(key).agg(pl.col("measured_on").max())
    return known.join(latest, on=[*key, "measured_on"], how="semi").select(frame.columns).collect()
