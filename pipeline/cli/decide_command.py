"""`renewals decide`: what partners decide about their clients and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pipeline.cli import options
from pipeline.errors import UsageError

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group(epilog='Example: renewals decide end --partner P-01 --client H-7 --reason "moved to another agency"')
def command() -> None:
    """Decide for a partner: communication owner, primary contact, columns, preferences, end of an association.

    Decisions are checked against the current run, recorded for good, and undone by deciding again. With --dry-run
    nothing is decided.
    """


_partner = click.option("--partner", "partner_id", metavar="ID", required=True, help="The partner that decides.")
_client = click.option("--client", "hub_id", metavar="HUB_ID", required=True, help="The client's hub ID.")
_default = click.option("--default", "to_default", is_flag=True, help="Back to the default.")


def _signed(decorated: _Command) -> _Command:
    """The options of every decision."""
    for option in (
        options.as_json,
        click.option("--dry-run", is_flag=True, help="Say what would change, change nothing."),
        click.option("--actor", metavar="NAME", help="Who decides. Default: the user of this machine."),
        click.option("--reason", metavar="TEXT", default="", help="Why."),
    ):
        decorated = option(decorated)
    return decorated


def _decide(kind: str, partner_id: str, hub_id: str | None, value: Any, **attribution: Any) -> None:
    from pipeline.cli.decision_output import make_decision
    from pipeline.decisions import DecisionRequest

    make_decision(DecisionRequest(kind, partner_id, hub_id, value), **attribution)


def _chosen(value: str | None, to_default: bool, what: str) -> str | None:
    if (value is None) != to_default:
        raise UsageError(f"name {what}, or give --default")
    return value


_OWNER = click.Choice(["vendor", "partner", "default"])


@command.command("owner", epilog="Example: renewals decide owner --partner P-01 --client H-7 partner")
@_partner
@_client
@click.argument("owner", type=_OWNER)
@_signed
def owner_command(partner_id: str, hub_id: str, owner: str, **attribution: Any) -> None:
    """Who tells this client about its changes: OWNER is vendor, partner or default (rule 5)."""
    _decide("communication_owner", partner_id, hub_id, None if owner == "default" else owner, **attribution)


@command.command("default-owner", epilog="Example: renewals decide default-owner --partner P-01 partner")
@_partner
@click.argument("owner", type=_OWNER)
@_signed
def default_owner_command(partner_id: str, owner: str, **attribution: Any) -> None:
    """Who tells all clients of the partner for which nothing else is decided: vendor, partner or default."""
    _decide("communication_default", partner_id, None, None if owner == "default" else owner, **attribution)


@command.command("contact", epilog="Example: renewals decide contact --partner P-01 --client H-7 U-42")
@_partner
@_client
@click.argument("contact_id", required=False)
@_default
@_signed
def contact_command(partner_id: str, hub_id: str, contact_id: str | None, to_default: bool, **attribution: Any) -> None:
    """The client's primary contact: CONTACT_ID is one of the account's users (rule 6)."""
    value = _chosen(contact_id, to_default, "a contact")
    _decide("primary_contact", partner_id, hub_id, value, **attribution)


@command.command("columns", epilog="Example: renewals decide columns --partner P-01 website,current_mrr")
@_partner
@click.argument("names", required=False)
@_default
@_signed
def columns_command(partner_id: str, names: str | None, to_default: bool, **attribution: Any) -> None:
    """The columns of the partner's reports: NAMES to add to the locked ones, with commas (rule 8)."""
    chosen = _chosen(names, to_default, "columns")
    _decide("columns", partner_id, None, None if chosen is None else _list(chosen), **attribution)


@command.command("preferences", epilog="Example: renewals decide preferences --partner P-01 --locale pt-BR")
@_partner
@click.option("--locale", metavar="TAG", help="BCP 47, such as pt-BR.")
@click.option("--formats", metavar="A,B", help="Which files: html, pdf, csv, xlsx.")
@click.option("--order", metavar="COLUMN", help="The column to sort by.")
@_default
@_signed
def preferences_command(
    partner_id: str, locale: str | None, formats: str | None, order: str | None, to_default: bool, **attribution: Any
) -> None:
    """How the partner wants its reports. Preferences that are not named stay as they are."""
    named = {"locale": locale, "formats": None if formats is None else _list(formats), "order": order}
    preferences = {name: value for name, value in named.items() if value is not None}
    if bool(preferences) == to_default:
        raise UsageError("name preferences (--locale, --formats, --order), or give --default")
    _decide("report_preferences", partner_id, None, preferences or None, **attribution)


@command.command("end", epilog='Example: renewals decide end --partner P-01 --client H-7 --reason "contract ended"')
@_partner
@_client
@_signed
def end_command(partner_id: str, hub_id: str, **attribution: Any) -> None:
    """End the association with a client: it disappears at once from all its tables, reports and files (rule 7).

    Needs a --reason. The vendor's own figures keep the client.
    """
    _decide("association_ended", partner_id, hub_id, None, **attribution)


@command.command("restore", epilog="Example: renewals decide restore --partner P-01 --client H-7")
@_partner
@_client
@_signed
def restore_command(partner_id: str, hub_id: str, **attribution: Any) -> None:
    """Restore an association that the partner ended: the client is its own again where the vendor says so too."""
    _decide("association_restored", partner_id, hub_id, None, **attribution)


def _list(names: str) -> list[str]:
    return [name for name in (part.strip() for part in names.split(",")) if name]
