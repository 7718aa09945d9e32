"""Rows of text on disk: the exact, slower way into the same validation, for everything but a plain CSV.

A text table is one or more Parquet files with the columns `record` (its number, from 0), `line`, `structure`, `given`
(how many cells under the header the record had), `beyond` (JSON of what else it held) and one text column per header
cell: c0, c1, …
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.ingest import sql
from pipeline.ingest.contract.source_rows import Original, beyond, to_json
from pipeline.whole_files import writing

_ROWS_PER_GROUP = 65_536
_CELLS_PER_GROUP = 4 << 20
"""Cells of a row group at most: a wide table has fewer rows in each."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """The rows of one source file as text. `rows`: how many records; `above`: how many rows of a sheet stand above
    its header row and are not read."""

    file: str
    header: tuple[str, ...]
    parts: tuple[Path, ...]
    rows: int
    has_structure: bool = True
    above: int = 0

    @property
    def relation(self) -> str:
        """SQL that gives c0, c1, …, `structure` and `record` in record order."""
        columns = "".join(f"nullif(c{place}, '') AS c{place}, " for place in range(len(self.header)))
        paths = ", ".join(sql.text(str(path)) for path in self.parts)
        return f"(SELECT {columns}structure, record FROM read_parquet([{paths}], union_by_name=true))"

    def originals(self, records: Sequence[int]) -> Iterator[Original]:
        """The records of these numbers (ascending), as they are in the file."""
        first = taken = 0
        for group in self._groups():
            upto = bisect_left(records, first + group.num_rows)
            places = [record - first for record in records[taken:upto]]
            for record, row in zip(records[taken:upto], group.take(places).to_pylist() if places else [], strict=True):
                yield self._original(row, record)
            first, taken = first + group.num_rows, upto
            if taken == len(records):
                return

    def _groups(self) -> Iterator[pa.Table]:
        for part in self.parts:
            with pq.ParquetFile(part) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group)

    def _original(self, row: dict[str, str | None], record: int) -> Original:
        given = int(row["given"] or 0)
        cells = {name: row.get(f"c{place}") for place, name in enumerate(self.header[:given])}
        return Original(record, self.file, int(row["line"] or 0), to_json(cells | json.loads(row["beyond"] or "{}")))


class TextTableWriter:
    """Writes a text table in order; the header may grow while it is written."""

    def __init__(self, folder: Path, name: str, file: str, header: Sequence[str] = ()) -> None:
        self._stem = folder / name
        self._file = file
        self.header = list(header)
        self._rows: list[tuple[object, ...]] = []
        self._parts: list[Path] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def __enter__(self) -> TextTableWriter:
        """Used as a context, so that an open file is closed also when reading fails."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the file that is being written."""
        self._end_part()

    def grow(self, column: str) -> None:
        """Adds a column at the end of the header; rows that were added before have no cell there."""
        self.header.append(column)

    def add(self, line: int, cells: Sequence[str | None], structure: str | None = None) -> None:
        """Adds a record. An empty cell is null; cells beyond the header are kept for the quarantine."""
        width = len(self.header)
        given = len(cells)
        if given == width:
            self._rows.append((line, structure, width, None, *cells))
        else:
            more = json.dumps(beyond(width, cells)) if given > width else None
            row = (*cells[:width], *[None] * (width - given))
            self._rows.append((line, structure, min(given, width), more, *row))
        self._flush_when_many()

    def add_raw(self, line: int, raw: str, structure: str) -> None:
        """Adds a record that has no cells: its text is kept for the quarantine under the empty name."""
        self._rows.append((line, structure, 0, json.dumps({"": raw})))
        self._flush_when_many()

    def finish(self) -> TextTable:
        """Ends the table and gives it."""
        if not self._parts or self._rows:
            self._flush()
        self._end_part()
        return TextTable(self._file, tuple(self.header), tuple(self._parts), self.rows)

    def _schema(self) -> pa.Schema:
        fields = [("record", pa.int64()), ("line", pa.int64()), ("structure", pa.string())]
        fields += [("given", pa.int64()), ("beyond", pa.string())]
        return pa.schema(fields + [(f"c{place}", pa.string()) for place in range(len(self.header))])

    def _flush_when_many(self) -> None:
        rows = len(self._rows)
        if rows >= _ROWS_PER_GROUP or rows * len(self.header) >= _CELLS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        schema = self._schema()
        if self._writer is not None and len(self._writer.schema) < len(schema):
            self._close_part()
        if self._writer is None:
            self._parts.append(Path(f"{self._stem}.{len(self._parts)}.parquet"))
            with writing(self._parts[-1]):
                self._writer = pq.ParquetWriter(self._parts[-1], schema, compression="lz4")
        # A row from before the header grew is shorter: what it lacks is null.
        columns: list[Sequence[object]] = list(zip_longest(*self._rows))
        columns += [[None] * len(self._rows)] * (len(schema) - 1 - len(columns))
        columns.insert(0, range(self.rows, self.rows + len(self._rows)))
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
        with writing(self._parts[-1]):
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        self.rows += len(self._rows)
        self._rows.clear()

    def _end_part(self) -> None:
        if self._rows:
            self._flush()
        self._close_part()

    def _close_part(self) -> None:
        if self._writer is not None:
            with writing(self._parts[-1]):
                self._writer.close()
            self._writer = None
