"""The one statement of a draft that a person edits: `views/contract.sql`, one row per contract in the contract's words.

Each column says what it was guessed from. A guess that could change money, rows or dates is asked: the view is a
function of the answers (`choices`), so that what another answer would change is seen by making the view once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts, day_first, swapped
from pipeline.ingest.profiles.drafting.unknown_files import DraftTable
from pipeline.ingest.profiles.questions import DECIDE, EFFECT, IF, Reading

UNUSED = "-- Unused columns: "


@dataclass(slots=True)
class Question:
    """What the draft asks. `options`: the readings in few words, the guess first; none where no edit answers it.

    `readings` and `effect` are filled in once the others have been tried.
    """

    key: str
    matter: str
    text: str
    options: tuple[str, ...] = ()
    readings: list[Reading] = field(default_factory=list)
    effect: str = ""

    def lines(self) -> list[str]:
        """As they are in the file."""
        asked = f"{DECIDE}{one_line(f'{self.matter}: {self.text}')[:760]}{EFFECT if self.effect else ''}{self.effect}"
        edits = [f"{IF}{one.label}: {one_line(edit)}" for one in self.readings for edit in one.edits]
        return [asked, *edits]


@dataclass(slots=True)
class ContractView:
    """The statement in pieces. `kept`: conditions of the rows that are kept, each with the reason of the others.

    `grouped`: several rows make one contract. `latest`: the clause that keeps one of several rows, `other_rows` the
    reason of those it drops. `choices`: the answers to take in place of a guess, by the question's key. `open_ended`:
    some contracts have no end and are given terms.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    columns: list[tuple[str, str, str]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    latest: str = ""
    other_rows: str = "left_out_by_contract_view"
    grouped: bool = False
    priced: bool = True
    open_ended: bool = False

    def add(self, name: str, expression: str, why: str) -> None:
        """One column of the contract: its expression and what it was guessed from."""
        self.columns.append((name, expression, why))

    def ask(self, key: str, matter: str, text: str, *options: str) -> str:
        """Asks a question once and gives the answer to go on with: the choice made for `key`, else the first option."""
        if all(one.key != key for one in self.questions):
            self.questions.append(Question(key, matter, text, options))
        guess = options[0] if options else ""
        return self.choices.get(key, guess)

    def text(self, table: DraftTable) -> str:
        """The whole statement."""
        lines = [
            f"-- One row per contract, made of {one_line(table.file.path.name)}, in the words of the contract.",
            "-- All other files of this profile read these columns: a mistake is mended here. Cells are text; dates",
            "-- must come out as 2026-12-31, numbers with a point. docs/profiles-tutorial.md lists the functions.",
            *_how_to_answer(self.questions),
            *(line for one in self.questions for line in one.lines()),
            *self._unused(table),
            "SELECT",
            *(f"    -- {one_line(why)}\n    {expression} AS {name}," for name, expression, why in self.columns),
            "    _source",
            f"FROM {sql.name(table.name)}",
        ]
        if self.kept:
            lines.append("WHERE " + "\n    AND ".join(condition for condition, _ in self.kept))
        if self.latest:
            lines.append(self.latest)
        return "\n".join(lines) + "\n"

    def expression(self, name: str) -> str:
        """What that column of the contract was guessed to be, "NULL" where nothing was."""
        return next((expression for column, expression, _ in self.columns if column == name), "NULL")

    def edits(self, other: ContractView) -> tuple[str, ...]:
        """What must be written in this view to make it the other one."""
        names = [name for name, *_ in self.columns]
        columns = [
            f"{one_line(other.expression(name))} AS {name}"
            for name in names
            if other.expression(name) != self.expression(name)
        ]
        here, there = {condition for condition, _ in self.kept}, {condition for condition, _ in other.kept}
        added = [f"WHERE {condition}" for condition, _ in other.kept if condition not in here]
        removed = [f"without WHERE {condition}" for condition, _ in self.kept if condition not in there]
        latest = ["without QUALIFY"] if self.latest and not other.latest else []
        return (*columns, *added, *removed, *latest)

    def _unused(self, table: DraftTable) -> list[str]:
        used = "\n".join(
            [*(expression for _, expression, _ in self.columns), *(one for one, _ in self.kept), self.latest]
        )
        names = [one_line(column.name) for column in table.columns if cell(column) not in used]
        return [f"{UNUSED}{', '.join(names)}. A guess may have missed one."] if names else []


def _how_to_answer(questions: list[Question]) -> list[str]:
    if not questions:
        return []
    return [
        "-- Each question below is one that only you can answer; until then this file goes on with the guess. Guessed "
        "right:",
        "-- delete the question and the If lines under it. Guessed wrong: write below what its If line says (a column "
        "in",
        "-- place of the one of that name, or a condition behind WHERE), then delete them. None left: nothing is open.",
    ]


def one_line(text: str) -> str:
    """The text as a comment can hold it: names of columns and files may have line breaks."""
    return " ".join(text.split())


def cell(column: ColumnFacts) -> str:
    """The column's name as SQL."""
    return sql.name(column.name)


def called(column: ColumnFacts) -> str:
    """The column's name in a sentence."""
    return f'"{one_line(column.name)}"'


def formats(column: ColumnFacts, *, other_order: bool = False) -> str:
    """The formats of a date column as SQL: one, or a list. `other_order`: with day and month changed about."""
    written = [swapped(one) if other_order and day_first(one) is not None else one for one in column.formats]
    texts = [sql.text(one) for one in written]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def why(column: ColumnFacts, more: str = "") -> str:
    """What a column was guessed from."""
    shown = " ".join(column.example.split())
    return f"guessed from the name {column.name!r}{f'; {more}' if more else ''}; for example {shown!r}"
