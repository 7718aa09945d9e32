"""A Parquet file as a source: typed values become the text a CSV would hold, and are then judged alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import InputError
from pipeline.ingest import sql
from pipeline.ingest.contract.source_rows import Original, cells_json
from pipeline.settings import DEFAULT_LIMITS, FileFormat, ReadLimits
from pipeline.warehouse.connection import connect

_BATCH: Final = 10_000
_NUMBER: Final = "file_row_number"
_LONGEST_REASON: Final = 200
_OFFSET: Final = re.compile(r"([+-])(\d\d):?(\d\d)")


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """The rows of one Parquet file; its line numbers are row numbers, the first is 1."""

    file: str
    path: Path
    header: tuple[str, ...]
    cells: tuple[str, ...]
    has_structure: bool = False
    number: str = _NUMBER

    @property
    def relation(self) -> str:
        """SQL that gives the cells as text and `record`, in the order of the file."""
        return f"(SELECT {', '.join(self.cells)}, {self.number} AS record FROM {self._scan})"

    @property
    def _scan(self) -> str:
        """SQL that gives the columns, and each row's number under the name `number`, which no column has."""
        if self.number == _NUMBER:
            return _read(self.path, f", {_NUMBER}=true")
        return f"(SELECT *, row_number() OVER () - 1 AS {self.number} FROM {_read(self.path)})"

    def originals(self, records: Sequence[int]) -> Iterator[Original]:
        """The rows of these numbers (ascending), as text."""
        wanted = iter(records)
        with connect() as con:
            while batch := list(islice(wanted, _BATCH)):
                con.register("wanted", pa.table({"record": pa.array(batch, pa.int64())}))
                found = con.execute(
                    f"SELECT {self.number}, {', '.join(self.cells)} FROM {self._scan} "
                    f"WHERE {self.number} IN (SELECT record FROM wanted) ORDER BY {self.number}"
                )
                for record, *cells in found.fetchall():
                    yield Original(record, self.file, record + 1, cells_json(self.header, cells))

    def check(self) -> None:
        """Reads everything once. Raises InputError when a page is damaged."""
        cells = ", ".join(f"count({cell.rpartition(' AS ')[0]})" for cell in self.cells)
        try:
            with connect() as con:
                con.execute(f"SELECT {cells} FROM {self._scan}").fetchall()
        except (duckdb.Error, UnicodeDecodeError) as error:
            raise _unreadable(self.file, error) from None


def parquet_names(file: str, path: Path, limits: ReadLimits = DEFAULT_LIMITS) -> list[str]:
    """The names of the columns. Raises InputError when the file is not a readable Parquet, or beyond the limits."""
    try:
        known = pq.read_metadata(path)
        names = list(pq.read_schema(path).names)
        cells = known.num_rows * len(names)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise _unreadable(file, error) from None
    if cells > limits.cells:
        raise InputError(
            f"{file}: has {cells:,} cells, more than {limits.cells:,} (setting most_cells); raise the setting if that "
            "is right"
        )
    return names


def open_parquet(file: str, path: Path, labels: tuple[str, ...], file_format: FileFormat) -> ParquetSource:
    """The file as a source. Raises InputError when its columns are not readable; a damaged page is found on reading."""
    try:
        with connect() as con:
            described = con.execute(f"DESCRIBE SELECT * FROM {_read(path)}").fetchall()
            zones = _zones(con, path)
    except (duckdb.Error, pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(file, error) from None
    number = _NUMBER
    while number in (name.lower() for name, *_ in described):
        number += "_"
    cells = (
        f"nullif({text_of(sql.name(name), kind, file_format, zones[place])}, '') AS c{place}"
        for place, (name, kind, *_) in enumerate(described)
    )
    return ParquetSource(file, path, labels, tuple(cells), number=number)


def _unreadable(file: str, error: Exception) -> InputError:
    first = " ".join(str(error).strip().split("\n")[0].split())[:_LONGEST_REASON]
    return InputError(f"{file}: is not a readable Parquet file ({first}); export it again")


def _zones(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """The time zone that each column's type names, where DuckDB knows it; "" for none."""
    known = {name for (name,) in con.execute("SELECT name FROM pg_timezone_names()").fetchall()}
    found = [field.type.tz or "" if pa.types.is_timestamp(field.type) else "" for field in pq.read_schema(path)]
    return [zone if zone in known or _OFFSET.fullmatch(zone) else "" for zone in found]


def _read(path: Path, option: str = "") -> str:
    return f"read_parquet({sql.path(path)}, hive_partitioning=false{option})"


def text_of(column: str, kind: str, file_format: FileFormat, zone: str = "") -> str:
    """SQL for the text of a column of that DuckDB type, as a CSV of that format would hold it.

    `zone`: the time zone that the column's type names, an IANA name or an offset; its clock says what is written.
    """
    as_text = f"CAST({column} AS VARCHAR)"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return _date(column, kind, file_format, zone)
    if kind == "BLOB":
        # Old writers leave text unmarked; bytes that are no text keep their escaped form.
        return f"coalesce(TRY(decode({column})), {as_text})"
    if kind.startswith("DECIMAL"):
        return _with_mark(_without_zeros(as_text), file_format)
    if kind in ("FLOAT", "DOUBLE"):
        return _with_mark(_float(as_text), file_format)
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return as_text


def _date(column: str, kind: str, file_format: FileFormat, zone: str) -> str:
    """The calendar day as written; a time of day other than midnight stands behind it."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        column = _as_written(column, zone)
    as_text = f"CAST({column} AS VARCHAR)"
    day = f"strftime({column}, {sql.text(file_format.date_format)})"
    if kind != "DATE":
        day += f" || CASE WHEN CAST(CAST({column} AS DATE) AS TIMESTAMP) = {column} THEN '' "
        day += f"ELSE strftime({column}, ' %H:%M:%S') END"
    return f"CASE WHEN isfinite({column}) THEN {day} ELSE {as_text} END"


def _as_written(column: str, zone: str) -> str:
    """The date and time that the clock of that zone shows; of UTC, where no zone is named."""
    offset = _OFFSET.fullmatch(zone)
    if offset is None:
        return f"({column} AT TIME ZONE {sql.text(zone or 'UTC')})"
    minutes = int(offset[2]) * 60 + int(offset[3])
    return f"(({column} AT TIME ZONE 'UTC') {offset[1]} INTERVAL {minutes} MINUTE)"


def _without_zeros(text: str) -> str:
    """Zeros at the end come from the column's type, not from the value."""
    return f"CASE WHEN contains({text}, '.') THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END"


def _float(text: str) -> str:
    """DuckDB's text of a float is its shortest; an exponent is written out where that is exact."""
    small = _without_zeros(f"CAST(TRY_CAST({text} AS DECIMAL(38,30)) AS VARCHAR)")
    large = f"CAST(TRY_CAST({text} AS DECIMAL(38,0)) AS VARCHAR)"
    return (
        f"CASE WHEN contains({text}, 'e-') AND TRY_CAST(split_part({text}, 'e-', 2) AS INTEGER) <= 13 THEN {small} "
        f"WHEN contains({text}, 'e+') THEN coalesce({large}, {text}) ELSE regexp_replace({text}, '\\.0$', '') END"
    )


def _with_mark(text: str, file_format: FileFormat) -> str:
    return f"replace({text}, '.', ',')" if file_format.decimal_comma else text
