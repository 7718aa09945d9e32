"""What changed between two runs: new, gone, status, deadline, MRR."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipeline import warehouse
from pipeline.tables.published import PUBLISHED
from pipeline.warehouse import compare

ROW = {
    "partner_id": "P-01",
    "contract_id": "C",
    "hub_id": "H",
    "client_name": "Client",
    "contract_type": "renewal",
    "status": "pending",
    "status_basis": "awaiting",
    "communication_owner": "HubSpot",
    "communication_owner_basis": "vendor_default",
    "primary_contact_basis": "none",
    "renewal_start_date": date(2027, 1, 7),
    "renewal_deadline": date(2026, 11, 23),
    "days_to_change": 45,
    "days_to_deadline": 0,
    "currency": "USD",
    "billing_frequency": "annual",
    "billing_months": 12,
    "subscription_term_months": 12,
    "estimate_basis": "uplift",
    **{
        name: Decimal(100) if name in ("current_mrr", "mrr_before", "estimated_new_mrr") else Decimal(0)
        for name in PUBLISHED["upcoming_renewals"].column_names
        if "mrr" in name
    },
}


def run_file(path: Path, *rows: dict[str, object]) -> Path:
    frame = pl.DataFrame([{**ROW, **row} for row in rows], schema=PUBLISHED["upcoming_renewals"].polars_schema)
    with warehouse.create_run_file(path) as con:
        warehouse.write_table(con, "upcoming_renewals", frame)
    return path


def test_every_kind_of_change_is_one_row_and_what_stays_is_none(tmp_path):
    before = run_file(
        tmp_path / "before.duckdb",
        {"change_id": "stays"},
        {"change_id": "goes"},
        {"change_id": "agreed"},
        {"change_id": "moved"},
        {"change_id": "dearer"},
    )
    after = run_file(
        tmp_path / "after.duckdb",
        {"change_id": "stays"},
        {"change_id": "comes"},
        {"change_id": "agreed", "status": "renewed", "status_basis": "agreed"},
        {"change_id": "moved", "renewal_deadline": date(2026, 11, 24)},
        {"change_id": "dearer", "current_mrr": Decimal("110.50"), "estimated_new_mrr": Decimal(120)},
    )
    found = [(row["change_id"], row["what"], row["before"], row["after"]) for row in compare(before, after).to_dicts()]
    assert found == [
        ("agreed", "status", "pending (awaiting)", "renewed (agreed)"),
        ("comes", "new", None, "pending (awaiting)"),
        ("dearer", "current_mrr", "100.0000", "110.5000"),
        ("dearer", "estimated_new_mrr", "100.0000", "120.0000"),
        ("goes", "gone", "pending (awaiting)", None),
        ("moved", "renewal_deadline", "2026-11-23", "2026-11-24"),
    ]


def test_a_client_that_changes_partner_is_gone_for_one_and_new_for_the_other(tmp_path):
    before = run_file(tmp_path / "before.duckdb", {"change_id": "c", "partner_id": "P-01"})
    after = run_file(tmp_path / "after.duckdb", {"change_id": "c", "partner_id": "P-02"})
    assert compare(before, after, partner_id="P-01")["what"].to_list() == ["gone"]
    assert compare(before, after, partner_id="P-02")["what"].to_list() == ["new"]
