"""What previous nights lead to expect of the candidate alone: carried by Great Expectations."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pipeline.checks.declare_check import Check, failing_rows
from pipeline.checks.night.night_results import result
from pipeline.checks.results import CheckResult
from pipeline.tables.exports import EXPORTS
from pipeline.warehouse import open_run_file

_OPTIONAL: Final = tuple(table.name for table in EXPORTS.values() if not table.required)


@dataclass(frozen=True, slots=True)
class Expected:
    """A check on the candidate, which table it is about, and what its result says when it passes and when it fails."""

    check: Check
    table_name: str
    fine: str
    wrong: str

    def found(self, *, success: bool) -> CheckResult:
        """The result of the gate."""
        said = [] if success else [self.wrong]
        return result(self.check.name, self.table_name, said, fine=self.fine)


def expected_of_candidate(yardstick: Path | None, published: Path | None, *, as_of: date) -> list[Expected]:
    """`not_before_published`: its day; `optional_table_kept`: tables that had rows have some."""
    expected = [] if published is None else [_not_before(published, as_of)]
    if yardstick is None:
        return expected
    with closing(open_run_file(yardstick)) as con:
        there = {
            name: len(con.table(f"exports.{name}"))
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'exports'"
            ).fetchall()
            if name in _OPTIONAL
        }
    return expected + [_kept(name, there[name]) for name in _OPTIONAL if there.get(name)]


def _kept(table: str, rows: int) -> Expected:
    # Asked of the one row of `run_info`: Great Expectations spends more on a table of its own than DuckDB on the rows.
    sql = f"SELECT '{table}' AS empty_table FROM $rows WHERE NOT EXISTS (FROM exports.{table})"
    check = failing_rows("optional_table_kept", "stop", "run_info", "tables that have no rows any more", sql)
    wrong = (
        f"{table} had {rows:,} rows in the night before and has none tonight: its file is missing, empty or misnamed"
    )
    return Expected(check, table, f"{table} has rows, as in the night before", wrong)


def _not_before(published: Path, as_of: date) -> Expected:
    with closing(open_run_file(published)) as con:
        day: date = con.execute("SELECT as_of FROM main.run_info").fetchall()[0][0]
    sql = f"SELECT as_of FROM $rows WHERE as_of < DATE '{day.isoformat()}'"
    check = failing_rows("not_before_published", "stop", "run_info", "days before the published run", sql)
    wrong = f"the day of this run, {as_of}, lies before that of the run readers see, {day} ({published.stem})"
    return Expected(
        check, "run_info", f"the day of this run does not lie before that of the run readers see, {day}", wrong
    )
