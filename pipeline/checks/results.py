"""What a check found, and how it is kept in the run file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from pipeline.tables.published import CHECK_RESULTS

if TYPE_CHECKING:
    import duckdb

Gate = Literal["export", "output", "night"]
Level = Literal["stop", "warning"]

EXAMPLES_SHOWN: Final = 20
"""Failing examples kept per check: enough to find the cause, few enough to read."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one gate on one table.

    `success` false is a finding; of level `stop` it forbids publishing. `observed` says in words what was seen, with
    counts; `examples` are at most `EXAMPLES_SHOWN` rows with the ids that lead to them.
    """

    name: str
    gate: Gate
    level: Level
    table_name: str
    success: bool
    observed: str
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def stops(self) -> bool:
        """Whether nothing may be published."""
        return self.level == "stop" and not self.success


def stopping(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The results that forbid publishing."""
    return [result for result in results if result.stops]


def plain_example(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON can hold it: money and dates as exact text, counts and flags as they are."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return str(value)


def write(con: duckdb.DuckDBPyConnection, results: Iterable[CheckResult]) -> None:
    """Add results to `main.check_results` (created when it is missing) in the order given; `examples` as JSON."""
    con.execute(f"CREATE TABLE IF NOT EXISTS main.check_results ({CHECK_RESULTS.sql_columns})")
    rows = [
        [
            result.name,
            result.gate,
            result.level,
            result.table_name,
            result.success,
            result.observed,
            json.dumps(result.examples, ensure_ascii=False, default=str),
        ]
        for result in results
    ]
    if rows:
        con.executemany("INSERT INTO main.check_results VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
