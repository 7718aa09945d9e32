"""Which rows of a table are contracts, and what it means when a contract number is in several."""

from __future__ import annotations

import re

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, formats
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable

_OWN, _LINES = "each a contract of its own", "lines of one contract"
_DEAD = (
    r"\b(lost|rejected|draft|void|deleted|declined|proposal|negotiat\w*|qualif\w*|prospect\w*|discovery|pipeline|entwurf|"
    r"abgelehnt|verloren|perdid[oa]|desiert[oa]|rascunho|brouillon|perdu\w*|refuse\w*)\b"
)
"""Statuses of what never became a contract."""
_ALL_ROWS = "all rows"


def add_rows(view: ContractView, draft: DraftDatabase, table: DraftTable) -> None:
    """Which rows are kept: those with a number and a start, of the latest revision; others are left out with a "
    "reason."""
    parts, name = table.parts, sql.name(table.name)
    key, starts = parts.get("contract_id"), parts.get("starts")
    if key is not None and (without := draft.count(f"SELECT count(*) FROM {name} WHERE {_empty(key)}")):
        view.kept.append((_filled(draft, table, key), "no_contract_number"))
        _lone_rows(view, draft, table, key, without)
    if starts is not None and (without := draft.count(f"SELECT count(*) FROM {name} WHERE {_empty(starts)}")):
        view.kept.append((_filled(draft, table, starts), "no_start_date"))
    numbered = f"AND NOT ({_empty(key)})" if key is not None else ""
    if starts is not None and (
        without := draft.count(f"SELECT count(*) FROM {name} WHERE {_empty(starts)} {numbered}")
    ):
        text = (
            f"are rows without {called(starts)} sums, or contracts ({without:,} of {table.rows:,})? They are left out."
        )
        view.ask("no start", "no start", text)
    _statuses(view, draft, table)
    for column in table.columns:
        if column.kind == "yes_no" and re.search(r"\b(trial|test|demo|deleted|archived|inactive|free)\b", column.words):
            text = f"do rows count in which {called(column)} is true? All are kept."
            _choose_rows(
                view,
                f"true {column.name}",
                text,
                f"yes_no({cell(column)}) IS DISTINCT FROM 'true'",
                "only where it is false",
            )
    if key is not None and (repeated := _repeated(draft, table, key)):
        _repeats(view, draft, table, key, repeated)


def _empty(column: ColumnFacts) -> str:
    return f"coalesce(trim({cell(column)}), '') = ''"


def _filled(draft: DraftDatabase, table: DraftTable, column: ColumnFacts) -> str:
    """A condition that the cell holds something; a cell of blanks holds nothing."""
    blank = draft.count(f"SELECT count(*) FROM {sql.name(table.name)} WHERE trim({cell(column)}) = ''")
    return f"trim({cell(column)}) <> ''" if blank else f"{cell(column)} IS NOT NULL"


def _lone_rows(view: ContractView, draft: DraftDatabase, table: DraftTable, key: ColumnFacts, without: int) -> None:
    text = f"are rows without {called(key)} sums, or contracts ({without:,} of {table.rows:,})? They are left out."
    options = ("they are left out", "they are contracts")
    if view.ask("no number", "contract number", text, *options) == options[1]:
        view.kept.pop()
        place = next(place for place, (name, *_) in enumerate(view.columns) if name == "contract_id")
        own = f"coalesce(nullif(trim({cell(key)}), ''), 'row ' || _source)"
        view.columns[place] = ("contract_id", own, view.columns[place][2])


def _statuses(view: ContractView, draft: DraftDatabase, table: DraftTable) -> None:
    status = table.parts.get("status")
    if status is None:
        return
    found = draft.rows(
        f"SELECT {cell(status)}, count(*) FROM {sql.name(table.name)} GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 8"
    )
    values = ", ".join(f"{value!r} {count:,}" for value, count in found)
    dead = [value for value, _ in found if value and re.search(_DEAD, value.lower())]
    if len(found) < 2 and not dead:
        return
    only = {f"only {value!r}": value for value, _ in found[:5] if value and ":" not in value}
    without = f"without {', '.join(repr(one) for one in dead)}"
    options = [*([without] if dead else []), _ALL_ROWS, *only]
    guess = (
        f"Left out are {', '.join(repr(one) for one in dead)}, which never became contracts" if dead else "All are kept"
    )
    text = f"which {called(status)} counts? {guess}: {values}. (Add to WHERE what must be left out.)"
    chosen = view.ask("status", "status", text, *options)
    if chosen in only:
        view.kept.append((f"{cell(status)} = {sql.text(only[chosen])}", "other_status"))
    elif dead and chosen == without:
        listed = ", ".join(sql.text(one) for one in dead)
        view.kept.append((f"coalesce({cell(status)}, '') NOT IN ({listed})", "never_a_contract"))


def _choose_rows(view: ContractView, key: str, text: str, condition: str, label: str) -> None:
    if view.ask(key, "status", text, _ALL_ROWS, label) == label:
        view.kept.append((condition, "not_counted"))


def _repeated(draft: DraftDatabase, table: DraftTable, column: ColumnFacts) -> int:
    """How many filled cells say what another says, in all rows: facts about columns are from a sample."""
    return draft.count(f"SELECT count({cell(column)}) - count(DISTINCT {cell(column)}) FROM {sql.name(table.name)}")


def _repeats(view: ContractView, draft: DraftDatabase, table: DraftTable, key: ColumnFacts, repeated: int) -> None:
    revision = table.parts.get("revision")
    every = sql.names([column.name for column in table.columns])
    copies = draft.count(
        f"SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM {sql.name(table.name)} "
        f"WHERE {cell(key)} IS NOT NULL GROUP BY {every}) AS rows"
    )
    text = f"{copies:,} of {table.rows:,} rows say in every cell what an earlier one says. Do they count once?"
    if (
        revision is None
        and copies
        and copies == repeated
        and view.ask("repeats", "contract number", text, "once", "each for itself") == "once"
    ):
        view.latest = (
            f"-- Rows that say in every cell what an earlier one says ({copies:,} here) do not count.\n"
            f"QUALIFY row_number() OVER (PARTITION BY {every} ORDER BY _source) = 1"
        )
        view.other_rows = "same_row_twice"
        return
    changed = _changed_at(draft, table, key, copies) if revision is None else None
    if changed is not None or revision is not None:
        _versions(view, table, key, repeated, changed, revision)
        return
    view.grouped = True
    _one_or_several(view, draft, table, key, copies)


def _versions(
    view: ContractView,
    table: DraftTable,
    key: ColumnFacts,
    repeated: int,
    changed: ColumnFacts | None,
    revision: ColumnFacts | None,
) -> None:
    if changed is not None:
        day = f"date_of({cell(changed)}, {formats(changed)}) DESC NULLS LAST"
        order = f"{day},\n        {_time_of_day(changed)} DESC NULLS LAST, {cell(changed)} DESC, _source"
        which, reason = "latest", "earlier_version"
        comment = "Only the version of a contract that was changed last counts."
    else:
        assert revision is not None
        as_number = f"TRY_CAST({cell(revision)} AS BIGINT)"
        order = f"{as_number} IS NULL DESC, {as_number} DESC,\n        {cell(revision)} DESC, _source"
        which, reason = "highest", "earlier_revision"
        comment = "Only the latest revision of a contract counts; numbers compare as numbers."
    column = changed or revision
    text = (
        f"are rows that repeat a {called(key)} ({repeated:,} of {table.rows:,}) versions of one contract? The one with "
        f"the {which} {called(column)} is kept."  # type: ignore[arg-type]
    )
    if view.ask("repeats", "contract number", text, "versions", "all rows count") == "versions":
        view.latest = (
            f"-- {comment}\nQUALIFY row_number() OVER (\n    PARTITION BY {cell(key)}\n    ORDER BY {order}\n) = 1"
        )
        view.other_rows = reason
    else:
        view.grouped = True


def _time_of_day(column: ColumnFacts) -> str:
    """The time behind a date, which `date_of` does not read."""
    written = f"regexp_extract({cell(column)}, '\\d{{1,2}}:\\d{{2}}(:\\d{{2}}(\\.\\d{{1,6}})?)?( ?[AaPp][Mm])?')"
    return f"try_strptime({written}, ['%I:%M:%S %p', '%I:%M %p', '%H:%M:%S.%f', '%H:%M:%S', '%H:%M'])"


def _one_or_several(view: ContractView, draft: DraftDatabase, table: DraftTable, key: ColumnFacts, copies: int) -> None:
    """Rows of one number: contracts of their own where company, dates, currency or billing differ, else lines of "
    "one."""
    name, number = sql.name(table.name), cell(key)
    differ: list[ColumnFacts] = []
    for part in ("client_id", "client_name", "starts", "renews", "ends", "currency", "frequency", "term"):
        column = table.parts.get(part)
        by = ", ".join([number, *(cell(one) for one in differ)])
        if (
            column is not None
            and not (part == "client_name" and "client_id" in table.parts)
            and draft.count(
                f"SELECT count(*) FROM (SELECT 1 FROM {name} WHERE {number} IS NOT NULL GROUP BY {by} "
                f"HAVING count(DISTINCT coalesce({cell(column)}, '')) > 1) AS several"
            )
        ):
            differ.append(column)
    numbers, rows = draft.row(
        f"SELECT count(*), sum(n) FROM (SELECT count(*) AS n FROM {name} WHERE {number} IS NOT NULL GROUP BY {number} "
        "HAVING count(*) > 1) AS repeated"
    )
    equal = f" {copies:,} rows say in every cell what another says; they count too." if copies else ""
    if not differ:
        text = (
            f"{called(key)} repeats ({numbers:,} numbers in {rows:,} rows): its rows are taken for lines of one "
            f"contract that "
            f"share company and dates.{equal}"
        )
        view.ask("repeats", "contract number", text)
        return
    names = ", ".join(called(one) for one in differ)
    text = (
        f"is each row of one {called(key)} a contract of its own? {numbers:,} numbers are in {rows:,} rows that "
        f"differ in "
        f"{names}; so each counts for itself.{equal}"
    )
    if view.ask("repeats", "contract number", text, _OWN, _LINES) == _OWN:
        place = next(place for place, (name, *_) in enumerate(view.columns) if name == "contract_id")
        parts = ", ".join([number, *(cell(one) for one in differ)])
        view.columns[place] = ("contract_id", f"concat_ws(' / ', {parts})", f"{view.columns[place][2]}; it repeats")


def _changed_at(draft: DraftDatabase, table: DraftTable, key: ColumnFacts, copies: int) -> ColumnFacts | None:
    """The column that tells versions of a contract apart by when they were written, and its rows from lines.

    Lines have a number of their own; versions have not, and no two of a contract were written at one moment, but
    for `copies`, the rows equal in every cell to another.
    """
    numbers = [one for one in table.columns if re.search(r"\b(id|no|nr|number|nummer|key|line|item)\b", one.words)]
    if any(one.unique and not _repeated(draft, table, one) for one in numbers):
        return None
    names = (r"\b(updated?|modified|changed|geandert)\b", r"\b(valid from|synced)\b")
    dates = [one for name in names for one in table.columns if one.kind == "date" and re.search(name, one.words)]
    rows = f"FROM {sql.name(table.name)} WHERE {cell(key)} IS NOT NULL"
    same = "SELECT count(*) - count(DISTINCT ({}, {})) {}"
    return next((one for one in dates if draft.count(same.format(cell(key), cell(one), rows)) == copies), None)
