"""The warehouse: one immutable DuckDB file per run, how it is written, published and read.

`home` knows the folders and the lock, `database` opens files and moves frames in and out, `runs` lists, finds and
prunes, `publication` moves what readers see, `held_runs` keeps runs that nobody has accepted yet, `comparison_runs`
says what a run is compared with, `contents` knows what a file holds, `comparison` says what changed between two runs.
"""

from pipeline.warehouse.comparison import compare, contracts_gone
from pipeline.warehouse.comparison_runs import RunsBefore, runs_before
from pipeline.warehouse.contents import Contents, contents_of
from pipeline.warehouse.database import Exports, create_run_file, open_run, write_table, write_tables
from pipeline.warehouse.held_runs import HeldRun, find_held, held_runs
from pipeline.warehouse.home import Home, run_lock
from pipeline.warehouse.machine import machine_failures
from pipeline.warehouse.publication import publish, rollback
from pipeline.warehouse.runs import Run, candidate, current_run, find_run, list_runs, run_name
from pipeline.warehouse.table_queries import has_partner

__all__ = [
    "Contents",
    "Exports",
    "HeldRun",
    "Home",
    "Run",
    "RunsBefore",
    "candidate",
    "compare",
    "contents_of",
    "contracts_gone",
    "create_run_file",
    "current_run",
    "find_held",
    "find_run",
    "has_partner",
    "held_runs",
    "list_runs",
    "machine_failures",
    "open_run",
    "publish",
    "rollback",
    "run_lock",
    "run_name",
    "runs_before",
    "write_table",
    "write_tables",
]
