"""Source profiles: exports that do not look like the contract, and the SELECTs that make them so.

A profile is a folder with `profile.toml` and one `<table>.sql` per contract table it fills:

    name = "city_register"
    description = "…"
    quarantine_limit_percent = 8          # optional: the profile's own limit

    [files.register]                      # a raw file; its table is called `register`
    path = "chicago_contracts.csv"        # in the exports folder; "deals-*.csv" where the name changes every night
    date_format = …, delimiter = …        # as under [exports.<table>] of the settings
    lookup = true                         # optional: rows may stay unused
    optional = ["Partner"]                # optional: columns the file may lack; they are then empty

Each statement is one DuckDB SELECT over the raw tables, whose cells are text and which have `_source`, a number unique
over all raw files. It gives the contract's columns and `_source`: a number, or a list of numbers whose first is
the row the quarantine points at. `left_out.sql` gives `_source, reason` of the rows dropped on purpose. What several
statements need is once in `views/<name>.sql`, a SELECT that they read by that name. All may use the functions of
`functions.py`.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from pipeline.errors import SettingsError, UsageError
from pipeline.ingest.profiles.profile_file import DeclaredFile, ProfileFile, raw_suffix
from pipeline.regular_file import read_regular, toml_values
from pipeline.settings import FileFormat
from pipeline.settings.validate import validated
from pipeline.tables.exports import EXPORTS

SHIPPED: Final = Path(__file__).parent / "shipped"
IDENTITY: Final = "identity"
LEFT_OUT: Final = "left_out"
VIEWS: Final = "views"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A raw file of a profile: `name` is its table, `path` its place in the exports folder (with `*`: its pattern).

    `suffix`: the format, as an export of the contract would have it. `optional`: columns that it may lack.
    """

    name: str
    path: str
    suffix: str
    format: FileFormat
    lookup: bool = False
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A source profile. `statements`: the SELECT of each contract table; `left_out`: that of the dropped rows; `views`:
    SELECTs that those may read, by name. `called`: its folder or shipped name as the user wrote it, for messages."""

    name: str
    called: str
    description: str
    files: tuple[RawFile, ...]
    statements: dict[str, str]
    left_out: str | None = None
    quarantine_limit_percent: Decimal | None = None
    views: dict[str, str] = field(default_factory=dict)


def find_profile(profile: Path) -> Path | None:
    """The folder of a profile given by its path or by the bare name of a shipped one; None for the identity profile.

    Raises UsageError when there is none.
    """
    if str(profile) == IDENTITY:
        return None
    for folder in (profile, SHIPPED / profile.name if len(profile.parts) == 1 else profile):
        if os.path.lexists(folder / "profile.toml"):
            return folder
    shipped = ", ".join(sorted(path.name for path in SHIPPED.iterdir() if (path / "profile.toml").is_file()))
    raise UsageError(
        f"{profile}: there is no source profile (no profile.toml); shipped ones are: {IDENTITY}, {shipped}"
    )


def read_profile(folder: Path, called: str) -> Profile:
    """The profile in that folder, which messages call `called`.

    Raises SettingsError with one line that says what is wrong in which file.
    """
    where = f"{called}/profile.toml"
    try:
        values = toml_values(_text(folder / "profile.toml", where).encode())
    except ValueError as error:
        raise SettingsError(f"{where}: is not readable as TOML: {error}") from None
    declared = validated(ProfileFile, values, file=where)
    if not declared.files:
        raise SettingsError(f"{where}: needs at least one [files.<name>]")
    statements = _statements(folder, called)
    return Profile(
        name=declared.name or folder.name,
        called=called,
        description=declared.description,
        files=tuple(_raw_file(name, raw) for name, raw in declared.files.items()),
        left_out=statements.pop(LEFT_OUT, None),
        statements=statements,
        quarantine_limit_percent=declared.quarantine_limit_percent,
        views=_views(folder, called, set(declared.files)),
    )


def _raw_file(name: str, declared: DeclaredFile) -> RawFile:
    file_format = FileFormat(**{each.name: getattr(declared, each.name) for each in dataclasses.fields(FileFormat)})
    # The declaration has refused every path that says no format.
    suffix = raw_suffix(declared.path) or ""
    return RawFile(name, declared.path, suffix, file_format, declared.lookup, declared.optional)


def _text(path: Path, where: str) -> str:
    """What a file of a profile says. Raises SettingsError when it cannot be read as UTF-8 text."""
    try:
        data = read_regular(path)
    except OSError as error:
        raise SettingsError(f"{where}: cannot be read ({error.strerror})") from None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{where}: line {line} is not UTF-8; save the file as UTF-8") from None


def _views(folder: Path, called: str, raw: set[str]) -> dict[str, str]:
    found = _texts(folder / VIEWS, f"{called}/{VIEWS}")
    for name in found:
        if not name.isidentifier() or name in raw:
            raise SettingsError(f"{called}/{VIEWS}/{name}.sql: a view's name is a plain word that no file has")
    return found


def _statements(folder: Path, called: str) -> dict[str, str]:
    found = _texts(folder, called)
    for name in found:
        if name not in EXPORTS and name != LEFT_OUT:
            raise SettingsError(f"{called}/{name}.sql: there is no table {name!r} in the contract")
    for table in EXPORTS.values():
        if table.required and table.name not in found:
            raise SettingsError(f"{called}: needs {table.name}.sql: {table.name} is a required table")
    return found


def _texts(folder: Path, called: str) -> dict[str, str]:
    return {path.stem: _text(path, f"{called}/{path.name}") for path in sorted(folder.glob("*.sql"))}
