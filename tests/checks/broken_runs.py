"""One thing broken in the clean run, and the check that must find it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pipeline.tables.published import PUBLISHED

UPCOMING = "upcoming_renewals"
SAME_IN_DETAILS = (
    "DELETE FROM client_changes; INSERT INTO client_changes BY NAME "
    f"SELECT {', '.join(PUBLISHED['client_changes'].column_names)} FROM upcoming_renewals"
)
"""What the details of clients show follows the table again, so that only the check in question speaks."""


@dataclass(frozen=True)
class Broken:
    """`sql` breaks the clean run; `check` of `table` must show a row that has `example`; `also` fail unavoidably."""

    check: str
    table: str
    sql: str
    example: dict[str, Any]
    also: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @property
    def touched(self) -> set[str]:
        return set(re.findall(r"(?:UPDATE|INSERT INTO|DELETE FROM) ([a-z_.]+)", self.sql))

    def __str__(self) -> str:
        return f"{self.check}-{self.table}"


def broken(
    check: str, table: str, sql: str, example: dict[str, Any], also: tuple[str, ...] = (), *, same: bool = False
) -> Broken:
    companions = frozenset(tuple(name.split("@", 1)) for name in also)
    return Broken(check, table, f"{sql}; {SAME_IN_DETAILS}" if same else sql, example, companions)


def upcoming(check: str, change_id: str, change: str, *also: str, rest: str = "") -> Broken:
    """`change` is made to that row of the table (and of the details); `rest` is more SQL."""
    sql = f"UPDATE upcoming_renewals SET {change} WHERE change_id = '{change_id}'; {SAME_IN_DETAILS}; {rest}"
    return broken(check, UPCOMING, sql, {"change_id": change_id}, also)
