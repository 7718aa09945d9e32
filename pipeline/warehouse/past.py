"""What back-tests read: the history that a run was given, and what runs of before it said of the renewals to come."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl

from pipeline.transform.projection.backtest import PastRun
from pipeline.warehouse.database import open_run
from pipeline.warehouse.runs import Run, settings_of


def history(run_file: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The run's `renewal_history`, and `contract_id, subscription_term_months` of its contracts."""
    with closing(open_run(run_file)) as con:
        past: pl.DataFrame = con.sql("FROM exports.renewal_history").pl()
        terms: pl.DataFrame = con.sql("SELECT contract_id, subscription_term_months FROM exports.contracts").pl()
    return past, terms


def past_runs(runs: Iterable[Run]) -> list[PastRun]:
    """What these runs said of the renewals to come, without those that were made without finance."""
    return [said for run in runs if (said := _said(run)) is not None]


def _said(run: Run) -> PastRun | None:
    with closing(open_run(run.path)) as con:
        try:
            rates: pl.DataFrame = con.sql("FROM main.renewal_rates").pl()
        except duckdb.CatalogException:
            return None
        upcoming: pl.DataFrame = con.sql(
            "SELECT contract_id, contract_type, renewal_start_date, subscription_term_months, currency, status_basis, "
            "mrr_before, estimated_new_mrr FROM main.upcoming_renewals WHERE contract_type = 'renewal'"
        ).pl()
        return PastRun(settings_of(con)[1], upcoming, rates)
