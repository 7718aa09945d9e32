"""From the bytes of a text file to UTF-8, streaming: other encodings, the byte order mark, gzip."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.errors import InputError
from pipeline.files import open_to_write

_CHUNK: Final = 1 << 20
_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_utf_8(encoding: str) -> bool:
    """Whether files of that encoding are read as they are."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def to_utf_8(file: str, where: str, path: Path, encoding: str, target: Path) -> None:
    """Writes the text of `path` as UTF-8, lines and all, without a byte order mark. Raises as `decoded` does."""
    first = True
    with io.TextIOWrapper(open_to_write(target), encoding="utf-8", newline="") as out:
        for chunk in decoded(file, where, path, encoding):
            out.write(chunk.removeprefix("\ufeff") if first else chunk)
            first = False


def decoded(file: str, where: str, path: Path, encoding: str) -> Iterator[str]:
    """The text of the file in pieces.

    Raises InputError with the line of the first byte that is not of that encoding. `where` names the setting.
    """
    lines = _LineCounter()
    with path.open("rb") as stream:
        decoder = codecs.getincrementaldecoder(encoding)()
        last = False
        while not last:
            data = stream.read(_CHUNK)
            last = not data
            before = decoder.getstate()
            try:
                text = decoder.decode(data, final=last)
            except UnicodeDecodeError as error:
                decoder.setstate(before)
                lines.add(decoder.decode(data[: max(0, error.start - len(before[0]))]))
                raise InputError(
                    f"{file}: line {lines.line} is not {encoding}; set the file's encoding: [{where}] encoding = …"
                ) from None
            lines.add(text)
            yield text


def refuse_utf_16(file: str, where: str, stream: BinaryIO) -> None:
    """Raises InputError when a file that should be UTF-8 begins with the mark of UTF-16."""
    if stream.read(2) in _UTF_16_MARKS:
        raise InputError(
            f"{file}: line 1 is not utf-8 but looks like UTF-16; "
            f'set the file\'s encoding: [{where}] encoding = "utf-16"'
        )


class _LineCounter:
    """Counts lines as a text editor does: \\n, \\r\\n and \\r each end one."""

    def __init__(self) -> None:
        self.line = 1
        self._after_cr = False

    def add(self, text: str) -> None:
        if self._after_cr and text.startswith("\n"):
            self.line -= 1
        self.line += count_line_ends(text)
        self._after_cr = text.endswith("\r") if text else self._after_cr


def count_line_ends(text: str) -> int:
    """Line ends in the text: \\n, \\r\\n and \\r count one each."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")
