"""What a run keeps of itself and shows: its `run_info`, what ingest counted as the gate wants it, the checks page."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipeline import __version__, checks, render, warehouse
from pipeline.errors import ChecksFailedError
from pipeline.ingest.contract.reference_rates import add_reference_rates
from pipeline.tables.published import PUBLISHED, SCHEMA_VERSION
from pipeline.views.run_stopped import Situation, one_line, stopped
from pipeline.warehouse.summary import summarise

if TYPE_CHECKING:
    from pipeline.ingest import IngestReport
    from pipeline.settings import Settings
    from pipeline.warehouse import Connection

_ENGINES = ("duckdb", "polars", "great-expectations", "weasyprint")


def run_information(
    run_id: str, as_of: date, now: datetime, settings: Settings, ingested: IngestReport
) -> pl.DataFrame:
    """The one row of `run_info`. `now` is in UTC."""
    return pl.DataFrame(
        {
            "run_id": [run_id],
            "as_of": [as_of],
            "created_at": [f"{now:%Y-%m-%dT%H:%M:%SZ}"],
            "schema_version": [SCHEMA_VERSION],
            "pipeline_version": [__version__],
            "library_versions": [json.dumps({name: metadata.version(name) for name in _ENGINES})],
            "settings": [settings.to_json()],
            "profile": [ingested.profile],
            "exported_at": [f"{ingested.exported_at:%Y-%m-%dT%H:%M:%SZ}" if ingested.exported_at else None],
            "summary": [None],
        },
        schema=PUBLISHED["run_info"].polars_schema,
    )


def counts_for_the_gate(con: Connection, ingested: IngestReport) -> list[checks.CountedTable]:
    """What ingest counted, per contract table, with the reasons and some of the refused rows from `quarantine`."""
    reasons = con.execute(
        "SELECT table_name, reason, count(*) FROM (SELECT table_name, "
        "unnest(string_split(reason_codes, ';')) AS reason FROM quarantine) GROUP BY ALL"
    ).fetchall()
    examples = _quarantined_examples(con)
    return [
        checks.CountedTable(
            table_name=name,
            rows_read=counts.rows_read,
            rows_loaded=counts.rows_loaded,
            rows_quarantined=counts.rows_refused + counts.rows_following,
            rows_quarantined_own=counts.rows_refused,
            rows_by_reason={reason: number for table, reason, number in reasons if table == name},
            quarantined_examples=tuple(examples.get(name, ())),
            unknown_columns=ingested.unknown_columns.get(name, ()),
            incomplete_contracts=counts.incomplete,
            corrections=tuple(
                asdict(each) | {"key": ", ".join(each.key.values())}
                for each in ingested.corrections
                if each.table == name
            ),
        )
        for name, counts in ingested.tables.items()
    ]


def _quarantined_examples(con: Connection) -> dict[str, list[dict[str, object]]]:
    """The first 20 refused rows of each table."""
    examples: dict[str, list[dict[str, object]]] = {}
    rows = con.execute(
        "SELECT table_name, source_file, line_number, reason_codes, cells FROM quarantine "
        "QUALIFY row_number() OVER (PARTITION BY table_name ORDER BY source_file, line_number) <= 20 "
        "ORDER BY table_name, source_file, line_number"
    ).fetchall()
    for table, *values in rows:
        columns = ("source_file", "line_number", "reason_codes", "cells")
        examples.setdefault(table, []).append(dict(zip(columns, values, strict=True)))
    return examples


def reference_rates(con: Connection, settings: Settings, *, as_of: date) -> list[checks.CheckResult]:
    """Let reference rates stand in where the export has none (rule 11), and say so on the checks page."""
    told = add_reference_rates(con, as_of=as_of, reporting_currency=settings.reporting_currency)
    return [] if told is None else [checks.CheckResult("reference_rates", "export", "warning", "fx_rates", False, told)]


def keep_results_or_stop(
    con: Connection,
    results: list[checks.CheckResult],
    reports: Path,
    situation: Situation,
    *,
    last_gate: bool = False,
) -> list[checks.CheckResult]:
    """Write the results into the run's file and, when they stop the run or come from its last gate, its checks page.

    Raises ChecksFailedError, naming the failed checks and the page, when one of them forbids publishing; results that
    only hold the run (`checks.holding`) do not raise.
    """
    checks.write(con, results)
    forbids = checks.stopping(results) and not checks.holding(results)
    if forbids or last_gate:
        page = render.write_checks_page(con, reports, situation)
        if forbids:
            raise ChecksFailedError(why_stopped(results, situation, page))
    return results


def why_stopped(results: list[checks.CheckResult], situation: Situation, page: Path) -> str:
    """One line: what stopped or holds the run, since when readers see which run, and the commands that go on."""
    failed = [
        {"name": each.name, "gate": each.gate, "table_name": each.table_name, "observed": each.observed}
        for each in checks.stopping(results)
    ]
    told = stopped(failed, situation)
    return one_line(told, page=str(page)) if told else ""


def keep_summary(con: Connection) -> None:
    """Let the finished candidate say of itself what a list of runs shows."""
    con.execute("UPDATE main.run_info SET summary = $summary", {"summary": summarise(con)})


def what_was_written(con: Connection, results: list[checks.CheckResult]) -> warehouse.Contents:
    """What publishing must find in the file again; the results are those of the gates, not those in the file."""
    found = ((each.name, each.gate, each.level, each.table_name, each.success) for each in results)
    return warehouse.contents_of(con, checked=found)


def quarantine_limit(ingested: IngestReport, settings: Settings) -> Decimal:
    """Percent of a table's rows that may be quarantined: the source profile's own limit, else the setting."""
    own = ingested.quarantine_limit_percent
    return settings.quarantine_limit_percent if own is None else own
