"""What `views/contract.sql` of a draft says: who, when and which rows, guessed from the parts of one table."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, why
from pipeline.ingest.profiles.drafting.dates import add_dates
from pipeline.ingest.profiles.drafting.notice import add_notice
from pipeline.ingest.profiles.drafting.price import add_price
from pipeline.ingest.profiles.drafting.rows import add_rows
from pipeline.ingest.profiles.drafting.ties import joins
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable


def contract_view(
    draft: DraftDatabase,
    table: DraftTable,
    lines: DraftTable | None,
    clients: DraftTable | None,
    contacts: DraftTable | None,
    choices: Mapping[str, str] | None = None,
) -> ContractView:
    """Guesses every column of the contract from the table's parts.

    `lines`, `clients` and `contacts`: the tables that hold prices, clients and people, if others. `choices`: answers to
    take in place of a guess, by the question's key.
    """
    view = ContractView(choices=choices or {})
    for matter, remark in table.file.asks:
        view.ask(remark, matter, remark)
    _identity(view, table)
    _partner(view, table, clients)
    _one_partner_per_client(view, draft, table, alone=clients is None and contacts is None)
    add_dates(view, draft, table)
    add_price(view, draft, table, lines)
    _rest(view, draft, table)
    add_notice(view, draft, table)
    add_rows(view, draft, table)
    for join in joins(draft, table):
        view.ask(join, "join", join)
    return view


def _identity(view: ContractView, table: DraftTable) -> None:
    parts = table.parts
    key = parts.get("contract_id")
    if key is None:
        view.add("contract_id", "'row ' || _source", "no column looks like the contract's number: rows are numbered")
        text = "which column tells one contract from another? A number of the row changes with every export."
        view.ask("contract number", "contract number", text)
    else:
        view.add("contract_id", cell(key), why(key, f"{key.distinct:,} different in {key.rows:,} rows"))
    name, client = parts.get("client_name"), parts.get("client_id")
    if name is None and client is None:
        view.add("hub_id", "'client'", "no column looks like a client: all contracts belong to one")
        view.add("client_name", "'Client'", "see above")
        view.ask("client", "client", "which column names the client (customer, vendor)?")
    elif client is None and name is not None:
        view.add("hub_id", f"name_key({cell(name)})", "no column looks like the client's number: the name is the key")
        view.add("client_name", cell(name), why(name))
    elif client is not None:
        view.add("hub_id", cell(client), why(client))
        label = f"coalesce({cell(name)}, {cell(client)})" if name else cell(client)
        view.add("client_name", label, why(name) if name else "no column looks like the client's name")


def _partner(view: ContractView, table: DraftTable, clients: DraftTable | None) -> None:
    partner = table.parts.get("partner")
    own = cell(partner) if partner else ""
    if partner is None and clients is not None and "partner" in clients.parts and "client_id" in table.parts:
        partner = clients.parts["partner"]
        key = f"c.{sql.name(clients.key)} = {sql.name(table.name)}.{cell(table.parts['client_id'])}"
        own = f"(SELECT max(c.{cell(partner)}) FROM {sql.name(clients.name)} AS c WHERE {key})"
    if partner is None:
        view.add("partner_id", "'direct'", "no column looks like a partner: one stands for all")
        view.add("partner_name", "'Direct'", "its name in reports")
        return
    view.add("partner_id", f"coalesce(name_key({own}), 'direct')", why(partner, "empty ones go to one"))
    view.add("partner_name", f"coalesce(trim({own}), 'Direct')", "its name in reports")


def _one_partner_per_client(view: ContractView, draft: DraftDatabase, table: DraftTable, *, alone: bool) -> None:
    """No partner may see another's contracts: a client of several partners becomes one client for each of them.

    `alone`: no other file names the client by its key.
    """
    if "partner" not in table.parts:
        return
    hub, partner = view.expression("hub_id"), view.expression("partner_id")
    shared = draft.count(
        f"SELECT count(*) FROM (SELECT {hub} AS hub FROM {sql.name(table.name)} GROUP BY 1 "
        f"HAVING count(DISTINCT {partner}) > 1) AS shared"
    )
    if not shared:
        return
    column = table.parts["partner"].name
    if not alone:
        text = f"{shared:,} clients have contracts with more than one {column}; each goes to its first one's."
        view.ask("partner", "partner", text)
        return
    why = f"{shared:,} clients have more than one {column}: one client for each, so that none sees another's contracts"
    place = next(place for place, (name, *_) in enumerate(view.columns) if name == "hub_id")
    view.columns[place] = ("hub_id", f"{hub} || ' @ ' || {partner}", why)
    text = f"{shared:,} clients have more than one {column} and are kept apart. Or does a client have one?"
    view.ask("partner", "partner", text)


def _rest(view: ContractView, draft: DraftDatabase, table: DraftTable) -> None:
    parts = table.parts
    product, code = parts.get("product"), parts.get("product_code")
    either = cell(product or code) if (product or code) else "'contract'"  # type: ignore[arg-type]
    view.add("product_code", f"coalesce({cell(code) if code else either}, 'contract')", "the product, or one for all")
    view.add("product_name", f"coalesce({either}, 'Contract')", why(product) if product else "its name in reports")
    for part, name, expression in (
        ("website", "website", "{}"),
        ("contact_name", "contact_name", "nullif(trim({}), '')"),
        ("email", "email", "nullif(lower(trim({})), '')"),
    ):
        if part in parts:
            view.add(name, expression.format(cell(parts[part])), why(parts[part]))
    _auto_renews(view, draft, table)


_YES = "^(yes|y|true|ja|oui|si|sim|auto\\w*|tacit\\w*|stillschweigend|evergreen|1)\\b"
_NO = "^(no|n|false|nein|non|nao|none|keine?|manual\\w*|not|0|-)(\\b|$)"


def _auto_renews(view: ContractView, draft: DraftDatabase, table: DraftTable) -> None:
    column = table.parts.get("auto_renews")
    if column is None:
        text = "do these contracts renew themselves? No column says it; they are taken to, unless they are cancelled."
        renews = view.ask("auto_renews", "renewal", text, "yes", "no") == "yes"
        view.add("auto_renews", "true" if renews else "false", "no column looks like it")
        return
    if column.kind == "yes_no":
        view.add("auto_renews", f"yes_no({cell(column)})", why(column))
        return
    said = f"strip_accents(lower(trim({cell(column)})))"
    view.add(
        "auto_renews",
        f"CASE WHEN regexp_matches({said}, '{_YES}') THEN 'true' WHEN regexp_matches({said}, '{_NO}') THEN 'false' END",
        why(column, "by its first word"),
    )
    values = draft.rows(
        f"SELECT {cell(column)}, count(*) FROM {sql.name(table.name)} WHERE trim({cell(column)}) <> '' "
        f"AND NOT regexp_matches({said}, '{_YES}') AND NOT regexp_matches({said}, '{_NO}') GROUP BY ALL ORDER BY 2 "
        f"DESC, 1"
    )
    if values:
        shown = ", ".join(f"{value!r} {count:,}" for value, count in values[:5])
        text = f"do contracts renew themselves whose {called(column)} says {shown}? They are taken to."
        view.ask("auto_renews", "renewal", text)
