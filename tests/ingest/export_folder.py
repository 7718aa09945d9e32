"""A small export that keeps the contract, to be spoilt in one place per test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline.ingest import IngestReport, ingest
from pipeline.settings import Settings, parse_settings

AS_OF = date(2026, 11, 23)

GOOD = {
    "partners": "partner_id,partner_name\np1,One\np2,Two\n",
    "clients": "hub_id,client_name,partner_id\nh1,Acme,p1\nh2,Blue,p2\nh3,Cedar,\n",
    "contracts": (
        "contract_id,hub_id,currency,term_start_date,renewal_start_date,subscription_term_months,billing_frequency,"
        "contact_max,email_limit\n"
        "c1,h1,USD,2026-01-01,2027-01-01,12,monthly,1000,5000\n"
        "c2,h2,EUR,2026-02-01,2027-02-01,12,annual,,\n"
    ),
    "contract_lines": (
        "line_id,contract_id,product_code,product_name,quantity,unit_price\nl1,c1,hub,Hub,1,20.50\nl2,c2,hub,Hub,2,10\n"
    ),
}


@dataclass
class Exports:
    """A folder of exports and what ingest makes of it."""

    folder: Path
    con: duckdb.DuckDBPyConnection
    report: IngestReport | None = None

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def run(self, settings: dict[str, Any] | None = None, profile: Path | None = None) -> IngestReport:
        chosen = parse_settings(settings) if settings else Settings()
        self.report = ingest(self.con, self.folder, settings=chosen, as_of=AS_OF, profile=profile)
        return self.report

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of a contract table in the order in which they stand there."""
        return self.con.execute(f"SELECT {', '.join(columns) or '*'} FROM exports.{table}").fetchall()

    def quarantine(self) -> list[tuple[str, int, str, str]]:
        return self.con.execute(
            "SELECT source_file, line_number, table_name, reason_codes FROM quarantine ORDER BY ALL"
        ).fetchall()

    def cells(self) -> list[dict[str, str | None]]:
        found = self.con.execute("SELECT cells FROM quarantine ORDER BY source_file, line_number").fetchall()
        return [json.loads(cells) for (cells,) in found]

    def counts(self, path: str) -> dict[str, int]:
        """Rows read, loaded, quarantined, duplicate and left out of a source file."""
        columns = ("read", "loaded", "quarantined", "duplicate", "left_out")
        row = self.con.execute(
            f"SELECT {', '.join(f'rows_{name}' for name in columns)} FROM source_files WHERE path = ?", [path]
        ).fetchone()
        assert row is not None, path
        return dict(zip(columns, row, strict=True))
