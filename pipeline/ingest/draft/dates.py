"""When a contract's term starts and when the next one does, guessed from its dates, its term and its billing period."""

from __future__ import annotations

import re

from pipeline.ingest import sql
from pipeline.ingest.draft.columns import ColumnFacts
from pipeline.ingest.draft.contract_text import ContractView, called, cell, formats, why
from pipeline.ingest.draft.sources import DraftRoom, DraftTable

_GO_ON, _LEFT_OUT = "they go on", "they are left out"
_LAST_DAY, _RENEWAL_DAY = "last day", "renewal day"
_ENDED, _RENEWED = "they have ended", "they have renewed"


def written_date(view: ContractView, column: ColumnFacts, function: str = "date_text") -> str:
    """A date of the column as SQL, by that function for profiles."""
    if column.kind == "epoch":
        inside = f"epoch_date({cell(column)})"
        return inside if function == "date_text" else f"{function}({inside}, '%Y-%m-%d')"
    swapped = column.ambiguous and view.choices.get("day or month") == _OTHER_ORDER[_order(column)]
    return f"{function}({cell(column)}, {formats(column, swapped=swapped)})"


_OTHER_ORDER = {"%d": "month first", "%m": "day first"}


def _order(column: ColumnFacts) -> str:
    """Which of day and month the column's first format writes first."""
    first = column.formats[0] if column.formats else ""
    return "%m" if "%m" in first and first.find("%m") < first.find("%d") and not first.startswith("%Y") else "%d"


def _day_or_month(view: ContractView, columns: list[ColumnFacts]) -> None:
    unsure = [one for one in columns if one.ambiguous]
    if unsure:
        order = _order(unsure[0])
        names = " and ".join(called(one) for one in unsure)
        guess, other = ("day first", "month first") if order == "%d" else ("month first", "day first")
        text = f"do {names} write the day or the month first? Every cell fits both, for example {unsure[0].example}."
        view.ask("day or month", "day or month first", text, guess, other)


def _why_date(column: ColumnFacts) -> str:
    none = f"; {column.misfits:,} of {column.filled:,} are no such date and go to quarantine" if column.misfits else ""
    return why(column) + none


def add_dates(view: ContractView, room: DraftRoom, table: DraftTable) -> None:
    """The columns `term_start_date`, `renewal_start_date` and `subscription_term_months`."""
    parts = table.parts
    starts, ends, renews, term = (parts.get(part) for part in ("starts", "ends", "renews", "term"))
    if renews is not None and ends is not None and renews.filled < ends.filled:
        renews = None
    _day_or_month(view, [one for one in (starts, renews or ends) if one is not None and one.kind == "date"])
    if starts is None:
        view.add("term_start_date", "NULL", "no column looks like the start")
        view.ask(
            "starts", "no start", "when does the term start? No column looks like it; without it every row is refused."
        )
        view.add("renewal_start_date", _date_or_null(view, renews or ends), "see above")
        view.add("subscription_term_months", "12", "a year, assumed")
        return
    _weak_start(view, starts)
    period = _period(table)
    if (last := renews or ends) is not None:
        _with_end(view, room, table, starts, last, period, is_renewal=last is renews)
    elif term is not None:
        _with_term(view, room, table, starts, term)
    else:
        _without_end(view, starts, period)


def _date_or_null(view: ContractView, column: ColumnFacts | None) -> str:
    return written_date(view, column) if column is not None else "NULL"


def _weak_start(view: ContractView, starts: ColumnFacts) -> None:
    if not re.search(
        r"start|begin|beginn|commenc|inicio|debut|\bab\b|\bvon\b|from|effective|activat|desde|period", starts.words
    ):
        text = f"is {called(starts)} the first day of the term? No other column looks like it."
        view.ask("starts", "no start", text)


def _period(table: DraftTable) -> str:
    """Months after which a contract without an end renews: its term, else its billing period, else a year."""
    term, frequency = table.parts.get("term"), table.parts.get("frequency")
    totals = not {"mrr", "arr", "unit_price"} & set(table.parts) and frequency is None
    if term is not None:
        return f"coalesce(months_of({cell(term)}), 12)"
    if frequency is not None and frequency.kind == "period" and not totals:
        return f"months_of({cell(frequency)})"
    return "12"


def _with_end(
    view: ContractView,
    room: DraftRoom,
    table: DraftTable,
    starts: ColumnFacts,
    ends: ColumnFacts,
    period: str,
    *,
    is_renewal: bool,
) -> None:
    started = written_date(view, starts)
    last, reason = written_date(view, ends), "the day of the renewal"
    if not is_renewal:
        inclusive, reason = _inclusive(view, room, table, starts, ends)
        last = written_date(view, ends, "day_after" if inclusive else "date_text")
    term = table.parts.get("term")
    first = written_date(view, starts, "date_of")
    length = f"months_of({cell(term)})" if term else _whole_months(first)
    if _no_end(view, room, table, starts, ends, period):
        view.open_ended = True
        rolling = f"WHEN no_end({cell(ends)}) THEN"
        this = f"CAST(current_term_start({first}, {period}) AS VARCHAR)"
        view.add(
            "term_start_date",
            f"CASE {rolling} coalesce({this}, {cell(starts)}) ELSE {started} END",
            f"{_why_date(starts)}; without an end: the term that runs",
        )
        view.add(
            "renewal_start_date",
            f"CASE {rolling} CAST(next_renewal({first}, {period}) AS VARCHAR) ELSE {last} END",
            f"{_why_date(ends)}. {reason}",
        )
        length = f"CASE {rolling} {period} ELSE {length} END"
    else:
        view.add("term_start_date", started, _why_date(starts))
        view.add("renewal_start_date", last, f"{_why_date(ends)}. {reason}")
    view.add("subscription_term_months", length, why(term) if term else "the months between the two dates")
    _past_its_end(view, room, table, starts, ends)


def _whole_months(first: str) -> str:
    return f"whole_months({first}, date_of(renewal_start_date, '%Y-%m-%d'))"


def _no_end(
    view: ContractView, room: DraftRoom, table: DraftTable, starts: ColumnFacts, ends: ColumnFacts, period: str
) -> bool:
    """Whether rows have a start and no end; asked whether they go on. Left out they are in `kept`."""
    name = cell(ends)
    begun = (
        f"date_of({cell(starts)}, {formats(starts)}) IS NOT NULL" if starts.kind == "date" else f"{cell(starts)} <> ''"
    )
    rows, shown = room.row(
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
    if view.ask("no end", "no end", text, _GO_ON, _LEFT_OUT) == _LEFT_OUT:
        view.kept.append((f"NOT no_end({name})", "no_end_date"))
    return True


def _past_its_end(
    view: ContractView, room: DraftRoom, table: DraftTable, starts: ColumnFacts, ends: ColumnFacts
) -> None:
    """Contracts that renew themselves by a column of their own and whose end has passed: ended, or renewed?"""
    renewing = table.parts.get("auto_renews")
    if renewing is None or ends.kind != "date" or starts.kind != "date":
        return
    passed = f"date_of({cell(ends)}, {formats(ends)}) < as_of() AND NOT no_end({cell(ends)})"
    over = f"yes_no({cell(renewing)}) = 'true' AND {passed}"
    rows = room.count(f"SELECT count(*) FROM {sql.name(table.name)} WHERE {over}")
    if not rows:
        return
    text = (
        f"have the {rows:,} contracts ended that renew themselves ({called(renewing)}) and whose {called(ends)} has "
        f"passed? "
        "Guessed so: an export that keeps its dates up to date would show the new ones."
    )
    if view.ask("past its end", "no end", text, _ENDED, _RENEWED) == _RENEWED:
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


def _with_term(view: ContractView, room: DraftRoom, table: DraftTable, starts: ColumnFacts, term: ColumnFacts) -> None:
    months = f"months_of({cell(term)})"
    first = written_date(view, starts, "date_of")
    view.open_ended = False
    unknown = room.count(
        f"SELECT count(*) FROM {sql.name(table.name)} WHERE {months} IS NULL AND trim({cell(starts)}) <> ''"
    )
    if unknown:
        text = (
            f"how long is the term of {unknown:,} of {table.rows:,} rows? {called(term)} says no number of months "
            f"there; "
            "they are taken to renew every 12 months."
        )
        rolled = view.ask("no end", "no end", text, _GO_ON, "they are refused") == _GO_ON
        view.open_ended = rolled
    else:
        rolled = False
    over = (
        room.count(
            f"SELECT count(*) FROM {sql.name(table.name)} WHERE {first} + to_months({months}::INTEGER) <= as_of()"
        )
        if starts.kind == "date"
        else 0
    )
    goes_on = False
    if over:
        text = (
            f"have the {over:,} of {table.rows:,} contracts ended whose term ({called(starts)} plus {called(term)}) "
            f"has "
            "passed? Guessed so; else they have renewed for the same term again and again."
        )
        goes_on = view.ask("past its end", "no end", text, _ENDED, _RENEWED) == _RENEWED
    plain = written_date(view, starts, "months_after").replace(", ", f", {months}, ", 1)
    if goes_on or rolled:
        length = f"coalesce({months}, 12)" if rolled else months
        rolls = "true" if goes_on else f"{months} IS NULL"
        this, following = (
            f"CAST({one}({first}, {length}) AS VARCHAR)" for one in ("current_term_start", "next_renewal")
        )
        view.add(
            "term_start_date",
            f"CASE WHEN {rolls} THEN {this} ELSE {written_date(view, starts)} END",
            _why_date(starts),
        )
        view.add("renewal_start_date", f"CASE WHEN {rolls} THEN {following} ELSE {plain} END", "no end: start and term")
        view.add("subscription_term_months", length, why(term, "months, or years spelled out"))
        return
    view.add("term_start_date", written_date(view, starts), _why_date(starts))
    view.add("renewal_start_date", plain, "no end: start and term")
    view.add("subscription_term_months", months, why(term, "months, or years spelled out"))


def _without_end(view: ContractView, starts: ColumnFacts, period: str) -> None:
    view.open_ended = True
    first = written_date(view, starts, "date_of")
    every = "every 12 months" if period == "12" else "every billing period"
    text = f"no column looks like an end: do the contracts renew {every} from {called(starts)} on?"
    view.ask("no end", "no end", text)
    view.add(
        "term_start_date",
        f"coalesce(CAST(current_term_start({first}, {period}) AS VARCHAR), {cell(starts)})",
        f"{_why_date(starts)}; the term that runs",
    )
    view.add("renewal_start_date", f"CAST(next_renewal({first}, {period}) AS VARCHAR)", "no end")
    view.add("subscription_term_months", period, "a year, assumed" if period == "12" else "they renew every period")


def _inclusive(
    view: ContractView, room: DraftRoom, table: DraftTable, starts: ColumnFacts, ends: ColumnFacts
) -> tuple[bool, str]:
    """Whether the end is the last day of the term (31 December) or the first day after it (1 January).

    Asked when under nine of ten rows speak for one of them (whole months from start to end).
    """
    first = f"date_of({written_date(view, starts)}, '%Y-%m-%d')"
    last = f"date_of({written_date(view, ends)}, '%Y-%m-%d')"
    whole = "count(*) FILTER (WHERE {a} + to_months(datesub('month', {a}, {b})) = {b} AND {b} > {a})"
    rows, after, same = room.row(
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
