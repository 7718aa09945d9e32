"""What `views/contract.sql` of a draft says: who, when and which rows, guessed from the parts of one table."""

from __future__ import annotations

import re

from pipeline.ingest import sql
from pipeline.ingest.draft.columns import ColumnFacts
from pipeline.ingest.draft.contract_text import ContractView, cell, formats, why
from pipeline.ingest.draft.price import add_price
from pipeline.ingest.draft.sources import DraftRoom, DraftTable, joins


def contract_view(
    room: DraftRoom,
    table: DraftTable,
    lines: DraftTable | None,
    clients: DraftTable | None,
    contacts: DraftTable | None,
) -> ContractView:
    """Guesses every column of the contract from the table's parts.

    `lines`, `clients` and `contacts`: the tables that hold prices, clients and people, if others.
    """
    view = ContractView()
    _identity(view, table)
    _partner(view, table, clients)
    _one_partner_per_client(view, room, table, alone=clients is None and contacts is None)
    _dates(view, room, table)
    add_price(view, table, lines)
    _rest(view, table)
    _rows(view, room, table)
    view.decide += joins(room, table)
    return view


def _date(column: ColumnFacts, function: str = "date_text") -> str:
    if column.kind == "epoch":
        inside = f"epoch_date({cell(column)})"
        return inside if function == "date_text" else f"{function}({inside}, '%Y-%m-%d')"
    return f"{function}({cell(column)}, {formats(column)})"


def _identity(view: ContractView, table: DraftTable) -> None:
    parts = table.parts
    key = parts.get("contract_id")
    if key is None:
        view.add("contract_id", "'row ' || _source", "no column looks like the contract's number: rows are numbered")
        view.decide.append(
            "which column tells one contract from another? A number of the row changes with every export."
        )
    else:
        view.add("contract_id", cell(key), why(key, f"{key.distinct:,} different in {key.rows:,} rows"))
    name, client = parts.get("client_name"), parts.get("client_id")
    if name is None and client is None:
        view.add("hub_id", "'client'", "no column looks like a client: all contracts belong to one")
        view.add("client_name", "'Client'", "see above")
        view.decide.append("which column names the client (customer, vendor)?")
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


def _one_partner_per_client(view: ContractView, room: DraftRoom, table: DraftTable, *, alone: bool) -> None:
    """No partner may see another's contracts: a client of several partners becomes one client for each of them.

    `alone`: no other file names the client by its key.
    """
    if "partner" not in table.parts:
        return
    hub, partner = view.expression("hub_id"), view.expression("partner_id")
    shared = room.count(
        f"SELECT count(*) FROM (SELECT {hub} AS hub FROM {sql.name(table.name)} GROUP BY 1 "
        f"HAVING count(DISTINCT {partner}) > 1) AS shared"
    )
    if not shared:
        return
    column = table.parts["partner"].name
    if not alone:
        view.decide.append(
            f"{shared:,} clients have contracts with more than one {column}; each goes to its first one's."
        )
        return
    why = f"{shared:,} clients have more than one {column}: one client for each, so that none sees another's contracts"
    place = next(place for place, (name, *_) in enumerate(view.columns) if name == "hub_id")
    view.columns[place] = ("hub_id", f"{hub} || ' @ ' || {partner}", why)
    view.decide.append(f"{shared:,} clients have more than one {column} and are kept apart. Or does a client have one?")


def _why_date(view: ContractView, column: ColumnFacts) -> str:
    if column.ambiguous:
        view.decide.append(
            f"does {column.name} write the day or the month first? Its cells fit both; guessed {column.formats[0]}."
        )
    none = f"; {column.misfits:,} of {column.filled:,} are no such date and go to quarantine" if column.misfits else ""
    return why(column) + none


def _dates(view: ContractView, room: DraftRoom, table: DraftTable) -> None:
    parts = table.parts
    starts, ends, renews, term = (parts.get(part) for part in ("starts", "ends", "renews", "term"))
    if renews is not None and ends is not None and renews.filled < ends.filled:
        renews = None
    months = (
        f"months_of({cell(term)})" if term else f"months_of({cell(parts['frequency'])})" if _periodic(parts) else ""
    )
    if starts is None:
        view.add("term_start_date", "NULL", "no column looks like the start")
        view.decide.append("when does the term start? Without it every row is refused.")
    else:
        view.add("term_start_date", _date(starts), _why_date(view, starts))
    _renewal(view, room, table, starts, ends, renews, months)
    if term is None and months and starts is not None and ends is not None and _open_ended(starts, ends):
        view.add("subscription_term_months", months, "those without an end renew every billing period")
    elif term is not None:
        view.add("subscription_term_months", months, why(term, "months, or years spelled out"))
    elif starts is not None and (ends or renews) is not None:
        first = _date(starts, "date_of") if starts.kind == "date" else f"date_of({_date(starts)}, '%Y-%m-%d')"
        view.add(
            "subscription_term_months",
            f"whole_months({first}, date_of(renewal_start_date, '%Y-%m-%d'))",
            "no column looks like the term: the months between the two dates",
        )
    else:
        view.add(
            "subscription_term_months", months or "12", "guessed from the frequency" if months else "a year, assumed"
        )


def _periodic(parts: dict[str, ColumnFacts]) -> bool:
    return "frequency" in parts and parts["frequency"].kind == "period"


def _renewal(
    view: ContractView,
    room: DraftRoom,
    table: DraftTable,
    starts: ColumnFacts | None,
    ends: ColumnFacts | None,
    renews: ColumnFacts | None,
    months: str,
) -> None:
    name = "renewal_start_date"
    if renews is not None:
        view.add(name, _date(renews), _why_date(view, renews))
    elif ends is not None:
        inclusive, why = _inclusive(room, table, starts, ends)
        expression = _date(ends, "day_after" if inclusive else "date_text")
        if starts is not None and _open_ended(starts, ends):
            first = _date(starts, "date_of")
            rolling = f"CAST(next_renewal({first}, {months or '12'}) AS VARCHAR)"
            expression = f"coalesce({expression}, {rolling})"
            view.decide.append(f"rows without {ends.name} are taken to renew themselves again and again; is that so?")
        view.add(name, expression, f"{_why_date(view, ends)}. {why}")
    elif starts is not None and months:
        view.add(name, _date(starts, "months_after").replace(", ", f", {months}, ", 1), "no end: start and term")
    elif starts is not None:
        view.add(name, f"CAST(next_renewal({_date(starts, 'date_of')}, 12) AS VARCHAR)", "no end and no term")
        view.decide.append("contracts without an end are taken to renew every 12 months from their start on.")
    else:
        view.add(name, "NULL", "no column looks like an end or a renewal")


def _open_ended(starts: ColumnFacts, ends: ColumnFacts) -> bool:
    """Most rows have a start and no end: those go on, they are not incomplete."""
    return starts.filled * 20 >= starts.rows * 19 and ends.filled * 2 < ends.rows


def _inclusive(room: DraftRoom, table: DraftTable, starts: ColumnFacts | None, ends: ColumnFacts) -> tuple[bool, str]:
    """Whether the end is the last day of the term (31 December) or the first day after it (1 January)."""
    if starts is None:
        return True, "The end is taken for the last day of the term: the renewal starts the day after"
    first, last = f"date_of({_date(starts)}, '%Y-%m-%d')", f"date_of({_date(ends)}, '%Y-%m-%d')"
    whole = "count(*) FILTER (WHERE {a} + to_months(datesub('month', {a}, {b})) = {b} AND {b} > {a})"
    rows = f"FROM {sql.name(table.name)}"
    after = room.count(f"SELECT {whole.format(a=first, b=f'({last} + 1)')} {rows}")
    same = room.count(f"SELECT {whole.format(a=first, b=last)} {rows}")
    counted = f"with it {after:,} rows last whole months, without it {same:,}"
    if same > 4 * after:
        return False, f"The end is taken for the day of the renewal, no day is added: {counted}"
    return True, f"The end is taken for the last day, so the renewal starts the day after: {counted}"


def _rest(view: ContractView, table: DraftTable) -> None:
    parts = table.parts
    product, code = parts.get("product"), parts.get("product_code")
    either = cell(product or code) if (product or code) else "'contract'"  # type: ignore[arg-type]
    view.add("product_code", f"coalesce({cell(code) if code else either}, 'contract')", "the product, or one for all")
    view.add("product_name", f"coalesce({either}, 'Contract')", why(product) if product else "its name in reports")
    for part, name, expression in (
        ("auto_renews", "auto_renews", "yes_no({})"),
        ("website", "website", "{}"),
        ("contact_name", "contact_name", "{}"),
        ("email", "email", "lower(trim({}))"),
    ):
        if part in parts:
            view.add(name, expression.format(cell(parts[part])), why(parts[part]))
    notice = parts.get("notice")
    if notice is None:
        view.add("notice_days", "CAST(NULL AS VARCHAR)", "no column looks like a notice period: the usual one counts")
    else:
        view.add("notice_days", f"days_of({cell(notice)})", why(notice, "days; months are not guessed to be days"))
    if "auto_renews" not in parts:
        view.add("auto_renews", "true", "no column looks like it: they renew themselves unless they are cancelled")
        view.decide.append("do these contracts renew themselves (guessed: yes)? If not: false AS auto_renews.")


def _rows(view: ContractView, room: DraftRoom, table: DraftTable) -> None:
    """Which rows are kept: those with both dates, of the latest revision; the others are left out with a reason."""
    parts, name = table.parts, sql.name(table.name)
    key = parts.get("contract_id")
    if key is not None and room.count(f"SELECT count(*) FROM {name} WHERE {cell(key)} IS NULL"):
        view.kept.append((f"{cell(key)} IS NOT NULL", "no_contract_number"))
    starts, ends = parts.get("starts"), parts.get("renews") or parts.get("ends")
    needed = [one for one in (starts, ends) if one is not None]
    if starts is not None and ends is not None and _open_ended(starts, ends):
        needed = [starts]
    for column in needed:
        if room.count(f"SELECT count(*) FROM {name} WHERE {cell(column)} IS NULL"):
            view.kept.append((f"{cell(column)} IS NOT NULL", f"no_{'start' if column is starts else 'end'}_date"))
    if "status" in parts:
        status = parts["status"]
        found = room.con.execute(
            f"SELECT {cell(status)}, count(*) FROM {name} GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 8"
        ).fetchall()
        values = ", ".join(f"{value!r} {count:,}" for value, count in found)
        view.decide.append(f"which {status.name} counts? All are kept: {values}. (Add to WHERE what must be left out.)")
    for column in table.columns:
        if column.kind == "yes_no" and re.search(r"\b(trial|test|demo|deleted|archived|inactive|free)\b", column.words):
            view.decide.append(
                f"do rows count in which {column.name} is true? All are kept. (Add to WHERE what must not.)"
            )
    if key is not None and (repeated := _repeated(room, table, key)):
        _repeats(view, room, table, key, repeated)


def _repeated(room: DraftRoom, table: DraftTable, column: ColumnFacts) -> int:
    """How many filled cells say what another says, in all rows: facts about columns are from a sample."""
    return room.count(f"SELECT count({cell(column)}) - count(DISTINCT {cell(column)}) FROM {sql.name(table.name)}")


def _repeats(view: ContractView, room: DraftRoom, table: DraftTable, key: ColumnFacts, repeated: int) -> None:
    revision = table.parts.get("revision")
    every = sql.names([column.name for column in table.columns])
    copies = room.count(
        f"SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM {sql.name(table.name)} "
        f"WHERE {cell(key)} IS NOT NULL GROUP BY {every}) AS rows"
    )
    if revision is None and copies and copies == repeated:
        view.latest = (
            f"-- Rows that say in every cell what an earlier one says ({copies:,} here) do not count.\n"
            f"QUALIFY row_number() OVER (PARTITION BY {every} ORDER BY _source) = 1"
        )
        view.other_rows = "same_row_twice"
        return
    changed = _changed_at(room, table, key, copies) if revision is None else None
    if changed is not None:
        written = f"try_strptime(trim({cell(changed)}), {formats(changed)})"
        view.latest = (
            "-- Only the version of a contract that was changed last counts.\n"
            f"QUALIFY row_number() OVER (\n    PARTITION BY {cell(key)}\n"
            f"    ORDER BY {written} DESC NULLS LAST, {cell(changed)} DESC, _source\n) = 1"
        )
        view.other_rows = "earlier_version"
        view.decide.append(f"{key.name} repeats: the row with the latest {changed.name} is kept. Are these versions?")
        return
    if revision is None:
        view.grouped = True
        equal = f" {copies:,} of them say in every cell what another says; they count too." if copies else ""
        view.decide.append(
            f"{key.name} repeats: its rows are taken for lines of one contract that share its dates.{equal}"
        )
        return
    view.other_rows = "earlier_revision"
    view.latest = (
        f"-- Only the latest revision of a contract counts; numbers compare as numbers.\n"
        f"QUALIFY row_number() OVER (\n    PARTITION BY {cell(key)}\n"
        f"    ORDER BY TRY_CAST({cell(revision)} AS BIGINT) IS NULL DESC, TRY_CAST({cell(revision)} AS BIGINT) DESC,\n"
        f"        {cell(revision)} DESC, _source\n) = 1"
    )
    view.decide.append(f"{key.name} repeats: the row with the highest {revision.name} is kept. Is that the order?")


def _changed_at(room: DraftRoom, table: DraftTable, key: ColumnFacts, copies: int) -> ColumnFacts | None:
    """The column that tells versions of a contract apart by when they were written, and its rows from lines.

    Lines have a number of their own; versions have not, and no two of a contract were written at one moment, but
    for `copies`, the rows equal in every cell to another.
    """
    numbers = [one for one in table.columns if re.search(r"\b(id|no|nr|number|nummer|key|line|item)\b", one.words)]
    if any(one.unique and not _repeated(room, table, one) for one in numbers):
        return None
    names = (r"\b(updated?|modified|changed|geandert)\b", r"\b(valid from|synced)\b")
    dates = [one for name in names for one in table.columns if one.kind == "date" and re.search(name, one.words)]
    rows = f"FROM {sql.name(table.name)} WHERE {cell(key)} IS NOT NULL"
    same = "SELECT count(*) - count(DISTINCT ({}, {})) {}"
    return next((one for one in dates if room.count(same.format(cell(key), cell(one), rows)) == copies), None)
