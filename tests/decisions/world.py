"""A small world to decide in: two partners, five clients, their contacts, and runs of it without the command line."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from pipeline import transform, warehouse
from pipeline.decisions import Attribution, DecisionRequest, decide
from pipeline.settings import Settings
from pipeline.store import DecisionStore, Event
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED, SCHEMA_VERSION
from pipeline.transform.decisions_in_effect import decided_by, no_decisions
from pipeline.warehouse import Home, Run
from tests.frames import export

AS_OF = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

_IDS = itertools.count(1)


def exports(**drawings: str) -> dict[str, pl.DataFrame]:
    """Partner north (states that it owns the communication) has h1, h2, h3; south has h4; h5 is nobody's."""
    drawn = {
        "partners": """
            partner_id | partner_name | owns_communication
            north      | Nordwind     | true
            south      | Südwind      |
            """,
        "clients": """
            hub_id | client_name | website      | partner_id | association_ended_on
            h1     | Äpfel & Co  | apfel.test   | north      |
            h2     | Birne       | birne.test   | north      |
            h3     | Citrus      | citrus.test  | north      | 2026-11-01
            h4     | Dattel      | dattel.test  | south      |
            h5     | Erdbeere    | erdbeer.test |            |
            """,
        "contacts": """
            contact_id | hub_id | full_name   | email             | is_primary
            c1         | h1     | Ada Apfel   | ada@apfel.test    | true
            c2         | h1     | Bo Boskop   | bo@apfel.test     |
            c3         | h2     | Cem Conf    | cem@birne.test    |
            c4         | h4     | Dua Dattel  | dua@dattel.test   | true
            """,
        "contracts": """
            contract_id | hub_id | currency | renewal_start_date
            k1          | h1     | USD      | 2027-01-31
            k2          | h2     | USD      | 2027-01-15
            k3          | h3     | USD      | 2027-01-15
            k4          | h4     | EUR      | 2027-02-15
            k5          | h5     | USD      | 2027-02-15
            k6          | h1     | EUR      | 2027-02-20
            """,
        "contract_lines": """
            line_id | contract_id | unit_price
            l1      | k1          | 100
            l2      | k2          | 20
            l3      | k3          | 3
            l4      | k4          | 40
            l5      | k5          | 5
            l6      | k6          | 60
            """,
        "app_usage": "hub_id | app | measured_on\nh1 | cms | 2026-11-20\nh4 | cms | 2026-11-20",
        "consumption": "hub_id | measured_on | contacts_used\nh1 | 2026-11-20 | 7\nh4 | 2026-11-20 | 8",
        "fx_rates": "rate_date | currency | rate\n2026-11-20 | EUR | 1.25",
    }
    return export(**(drawn | drawings))


def publish(
    home: Home,
    tables: dict[str, pl.DataFrame],
    *,
    as_of: date = AS_OF,
    decisions: pl.DataFrame | None = None,
    settings: Settings | None = None,
) -> Run:
    """A published run of that export without gates: what `run` does between ingest and publish."""
    chosen = settings or Settings()
    used = decided_by(no_decisions() if decisions is None else decisions, as_of=as_of)
    number = next(_IDS)
    run_id = f"run-{as_of:%Y%m%d}T{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}Z-{number:06x}"
    information = pl.DataFrame(
        {
            "run_id": [run_id],
            "as_of": [as_of],
            "created_at": [f"{as_of}T00:00:00Z"],
            "schema_version": [SCHEMA_VERSION],
            "pipeline_version": ["0"],
            "library_versions": ["{}"],
            "settings": [chosen.to_json()],
            "profile": ["identity"],
            "exported_at": [None],
            "summary": [None],
        },
        schema=PUBLISHED["run_info"].polars_schema,
    )
    built = transform.build(tables, as_of=as_of, decisions=used, **chosen.rule_values())
    built |= transform.build_finance(tables, as_of=as_of, decisions=used, **chosen.finance_values())
    with warehouse.run_lock(home), warehouse.candidate(home, run_id) as path:
        with warehouse.create_run_file(path) as con:
            con.execute("CREATE SCHEMA exports")
            for name, frame in tables.items():
                con.execute(f"CREATE TABLE exports.{name} ({EXPORTS[name].sql_columns})")
                con.register("rows", frame.select(EXPORTS[name].column_names))
                con.execute(f"INSERT INTO exports.{name} SELECT * FROM rows")
            for name, frame in {**built, "run_info": information, "decisions": used}.items():
                warehouse.write_table(con, name, frame)
        return warehouse.publish(home, path, run_id, keep=100)


def signed(*, at: datetime = NOON, actor: str = "ann", reason: str = "because") -> Attribution:
    return Attribution(actor, at, f"id-{next(_IDS)}", reason)


def make(
    store: DecisionStore, run: Run, kind: str, partner_id: str, hub_id: str | None = None, value: Any = None, **how: Any
) -> Event:
    """Decide something against that run."""
    return decide(store, run, DecisionRequest(kind, partner_id, hub_id, value), signed(**how))
