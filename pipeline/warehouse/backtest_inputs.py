"""What back-tests read: the history that a run was given, and what runs of before it said of the renewals to come."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipeline.tables.exports import RENEWAL_HISTORY
from pipeline.transform.projection.backtest import PastRun
from pipeline.warehouse.database import open_run_file
from pipeline.warehouse.runs import Run, settings_of

_SAID: Final = (
    "contract_id",
    "contract_type",
    "renewal_start_date",
    "subscription_term_months",
    "currency",
    "status_basis",
    "mrr_before",
    "estimated_new_mrr",
)
"""What a run of any age said of a renewal to come."""


def history(run_file: Path) -> pl.DataFrame:
    """The run's `renewal_history`, with null in columns that a run of before does not have."""
    with closing(open_run_file(run_file)) as con:
        past: pl.DataFrame = con.sql("FROM exports.renewal_history").pl()
    missing = {name: dtype for name, dtype in RENEWAL_HISTORY.polars_schema.items() if name not in past.columns}
    return past.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in missing.items())


def past_runs(runs: Iterable[Run]) -> list[PastRun]:
    """What these runs said of the renewals to come, without those that were made without finance."""
    return [said for run in runs if (said := _said(run)) is not None]


def _said(run: Run) -> PastRun | None:
    with closing(open_run_file(run.path)) as con:
        try:
            rates: pl.DataFrame = con.sql("FROM main.renewal_rates").pl()
        except duckdb.CatalogException:
            return None
        # Runs of before `leaves_on` forgot late cancellations: what they said is judged as it stands.
        leaves_on = "leaves_on" if "leaves_on" in con.table("main.upcoming_renewals").columns else "NULL::DATE"
        columns = ", ".join((*_SAID, f"{leaves_on} AS leaves_on"))
        query = f"SELECT {columns} FROM main.upcoming_renewals WHERE contract_type = 'renewal'"  # noqa: S608
        upcoming: pl.DataFrame = con.sql(query).pl()
        settings, as_of = settings_of(con)
        return PastRun(as_of, upcoming, rates, settings.late_cancellation_renewal_probability)
