"""Contracts that say when they start and not when they end: they last their term, or renew again and again."""

from __future__ import annotations

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, why
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable
from pipeline.ingest.profiles.drafting.written_dates import why_date, written_date

GO_ON, LEFT_OUT = "they go on", "they are left out"
ENDED, RENEWED = "they have ended", "they have renewed"


def with_term(
    view: ContractView, draft: DraftDatabase, table: DraftTable, starts: ColumnFacts, term: ColumnFacts, months: str
) -> None:
    """Start and term: the renewal is the term after the start. Asks about terms that are over or not said."""
    first = written_date(view, starts, "date_of")
    view.open_ended = False
    unknown = draft.count(
        f"SELECT count(*) FROM {sql.name(table.name)} WHERE {months} IS NULL AND trim({cell(starts)}) <> ''"
    )
    if unknown:
        text = (
            f"how long is the term of {unknown:,} of {table.rows:,} rows? {called(term)} says no number of months "
            f"there; "
            "they are taken to renew every 12 months."
        )
        rolled = view.ask("no end", "no end", text, GO_ON, "they are refused") == GO_ON
        view.open_ended = rolled
    else:
        rolled = False
    over = (
        draft.count(
            f"SELECT count(*) FROM {sql.name(table.name)} WHERE {first} + to_months(CAST({months} AS INTEGER)) <= "
            f"as_of()"
        )
        if starts.kind == "date"
        else 0
    )
    goes_on = False
    if over:
        text = (
            f"have contracts ended whose term ({called(starts)} plus {called(term)}) has passed ({over:,} of "
            f"{table.rows:,} rows)? Guessed so; else they have renewed for the same term again and again."
        )
        goes_on = view.ask("past its end", "no end", text, ENDED, RENEWED) == RENEWED
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
            why_date(starts),
        )
        view.add("renewal_start_date", f"CASE WHEN {rolls} THEN {following} ELSE {plain} END", "no end: start and term")
        view.add("subscription_term_months", length, why(term, "months, or years spelled out"))
        return
    view.add("term_start_date", written_date(view, starts), why_date(starts))
    view.add("renewal_start_date", plain, "no end: start and term")
    view.add("subscription_term_months", months, why(term, "months, or years spelled out"))


def without_end(view: ContractView, starts: ColumnFacts, period: str) -> None:
    """Start alone: the contract renews every `period` months."""
    view.open_ended = True
    first = written_date(view, starts, "date_of")
    every = "every 12 months" if period == "12" else "every billing period"
    text = f"no column looks like an end: do the contracts renew {every} from {called(starts)} on?"
    view.ask("no end", "no end", text)
    view.add(
        "term_start_date",
        f"coalesce(CAST(current_term_start({first}, {period}) AS VARCHAR), {cell(starts)})",
        f"{why_date(starts)}; the term that runs",
    )
    view.add("renewal_start_date", f"CAST(next_renewal({first}, {period}) AS VARCHAR)", "no end")
    view.add("subscription_term_months", period, "a year, assumed" if period == "12" else "they renew every period")
