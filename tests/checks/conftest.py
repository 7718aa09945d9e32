from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import clean_run
import duckdb
import pytest


@pytest.fixture(scope="session")
def clean_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clean") / "clean.duckdb"
    clean_run.write_clean_run(path)
    return path


@pytest.fixture(scope="session")
def _clean_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as con:
        con.execute("SET threads = 1")
        clean_run.fill(con)
        yield con


@pytest.fixture
def con(_clean_connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The clean run in memory; what a test breaks is mended after it."""
    _clean_connection.execute("BEGIN")
    yield _clean_connection
    _clean_connection.execute("ROLLBACK")
