"""No figure depends on the time zone of the machine: the same files give the same tables everywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipeline.warehouse.connection import connect
from tests.conftest import ROOT

ZONES = ("Pacific/Auckland", "America/Los_Angeles", "UTC")

READ_ALL = """
import json, sys
from datetime import date
from pathlib import Path
from pipeline.ingest import ingest
from pipeline.settings import parse_settings
from pipeline.tables.exports import EXPORTS
from pipeline.warehouse.connection import connect

exports, settings, profile = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
con = connect()
ingest(con, exports, settings=parse_settings(settings), as_of=date(2026, 11, 23),
       profile=Path(profile) if profile else None)
tables = [f"exports.{name}" for name in EXPORTS] + ["main.quarantine", "main.source_files"]
print(json.dumps({table: con.execute(f"FROM {table}").fetchall() for table in tables}, default=str))
"""

PARTNERS = "partner_id,partner_name\np1,One\n"
CLIENTS = (
    "hub_id,client_name,partner_id,association_ended_on\n"
    "h1,Alder,p1,2026-11-23T00:00:00+13:00\nh2,Birch,p1,2026-11-23T23:59:59-08:00\nh3,Cedar,p1,2026-11-23T00:00:00Z\n"
)
CONTRACTS = (
    "contract_id;hub_id;currency;term_start_date;renewal_start_date;subscription_term_months;billing_frequency\n"
    "c1;h1;EUR;23.11.2025 00:00+13:00;23.11.2026 00:00+13:00;12;annual\n"
    "c2;h2;EUR;24.11.2025 23:30:00 -0800;24.11.2026 23:30:00 -0800;12;annual\n"
    "c3;h3;EUR;24.11.2025;24.11.2026;12;annual\n"
)
LINES = {"line_id": "l1", "contract_id": "c1", "product_code": "hub", "product_name": "Hub"}


def write_exports(folder: Path) -> None:
    """Dates with times and offsets in every format; the instants lie on both sides of midnight somewhere."""
    (folder / "partners.csv").write_text(PARTNERS)
    (folder / "clients.csv").write_text(CLIENTS)
    (folder / "contracts.csv").write_text(CONTRACTS)
    instants = [datetime.fromisoformat(text) for text in ("2026-11-23T23:30:00+00:00", "2026-11-23T00:30:00+00:00")]
    pq.write_table(
        pa.table(
            {name: [text, text] for name, text in LINES.items() if name != "line_id"}
            | {"line_id": ["l1", "l2"], "quantity": [1, 1], "unit_price": [100, -10]}
            | {"discount_percent": [10.0, 10.0], "discount_end_date": pa.array(instants, pa.timestamp("us", "UTC"))}
        ),
        folder / "contract_lines.parquet",
    )
    rows = [{"contact_id": f"k{n}", "hub_id": "h1", "full_name": "Ann", "last_active_on": text} for n, text in
            enumerate(("2026-11-23T23:30:00.000-11:00", "2026-11-23", "2026-11-23 00:15"))]  # fmt: skip
    (folder / "contacts.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with xlsxwriter.Workbook(folder / "app_usage.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["hub_id", "app", "measured_on", "last_used_on"])
        format_ = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(1, 0, ["h1", "crm"])
        sheet.write_datetime(1, 2, datetime.fromisoformat("2026-11-23 23:59"), format_)
        sheet.write_string(1, 3, "2026-11-23T00:00:00+13:00")


def read_in(zone: str, exports: Path, settings: dict[str, object], profile: str = "") -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(exports), json.dumps(settings), profile],
        env={**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_same_exports_give_the_same_tables_in_every_time_zone(tmp_path: Path):
    write_exports(tmp_path)
    settings: dict[str, object] = {"exports": {"contracts": {"delimiter": ";", "date_format": "%d.%m.%Y"}}}
    found = [read_in(zone, tmp_path, settings) for zone in ZONES]
    assert found[0] == found[1] == found[2]
    assert found[0]["main.quarantine"] == []
    contracts = {row[0]: (row[3], row[4]) for row in found[0]["exports.contracts"]}
    assert contracts == {
        "c1": ("2025-11-23", "2026-11-23"),
        "c2": ("2025-11-24", "2026-11-24"),
        "c3": ("2025-11-24", "2026-11-24"),
    }
    assert {row[4] for row in found[0]["exports.clients"]} == {"2026-11-23"}
    assert {row[7] for row in found[0]["exports.contract_lines"]} == {"2026-11-23"}
    assert {row[6] for row in found[0]["exports.contacts"]} == {"2026-11-23"}
    assert {(row[2], row[4]) for row in found[0]["exports.app_usage"]} == {("2026-11-23", "2026-11-23")}


PROFILE = {
    "profile.toml": 'name = "zones"\ndescription = "x"\n[files.sub]\npath = "subs.csv"\n',
    "partners.sql": "SELECT 'p' AS partner_id, 'P' AS partner_name, list(_source) AS _source FROM sub",
    "clients.sql": "SELECT customer AS hub_id, customer AS client_name, 'p' AS partner_id, _source FROM sub",
    "contracts.sql": (
        "SELECT id AS contract_id, customer AS hub_id, 'EUR' AS currency, {starts} AS term_start_date, "
        "ends AS renewal_start_date, 12 AS subscription_term_months, 'monthly' AS billing_frequency, _source FROM sub"
    ),
    "contract_lines.sql": (
        "SELECT id AS line_id, id AS contract_id, 'x' AS product_code, 'X' AS product_name, 1 AS quantity, "
        "mrr AS unit_price, _source FROM sub"
    ),
}
SUBS = (
    "id,customer,starts,ends,mrr\n"
    "S-1,Alder,2026-02-01T00:00:00+02:00,2027-02-01T00:00:00+02:00,100\n"
    "S-2,Birch,2026-02-01T23:59:59-08:00,2027-02-01T23:59:59-08:00,200\n"
)


@pytest.mark.parametrize("starts", ["starts", "CAST(CAST('2026-02-01 12:00+00' AS TIMESTAMPTZ) AS DATE)"])
def test_a_profile_gives_the_same_tables_in_every_time_zone(tmp_path: Path, starts: str):
    exports, profile = tmp_path / "exports", tmp_path / "zones"
    exports.mkdir()
    profile.mkdir()
    (exports / "subs.csv").write_text(SUBS)
    for name, text in PROFILE.items():
        (profile / name).write_text(text.replace("{starts}", starts))
    found = [read_in(zone, exports, {}, str(profile)) for zone in ZONES[:2]]
    assert found[0] == found[1]
    days = {row[0]: (row[3], row[4]) for row in found[0]["exports.contracts"]}
    assert days == {"S-1": ("2026-02-01", "2027-02-01"), "S-2": ("2026-02-01", "2027-02-01")}


def test_every_connection_is_in_utc_and_is_opened_at_one_place(monkeypatch: pytest.MonkeyPatch):
    with connect() as con:
        assert con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        assert con.cursor().execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
    opening = re.compile(r"duckdb\.connect\(")
    places = [path for path in (ROOT / "pipeline").rglob("*.py") if opening.search(path.read_text(encoding="utf-8"))]
    assert places == [ROOT / "pipeline" / "warehouse" / "connection.py"]
