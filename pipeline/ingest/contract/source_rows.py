"""The original cells of refused rows: where the record stands and what was written there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol


class Original(NamedTuple):
    """A record as it is in its source file.

    `record`: its number in the table's source, from 0. `mapped`: its cells after a source profile mapped them, where
    one did; rows are then compared by those.
    """

    record: int
    file: str
    line: int
    cells: str
    mapped: str | None = None


class Source(Protocol):
    """The rows of one contract table as text, wherever they came from."""

    @property
    def header(self) -> tuple[str, ...]:
        """Labels of the columns, in order."""

    @property
    def relation(self) -> str:
        """SQL that gives the cells as text columns c0, c1, … in record order; the empty cell is null."""

    @property
    def has_structure(self) -> bool:
        """Whether the relation also has the column `structure`: a reason that refuses the record outright."""

    def originals(self, records: Sequence[int]) -> Iterator[Original]:
        """The records of these numbers (ascending), as they are in the file."""


def cells_json(header: Sequence[str], cells: Sequence[str | None]) -> str:
    """The cells of one record as JSON: {header: text or null}; a cell beyond the header stands under `#<place>`."""
    return to_json(dict(zip(header, cells, strict=False)) | beyond(len(header), cells))


def beyond(width: int, cells: Sequence[str | None]) -> dict[str, str | None]:
    """The cells beyond a header of that width, by place (first cell = 1)."""
    return {f"#{place}": cell for place, cell in enumerate(cells[width:], start=width + 1)}


def to_json(cells: Mapping[str, str | None]) -> str:
    """Cells by name as JSON; the empty cell is null."""
    return json.dumps({name: cell or None for name, cell in cells.items()}, ensure_ascii=False)
