"""What DuckDB says about a profile's SQL, in one line: the line of the file it means, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

import duckdb

from pipeline.ingest import sql
from pipeline.ingest.profiles.profile import RawFile

_POSITION: Final = re.compile(r"\n\nLINE (\d+): .*\n *\^+\s*\Z")
_HEAD: Final = re.compile(r"(?:\s|;|\ufeff|--[^\n]*|/\*.*?\*/)*", re.DOTALL)
_MISSING: Final = re.compile(r'Referenced column "(.+?)" not found|does not have a column named "(.+?)"')
_CELL: Final = re.compile(r"""(?:string |format: )(?:'(.*)'|"(.*)")(?: to |, expected ).*from source column (.+)""")
CELL_ADVICE: Final = "use date_text, number_text or TRY_CAST, which take any cell"
_SHOWN: Final = 12
_LONGEST_NAME: Final = 40
_HEADER_SETTINGS: Final = {
    ".csv": "delimiter, header_row or columns",
    ".csv.gz": "delimiter, header_row or columns",
    ".xlsx": "sheet, header_row or columns",
}


def numbered(query: str, text: str) -> str:
    """The query of a file that says `text`, on the lines on which it stands there.

    DuckDB takes the comments above a statement away, and with them the count of lines.
    """
    head = _HEAD.match(text)
    return "\n" * text.count("\n", 0, head.end() if head else 0) + query


def first_line(error: duckdb.Error) -> str:
    """What went wrong, without the excerpt of the statement."""
    return " ".join(str(error).split("\n")[0].split())


def line_of(error: duckdb.Error) -> int | None:
    """The line DuckDB names, of a statement with one line before the file's text; None when it names none of them."""
    found = _POSITION.search(str(error))
    return int(found[1]) - 1 or None if found else None


def missing_column(said: str) -> str | None:
    """The column that an error says is not there."""
    found = _MISSING.search(said)
    return (found[1] or found[2]) if found else None


def is_of_a_cell(error: duckdb.Error) -> bool:
    """Whether a cell was no date or number."""
    return isinstance(error, duckdb.ConversionException) or "Could not parse string" in str(error)


def refused_cell(said: str) -> tuple[str, str] | None:
    """The cell that was no date or number, and the column it came from, where the error says both."""
    found = _CELL.search(said)
    return (found[1] or found[2] or "", found[3]) if found else None


def columns_in_words(names: Sequence[str], missing: str) -> str:
    """The names as SQL writes them; of many, those most like the missing one."""
    shown = names
    if len(names) > _SHOWN:
        alike = {name: SequenceMatcher(None, name.lower(), missing.lower()).ratio() for name in names}
        shown = sorted(names, key=lambda name: -alike[name])[:_SHOWN]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(sql.name(_short(name)) for name in shown) + more


def header_advice(raw: RawFile, names: Sequence[str]) -> str:
    """What to look at when the header of a file looks as if it were none; else nothing."""
    settings = _HEADER_SETTINGS.get(raw.suffix)
    if settings is None or not _is_no_header(names):
        return ""
    return f" (if that is not its header, set {settings} under [files.{raw.name}])"


def _is_no_header(names: Sequence[str]) -> bool:
    nameless = sum(re.fullmatch(r"column_\d+", name) is not None for name in names)
    like_data = any(any(c.isdigit() for c in name) and not any(c.isalpha() for c in name) for name in names)
    return len(names) == 1 or 2 * nameless > len(names) or like_data


def _short(name: str) -> str:
    plain = " ".join(name.split())
    return plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1] + "…"
