"""Drawn tables: text a person can read, turned into typed frames by the declared tables.

    change_id | effective_date | notice_days
    day_45    | 2027-01-07     | 45          # what follows a `#` is the reason for the row

An empty cell is null. Columns are named and typed as the product declares them, so a drawing cannot drift from it:
an unknown column, a row of the wrong length or a number with more decimals than its type raises.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from pipeline.tables.declare import Table
from pipeline.tables.exports import CONTRACT_CHANGES, CONTRACTS, EXPORTS
from pipeline.tables.published import PARTNER_SUMMARY, UPCOMING_RENEWALS


def _united(name: str, *tables: Table) -> Table:
    """A table with the columns of several; the first that has a column declares it."""
    columns = {column.name: column for table in reversed(tables) for column in table.columns}
    return Table(name=name, grain="", description="", columns=tuple(columns.values()))


CHANGE = _united("change", CONTRACT_CHANGES, CONTRACTS, UPCOMING_RENEWALS, PARTNER_SUMMARY)
"""A change on its way through the rules: its facts, its contract's columns and what the rules add to it."""

ORDINARY = {
    "partners": {"partner_name": "Partner", "owns_communication": "false"},
    "clients": {"client_name": "Client", "partner_id": "partner"},
    "contracts": {
        "hub_id": "client",
        "currency": "USD",
        "term_start_date": "2026-01-31",
        "renewal_start_date": "2027-01-31",
        "subscription_term_months": "12",
        "billing_frequency": "monthly",
    },
    "contract_lines": {"contract_id": "contract", "product_code": "hub", "product_name": "Hub", "quantity": "1"},
    "contacts": {"hub_id": "client", "full_name": "Somebody"},
    "contract_changes": {"contract_id": "contract", "effective_date": "2027-01-31"},
    "app_usage": {"hub_id": "client", "app": "app"},
    "consumption": {"hub_id": "client"},
    "price_book": {"product_code": "hub", "currency": "USD", "valid_from": "2026-01-01"},
    "limit_blocks": {
        "product_code": "hub",
        "currency": "USD",
        "limit_kind": "contacts",
        "valid_from": "2026-01-01",
        "from_limit": "0",
        "block_size": "1000",
    },
    "fx_rates": {"currency": "EUR"},
    "renewal_history": {},
    "change": {
        "contract_type": "renewal",
        "auto_renews": "true",
        "notice_months": "",
        "term_start_date": "2026-01-31",
        "renewal_deadline": "2026-12-17",
        "agreed_on": "",
        "cancellation_requested_on": "",
    },
}
"""What is in the columns that a drawing leaves out. In an export every further column is null."""

_PARENTS = (("contracts", "contract_id"), ("clients", "hub_id"), ("partners", "partner_id"))


def cells(drawing: str) -> tuple[list[str], list[list[str]]]:
    """The drawing's column names and the text of its rows, `||` read as `|`."""
    lines = [line.partition("#")[0].strip() for line in drawing.replace("||", "|").strip().splitlines()]
    names, *rows = [[cell.strip() for cell in line.split("|")] for line in lines if line]
    for row in rows:
        if len(row) != len(names):
            raise ValueError(f"{len(names)} columns are drawn, but this row has {len(row)}: {row}")
    return names, rows


def frame(table: Table, drawing: str) -> pl.DataFrame:
    """The drawn table, typed as that table declares its columns. Only the drawn columns are there."""
    names, rows = cells(drawing)
    columns = [table.column(name) for name in names]
    return pl.DataFrame(
        {
            column.name: pl.Series(
                [_value(row[place], column.polars_type) for row in rows], dtype=column.polars_type, strict=True
            )
            for place, column in enumerate(columns)
        }
    )


def export(**drawings: str) -> dict[str, pl.DataFrame]:
    """A whole export of which a test draws only what matters: `export(contracts="…", contract_lines="…")`.

    Columns that are not drawn are `ORDINARY`. A contract, client or partner that is named but not drawn is an
    ordinary one; without any drawing of lines and changes there are none.
    """
    drawn = {name: _completed(name, frame(EXPORTS[name], text)) for name, text in drawings.items()}
    tables = {name: drawn.get(name, _empty(name)) for name in EXPORTS}
    for parent, key in _PARENTS:
        named = {
            value for table in tables.values() if key in table.columns for value in table[key] if value is not None
        }
        missing = sorted(named - set(tables[parent][key]))
        if missing:
            added = pl.DataFrame({key: missing}, schema={key: EXPORTS[parent].column(key).polars_type})
            tables[parent] = pl.concat([tables[parent], _completed(parent, added)])
    return tables


def assert_rule(table: Table, drawing: str, *rules: pl.Expr) -> None:
    """Every row of the drawing gives what stands right of `||`.

    `rules` are expressions, each able to see the columns that the ones before it added. What is not drawn is ordinary.
    """
    names, rows = cells(drawing)
    given = len(cells("\n".join(line.split("||")[0] for line in drawing.strip().splitlines()))[0])
    got = frame(table, _redrawn(names[:given], [row[:given] for row in rows]))
    ordinary = ORDINARY.get(table.name, {})
    got = _filled(got, {name: ordinary[name] for name in ordinary if name not in names[:given]}, table)
    for rule in rules:
        got = got.with_columns(rule)
    assert_shows(got, _redrawn(names, rows), in_order=True)


def assert_shows(got: pl.DataFrame, drawing: str, *, in_order: bool = False) -> None:
    """The frame has exactly the drawn rows in the drawn columns; further columns are not looked at."""
    names, rows = cells(drawing)
    schema = got.select(names).schema
    expected = pl.DataFrame(
        {
            name: pl.Series([_value(row[place], schema[name]) for row in rows], dtype=schema[name], strict=True)
            for place, name in enumerate(names)
        }
    )
    assert_frame_equal(got.select(names), expected, check_row_order=in_order, check_exact=True)


def _redrawn(names: list[str], rows: list[list[str]]) -> str:
    return "\n".join(" | ".join(row) for row in [names, *rows])


def _value(cell: str, dtype: pl.DataType) -> Any:
    if cell == "":
        return None
    match dtype:
        case pl.Date():
            return date.fromisoformat(cell)
        case pl.Boolean():
            return {"true": True, "false": False}[cell]
        case pl.Decimal(scale=scale):
            if -int(Decimal(cell).as_tuple().exponent) > scale:
                raise ValueError(f"{cell} has more than {scale} decimals")
            return Decimal(cell)
        case pl.String():
            return cell
        case _:
            return int(cell)


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=EXPORTS[name].polars_schema)


def _completed(name: str, drawn: pl.DataFrame) -> pl.DataFrame:
    absent = {
        column: ORDINARY[name].get(column, "") for column in EXPORTS[name].column_names if column not in drawn.columns
    }
    return _filled(drawn, absent, EXPORTS[name]).select(EXPORTS[name].column_names)


def _filled(drawn: pl.DataFrame, cells: dict[str, str], table: Table) -> pl.DataFrame:
    types = {name: table.column(name).polars_type for name in cells}
    return drawn.with_columns(
        pl.lit(_value(cell, types[name]), dtype=types[name]).alias(name) for name, cell in cells.items()
    )
