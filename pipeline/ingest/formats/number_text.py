"""Typed values of Parquet, JSON and workbooks as the text a CSV of the same format would hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from pipeline.settings import FileFormat

_LONGEST: Final = 400
"""Digits beyond which a number keeps its exponent: it is out of range anyway, and would fill the memory."""


def plain(number: str) -> str:
    """A JSON number or the repr of a float without its exponent: `1e3` is `1000`. Other text stays as it is."""
    if "e" not in number.lower():
        return number
    value = Decimal(number)
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST:
        return number
    return f"{value:f}"


def in_format(number: str, file_format: FileFormat) -> str:
    """The number with the file's decimal mark."""
    return number.replace(".", ",") if file_format.decimal_comma else number
