"""A Parquet file as a source: typed values become the text a CSV would hold, and are then judged alike."""

from __future__ import annotations

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
from pipeline.ingest.originals import Original, cells_json
from pipeline.settings import FileFormat

_BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """The rows of one Parquet file; its line numbers are row numbers, the first is 1."""

    file: str
    path: Path
    header: tuple[str, ...]
    cells: tuple[str, ...]
    has_structure: bool = False

    @property
    def relation(self) -> str:
        """SQL that gives the cells as text and `record`, in the order of the file."""
        return f"(SELECT {', '.join(self.cells)}, file_row_number AS record FROM {_scan(self.path)})"

    def originals(self, records: Sequence[int]) -> Iterator[Original]:
        """The rows of these numbers (ascending), as text."""
        wanted = iter(records)
        with duckdb.connect() as con:
            while batch := list(islice(wanted, _BATCH)):
                con.register("wanted", pa.table({"record": pa.array(batch, pa.int64())}))
                found = con.execute(
                    f"SELECT file_row_number, {', '.join(self.cells)} FROM {_scan(self.path)} "
                    "WHERE file_row_number IN (SELECT record FROM wanted) ORDER BY file_row_number"
                )
                for record, *cells in found.fetchall():
                    yield Original(record, self.file, record + 1, cells_json(self.header, cells))


def parquet_names(file: str, path: Path) -> list[str]:
    """The names of the columns. Raises InputError when the file is no readable Parquet."""
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(file, error) from None


def open_parquet(file: str, path: Path, labels: tuple[str, ...], file_format: FileFormat) -> ParquetSource:
    """The file as a source. Raises InputError when it is not readable, data included."""
    try:
        with duckdb.connect() as con:
            described = con.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {_scan(path)}").fetchall()
    except duckdb.Error as error:
        raise _unreadable(file, error) from None
    cells = (
        f"nullif({text_of(sql.name(name), kind, file_format)}, '') AS c{place}"
        for place, (name, kind, *_) in enumerate(described)
    )
    return ParquetSource(file, path, labels, tuple(cells))


def _unreadable(file: str, error: Exception) -> InputError:
    first = str(error).strip().split("\n")[0]
    return InputError(f"{file}: is no readable Parquet file ({first}); export it again")


def _scan(path: Path) -> str:
    return f"read_parquet({sql.path(path)}, file_row_number=true, hive_partitioning=false)"


def text_of(column: str, kind: str, file_format: FileFormat) -> str:
    """SQL for the text of a column of that DuckDB type, as a CSV of that format would hold it."""
    as_text = f"CAST({column} AS VARCHAR)"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return _date(column, kind, file_format)
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


def _date(column: str, kind: str, file_format: FileFormat) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        column = f"({column} AT TIME ZONE 'UTC')"
    as_text = f"CAST({column} AS VARCHAR)"
    day = f"strftime({column}, {sql.text(file_format.date_format)})"
    midnight = "true" if kind == "DATE" else f"CAST(CAST({column} AS DATE) AS TIMESTAMP) = {column}"
    return f"CASE WHEN isfinite({column}) AND {midnight} THEN {day} ELSE {as_text} END"


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
