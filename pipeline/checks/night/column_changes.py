"""Share of values changed: every column of every table, on the keys of both nights.

A column is judged by its values, and what an empty cell means counts as one (`auto_renews` empty = true). It is wrong
when more than half of all values changed; when more than half of the values that were there changed or are gone,
however few cells have one; when more than half of what differed from the empty cell's meaning changed (a discount that
is explicitly 0 in most lines); or when values changed places among the rows (*ours*): of the rows that differ from the
column's most common value, more than half have it now, and about as many others took their values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pipeline import rules
from pipeline.checks.night.night_results import above, percent_of, plain, result
from pipeline.checks.night.side_by_side import Nights
from pipeline.checks.results import CheckResult
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS

_ELSEWHERE: Final = {
    "clients": ("partner_id",),
    "contracts": ("hub_id", "currency", "term_start_date", "renewal_start_date"),
    "contract_lines": ("unit_price",),
    "price_book": ("monthly_unit_price",),
    "limit_blocks": ("monthly_price_per_block",),
}
"""Columns with a limit of their own (`associations`, `facts`, `prices`)."""

_MEANINGS: Final = {
    ("partners", "owns_communication"): "false",
    ("contracts", "auto_renews"): "true",
    ("contracts", "notice_days"): "$notice_days",
    ("contract_lines", "discount_percent"): "0",
    ("contract_lines", "is_recurring"): "true",
    ("contacts", "is_primary"): "false",
}
"""What an empty cell means, as SQL."""

_WORTH_A_LOOK_PERCENT: Final = 1
"""Below this share of the rows, values that changed places among them are not looked for."""
_ROWS_FOR_MOST_COMMON: Final = 10_000
_EXAMPLES_PER_COLUMN: Final = 5


@dataclass(frozen=True, slots=True)
class _Compared:
    """A column and, as SQL over the joined rows `b` and `t`, what is asked of it."""

    name: str
    before: str
    tonight: str
    changed: str
    meaning: str | None

    @property
    def raw_changed(self) -> str:
        """Whether a value that was there changed or is gone, also when an empty cell means the same."""
        return self.changed if self.meaning is None else f"t.{self.name} IS DISTINCT FROM b.{self.name}"


def columns_kept(nights: Nights) -> list[CheckResult]:
    """`columns_kept` per table: at most so many percent of the values of a column change in a night."""
    return [_of_table(nights, table) for table in EXPORTS.values() if table.primary_key]


def _of_table(nights: Nights, table: Table) -> CheckResult:
    columns = [_compared(nights, table, name) for name in _names(table)]
    joined = _joined(nights, table)
    sentences: list[str] = []
    examples: list[dict[str, Any]] = []
    keys, counts = _counts(nights, columns, joined)
    suspicious = [column for column in columns if _worth_a_look(nights, keys, counts[column.name])]
    most_common = _most_common(nights, table, suspicious)
    for column in suspicious:
        sentence = _wrong(nights, column, keys, counts[column.name], most_common[column.name], joined)
        if sentence:
            sentences.append(f"{column.name} {sentence}")
            examples += _examples(nights, table, column, joined)
    sentences += _emptied_measurements(nights, table)
    fine = f"no column of {keys:,} compared rows changed much"
    return result("columns_kept", table.name, sentences, fine=fine, examples=examples)


def _names(table: Table) -> list[str]:
    apart = (*table.primary_key, *rules.MEASUREMENTS, *_ELSEWHERE.get(table.name, ()))
    return [name for name in table.column_names if name not in apart]


def _compared(nights: Nights, table: Table, name: str) -> _Compared:
    meaning = _MEANINGS.get((table.name, name))
    if meaning is not None:
        meaning = meaning.replace("$notice_days", str(nights.settings.notice_days))
        before, tonight = f"coalesce(b.{name}, {meaning})", f"coalesce(t.{name}, {meaning})"
    else:
        before, tonight = f"b.{name}", f"t.{name}"
    changed = f"{tonight} IS DISTINCT FROM {before}"
    return _Compared(name, before, tonight, f"({changed})", meaning)


def _joined(nights: Nights, table: Table) -> str:
    key = " AND ".join(f"t.{column} = b.{column}" for column in table.primary_key)
    left_out = "ANTI JOIN left_out l ON l.contract_id = b.contract_id" if "contract_id" in table.column_names else ""
    before, tonight = (nights.some(side, table.name) for side in ("before", "tonight"))
    return f"FROM {before} b JOIN {tonight} t ON {key} {left_out}"


def _counts(nights: Nights, columns: list[_Compared], joined: str) -> tuple[int, dict[str, tuple[int, int, int]]]:
    """Rows compared, and per column: values that were there, those of them that changed, all that changed."""
    asked = ", ".join(
        f"count(b.{c.name}), count(*) FILTER (b.{c.name} IS NOT NULL AND {c.raw_changed}), "
        f"count(*) FILTER ({c.changed})"
        for c in columns
    )
    keys, *numbers = nights.one(f"SELECT count(*){', ' if asked else ''}{asked} {joined}")
    three = zip(*(iter(numbers),) * 3, strict=True)
    return keys, {column.name: counts for column, counts in zip(columns, three, strict=True)}


def _worth_a_look(nights: Nights, keys: int, counts: tuple[int, int, int]) -> bool:
    values, raw_changed, changed = counts
    enough = nights.settings.compared_keys_minimum
    most = max(raw_changed, changed)
    some = most * 100 >= _WORTH_A_LOOK_PERCENT * keys
    return keys >= enough and (some or above(raw_changed, max(values, enough), nights.settings.column_change_percent))


def _most_common(nights: Nights, table: Table, columns: list[_Compared]) -> dict[str, str]:
    """The most common value of each column in the yardstick's first rows, as an SQL literal."""
    found = {}
    for column in columns:
        sql = (
            f"SELECT {column.before} AS value FROM (FROM before_{table.name} LIMIT {_ROWS_FOR_MOST_COMMON}) b "
            "GROUP BY value ORDER BY count(*) DESC, value LIMIT 1"
        )
        value = nights.one(f"SELECT value::VARCHAR FROM ({sql})")[0]
        declared = table.column(column.name).sql_type
        quoted = "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
        found[column.name] = f"CAST({quoted} AS {declared})"
    return found


def _wrong(
    nights: Nights, column: _Compared, keys: int, counts: tuple[int, int, int], most_common: str, joined: str
) -> str:
    """What is wrong with that column in words, or ""."""
    values, raw_changed, changed = counts
    enough, limit = nights.settings.compared_keys_minimum, nights.settings.column_change_percent
    said = f"; the limit is {plain(limit)} %)"
    if above(changed, keys, limit) and (values or column.meaning is not None):
        return f"changed in {changed:,} of {keys:,} rows ({percent_of(changed, keys)}{said}"
    if values >= enough and above(raw_changed, values, limit):
        return f"changed or is gone in {raw_changed:,} of the {values:,} rows that had a value " + (
            f"({percent_of(raw_changed, values)}{said}"
        )
    meaning = column.meaning or "NULL"
    told, told_changed, rare, to_common, from_common = nights.one(
        f"SELECT count(*) FILTER ({column.before} IS DISTINCT FROM {meaning}), "
        f"count(*) FILTER ({column.before} IS DISTINCT FROM {meaning} AND {column.changed}), "
        f"count(*) FILTER ({column.before} IS DISTINCT FROM {most_common}), "
        f"count(*) FILTER ({column.tonight} IS NOT DISTINCT FROM {most_common} AND {column.changed}), "
        f"count(*) FILTER ({column.before} IS NOT DISTINCT FROM {most_common} AND {column.changed}) {joined}"
    )
    if column.meaning and told >= enough and above(told_changed, told, limit):
        return f"changed in {told_changed:,} of the {told:,} rows where it was not {meaning} " + (
            f"({percent_of(told_changed, told)}{said}"
        )
    if rare >= enough and above(to_common, rare, limit) and 2 * from_common >= to_common:
        return f"changed places among the rows: {to_common:,} of the {rare:,} values that were rare are the usual " + (
            f"one now, and {from_common:,} usual ones are rare ({percent_of(to_common, rare)}{said}"
        )
    return ""


def _examples(nights: Nights, table: Table, column: _Compared, joined: str) -> list[dict[str, Any]]:
    key = ", ".join(f"b.{name}" for name in table.primary_key)
    where = f"WHERE {column.changed} OR (b.{column.name} IS NOT NULL AND {column.raw_changed})"
    rows = nights.rows(
        f"SELECT {key}, b.{column.name}::VARCHAR AS before, t.{column.name}::VARCHAR AS tonight {joined} "
        f"{where} ORDER BY {key} LIMIT {_EXAMPLES_PER_COLUMN}"
    )
    return [{"column": column.name, **row} for row in rows]


def _emptied_measurements(nights: Nights, table: Table) -> list[str]:
    """Measurements change every night, and so do the days in their keys; but they do not become empty."""
    names = [name for name in table.column_names if name in rules.MEASUREMENTS]
    if not names:
        return []
    counts = ", ".join(f"count({name})" for name in names)
    rows, *values = nights.one(f"SELECT count(*), {counts} FROM before_{table.name}")
    rows_tonight, *tonight = nights.one(f"SELECT count(*), {counts} FROM tonight_{table.name}")
    limit, enough = nights.settings.column_change_percent, nights.settings.compared_keys_minimum
    return [
        f"{name} has a value in {now:,} of {rows_tonight:,} rows, in the night before in {before:,} of {rows:,}"
        for name, before, now in zip(names, values, tonight, strict=True)
        if before >= enough and rows_tonight and now * rows * 100 < (100 - limit) * before * rows_tonight
    ]
