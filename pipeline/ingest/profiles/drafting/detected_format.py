"""What a look at an unknown file found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.settings import FileFormat


@dataclass(frozen=True, slots=True)
class Looked:
    """How the file is written, remarks for the person who maps it, and columns with cells merged downward.

    `asks`: matters and texts of the questions that the way it is written raises. `texts`: amounts with separators
    that a workbook holds as text.
    """

    path: Path
    suffix: str
    format: FileFormat
    remarks: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    asks: tuple[tuple[str, str], ...] = ()
    texts: frozenset[str] = frozenset()
