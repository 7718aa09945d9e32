"""The open questions of a profile: the lines of its SQL that begin with DECIDE.

    -- DECIDE: quantity: is "Price" the price of one "Qty" (guessed) or of all? … MRR on 2026-11-23: …
    --   If of all: 1 AS quantity

The first word after DECIDE names the matter. An `If` line says what to write in `views/contract.sql` for another
reading: a column (in place of the one of that name), a condition of WHERE, or what to take out. Whoever has answered a
question deletes its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.ingest.profiles.profile import VIEWS, Profile

DECIDE: Final = "-- DECIDE: "
IF: Final = "--   If "
EFFECT: Final = " MRR on "
CONTRACT: Final = "views/contract.sql"
MONEY: Final = frozenset(
    {
        "thousands or decimal", "header row or lines above", "sheet", "currency", "percent or discount",
        "contract number", "term or total", "no end", "quantity", "price", "billing period", "status", "no start",
        "last day or renewal day", "day or month first", "join", "scale", "encoding",
    }
)  # fmt: skip
"""Matters that can change money or which rows count; the others change names, owners or dates of notice only."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Another reading than the guess: its name in a few words, and the edits of `views/contract.sql` that make it."""

    label: str
    edits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that is in a profile: file and line, its matter and text, the other readings."""

    file: str
    line: int
    matter: str
    text: str
    readings: tuple[Reading, ...] = ()

    @property
    def changes_money(self) -> bool:
        """Whether another answer could change a figure or which rows count; one that a person wrote may."""
        return self.matter in MONEY or not self.matter


def questions_of(profile: Profile) -> list[OpenQuestion]:
    """The questions that are in the SQL of a profile."""
    texts = {f"{VIEWS}/{name}.sql": text for name, text in profile.views.items()}
    texts |= {f"{name}.sql": text for name, text in profile.statements.items()}
    return [question for file, text in texts.items() for question in _questions_of(file, text.splitlines())]


def _questions_of(file: str, lines: list[str]) -> Iterator[OpenQuestion]:
    for place, line in enumerate(lines):
        if not line.startswith(DECIDE):
            continue
        text = line.removeprefix(DECIDE).split(EFFECT)[0].strip()
        matter = text.partition(":")[0] if ": " in text[:40] else ""
        below = iter(lines[place + 1 :])
        yield OpenQuestion(file, place + 1, matter, text, tuple(_readings(below)))


def _readings(lines: Iterable[str]) -> list[Reading]:
    found: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith(IF):
            break
        label, _, edit = line.removeprefix(IF).partition(": ")
        found.setdefault(label, []).append(edit)
    return [Reading(label, tuple(edits)) for label, edits in found.items()]


def edited(text: str, edits: Iterable[str]) -> str | None:
    """The SQL with these edits, or None when it has no place for one of them any more."""
    for edit in edits:
        changed = _edited(text, edit)
        if changed is None:
            return None
        text = changed
    return text


def _edited(text: str, edit: str) -> str | None:
    word, _, rest = edit.partition(" ")
    if word == "WHERE":
        if re.search(r"^WHERE ", text, re.MULTILINE):
            return re.sub(r"^WHERE ", lambda _: f"WHERE {rest}\n    AND ", text, count=1, flags=re.MULTILINE)
        return re.sub(r"^FROM .*$", lambda found: f"{found[0]}\nWHERE {rest}", text, count=1, flags=re.MULTILINE)
    if edit.startswith("without WHERE "):
        condition = edit.removeprefix("without WHERE ")
        return text.replace(condition, "true", 1) if condition in text else None
    if edit == "without QUALIFY":
        return re.sub(r"^QUALIFY (.|\n)*\Z", "", text, count=1, flags=re.MULTILINE)
    return _with_column(text, edit)


def _with_column(text: str, edit: str) -> str | None:
    """The column of the same name replaced: it reaches up to a comment, a SELECT or the column before it."""
    name = edit.rpartition(" AS ")[2]
    lines = text.splitlines()
    code = [
        (place, line.rstrip().rstrip(",")) for place, line in enumerate(lines) if not line.lstrip().startswith("--")
    ]
    ends = [place for place, line in code if line.endswith(f" AS {name}")]
    if not ends:
        return None
    first = last = ends[0]
    while first and not re.match(r"\s*(--|SELECT\b)|.* AS \w+,$", lines[first - 1]):
        first -= 1
    comma = "," if lines[last].rstrip().endswith(",") else ""
    return "\n".join([*lines[:first], f"    {edit}{comma}", *lines[last + 1 :]]) + "\n"
