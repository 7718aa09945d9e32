"""What the columns of an unknown file hold: dates and their formats, amounts, periods, currencies, keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from pipeline.ingest import sql

_SAMPLE: Final = 5_000
DATE_FORMATS: Final = (
    "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%d %H:%M",
    "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y",
    "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d/%b/%Y",
    "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column. `words`: its name in small letters without accents. Counts are of a sample's filled cells.

    `kind`: date, epoch, amount, period, yes_no, currency, email, text or empty. `formats`: of a date, the commonest
    first; `ambiguous`: day and month cannot be told apart. `comma`: an amount has a decimal comma.
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

    @property
    def unique(self) -> bool:
        """Whether no two of its cells are equal, and all are filled."""
        return self.filled == self.distinct == self.rows > 0


def words_of(name: str) -> str:
    """The words of a column's name: `contractEndDate_1` is "contract end date 1"."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", split.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z]+|\d+", plain))


def facts_of(con: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> list[ColumnFacts]:
    """Facts about the columns of a table of text."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE looked_at AS SELECT * FROM {sql.name(table)} "
        f"USING SAMPLE reservoir({_SAMPLE} ROWS) REPEATABLE (1)"
    )
    return [_facts(con, name) for name in names]


def _facts(con: duckdb.DuckDBPyConnection, name: str) -> ColumnFacts:
    cell = sql.name(name)
    counts = {
        "rows": "count(*)",
        "filled": f"count({cell})",
        "distinct": f"count(DISTINCT {cell})",
        "example": f"coalesce(any_value({cell}), '')",
        "point": f"count(*) FILTER (WHERE regexp_full_match(number_text({cell}), '-?\\d*\\.?\\d+'))",
        "comma": f"count(*) FILTER (WHERE regexp_full_match(number_text_comma({cell}), '-?\\d*\\.?\\d+'))",
        "period": f"count(*) FILTER (WHERE months_of({cell}) IS NOT NULL AND NOT regexp_full_match({cell}, '[\\d.]+'))",
        "yes_no": f"count(*) FILTER (WHERE yes_no({cell}) IN ('true', 'false'))",
        "currency": f"count(*) FILTER (WHERE length({cell}) <= 4 AND currency_code({cell}, '') NOT IN ('', {cell}) "
        f"OR regexp_full_match({cell}, '[A-Z]{{3}}') AND currency_code({cell}, '') = {cell})",
        "email": f"count(*) FILTER (WHERE regexp_full_match(trim({cell}), '[^@\\s]+@[^@\\s]+\\.[^@\\s]+'))",
        "epoch": f"count(*) FILTER (WHERE regexp_full_match({cell}, '1\\d{{9}}|1\\d{{12}}'))",
    }
    found = con.sql(f"SELECT {', '.join(f'{what} AS {key}' for key, what in counts.items())} FROM looked_at").pl()
    n = found.to_dicts()[0]
    filled = n["filled"]
    formats, ambiguous, missed = _dates(con, cell, filled)
    kind = _kind(n, filled, formats, missed)
    return ColumnFacts(
        name=name,
        words=words_of(name),
        kind=kind,
        filled=filled,
        distinct=n["distinct"],
        rows=n["rows"],
        formats=formats if kind == "date" else (),
        ambiguous=ambiguous,
        comma=n["comma"] > n["point"],
        misfits=missed if kind == "date" else filled - max(n["point"], n["comma"]) if kind == "amount" else 0,
        example=str(n["example"])[:60],
    )


def _kind(n: dict[str, int], filled: int, formats: Sequence[str], missed: int) -> str:
    def most(count: int, percent: int) -> bool:
        return count * 100 >= filled * percent

    kinds = {
        "empty": not filled,
        "date": bool(formats) and most(filled - missed, 50),
        "epoch": most(n["epoch"], 95),
        "email": most(n["email"], 60),
        "currency": most(n["currency"], 90),
        "yes_no": most(n["yes_no"], 95) and n["distinct"] <= 4,
        "period": most(n["period"], 70),
        "amount": most(max(n["point"], n["comma"]), 70),
    }
    return next((kind for kind, holds in kinds.items() if holds), "text")


def _dates(con: duckdb.DuckDBPyConnection, cell: str, filled: int) -> tuple[tuple[str, ...], bool, int]:
    """The formats that fit, the commonest first; whether day and month are a toss-up; how many cells fit none."""
    counts = _matches(con, cell, DATE_FORMATS)
    chosen: list[str] = []
    missed = filled
    while len(chosen) < 4:
        left = _matches(con, cell, DATE_FORMATS, chosen) if chosen else counts
        shapes = {_shape(one) for one in chosen}
        best = max((one for one in left if _shape(one) not in shapes), key=lambda one: left[one], default=None)
        if best is None or left[best] * 100 < max(filled, 1):
            break
        chosen.append(best)
        missed -= left[best]
    ambiguous = any(
        counts[one] == counts[other] > 0
        for one in chosen
        for other in DATE_FORMATS
        if other != one and _shape(other) == _shape(one)
    )
    return tuple(chosen), ambiguous, missed


def _shape(one: str) -> str:
    """Formats of one shape differ only in which of day and month comes first: never both in one column."""
    return one.replace("%m", "#").replace("%d", "#")


def _matches(
    con: duckdb.DuckDBPyConnection, cell: str, formats: Sequence[str], taken: Sequence[str] = ()
) -> dict[str, int]:
    """How many cells each format fits, with a year people write; without those that a taken format fits."""
    rest = "".join(f" AND try_strptime(trim({cell}), {sql.text(one)}) IS NULL" for one in taken)
    counts = ", ".join(
        f"count(*) FILTER (WHERE year(try_strptime(trim({cell}), {sql.text(one)})) BETWEEN 1900 AND 2200)"
        for one in formats
    )
    wide = f"{cell} IS NOT NULL AND length({cell}) BETWEEN 6 AND 40 AND regexp_matches({cell}, '\\d')"
    [row] = con.execute(f"SELECT {counts} FROM looked_at WHERE {wide}{rest}").fetchall()
    return dict(zip(formats, row, strict=True))
