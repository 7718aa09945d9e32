"""What the columns of an unknown file hold: dates and their formats, amounts, periods, currencies, keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import duckdb

from pipeline.ingest import sql
from pipeline.ingest.profiles import lengths

_SAMPLE: Final = 5_000
_MOST_FORMATS: Final = 4
_TIME: Final = re.compile(
    r"\b(date|time|timestamp|at|on|start|end|ends|begin|created|since|until|period|expires?|renew\w*)\b"
)
DATE_FORMATS: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y",
    "%d/%m/%y", "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
    "%d/%b/%Y",
)  # fmt: skip
"""A time or an offset behind the date is ignored, as the functions for profiles do."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column. `words`: its name in small letters without accents. Counts are of a sample's filled cells.

    `kind`: date, epoch, amount, period, yes_no, currency, email, text or empty. `formats`: of a date, the commonest
    first; `ambiguous`: day and month cannot be told apart. `comma`: an amount has a decimal comma. `no_end`: cells that
    say there is no date (unbefristet, 9999-12-31). `marks`: cells of yes or no, or with nothing but a mark.
    """

    name: str
    words: str
    kind: str
    filled: int
    distinct: int
    rows: int
    formats: tuple[str, ...] = ()
    ambiguous: bool = False
    comma: bool = False
    misfits: int = 0
    example: str = ""
    no_end: int = 0
    marks: int = 0

    @property
    def unique(self) -> bool:
        """Whether no two of its cells are equal, and all are filled."""
        return self.filled == self.distinct == self.rows > 0


def words_of(name: str) -> str:
    """The words of a column's name: `contractEndDate_1` is "contract end date 1"."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", split.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z]+|\d+", plain))


_NUMBER: Final = "'-?\\d*\\.?\\d+'"
POINT_FITS: Final = f"regexp_full_match(point, {_NUMBER})"
"""Whether an amount can be read with a decimal point. `cell`, `point` and `comma`: the text and its two readings."""
COMMA_FITS: Final = f"(regexp_full_match(comma, {_NUMBER}) AND NOT (comma = cell AND contains(cell, '.')))"
"""Whether it can be read with a decimal comma; `1.5`, which that reading leaves as it is, cannot."""
_COUNTS: Final = {
    "filled": "count(cell)",
    "distinct": "count(DISTINCT cell)",
    "example": "any_value(cell)",
    "point": f"count(*) FILTER (WHERE {POINT_FITS})",
    "comma": f"count(*) FILTER (WHERE {COMMA_FITS})",
    "only_point": f"count(*) FILTER (WHERE {POINT_FITS} AND NOT ({COMMA_FITS}))",
    "only_comma": f"count(*) FILTER (WHERE {COMMA_FITS} AND NOT ({POINT_FITS}))",
    "no_end": "count(*) FILTER (WHERE no_end(cell))",
    "marks": "count(*) FILTER (WHERE yes_no IN ('true', 'false') OR regexp_full_match(lower(trim(cell)), "
    "'[x✓✔☑☒✗✘]|n/?a|none|unknown|unbekannt'))",
    "period": "count(months) FILTER (WHERE NOT regexp_full_match(cell, '[\\d.]+'))",
    "yes_no": "count(*) FILTER (WHERE yes_no IN ('true', 'false'))",
    "currency": "count(*) FILTER (WHERE length(cell) <= 4 AND NOT regexp_matches(cell, '\\d') AND (currency NOT IN "
    "('', cell) "
    "OR regexp_full_match(cell, '[A-Z]{3}') AND currency = cell))",
    "email": "count(*) FILTER (WHERE regexp_full_match(trim(cell), '[^@\\s]+@[^@\\s]+\\.[^@\\s]+'))",
    "epoch": "count(*) FILTER (WHERE regexp_full_match(cell, '1\\d{9}|1\\d{12}'))",
}


_LIKE_A_DATE: Final = "length(cell) BETWEEN 6 AND 40 AND regexp_matches(cell, '\\d[-/. :T]|[a-z] \\d|^\\d{8}$')"


def facts_of(con: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> list[ColumnFacts]:
    """Facts about the columns of a table of text, from a sample of its rows."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE looked_at AS SELECT {sql.names(names)} FROM {sql.name(table)} "
        f"USING SAMPLE reservoir({_SAMPLE} ROWS) REPEATABLE (1)"
    )
    [(rows,)] = con.execute("SELECT count(*) FROM looked_at").fetchall()
    # One long table of cells: every question is then asked once, not once per column.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE cells AS SELECT name, cell FROM (UNPIVOT looked_at ON "
        f"{', '.join(f'CAST({sql.name(name)} AS VARCHAR) AS {sql.name(name)}' for name in names)} "
        "INTO NAME name VALUE cell) WHERE trim(cell) <> ''"
    )
    understood = (
        "SELECT name, cell, number_text(cell) AS point, number_text_comma(cell) AS comma, months_of(cell) AS months, "
        "yes_no(cell) AS yes_no, currency_code(cell, '') AS currency FROM cells"
    )
    found = con.execute(
        f"SELECT name, {', '.join(_COUNTS.values())} FROM ({understood}) AS understood GROUP BY name"
    ).fetchall()
    counts = {name: dict(zip(_COUNTS, row, strict=True)) for name, *row in found}
    fitting = _fitting_formats(con)
    return _in_one_order([_facts(name, rows, counts.get(name), fitting.get(name, {})) for name in names])


def _in_one_order(found: list[ColumnFacts]) -> list[ColumnFacts]:
    """A column whose day and month cannot be told apart follows the others of the file, where those agree."""
    known = {day_first(one.formats[0]) for one in found if one.kind == "date" and not one.ambiguous} - {None}
    if len(known) != 1:
        return found
    [order] = known
    return [
        replace(
            one,
            ambiguous=False,
            formats=tuple(swapped(each) if day_first(each) not in (order, None) else each for each in one.formats),
        )
        if one.ambiguous
        else one
        for one in found
    ]


def day_first(date_format: str) -> bool | None:
    """Whether a format of numbers writes the day before the month; None where the order cannot be mistaken."""
    if "%d" not in date_format or "%m" not in date_format or date_format.startswith("%Y"):
        return None
    return date_format.find("%d") < date_format.find("%m")


def swapped(date_format: str) -> str:
    """The format with day and month in the other order."""
    return date_format.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def _facts(name: str, rows: int, n: dict[str, Any] | None, fitting: dict[int, int]) -> ColumnFacts:
    words = words_of(name)
    if n is None:
        return ColumnFacts(name, words, "empty", filled=0, distinct=0, rows=rows)
    filled = n["filled"]
    formats, ambiguous, missed = _dates(fitting, filled - n["no_end"])
    kind = _kind(n, words, formats, missed)
    return ColumnFacts(
        name=name,
        words=words,
        kind=kind,
        filled=filled,
        distinct=n["distinct"],
        rows=rows,
        formats=formats if kind == "date" else (),
        ambiguous=ambiguous,
        comma=n["only_comma"] > n["only_point"],
        misfits=missed if kind == "date" else filled - max(n["point"], n["comma"]) if kind == "amount" else 0,
        example=str(n["example"])[:60],
        no_end=n["no_end"],
        marks=n["marks"],
    )


def _kind(n: dict[str, Any], words: str, formats: Sequence[str], missed: int) -> str:
    filled: int = n["filled"]

    def most(count: int, percent: int) -> bool:
        return count * 100 >= filled * percent

    kinds = {
        "empty": not filled,
        "date": bool(formats) and (filled - n["no_end"] - missed) * 2 >= filled - n["no_end"],
        "epoch": most(n["epoch"], 95) and bool(_TIME.search(words)),
        "email": most(n["email"], 60),
        "currency": most(n["currency"], 90),
        "yes_no": most(n["yes_no"], 95) and n["distinct"] <= 4,
        "period": most(n["period"], 70),
        "amount": most(max(n["point"], n["comma"]), 50),
    }
    return next((kind for kind, holds in kinds.items() if holds), "text")


def _fitting_formats(con: duckdb.DuckDBPyConnection) -> dict[str, dict[int, int]]:
    """Per column, how many cells fit which formats: a set of places in `DATE_FORMATS`, as bits, and its count.

    A format fits when the year is one that people write.
    """
    bits = " + ".join(
        f"CASE WHEN year(try_strptime(day, {sql.text(one)})) BETWEEN 1900 AND 2200 THEN {1 << place} ELSE 0 END"
        for place, one in enumerate(DATE_FORMATS)
    )
    found: dict[str, dict[int, int]] = {}
    for name, fits, count in con.execute(
        f"SELECT name, fits, count(*) FROM (SELECT name, CAST({bits} AS BIGINT) AS fits FROM "
        f"(SELECT name, {lengths.DAY} AS day FROM cells WHERE {_LIKE_A_DATE} AND NOT no_end(cell)) AS days) AS fitting "
        "GROUP BY ALL"
    ).fetchall():
        found.setdefault(name, {})[fits] = count
    return found


def _dates(fitting: dict[int, int], filled: int) -> tuple[tuple[str, ...], bool, int]:
    """The formats that fit, the commonest first; whether day and month are a toss-up; how many cells fit none."""
    chosen: list[int] = []
    left = dict(fitting)
    while len(chosen) < _MOST_FORMATS:
        shapes = {_shape(place) for place in chosen}
        counts = {place: _count(left, place) for place in range(len(DATE_FORMATS)) if _shape(place) not in shapes}
        best = max(counts, key=lambda place: counts[place])
        if not counts[best] or counts[best] * 100 < filled:
            break
        chosen.append(best)
        left = {fits: count for fits, count in left.items() if not fits >> best & 1}
    ambiguous = any(
        _count(fitting, one) == _count(fitting, other) > 0
        for one in chosen
        for other in range(len(DATE_FORMATS))
        if other != one and _shape(other) == _shape(one)
    )
    missed = filled - sum(count for fits, count in fitting.items() if any(fits >> place & 1 for place in chosen))
    return tuple(DATE_FORMATS[place] for place in chosen), ambiguous, missed


def _count(fitting: dict[int, int], place: int) -> int:
    return sum(count for fits, count in fitting.items() if fits >> place & 1)


def _shape(place: int) -> str:
    """Formats of one shape differ only in which of day and month comes first: never both in one column."""
    return DATE_FORMATS[place].replace("%m", "#").replace("%d", "#")
