"""Which way the numbers of a column are read: points and commas that can be thousands or decimals."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import COMMA_FITS, POINT_FITS, ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell
from pipeline.ingest.profiles.drafting.typed_cells import stands_as_text
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable

_MATTER = "thousands or decimal"
_POINT, _COMMA = "number_text", "number_text_comma"


@dataclass(frozen=True, slots=True)
class Marks:
    """What the numbers of a whole column say of their separators. Counts of cells.

    `point`, `comma`: readable only with a decimal point, or only with a decimal comma. `either`: readable both ways,
    as different numbers; `commas` of them have a comma. `bare`: whole numbers from 1,000 on without a separator.
    """

    filled: int
    point: int
    comma: int
    either: int
    commas: int
    bare: int
    example: str


def marks_of(draft: DraftDatabase, table: DraftTable, column: ColumnFacts) -> Marks:
    """The separators of all cells of the column."""
    name = cell(column)
    both = f"{POINT_FITS} AND {COMMA_FITS} AND point <> comma"
    row = draft.row(
        f"SELECT count(cell), count(*) FILTER (WHERE {POINT_FITS} AND NOT ({COMMA_FITS})), "
        f"count(*) FILTER (WHERE {COMMA_FITS} AND NOT ({POINT_FITS})), count(*) FILTER (WHERE {both}), "
        f"count(*) FILTER (WHERE {both} AND contains(cell, ',')), "
        "count(*) FILTER (WHERE regexp_full_match(point, '\\d{4,}')  AND NOT regexp_matches(cell, '[.,]')), "
        f"min(cell) FILTER (WHERE {both}) FROM (SELECT {name} AS cell, number_text({name}) AS point, "
        f"number_text_comma({name}) AS comma FROM {sql.name(table.name)} WHERE trim({name}) <> '') AS read_both_ways"
    )
    filled, point, comma, either, commas, bare = (int(one or 0) for one in row[:6])
    return Marks(filled, point, comma, either, commas, bare, str(row[6] or ""))


def number(view: ContractView, draft: DraftDatabase, table: DraftTable, column: ColumnFacts) -> str:
    """A plain number from the column; asks where its separators can be read two ways."""
    found = marks_of(draft, table, column)
    usual = _COMMA if found.comma > found.point else _POINT
    if found.point and found.comma:
        usual = _mixed(view, column, found, usual)
    elif found.either and (found.point + found.comma) * 20 < found.either:
        usual = _either(view, table, column, found)
    return f"{usual}({cell(column)})"


def _mixed(view: ContractView, column: ColumnFacts, found: Marks, usual: str) -> str:
    text = (
        f"{found.point:,} of {found.filled:,} cells of {called(column)} have a decimal point and {found.comma:,} a "
        f"decimal "
        "comma; those of the other kind are refused. Which is right?"
    )
    options = ("decimal comma", "decimal point") if usual == _COMMA else ("decimal point", "decimal comma")
    return _COMMA if view.ask(f"decimal {column.name}", _MATTER, text, *options) == "decimal comma" else _POINT


def _either(view: ContractView, table: DraftTable, column: ColumnFacts, found: Marks) -> str:
    with_comma = found.commas * 2 > found.either
    thousands, decimal = (_POINT, _COMMA) if with_comma else (_COMMA, _POINT)
    english = table.file.format.delimiter != ";" and table.language == "en"
    if with_comma and english:
        return thousands
    if not stands_as_text(table.file, column.name, found.example):
        return decimal
    mark = "comma" if with_comma else "point"
    bare = f"; but {found.bare:,} numbers from 1,000 on have none" if found.bare else ""
    text = (
        f"does the {mark} in {called(column)} part thousands, or is it the decimal mark? All {found.filled:,} amounts "
        f"are "
        f"whole, as in {found.example}, if it parts thousands ({found.either:,} have one){bare}."
    )
    options = ("decimal", "thousands") if found.bare else ("thousands", "decimal")
    return thousands if view.ask(f"decimal {column.name}", _MATTER, text, *options) == "thousands" else decimal
