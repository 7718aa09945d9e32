"""What ingest found, as plain values: counts per file and per table, unknown columns, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FileCounts:
    """One source file. Every row ends in exactly one of the four counts: they add up to `rows_read`."""

    path: str
    table: str
    sha256: str
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    rows_left_out: int

    @property
    def adds_up(self) -> bool:
        """Data contract: rows read = loaded + quarantined + duplicate + left out."""
        parts = (self.rows_loaded, self.rows_quarantined, self.rows_duplicate, self.rows_left_out)
        return self.rows_read == sum(parts)


@dataclass(frozen=True, slots=True)
class TableCounts:
    """One contract table. Units: rows.

    `rows_refused` broke a rule themselves and count towards the quarantine limit; `rows_following` are quarantined
    only because their parent is, and do not count (data contract). `incomplete`: of contract lines, the contracts that
    were kept although a line of theirs was refused, in order.
    """

    table: str
    rows_read: int
    rows_loaded: int
    rows_refused: int
    rows_following: int
    rows_duplicate: int
    incomplete: tuple[str, ...] = ()

    @property
    def refused_percent(self) -> Decimal:
        """Percent of the rows read that were refused for their own reasons; 0 for a table without rows."""
        return Decimal(100 * self.rows_refused) / self.rows_read if self.rows_read else Decimal(0)


@dataclass(frozen=True, slots=True)
class Correction:
    """A known error of the source that was put right: one cell of one row of a contract table, all texts.

    `number`: its place in the file of corrections, from 1. `key`: the row's primary key.
    """

    number: int
    table: str
    key: dict[str, str]
    column: str
    wrong: str
    right: str
    reason: str
    told: str
    status: str

    @property
    def where(self) -> str:
        """The cell in words: `renewal_start_date of contracts C-17`."""
        return f"{self.column} of {self.table} {', '.join(self.key.values())}"

    @property
    def in_words(self) -> str:
        """The whole entry in one line."""
        told = f"; told {self.told}" if self.told else ""
        return f"{self.where}: {self.wrong!r} is {self.right!r} ({self.reason}{told}; {self.status})"


@dataclass(frozen=True, slots=True)
class LostColumn:
    """A column of a profile's view that no table takes. `tables`: those of the contract that have such a column."""

    column: str
    view: str
    tables: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """What it is and what to do."""
        files = " or ".join(f"{table}.sql" for table in self.tables)
        return f"view column {self.column} of views/{self.view}.sql reaches no table: add it to {files}"


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did.

    `files`: one entry per source file. `tables`: one entry per contract table, also those without a file.
    `unknown_columns`: columns no contract table declares, kept and reported. `left_out`: rows a source profile dropped
    on purpose, by reason. `quarantine_limit_percent`: the profile's own limit, else None. `corrections`: those applied.
    `unused_columns`: columns of a raw file that no statement of the profile names, by file. `lost_columns`: columns of
    its views that no table takes. `exported_at`: when the export was made, as its manifest says, in UTC; else None.
    """

    files: tuple[FileCounts, ...]
    tables: dict[str, TableCounts]
    unknown_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    profile: str = "identity"
    quarantine_limit_percent: Decimal | None = None
    corrections: tuple[Correction, ...] = ()
    unused_columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lost_columns: tuple[LostColumn, ...] = ()
    exported_at: datetime | None = None
