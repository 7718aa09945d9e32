"""A book that can be counted by hand: so many clients, each with one contract of USD 100 a month far from renewal."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline.tables.exports import EXPORTS
from tests.night.book import Frames, declared


def plain_book(contracts: int) -> Frames:
    """Clients H-0 …, of partners P-0, P-1 and P-2 in turn, contracts C-0 …, lines L-0 …; side tables are empty."""
    number = pl.int_range(0, contracts)
    rows = {
        "partners": pl.DataFrame({"partner_id": [f"P-{n}" for n in range(3)], "partner_name": ["A", "B", "C"]}),
        "clients": pl.select(
            hub_id=pl.format("H-{}", number),
            client_name=pl.format("Client {}", number),
            partner_id=pl.format("P-{}", number % 3),
        ),
        "contracts": pl.select(
            contract_id=pl.format("C-{}", number),
            hub_id=pl.format("H-{}", number),
            currency=pl.lit("USD"),
            term_start_date=pl.lit(date(2026, 6, 1)),
            renewal_start_date=pl.lit(date(2027, 6, 1)),
            subscription_term_months=pl.lit(12),
            billing_frequency=pl.lit("monthly"),
        ),
        "contract_lines": pl.select(
            line_id=pl.format("L-{}", number),
            contract_id=pl.format("C-{}", number),
            product_code=pl.lit("X"),
            product_name=pl.lit("X"),
            quantity=pl.lit(1),
            unit_price=pl.lit(100),
        ),
    }
    empty = {name: table.polars_schema.to_frame() for name, table in EXPORTS.items()}
    return empty | {name: declared(name, frame) for name, frame in rows.items()}


def first(count: int) -> pl.Expr:
    """True for the first rows."""
    return pl.int_range(0, pl.len()) < count
