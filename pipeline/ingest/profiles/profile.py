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
statements need stands once in `views/<name>.sql`, a SELECT that they read by that name. All may use the functions of
`functions.py`.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pipeline.errors import SettingsError, UsageError
from pipeline.ingest.folder import SUFFIXES
from pipeline.regular_file import read_regular, toml_values
from pipeline.settings import FileFormat, parse_file_format, parse_settings
from pipeline.tables.exports import EXPORTS

SHIPPED: Final = Path(__file__).parent / "shipped"
IDENTITY: Final = "identity"
LEFT_OUT: Final = "left_out"
VIEWS: Final = "views"
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
        raise SettingsError(f"{where}: is no TOML: {error}") from None
    unknown = sorted(set(values) - {"name", "description", "quarantine_limit_percent", "files"})
    if unknown:
        raise SettingsError(f"{where}: unknown setting {unknown[0]!r}; known: name, description, files, "
                            "quarantine_limit_percent")  # fmt: skip
    files = values.get("files")
    if not isinstance(files, dict) or not files:
        raise SettingsError(f"{where}: needs at least one [files.<name>]")
    statements = _statements(folder, called)
    return Profile(
        name=str(values.get("name", folder.name)),
        called=called,
        description=str(values.get("description", "")),
        files=tuple(_raw_file(where, name, raw) for name, raw in files.items()),
        left_out=statements.pop(LEFT_OUT, None),
        statements=statements,
        quarantine_limit_percent=_limit(where, values),
        views=_views(folder, called, set(files)),
    )


def _limit(where: str, values: dict[str, Any]) -> Decimal | None:
    name = "quarantine_limit_percent"
    if name not in values:
        return None
    try:
        return parse_settings({name: values[name]}).quarantine_limit_percent
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from None


def _raw_file(where: str, name: str, values: Any) -> RawFile:
    at = f"{where}: files.{name}"
    if not isinstance(values, dict) or not isinstance(values.get("path"), str):
        raise SettingsError(f'{at} needs a path, such as path = "{name}.csv"')
    if name.startswith("_") or not name.isidentifier():
        raise SettingsError(f"{at}: a file's name is a plain word; it becomes the name of a table")
    if not isinstance(values.get("lookup", False), bool):
        raise SettingsError(f"{at}.lookup takes true or false, not {values['lookup']!r}")
    path = values["path"]
    suffix = raw_suffix(path)
    if suffix is None or Path(path).is_absolute() or ".." in Path(path).parts:
        raise SettingsError(f"{at}.path takes a file in the exports folder that ends in {', '.join(RAW_SUFFIXES)}")
    optional = values.get("optional", [])
    if not isinstance(optional, list) or not all(isinstance(column, str) for column in optional):
        raise SettingsError(f"{at}.optional takes a list of column names")
    own = ("path", "lookup", "optional")
    known = (*own, *(one.name for one in dataclasses.fields(FileFormat)))
    if unknown := [key for key in values if key not in known]:
        raise SettingsError(f"{where}: unknown setting files.{name}.{unknown[0]}; known: {', '.join(known)}")
    file_format = parse_file_format(at, {key: value for key, value in values.items() if key not in own})
    return RawFile(name, path, suffix, file_format, values.get("lookup", False), tuple(optional))


def raw_suffix(path: str) -> str | None:
    """The format a raw file's name says, by the suffix of an export of the contract; None when it says none."""
    return next((kind for suffix, kind in RAW_SUFFIXES.items() if path.lower().endswith(suffix)), None)


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
            raise SettingsError(f"{called}/{VIEWS}/{name}.sql: a view's name is a plain word and no file's name")
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
