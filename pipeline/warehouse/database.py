"""Opening run files, and moving frames in and out of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED, SCHEMA_VERSION
from pipeline.warehouse.connection import connect

STORAGE: Final = "v1.5.0"
"""DuckDB 1.5 and 2.0 are both in use: files are written so that both can read them."""
_MEMORY: Final = "750MB"
"""What DuckDB may hold while a run is built; the rest of the 4 GB is for the frames computed meanwhile."""


@contextmanager
def create_run_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-write connection on a new or unpublished run file. Larger-than-memory work spills beside it.

    On leaving without an error everything written is put into the file, which raises when the disk does not take it:
    closing alone would say nothing and leave it in the log beside the file.
    """
    con = connect(
        str(path),
        config={
            "storage_compatibility_version": STORAGE,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": _MEMORY,
            "temp_directory": str(path.with_suffix(".spill")),
        },
    )
    with closing(con):
        yield con
        con.execute("CHECKPOINT")


def open_run_file(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection on a published run file, whole; a symlink is resolved first, so it pins that run.

    For the warehouse and the checks. Whoever shows rows to somebody reads them through `RunReader`.
    Raises UsageError when there is no such file, or it was made by newer code than this.
    """
    real = os.path.realpath(path)
    try:
        con = connect(real, read_only=True)
    except duckdb.Error as error:
        raise _no_run(path, error) from None
    try:
        # All rows are fetched: an unfinished result would block the connection's next statement.
        version = con.execute("SELECT schema_version FROM run_info").fetchall()[0][0]
    except duckdb.Error as error:
        con.close()
        raise _no_run(path, error) from None
    if version > SCHEMA_VERSION:
        con.close()
        raise UsageError(f"{path.name} was made by a newer version of this product: upgrade, or choose an older run")
    return con


def _no_run(path: Path, error: duckdb.Error) -> UsageError:
    return UsageError(f"{path.name} cannot be opened as a run: {str(error).splitlines()[0]}")


class Exports(Mapping[str, pl.DataFrame]):
    """The contract's tables of a run, typed, by name; only the declared columns.

    A table is read when it is asked for, and again when it is asked for again: nobody holds what nobody needs. Reading
    has a connection of its own, so that tables can be written meanwhile.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def __getitem__(self, name: str) -> pl.DataFrame:
        """The table of that name; KeyError when the contract has none.

        A column that the contract did not know when the run was made is null.
        """
        declared = EXPORTS[name].columns
        with self._con.cursor() as reading:
            there = set(reading.sql(f"FROM exports.{name} LIMIT 0").columns)
            columns = ", ".join(
                each.name if each.name in there else f"CAST(NULL AS {each.sql_type}) AS {each.name}"
                for each in declared
            )
            frame: pl.DataFrame = reading.sql(f"SELECT {columns} FROM exports.{name}").pl()  # noqa: S608
        return frame

    def __iter__(self) -> Iterator[str]:
        """The names of the contract's tables."""
        return iter(EXPORTS)

    def __len__(self) -> int:
        """How many tables the contract has."""
        return len(EXPORTS)


def write_table(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Write a published table as it is declared: names, types and required columns are enforced."""
    table = PUBLISHED[name]
    con.execute(f"CREATE OR REPLACE TABLE main.{name} ({table.sql_columns})")
    con.register("frame_to_write", frame.select(table.column_names))
    con.execute(f"INSERT INTO main.{name} SELECT * FROM frame_to_write")  # noqa: S608
    con.unregister("frame_to_write")


def write_tables(con: duckdb.DuckDBPyConnection, tables: Iterable[tuple[str, pl.DataFrame]]) -> None:
    """Write published tables as they come, by name: one is written while the next one is computed.

    The connection is in use until this returns. Raises what computing or writing raises.
    """
    written: Future[None] | None = None
    with ThreadPoolExecutor(max_workers=1) as writer:
        for name, frame in tables:
            if written is not None:
                written.result()
            written = writer.submit(_write_with_one_thread, con, name, frame)
        if written is not None:
            written.result()


def _write_with_one_thread(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Two threads keep the order of rows at twice the work, and the other core is busy computing."""
    con.execute("SET threads = 1")
    write_table(con, name, frame)
    con.execute("RESET threads")
