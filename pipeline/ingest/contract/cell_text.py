"""What a cell says, whatever stands around it: a time behind a date, blanks, zeros behind the point.

Data contract: a time or an offset behind a date is ignored, the date is the calendar day as written; a cell of blanks
is an empty cell; decimals that are all zero do not count. The expressions are SQL, for cells that are not plain.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.ingest import sql

_BLANKS: Final = r"[\s\x{00A0}\x{1680}\x{180E}\x{2000}-\x{200B}\x{202F}\x{205F}\x{2060}\x{3000}\x{FEFF}]+"
_CLOCK: Final = (
    r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s*[AaPp]\.?[Mm]\.?)?|\d{4}(\d{2}([.,]\d+)?)?|\d{1,2}\s*[AaPp]\.?[Mm]\.?"
)
_OFFSET: Final = r"([A-Za-z]{1,5})?([+\x{2212}-]\d{1,2}(:?\d{2})?)?(\s*\(?[A-Za-z]{2,5}\)?)?(\[[\w/+-]+\])?"
_TIME: Final = rf"(,?\s+|\s*[Tt]\s*)({_CLOCK})\s*{_OFFSET}|[Zz]|\s*[+-]\d{{2}}:\d{{2}}"
_DATE_DIRECTIVES: Final = frozenset("aAbBcdDFjmuUvVwWxyYGeh")


def is_blank(cell: str) -> str:
    """Whether the cell holds blanks and nothing else; false for null. Text that begins with a letter costs nothing."""
    return f"coalesce(({cell} < '!' OR {cell} > chr(127)) AND regexp_full_match({cell}, '{_BLANKS}'), false)"


def without_time(cell: str) -> str:
    """The cell without the time of day and the offset behind its date."""
    return f"regexp_replace({cell}, {sql.text(f'({_TIME})$')}, '')"


def has_time(cell: str, date: str) -> str:
    """Whether the cell is what the regular expression `date` says, with a time or an offset behind it."""
    return f"regexp_full_match({cell}, {sql.text(f'{date}({_TIME})')})"


def date_part(date_format: str) -> str:
    """A date format without the time that it names behind the date: `%d.%m.%Y %H:%M` is `%d.%m.%Y`."""
    last = max(
        (found.end() for found in re.finditer(r"%[-_0^#]?([A-Za-z])", date_format) if found[1] in _DATE_DIRECTIVES),
        default=len(date_format),
    )
    behind = re.sub(r"%[-_0^#]?[HIMSfgnpzZTXR]|[\s,:.TtZ]", "", date_format[last:])
    return date_format if behind else date_format[:last]
