"""The shape of `profile.toml`: the profile's own values, and the raw files with how each is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, Final

from pipeline.ingest.folder import SUFFIXES
from pipeline.settings import FileFormat
from pipeline.settings.file_format import marks_agree
from pipeline.settings.kinds import Agreeing, Text, Texts
from pipeline.settings.validate import CLOSED
from pipeline.settings.vendor_values import Flag, Percent

RAW_SUFFIXES: Final = {
    **{suffix: suffix for suffix in SUFFIXES},
    ".tsv": ".csv",
    ".txt": ".csv",
    ".tsv.gz": ".csv.gz",
    ".txt.gz": ".csv.gz",
    ".jsonl": ".ndjson",
    ".xlsm": ".xlsx",
}
"""What a raw file's name may end in, and the format it then has."""


def raw_suffix(path: str) -> str | None:
    """The format a raw file's name says, by the suffix of an export of the contract; None when it says none."""
    return next((kind for suffix, kind in RAW_SUFFIXES.items() if path.lower().endswith(suffix)), None)


def _file_name(name: str) -> str:
    if name.startswith("_") or not name.isidentifier():
        raise ValueError(": a file's name is a plain word; it becomes the name of a table")
    return name


def _path(path: str) -> str:
    if raw_suffix(path) is None or PurePath(path).is_absolute() or ".." in PurePath(path).parts:
        raise ValueError(f" takes a file in the exports folder that ends in {', '.join(RAW_SUFFIXES)}")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredFile(FileFormat):
    """`[files.<name>]`: a raw file, how it is written, and the columns that it may lack."""

    path: Annotated[str, Text(_path)] = ""
    lookup: Flag = False
    optional: Annotated[tuple[str, ...], Texts("a list of column names")] = ()


def _complete(declared: DeclaredFile) -> DeclaredFile:
    if not declared.path:
        raise ValueError(' needs a path, such as path = "deals.csv"')
    marks_agree(declared)
    return declared


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """A whole `profile.toml`. `quarantine_limit_percent`: the profile's own limit, else None."""

    __pydantic_config__: ClassVar[Any] = CLOSED

    name: Annotated[str, Text()] = ""
    description: Annotated[str, Text()] = ""
    quarantine_limit_percent: Percent | None = None
    files: dict[Annotated[str, Text(_file_name)], Annotated[DeclaredFile, Agreeing(_complete)]] = field(
        default_factory=dict
    )
