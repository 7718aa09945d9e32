"""Files that appear whole or not at all, and what the machine says when it cannot write one."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.errors import MachineError, UsageError

_MAKE_ROOM: Final = "free space on that disk, then try again"
_MAKE_WRITABLE: Final = "make it writable for this user, then try again"
_TOO_MANY: Final = "end other programs or raise the limit (ulimit -n), then try again"

ADVICE: Final = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EFBIG: "raise the limit on the size of files (ulimit -f), then try again",
    errno.EIO: "look at the disk (dmesg), then try again",
    errno.EROFS: _MAKE_WRITABLE,
    errno.EACCES: _MAKE_WRITABLE,
    errno.EPERM: _MAKE_WRITABLE,
    errno.EMFILE: _TOO_MANY,
    errno.ENFILE: _TOO_MANY,
    errno.ENOMEM: "end other programs, then try again",
    errno.ESTALE: "look at the network disk, then try again",
}
"""What the machine, and not the product, is to blame for; and what to do about it."""


def machine_error(error: OSError, path: Path | None = None) -> MachineError | None:
    """The error as one line that names the file and what to do; None when it is not the machine's."""
    advice = ADVICE.get(error.errno or 0)
    if advice is None:
        return None
    place = path or error.filename
    where = f" ({os.fsdecode(place)})" if isinstance(place, str | bytes | os.PathLike) else ""
    return MachineError(f"the machine failed: {os.strerror(error.errno or 0)}{where}; {advice}")


def not_writable(error: OSError, path: Path) -> MachineError:
    """Any error of writing that file or folder as one line that names it and what to do."""
    return machine_error(error, path) or MachineError(f"{path} cannot be written: {error.strerror or error}")


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write the file under another name, then rename it: nobody ever reads half of it, and it outlives a power cut.

    Returns the path. Raises MachineError; what was under that name is then still there.
    """
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@contextmanager
def whole_file(path: Path, *, replace: bool = True) -> Iterator[Path]:
    """A path to write a file to; on leaving it gets its name in one step, on an error it is removed.

    The folder is made. Raises MachineError for errors of the disk, and FileExistsError without `replace` when there is
    a file of that name already.
    """
    unfinished = unfinished_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        yield unfinished
        sync_file(unfinished)
        if replace:
            unfinished.replace(path)
            sync_folder(path.parent)
        else:
            link_whole(unfinished, path)
    except OSError as error:
        if isinstance(error, FileExistsError) and not replace and path.exists():
            raise
        raise not_writable(error, path) from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def link_whole(unfinished: Path, path: Path) -> None:
    """Give a file that is on the disk its name, for good, or not at all. Raises FileExistsError and other OSErrors."""
    os.link(unfinished, path)
    try:
        sync_folder(path.parent)
    except OSError:
        path.unlink()
        raise


@contextmanager
def chosen_file(path: Path, *, replace: bool = True) -> Iterator[Path]:
    """The same for a file that a user named: its folder must be there, and a device or pipe is written to directly.

    Raises UsageError when there is no such folder; else like `whole_file`.
    """
    if path.exists() and not path.is_file():
        with writing(path):
            yield path
        return
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: {os.strerror(errno.ENOENT)}")
    with whole_file(path.resolve() if replace else path, replace=replace) as unfinished:
        yield unfinished


def unfinished_name(path: Path) -> Path:
    """The name of the file while this process writes it; `UNFINISHED` finds those that were never finished."""
    return path.with_name(f".{path.name}.{os.getpid()}")


UNFINISHED: Final = ".*.*.[0-9]*"
"""What the names of unfinished files look like, as a pattern of file names."""


def sync_file(path: Path) -> None:
    """Put everything written to that file onto the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(folder: Path) -> None:
    """Make renames in that folder outlive a power cut."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, how: int) -> None:
    handle = os.open(path, how | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Writing a file of ours, and nothing else: its errors are MachineErrors, not those of an input being read."""
    try:
        yield
    except OSError as error:
        raise not_writable(error, path) from None


class _Written(io.FileIO):
    """A file whose writing fails with MachineError, so that nobody takes it for an input that cannot be read."""

    def write(self, data: object, /) -> int:
        with writing(Path(os.fsdecode(self.name))):
            return super().write(data)  # type: ignore[arg-type]


def open_to_write(path: Path) -> BinaryIO:
    """A new file of ours for bytes. Opening and writing raise MachineError."""
    with writing(path):
        return io.BufferedWriter(_Written(path, "w"))
