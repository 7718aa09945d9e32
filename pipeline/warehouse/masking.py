"""Personal columns masked: what analysts see of people unless they ask for more (`tables.declare.Column.personal`).

Masking keeps names out of notebooks, screens and files that go further. It is not a lock: whoever may read the run's
file may read all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED

MASK: Final = "***"
"""What stands where a person's data stood; null stays null, so that gaps can still be counted."""

_ANY_PERSONAL: Final = sorted(
    {name for tables in (EXPORTS, PUBLISHED) for table in tables.values() for name in table.personal_columns}
)


def masked(schema: str, name: str, columns: Iterable[str]) -> str:
    """The select list that reads that table masked; `*` for one without anything to hide.

    `schema`: `exports` (the contract's tables) or `main` (the published ones). `columns`: those it has in the run's
    file; one that nobody declared can hold anything, so it is masked too.
    """
    table = (EXPORTS if schema == "exports" else PUBLISHED).get(name)
    shown = set() if table is None else set(table.column_names) - set(table.personal_columns)
    replaced = {column: _hidden(_quoted(column)) for column in columns if column not in shown}
    if schema == "main":
        replaced |= _TEXT_WITH_CELLS.get(name, {})
    if not replaced:
        return "*"
    return f"* REPLACE ({', '.join(f'{sql} AS {_quoted(column)}' for column, sql in replaced.items())})"


def _hidden(column: str) -> str:
    return f"CASE WHEN {column} IS NOT NULL THEN '{MASK}' END"


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _words(names: tuple[str, ...] | list[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]::VARCHAR[]"


def _shown_cells(table: Table) -> tuple[str, ...]:
    """Cells of a refused row that can be shown: of a table with people in it none, as they may have slipped."""
    return () if table.personal_columns else table.column_names


_SHOWN_BY_TABLE: Final = (
    "map {" + ", ".join(f"'{name}': {_words(_shown_cells(table))}" for name, table in EXPORTS.items()) + "}"
)

_CELLS: Final = f"""
to_json(map_from_entries(list_transform(map_entries(cells::JSON::MAP(VARCHAR, VARCHAR)), lambda cell: {{
    'k': cell.key,
    'v': CASE WHEN cell.value IS NULL OR list_contains({_SHOWN_BY_TABLE}[table_name], cell.key)
        THEN cell.value ELSE '{MASK}' END
}})))::VARCHAR"""
"""Original cells of refused rows: columns that the contract does not declare can hold anything, so they are masked."""

_ROW_EXAMPLE: Final = f"""json_group_object(cell.key, CASE
    WHEN list_contains({_words(["cells", "told", *_ANY_PERSONAL])}, cell.key) THEN '"{MASK}"'::JSON
    WHEN cell.key IN ('wrong', 'right')
        AND NOT coalesce(list_contains({_SHOWN_BY_TABLE}[table_name], example.value ->> '$.column'), false)
        THEN '"{MASK}"'::JSON
    ELSE cell.value END)"""
"""A row quoted by a check. `wrong` and `right` are a corrected cell (`ingest.outcome.Correction`), shown where the
quarantine would show it; its `reason` and `told` are words about people."""

_EXAMPLES: Final = """
coalesce((SELECT json_group_array((SELECT $row FROM json_each(example.value) cell))
FROM json_each(examples) example)::VARCHAR, '[]')""".replace("$row", _ROW_EXAMPLE)
"""Examples of failing checks: rows that may quote original cells."""

_TEXT_WITH_CELLS: Final = {"quarantine": {"cells": _CELLS}, "check_results": {"examples": _EXAMPLES}}
