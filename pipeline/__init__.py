"""Upcoming Renewals: contract exports in, a checked snapshot and partner reports out.

The flow, in the order of the modules:

exports → `ingest` (typed tables + quarantine) → `warehouse` (DuckDB) → `transform` (Polars: changes, deadlines,
status, ownership, MRR, estimated new MRR, partner summary, the projection) → `checks` (the gates) → publish
(`warehouse`) → `views` (plain values) → `render` (HTML, PDF, CSV).

Analysts call `open_run`, `runs`, `compare`, `explain`, `report` and `what_if` from here (they are in `analysis`, which
is loaded when first asked for):

    from pipeline import open_run
    run = open_run()
    run.table("upcoming_renewals", partner="P-DAYS")

`nightly/run.py` calls every stage once, in order; `rules.py` holds every number the business decided; `tables/`
declares every table once; `runtime.py` knows the clock and the environment, and only `cli` and `analysis` ask it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.analysis import compare, explain, open_run, report, runs, what_if

__version__ = "0.1.0"

__all__ = ["__version__", "compare", "explain", "open_run", "report", "runs", "what_if"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from pipeline import analysis

        return getattr(analysis, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
