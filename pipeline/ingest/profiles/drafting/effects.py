"""What the other readings of a draft would change: each is tried, and its MRR is in the question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.contract_text import ContractView, Question, cell, formats
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable
from pipeline.ingest.profiles.questions import Reading
from pipeline.ingest.profiles.readings import Worth, distance, worth

_NOT_MONEY: Final = ("auto_renews", "notice_days", "notice_months")
_ANY_DAY: Final = date(2000, 1, 1)
Made = tuple[ContractView, dict[str, str]]
"""A view of the contracts and the statements that read it."""


def add_effects(
    draft: DraftDatabase, main: DraftTable, make: Callable[[dict[str, str]], Made], as_of: date | None
) -> Made:
    """The draft with the guesses, its questions with the MRR under each reading, most money first.

    `make` gives the draft under other answers. `as_of`: the day of the MRR; None, or a day on which nothing is in
    force, stands for the day on which the newest contract starts.
    """
    day = as_of or _newest_start(draft, main, None)
    view, statements = _made_on(draft, make, day)
    guessed = worth(draft.con, view.text(main), statements, as_of=day)
    if as_of is not None and guessed is not None and not guessed.contracts:
        day = _newest_start(draft, main, as_of)
        view, statements = _made_on(draft, make, day)
        guessed = worth(draft.con, view.text(main), statements, as_of=day)
    far: dict[str, Decimal] = {}
    for question in view.questions:
        apart = [
            _try(draft, main, make, view, statements, question, option, day, guessed) for option in question.options[1:]
        ]
        same = bool(apart) and all(found == guessed for found, _ in apart)
        shown = [
            f"{option} {worth.in_words}"
            for option, (worth, _) in zip(question.options[1:], apart, strict=True)
            if worth
        ]
        if guessed is not None:
            first = _shown(f"{question.options[0]} (guessed)" if question.options else "as guessed", guessed)
            told = [f"either way {guessed.in_words}"] if same else [first, *shown]
            question.effect = f"{day}: {'; '.join(told)}."
        far[question.key] = max((one for _, one in apart), default=Decimal(0))
    view.questions.sort(key=lambda one: -far[one.key])
    return view, statements


def _shown(option: str, found: Worth) -> str:
    return f"{option} {found.in_words}"


def _try(
    draft: DraftDatabase,
    main: DraftTable,
    make: Callable[[dict[str, str]], Made],
    view: ContractView,
    own: dict[str, str],
    question: Question,
    option: str,
    day: date,
    guessed: Worth | None,
) -> tuple[Worth | None, Decimal]:
    other, statements = make({question.key: option})
    edits = view.edits(other)
    if edits:
        question.readings.append(Reading(option, edits))
    if all(edit.rpartition(" AS ")[2] in _NOT_MONEY for edit in edits) and statements == own:
        return guessed, Decimal(0)
    found = worth(draft.con, other.text(main), statements, as_of=day)
    return found, distance(found, guessed) if found and guessed else Decimal(0)


def _made_on(draft: DraftDatabase, make: Callable[[dict[str, str]], Made], day: date) -> Made:
    draft.on(day)
    return make({})


def _newest_start(draft: DraftDatabase, main: DraftTable, before: date | None) -> date:
    """The day on which the newest contract starts, of those that have begun by `before`."""
    starts = main.parts.get("starts")
    if starts is None:
        return before or _ANY_DAY
    written = f"date_of({cell(starts)}, {formats(starts)})" if starts.formats else f"epoch_date({cell(starts)})"
    limit = f"WHERE day <= DATE '{before}'" if before else ""
    [newest] = draft.row(
        f"SELECT max(day) FROM (SELECT TRY_CAST({written} AS DATE) AS day FROM {sql.name(main.name)}) AS days {limit}"
    )
    return newest or before or _ANY_DAY
