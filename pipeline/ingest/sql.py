"""Writing SQL: names and texts quoted for DuckDB."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb


def name(identifier: str) -> str:
    """The identifier in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def names(identifiers: Iterable[str]) -> str:
    """The identifiers in double quotes, comma separated."""
    return ", ".join(name(identifier) for identifier in identifiers)


def text(value: str) -> str:
    """The value as a text literal. A NUL cannot be in one, so it is written as `chr(0)`."""
    parts = ["'" + part.replace("'", "''") + "'" for part in value.split("\0")]
    return parts[0] if len(parts) == 1 else "(" + " || chr(0) || ".join(parts) + ")"


def path(file: Path) -> str:
    """The file as a text literal; DuckDB would otherwise take `*` and `[` in a folder's name as a pattern."""
    return text(glob.escape(str(file)))


def without_end(statement: str) -> str:
    """The statement without the semicolons and comments behind it."""
    # DuckDB counts in bytes.
    data = statement.encode()
    end = len(data)
    for place, kind in reversed(duckdb.tokenize(statement)):
        if kind != duckdb.token_type.comment and data[place : place + 1] != b";":
            break
        end = place
    return data[:end].decode()


def mentions(text: str, word: str) -> bool:
    """Whether an SQL text has that word or name."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
