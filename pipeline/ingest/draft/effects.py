"""What the other readings of a draft would change: each is tried, and its MRR stands in the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from pipeline.ingest import sql
from pipeline.ingest.draft.contract_text import ContractView, Question, cell, formats
from pipeline.ingest.draft.sources import DraftRoom, DraftTable
from pipeline.ingest.questions import Reading
from pipeline.ingest.readings import Worth, distance, worth

Made = tuple[ContractView, dict[str, str]]
"""A view of the contracts and the statements that read it."""


def add_effects(room: DraftRoom, main: DraftTable, make: Callable[[dict[str, str]], Made], as_of: date | None) -> Made:
    """The draft with the guesses, its questions with the MRR under each reading, most money first.

    `make` gives the draft under other answers. `as_of`: the day of the MRR; None, or a day on which nothing is in
    force, stands for the day on which the newest contract starts.
    """
    view, statements = make({})
    day, guessed = _day(room, main, view, statements, as_of)
    far: dict[str, Decimal] = {}
    for question in view.questions:
        apart = [_try(room, main, make, view, question, option, day, guessed) for option in question.options[1:]]
        same = bool(apart) and all(found == guessed for found, _ in apart)
        shown = [
            f"{option} {worth.in_words}"
            for option, (worth, _) in zip(question.options[1:], apart, strict=True)
            if worth
        ]
        if guessed is not None and (shown or not question.options):
            first = f"{question.options[0]} (guessed)" if question.options else "as guessed"
            first = "either way" if same else first
            shown = [] if same else shown
            question.effect = f"{day}: {first} {guessed.in_words}{''.join(f'; {one}' for one in shown)}."
        far[question.key] = max((one for _, one in apart), default=Decimal(0))
    view.questions.sort(key=lambda one: -far[one.key])
    return view, statements


def _try(
    room: DraftRoom,
    main: DraftTable,
    make: Callable[[dict[str, str]], Made],
    view: ContractView,
    question: Question,
    option: str,
    day: date,
    guessed: Worth | None,
) -> tuple[Worth | None, Decimal]:
    other, statements = make({question.key: option})
    edits = view.edits(other)
    if edits:
        question.readings.append(Reading(option, edits))
    found = worth(room.con, other.text(main), statements, as_of=day)
    return found, distance(found, guessed) if found and guessed else Decimal(0)


def _day(
    room: DraftRoom, main: DraftTable, view: ContractView, statements: dict[str, str], as_of: date | None
) -> tuple[date, Worth | None]:
    """The day to reckon on, and what the draft is worth then."""
    if as_of is not None:
        found = _worth_on(room, main, view, statements, as_of)
        if found is None or found.contracts:
            return as_of, found
    starts = main.parts.get("starts")
    if starts is None:
        return as_of or date(2000, 1, 1), None
    written = f"date_of({cell(starts)}, {formats(starts)})" if starts.formats else f"epoch_date({cell(starts)})"
    first = f"TRY_CAST({written} AS DATE)"
    limit = f"WHERE d <= DATE '{as_of}'" if as_of else ""
    [(newest,)] = room.con.execute(
        f"SELECT max(d) FROM (SELECT {first} AS d FROM {sql.name(main.name)}) {limit}"
    ).fetchall()
    day = newest or as_of or date(2000, 1, 1)
    return day, _worth_on(room, main, view, statements, day)


def _worth_on(
    room: DraftRoom, main: DraftTable, view: ContractView, statements: dict[str, str], day: date
) -> Worth | None:
    room.con.execute(f"CREATE OR REPLACE MACRO as_of() AS DATE '{day}'")
    return worth(room.con, view.text(main), statements, as_of=day)
