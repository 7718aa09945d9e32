"""Whether a CSV is so plain that DuckDB's fast reader takes it exactly as RFC 4180 says.

DuckDB drops spaces around quotes and an empty cell too many without a word, and mixes up mixed line ends. One look
at the bytes, at the speed of memory, finds the files where any of that could happen; those take the exact way.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.settings import FileFormat

_CHUNK: Final = 512 << 10  # stays in the processor's cache while it is looked at several times
_LONGEST_QUOTED_CELL: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class CsvShape:
    """What the bytes say. `plain`: the fast reader may be used; then `records` (after the header) and `delimiters`
    are what stands outside of quotes.
    """

    plain: bool
    records: int = 0
    delimiters: int = 0


_LF: Final = ord("\n")
_NOT_PLAIN: Final = CsvShape(plain=False)


def csv_shape(path: Path, file_format: FileFormat) -> CsvShape:
    """Looks at all bytes of a UTF-8 file once, in pieces."""
    if not (file_format.delimiter + file_format.quote).isascii():
        return _NOT_PLAIN
    scan = _Scan(file_format.delimiter.encode(), file_format.quote.encode())
    with path.open("rb") as stream:
        data = stream.read(_CHUNK).removeprefix(codecs.BOM_UTF8)
        if data[:1] in (b"\n", b"\r"):
            return _NOT_PLAIN
        while data and scan.take(data):
            data = stream.read(_CHUNK)
    return scan.shape() if not data else _NOT_PLAIN


class _Scan:
    """Running counts over the bytes outside of quotes; a quoted cell is folded into one quote mark."""

    def __init__(self, delimiter: bytes, quote: bytes) -> None:
        self._delimiter = delimiter[0]
        self._quote = quote
        edge = rb"[^" + re.escape(delimiter + quote) + rb"\r\n]"
        mark = re.escape(quote)
        # Begins with the mark itself, so that the search leaps from one to the next.
        self._odd_quote = re.compile(mark + rb"(?:(?<=" + edge + mark + rb")|(?=" + edge + rb"))")
        self._open = b""
        self._before = b""
        self._delimiters = self._lf = self._cr = self._crlf = 0

    def take(self, data: bytes) -> bool:
        """Takes the next bytes; False as soon as the file is found not to be plain."""
        if self._open:
            data = self._open + data
            self._open = b""
        if self._quote in data:
            parts = data.split(self._quote)
            if len(parts) % 2 == 0:
                self._open = self._quote + parts.pop()
            data = self._quote.join(parts[::2])
        return self._count(data) and len(self._open) < _LONGEST_QUOTED_CELL

    def _count(self, outside: bytes) -> bool:
        # Blank lines and lone CR go the exact way: then every line end outside of quotes ends one record.
        edge = self._before + outside[:1]
        if self._quote in outside and self._odd_quote.search(self._before + outside):
            return False
        if edge[:1] == self._quote and self._odd_quote.search(edge):
            return False
        cells = np.frombuffer(outside, dtype=np.uint8)
        ends = cells == _LF
        self._delimiters += int(np.count_nonzero(cells == self._delimiter))
        self._lf += int(np.count_nonzero(ends))
        if b"\r" in outside or edge[:1] == b"\r":
            self._cr += outside.count(b"\r")
            self._crlf += outside.count(b"\r\n") + (edge == b"\r\n")
            if edge == b"\n\r" or b"\n\r" in outside:
                return False
        self._before = outside[-1:] or self._before
        return edge != b"\n\n" and not np.any(ends[1:] & ends[:-1])

    def shape(self) -> CsvShape:
        """The shape of the whole file."""
        if self._open or self._cr != self._crlf or (self._cr and self._cr != self._lf):
            return _NOT_PLAIN
        return CsvShape(
            plain=True,
            records=self._lf + (self._before != b"\n") - 1,
            delimiters=self._delimiters,
        )
