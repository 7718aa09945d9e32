"""Which file of the exports folder holds which table."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
    """Raises InputError when the exports folder is missing, no folder, or cannot be read."""
    try:
        is_folder = stat.S_ISDIR(exports.stat().st_mode)
        if is_folder:
            next(exports.iterdir(), None)
    except FileNotFoundError:
        raise InputError(f"{exports}: there is no such folder; give the folder that holds the exports") from None
    except OSError as error:
        raise InputError(
            f"{exports}: cannot be read ({error.strerror}); give the folder that holds the exports"
        ) from None
    if not is_folder:
        raise InputError(f"{exports}: is not a folder; give the folder that holds the exports")


def find_exports(exports: Path) -> dict[str, ExportFile]:
    """The file of each table that has one, by table.

    Raises InputError when the folder cannot be used, a required table has no file, a table has two, or what has the
    name of a table is not a file.
    """
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
    raise InputError(
        f"{path.name}: has the name of a table but is not a file; put the file in its place, or take it away"
    )


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file is still the one it was: which file it is, its size, and when it was changed."""

    device: int
    inode: int
    size: int
    changed: int


def stamp(file: str, path: Path) -> Stamp:
    """The file as it is now, which messages call `file`. Raises InputError when it is not there any more."""
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); export it again") from None
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


@contextmanager
def unchanged(files: Iterable[tuple[str, Path]]) -> Iterator[None]:
    """Refuses files (their names in messages, and their paths) that change, or go away, inside the block.

    Raises InputError. It takes the place of what the block says of a file: half a file is half-written because
    somebody is still writing it.
    """
    before = [(file, path, stamp(file, path)) for file, path in files]
    try:
        yield
    except InputError:
        for each in before:
            refuse_changed(*each)
        raise
    for each in before:
        refuse_changed(*each)


def refuse_changed(file: str, path: Path, before: Stamp) -> None:
    """Raises InputError when the file is not what it was before it was read: somebody is still writing it."""
    if stamp(file, path) != before:
        raise InputError(f"{file}: changed while it was read; run again once the export is complete")
