"""The texts to translate: found in the code, brought into the catalogues, checked.

Usage: python scripts/messages.py extract | update | check
`extract` prints every English text; `update` brings new texts into each catalogue (to be translated there) and takes
old ones out; `check` ends with 1 and says what is missing, fuzzy, superfluous or has other placeholders.
"""

from __future__ import annotations

import ast
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from pipeline.tables.published import PARTNER_SUMMARY, UPCOMING_RENEWALS
from pipeline.views import definitions, terms
from pipeline.views.finance_report import finance_words
from pipeline.views.translations import CATALOGUES, DOMAIN

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "pipeline" / "locale"
SPEAKERS = (ROOT / "pipeline" / "views", ROOT / "pipeline" / "render")
"""Folders whose code calls `Formats.say` and `Formats.count` with texts."""

Text = str | tuple[str, str]
FIRST_DAY = datetime(2026, 11, 23, tzinfo=UTC)
"""In every catalogue: a date of now would change the files without a change of theirs."""


def texts() -> dict[Text, str]:
    """Every text (a singular and plural as a pair) and where it comes from, each once, in order of appearance."""
    found: dict[Text, str] = {}
    for module in (terms, finance_words):
        where = f"{module.__name__.replace('.', '/')}.py"
        for text in _terms(module):
            found.setdefault(text, where)
    for text in _definitions():
        found.setdefault(text, "pipeline/tables/published.py")
    for folder in SPEAKERS:
        for path in sorted(folder.rglob("*.py")):
            for text in _said(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(text, path.relative_to(ROOT).as_posix())
    return found


def _terms(module: ModuleType) -> Iterator[Text]:
    """Every text of a module of words: a text, a pair of texts, or a table of them by name."""
    for name, value in vars(module).items():
        if name.isupper():
            yield from value.values() if isinstance(value, dict) else [value]


def _definitions() -> Iterator[str]:
    for table, define, names in (
        (UPCOMING_RENEWALS, definitions.column_definition, terms.COLUMNS),
        (PARTNER_SUMMARY, definitions.figure_definition, terms.FIGURES),
    ):
        yield from (define(name) for name in names if name in table.column_names)


def _said(tree: ast.Module) -> Iterator[Text]:
    """The texts that are in calls of `say` and `count`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        given = node.args[0]
        if node.func.attr == "say":
            # A choice between two texts is written as one expression.
            options = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
            yield from (each.value for each in options if isinstance(each, ast.Constant) and each.value)
        elif node.func.attr == "count" and isinstance(given, ast.Tuple):
            one, many = (each.value for each in given.elts if isinstance(each, ast.Constant))
            yield one, many


def catalogue_file(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / CATALOGUES[language] / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """The catalogue as it is on disk; an empty one where there is none."""
    path = catalogue_file(language)
    if not path.is_file():
        return Catalog(locale=CATALOGUES[language])
    with path.open("rb") as file:
        return read_po(file, locale=CATALOGUES[language])


def updated(language: str) -> Catalog:
    """The catalogue with exactly the texts of the code, in their order; translations that are there stay."""
    before = read(language)
    after = Catalog(
        locale=CATALOGUES[language], project="upcoming-renewals", creation_date=FIRST_DAY, revision_date=FIRST_DAY,
        header_comment=f"# {before.locale.english_name if before.locale else language}. Made by scripts/messages.py.",
        version="0.1", msgid_bugs_address="none", last_translator="the authors of Upcoming Renewals",
        language_team="none", fuzzy=False,
    )  # fmt: skip
    for text, where in texts().items():
        old = before.get(text[0] if isinstance(text, tuple) else text)
        after.add(text, old.string if old else None, locations=[(where, None)], flags=old.flags if old else ())
    return after


def write(language: str, catalogue: Catalog) -> None:
    """Write the catalogue."""
    path = catalogue_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False)


def findings(language: str) -> list[str]:
    """What is wrong with a catalogue: one line per text."""
    catalogue = read(language)
    wanted = texts()
    known = {message.id for message in catalogue if message.id}
    wrong = [f"{language}: not in the catalogue: {text!r}" for text in wanted if text not in known]
    wrong += [f"{language}: no longer used: {text!r}" for text in known if text not in wanted]
    for message in catalogue:
        if message.id:
            wrong += [f"{language}: {what}: {message.id!r}" for what in _wrong(message, catalogue.num_plurals)]
    return wrong


def _wrong(message: Message, plurals: int) -> Iterator[str]:
    pair = isinstance(message.id, tuple)
    shown = list(message.string) if pair else [message.string]
    if message.fuzzy:
        yield "fuzzy"
    if not all(shown) or (pair and len(shown) != plurals):
        yield "not translated"
    wanted = placeholders(message.id[-1] if pair else message.id)
    for text in shown:
        # A singular may say "one" in words.
        if text and placeholders(text) != wanted and not (pair and placeholders(text) == wanted - {"count"}):
            yield f"other placeholders in {text!r}"


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def main(arguments: list[str]) -> int:
    """Do what is asked; 1 when a check finds something."""
    if arguments == ["extract"]:
        for text, where in texts().items():
            print(f"{where}: {' | '.join(text) if isinstance(text, tuple) else text}")
        return 0
    if arguments == ["update"]:
        for language in CATALOGUES:
            write(language, updated(language))
    elif arguments != ["check"]:
        print(__doc__, file=sys.stderr)
        return 2
    wrong = [line for language in CATALOGUES for line in findings(language)]
    print("\n".join(wrong) or "every text is translated", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
