"""The files of a draft: profile.toml, the views, and one statement per table of the contract."""

from __future__ import annotations

import json
from datetime import date

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, cell, formats, one_line
from pipeline.ingest.profiles.drafting.contract_view import contract_view
from pipeline.ingest.profiles.drafting.effects import Made, add_effects
from pipeline.ingest.profiles.drafting.numbers import number
from pipeline.ingest.profiles.drafting.quantity import add_discount
from pipeline.ingest.profiles.drafting.ties import joins, table_for, tie_together
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable, written
from pipeline.ingest.profiles.questions import CONTRACT

_CONTRACT_COLUMNS = (
    "hub_id", "currency", "term_start_date", "renewal_start_date", "subscription_term_months", "billing_frequency",
    "billing_interval_months", "auto_renews", "notice_days", "notice_months",
)  # fmt: skip


def draft_files(draft: DraftDatabase, name: str, as_of: date | None) -> dict[str, str]:
    """The texts of a draft by their place in the profile's folder. `as_of`: the day of the MRR in its questions."""
    main = tie_together(draft)
    lines, clients, contacts = (table_for(draft, use) for use in ("lines", "clients", "contacts"))
    for table in draft.tables:
        if table.use in ("lines", "clients", "contacts") and table not in (lines, clients, contacts):
            table.use = "lookup"

    def make(choices: dict[str, str]) -> Made:
        view = contract_view(draft, main, lines, clients, contacts, choices)
        own = {
            "contracts": _contracts(view),
            "contract_lines": _lines_of(draft, lines, main) if lines else _lines(view),
        }
        return view, own

    view, own = add_effects(draft, main, make, as_of)
    found = {
        "profile.toml": _toml(draft, name, main),
        **{f"views/{table.name}.sql": _flat(table) for table in draft.tables if table.view and table.use != "lookup"},
        CONTRACT: view.text(main),
        "partners.sql": _PARTNERS,
        "clients.sql": _clients(view, clients),
        "contracts.sql": own["contracts"],
        "contract_lines.sql": own["contract_lines"],
        "left_out.sql": _left_out(view, main),
    }
    if contacts is not None:
        found["contacts.sql"] = _contacts_of(contacts, main)
    elif {"email", "contact_name"} & {column for column, *_ in view.columns}:
        found["contacts.sql"] = _contacts(view, draft, main)
    return found


def _toml(draft: DraftDatabase, name: str, main: DraftTable) -> str:
    lines = [
        "# A first draft, written by 'renewals profile init': read views/contract.sql, then try it out with",
        f"# 'renewals profile check {name} --exports FOLDER --as-of DAY'.",
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f"description = {json.dumps(f'Contracts from {main.file.path.name}', ensure_ascii=False)}",
        "",
        "# Percent of a table's rows that may be refused before a run stops; 5 unless said otherwise.",
        "# quarantine_limit_percent = 5",
    ]
    for table in draft.tables:
        if table.view:
            continue
        uses = {one.use for one in draft.tables if one.file.path == table.file.path} - {"lookup"}
        lines += ["", *(f"# Note: {one_line(remark)}." for remark in table.remarks), f"[files.{table.name}]"]
        lines.append(f"path = {json.dumps(table.file.path.name, ensure_ascii=False)}")
        lines += written(table.file.format)
        if not uses:
            lines += ["# No table was made of this file: its rows may stay unused.", "lookup = true"]
        elif uses == {"clients"} or uses == {"contacts"} or uses == {"lines"}:
            lines += ["# Rows that no contract needs may stay unused.", "lookup = true"]
    return "\n".join(lines) + "\n"


def _flat(table: DraftTable) -> str:
    what = "Merged cells" if table.file.merged else "The nested values"
    how = "filled downward" if table.file.merged else "laid flat"
    return f"-- {what} of {one_line(table.file.path.name)}, {how}.\n{table.view}\n"


_PARTNERS = """-- The partners that the contracts name. Add report_emails, locale or time_zone where they are known.
SELECT
    partner_id,
    arg_min(partner_name, _source) AS partner_name,
    list(_source ORDER BY _source) AS _source
FROM contract
GROUP BY partner_id
"""


def _clients(view: ContractView, clients: DraftTable | None) -> str:
    has_website = "website" in {column for column, *_ in view.columns}
    website = "\n    arg_min(website, _source) AS website," if has_website else ""
    from_contracts = (
        "SELECT\n    hub_id,\n    arg_min(client_name, _source) AS client_name,"
        f"{website}\n    arg_min(partner_id, _source) AS partner_id,\n    list(_source ORDER BY _source) AS _source\n"
        "FROM contract\nGROUP BY hub_id\n"
    )
    if clients is None:
        return "-- A client is made of all its contracts and takes name and partner from the first.\n" + from_contracts
    name = clients.parts.get("client_name") or clients.parts.get("product")
    label = f"coalesce({cell(name)}, {sql.name(clients.key)})" if name else sql.name(clients.key)
    return (
        f"-- Clients from {one_line(clients.file.path.name)} that have a contract, and those only a contract names.\n"
        f"WITH named AS (\n    SELECT {sql.name(clients.key)} AS hub_id, {label} AS client_name, 1 AS rank, _source"
        f"\n    FROM {sql.name(clients.name)}\n    UNION ALL\n"
        "    SELECT hub_id, client_name, 2, _source FROM contract\n)\n"
        "SELECT\n    named.hub_id,\n    arg_min(named.client_name, (named.rank, named._source)) AS client_name,\n"
        "    min(contract.partner_id) AS partner_id,\n"
        "    list(named._source ORDER BY named.rank, named._source) AS _source\nFROM named JOIN (\n"
        "    SELECT hub_id, arg_min(partner_id, _source) AS partner_id FROM contract GROUP BY hub_id\n"
        ") AS contract USING (hub_id)\nGROUP BY named.hub_id\n"
    )


def _contracts(view: ContractView) -> str:
    there = {column for column, *_ in view.columns}
    names = [name for name in _CONTRACT_COLUMNS if name in there]
    if not view.grouped:
        columns = "".join(f"    {name},\n" for name in ("contract_id", *names))
        if "billing_frequency" not in there:
            columns += "    frequency_of(billing_interval_months) AS billing_frequency,\n"
        return f"SELECT\n{columns}    _source\nFROM contract\n"
    columns = "".join(f"    arg_min({name}, _source) AS {name},\n" for name in names)
    if "billing_frequency" not in there:
        columns += "    frequency_of(arg_min(billing_interval_months, _source)) AS billing_frequency,\n"
    return (
        "-- Several rows make one contract; what they share is taken from the first.\n"
        f"SELECT\n    contract_id,\n{columns}    list(_source ORDER BY _source) AS _source\n"
        "FROM contract\nGROUP BY contract_id\n"
    )


def _lines(view: ContractView) -> str:
    there = {column for column, *_ in view.columns}
    key = "contract_id"
    if view.grouped:
        key = "contract_id || ':' || row_number() OVER (PARTITION BY contract_id ORDER BY _source)"
    discount = "    discount_percent,\n" if "discount_percent" in there else ""
    return (
        "-- One line per row: what it costs in one billing period.\n"
        f"SELECT\n    {key} AS line_id,\n    contract_id,\n    product_code,\n    product_name,\n    quantity,\n"
        f"    unit_price,\n{discount}    _source\nFROM contract\n"
    )


def _lines_of(draft: DraftDatabase, lines: DraftTable, main: DraftTable) -> str:
    parts = lines.parts
    product, code = parts.get("product"), parts.get("product_code")
    label = cell(product or code) if (product or code) else "'Contract'"  # type: ignore[arg-type]
    own = _own_key(lines)
    line_id = cell(own) if own else f"{sql.name(lines.key)} || ':' || row_number() OVER (ORDER BY _source)"
    price = next((parts[one] for one in ("unit_price", "amount", "mrr", "arr", "total") if one in parts), None)
    asked = ContractView()
    quantity = f"coalesce({number(asked, draft, lines, parts['quantity'])}, '1')" if "quantity" in parts else "1"
    discount = ""
    if "discount" in parts:
        add_discount(asked, draft, lines, parts["discount"])
        discount = f"    {asked.expression('discount_percent')} AS discount_percent,\n"
    decide = "" if price else "-- DECIDE: price: no column looks like a price; join the file that has one.\n"
    decide += "".join(f"-- DECIDE: join: {one_line(each)}\n" for each in joins(draft, lines))
    cost = number(asked, draft, lines, price) if price else sql.text("0")
    decide += "".join(f"{line}\n" for question in asked.questions for line in question.lines())
    if price and "frequency" in parts:
        decide += "-- A line that bills more often than its contract is multiplied, never divided.\n"
        own_months = f"months_of({cell(parts['frequency'])})"
        of_contract = f"c.contract_id = {sql.name(lines.name)}.{sql.name(lines.key)}"
        cost = (
            f"times(\n        {cost},\n        (SELECT max(c.billing_interval_months) FROM contract AS c "
            f"WHERE {of_contract}) // {own_months}\n    )"
        )
    return (
        f"-- The lines of {one_line(lines.file.path.name)}; the price is per billing period of the contract.\n{decide}"
        f"SELECT\n    {line_id} AS line_id,\n    {sql.name(lines.key)} AS contract_id,\n"
        f"    coalesce({cell(code) if code else label}, 'contract') AS product_code,\n"
        f"    coalesce({label}, 'Contract') AS product_name,\n    {quantity} AS quantity,\n"
        f"    {cost} AS unit_price,\n{discount}    _source\n"
        f"FROM {sql.name(lines.name)}\n{_not_left_out(lines, main, 'contract_id')}"
    )


def _contacts(view: ContractView, draft: DraftDatabase, main: DraftTable) -> str:
    there = {column for column, *_ in view.columns}
    email = "email" if "email" in there else "CAST(NULL AS VARCHAR)"
    name = "contact_name" if "contact_name" in there else "CAST(NULL AS VARCHAR)"
    person = view.expression(email if "email" in there else "contact_name")
    several = draft.count(
        f"SELECT count(*) FROM (SELECT {view.expression('hub_id')} AS hub FROM {sql.name(main.name)} "
        f"GROUP BY 1 HAVING count(DISTINCT {person}) > 1) AS several"
    )
    decide = (
        f"-- DECIDE: contact: {several:,} clients have several contacts; which is the primary one?\n" if several else ""
    )
    return (
        "-- A contact is a name or an address at a client; the first of a client is its primary one.\n"
        f"{decide}WITH person AS (\n"
        f"    SELECT hub_id, {name} AS full_name, {email} AS email, _source FROM contract\n)\n"
        "SELECT\n    hub_id || ':' || coalesce(email, name_key(full_name)) AS contact_id,\n    hub_id,\n"
        "    coalesce(arg_min(full_name, _source), any_value(email)) AS full_name,\n    any_value(email) AS email,\n"
        "    row_number() OVER (PARTITION BY hub_id ORDER BY min(_source)) = 1 AS is_primary,\n"
        "    list(_source ORDER BY _source) AS _source\nFROM person\n"
        "WHERE coalesce(email, full_name) IS NOT NULL\n"
        "GROUP BY hub_id, coalesce(email, name_key(full_name))\n"
    )


def _contacts_of(contacts: DraftTable, main: DraftTable) -> str:
    parts = contacts.parts
    names = [cell(parts[one]) for one in ("first_name", "last_name") if one in parts]
    person = next((parts[one] for one in ("contact_name", "client_name", "product") if one in parts), None)
    full = f"nullif(concat_ws(' ', {', '.join(names)}), '')" if names else cell(person) if person else "NULL"
    own = _own_key(contacts)
    email = cell(parts["email"])
    key = cell(own) if own else f"{sql.name(contacts.key)} || ':' || lower({email})"
    active = next((one for one in contacts.columns if one.kind == "date" and "active" in one.words), None)
    last = f"    date_text({cell(active)}, {formats(active)}) AS last_active_on,\n" if active else ""
    return (
        f"-- The people of {one_line(contacts.file.path.name)}.\n"
        "-- DECIDE: contact: who is the primary contact of a client? Add is_primary (true or false) where it is "
        "known.\n"
        f"SELECT\n    {key} AS contact_id,\n    {sql.name(contacts.key)} AS hub_id,\n"
        f"    coalesce({full}, {email}) AS full_name,\n    {email} AS email,\n{last}    _source\n"
        f"FROM {sql.name(contacts.name)}\n{_not_left_out(contacts, main, 'hub_id')}"
    )


def _own_key(table: DraftTable) -> ColumnFacts | None:
    """The table's own key: a column without a repeated or empty cell; one that is called id before others."""
    found = [one for one in table.columns if one.unique and one.name != table.key and one.kind not in ("date", "email")]
    return max(found, key=lambda one: (one.words == "id", "id" in one.words.split()), default=None)


def _not_left_out(table: DraftTable, main: DraftTable, column: str) -> str:
    """Rows of contracts that were left out stay unused with them; those of unknown contracts are refused."""
    key, part = sql.name(table.key), main.parts["contract_id" if column == "contract_id" else _client(main)]
    return (
        f"WHERE {key} IN (SELECT {column} FROM contract)\n"
        f"    OR {key} IS NULL OR {key} NOT IN (SELECT {cell(part)} FROM {sql.name(main.name)} "
        f"WHERE {cell(part)} IS NOT NULL)\n"
    )


def _client(main: DraftTable) -> str:
    return "client_id" if "client_id" in main.parts else "client_name"


def _left_out(view: ContractView, main: DraftTable) -> str:
    cases = "".join(f"        WHEN ({condition}) IS NOT TRUE THEN '{reason}'\n" for condition, reason in view.kept)
    reason = f"CASE\n{cases}        ELSE '{view.other_rows}'\n    END" if cases else f"'{view.other_rows}'"
    return (
        "-- Every row that views/contract.sql does not keep is left out on purpose: it is counted, with a reason.\n"
        f"SELECT\n    _source,\n    {reason} AS reason\n"
        f"FROM {sql.name(main.name)} ANTI JOIN contract USING (_source)\n"
    )
