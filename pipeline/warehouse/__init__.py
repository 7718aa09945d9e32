"""The warehouse: one immutable DuckDB file per run, and `RunReader`, the only way above it to read one.

`readers` says for whom a run is read, `newest_decisions` what has been hidden since, `run_reader` reads it. `home`
knows the folders and the lock, `database` opens files and moves frames in and out of them, `runs` lists, finds and
prunes, `publication` moves what readers see, `held_runs` keeps runs that nobody has accepted yet, `comparison_runs`
says what a run is compared with, `contents` knows what a file holds, `comparison` says what changed between two runs.
"""

from pipeline.warehouse.comparison import compare, contracts_gone
from pipeline.warehouse.comparison_runs import RunsBefore, runs_before
from pipeline.warehouse.connection import Connection
from pipeline.warehouse.contents import Contents, contents_of
from pipeline.warehouse.database import Exports, create_run_file, open_run_file, write_table, write_tables
from pipeline.warehouse.held_runs import HeldRun, find_held, held_runs
from pipeline.warehouse.home import Home, run_lock
from pipeline.warehouse.machine import machine_failures
from pipeline.warehouse.newest_decisions import NewestDecisions, ended_now, newest_decisions, nothing_decided
from pipeline.warehouse.publication import publish, rollback
from pipeline.warehouse.readers import Finance, Partner, Reader, Vendor
from pipeline.warehouse.run_reader import ReadableRun, RunReader, open_run, readable_run
from pipeline.warehouse.runs import (
    Run,
    candidate,
    current_run,
    find_run,
    list_runs,
    run_name,
)

__all__ = [
    "Connection",
    "Contents",
    "Exports",
    "Finance",
    "HeldRun",
    "Home",
    "NewestDecisions",
    "Partner",
    "ReadableRun",
    "Reader",
    "Run",
    "RunReader",
    "RunsBefore",
    "Vendor",
    "candidate",
    "compare",
    "contents_of",
    "contracts_gone",
    "create_run_file",
    "current_run",
    "ended_now",
    "find_held",
    "find_run",
    "held_runs",
    "list_runs",
    "machine_failures",
    "newest_decisions",
    "nothing_decided",
    "open_run",
    "open_run_file",
    "publish",
    "readable_run",
    "rollback",
    "run_lock",
    "run_name",
    "runs_before",
    "write_table",
    "write_tables",
]
