"""How a table is declared: columns, types, units, keys and row rules, once, as plain values.

Quarantine reasons, the data dictionary, the column picker and the footnotes of reports derive from these
declarations. Conditions are SQL over the table's own columns; a rule that comes out as null does not break a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

KINDS: Final = ("text", "bool", "int", "date", "decimal")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type (`text`, `bool`, `int`, `date`, `decimal(p,s)`), unit and meaning.

    `required`: never null (in an export also: the file must have the column). `minimum`: smallest value allowed.
    `description` is for the data dictionary, in the words of the tables; `reader_text` is for the footnote of a report,
    whole sentences in plain English ("" for a column that no report shows).
    `personal`: about a person by name, or words that may name one; analysts see it masked unless they ask
    (`warehouse.masking`).
    """

    name: str
    type: str
    description: str
    required: bool = False
    minimum: int | None = None
    unit: str = ""
    personal: bool = False
    reader_text: str = ""

    @property
    def kind(self) -> str:
        """The type without its precision: one of `KINDS`."""
        return self.type.partition("(")[0]

    @property
    def precision_and_scale(self) -> tuple[int, int]:
        """Digits in all and digits after the point of a decimal column."""
        match = re.fullmatch(r"decimal\((\d+),(\d+)\)", self.type)
        if match is None:
            raise TypeError(f"{self.name} is {self.type}, not a decimal")
        return int(match[1]), int(match[2])

    @property
    def sql_type(self) -> str:
        """The type in DuckDB."""
        names = {"text": "VARCHAR", "bool": "BOOLEAN", "int": "BIGINT", "date": "DATE"}
        return names.get(self.kind) or self.type.upper()

    @property
    def polars_type(self) -> pl.DataType:
        """The type in Polars."""
        match self.kind:
            case "text":
                return pl.String()
            case "bool":
                return pl.Boolean()
            case "int":
                return pl.Int64()
            case "date":
                return pl.Date()
            case _:
                return pl.Decimal(*self.precision_and_scale)


@dataclass(frozen=True, slots=True)
class RowRule:
    """A value rule of one row: `broken_when` is SQL over the row's typed columns, `advice` what to do at the source."""

    code: str
    broken_when: str
    advice: str


@dataclass(frozen=True, slots=True)
class Reference:
    """`column` must name a row of `table` (whose key is `key`); `code` is the reason when it does not exist."""

    column: str
    table: str
    key: str
    code: str


@dataclass(frozen=True)
class Table:
    """One table: grain in words, columns in order, key, rules and references."""

    name: str
    grain: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    required: bool = True
    rules: tuple[RowRule, ...] = ()
    references: tuple[Reference, ...] = ()

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Names in the declared order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def polars_schema(self) -> pl.Schema:
        """The schema a frame of this table has."""
        return pl.Schema({column.name: column.polars_type for column in self.columns})

    @cached_property
    def personal_columns(self) -> tuple[str, ...]:
        """Names of the columns about a person by name."""
        return tuple(column.name for column in self.columns if column.personal)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def sql_columns(self) -> str:
        """The column list of a CREATE TABLE."""
        return ", ".join(f'"{c.name}" {c.sql_type}{" NOT NULL" if c.required else ""}' for c in self.columns)
