"""Whole runs of the command line on the sample: what Great Expectations carries, exit codes, what stays as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pipeline.checks.night import verdict
from pipeline.checks.output_gate import evaluated


@pytest.fixture(autouse=True)
def _great_expectations(_plain_duckdb: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "evaluated", evaluated)


def run(renewals: Callable[..., object], exports: Path, day: str = "2026-11-24") -> object:
    return renewals("run", "--exports", exports, "--as-of", day, "--no-reports", "--no-finance", "--quiet")


def misspelt(exports: Path) -> None:
    (exports / "contract_changes.csv").rename(exports / "contract_change.csv")


def prices_times_100(exports: Path) -> None:
    path = exports / "contract_lines.csv"
    with closing(duckdb.connect()) as con:
        lines = con.sql(f"FROM read_csv('{path}', all_varchar = true)")
        priced = con.sql(
            "SELECT * REPLACE (CASE WHEN TRY_CAST(unit_price AS DECIMAL(18,4)) IS NULL THEN unit_price "
            "ELSE (unit_price::DECIMAL(18,4) * 100)::VARCHAR END AS unit_price) FROM lines"
        )
        priced.write_csv(str(exports / "new.csv"), header=True)
        assert lines is not None
    (exports / "new.csv").replace(path)


@pytest.mark.parametrize(
    ("change", "check", "figures"),
    [
        (misspelt, "optional_table_kept", "contract_changes had 58 rows in the night before and has none tonight"),
        (prices_times_100, "prices_kept", "by the factor 100"),
    ],
)
def test_a_wrong_night_is_exit_3_and_readers_see_what_they_saw(
    change: Callable[[Path], None], check: str, figures: str, renewals, exports, own_home
) -> None:
    before = (own_home / "current").resolve()
    change(exports)
    said = run(renewals, exports)
    assert said.code == 3
    assert (own_home / "current").resolve() == before
    assert "Traceback" not in said.err
    pages = list((own_home / "reports").glob("*/checks.html"))
    newest = max(pages, key=lambda page: page.stat().st_mtime).read_text()
    assert check.replace("_", " ") in newest
    assert figures in newest


def test_the_same_rows_the_next_day_are_published_with_a_warning(renewals, exports, own_home) -> None:
    before = (own_home / "current").resolve()
    said = run(renewals, exports)
    assert said.code == 0, said.err
    assert (own_home / "current").resolve() != before
    assert "warning: same_rows_again of export_content: partners, clients, contracts and contract lines" in said.err
    read = renewals("table", "export_content", "--format", "json")
    assert {row["first_as_of"] for row in json.loads(read.out)} == {"2026-11-23"}
