"""A profile's SELECTs, run over the raw files in a sandbox: no other file can be read from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError, RenewalsError
from pipeline.ingest import sql
from pipeline.ingest.contract import cell_text
from pipeline.ingest.contract.header import labels, table_labels
from pipeline.ingest.contract.source_rows import Original, Source, cells_json
from pipeline.ingest.formats.parquet_file import text_of
from pipeline.ingest.profiles import functions, sql_errors
from pipeline.ingest.profiles.profile import LEFT_OUT, VIEWS, Profile, RawFile
from pipeline.ingest.profiles.readings import Worth, worth
from pipeline.settings import FileFormat
from pipeline.tables.declare import Table
from pipeline.warehouse.connection import connect
from pipeline.warehouse.machine import machine_failure

SOURCE: Final = "_source"
_SOURCE_TYPES: Final = {"BIGINT": f"[{SOURCE}]", "BIGINT[]": SOURCE}
_BATCH: Final = 50_000


@dataclass(frozen=True, slots=True)
class RawSource:
    """The rows of a raw file: `_source` is `base` plus the record's number."""

    raw: RawFile
    source: Source
    base: int
    rows: int


@dataclass(frozen=True, slots=True)
class Mapped:
    """The rows a SELECT made for one contract table, as text on disk, with the raw rows each was made of.

    They are in the order of the rows they point at.
    """

    header: tuple[str, ...]
    path: Path
    raw: tuple[RawSource, ...]
    has_structure: bool = False

    @property
    def relation(self) -> str:
        """SQL that gives the cells as text columns c0, c1, … in record order."""
        return f"(SELECT * EXCLUDE (sources) FROM read_parquet({sql.path(self.path)}))"

    @property
    def sources(self) -> str:
        """SQL that gives `record` and `sources`, the list of raw rows it was made of."""
        return f"(SELECT file_row_number AS record, sources FROM {self._numbered})"

    @property
    def _numbered(self) -> str:
        return f"read_parquet({sql.path(self.path)}, file_row_number=true)"

    def originals(self, records: Sequence[int]) -> Iterator[Original]:
        """The raw row each of these records points at, in no particular order."""
        wanted = iter(records)
        while batch := list(islice(wanted, _BATCH)):
            yield from self._originals(batch)

    def _originals(self, records: list[int]) -> Iterator[Original]:
        pointed: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for record, source, *cells in self._rows(records):
            pointed[source].append((record, cells_json(self.header, cells)))
        for raw in self.raw:
            inside = sorted(source - raw.base for source in pointed if 0 <= source - raw.base < raw.rows)
            for original in raw.source.originals(inside):
                for record, mapped in pointed[raw.base + original.record]:
                    yield original._replace(record=record, mapped=mapped)

    def _rows(self, records: list[int]) -> list[tuple[Any, ...]]:
        columns = ", ".join(f"c{place}" for place in range(len(self.header)))
        with connect() as con:
            con.register("wanted", pa.table({"record": pa.array(records, pa.int64())}))
            return con.execute(
                f"SELECT file_row_number, sources[1], {columns} FROM {self._numbered} "
                "WHERE file_row_number IN (SELECT record FROM wanted)"
            ).fetchall()


class ProfileSandbox:
    """A DuckDB in memory that sees the raw tables and a folder for its results, and nothing else.

    It knows the functions for profiles, and the profile's own views, each made once.
    """

    def __init__(self, profile: Profile, raw: Sequence[RawSource], folder: Path, as_of: date) -> None:
        self._profile = profile
        self._raw = tuple(raw)
        self._folder = folder
        self._made: list[str] = []
        self._con = connect(config={"temp_directory": str(folder)})
        for one in raw:
            self._add(one)
        # DuckDB compares both with it: the pattern, in which the name is escaped, and the file found.
        self._con.execute(f"SET allowed_directories = [{sql.text(str(folder))}, {sql.path(folder)}]")
        self._con.execute("SET enable_external_access = false")
        self._con.execute("SET lock_configuration = true")
        definitions = functions.definitions(as_of)
        for definition in definitions:
            self._con.execute(definition)
        # An error inside a function has a place in the function's own text. That falls into this margin: line 1.
        self._margin = " " * max(len(definition.encode()) for definition in definitions) + "\n"
        self._make_views()

    def close(self) -> None:
        """Ends the sandbox."""
        self._con.close()

    def _add(self, raw: RawSource) -> None:
        names = labels(raw.raw.path, raw.source.header)
        if SOURCE in (name.lower() for name in names):
            raise InputError(f"{raw.raw.path}: has a column {SOURCE}, a name that source profiles need; rename it")
        there = {name.lower() for name in names}
        cells = "".join(
            f"CASE WHEN {cell_text.is_blank(f'c{place}')} THEN NULL ELSE c{place} END AS {sql.name(name)}, "
            for place, name in enumerate(names)
        )
        cells += "".join(
            f"CAST(NULL AS VARCHAR) AS {sql.name(name)}, " for name in raw.raw.optional if name.lower() not in there
        )
        laid_out = " WHERE structure IS NULL" if raw.source.has_structure else ""
        kind = "VIEW" if raw.source.has_structure else "TABLE"
        self._con.execute(
            f"CREATE {kind} {sql.name(raw.raw.name)} AS "
            f"SELECT {cells}{raw.base} + record AS {SOURCE} FROM {raw.source.relation}{laid_out}"
        )

    def _make_views(self) -> None:
        """A view may read others: one that does not find its tables yet is tried again after the others."""
        waiting = dict(self._profile.views)
        while waiting:
            wrong: RenewalsError | None = None
            for name, text in list(waiting.items()):
                where = f"{self._profile.called}/{VIEWS}/{name}.sql"
                query = self._select(where, text)
                try:
                    self._con.execute(f"CREATE TABLE {sql.name(name)} AS {query}")
                except duckdb.CatalogException as error:
                    if not any(
                        f"name {other} does".lower() in str(error).lower() for other in waiting if other != name
                    ):
                        wrong = wrong or self._error(where, text, error)
                    continue
                except duckdb.Error as error:
                    raise self._error(where, text, error) from None
                del waiting[name]
                self._made.append(name)
                break
            else:
                circle = ", ".join(f"{name}.sql" for name in waiting)
                raise wrong or InputError(f"{self._profile.called}/{VIEWS}: {circle} read each other in a circle")

    def view_columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of the views that are made, by view."""
        described = {view: self._con.execute(f"DESCRIBE {sql.name(view)}").fetchall() for view in self._made}
        return {view: tuple(name for name, *_ in rows) for view, rows in described.items()}

    def worth(self, contract: str, *, as_of: date) -> Worth | None:
        """What the contracts would be worth if the view `contract` were this SELECT; None when it fails."""
        return worth(self._con, contract, self._profile.statements, as_of=as_of)

    def map(self, table: Table) -> Mapped:
        """Runs the SELECT of that table. Raises InputError when it fails or does not give what it must."""
        where = f"{self._profile.called}/{table.name}.sql"
        text = self._profile.statements[table.name]
        kinds = dict(self._describe(where, text))
        columns = [name for name in kinds if name != SOURCE]
        found = table_labels(where, columns, table)
        cells = "".join(
            f"nullif({text_of(sql.name(name), kinds[name], FileFormat())}, '') AS c{place}, "
            for place, name in enumerate(columns)
        )
        target = self._folder / f"{table.name}.mapped.parquet"
        query = self._select(where, text)
        sources = self._sources(where, kinds)
        self._run(
            where,
            text,
            f"COPY (FROM ({query}\n) AS mapped SELECT {cells}{sources} AS sources ORDER BY sources[1]) "
            f"TO {sql.text(str(target))} (FORMAT parquet)",
        )
        mapped = Mapped(found, target, self._raw)
        self._check_sources(where, mapped)
        return mapped

    def left_out(self) -> pa.Table:
        """`source` and `reason` of the rows dropped on purpose. Raises InputError as `map` does."""
        if self._profile.left_out is None:
            return pa.table({"source": pa.array([], pa.int64()), "reason": pa.array([], pa.string())})
        where = f"{self._profile.called}/{LEFT_OUT}.sql"
        text = self._profile.left_out
        kinds = dict(self._describe(where, text))
        if set(kinds) != {SOURCE, "reason"} or kinds[SOURCE] != "BIGINT":
            raise InputError(f"{where}: must give two columns, {SOURCE} and reason; it gives {', '.join(kinds)}")
        columns = f"{SOURCE} AS source, CAST(reason AS VARCHAR) AS reason"
        query = f"SELECT {columns} FROM ({self._select(where, text)}\n) AS rows"
        try:
            found = self._con.sql(query).to_arrow_table()
        except duckdb.Error as error:
            raise self._error(where, text, error) from None
        if silent := pc.sum(pc.fill_null(pc.equal(found.column("reason"), ""), True)).as_py():
            raise InputError(f"{where}: {silent:,} rows have no reason; name one for each, such as 'cancelled'")
        return found

    def _select(self, where: str, text: str) -> str:
        """The SELECT in that text, to be put on the first line of a statement: line n of the file is then n + 1."""
        try:
            statements = self._con.extract_statements("\n" + text)
        except duckdb.Error as error:
            raise self._error(where, text, error) from None
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise InputError(f"{where}: must be one SELECT and nothing else")
        return self._margin + sql_errors.numbered(sql.without_end(statements[0].query), text)

    def _describe(self, where: str, text: str) -> list[tuple[str, str]]:
        query = self._select(where, text)
        described = self._run(where, text, f"DESCRIBE SELECT * FROM ({query}\n) AS mapped").fetchall()
        return [(name, kind) for name, kind, *_ in described]

    def _run(self, where: str, text: str, query: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._con.execute(query)
        except duckdb.Error as error:
            raise self._error(where, text, error) from None

    def _error(self, where: str, text: str, error: duckdb.Error) -> RenewalsError:
        if isinstance(error, duckdb.IOException) and (failed := machine_failure(error)):
            return failed
        line = sql_errors.line_of(error)
        at = where if line is None else f"{where}, line {line}"
        said = sql_errors.first_line(error)
        advice = self._columns(text, missing) if (missing := sql_errors.missing_column(said)) else ""
        if sql_errors.is_of_a_cell(error):
            advice = f"{self._place(said)}; {sql_errors.CELL_ADVICE}"
        return InputError(f"{at}: {said}{advice}")

    def _columns(self, text: str, missing: str) -> str:
        """The columns of the raw files and views that the SQL names, in words."""
        found = ""
        for raw in self._raw:
            if sql.mentions(text, raw.raw.name):
                names = raw.source.header
                columns = sql_errors.columns_in_words(names, missing)
                found += f"; {raw.raw.path} has {columns}{sql_errors.header_advice(raw.raw, names)}"
        for view, names in self.view_columns().items():
            if sql.mentions(text, view):
                found += f"; {VIEWS}/{view}.sql gives {sql_errors.columns_in_words(names, missing)}"
        return found

    def _place(self, said: str) -> str:
        """Where the cell that an error is about stands first, when a raw column of that name has it."""
        value, column = sql_errors.refused_cell(said) or ("", "")
        for raw in self._raw:
            if column.lower() in (name.lower() for name in raw.source.header):
                [(source,)] = self._con.execute(
                    f"SELECT min({SOURCE}) FROM {sql.name(raw.raw.name)} WHERE {sql.name(column)} = ?", [value]
                ).fetchall()
                if source is not None:
                    first = next(iter(raw.source.originals([source - raw.base])))
                    return f" (first in {first.file}, line {first.line})"
        return ""

    def _sources(self, where: str, kinds: dict[str, str]) -> str:
        kind = kinds.get(SOURCE, "none")
        if kind not in _SOURCE_TYPES:
            raise InputError(f"{where}: must give {SOURCE}, a BIGINT or a list of them; it is {kind}")
        return _SOURCE_TYPES[kind]

    def _check_sources(self, where: str, mapped: Mapped) -> None:
        last = sum(raw.rows for raw in self._raw)
        [(bad,)] = self._con.execute(
            f"SELECT count(*) FROM {mapped.sources} WHERE coalesce(len(sources), 0) = 0 "
            f"OR len(list_filter(sources, lambda s: s IS NULL OR s < 0 OR s >= {last})) > 0",
        ).fetchall()
        if bad:
            raise InputError(f"{where}: {bad} rows do not name the raw rows they were made of in {SOURCE}")
