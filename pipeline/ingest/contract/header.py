"""Column names of a source file: what the table needs must be there, what it does not know is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.errors import InputError
from pipeline.ingest.contract.type_checks import REASONS_COLUMN
from pipeline.settings import ReadLimits
from pipeline.tables.declare import Table

_RESERVED: Final = ("rowid", REASONS_COLUMN)
"""Names that DuckDB and the load need for themselves: databases export `rowid`, which would hide the row's number."""
_SHOWN: Final = 12
_LONGEST_SHOWN: Final = 40


def labels(
    file: str, names: Sequence[str | None], declared: Sequence[str] = (), *, repeats: bool = False
) -> tuple[str, ...]:
    """Labels of the columns, unique also where case does not count (as in DuckDB).

    Declared names keep theirs; any other column that differs from a taken label only in case, or is called as one
    that the load needs itself (`rowid`), gets `_2`, one without a name becomes `column_<place>`. With `repeats` a name
    that appears twice gets `_2` too.

    Raises InputError when a name appears twice and may not.
    """
    taken = {name.lower() for name in (*declared, *_RESERVED)}
    counts = Counter(names)
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        if name and not repeats and counts[name] > 1:
            raise InputError(f"{file}: the column {name!r} appears twice in the header; name each column once")
        label = name or f"column_{place}"
        while name not in declared and label.lower() in taken:
            label += "_2"
        taken.add(label.lower())
        found.append(label)
    return tuple(found)


def table_labels(file: str, names: Sequence[str | None], table: Table) -> tuple[str, ...]:
    """Labels of a file that holds a table of the contract.

    Raises InputError when a name appears twice or a required column is missing.
    """
    for column in table.columns:
        if column.required and column.name not in names:
            raise InputError(
                f"{file}: the required column {column.name!r} is missing; the header has: {_in_words(names)}"
                + _no_header_advice(file, names, table)
            )
    return labels(file, names, table.column_names)


def _no_header_advice(file: str, names: Sequence[str | None], table: Table) -> str:
    """What to do where no column of the table is named at all, so that the first row is perhaps not a header."""
    if file.endswith(".sql") or set(names) & set(table.column_names):
        return ""
    return f"; for a file without a header, name its columns in order: [exports.{table.name}] columns = […]"


def _in_words(names: Sequence[str | None]) -> str:
    shown = [_short(name or "(no name)") for name in names[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(names) - len(shown):,} more" if len(names) > len(shown) else "")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_SHOWN else name[: _LONGEST_SHOWN - 1] + "…"


def refuse_too_many(file: str, columns: int, limits: ReadLimits) -> None:
    """Raises InputError for a file of more columns than a table may have."""
    if columns > limits.columns:
        raise InputError(
            f"{file}: has {columns:,} columns, more than {limits.columns:,} (setting most_columns); "
            "is it transposed, or is its delimiter a different one?"
        )
