"""From the bytes of a text file to UTF-8, streaming: other encodings, the byte order mark, gzip."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.errors import InputError
from pipeline.whole_files import open_to_write

_CHUNK: Final = 1 << 20
_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_utf_8(encoding: str) -> bool:
    """Whether files of that encoding are read as they are."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def to_utf_8(file: str, where: str, path: Path, encoding: str, target: Path, odd_bytes: str = "") -> None:
    """Writes the text of `path` as UTF-8, lines and all, without a byte order mark. Raises as `decoded` does.

    `odd_bytes`: the encoding of bytes that are not of `encoding`; "" = they are refused.
    """
    first = True
    chunks = with_odd_bytes(path, encoding, odd_bytes) if odd_bytes else decoded(file, where, path, encoding)
    with io.TextIOWrapper(open_to_write(target), encoding="utf-8", newline="") as out:
        for chunk in chunks:
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


def with_odd_bytes(path: Path, encoding: str, odd_bytes: str) -> Iterator[str]:
    """The text of the file in pieces, each byte that is not of `encoding` read as of `odd_bytes`."""
    for text in _escaped(path, encoding):
        yield _ODD.sub(lambda odd: bytes([ord(odd[0]) - _ESCAPED]).decode(odd_bytes, errors="replace"), text)


def odd_lines(path: Path, encoding: str) -> tuple[list[int], int]:
    """The lines with bytes that are not of the encoding (the first 1,000), and how many characters beyond ASCII are.

    Lines count from 1, as a text editor counts.
    """
    lines, good = _LineCounter(), 0
    found: list[int] = []
    for text in _escaped(path, encoding):
        for piece in text.splitlines(keepends=True) if _ODD.search(text) else [text]:
            if _ODD.search(piece) and len(found) < _MOST_LINES:
                found.append(lines.line)
            good += 0 if piece.isascii() else sum(1 for one in piece if one > "\x7f" and not _ODD.match(one))
            lines.add(piece)
    return list(dict.fromkeys(found)), good


_ESCAPED: Final = 0xDC00
_ODD: Final = re.compile("[\udc80-\udcff]")
_MOST_LINES: Final = 1_000


def _escaped(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape")
    with path.open("rb") as stream:
        while data := stream.read(_CHUNK):
            yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


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
