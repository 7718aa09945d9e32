"""The warehouse: one immutable DuckDB file per run. Nobody else opens a connection.

`home` knows the folders and the lock, `database` opens files and moves frames in and out, `runs` publishes, lists,
prunes and rolls back, `comparison` says what changed between two runs.
"""

from pipeline.warehouse.comparison import compare, contracts_gone
from pipeline.warehouse.database import Exports, create_run_file, open_run, write_table, write_tables
from pipeline.warehouse.home import Home, run_lock
from pipeline.warehouse.runs import (
    Run,
    candidate,
    current_run,
    find_run,
    list_runs,
    profile_of,
    publish,
    rollback,
    run_before,
    run_name,
)
from pipeline.warehouse.tables import has_partner

__all__ = [
    "Exports",
    "Home",
    "Run",
    "candidate",
    "compare",
    "contracts_gone",
    "create_run_file",
    "current_run",
    "find_run",
    "has_partner",
    "list_runs",
    "open_run",
    "profile_of",
    "publish",
    "rollback",
    "run_before",
    "run_lock",
    "run_name",
    "write_table",
    "write_tables",
]
