"""Starting the process that reads a workbook (`pipeline.workbook_process`) and taking what it says."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.settings import FileFormat, ReadLimits
from pipeline.whole_files import open_to_write, writing

_DISK: Final = 7
_END_BYTES: Final = 64 << 10
_PACKAGE_ROOT: Final = Path(__file__).parents[3]

SheetRow = tuple[int, list[str], list[int] | None]
"""A row's line in the sheet, its texts, and their columns from 0 (None: the first ones, none missing)."""


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of a sheet that hold something, kept in the file `spool`. `columns`: those that do, from 0.
    `above`: how many stand above the header row and are not among them."""

    sheet: str
    columns: tuple[int, ...]
    spool: Path
    above: int = 0

    def rows(self) -> Iterator[SheetRow]:
        """The rows, top down."""
        with self.spool.open("rb") as lines:
            for line in lines:
                row = json.loads(line)
                if isinstance(row, list):
                    yield row[0], row[1], row[2] if len(row) > 2 else None


def sheet_rows(
    file: str, where: str, path: Path, file_format: FileFormat, spool: Path, limits: ReadLimits, *, look: bool = False
) -> SheetRows:
    """Reads the sheet that the format names (setting `where`) in a process of its own, into the file `spool`.

    With `look` the first rows of all sheets are written there instead, as `workbook_process.inspect_sheets` says.

    Raises InputError for a workbook that cannot be used, one that needs more than the limits allow, and one that its
    reader does not survive; OSError when the workbook cannot be opened or the spool not written.
    """
    request = json.dumps(
        {
            "parent": os.getpid(),
            "look": look,
            "setting": where,
            "sheet": file_format.sheet,
            "header_row": file_format.header_row,
            "date_format": file_format.date_format,
            "decimal_comma": file_format.decimal_comma,
            "unpacked_mebibytes": limits.unpacked_mebibytes,
            "cells": limits.cells,
            "memory_mebibytes": limits.workbook_mebibytes,
            "seconds": limits.workbook_seconds,
        }
    )
    with path.open("rb") as workbook, open_to_write(spool) as out:
        code = _run(file, request, workbook, out, limits)
    if code == _DISK:
        with writing(spool):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(spool))
    end = _last_line(spool)
    if "error" in end:
        raise InputError(f"{file}: {end['error']}")
    if end.get("limit") == "memory":
        raise InputError(
            f"{file}: needs more than {limits.workbook_mebibytes:,} MiB of memory to be read (setting "
            "workbook_mebibytes); raise the setting if that is right, or save it as CSV"
        )
    if end.get("limit") == "seconds":
        raise _too_long(file, limits)
    if "sheet" not in end:
        raise InputError(f"{file}: is not a readable workbook (its reader crashed); save it again as .xlsx, or as CSV")
    return SheetRows(end["sheet"], tuple(end["columns"]), spool, end.get("above", 0))


def _run(file: str, request: str, workbook: Any, out: Any, limits: ReadLimits) -> int:
    """Runs the reader to its end and gives its exit code; beyond the time allowed it is ended."""
    search = os.pathsep.join(filter(None, (str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH"))))
    try:
        # -P: the working folder, which may hold anything, is not a place to import from.
        ended = subprocess.run(  # noqa: S603 - this interpreter and our own module; the request is data
            [sys.executable, "-P", "-m", "pipeline.workbook_process", request],
            stdin=workbook,
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": search},
            timeout=limits.workbook_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_long(file, limits) from None
    return ended.returncode


def _too_long(file: str, limits: ReadLimits) -> InputError:
    return InputError(
        f"{file}: takes longer than {limits.workbook_seconds:,} seconds to be read (setting workbook_seconds); raise "
        "the setting if that is right, or save it as CSV"
    )


def _last_line(spool: Path) -> dict[str, Any]:
    """What the reader said at its end; empty when it came to none."""
    with spool.open("rb") as lines:
        lines.seek(max(0, spool.stat().st_size - _END_BYTES))
        last = lines.read().splitlines()[-1:]
    try:
        end = json.loads(last[0]) if last else {}
    except ValueError:
        return {}
    return end if isinstance(end, dict) else {}
