"""When a contract's term starts and when the next one does, guessed from its dates, its term and its billing period."""

from __future__ import annotations

import re

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, formats, why
from pipeline.ingest.profiles.drafting.rolling import ENDED, GO_ON, LEFT_OUT, RENEWED, with_term, without_end
from pipeline.ingest.profiles.drafting.term import term_months
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable
from pipeline.ingest.profiles.drafting.written_dates import ask_day_or_month, why_date, written_date

_LAST_DAY, _RENEWAL_DAY = "last day", "renewal day"


def add_dates(view: ContractView, draft: DraftDatabase, table: DraftTable) -> None:
    """The columns `term_start_date`, `renewal_start_date` and `subscription_term_months`."""
    parts = table.parts
    starts, ends, renews, term = (parts.get(part) for part in ("starts", "ends", "renews", "term"))
    if renews is not None and ends is not None and renews.filled < ends.filled:
        renews = None
    ask_day_or_month(view, [one for one in (starts, renews or ends) if one is not None and one.kind == "date"])
    if starts is None:
        view.add("term_start_date", "NULL", "no column looks like the start")
        view.ask(
            "starts", "no start", "when does the term start? No column looks like it; without it every row is refused."
        )
        view.add("renewal_start_date", _date_or_null(view, renews or ends), "see above")
        view.add("subscription_term_months", "12", "a year, assumed")
        return
    _weak_start(view, starts)
    months = term_months(view, draft, table, term) if term is not None else ""
    period = _period(table, months)
    if renews is not None and ends is not None:
        renews = _end_or_renewal(view, draft, table, ends, renews)
    if (last := renews or ends) is not None:
        _with_end(view, draft, table, starts, last, (months, period), is_renewal=last is renews)
    elif term is not None:
        with_term(view, draft, table, starts, term, months)
    else:
        without_end(view, starts, period)


def _date_or_null(view: ContractView, column: ColumnFacts | None) -> str:
    return written_date(view, column) if column is not None else "NULL"


def _weak_start(view: ContractView, starts: ColumnFacts) -> None:
    if not re.search(
        r"start|begin|beginn|commenc|inicio|debut|\bab\b|\bvon\b|from|effective|activat|desde|period", starts.words
    ):
        text = f"is {called(starts)} the first day of the term? No other column looks like it."
        view.ask("starts", "no start", text)


def _end_or_renewal(
    view: ContractView, draft: DraftDatabase, table: DraftTable, ends: ColumnFacts, renews: ColumnFacts
) -> ColumnFacts | None:
    """The column of the renewal, or None where the end counts: they should say the same day, or the day after."""
    last, renewal = (f"date_of({written_date(view, one)}, '%Y-%m-%d')" for one in (ends, renews))
    both, other = draft.row(
        f"SELECT count(*), count(*) FILTER (WHERE {renewal} NOT IN ({last}, {last} + 1)) FROM {sql.name(table.name)} "
        f"WHERE {last} IS NOT NULL AND {renewal} IS NOT NULL"
    )
    if other * 10 <= both:
        return renews
    text = (
        f"does the next term start on {called(renews)}, or after {called(ends)}? In {other:,} of {both:,} rows they "
        f"are "
        "other days than one and the next."
    )
    options = (f"after {called(ends)}", f"on {called(renews)}")
    return renews if view.ask("end or renewal", "last day or renewal day", text, *options) == options[1] else None


def _period(table: DraftTable, months: str) -> str:
    """Months after which a contract without an end renews: its term, else its billing period, else a year."""
    frequency = table.parts.get("frequency")
    totals = not {"mrr", "arr", "unit_price"} & set(table.parts) and frequency is None
    if months:
        return f"coalesce({months}, 12)"
    if frequency is not None and frequency.kind == "period" and not totals:
        return f"months_of({cell(frequency)})"
    return "12"


def _with_end(
    view: ContractView,
    draft: DraftDatabase,
    table: DraftTable,
    starts: ColumnFacts,
    ends: ColumnFacts,
    term: tuple[str, str],
    *,
    is_renewal: bool,
) -> None:
    months, period = term
    started = written_date(view, starts)
    last, reason = written_date(view, ends), "the day of the renewal"
    if not is_renewal:
        inclusive, reason = _inclusive(view, draft, table, starts, ends)
        last = written_date(view, ends, "day_after" if inclusive else "date_text")
    first = written_date(view, starts, "date_of")
    length = months or _whole_months(first)
    if _no_end(view, draft, table, starts, ends, period):
        view.open_ended = True
        rolling = f"WHEN no_end({cell(ends)}) THEN"
        this = f"CAST(current_term_start({first}, {period}) AS VARCHAR)"
        view.add(
            "term_start_date",
            f"CASE {rolling} coalesce({this}, {cell(starts)}) ELSE {started} END",
            f"{why_date(starts)}; without an end: the term that runs",
        )
        view.add(
            "renewal_start_date",
            f"CASE {rolling} CAST(next_renewal({first}, {period}) AS VARCHAR) ELSE {last} END",
            f"{why_date(ends)}. {reason}",
        )
        length = f"CASE {rolling} {period} ELSE {length} END"
    else:
        view.add("term_start_date", started, why_date(starts))
        view.add("renewal_start_date", last, f"{why_date(ends)}. {reason}")
    column = table.parts.get("term")
    view.add("subscription_term_months", length, why(column) if column else "the months between the two dates")
    _past_its_end(view, draft, table, starts, ends)


def _whole_months(first: str) -> str:
    return f"whole_months({first}, date_of(renewal_start_date, '%Y-%m-%d'))"


def _no_end(
    view: ContractView, draft: DraftDatabase, table: DraftTable, starts: ColumnFacts, ends: ColumnFacts, period: str
) -> bool:
    """Whether rows have a start and no end; asked whether they go on. Left out they are in `kept`."""
    name = cell(ends)
    begun = (
        f"date_of({cell(starts)}, {formats(starts)}) IS NOT NULL" if starts.kind == "date" else f"{cell(starts)} <> ''"
    )
    rows, shown = draft.row(
        f"SELECT count(*), string_agg(DISTINCT nullif(trim({name}), ''), ', ') FROM {sql.name(table.name)} "
        f"WHERE no_end({name}) AND {begun}"
    )
    if not rows:
        return False
    says = f"empty or {str(shown)[:60]}" if shown else "empty"
    every = "every 12 months" if period == "12" else "every term or billing period"
    text = (
        f"do contracts without an end go on? In {rows:,} of {table.rows:,} rows {called(ends)} is {says}: they are "
        f"taken to "
        f"renew {every}."
    )
    if view.ask("no end", "no end", text, GO_ON, LEFT_OUT) == LEFT_OUT:
        view.kept.append((f"NOT no_end({name})", "no_end_date"))
    return True


def _past_its_end(
    view: ContractView, draft: DraftDatabase, table: DraftTable, starts: ColumnFacts, ends: ColumnFacts
) -> None:
    """Contracts that renew themselves by a column of their own and whose end has passed: ended, or renewed?"""
    renewing = table.parts.get("auto_renews")
    if renewing is None or ends.kind != "date" or starts.kind != "date":
        return
    passed = f"date_of({cell(ends)}, {formats(ends)}) < as_of() AND NOT no_end({cell(ends)})"
    over = f"yes_no({cell(renewing)}) = 'true' AND {passed}"
    rows = draft.count(f"SELECT count(*) FROM {sql.name(table.name)} WHERE {over}")
    if not rows:
        return
    text = (
        f"have contracts ended that renew themselves ({called(renewing)}) and whose {called(ends)} has passed "
        f"({rows:,} of {table.rows:,} rows)? Guessed so: an export that keeps its dates up to date would show new ones."
    )
    if view.ask("past its end", "no end", text, ENDED, RENEWED) == RENEWED:
        first = written_date(view, starts, "date_of")
        months = f"coalesce(whole_months({first}, {written_date(view, ends, 'date_of')} + 1), 12)"
        length = f"CASE WHEN {over} THEN {months} ELSE {view.expression('subscription_term_months')} END"
        for name, function in (("term_start_date", "current_term_start"), ("renewal_start_date", "next_renewal")):
            rolled = f"CAST({function}({first}, {months}) AS VARCHAR)"
            _replace(view, name, f"CASE WHEN {over} THEN {rolled} ELSE {view.expression(name)} END")
        _replace(view, "subscription_term_months", length)


def _replace(view: ContractView, name: str, expression: str) -> None:
    place = next(place for place, (column, *_) in enumerate(view.columns) if column == name)
    view.columns[place] = (name, expression, view.columns[place][2])


def _inclusive(
    view: ContractView, draft: DraftDatabase, table: DraftTable, starts: ColumnFacts, ends: ColumnFacts
) -> tuple[bool, str]:
    """Whether the end is the last day of the term (31 December) or the first day after it (1 January).

    Asked when under nine of ten rows speak for one of them (whole months from start to end).
    """
    first = f"date_of({written_date(view, starts)}, '%Y-%m-%d')"
    last = f"date_of({written_date(view, ends)}, '%Y-%m-%d')"
    whole = "count(*) FILTER (WHERE {a} + to_months(datesub('month', {a}, {b})) = {b} AND {b} > {a})"
    rows, after, same = draft.row(
        f"SELECT count(*), {whole.format(a=first, b=f'({last} + 1)')}, {whole.format(a=first, b=last)} "
        f"FROM {sql.name(table.name)} WHERE {last} IS NOT NULL AND NOT no_end({cell(ends)}) AND {first} IS NOT NULL"
    )
    guess = _RENEWAL_DAY if same > after else _LAST_DAY
    if max(after, same) * 10 < rows * 9 or not rows:
        text = (
            f"is {called(ends)} the last day of the term, or the day of the renewal? Of {rows:,} rows {after:,} last "
            f"whole "
            f"months if it is the last day, {same:,} if it is the renewal day."
        )
        other = _LAST_DAY if guess == _RENEWAL_DAY else _RENEWAL_DAY
        guess = view.ask("last day", "last day or renewal day", text, guess, other)
    counted = f"with a day added {after:,} of {rows:,} rows last whole months, without it {same:,}"
    if guess == _RENEWAL_DAY:
        return False, f"The end is taken for the day of the renewal, no day is added: {counted}"
    return True, f"The end is taken for the last day, so the renewal starts the day after: {counted}"
