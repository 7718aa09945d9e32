"""How an export file is written: encoding, marks, dates, numbers, header."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from pipeline.settings.kinds import Agreeing, Text, Texts, Whole, YesOrNo
from pipeline.settings.validate import CLOSED, shown, validated

CONTRACT_TABLES: Final = (
    "partners",
    "clients",
    "contracts",
    "contract_lines",
    "contacts",
    "contract_changes",
    "app_usage",
    "consumption",
    "price_book",
    "limit_blocks",
    "fx_rates",
    "renewal_history",
)
"""What `[exports.<table>]` can be about: the names of `tables.exports.EXPORTS`, a layer above."""

_LAST_LINE: Final = 1_000_000_000
_MOST_UNNAMED: Final = 1_000_000
_NOT_FOR_FILES: Final = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
"""Codecs that give text, but are no encoding of a file."""

_DATE_PARTS: Final = (("%d", "%-d"), ("%m", "%-m", "%b", "%B"), ("%Y", "%y", "%-y"))
"""How a date format can give day, month and year: one of each."""
_OTHER_PARTS: Final = ("%a", "%A", "%H", "%I", "%p", "%M", "%S", "%f", "%z", "%Z", "%%")
"""What a date format may have besides: weekday, time, a percent sign."""


def _encoding(text: str) -> str:
    try:
        # Codecs that make no text of bytes (rot13, base64) refuse to encode a text, also an empty one.
        "".encode(text)
        codecs.getincrementaldecoder(text)
        if codecs.lookup(text).name in _NOT_FOR_FILES:
            raise LookupError
    except (LookupError, ValueError):
        raise ValueError(f": {shown(text)} is not a known encoding") from None
    return text


def _encoding_or_none(text: str) -> str:
    return _encoding(text) if text else ""


def _mark(text: str) -> str:
    if len(text) != 1 or text in "\0\r\n":
        raise ValueError(f" takes one character, not {shown(text)}")
    return text


def _mark_or_none(text: str) -> str:
    return _mark(text) if text else ""


def _date_format(text: str) -> str:
    parts = re.findall(r"%-?.?", text, re.DOTALL)
    known = (*(part for group in _DATE_PARTS for part in group), *_OTHER_PARTS)
    unknown = next((part for part in parts if part not in known), None)
    if unknown is not None:
        raise ValueError(f": {shown(text)} has the unknown part {unknown!r}; known: {' '.join(known)}")
    if not all(set(group) & set(parts) for group in _DATE_PARTS):
        raise ValueError(f" takes how day, month and year are written, such as '%d.%m.%Y', not {shown(text)}")
    return text


def _group_marks(text: str) -> str:
    """Only what cannot be a part of the number itself may be dropped from it."""
    if set(text) & set("0123456789+-"):
        raise ValueError(f" takes what separates groups of digits, not {shown(text)}")
    return text


def _column_names(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names or not all(names):
        raise ValueError(f" takes {_NAMES}")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f" has {shown(twice)} twice; name each column once")
    return names


_NAMES: Final = "the names of the columns in order, such as ['No', 'Name']"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How one export file is written. The defaults are the contract's.

    `header_row`: the line of a CSV, or the row of a sheet, on which the header stands; 0 = the first that is not blank.
    `records`: where in a JSON object the list of records stands (`data`, `result.items`).
    `short_rows`: records of a CSV may end early, missing cells are empty; else the last one is taken for half-written.
    `columns`: the names of the columns of a CSV or sheet without a header, in order; its first row is then data.
    `escape`: what stands before a quote or another mark inside a cell of a CSV, such as a backslash; "" = quotes are
    doubled. With it `\\N` is an empty cell.
    `unnamed_columns`: cells that every record of a CSV has behind those that the header names; they are called
    `column_<place>`. `odd_bytes`: the encoding of the bytes of a CSV that are not of its own; "" = it is refused.
    """

    __pydantic_config__: ClassVar[Any] = CLOSED

    encoding: Annotated[str, Text(_encoding)] = "utf-8"
    delimiter: Annotated[str, Text(_mark)] = ","
    quote: Annotated[str, Text(_mark)] = '"'
    date_format: Annotated[str, Text(_date_format)] = "%Y-%m-%d"
    decimal_comma: Annotated[bool, YesOrNo()] = False
    thousands: Annotated[str, Text(_group_marks)] = ""
    sheet: Annotated[str, Text()] = ""
    header_row: Annotated[int, Whole(0, _LAST_LINE)] = 0
    records: Annotated[str, Text()] = ""
    short_rows: Annotated[bool, YesOrNo()] = False
    columns: Annotated[tuple[str, ...], Texts(_NAMES, _column_names)] = ()
    escape: Annotated[str, Text(_mark_or_none)] = ""
    unnamed_columns: Annotated[int, Whole(0, _MOST_UNNAMED)] = 0
    odd_bytes: Annotated[str, Text(_encoding_or_none)] = ""


def marks_agree(written: FileFormat) -> FileFormat:
    """The same format. Raises ValueError, in the words that follow its place, when one mark would mean two things."""
    if written.delimiter == written.quote:
        raise ValueError(f": delimiter and quote are the same character, {shown(written.quote)}")
    if written.escape in (written.delimiter, written.quote):
        raise ValueError(".escape takes another character than delimiter and quote; "
                         "leave it out where quotes are doubled")  # fmt: skip
    if ("," if written.decimal_comma else ".") in written.thousands:
        other = "false" if written.decimal_comma else "true"
        raise ValueError(f".thousands: {shown(written.thousands)} is the decimal mark too; "
                         f"set decimal_comma = {other} or thousands = ''")  # fmt: skip
    return written


UsableFormat = Annotated[FileFormat, Agreeing(marks_agree)]


def parse_file_format(where: str, values: Any) -> FileFormat:
    """How a file is written, from its TOML table. Raises SettingsError."""
    return validated(UsableFormat, values, where=where)
