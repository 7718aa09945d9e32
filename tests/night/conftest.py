from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pipeline.checks.declare_check import Check, FailingRows, NotEmpty, spelled_out
from pipeline.checks.night import verdict
from tests.night import book


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> book.Frames:
    """The book of one night, drawn once."""
    return book.drawn_book(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="session")
def before(drawn: book.Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run file of that night."""
    return book.Nights(tmp_path_factory.mktemp("before")).run_file(drawn)


@pytest.fixture
def nights(tmp_path: Path) -> book.Nights:
    return book.Nights(tmp_path)


@pytest.fixture(autouse=True)
def _plain_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expectations are asked of DuckDB: Great Expectations takes seconds. `test_whole_runs` asks it, in a process."""
    monkeypatch.setattr(verdict, "evaluated", evaluated_plainly)


def evaluated_plainly(candidate: Path, checks: Sequence[Check], words: dict[str, str]) -> list[bool]:
    with closing(duckdb.connect(candidate, read_only=True)) as con:
        return [all(_holds(con, check, words) for _ in check.expectations) for check in checks]


def _holds(con: duckdb.DuckDBPyConnection, check: Check, words: dict[str, str]) -> bool:
    match check.expectations:
        case (FailingRows(sql),):
            return not con.execute(spelled_out(sql, words).replace("{batch}", check.table)).fetchall()
        case (NotEmpty(),):
            return bool(con.execute(f"FROM {check.table} LIMIT 1").fetchall())
        case other:
            raise AssertionError(f"no plain answer to {other}")
