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
from pipeline.ingest import amounts, functions, sql
from pipeline.ingest.draft.columns import ColumnFacts, facts_of, words_of
from pipeline.ingest.draft.language import language_of
from pipeline.ingest.draft.look import Looked, look
from pipeline.ingest.draft.roles import guess_parts
from pipeline.ingest.originals import Source
from pipeline.ingest.profile import RawFile
from pipeline.ingest.sources import open_raw
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


class DraftRoom:
    """A DuckDB in memory that holds all files as text, with the functions for profiles."""

    def __init__(self, files: Sequence[Path], folder: Path, as_of: date | None) -> None:
        self.con = connect()
        for definition in functions.definitions(as_of or _LATER):
            self.con.execute(definition)
        self.con.execute(f"CREATE MACRO sign_key(cell) AS {amounts.sign_key()}")
        self.tables: list[DraftTable] = []
        for path in files:
            self._add(path, folder)

    def close(self) -> None:
        """Ends the room."""
        self.con.close()

    def count(self, query: str) -> int:
        """The number that the query gives."""
        return int(self.row(query)[0] or 0)

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row that the query gives."""
        [row] = self.con.execute(query).fetchall()
        return tuple(row)

    def _add(self, path: Path, folder: Path) -> None:
        looked = look(path)
        name = _table_name(path, {table.name for table in self.tables})
        source, looked = _opened(looked, name, folder)
        cells = "".join(f"c{place} AS {sql.name(label)}, " for place, label in enumerate(source.header))
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
        """Per column of the table, how many of its different values stand in that column of the other table."""
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


def tie_together(room: DraftRoom) -> DraftTable:
    """Finds the table whose rows are the contracts, and what the others are to it. Gives the contracts' table."""
    main = max(room.tables, key=_likeness)
    main.use = "contracts"
    for other in room.tables:
        if other is not main and other.name != main.name and not _same_file_raw(other, main):
            _tie(room, main, other)
    return main


def table_for(room: DraftRoom, use: str) -> DraftTable | None:
    """The table of that use; of several lines' tables the one whose name speaks most for it."""
    found = [table for table in room.tables if table.use == use]
    return max(found, key=lambda table: _speaks_for_lines(table.name), default=None)


def _speaks_for_lines(name: str) -> int:
    words = set(name.split("_"))
    return 2 * bool(words & {"item", "items", "line", "lines", "charge", "charges"}) - 3 * bool(
        words & {"discount", "discounts", "coupon", "coupons", "invoice", "invoices", "payment", "payments", "tax"}
    )


def _same_file_raw(other: DraftTable, main: DraftTable) -> bool:
    return bool(main.view) and not other.view and other.file.path == main.file.path


def _likeness(table: DraftTable) -> int:
    weights = {"starts": 6, "ends": 6, "renews": 6, "contract_id": 4, "term": 3, "client_name": 3, "client_id": 2}
    weights |= {"mrr": 3, "arr": 3, "total": 3, "amount": 2, "frequency": 2, "status": 1}
    return sum(weight for part, weight in weights.items() if part in table.parts) + (1 if table.view else 0)


def joins(room: DraftRoom, table: DraftTable) -> list[str]:
    """Joins that would add something to the table, in words: a column of it that names rows of another file."""
    found = []
    for other in room.tables:
        keys = [one for one in other.columns if one.unique and "id" in one.words.split()]
        if other is table or other.use != "lookup" or other.file.path == table.file.path or not keys:
            continue
        for key in keys:
            shared = room.shared(table, other.name, key.name)
            for column in table.columns:
                if column.distinct > 1 and shared.get(column.name, 0) * 5 >= column.distinct * 4:
                    ours, theirs = sql.name(column.name), sql.name(key.name)
                    found.append(
                        f"{column.name} names rows of {other.file.path.name}. If you need its columns: LEFT JOIN "
                        f"{sql.name(other.name)} AS {other.name[0]} ON {other.name[0]}.{theirs} = "
                        f"{sql.name(table.name)}.{ours}"
                    )
    return found


def _named_after(column: ColumnFacts, table: DraftTable) -> bool:
    """Whether a column's name says that it holds the keys of that table: `customer_id` and `customers`."""
    subject = column.words.removesuffix(" id")
    return subject != column.words and subject in {word.removesuffix("s") for word in table.name.split("_")}


def _tie(room: DraftRoom, main: DraftTable, other: DraftTable) -> None:
    contract, client = main.parts.get("contract_id"), main.parts.get("client_id")
    prices = {"unit_price", "quantity", "amount", "mrr", "arr", "total"} & set(other.parts)
    if contract is not None and prices:
        key = _key_into(room, other, main, contract.name)
        if key:
            other.use, other.key = "lines", key
            return
    reference = client or main.parts.get("client_name")
    if reference is None:
        return
    shared = room.shared(other, main.name, reference.name)
    wanted = room.different(main.name, reference.name)
    for column in other.columns:
        named = column.words == "id" and _named_after(reference, other)
        if not named and shared.get(column.name, 0) * 2 < wanted:
            continue
        same_name = column.words == reference.words != "id"
        if "email" in other.parts and (same_name or not column.unique):
            other.use, other.key = "contacts", column.name
        elif column.unique:
            other.use, other.key = "clients", column.name
        else:
            continue
        return


def _key_into(room: DraftRoom, other: DraftTable, main: DraftTable, column: str) -> str:
    """The column of the other table whose values are the contracts' keys, if there is one."""
    shared = room.shared(other, main.name, column)
    best = max(shared, key=lambda name: shared[name], default="")
    if best and shared[best] * 2 >= room.different(other.name, best):
        return best
    return next((one.name for one in other.columns if _named_after(one, main)), "")


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
            "unnamed_columns",
            "odd_bytes",
        )
        if getattr(file_format, name) != getattr(plain, name)
    ]
