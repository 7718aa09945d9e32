"""The finance tables of a drawn export, seen on 23 November 2026 as everywhere in the rules' tests."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from pipeline.transform import ownership
from pipeline.transform.projection import finance_tables

AS_OF = date(2026, 11, 23)
MOVED = ("month", "opening", "new", "expansion", "contraction", "churn", "closing")


def finance(exports: dict[str, pl.DataFrame], *, as_of: date = AS_OF, **choices: Any) -> dict[str, pl.DataFrame]:
    clients = ownership.associations(exports["clients"], as_of=as_of)
    return finance_tables(exports, clients, as_of=as_of, **choices)


def moves(tables: dict[str, pl.DataFrame], scenario: str) -> pl.DataFrame:
    """The months of the scenario in which something moves."""
    moving = pl.any_horizontal(pl.col("new", "expansion", "contraction", "churn") != 0)
    return tables["mrr_projection"].filter(pl.col("scenario") == scenario).filter(moving)
