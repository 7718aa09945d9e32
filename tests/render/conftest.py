"""A run's file with three partners, made once: two whose ids differ in case only, and one with nothing upcoming."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.tables.published import PUBLISHED
from pipeline.warehouse import create_run_file, write_table
from tests.render import report_data as data

PARTNERS = {"p1": "Northlight Partners", "P1": "Other Agency", "quiet": "Quiet GmbH"}


@pytest.fixture(scope="session")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run_file(tmp_path_factory.mktemp("run") / "run.duckdb")


def make_run_file(
    path: Path,
    *,
    run: dict[str, Any] | None = None,
    first_change: dict[str, Any] | None = None,
    more_partners: dict[str, str] | None = None,
    rows: int = 12,
    altered: frozenset[str] = frozenset(),
) -> Path:
    """The run's file; `run` replaces values of run_info, `first_change` those of p1's first change.

    `more_partners`: others, by id, with `rows` changes each; those `altered` have another MRR in the first one.
    """
    partners = PARTNERS | (more_partners or {})
    first, *others = data.varied(12)
    changes = [
        first | (first_change or {}),
        *others,
        data.change(90, partner_id="P1", client_name="Only of the other agency"),
    ]
    for partner_id in more_partners or {}:
        amount = Decimal("815.0000" if partner_id in altered else "4711.0000")
        mine = {"partner_id": partner_id}
        changes += [data.change(number, **mine, current_mrr=amount) for number in range(rows)]
    frames = data.tables(changes, [data.figures(partner_id=partner_id) for partner_id in partners])
    frames["run_info"] = data.frame(PUBLISHED["run_info"], [data.RUN | (run or {})])
    frames["source_files"] = data.frame(
        PUBLISHED["source_files"], [{"path": "contracts.csv", "table_name": "contracts", "sha256": "ab" * 32}]
    )
    frames["quarantine"] = data.frame(
        PUBLISHED["quarantine"],
        [
            {
                "source_file": "contracts.csv",
                "line_number": line,
                "table_name": "contracts",
                "reason_codes": "negative:notice_days;unknown_client",
                "cells": '{"contract_id": "<b>c7</b>", "notice_days": "-1"}',
            }
            for line in range(2, 10)
        ],
    )
    frames["check_results"] = data.frame(
        PUBLISHED["check_results"],
        [
            {
                "name": "keys_unique",
                "gate": "output",
                "level": "stop",
                "table_name": "contract_mrr",
                "success": False,
                "observed": "1 row",
                "examples": '[{"contract_id": "c1"}]',
            }
        ],
    )
    with create_run_file(path) as con:
        for name, frame in frames.items():
            write_table(con, name, frame)
        con.register(
            "partners",
            pl.DataFrame(
                [{"partner_id": key, "partner_name": name, "locale": None} for key, name in partners.items()],
                schema={"partner_id": pl.String, "partner_name": pl.String, "locale": pl.String},
            ),
        )
        con.execute("CREATE SCHEMA exports; CREATE TABLE exports.partners AS FROM partners")
        con.execute(
            "CREATE TABLE exports.clients AS SELECT DISTINCT hub_id, partner_id, NULL::DATE AS association_ended_on "
            "FROM upcoming_renewals"
        )
    return path
