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
from pipeline.ingest.reference_rates import add_reference_rates
from pipeline.tables.published import PUBLISHED, SCHEMA_VERSION

if TYPE_CHECKING:
    import duckdb

    from pipeline.ingest import IngestReport
    from pipeline.settings import Settings
    from pipeline.warehouse import Home

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
        },
        schema=PUBLISHED["run_info"].polars_schema,
    )


def counts_for_the_gate(con: duckdb.DuckDBPyConnection, ingested: IngestReport) -> list[checks.TableCounts]:
    """What ingest counted, per contract table, with the reasons and some of the refused rows from `quarantine`."""
    reasons = con.execute(
        "SELECT table_name, reason, count(*) FROM (SELECT table_name, "
        "unnest(string_split(reason_codes, ';')) AS reason FROM quarantine) GROUP BY ALL"
    ).fetchall()
    examples: dict[str, list[dict[str, object]]] = {}
    rows = con.execute(
        "SELECT table_name, source_file, line_number, reason_codes, cells FROM quarantine "
        "QUALIFY row_number() OVER (PARTITION BY table_name ORDER BY source_file, line_number) <= 20 "
        "ORDER BY table_name, source_file, line_number"
    ).fetchall()
    for table, *values in rows:
        columns = ("source_file", "line_number", "reason_codes", "cells")
        examples.setdefault(table, []).append(dict(zip(columns, values, strict=True)))
    return [
        checks.TableCounts(
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


def reference_rates(con: duckdb.DuckDBPyConnection, settings: Settings, *, as_of: date) -> list[checks.CheckResult]:
    """Let reference rates stand in where the export has none (rule 11), and say so on the checks page."""
    told = add_reference_rates(con, as_of=as_of, reporting_currency=settings.reporting_currency)
    return [] if told is None else [checks.CheckResult("reference_rates", "export", "warning", "fx_rates", False, told)]


def keep_results(
    con: duckdb.DuckDBPyConnection, results: list[checks.CheckResult], reports: Path
) -> list[checks.CheckResult]:
    """Write the results into the run's file and onto its checks page.

    Raises ChecksFailedError, naming the failed checks and the page, when one of them forbids publishing.
    """
    checks.write(con, results)
    page = render.write_checks_page(con, reports)
    failed = checks.stopping(results)
    if failed:
        first = failed[0]
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        raise ChecksFailedError(
            f"nothing was published: check {first.name} of {first.table_name} failed ({first.observed}){more}. "
            f"See {page}"
        )
    return results


def nights_before(home: Home, *, profile: str) -> checks.NightsBefore:
    """What tonight's candidate is compared with (rule 14): the run readers see, when it was made with that profile."""
    published, unreadable = warehouse.run_before(home)
    if published is None:
        return checks.NightsBefore(None, None, unreadable=unreadable)
    same = warehouse.profile_of(published) == profile
    older = [run.path for run in warehouse.list_runs(home) if run.run_id < published.stem]
    return checks.NightsBefore(published if same else None, published, older=tuple(older))


def quarantine_limit(ingested: IngestReport, settings: Settings) -> Decimal:
    """Percent of a table's rows that may be quarantined: the source profile's own limit, else the setting."""
    own = ingested.quarantine_limit_percent
    return settings.quarantine_limit_percent if own is None else own
