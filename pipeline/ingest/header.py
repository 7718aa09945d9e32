"""Column names of a source file: what the table needs must be there, what it does not know is kept."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import InputError
from pipeline.tables.declare import Table


def labels(
    file: str, names: Sequence[str | None], declared: Sequence[str] = (), *, repeats: bool = False
) -> tuple[str, ...]:
    """Labels of the columns, unique also where case does not count (as in DuckDB).

    Declared names keep theirs; any other column that differs from a taken label only in case gets `_2`, one without
    a name becomes `column_<place>`. With `repeats` a name that stands twice gets `_2` too.

    Raises InputError when a name stands twice and may not.
    """
    taken = {name.lower() for name in declared}
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        if name and not repeats and names.count(name) > 1:
            raise InputError(f"{file}: the column {name!r} stands twice in the header; name each column once")
        label = name or f"column_{place}"
        while name not in declared and label.lower() in taken:
            label += "_2"
        taken.add(label.lower())
        found.append(label)
    return tuple(found)


def table_labels(file: str, names: Sequence[str | None], table: Table) -> tuple[str, ...]:
    """Labels of a file that holds a table of the contract.

    Raises InputError when a name stands twice or a required column is missing.
    """
    for column in table.columns:
        if column.required and column.name not in names:
            there = ", ".join(name or "(no name)" for name in names)
            raise InputError(f"{file}: the required column {column.name!r} is missing; the header has: {there}")
    return labels(file, names, table.column_names)
