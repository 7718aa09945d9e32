"""Content seen before: the same rows again, whatever bytes they come in."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipeline.checks.night.night_results import result
from pipeline.checks.results import CheckResult
from pipeline.errors import UsageError
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import EXPORT_CONTENT
from pipeline.warehouse import open_run_file, write_table

_REQUIRED: Final = tuple(table for table in EXPORTS.values() if table.required)
_ENGINE: Final = f"duckdb-{duckdb.__version__}:"
"""Another version may hash otherwise: a fingerprint of its is made again from the rows, which the run file has."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a run's required tables hold: rows and fingerprint by table, since when, and when it was exported (UTC)."""

    run_id: str
    as_of: date
    rows: dict[str, int]
    hashes: dict[str, str]
    first_as_of: dict[str, date]
    exported_at: datetime | None = None

    @property
    def since(self) -> date:
        """The `as_of` from which on all required tables have held these rows."""
        return max(self.first_as_of.values(), default=self.as_of)


def content_tonight(
    con: duckdb.DuckDBPyConnection, *, as_of: date, last: Content | None, exported_at: datetime | None
) -> Content:
    """The candidate's content. A table whose rows are those of the last published run is as old as it was there,
    unless the export was made since."""
    rows, hashes = _counted(con), _fingerprints(con)
    again = last is not None and not _is_newer(exported_at, last)
    first = {
        table: last.first_as_of[table] if again and last and last.hashes.get(table) == found else as_of
        for table, found in hashes.items()
    }
    return Content("", as_of, rows, hashes, first, exported_at)


def keep_content(con: duckdb.DuckDBPyConnection, content: Content) -> None:
    """Write `export_content` of the candidate."""
    exported_at = f"{content.exported_at:%Y-%m-%dT%H:%M:%SZ}" if content.exported_at else None
    kept = [
        (table, content.rows[table], found, content.first_as_of[table], exported_at)
        for table, found in content.hashes.items()
    ]
    write_table(con, "export_content", pl.DataFrame(kept, schema=EXPORT_CONTENT.polars_schema, orient="row"))


def content_of(run_file: Path) -> Content | None:
    """The content of a published run; None when its file cannot be read.

    What it kept of it, or, in a file of an older version, what its rows say now; then its own day is the first.
    """
    try:
        with closing(open_run_file(run_file)) as con:
            return _content_in(con, run_file.stem)
    except (UsageError, duckdb.Error):
        return None


def same_rows_as_last(tonight: Content, last: Content | None, *, stale_after_days: int) -> list[CheckResult]:
    """`stale_export` stops when the same rows have come for too many days; `same_rows_again` warns from the second."""
    days = (tonight.as_of - tonight.since).days if last and tonight.hashes == last.hashes else 0
    said = ""
    if stale_after_days and last and days > 0:
        said = (
            f"partners, clients, contracts and contract lines are the same rows as on {tonight.since} "
            f"({days:,} {'day' if days == 1 else 'days'} before; at most {stale_after_days:,} are allowed)"
        )
    stale = said if days > stale_after_days else ""
    fine = "these rows are new" if stale_after_days else "not looked at: stale_after_days is 0"
    return [
        result("stale_export", "export_content", [stale] if stale else [], fine=said or fine),
        result("same_rows_again", "export_content", [said] if said else [], fine=fine, level="warning"),
    ]


def same_rows_as_older(tonight: Content, last: Content | None, older: tuple[Path, ...]) -> CheckResult:
    """`older_export` stops when the rows are not those of the last published run but of one before it."""
    found = None
    if last is not None and tonight.hashes != last.hashes and not _is_newer(tonight.exported_at, last):
        found = next((run for path in older if (run := _if_the_same(path, tonight))), None)
    said = (
        [f"the export holds the same rows as that of {found.as_of} ({found.run_id}), which newer ones have followed"]
        if found
        else []
    )
    return result("older_export", "export_content", said, fine="no older run had these rows")


def _if_the_same(path: Path, tonight: Content) -> Content | None:
    """That run's content when it is the same: the numbers of rows are looked at first, they cost nothing."""
    try:
        with closing(open_run_file(path)) as con:
            if _counted(con) != tonight.rows:
                return None
            content = _content_in(con, path.stem)
            return content if content.hashes == tonight.hashes else None
    except (UsageError, duckdb.Error):
        return None


def _is_newer(exported_at: datetime | None, last: Content) -> bool:
    """Whether the manifest says that the export was made after the last published one."""
    if exported_at is None:
        return False
    return exported_at > last.exported_at if last.exported_at else exported_at.date() > last.as_of


def _content_in(con: duckdb.DuckDBPyConnection, run_id: str) -> Content:
    as_of: date = con.execute("SELECT as_of FROM main.run_info").fetchall()[0][0]
    kept = con.execute("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = 'export_content'")
    rows: list[tuple[str, int, str, date, str | None]] = []
    if kept.fetchall():
        columns = "table_name, rows, content_hash, first_as_of, exported_at"
        rows = con.execute(f"SELECT {columns} FROM main.export_content").fetchall()
    first = {table: day for table, _, _, day, _ in rows}
    times = [datetime.fromisoformat(time).astimezone(UTC) for *_, time in rows if time]
    hashes = {table: found for table, _, found, _, _ in rows}
    if not hashes or not all(found.startswith(_ENGINE) for found in hashes.values()):
        hashes = _fingerprints(con)
    return Content(
        run_id,
        as_of,
        _counted(con),
        hashes,
        {table: first.get(table, as_of) for table in hashes},
        max(times, default=None),
    )


def _counted(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {table.name: len(con.table(f"exports.{table.name}")) for table in _REQUIRED}


def _fingerprints(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {table.name: _fingerprint(con, table) for table in _REQUIRED}


def _fingerprint(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """One pass; sums do not know the order of rows. Each value is hashed with its row's key, so that values that
    change places are seen; a column without a value adds nothing: a new column of the contract is not a change."""
    there = {
        name
        for (name,) in con.execute(
            "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'exports' AND table_name = ? "
            "AND database_name = current_database()",
            [table.name],
        ).fetchall()
    }
    key = ", ".join(table.primary_key)
    names = [name for name in table.column_names if name in there]
    asked = ", ".join(
        f"count({name}), sum(CASE WHEN {name} IS NOT NULL THEN hash({key}, {name}) END)" for name in names
    )
    numbers = con.execute(f"SELECT {asked} FROM exports.{table.name}").fetchall()[0]
    pairs = zip(names, zip(*(iter(numbers),) * 2, strict=True), strict=True)
    told = ";".join(f"{name}={count}:{total}" for name, (count, total) in sorted(pairs) if count)
    return _ENGINE + hashlib.sha256(told.encode()).hexdigest()[:32]
