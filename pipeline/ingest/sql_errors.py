"""What DuckDB says about a profile's SQL, in one line: the line of the file it means."""

from __future__ import annotations

import re
from typing import Final

import duckdb

_POSITION: Final = re.compile(r"\n\nLINE (\d+): .*\n *\^+\s*\Z")
_HEAD: Final = re.compile(r"(?:\s|;|\ufeff|--[^\n]*|/\*.*?\*/)*", re.DOTALL)


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
