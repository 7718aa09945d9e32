"""Writes a sample: one CSV per contract table (UTF-8, LF), in batches of clients, so memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final

import polars as pl

from pipeline.errors import UsageError
from pipeline.sample import agreements, catalogue, charges, population
from pipeline.sample.draw import as_exported
from pipeline.tables.exports import EXPORTS

MOST_CLIENTS: Final = 10_000_000
CLIENTS_PER_PARTNER: Final = 80
FEWEST_PARTNERS: Final = 12
_BATCH: Final = 100_000
_EARLIEST_YEAR: Final = 1950
_LATEST_YEAR: Final = 2200

Frames = dict[str, pl.DataFrame]


def write_sample(
    out: Path,
    *,
    clients: int,
    seed: int,
    as_of: date,
    progress: Callable[[int], None] | None = None,
    batch: int = _BATCH,
) -> dict[str, int]:
    """Write an invented export of that many clients into the folder `out`; returns the rows written per table.

    The files depend on clients, seed and as_of only, not on `batch` (clients held in memory at once). No row breaks
    the contract. `progress` is called after each batch with the number of clients in it. Files of the same names
    are replaced. Raises UsageError for a number of clients outside 1 to 10 million or a year outside 1950 to 2200.
    """
    _refuse_impossible(clients, as_of)
    out.mkdir(parents=True, exist_ok=True)
    rows = dict.fromkeys(EXPORTS, 0)
    with ExitStack() as stack:
        files = {name: stack.enter_context((out / f"{name}.csv").open("wb")) for name in EXPORTS}
        for name, table in EXPORTS.items():
            files[name].write(",".join(table.column_names).encode() + b"\n")
        for finished, frames in _parts(clients, seed, as_of, batch):
            for name, frame in frames.items():
                _append(frame, name, files[name])
                rows[name] += frame.height
            if progress is not None and finished:
                progress(finished)
    return rows


def reference_tables(as_of: date) -> Frames:
    """Price book, limit blocks and exchange rates: the same for every sample of that day."""
    return {
        "price_book": catalogue.price_book(as_of),
        "limit_blocks": catalogue.limit_blocks(as_of),
        "fx_rates": catalogue.fx_rates(as_of),
    }


def client_tables(
    base: pl.DataFrame, prices: catalogue.UnitPrices, *, seed: int, as_of: date, past: dict[int, int]
) -> Frames:
    """Every table that belongs to those clients (`population.client_base`), as `agreements.contract_base` asks."""
    contracts = agreements.contract_base(base, seed=seed, as_of=as_of, past=past)
    lines = charges.line_base(contracts, prices, seed=seed, as_of=as_of)
    monthly = charges.monthly_charge(lines)
    return {
        "clients": population.clients(base),
        "contracts": agreements.contracts(contracts),
        "contract_lines": charges.contract_lines(lines, prices, seed=seed),
        "contacts": population.contacts(base, seed=seed, as_of=as_of),
        "contract_changes": charges.contract_changes(contracts, monthly, seed=seed, as_of=as_of),
        "app_usage": population.app_usage(base, seed=seed, as_of=as_of),
        "consumption": population.consumption(base, seed=seed, as_of=as_of),
        "renewal_history": agreements.renewal_history(contracts, monthly, seed=seed),
    }


def _parts(clients: int, seed: int, as_of: date, batch: int) -> Iterator[tuple[int, Frames]]:
    """The sample in pieces, each with the number of clients in it."""
    partners = population.invented_partners(max(FEWEST_PARTNERS, clients // CLIENTS_PER_PARTNER), seed=seed)
    yield 0, {"partners": partners, **reference_tables(as_of)}
    sellers = population.partners_of(partners, seed=seed)
    prices = catalogue.unit_prices()
    for first in range(0, clients, batch):
        last = min(first + batch, clients)
        base = population.client_base(first, last, sellers, seed=seed, as_of=as_of)
        yield last - first, client_tables(base, prices, seed=seed, as_of=as_of, past=agreements.PAST_RENEWALS)


def _append(frame: pl.DataFrame, name: str, file: BinaryIO) -> None:
    as_exported(frame, name).write_csv(file, include_header=False)


def _refuse_impossible(clients: int, as_of: date) -> None:
    if not 1 <= clients <= MOST_CLIENTS:
        raise UsageError(f"a sample has 1 to {MOST_CLIENTS} clients, not {clients}")
    if not _EARLIEST_YEAR <= as_of.year <= _LATEST_YEAR:
        raise UsageError(f"a sample's day lies in {_EARLIEST_YEAR} to {_LATEST_YEAR}, not on {as_of}")
