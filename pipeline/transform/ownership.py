"""Rules 5 to 7: whose row it is, who tells the client, and whom to talk to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from pipeline import rules
from pipeline.tables.decision_events import PARTNER
from pipeline.transform.decisions_in_effect import EndedPairs, client_choices, pairs_frame, partner_choices


def associated_partner_id(*, as_of: date) -> pl.Expr:
    """Rule 7: the client's partner, unless the vendor records the association as ended; null = nobody's."""
    ended = (pl.col("association_ended_on") <= as_of).fill_null(False)
    return pl.when(~ended).then(pl.col("partner_id")).alias("partner_id")


def associations(clients: pl.DataFrame, *, as_of: date, ended: EndedPairs = frozenset()) -> pl.DataFrame:
    """One row per client: `hub_id, client_name, website, partner_id` (rule 7).

    `ended`: the associations that partners have ended themselves (`decided.ended_pairs`).
    """
    known = clients.select("hub_id", "client_name", "website", associated_partner_id(as_of=as_of))
    return without_ended(known, ended)


def without_ended(rows: pl.DataFrame, ended: EndedPairs) -> pl.DataFrame:
    """The rows (`partner_id, hub_id` and more) with a null partner where it has ended the association."""
    if not ended:
        return rows
    marked = rows.join(
        pairs_frame(ended).with_columns(partner_ended=True),
        on=["partner_id", "hub_id"],
        how="left",
        maintain_order="left",
    )
    mine = pl.col("partner_ended").is_null()
    return marked.with_columns(partner_id=pl.when(mine).then("partner_id")).drop("partner_ended")


def communication_owners(
    partners: pl.DataFrame, *, vendor_name: str = rules.VENDOR_NAME, stated: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Rule 5, one row per partner: `partner_id, partner_name, communication_owner, communication_owner_basis`.

    The partner's own statement, else the vendor. `stated`: the partners' decisions for all their clients, `partner`
    or `vendor`; such a decision overrides what the export says, and is a statement either way.
    """
    decided = pl.col("partner_id").replace_strict(dict(stated or {}), default=None, return_dtype=pl.String())
    exported = pl.col("owns_communication").fill_null(False)
    states = pl.when(decided.is_not_null()).then(decided == PARTNER).otherwise(exported)
    return partners.select(
        "partner_id",
        "partner_name",
        communication_owner=pl.when(states).then(pl.col("partner_name")).otherwise(pl.lit(vendor_name)),
        communication_owner_basis=pl.when(states | decided.is_not_null())
        .then(pl.lit("partner_statement"))
        .otherwise(pl.lit("vendor_default")),
    )


def with_communication_owner(
    rows: pl.DataFrame, partners: pl.DataFrame, decisions: pl.DataFrame, *, vendor_name: str = rules.VENDOR_NAME
) -> pl.DataFrame:
    """Rule 5: the rows of partners' clients with `communication_owner` and `communication_owner_basis`.

    The partner's choice for this client, else what it says of all its clients, else the vendor. `decisions`: those
    that exist on `as_of`.
    """
    owners = communication_owners(
        partners, vendor_name=vendor_name, stated=partner_choices(decisions, "communication_default")
    )
    choices = client_choices(decisions, "communication_owner", name="chosen_owner")
    chosen = pl.col("chosen_owner")
    chosen_name = pl.when(chosen == PARTNER).then(pl.col("partner_name")).otherwise(pl.lit(vendor_name))
    return (
        rows.join(owners, on="partner_id")
        .join(choices, on=["partner_id", "hub_id"], how="left")
        .with_columns(
            communication_owner=pl.when(chosen.is_not_null())
            .then(chosen_name)
            .otherwise(pl.col("communication_owner")),
            communication_owner_basis=pl.when(chosen.is_not_null())
            .then(pl.lit("client_choice"))
            .otherwise(pl.col("communication_owner_basis")),
        )
        .drop("partner_name", "chosen_owner")
    )


def primary_contacts(contacts: pl.DataFrame, associated: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Rule 6, at most one row per client: `hub_id, primary_contact_id, primary_contact_name, primary_contact_email`.

    The contact that the client's partner chose, while it is still a user of the account, else the contact flagged
    primary; a client with neither has no row. `associated`: `hub_id, partner_id`, clients with a partner only.
    `primary_contact_basis` says which of the two it is.
    """
    choices = client_choices(decisions, "primary_contact", name="contact_id").join(
        associated, on=["partner_id", "hub_id"], how="semi"
    )
    chosen = contacts.join(choices.select("hub_id", "contact_id"), on=["hub_id", "contact_id"], how="semi")
    flagged = contacts.filter(pl.col("is_primary")).join(chosen, on="hub_id", how="anti")
    return pl.concat(
        [
            chosen.with_columns(primary_contact_basis=pl.lit("client_choice")),
            flagged.with_columns(primary_contact_basis=pl.lit("account_primary")),
        ]
    ).select(
        "hub_id",
        "primary_contact_basis",
        primary_contact_id="contact_id",
        primary_contact_name="full_name",
        primary_contact_email="email",
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
