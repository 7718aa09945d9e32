"""Upcoming Renewals: contract exports in, a checked snapshot and partner reports out.

The flow, in the order of the modules:

exports → `ingest` (typed tables + quarantine) → `warehouse` (DuckDB) → `transform` (Polars: changes, deadlines,
status, ownership, MRR, estimated new MRR, partner summary, the projection) → `checks` (the gates) → publish
(`warehouse`) → `views` (plain values) → `render` (HTML, PDF, CSV).

`run.py` calls every stage once, in order; `rules.py` holds every number the business decided; `tables/` declares
every table once; `cli/` is the only place that reads the clock, the environment and the settings file.
"""

__version__ = "0.1.0"
