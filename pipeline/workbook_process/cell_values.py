"""The text of a cell: what the spreadsheet shows, written as a CSV of the file's format would hold it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from pipeline.workbook_process.styles import NumberFormat

LATEST_SERIAL: Final = 2_958_465
"""The serial number of 9999-12-31, counted from 1900; there is no later date in a workbook."""
_EPOCH_1900: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_SERIALS_BEFORE_1904: Final = 1462
_NO_SUCH_DAY: Final = 60
"""The serial number of 29 February 1900, a day that spreadsheets count and that never was."""
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,400})")
_NUMBER: Final = re.compile(r"[ \t\r\n]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?[ \t\r\n]*")
_ISO_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?")
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Written:
    """How dates and numbers of the file are to be written: its date format, and whether its decimal mark is a comma.

    `from_1904`: whether the workbook counts its days from 1904.
    """

    date_format: str
    decimal_comma: bool
    from_1904: bool = False


def unescaped(text: str) -> str:
    """The text without the escapes of characters that XML cannot hold: `_x000D_` is a carriage return."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    # Half of a surrogate pair is not a character: it stays as it is written.
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)


def of_number(text: str, number_format: NumberFormat, written: Written) -> str:
    """The text of a number cell. What is not a number stays as it stands."""
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    if not math.isfinite(value):
        return text.strip()
    kind = number_format.kind
    if kind == "number":
        return _with_mark(_shown(text, value, number_format.percents_of(value)), written)
    shown = float(f"{value:.15g}")
    if kind == "date" or (kind == "time" and shown >= 1):
        day = _day(shown, written.from_1904)
        return _with_mark(_shown(text, value, 0), written) if day is None else _of_day(day, written)
    return _of_time(shown, days=kind == "duration")


def _shown(text: str, value: float, percents: int) -> str:
    if not percents and _WHOLE.fullmatch(text):
        return text  # an exact whole number, such as an ID of 18 digits that another program wrote
    digits = f"{value:.15g}"
    if percents or "e" in digits:
        return _plain(Decimal(digits) * 100**percents)
    return digits


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_mark(number: str, written: Written) -> str:
    return number.replace(".", ",") if written.decimal_comma else number


def _day(serial: float, from_1904: bool) -> date | None:
    """The calendar day of a serial number, whatever the time of day; None where there is no such day."""
    whole = math.floor(serial)
    latest = LATEST_SERIAL - (_SERIALS_BEFORE_1904 if from_1904 else 0)
    if not 0 <= whole <= latest:
        return None
    if from_1904:
        return _EPOCH_1904 + timedelta(days=whole)
    if whole == _NO_SUCH_DAY:
        return None
    return _EPOCH_1900 + timedelta(days=whole + (whole < _NO_SUCH_DAY))


def _of_day(day: date, written: Written) -> str:
    if written.date_format == "%Y-%m-%d":
        return day.isoformat()
    return day.strftime(written.date_format)


def _of_time(serial: float, *, days: bool) -> str:
    """A time of day as 10:05:00; a duration may have hours above 23."""
    seconds = round(serial * _DAY_SECONDS)
    if not days:
        seconds %= _DAY_SECONDS
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{sign}{hours:02}:{minute:02}:{second:02}"


def of_iso_date(text: str, written: Written) -> str:
    """The text of a cell of type `d`, which holds an ISO date or time: its calendar day, as written."""
    found = _ISO_DAY.fullmatch(text.strip())
    if found is None:
        return text.strip()
    try:
        return _of_day(date.fromisoformat(found[1]), written)
    except ValueError:
        return text.strip()
