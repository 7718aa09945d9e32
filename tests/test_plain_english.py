"""Texts read as a careful native speaker would write them: phrases that came out of other habits stay out.

Looked through: every string of `pipeline` and `scripts` (messages, help, terms, docstrings) and their comments, the
templates, the documentation, and the English keys of the catalogues. A phrase is a regular expression; behind it is
what to write instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.conftest import ROOT

FORBIDDEN = {
    r"(?<!there )\bis no (?!longer\b|more\b|such\b|way\b|telling\b)\w": "is not a …",
    r"\bstands? (there )?twice\b": "appears twice",
    r"\b(is|are) named twice\b": "appears twice",
    r"\bneeds a reason:": "a reason is required",
    r"; needed\.": "Required.",
    r"\bmust be said\b": "is required",
    r"\bsay both\b|\bor say --": "give both, or give --…",
    r"\blets? readers see an older\b": "Roll back to an earlier run",
    r"\bwhat is wrong with (an|this) installation\b": "Diagnose the installation",
    r"\bby silence\b": "automatic, auto-renewed",
    r"\bCancelling\b": "Cancellation requested",
    r"\bClients to act on\b": "Clients needing action",
    r"\bdeadlines ahead\b": "Upcoming deadlines",
    r"\b(rises|falls) of (contracts|clients)\b": "increases and decreases on existing contracts",
    r"\brival definitions\b|\bother definitions of MRR\b": "alternative definitions",
    r"\bsettled MRR\b": "MRR after settled changes",
    r"\bFull MRR\b": "Upside MRR",
    r"\brenewal wall\b": "MRR up for renewal by month",
    r"\bnothing to (be )?price[d]? (it )?with\b": "No list price; the estimate equals the MRR before the change",
    r"\bNo row fits\b": "No changes match",
    r"\bColumns as sent\b": "Reset columns",
    r"\bmade for bulk\b": "batch-generated",
    r"\bis in no (figure|table)\b": "is excluded from all …",
    r"\ball the same\b(?! )": "anyway",
    r"\b[A-Z]{3} [+-]\d": "+USD 1,280.00: the sign stands before the code",
    r"\bstands? (beside|in the way of)\b": "is next to",
    r"\bstands in (?!for\b)": "is in",
    r"\blets? go\b": "released",
    r"\banew\b": "again",
    r"\bdoorway\b|\bsurroundings\b|\bshut in\b|\bat one guess\b": "a literal word",
    r"\bmake room\b": "free space",
    r"\bmends?\b|\bMend it\b": "repair",
    r"\bleads nowhere\b": "points nowhere",
    r"\bbroke off\b": "crashed",
    r"\bother way round\b": "transposed",
    r"\bawkward\b": "unusual",
    r"\bby a hair\b": "a figure",
}
"""What a text may not say, and what it says instead."""

LEFT_OUT = (
    "pipeline/checks/suites",  # what a check found is a value of the published table check_results
    "pipeline/cli/report_command.py",  # has --anew, the former name of --force, which keeps working
)
"""Where texts begin that are not looked through."""


def texts_of_python(path: Path) -> Iterator[tuple[int, str]]:
    """Strings and comments of a module with their lines; text that goes over several lines is one text."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, " ".join(node.value.split())
    for number, line in enumerate(source.splitlines(), start=1):
        if line.lstrip().startswith("# "):
            yield number, line.strip()


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix == ".py":
        yield from texts_of_python(path)
    elif path.suffix == ".po":
        with path.open("rb") as file:
            for message in read_po(file):
                keys = message.id if isinstance(message.id, tuple) else (message.id,)
                yield from ((0, key) for key in keys)
    else:
        yield 0, " ".join(path.read_text(encoding="utf-8").split())


def files() -> list[Path]:
    found = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "pipeline" / "locale").rglob("*.po")]
    found += [*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    found += (ROOT / "reports" / "templates").glob("*.j2")
    return sorted(path for path in found if not path.relative_to(ROOT).as_posix().startswith(LEFT_OUT))


def wrong(text: str) -> list[str]:
    """The phrases of `FORBIDDEN` that a text has, each with what to write instead."""
    return [
        f"{found[0]!r}: {instead}"
        for phrase, instead in FORBIDDEN.items()
        if (found := re.search(phrase, text, flags=re.IGNORECASE if phrase.islower() else 0))
    ]


def test_no_text_has_a_forbidden_phrase():
    texts = ((path, line, text) for path in files() for line, text in texts_of(path))
    found = [f"{path.relative_to(ROOT)}:{line} {what}" for path, line, text in texts for what in wrong(text)]
    assert found == [], "\n".join(found)


def test_everything_is_looked_through():
    names = {path.relative_to(ROOT).as_posix() for path in files()}
    assert {"README.md", "docs/rules.md", "pipeline/views/terms.py", "reports/templates/checks.html.j2"} <= names
    assert "pipeline/locale/de/LC_MESSAGES/renewals.po" in names
    assert len(names) > 250


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("r.csv: is no readable file", True),
        ("r.csv: there is no such folder", False),
        ("the contact is no longer a user", False),
        ("the column 'a' stands twice in the header", True),
        ("Renewed (by silence)", True),
        ("the estimate is USD +50.00", True),
        ("the estimate is +USD 50.00", False),
    ],
)
def test_a_phrase_is_seen_and_plain_words_are_not(text, is_wrong):
    assert bool(wrong(text)) is is_wrong
