"""The process that reads one sheet: the workbook on stdin, its rows as lines of JSON on stdout.

Its one argument is JSON: the sheet wanted, the row of the header, how dates and numbers are written, and the limits.
A line of a row is `[line, [text, …]]` from the first column on, or `[line, [text, …], [column, …]]` where cells are
missing. With `look` the first rows of all sheets are written, as `pipeline.workbook_process.inspect_sheets` says. The
last line is `{"sheet": …, "columns": […], "above": …}` (how many filled rows stand above the header row), or
`{"error": …}` with exit code 1.
Exit code 7: the rows could not be written.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import sys
from typing import IO, Any, Final

from pipeline.workbook_process.cell_values import Written
from pipeline.workbook_process.inspect_sheets import look
from pipeline.workbook_process.package import Limits, Package, WorkbookError
from pipeline.workbook_process.sheet import Row, SheetReader, chosen_sheet, contents

_DISK: Final = 7
"""The exit code that says that the rows could not be written."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG


def main() -> int:
    """Reads as the argument says; gives the exit code."""
    request = json.loads(sys.argv[1])
    _die_with(request["parent"])
    _limit(request["memory_mebibytes"], request["seconds"])
    out = sys.stdout
    try:
        end = _read(request, sys.stdin.buffer, out)
        code = 0
    except WorkbookError as error:
        end, code = {"error": str(error)}, 1
    except MemoryError:
        end, code = {"limit": "memory"}, 1
    except OSError as error:
        return _DISK if error.errno in _FULL else 1
    except _TooLongError:
        end, code = {"limit": "seconds"}, 1
    try:
        out.write(json.dumps(end) + "\n")
        out.flush()
    except OSError as error:
        return _DISK if error.errno in _FULL else 1
    return code


def _read(request: dict[str, Any], stream: IO[bytes], out: IO[str]) -> dict[str, Any]:
    package = Package(stream, Limits(request["unpacked_mebibytes"] << 20, request["cells"]))
    if request["look"]:
        look(
            package, Written(request["date_format"], request["decimal_comma"], contents(package).from_1904), out, _line
        )
        return {"sheet": "", "columns": []}
    found = contents(package)
    sheet = chosen_sheet(found, request["sheet"], request["setting"])
    written = Written(request["date_format"], request["decimal_comma"], found.from_1904)
    columns: set[int] = set()
    above = 0
    for row in SheetReader(package, found, written).rows(sheet):
        if row.line >= request["header_row"]:
            out.write(_line(row) + "\n")
            columns.update(row.cells)
        else:
            above += any(text.strip() for text in row.cells.values())
    return {"sheet": sheet.name, "columns": sorted(columns), "above": above}


def _line(row: Row) -> str:
    places = list(row.cells)
    texts = list(row.cells.values())
    if places == list(range(len(places))):
        return json.dumps([row.line, texts])
    return json.dumps([row.line, texts, places])


def _die_with(parent: int) -> None:
    """Ends this process when the one that started it does, by whatever death (Linux)."""
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        sys.exit(1)


class _TooLongError(BaseException):
    """The processor time is used up; no `except` of a library takes it for one of its own."""


def _too_long(_signal: int, _frame: object) -> None:
    raise _TooLongError


def _limit(mebibytes: int, seconds: int) -> None:
    signal.signal(signal.SIGXCPU, _too_long)
    for what, most in (
        (resource.RLIMIT_AS, mebibytes << 20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            hard = resource.getrlimit(what)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (most, hard if what == resource.RLIMIT_CPU else most))
        except (ValueError, OSError):
            continue  # a system that does not know this limit; the others hold


if __name__ == "__main__":
    sys.exit(main())
