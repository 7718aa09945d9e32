"""The committed sample: every story, then generated clients around them, one small CSV per contract table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.sample import catalogue, export_files, population
from pipeline.sample.draw import as_exported
from pipeline.sample.stories_dates import DATES, MINDS
from pipeline.sample.stories_people import BROKEN, FILLED, HOSTILE, NAMES, PEOPLE, partner_rows
from pipeline.sample.stories_prices import PRICES
from pipeline.sample.stories_terms import TERMS
from pipeline.sample.story import Row, rows_of
from pipeline.tables.exports import EXPORTS

DEMO_DAY: Final = date(2026, 11, 23)
"""The day for which every sentence of data/sample/README.md is true."""

_SEED: Final = 20261123
_GENERATED_CLIENTS: Final = 60
_PAST_RENEWALS: Final = {1: 20, 2: 30, 3: 50}


def write_demo_sample(out: Path) -> dict[str, int]:
    """Write the committed sample into the folder `out`, byte for byte; returns the rows written per table."""
    stories = rows_of((*DATES, *MINDS, *PRICES, *PEOPLE, *NAMES, *HOSTILE, *TERMS))
    stories["partners"] = partner_rows()
    generated = _generated()
    out.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name, table in EXPORTS.items():
        written = [*stories[name], *BROKEN.get(name, [])]
        frame = _as_text(written, table.column_names)
        if name in generated:
            more = as_exported(generated[name], name).select(pl.all().cast(pl.String))
            frame = pl.concat([frame, more])
        frame.write_csv(out / f"{name}.csv")
        rows[name] = frame.height
    return rows


def _generated() -> export_files.Frames:
    sellers = population.Partners(ids=pl.Series(list(FILLED)), home_currencies=pl.Series(list(FILLED.values())))
    base = population.client_base(0, _GENERATED_CLIENTS, sellers, seed=_SEED, as_of=DEMO_DAY)
    prices = catalogue.unit_prices()
    around = export_files.client_tables(base, prices, seed=_SEED, as_of=DEMO_DAY, past=_PAST_RENEWALS)
    return {**around, **export_files.reference_tables(DEMO_DAY)}


def _as_text(rows: list[Row], columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        [[row.get(name) for name in columns] for row in rows], schema=dict.fromkeys(columns, pl.String), orient="row"
    )
