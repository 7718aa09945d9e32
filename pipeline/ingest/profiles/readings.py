"""What the contracts of a profile are worth under one reading of it: MRR per currency, before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

import duckdb
import polars as pl

from pipeline import rules
from pipeline.ingest import sql
from pipeline.transform.mrr import billing_months, current_mrr, minor_unit

_READ: Final = "contract_as_read"
_CONTRACT_TYPES: Final = {
    "contract_id": "VARCHAR", "currency": "VARCHAR", "term_start_date": "DATE", "renewal_start_date": "DATE",
    "billing_frequency": "VARCHAR", "billing_interval_months": "BIGINT", "subscription_term_months": "BIGINT",
}  # fmt: skip
_LINE_TYPES: Final = {
    "contract_id": "VARCHAR", "quantity": "DECIMAL(18, 4)", "unit_price": "DECIMAL(18, 6)",
    "discount_percent": "DECIMAL(9, 4)", "discount_end_date": "DATE", "is_recurring": "BOOLEAN",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worth:
    """Contracts in force on the day and their MRR, per currency. `contracts`: of all currencies together."""

    contracts: int = 0
    mrr: dict[str, Decimal] = field(default_factory=dict)

    def to_plain(self) -> dict[str, str]:
        """The MRR as a program may read it."""
        units = rules.minor_units()
        return {code: f"{amount:.{units.get(code, 2)}f}" for code, amount in self.mrr.items()}

    @property
    def in_words(self) -> str:
        """`EUR 4,205.00`, several currencies joined by "+"; "nothing in force" when there is none."""
        units = rules.minor_units()
        amounts = [f"{code} {amount:,.{units.get(code, 2)}f}" for code, amount in self.mrr.items()]
        more = f" + {len(amounts) - 4} currencies" if len(amounts) > 4 else ""
        return " + ".join(amounts[:4]) + more or "nothing in force"


def distance(one: Worth, other: Worth) -> Decimal:
    """How far two readings are apart: over the currencies, the sum of the differences of MRR."""
    zero = Decimal(0)
    return sum((abs(one.mrr.get(c, zero) - other.mrr.get(c, zero)) for c in {*one.mrr, *other.mrr}), zero)


def worth(con: duckdb.DuckDBPyConnection, contract: str, statements: Mapping[str, str], *, as_of: date) -> Worth | None:
    """The worth of what the SELECTs for contracts and lines make of the view `contract`, or None when they fail.

    Rows that could not be loaded (no date, not a number, an unknown currency, a repeated key) do not count.
    """
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {_READ} AS {sql.without_end(contract)}")
        contracts = _frame(con, statements["contracts"], _CONTRACT_TYPES)
        lines = _frame(con, statements["contract_lines"], _LINE_TYPES)
    except duckdb.Error:
        return None
    known = list(rules.minor_units())
    earliest = date.fromisoformat(rules.EARLIEST_DATE)
    in_force = contracts.filter(
        pl.col("contract_id").is_unique() & pl.col("currency").is_in(known),
        (pl.col("term_start_date") >= earliest)
        & pl.col("subscription_term_months").is_between(1, rules.LONGEST_PERIOD_MONTHS),
        (pl.col("term_start_date") <= as_of) & (pl.col("renewal_start_date") > as_of),
    ).with_columns(billing_months(), minor_unit())
    usable = lines.filter((pl.col("quantity") >= 0) & pl.col("unit_price").is_not_null())
    figures = current_mrr(
        in_force.filter(pl.col("billing_months").is_between(1, rules.LONGEST_PERIOD_MONTHS)), usable, as_of=as_of
    )
    sums = figures.group_by("currency").agg(pl.col("current_mrr").sum()).sort("currency")
    return Worth(figures.height, dict(sums.select("currency", "current_mrr").iter_rows()))


def _frame(con: duckdb.DuckDBPyConnection, statement: str, types: Mapping[str, str]) -> pl.DataFrame:
    made = f"FROM (\n{sql.without_end(statement)}\n) AS made"
    view = f"WITH contract AS (SELECT * FROM {_READ})"
    there = {name for name, *_ in con.execute(f"DESCRIBE {view} SELECT * {made}").fetchall()}
    columns = ", ".join(
        f"TRY_CAST({f'CAST({name} AS VARCHAR)' if name in there else 'NULL'} AS {kind}) AS {name}"
        for name, kind in types.items()
    )
    found: pl.DataFrame = con.sql(f"{view} SELECT {columns} {made}").pl()
    return found
