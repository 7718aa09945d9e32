"""What changed between two runs: new, gone, status, deadline, MRR."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipeline import warehouse
from pipeline.tables.published import PUBLISHED
from tests.reading import compare

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


def run_file(path: Path, *rows: dict[str, object], clients: tuple[tuple[str, str, date | None], ...] = ()) -> Path:
    """A run of these upcoming changes on 2026-11-23; `clients`: hub_id, partner_id, association_ended_on."""
    frame = pl.DataFrame([{**ROW, **row} for row in rows], schema=PUBLISHED["upcoming_renewals"].polars_schema)
    with warehouse.create_run_file(path) as con:
        warehouse.write_table(con, "upcoming_renewals", frame)
        con.execute("CREATE SCHEMA exports")
        con.execute("CREATE TABLE exports.clients (hub_id VARCHAR, partner_id VARCHAR, association_ended_on DATE)")
        con.execute("CREATE TABLE exports.partners AS SELECT unnest(['P-01', 'P-02']) AS partner_id")
        con.execute("CREATE TABLE run_info AS SELECT DATE '2026-11-23' AS as_of")
        for client in clients:
            con.execute("INSERT INTO exports.clients VALUES (?, ?, ?)", client)
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


def test_a_client_that_changes_partner_is_the_new_partners_at_once(tmp_path):
    # Rule 7: it is in no file of the former partner, not even as "gone"; the vendor sees both sides.
    before = run_file(tmp_path / "before.duckdb", {"change_id": "c", "partner_id": "P-01"})
    after = run_file(
        tmp_path / "after.duckdb", {"change_id": "c", "partner_id": "P-02"}, clients=(("H", "P-02", None),)
    )
    assert compare(before, after, partner_id="P-01").is_empty()
    assert compare(before, after, partner_id="P-02")["what"].to_list() == ["new"]
    assert compare(before, after)["what"].to_list() == ["gone", "new"]


def test_only_clients_that_are_still_the_partners_are_told_as_gone(tmp_path):
    gone = ({"change_id": "c", "hub_id": hub_id} for hub_id in ("KEPT", "ENDED", "ENDS-LATER", "UNKNOWN"))
    before = run_file(tmp_path / "before.duckdb", *({**row, "client_name": row["hub_id"]} for row in gone))
    after = run_file(
        tmp_path / "after.duckdb",
        clients=(
            ("KEPT", "P-01", None),
            ("ENDED", "P-01", date(2026, 11, 23)),  # the vendor's record, known on the day
            ("ENDS-LATER", "P-01", date(2026, 11, 24)),  # a fact of tomorrow does not exist yet
        ),
    )
    told = compare(before, after, partner_id="P-01")
    assert told.select("client_name", "what").rows() == [("ENDS-LATER", "gone"), ("KEPT", "gone")]
