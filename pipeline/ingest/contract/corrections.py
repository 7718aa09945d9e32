"""Known errors of the source, as data: `corrections.toml` beside the exports.

    [[correction]]
    table = "contracts"                     # a table of the contract
    key = { contract_id = "C-17" }          # its whole primary key
    column = "renewal_start_date"
    wrong = "2062-01-01"                    # what the export says, exactly; "" = nothing
    right = "2026-01-01"                    # what it should say; "" = nothing
    reason = "typing error, see the signed form"
    told = "billing@vendor.example on 2026-11-20"
    status = "reported"                     # open, reported or acknowledged

All are texts as the export writes them. With a source profile they act on what its SELECTs give, before it is typed:
dates as 2026-01-01, numbers with a point. The original cells stay in the quarantine and the accounts. An entry that no
longer matches stops the run: the source has changed, so the entry must go.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

import duckdb

from pipeline.errors import InputError
from pipeline.ingest import sql
from pipeline.ingest.contract.source_rows import Original, Source
from pipeline.ingest.outcome import Correction, FileCounts
from pipeline.regular_file import read_regular, toml_values
from pipeline.settings.kinds import Agreeing, OneOf, Text, TextsByName
from pipeline.settings.validate import CLOSED, alternatives, validated
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS

FILE: Final = "corrections.toml"
STATUSES: Final = ("open", "reported", "acknowledged")


@dataclass(frozen=True, slots=True)
class Corrections:
    """The entries of one file, none when there is no file. `sha256`: hash of the file."""

    entries: tuple[Correction, ...] = ()
    sha256: str = ""

    def correct(self, table: Table, source: Source) -> Source:
        """The source with this table's corrections in its text; the very same one when it has none."""
        entries = self._of(table)
        return _Corrected(source, tuple(entries)) if entries else source

    def confirm(self, con: duckdb.DuckDBPyConnection, table: Table, source: Source | None) -> None:
        """Raises InputError for an entry of this table that does not match the uncorrected text of its source.

        `source`: None for a table that has no file.
        """
        for entry in self._of(table):
            where = f"{FILE}: entry {entry.number} ({entry.where})"
            if source is None:
                raise InputError(f"{where}: there are no {table.name} in these exports; remove the entry")
            unknown = [name for name in (*entry.key, entry.column) if name not in source.header]
            if unknown:
                raise InputError(f"{where}: {table.name} has no column {unknown[0]!r} here; correct the entry")
            cell = _cell(source, entry.column)
            found = con.execute(f"SELECT DISTINCT {cell} FROM {source.relation} WHERE {_key(source, entry)}").fetchall()
            if not found:
                raise InputError(f"{where}: there is no such row any more; remove the entry")
            other = [value for (value,) in found if (value or "") != entry.wrong]
            if other:
                raise InputError(
                    f"{where}: {entry.column} is now {other[0] or ''!r} and no longer {entry.wrong!r}; remove the entry"
                )

    def account(self) -> list[FileCounts]:
        """The file beside the source files of the run: as many rows read and loaded as it has entries."""
        count = len(self.entries)
        return [FileCounts(FILE, "corrections", self.sha256, count, count, 0, 0, 0)] if self.sha256 else []

    def _of(self, table: Table) -> list[Correction]:
        return [entry for entry in self.entries if entry.table == table.name]


@dataclass(frozen=True, slots=True)
class _Corrected:
    """A source whose text has been corrected; its originals are not."""

    source: Source
    entries: tuple[Correction, ...]
    header: tuple[str, ...] = field(init=False)
    has_structure: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", self.source.header)
        object.__setattr__(self, "has_structure", self.source.has_structure)

    @property
    def relation(self) -> str:
        """As that of the source, in the same order."""
        columns = {entry.column for entry in self.entries if entry.column in self.header}
        replaced = ", ".join(self._column(column) for column in sorted(columns))
        return f"(SELECT * REPLACE ({replaced}) FROM {self.source.relation})" if replaced else self.source.relation

    def _column(self, column: str) -> str:
        cell = _cell(self.source, column)
        cases = " ".join(
            f"WHEN {_key(self.source, entry)} AND coalesce({cell}, '') = {sql.text(entry.wrong)} "
            f"THEN nullif({sql.text(entry.right)}, '')"
            for entry in self.entries
            if entry.column == column and set(entry.key) <= set(self.header)
        )
        return f"CASE {cases} ELSE {cell} END AS {cell}" if cases else f"{cell} AS {cell}"

    def originals(self, records: Sequence[int]) -> Iterator[Original]:
        """The records as they are in the file."""
        return self.source.originals(records)


def _cell(source: Source, column: str) -> str:
    return f"c{source.header.index(column)}"


def _key(source: Source, entry: Correction) -> str:
    return " AND ".join(f"{_cell(source, name)} = {sql.text(value)}" for name, value in entry.key.items())


def read_corrections(exports: Path) -> Corrections:
    """The corrections beside these exports. Raises InputError, one line with the entry and what it takes."""
    path = exports / FILE
    if not path.exists() and not path.is_symlink():
        return Corrections()
    try:
        data = read_regular(path)
        values = toml_values(data)
    except OSError as error:
        raise InputError(f"{FILE}: cannot be read ({error.strerror}); put a file there, or take it away") from None
    except ValueError as error:
        raise InputError(f"{FILE}: is not readable as TOML: {error}") from None
    unknown = sorted(set(values) - {"correction"})
    entries = values.get("correction", [])
    if unknown or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{FILE}: holds {unknown[0] if unknown else 'correction'!r}; write entries as [[correction]]")
    found = tuple(_correction(number, entry) for number, entry in enumerate(entries, start=1))
    _refuse_repeated(found)
    return Corrections(found, hashlib.sha256(data).hexdigest())


def _correction(number: int, values: dict[str, Any]) -> Correction:
    entry = validated(_Usable, values, file=f"{FILE}: entry {number}", noun="name", error=InputError)
    key = {column: entry.key[column] for column in EXPORTS[entry.table].primary_key}
    texts = {each.name: getattr(entry, each.name) for each in dataclasses.fields(_Entry) if each.name != "key"}
    return Correction(number=number, key=key, **texts)


def _known_table(name: str) -> str:
    if name not in EXPORTS:
        raise ValueError(f": the contract has no table {name!r}{alternatives(name, EXPORTS)}")
    return name


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError(" is empty; say it in words")
    return text


_QUOTED: Final = "a text in quotes, exactly as the export writes it"
_KEY: Final = 'the primary key in texts exactly as the export writes them, such as { contract_id = "C-17" }'


@dataclass(frozen=True, slots=True)
class _Entry:
    """`[[correction]]`, as it is written."""

    __pydantic_config__: ClassVar[Any] = CLOSED

    table: Annotated[str, Text(_known_table, _QUOTED)]
    key: Annotated[dict[str, str], TextsByName(_KEY)]
    column: Annotated[str, Text(_said, _QUOTED)]
    wrong: Annotated[str, Text(takes=_QUOTED)]
    right: Annotated[str, Text(takes=_QUOTED)]
    reason: Annotated[str, Text(_said)]
    told: Annotated[str, Text()]
    status: Annotated[str, OneOf(STATUSES)]


def _sensible(entry: _Entry) -> _Entry:
    table = EXPORTS[entry.table]
    if set(entry.key) != set(table.primary_key):
        example = ", ".join(f'{column} = "…"' for column in table.primary_key)
        raise ValueError(f".key takes the whole primary key of {table.name}: key = {{ {example} }}")
    if entry.wrong == entry.right:
        raise ValueError(": wrong and right are the same")
    if entry.status != "open" and not entry.told.strip():
        raise ValueError(".told is empty; say it in words")
    return entry


_Usable = Annotated[_Entry, Agreeing(_sensible)]


def _refuse_repeated(entries: Sequence[Correction]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.where in seen:
            raise InputError(f"{FILE}: entries {seen[entry.where]} and {entry.number} correct the same cell; keep one")
        seen[entry.where] = entry.number
