"""The one statement of a draft that a person edits: `views/contract.sql`, one row per contract in the contract's words.

Each column says what it was guessed from; a line that begins with DECIDE is a choice nobody can guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.ingest import sql
from pipeline.ingest.draft.columns import ColumnFacts
from pipeline.ingest.draft.sources import DraftTable

UNUSED = "-- Unused columns: "


@dataclass(slots=True)
class ContractView:
    """The statement in pieces. `kept`: conditions of the rows that are kept, each with the reason of the others.

    `grouped`: several rows make one contract. `latest`: the clause that keeps one of several rows, `other_rows` the
    reason of those it drops.
    """

    columns: list[tuple[str, str, str]] = field(default_factory=list)
    decide: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    latest: str = ""
    other_rows: str = "left_out_by_contract_view"
    grouped: bool = False
    priced: bool = True

    def add(self, name: str, expression: str, why: str) -> None:
        """One column of the contract: its expression and what it was guessed from."""
        self.columns.append((name, expression, why))

    def text(self, table: DraftTable) -> str:
        """The whole statement."""
        lines = [
            f"-- One row per contract, made of {one_line(table.file.path.name)}, in the words of the contract.",
            "-- All other files of this profile read these columns: a mistake is mended here. Cells are text; dates",
            "-- must come out as 2026-12-31, numbers with a point. docs/profiles-tutorial.md lists the functions.",
            *(f"-- DECIDE: {one_line(one)}" for one in self.decide),
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

    def _unused(self, table: DraftTable) -> list[str]:
        used = "\n".join(
            [*(expression for _, expression, _ in self.columns), *(one for one, _ in self.kept), self.latest]
        )
        names = [one_line(column.name) for column in table.columns if cell(column) not in used]
        return [f"{UNUSED}{', '.join(names)}. A guess may have missed one."] if names else []


def one_line(text: str) -> str:
    """The text as a comment can hold it: names of columns and files may have line breaks."""
    return " ".join(text.split())


def cell(column: ColumnFacts) -> str:
    """The column's name as SQL."""
    return sql.name(column.name)


def number(column: ColumnFacts) -> str:
    """A plain number from the column's amounts."""
    return f"number_text{'_comma' if column.comma else ''}({cell(column)})"


def formats(column: ColumnFacts) -> str:
    """The formats of a date column as SQL: one, or a list."""
    texts = [sql.text(one) for one in column.formats]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def why(column: ColumnFacts, more: str = "") -> str:
    """What a column was guessed from."""
    shown = " ".join(column.example.split())
    return f"guessed from the name {column.name!r}{f'; {more}' if more else ''}; for example {shown!r}"
