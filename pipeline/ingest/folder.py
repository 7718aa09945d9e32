"""Which file of the exports folder holds which table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import InputError
from pipeline.tables.exports import EXPORTS

SUFFIXES: Final = (".csv", ".csv.gz", ".parquet", ".json", ".ndjson", ".xlsx")
"""What a table's file name may end in, in capitals too."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file found for a table. `name` is how messages, the quarantine and the accounts call it; `suffix` has no
    capitals."""

    name: str
    path: Path
    suffix: str


def check_folder(exports: Path) -> None:
    """Raises InputError when the exports folder is missing or no folder."""
    if not exports.exists():
        raise InputError(f"{exports}: there is no such folder; give the folder that holds the exports")
    if not exports.is_dir():
        raise InputError(f"{exports}: is not a folder; give the folder that holds the exports")


def find_exports(exports: Path) -> dict[str, ExportFile]:
    """The file of each table that has one, by table.

    Raises InputError when the folder cannot be used, a required table has no file, a table has two, or what has the
    name of a table is no file.
    """
    check_folder(exports)
    found: dict[str, ExportFile] = {}
    there = sorted(exports.iterdir())
    for table in EXPORTS.values():
        files = [path for suffix in SUFFIXES for path in there if _split(path.name) == (table.name, suffix)]
        for path in files:
            _check_file(path)
        if len(files) > 1:
            names = " and ".join(path.name for path in files)
            raise InputError(f"{table.name}: {names} hold the same table; keep one of them")
        if files:
            found[table.name] = ExportFile(files[0].name, files[0], _split(files[0].name)[1])
        elif table.required:
            looked_for = ", ".join(f"{table.name}{suffix}" for suffix in SUFFIXES)
            raise InputError(f"{table.name}: the required table has no file in {exports}; looked for {looked_for}")
    return found


def unused_files(exports: Path, used: set[str]) -> list[str]:
    """Names of data files that hold no table of the contract, in name order: misspelt ones are found this way.

    The export's manifest is not one of them.
    """
    used = used | {"manifest.json"}
    return sorted(
        path.name for path in exports.iterdir() if path.is_file() and path.name not in used and _split(path.name)[1]
    )


def _split(name: str) -> tuple[str, str]:
    """The name before one of `SUFFIXES`, and that suffix without capitals; "" for any other."""
    suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)], suffix


def _check_file(path: Path) -> None:
    if path.is_file():
        return
    if path.is_symlink() and not path.exists():
        raise InputError(f"{path.name}: is a link to {path.readlink()}, which is not there; export it again")
    raise InputError(f"{path.name}: has the name of a table but is no file; put the file in its place, or take it away")
