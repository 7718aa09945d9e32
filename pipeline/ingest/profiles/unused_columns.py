"""Columns that a source profile reads or makes and that end nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pipeline.ingest import sql
from pipeline.ingest.outcome import LostColumn
from pipeline.ingest.profiles.mapping import RawSource
from pipeline.ingest.profiles.profile import Profile
from pipeline.tables.exports import EXPORTS

_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_ALL_COLUMNS: Final = re.compile(r"(?:\bselect|\bdistinct|,|\.)\s*\*", re.IGNORECASE)


def unused_columns(profile: Profile, raw: Sequence[RawSource]) -> dict[str, tuple[str, ...]]:
    """Columns of the raw files that no SQL of the profile names, by file."""
    texts = (*profile.statements.values(), *profile.views.values(), profile.left_out or "")
    text = "\n".join(_plain(text) for text in texts)
    unused = {one.raw.path: tuple(name for name in one.source.header if not sql.mentions(text, name)) for one in raw}
    return {path: names for path, names in unused.items() if names}


def lost_columns(profile: Profile, views: Mapping[str, Sequence[str]]) -> Iterator[LostColumn]:
    """Columns of views that are called like a column of the contract, and that no other SQL of the profile takes.

    `views`: the columns of each view.
    """
    texts = {name: _plain(text) for name, text in profile.views.items()}
    tables = [_plain(text) for text in (*profile.statements.values(), profile.left_out or "")]
    for view, columns in views.items():
        others = [*tables, *(text for name, text in texts.items() if name != view)]
        if any(sql.mentions(text, view) and _ALL_COLUMNS.search(text) for text in others):
            continue
        for column in columns:
            homes = [table.name for table in EXPORTS.values() if column.lower() in table.column_names]
            if homes and not any(sql.mentions(text, column) for text in others):
                filled = tuple(name for name in homes if name in profile.statements)
                yield LostColumn(column, view, filled or tuple(homes))


def _plain(text: str) -> str:
    """The SQL without its comments."""
    return _COMMENT.sub(" ", text)
