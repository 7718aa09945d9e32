"""Files that are called CSV and are not: gzip bombs, UTF-16 without its mark, a line without end."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import Final

from pipeline.errors import InputError
from pipeline.settings import ReadLimits
from pipeline.whole_files import open_to_write

_PIECE: Final = 256 << 10
_LOOKED_AT: Final = 1_000
_FEWEST: Final = 4
LONGEST_FIRST_LINE: Final = 16 << 20
"""Bytes in which a first line has to end: a file without lines would be read whole."""
SUSPICIOUS_RATIO: Final = 200
"""Bytes unpacked per byte packed above which a gzip file is taken for a bomb; exports come to 5 to 50."""
SUSPICIOUS_FROM: Final = 64 << 20


def unpack_gzip(file: str, path: Path, target: Path, limits: ReadLimits) -> None:
    """Unpacks the gzip file. Raises InputError when it is broken or cut off, and when it unpacks to too much."""
    unpacked = 0
    try:
        with path.open("rb") as stream, gzip.GzipFile(fileobj=stream) as packed, open_to_write(target) as out:
            while chunk := packed.read(_PIECE):
                unpacked += len(chunk)
                _refuse_too_much(file, unpacked, stream.tell(), limits)
                out.write(chunk)
    except EOFError:
        raise InputError(f"{file}: the gzip file is cut off (half-written?); export it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{file}: is not a readable gzip file ({error}); export it again") from None


def _refuse_too_much(file: str, unpacked: int, packed: int, limits: ReadLimits) -> None:
    if unpacked > limits.unpacked_mebibytes << 20:
        raise InputError(
            f"{file}: unpacks to more than {limits.unpacked_mebibytes:,} MiB (setting unpacked_mebibytes); raise the "
            "setting if that is right"
        )
    if unpacked > SUSPICIOUS_FROM and unpacked > SUSPICIOUS_RATIO * packed:
        raise InputError(
            f"{file}: unpacks to more than {SUSPICIOUS_RATIO} times its size, as a gzip bomb does; export it again"
        )


def refuse_no_text(file: str, where: str, path: Path) -> None:
    """Raises InputError for what looks like UTF-16 without its mark, for binary data, and for a first line without end.

    `path`: the file as UTF-8 text should be in it. `where` names the setting of its encoding.
    """
    refuse_unmarked_utf_16(file, where, path)
    with path.open("rb") as stream:
        first = stream.read(_PIECE)
        taken = 0
        while first and not re.search(rb"[\r\n]", first):
            taken += len(first)
            if taken > LONGEST_FIRST_LINE:
                raise InputError(
                    f"{file}: line 1 has no end within {LONGEST_FIRST_LINE >> 20} MiB, so this is not a CSV; "
                    "export it again"
                )
            first = stream.read(_PIECE)


def refuse_unmarked_utf_16(file: str, where: str, path: Path) -> None:
    """Raises InputError for a file that should be UTF-8 and looks like UTF-16 without its mark."""
    with path.open("rb") as stream:
        found = _utf_16(stream.read(_LOOKED_AT))
    if found is not None:
        raise InputError(
            f"{file}: line 1 is not utf-8 but looks like UTF-16 without a byte order mark; set the file's encoding: "
            f'[{where}] encoding = "{found}"'
        )


def _utf_16(start: bytes) -> str | None:
    """Which UTF-16 it looks like: nearly every other byte is zero, and nearly none of the others."""
    even, odd = start[::2], start[1::2]
    if len(odd) < _FEWEST:
        return None
    zeros = (even.count(0) / len(even), odd.count(0) / len(odd))
    if zeros[0] < 0.1 and zeros[1] > 0.4:
        return "utf-16-le"
    return "utf-16-be" if zeros[1] < 0.1 and zeros[0] > 0.4 else None
