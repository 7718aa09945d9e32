"""An invented vendor's book, and run files of its nights: the exports, MRR and day that the night gate reads, no more.

The book is drawn once (`pipeline.sample`), read by ingest, and given 30 partners of 8 to 20 clients, so that every
table has at least 20 keys. A night is a dict of frames; tests change one thing in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.checks import NightsBefore, NightVerdict, night_gate
from pipeline.ingest import ingest
from pipeline.sample import write_sample
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED, SCHEMA_VERSION
from pipeline.transform import as_declared, contracts_in_force
from pipeline.transform.decisions_in_effect import no_decisions
from pipeline.transform.mrr import current_mrr
from pipeline.warehouse import Exports, create_run_file, write_table

AS_OF = date(2026, 11, 23)
TONIGHT = AS_OF + timedelta(days=1)
PARTNERS = 30

Frames = dict[str, pl.DataFrame]
Change = Callable[[Frames], Frames]


def drawn_book(folder: Path, *, clients: int = 400, seed: int = 5) -> Frames:
    """The export tables of one night, typed, as ingest leaves them."""
    write_sample(folder / "exports", clients=clients, seed=seed, as_of=AS_OF)
    with create_run_file(folder / "drawn.duckdb") as con:
        ingest(con, folder / "exports", settings=Settings(), as_of=AS_OF, scratch=folder)
        frames = dict(Exports(con))
    return with_partners(frames, PARTNERS)


def with_partners(frames: Frames, count: int) -> Frames:
    """The same book with that many partners; their clients keep their order, so that sizes differ little."""
    number = pl.int_range(0, count)
    partners = pl.select(
        partner_id=pl.format("P-{}", number),
        partner_name=pl.format("Partner number {}", number),
        report_emails=pl.format("reports@p{}.example; finance@p{}.example", number, number),
        locale=pl.when(number % 3 == 0).then(pl.lit("de-DE")).otherwise(pl.lit("en")),
        time_zone=pl.when(number % 2 == 0).then(pl.lit("Europe/Berlin")),
        owns_communication=pl.when(number % 5 > 0).then(number % 2 == 0),
    )
    place = pl.int_range(0, pl.len())
    clients = frames["clients"].with_columns(
        partner_id=pl.when(place % 33 > 0).then(pl.format("P-{}", place * place % 7919 % count))
    )
    return frames | {"partners": declared("partners", partners), "clients": declared("clients", clients)}


def declared(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in the columns and types of that export table; columns it lacks are empty."""
    table = EXPORTS[name]
    missing = [
        pl.lit(None, dtype=column.polars_type).alias(column.name)
        for column in table.columns
        if column.name not in frame.columns
    ]
    return as_declared(frame.with_columns(missing), table)


def changed(table: str, *columns: pl.Expr) -> Change:
    """A night with these columns changed in one table."""
    return lambda night: night | {table: declared(table, night[table].with_columns(*columns))}


def kept(table: str, condition: pl.Expr | str) -> Change:
    """A night with only these rows of a table."""
    return lambda night: night | {table: night[table].filter(condition)}


def only_clients(condition: pl.Expr) -> Change:
    """A night with only these clients and what hangs on them."""
    return lambda night: without_orphans(night | {"clients": night["clients"].filter(condition)})


def without_orphans(night: Frames) -> Frames:
    """What ingest would leave: no row of a client or contract that is not there."""
    clients, contracts = night["clients"].select("hub_id"), night["contracts"]
    contracts = contracts.join(clients, on="hub_id", how="semi", maintain_order="left")
    of_clients = ("contacts", "app_usage", "consumption")
    of_contracts = ("contract_lines", "contract_changes")
    return (
        night
        | {"contracts": contracts}
        | {name: night[name].join(clients, on="hub_id", how="semi", maintain_order="left") for name in of_clients}
        | {
            name: night[name].join(contracts, on="contract_id", how="semi", maintain_order="left")
            for name in of_contracts
        }
    )


class Nights:
    """Writes run files of nights into a folder, and asks the gate about them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count()

    def run_file(self, night: Frames, as_of: date = AS_OF, settings: Settings | None = None) -> Path:
        """The run file of that night, with what the gate reads."""
        path = self.folder / f"run-{next(self._numbers)}.duckdb"
        settings = settings or Settings()
        with create_run_file(path) as con:
            con.execute("SET threads = 1; CREATE SCHEMA exports")
            for name, frame in night.items():
                con.register("frame", frame)
                con.execute(f"CREATE TABLE exports.{name} AS FROM frame")
                con.unregister("frame")
            write_table(con, "run_info", run_information(path.stem, as_of, settings))
            write_table(con, "contract_mrr", contract_mrr(night, as_of=as_of))
        return path

    def verdict(
        self,
        candidate: Path,
        yardstick: Path | None,
        *,
        as_of: date = TONIGHT,
        older: tuple[Path, ...] = (),
        settings: Settings | None = None,
        **more: Any,
    ) -> NightVerdict:
        """What the gate says of the candidate after that run, which readers see."""
        before = more.pop("before", None) or NightsBefore(yardstick, yardstick, older)
        chosen = {"decisions": no_decisions(), **more}
        return night_gate(candidate, before, settings=settings or Settings(), as_of=as_of, **chosen)


def run_information(run_id: str, as_of: date, settings: Settings) -> pl.DataFrame:
    """The row of `run_info`, with what a comparison reads of it."""
    known = {
        "run_id": run_id,
        "as_of": as_of,
        "created_at": f"{as_of}T02:00:00Z",
        "schema_version": SCHEMA_VERSION,
        "pipeline_version": "",
        "library_versions": "{}",
        "settings": settings.to_json(),
        "profile": "identity",
    }
    return pl.DataFrame([known], schema=PUBLISHED["run_info"].polars_schema)


def contract_mrr(night: Frames, *, as_of: date) -> pl.DataFrame:
    """The published table of that night."""
    in_force = contracts_in_force(declared("contracts", night["contracts"]), as_of=as_of)
    found = current_mrr(in_force, night["contract_lines"], as_of=as_of)
    whose = night["clients"].select("hub_id", "partner_id").unique("hub_id", maintain_order=True)
    found = found.join(whose, on="hub_id", how="left")
    return as_declared(found, PUBLISHED["contract_mrr"])


def stops(verdict: NightVerdict) -> set[tuple[str, str]]:
    """Which checks hold the run: `(name, table)`."""
    return {(result.name, result.table_name) for result in verdict.results if result.stops}


def warns(verdict: NightVerdict) -> set[tuple[str, str]]:
    """Which checks warn."""
    return {(r.name, r.table_name) for r in verdict.results if not r.success and r.level == "warning"}


def held(verdict: NightVerdict) -> set[tuple[str, str]]:
    """Which partners are held, and why: `(partner, finding)`."""
    return {(hold.partner_id, hold.finding) for hold in verdict.partners}
