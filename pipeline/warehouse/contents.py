"""What a run's file holds: written down when it is finished, and looked at again before readers see it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from pipeline.whole_files import write_whole

Checked = tuple[str, str, str, str, bool]
"""A check's result as far as it is compared: name, gate, level, table, success."""

_CHECKSUM: Final = re.compile(r"([0-9a-f]{64})  (\S+)\n")


@dataclass(frozen=True, slots=True)
class Contents:
    """What must be found again: the row of `run_info`, the rows of every table, the results of the gates."""

    run_info: tuple[Any, ...]
    rows: dict[str, int]
    checked: tuple[Checked, ...]

    def difference(self, found: Contents) -> str:
        """The first thing that is not as in these contents, in words; "" when all is."""
        if found.run_info != self.run_info:
            return "run_info is not what was written"
        for table in sorted(self.rows.keys() | found.rows.keys()):
            written, there = self.rows.get(table), found.rows.get(table)
            if written != there:
                return f"{table} has {_rows(there)} where {_rows(written)} were written"
        return "" if found.checked == self.checked else "check_results are not what the gates found"


def contents_of(con: duckdb.DuckDBPyConnection, *, checked: Iterable[Checked] | None = None) -> Contents:
    """What the file behind that connection holds. `checked`: what the gates found, instead of what the file says."""
    info = con.execute("FROM main.run_info").fetchall()
    rows = {name: con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in all_tables(con)}  # noqa: S608
    if checked is None and "main.check_results" in rows:
        checked = con.execute(
            "SELECT name, gate, level, table_name, success FROM main.check_results ORDER BY rowid"
        ).fetchall()
    return Contents(info[0] if info else (), rows, tuple(tuple(result) for result in checked or ()))  # type: ignore[misc]


def all_tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table of the file behind that connection, as SQL writes its name."""
    found = con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal ORDER BY ALL"
    )
    return [name for (name,) in found.fetchall()]


def checksum_file(run_file: Path) -> Path:
    """Where the checksum of that run's file stands: `sha256sum --check checksums/*` in the home reads it."""
    return run_file.parent.parent / "checksums" / f"{run_file.stem}.sha256"


def sha256(path: Path) -> str:
    """Hash of the file's bytes (about 1.4 GB a second where the processor helps, measured)."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def keep_checksum(run_file: Path, digest: str) -> None:
    """Keep the checksum of a run that is about to get that name. Raises MachineError."""
    write_whole(checksum_file(run_file), f"{digest}  {run_file.parent.name}/{run_file.name}\n")


def kept_checksum(run_file: Path) -> str | None:
    """The checksum kept of that run; None when none was kept. Raises OSError."""
    try:
        text = checksum_file(run_file).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    kept = _CHECKSUM.fullmatch(text)
    return kept[1] if kept else ""


def _rows(count: int | None) -> str:
    return "no such table" if count is None else f"{count:,} rows"
