"""Fixtures of the ingest tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.ingest.export_folder import GOOD, Exports


@pytest.fixture
def exports(tmp_path: Path) -> Iterator[Exports]:
    """The good export, written as CSV."""
    folder = tmp_path / "exports"
    folder.mkdir()
    with duckdb.connect() as con:
        made = Exports(folder, con)
        for table, content in GOOD.items():
            made.write(f"{table}.csv", content)
        yield made


@pytest.fixture(scope="session")
def cases() -> Path:
    """The published cases beside the project; tests that need them skip without them."""
    folder = Path(__file__).parents[3] / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("the published cases are not here")
    return folder
