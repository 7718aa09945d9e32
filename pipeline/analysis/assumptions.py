"""Finance's tables under other assumptions than the run's: the same rules, other numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import polars as pl

from pipeline import transform
from pipeline.analysis import arguments
from pipeline.analysis.reader import OpenRun
from pipeline.errors import UsageError
from pipeline.settings import parse_settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.finance_tables import FINANCE
from pipeline.transform import decisions_in_effect, ownership, projection

_POINTS: Final = Decimal(100)
"""Points between never and always."""


def what_if(
    run: OpenRun,
    *,
    renewal_points: int | float | Decimal = 0,
    renewal_pricing: str | None = None,
    uplift_percent: int | float | str | Decimal | None = None,
    projection_months: int | None = None,
) -> dict[str, pl.DataFrame]:
    """Finance's tables (`tables.finance_tables`) by name, as the run would have them with these assumptions.

    `renewal_points`: percentage points, at most 4 decimals, added to the renewal probability of every segment, which
    stays between 0 and 1. The others are the settings of these names (`list`, `uplift` or `same`; percent; months), by
    default the run's.
    With none of them changed the tables are the run's own, to the cent; `findings` alone lacks what only the run
    before can show. Money is exact, per month, in the currency of the row.

    Raises UsageError for an assumption that cannot be.
    """
    if not isinstance(run, OpenRun):
        raise UsageError(f"what_if() takes an open run (open_run()), not {type(run).__name__}")
    points = arguments.number("renewal_points", renewal_points, lowest=-100, highest=100, decimals=4)
    asked = {
        "renewal_pricing": renewal_pricing,
        "uplift_percent": str(uplift_percent) if isinstance(uplift_percent, Decimal) else uplift_percent,
        "projection_months": projection_months,
    }
    chosen = {name: value for name, value in asked.items() if value is not None}
    checked = parse_settings(chosen)
    values: dict[str, Any] = run.settings.finance_values() | {name: getattr(checked, name) for name in chosen}
    exports = {name: run.table(f"exports.{name}") for name in EXPORTS}
    ended = decisions_in_effect.ended_pairs(run.table("decisions")) | run.ended
    tables = projection.finance_tables(
        exports,
        ownership.associations(exports["clients"], as_of=run.as_of, ended=ended),
        as_of=run.as_of,
        rates=_moved(run.table("renewal_rates"), points),
        **values,
    )
    return {name: transform.as_declared(frame, FINANCE[name]) for name, frame in tables.items()}


def _moved(rates: pl.DataFrame, points: Decimal) -> pl.DataFrame:
    declared = FINANCE["renewal_rates"].polars_schema["renewal_probability"]
    # Six decimals plus two: exact.
    moved = (pl.col("renewal_probability") + pl.lit(points / _POINTS, dtype=pl.Decimal(9, 6))).clip(0, 1)
    return rates.with_columns(renewal_probability=moved.cast(declared))
