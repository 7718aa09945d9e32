"""Small files that people write (settings, profiles, corrections, decisions): read whole, and only if they are files.

A pipe would be waited for without end, and a device has no end.
"""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import Any, Final

MOST_BYTES: Final = 64 << 20
"""What a file that is read whole may hold."""


def check_regular(path: Path) -> None:
    """Raises OSError with a reason in words when the path leads to no regular file, such as a pipe or a folder."""
    try:
        mode = path.stat().st_mode
    except ValueError:
        raise OSError(errno.EINVAL, "the name has a character that no file's name can have") from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder, not a file")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "is a pipe, a socket or a device, not a file")


def read_regular(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """What the file holds. Raises OSError as `check_regular` does, when it cannot be read, and when it holds more."""
    check_regular(path)
    # What it is now decides, not what it was a moment ago; a pipe is then not waited for either.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:  # noqa: PTH123
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is a pipe, a socket or a device, not a file")
        data = stream.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"holds more than {most_bytes:,} bytes")
    return data


def toml_values(data: bytes) -> dict[str, Any]:
    """The values of a TOML file. Raises ValueError, its text one line, when it is not TOML in UTF-8."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"line {data.count(10, 0, error.start) + 1} is not UTF-8") from None
    except RecursionError:
        raise ValueError("it is nested too deeplylyly") from None
