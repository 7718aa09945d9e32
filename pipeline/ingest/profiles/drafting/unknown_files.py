"""Unknown files opened as tables of text: what each is for, and how they hang together."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.ingest import sql
from pipeline.ingest.contract import cell_text as written_cells
from pipeline.ingest.contract.source_rows import Source
from pipeline.ingest.formats.sources import open_raw
from pipeline.ingest.profiles import amounts, functions
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts, facts_of, words_of
from pipeline.ingest.profiles.drafting.column_roles import guess_parts
from pipeline.ingest.profiles.drafting.detect_format import look
from pipeline.ingest.profiles.drafting.detected_format import Looked
from pipeline.ingest.profiles.drafting.language import language_of
from pipeline.ingest.profiles.profile import RawFile
from pipeline.settings import FileFormat
from pipeline.warehouse.connection import connect

_FIELDS: Final = 40
"""Fields of a nested object that become columns."""


@dataclass(slots=True)
class DraftTable:
    """A table the draft can read: a raw file, or a view that lays a nested one flat (`view`: its SELECT).

    `use`: contracts, lines, clients, contacts, partners or lookup; `key`: the column that ties it to the contracts.
    """

    name: str
    file: Looked
    columns: list[ColumnFacts]
    parts: dict[str, ColumnFacts]
    view: str = ""
    use: str = "lookup"
    key: str = ""
    remarks: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def language(self) -> str:
        """The language of its header."""
        return language_of([one.words for one in self.columns])


_LATER: Final = date(2100, 1, 1)
"""The day of `as_of()` while a file is looked at and nobody has said one."""


class DraftDatabase:
    """A DuckDB in memory that holds all files as text, with the functions for profiles."""

    def __init__(self, files: Sequence[Path], folder: Path, as_of: date | None) -> None:
        self.con = connect()
        for definition in functions.definitions(as_of or _LATER):
            self.con.execute(definition)
        self.con.execute(f"CREATE MACRO sign_key(cell) AS {amounts.sign_key()}")
        self.tables: list[DraftTable] = []
        self._known: dict[str, list[tuple[Any, ...]]] = {}
        for path in files:
            self._add(path, folder)

    def close(self) -> None:
        """Closes the database."""
        self.con.close()

    def count(self, query: str) -> int:
        """The number that the query gives."""
        return int(self.row(query)[0] or 0)

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row that the query gives."""
        [row] = self.rows(query)
        return row

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows that the query gives; asked once, for the draft is made again for every other reading."""
        if query not in self._known:
            self._known[query] = self.con.execute(query).fetchall()
        return self._known[query]

    def on(self, day: date) -> None:
        """Makes that day the one of `as_of()`."""
        self.con.execute(f"CREATE OR REPLACE MACRO as_of() AS DATE '{day}'")
        self._known.clear()

    def _add(self, path: Path, folder: Path) -> None:
        looked = look(path)
        name = _table_name(path, {table.name for table in self.tables})
        source, looked = _opened(looked, name, folder)
        # As a run reads them: a cell of blanks is empty.
        cells = "".join(
            f"CASE WHEN {written_cells.is_blank(f'c{place}')} THEN NULL ELSE c{place} END AS {sql.name(label)}, "
            for place, label in enumerate(source.header)
        )
        laid_out = " WHERE structure IS NULL" if source.has_structure else ""
        self.con.execute(
            f"CREATE TABLE {sql.name(name)} AS SELECT {cells}record AS _source FROM {source.relation}{laid_out}"
        )
        if not source.header or not self.count(f"SELECT count(*) FROM {sql.name(name)}"):
            raise InputError(f"{path.name}: has no rows under its header")
        found = self._facts(name, looked, source.header)
        self.tables.append(found)
        if looked.suffix in (".json", ".ndjson", ".parquet"):
            self._flatten(found)
        if filled := [column for column in source.header if column in looked.merged]:
            downward = ",\n    ".join(f"fill_down({sql.name(one)}, _source) AS {sql.name(one)}" for one in filled)
            select = f"SELECT * REPLACE (\n    {downward}\n)\nFROM {sql.name(name)}"
            self._view(found, f"{name}_filled", select)

    def _facts(self, name: str, looked: Looked, columns: Sequence[str], view: str = "") -> DraftTable:
        facts = facts_of(self.con, name, columns)
        rows = self.count(f"SELECT count(*) FROM {sql.name(name)}")
        return DraftTable(name, looked, facts, guess_parts(facts), view, remarks=list(looked.remarks), rows=rows)

    def _flatten(self, table: DraftTable) -> None:
        """Nested objects become columns of a view; each list of objects becomes a view of its own."""
        objects = [one.name for one in table.columns if one.example.startswith("{")]
        lists = [one.name for one in table.columns if re.match(r"\[\s*\{", one.example)]
        if objects:
            inside = [
                f"json_extract_string({sql.name(name)}, {sql.text(_path(key))}) AS {sql.name(f'{name}.{key}')}"
                for name in objects
                for key in self._keys(table.name, f"TRY_CAST({sql.name(name)} AS JSON)")
            ]
            kept = ",\n    ".join(["* EXCLUDE (" + sql.names(objects) + ")", *inside])
            self._view(table, f"{table.name}_flat", f"SELECT\n    {kept}\nFROM {sql.name(table.name)}")
        for name in lists:
            self._view_of_list(table, name)

    def _view_of_list(self, table: DraftTable, name: str) -> None:
        element = f"json_extract({sql.name(name)}, '$[*]')"
        query = f"(SELECT unnest({element}) AS e FROM {sql.name(table.name)})"
        keys = self._keys(query, "e")
        parent = table.parts.get("contract_id")
        above = f"{sql.name(parent.name)} AS {sql.name(f'{table.name} {parent.name}')},\n    " if parent else ""
        inside = ",\n    ".join(f"json_extract_string(e, {sql.text(_path(key))}) AS {sql.name(key)}" for key in keys)
        self._view(
            table,
            f"{table.name}_{words_of(name).replace(' ', '_')}",
            f"SELECT\n    {above}{inside},\n    _source\nFROM (SELECT *, unnest({element}) AS e "
            f"FROM {sql.name(table.name)}) AS each_one",
        )

    def _view(self, table: DraftTable, name: str, select: str) -> None:
        self.con.execute(f"CREATE TABLE {sql.name(name)} AS {select}")
        described = self.con.execute(f"DESCRIBE {sql.name(name)}").fetchall()
        columns = [column for column, *_ in described if column != "_source"]
        self.tables.append(self._facts(name, table.file, columns, select))

    def _keys(self, relation: str, value: str) -> list[str]:
        found = self.con.execute(
            f"SELECT DISTINCT unnest(json_keys({value})) FROM (SELECT * FROM {relation} LIMIT 1000) AS first_ones"
        ).fetchall()
        return sorted(key for (key,) in found)[:_FIELDS]

    def shared(self, table: DraftTable, other: str, other_column: str) -> dict[str, int]:
        """Per column of the table, how many of its different values are in that column of the other table."""
        names = [one.name for one in table.columns if one.kind in ("text", "amount", "email", "period")]
        if not names:
            return {}
        cells = ", ".join(f"CAST({sql.name(name)} AS VARCHAR) AS {sql.name(name)}" for name in names)
        found = self.con.execute(
            f"SELECT name, count(DISTINCT cell) FROM (UNPIVOT {sql.name(table.name)} ON {cells} "
            "INTO NAME name VALUE cell) "
            f"WHERE cell IN (SELECT {sql.name(other_column)} FROM {sql.name(other)}) GROUP BY name"
        ).fetchall()
        return dict(found)

    def different(self, table: str, column: str) -> int:
        """How many different values a column has."""
        return self.count(f"SELECT count(DISTINCT {sql.name(column)}) FROM {sql.name(table)}")


def _path(key: str) -> str:
    return "$." + json.dumps(key, ensure_ascii=False)


def _opened(looked: Looked, name: str, folder: Path) -> tuple[Source, Looked]:
    """The file as text. A last line that is shorter than the header is a footer oftener than it is half-written."""
    try:
        return open_raw(RawFile(name, looked.path.name, looked.suffix, looked.format), looked.path, folder), looked
    except InputError as error:
        if "the last record" not in str(error):
            raise
    remark = "the last line has fewer cells than the header (a footer, or half-written?): missing cells are empty"
    looked = replace(looked, format=replace(looked.format, short_rows=True), remarks=(*looked.remarks, remark))
    return open_raw(RawFile(name, looked.path.name, looked.suffix, looked.format), looked.path, folder), looked


_RESERVED: Final = (
    "contract",
    "order",
    "group",
    "table",
    "select",
    "user",
    "all",
    "default",
    "end",
    "from",
    "to",
    "as",
)


def _table_name(path: Path, taken: set[str]) -> str:
    words = [word for word in words_of(path.name.partition(".")[0]).split() if not word.isdigit()]
    name = "_".join(words) or "file"
    if name in _RESERVED:
        name += "_file"
    while name in taken:
        name += "_2"
    return name


def written(file_format: FileFormat) -> list[str]:
    """The settings of a file that differ from the contract's, as lines of TOML."""
    plain = FileFormat()
    return [
        f"{name} = {json.dumps(getattr(file_format, name), ensure_ascii=True)}"
        for name in (
            "encoding",
            "delimiter",
            "quote",
            "sheet",
            "header_row",
            "records",
            "short_rows",
            "columns",
            "escape",
            "unnamed_columns",
            "odd_bytes",
        )
        if getattr(file_format, name) != getattr(plain, name)
    ]
