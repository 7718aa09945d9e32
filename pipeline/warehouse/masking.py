"""Personal columns masked: what analysts see of people unless they ask for more (`tables.declare.Column.personal`).

Masking keeps names out of notebooks, screens and files that go further. It is no lock: whoever may read the run's
file may read all of it.
"""

from __future__ import annotations

from typing import Final

from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED

MASK: Final = "***"
"""What stands where a person's data stood; null stays null, so that gaps can still be counted."""

_ANY_PERSONAL: Final = sorted(
    {name for tables in (EXPORTS, PUBLISHED) for table in tables.values() for name in table.personal_columns}
)


def masked(schema: str, name: str) -> str:
    """The select list that reads that table masked; `*` for one without people in it.

    `schema`: `exports` (the contract's tables) or `main` (the published ones).
    """
    declared = (EXPORTS if schema == "exports" else PUBLISHED).get(name)
    replaced = {} if declared is None else {column: _hidden(column) for column in declared.personal_columns}
    if schema == "main":
        replaced |= _TEXT_WITH_CELLS.get(name, {})
    if not replaced:
        return "*"
    return f"* REPLACE ({', '.join(f'{sql} AS {column}' for column, sql in replaced.items())})"


def _hidden(column: str) -> str:
    return f"CASE WHEN {column} IS NOT NULL THEN '{MASK}' END"


def _words(names: tuple[str, ...] | list[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]::VARCHAR[]"


def _shown_cells(table: Table) -> tuple[str, ...]:
    """Cells of a refused row that can be shown: of a table with people in it none, as they may have slipped."""
    return () if table.personal_columns else table.column_names


_SHOWN_BY_TABLE: Final = ", ".join(f"'{name}': {_words(_shown_cells(table))}" for name, table in EXPORTS.items())

_CELLS: Final = f"""
to_json(map_from_entries(list_transform(map_entries(cells::JSON::MAP(VARCHAR, VARCHAR)), lambda cell: {{
    'k': cell.key,
    'v': CASE WHEN cell.value IS NULL OR list_contains(map {{{_SHOWN_BY_TABLE}}}[table_name], cell.key)
        THEN cell.value ELSE '{MASK}' END
}})))::VARCHAR"""
"""Original cells of refused rows: columns that the contract does not declare can hold anything, so they are masked."""

_ROW_EXAMPLE: Final = f"""json_group_object(cell.key,
    CASE WHEN list_contains({_words(["cells", *_ANY_PERSONAL])}, cell.key) THEN '"{MASK}"'::JSON ELSE cell.value END)"""

_EXAMPLES: Final = """
coalesce((SELECT json_group_array((SELECT $row FROM json_each(example.value) cell))
FROM json_each(examples) example)::VARCHAR, '[]')""".replace("$row", _ROW_EXAMPLE)
"""Examples of failing checks: rows that may quote original cells."""

_TEXT_WITH_CELLS: Final = {"quarantine": {"cells": _CELLS}, "check_results": {"examples": _EXAMPLES}}
