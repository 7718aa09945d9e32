"""What is done on a failing disk. Each task is called in a process of its own and gives an exit code."""

from __future__ import annotations

import random
import sys
from datetime import date
from pathlib import Path

import polars as pl

from pipeline import checks, store, warehouse
from pipeline.cli.shell import run_command_line
from pipeline.errors import RenewalsError
from pipeline.settings import Settings
from pipeline.store import DecisionStore
from pipeline.tables.published import PUBLISHED, SCHEMA_VERSION
from pipeline.warehouse import Home
from pipeline.whole_files import write_whole

NOISE_ROWS = 1_000
"""Rows that do not compress: enough for a log and blocks of their own."""


def publish(home: str, run_id: str) -> int:
    """Build a candidate of about 200 KB as a run does, and publish it."""
    place = Home(Path(home))
    try:
        with warehouse.run_lock(place), warehouse.machine_failures(), warehouse.candidate(place, run_id) as candidate:
            with warehouse.create_run_file(candidate) as con:
                warehouse.write_table(con, "run_info", _information(run_id))
                noise = random.Random(run_id)
                con.register("noise", pl.DataFrame({"value": [noise.getrandbits(48) for _ in range(NOISE_ROWS)]}))
                con.execute("CREATE TABLE main.noise AS FROM noise")
                con.unregister("noise")
            with warehouse.create_run_file(candidate) as con:
                result = checks.CheckResult("rows", "output", "warning", "noise", True, "none")
                checks.write(con, [result])
                found = [(result.name, result.gate, result.level, result.table_name, result.success)]
                written = warehouse.contents_of(con, checked=found)
            warehouse.publish(place, candidate, run_id, keep=3, written=written)
    except RenewalsError as error:
        print(f"renewals: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def build(home: str, run_id: str) -> int:
    """Only build a candidate: whoever does so without an error has everything in the one file."""
    path = Home(Path(home)).candidate(run_id)
    try:
        with warehouse.machine_failures(), warehouse.create_run_file(path) as con:
            warehouse.write_table(con, "run_info", _information(run_id))
    except RenewalsError as error:
        print(f"renewals: {error}", file=sys.stderr)
        return error.exit_code
    return 1 if path.with_name(f"{path.name}.wal").exists() else 0


def publish_file(home: str, run_id: str) -> int:
    """Publish a candidate that nobody has put onto the disk yet: a copied file, as a held run may be."""
    place = Home(Path(home))
    with warehouse.run_lock(place):
        candidate = place.candidate(run_id)
        candidate.write_bytes(place.current.resolve().read_bytes())
        warehouse.publish(place, candidate, run_id, keep=3)
    return 0


def write(home: str, name: str) -> int:
    """Write a file as reports and their manifests are written."""
    write_whole(Path(home) / name, "content" * 10_000)
    return 0


def backup(home: str, name: str) -> int:
    """Back up a store."""
    try:
        with DecisionStore.at(Path(home) / "decisions.sqlite") as kept:
            store.backup(kept, Path(home) / name)
    except RenewalsError as error:
        print(f"renewals: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def command(_home: str, *arguments: str) -> int:
    """The command line."""
    return run_command_line(list(arguments))


def _information(run_id: str) -> pl.DataFrame:
    known = {
        "run_id": run_id,
        "as_of": date(2026, 11, 23),
        "created_at": "2026-11-23T02:00:00Z",
        "schema_version": SCHEMA_VERSION,
        "pipeline_version": "0",
        "library_versions": "{}",
        "settings": Settings().to_json(),
        "profile": "identity",
    }
    schema = PUBLISHED["run_info"].polars_schema
    return pl.DataFrame({name: [known.get(name)] for name in schema}, schema=schema)


TASKS = {
    "build": build,
    "publish": publish,
    "publish_file": publish_file,
    "write": write,
    "backup": backup,
    "command": command,
}
