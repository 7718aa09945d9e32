"""The view of one partner's report, from a connection on a run: what every kind of report file is made from."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.settings import Look, Settings, shown_columns
from pipeline.tables.published import PARTNER_SUMMARY, PUBLISHED, RUN_INFO, UPCOMING_RENEWALS
from pipeline.transform.decisions_in_effect import partner_columns, report_preferences
from pipeline.views.changes_since import Previous
from pipeline.views.clients import TABLES as DETAILS
from pipeline.views.document import Brand
from pipeline.views.partner_report import PartnerReport, partner_report
from pipeline.views.report_inputs import DEFAULT_ORDER, ReportChoices


def partner_view(
    run: duckdb.DuckDBPyConnection,
    partner_id: str,
    *,
    decided: pl.DataFrame,
    columns: tuple[str, ...] | None = None,
    locale: str | None = None,
    default_locale: str | None = None,
    look: Look | None = None,
    previous: Previous | None = None,
    held: bool = False,
) -> PartnerReport:
    """`views.partner_report` of that partner, from its rows only, as this connection sees them.

    `columns` and `locale` default to what the partner had `decided` by the run (`tables.decision_events`), then to what
    the run's settings and the export say of it, then to the run's. `look`, `default_locale`: instead of those of the
    run's settings. `previous`: the partner's previous report.
    `held`: the partner is shown this run although there is a newer one (rule 14).

    Raises UsageError for a partner that the run does not know and for a choice of columns that cannot be.
    """
    partner = _partner(run, partner_id)
    info = _rows(run, f"FROM main.{RUN_INFO.name}")[0]
    settings = Settings.from_json(info["settings"])
    tables = {
        table.name: run.sql(f"FROM main.{table.name} WHERE partner_id = ?", params=[partner_id]).pl()
        for table in (UPCOMING_RENEWALS, PARTNER_SUMMARY, *(PUBLISHED[name] for name in DETAILS))
    }
    preferences = report_preferences(decided).get(partner_id, {})
    own_columns = columns or partner_columns(decided).get(partner_id)
    look = look or settings.partner_look(partner_id)
    choices = ReportChoices(
        columns=settings.partner_columns(partner_id) if own_columns is None else shown_columns(own_columns),
        locale=locale or preferences.get("locale") or partner["locale"] or default_locale or settings.locale,
        order=preferences.get("order", DEFAULT_ORDER[0]),
        cards=look.cards,
        brand=Brand(look.brand_colour, look.logo),
    )
    return partner_report(tables, partner=partner, run=info, choices=choices, previous=previous, held=held)


def has_case_twin(run: duckdb.DuckDBPyConnection, partner_id: str) -> bool:
    """Whether another partner's id differs from this one's in case only."""
    twins = "FROM exports.partners WHERE lower(partner_id) = lower(?) AND partner_id <> ? LIMIT 1"
    return bool(_rows(run, twins, partner_id, partner_id))


def _partner(run: duckdb.DuckDBPyConnection, partner_id: str) -> dict[str, Any]:
    found = _rows(run, "FROM exports.partners WHERE partner_id = ?", partner_id)
    if not found:
        raise UsageError(f"there is no partner {partner_id!r} in this run")
    return found[0]


def _rows(run: duckdb.DuckDBPyConnection, query: str, *values: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run.sql(query, params=list(values)).pl().to_dicts()
    return rows
