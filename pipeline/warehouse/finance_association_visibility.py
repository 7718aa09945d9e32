"""Ended associations at reading time, for finance's tables that add up clients.

What `mrr_projection` and its like say of a partner cannot be taken apart into clients again, so they are computed
again from the run's own exports, settings and renewal rates: for the partners concerned and for nobody's clients, whom
the ended ones join (rule 7). What is said of everybody else, and of all clients together, stays as the run has it.

That is done once, when finance first reads such a table after the decision, and kept in a small file beside the run.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipeline.errors import MachineError
from pipeline.settings import Settings
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import SCHEMA_VERSION
from pipeline.transform import as_declared
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.transform.projection import finance_tables
from pipeline.warehouse.association_visibility import AGAIN, hide, stored_schema
from pipeline.warehouse.connection import connect
from pipeline.warehouse.database import Exports, open_run_file
from pipeline.warehouse.home import Home
from pipeline.whole_files import whole_file

ATTACHED: Final = "finance_again"
"""The name under which the kept file is attached."""

_OF_CLIENTS: Final = ("contracts", "contract_lines", "contract_changes")
_KNOWN_TO_ALL: Final = ("price_book", "limit_blocks", "fx_rates")


def attach_finance_again(con: duckdb.DuckDBPyConnection, run_file: Path, ended: EndedPairs) -> bool:
    """Attach finance's figures after those endings as `ATTACHED`; False where no partner's figures change by them."""
    try:
        _attach(con, _kept(run_file, ended))
    except duckdb.IOException:
        # A nightly run has removed it in between, because another association has ended: it is made again.
        _attach(con, _kept(run_file, ended))
    return bool(con.execute(f"FROM {ATTACHED}.main.partners LIMIT 1").fetchall())


def finance_again(name: str, stored: str) -> str:
    """SQL of that table as it is after the endings; needs `attach_finance_again`. `stored`: the run's own schema."""
    kept = f"partner_id IS NOT NULL AND partner_id NOT IN (FROM {ATTACHED}.main.partners)"
    if "scope" in FINANCE[name].column_names:
        kept += " OR scope = 'vendor'"
    return (
        f"SELECT * FROM (FROM {stored}.{name} WHERE {kept} "  # noqa: S608
        f"UNION ALL BY NAME FROM {ATTACHED}.main.{name}) ORDER BY {AGAIN[name]}"
    )


def show_finance_again(con: duckdb.DuckDBPyConnection, run_file: Path, ended: EndedPairs, database: str) -> None:
    """Let this connection see finance's tables as they are after those endings."""
    changed = attach_finance_again(con, run_file, ended)
    for name in AGAIN:
        query = finance_again(name, stored_schema(database)) if changed else f"FROM {stored_schema(database)}.{name}"
        con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def remove_outdated(home: Home, ended: EndedPairs) -> None:
    """Remove what was kept for other endings than those of now, and what killed processes left half-written.

    For the nightly run, which holds the lock. Whoever still needs a file makes it again.
    """
    for path in home.runs.glob("run-*.ended-*.duckdb"):
        if not path.name.endswith(f".ended-{_hash(ended)}.duckdb"):
            path.unlink(missing_ok=True)
    for path in home.runs.glob(".run-*.ended-*"):
        if not _is_being_written(path):
            path.unlink(missing_ok=True)


def _is_being_written(path: Path) -> bool:
    """Whether the process that began that file is alive: its number ends the name (`whole_files.unfinished_name`)."""
    number = path.name.removesuffix(".wal").rpartition(".")[2]
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except OSError:
        return True
    return True


def _attach(con: duckdb.DuckDBPyConnection, kept: Path) -> None:
    quoted = str(kept).replace("'", "''")
    con.execute(f"ATTACH IF NOT EXISTS '{quoted}' AS {ATTACHED} (READ_ONLY)")


def _hash(ended: EndedPairs) -> str:
    told = json.dumps([SCHEMA_VERSION, duckdb.__version__, sorted(ended)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _kept(run_file: Path, ended: EndedPairs) -> Path:
    """The file that keeps the figures: made when it is not there yet or cannot be read."""
    real = Path(os.path.realpath(run_file))
    path = real.with_name(f"{real.stem}.ended-{_hash(ended)}.duckdb")
    if _readable(path):
        return path
    figures = _figures(real, ended)
    try:
        _write(path, figures)
    except MachineError:
        # A home that this user may only read: the figures then last as long as the process.
        path = Path(_own_folder()) / path.name
        if not _readable(path):
            _write(path, figures)
    return path


@cache
def _own_folder() -> str:
    return tempfile.mkdtemp(prefix="renewals-finance-")


def _readable(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with connect(str(path), read_only=True) as con:
            con.execute("FROM main.partners LIMIT 1").fetchall()
    except duckdb.Error:
        return False
    return True


def _write(path: Path, figures: dict[str, pl.DataFrame]) -> None:
    with whole_file(path) as unfinished:
        try:
            with connect(str(unfinished)) as con:
                for name, frame in figures.items():
                    con.register("rows_to_keep", frame)
                    con.execute(f"CREATE TABLE main.{name} AS FROM rows_to_keep")
                    con.unregister("rows_to_keep")
                con.execute("CHECKPOINT")
        except duckdb.IOException as error:
            raise MachineError(f"{path} cannot be written: {str(error).splitlines()[0]}") from None


def _figures(run_file: Path, ended: EndedPairs) -> dict[str, pl.DataFrame]:
    """The rows of the tables of `AGAIN` for the partners concerned and for nobody's clients; `partners`: those."""
    with open_run_file(run_file) as con:
        hide(con, ended, run_file.stem)
        stored = stored_schema(run_file.stem)
        con.execute(
            f"CREATE TEMP TABLE partners_projected_again AS "  # noqa: S608
            f"SELECT DISTINCT partner_id FROM {stored}.mrr_bridge "
            "SEMI JOIN ended_associations USING (partner_id, hub_id)"
        )
        partners = con.sql("FROM partners_projected_again ORDER BY partner_id").pl()
        if partners.is_empty():
            return {"partners": partners} | {name: FINANCE[name].polars_schema.to_frame() for name in AGAIN}
        con.execute(
            f"CREATE TEMP TABLE contracts_projected_again AS SELECT s.contract_id, s.hub_id, b.partner_id "  # noqa: S608
            f"FROM {stored}.mrr_bridge s JOIN mrr_bridge b USING (contract_id) "
            "WHERE s.partner_id IS NULL OR s.partner_id IN (FROM partners_projected_again)"
        )
        settings, as_of = con.execute("SELECT settings, as_of FROM main.run_info").fetchall()[0]
        again = finance_tables(
            _exports(con),
            con.sql("SELECT DISTINCT hub_id, partner_id FROM contracts_projected_again").pl(),
            as_of=as_of,
            rates=con.sql("FROM main.renewal_rates").pl(),
            **Settings.from_json(settings).finance_values(),
        )
    declared = {name: as_declared(again[name], FINANCE[name]) for name in AGAIN}
    return {"partners": partners} | {
        name: frame.filter(scope="partner") if "scope" in frame.columns else frame for name, frame in declared.items()
    }


def _exports(con: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    """The run's exports as far as they concern these contracts; without history, whose rates are given."""
    all_rows = Exports(con)
    mine = con.sql("SELECT contract_id FROM contracts_projected_again").pl()
    of_clients = {name: all_rows[name].join(mine, on="contract_id", how="semi") for name in _OF_CLIENTS}
    history = all_rows["renewal_history"].head(0)
    return of_clients | {name: all_rows[name] for name in _KNOWN_TO_ALL} | {"renewal_history": history}
