"""checks.html: what the gates found, what was read and what was refused, for whoever has to correct the export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.ingest.contract.reasons import advice_for
from pipeline.render.html import PageParts, self_contained, text_of
from pipeline.views.checks_report import ChecksReport, RefusedRows, checks_report
from pipeline.warehouse.leftovers import marked
from pipeline.whole_files import write_whole

if TYPE_CHECKING:
    from pipeline.views.run_stopped import Situation
    from pipeline.warehouse import Connection

EXAMPLES_SHOWN: Final = 5
"""Refused rows shown per table and reason: enough to find the cause; `renewals table quarantine` has all."""

_REASONS: Final = """
WITH reason AS (
    SELECT *, unnest(string_split(reason_codes, ';')) AS reason_code FROM main.quarantine
), numbered AS (
    SELECT *, count(*) OVER one_reason AS row_count,
        row_number() OVER (one_reason ORDER BY source_file, line_number) AS place
    FROM reason WINDOW one_reason AS (PARTITION BY table_name, reason_code)
)
SELECT table_name, reason_code, row_count, source_file, line_number, cells FROM numbered WHERE place <= ?
ORDER BY row_count DESC, table_name, reason_code, place
"""


def checks_page(report: ChecksReport) -> str:
    """The page: one file, works offline, no outside address, failures first."""
    return self_contained("checks.html.j2", report, text_of(report), report.language, PageParts())


def write_checks_page(run: Connection, out_dir: Path, situation: Situation | None = None) -> Path:
    """Write `checks.html` of the run or candidate behind that connection into the folder; returns its path.

    `situation`: what to type when nothing was published, who accepted the run, which partners are held.

    Reads `run_info`, `check_results`, `source_files` and `quarantine`; a page that is there is replaced.
    """
    report = checks_report(
        _rows(run, "FROM main.check_results"),
        run=_rows(run, "FROM main.run_info")[0],
        source_files=_rows(run, "FROM main.source_files ORDER BY path"),
        quarantine=_refused_by_reason(run),
        situation=situation,
    )
    with marked(out_dir):
        return write_whole(out_dir / "checks.html", checks_page(report))


def _rows(run: Connection, query: str, *values: int) -> list[dict[str, Any]]:
    result = run.execute(query, list(values))
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _refused_by_reason(run: Connection) -> list[RefusedRows]:
    """One entry per table and reason, the most frequent first, with its first examples."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in _rows(run, _REASONS, EXAMPLES_SHOWN):
        found.setdefault((row["table_name"], row["reason_code"]), []).append(row)
    return [
        RefusedRows(table, reason, rows[0]["row_count"], _advice(reason), tuple(rows))
        for (table, reason), rows in found.items()
    ]


def _advice(reason: str) -> str:
    """What to do at the source; "" for a reason of a newer run's or a profile's own."""
    try:
        return advice_for(reason)
    except KeyError:
        return ""
