"""The warehouse: one immutable DuckDB file per run. Nobody else opens a connection.

`home` knows the folders and the lock, `database` opens files and moves frames in and out, `runs` lists, finds and
prunes, `publishing` moves what readers see, `contents` knows what a file holds, `comparison` says what changed between
two runs.
"""

from pipeline.warehouse.comparison import compare, contracts_gone
from pipeline.warehouse.contents import Contents, contents_of
from pipeline.warehouse.database import Exports, create_run_file, open_run, write_table, write_tables
from pipeline.warehouse.home import Home, run_lock
from pipeline.warehouse.machine import machine_failures
from pipeline.warehouse.publishing import publish, rollback
from pipeline.warehouse.runs import (
    Run,
    candidate,
    current_run,
    find_run,
    list_runs,
    run_before,
    run_name,
)

__all__ = [
    "Contents",
    "Exports",
    "Home",
    "Run",
    "candidate",
    "compare",
    "contents_of",
    "contracts_gone",
    "create_run_file",
    "current_run",
    "find_run",
    "list_runs",
    "machine_failures",
    "open_run",
    "publish",
    "rollback",
    "run_before",
    "run_lock",
    "run_name",
    "write_table",
    "write_tables",
]
