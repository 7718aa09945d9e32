"""SQL of the functions for profiles that read amounts of money and what currency they are in."""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.ingest import sql
from pipeline.ingest.currency_signs import SIGNS, UNCLEAR

SPACE: Final = r"[\s\x{00A0}\x{2009}\x{202F}]"
_MINUS: Final = r"[-\x{2212}\x{2013}]"
_NO_CENTS: Final = r"[-\x{2010}-\x{2015}\x{2212}]{1,2}"
_CURRENCY: Final = r"(?:\p{L}{0,3}\p{Sc}|\p{Sc}?\p{L}{1,4}\.?)"
_SCALES: Final = (
    (1_000, "k|K|T|Tsd|tsd|TSD"),
    (1_000_000, "m|M|mn|Mn|MM|mio|Mio|MIO|mln"),
    (1_000_000_000, "bn|B|Mrd"),
)
"""What stands behind a number that is meant in thousands, millions or thousands of millions."""


def _amount(group: str, mark: str, scale: str = "") -> str:
    """Regular expression of an amount of money as people write it; the digits are its second group."""
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d{{1,2}}(?:{group}\d{{2}})+{group}\d{{3}}"
    digits = rf"(?:{grouped}|\d+)(?:{mark}(?:\d+|{_NO_CENTS})?|:{_NO_CENTS})?|{mark}\d+"
    space, currency = f"{SPACE}*", f"(?:{_CURRENCY})?"
    behind = rf"{space}(?:{scale})\.?{space}(?:\p{{Sc}}|[A-Z]{{3}})?" if scale else f"{space}{currency}{space}%?"
    return (
        rf"{space}(\(?{space}(?:\+|{_MINUS})?{space}{currency}{space}(?:\+|{_MINUS})?){space}"
        rf"({digits}){behind}{space}(\)|{_MINUS})?{space}"
    )


def number_text(group: str, mark: str) -> str:
    """A plain number from an amount: `group` and `mark` are regular expressions of its separators."""

    def when(pattern: str, number: str, more: str = "") -> str:
        return f"WHEN regexp_full_match(cell, {sql.text(pattern)}){more} THEN {_sign(pattern)} || ({number})"

    def digits(pattern: str) -> str:
        found = f"regexp_replace(cell, {sql.text(pattern + '$')}, '\\2')"
        return rf"rtrim(replace(regexp_replace({found}, '{group}|:?{_NO_CENTS}', '', 'g'), '{mark[-1]}', '.'), '.')"

    pattern = _amount(group, mark, "|".join(scale for _, scale in _SCALES))
    behind = rf"(?:\.|{SPACE}|$|\p{{Sc}}|[A-Z]{{3}})"
    stands = [(number, rf"\d{SPACE}*(?:{scale}){behind}") for number, scale in _SCALES]
    factor = " ".join(f"WHEN regexp_matches(cell, {sql.text(where)}) THEN {number}" for number, where in stands)
    scaled = when(pattern, _times(digits(pattern), f"CASE {factor} END"))
    plain = _amount(group, mark)
    simple = rf"\d+({mark}\d+)?"
    known = when(plain, digits(plain), f" AND {_letters_are_a_currency()}")
    return (
        f"CASE WHEN regexp_full_match(cell, {sql.text(simple)}) THEN replace(cell, '{mark[-1]}', '.') "
        f"WHEN regexp_matches(cell, '\\d{SPACE}*[kKTtmMbB]') THEN CASE {scaled} {known} ELSE cell END "
        f"{known} ELSE cell END"
    )


def _letters_are_a_currency() -> str:
    """Whether the letters in an amount are none, or beside a sign, or a currency's: `1200 pa` is not an amount."""
    words = ", ".join(sql.text(word) for word in sorted({"", *(code.lower() for code in rules.minor_units()), *SIGNS}))
    return rf"(regexp_matches(cell, '\p{{Sc}}') OR lower(regexp_replace(cell, '\P{{L}}', '', 'g')) IN ({words}))"


def _sign(pattern: str) -> str:
    around = f"regexp_replace(cell, {sql.text(pattern + '$')}, '\\1\\3')"
    return f"CASE WHEN regexp_matches({around}, '[(]|{_MINUS}') THEN '-' ELSE '' END"


def _times(number: str, factor: str) -> str:
    product = f"CAST(TRY_CAST({number} AS DECIMAL(28, 10)) * CAST({factor} AS DECIMAL(10, 0)) AS VARCHAR)"
    return f"coalesce(regexp_replace({product}, '\\.?0+$', ''), cell)"


def currency_code() -> str:
    """The currency that a text names or signs; `otherwise` where it has neither; the text where it is not known."""
    known = ", ".join(sql.text(code) for code in rules.minor_units())
    words = (
        f"list_filter(regexp_extract_all(cell, '(?:^|[^\\pL])([A-Z]{{3}})(?:[^\\pL]|$)', 1), lambda w: w IN ({known}))"
    )
    first = sorted(SIGNS, key=lambda sign: (sign not in ("€", "$", "£"), sign))
    signs = " ".join(f"WHEN {sql.text(sign)} THEN '{SIGNS[sign][:3]}'" for sign in first if sign not in UNCLEAR)
    key = sign_key()
    return (
        f"CASE WHEN cell IS NULL THEN otherwise WHEN len({words}) > 0 THEN {words}[1] "
        f"WHEN {key} = '' THEN otherwise WHEN upper({key}) IN ({known}) THEN upper({key}) "
        f"ELSE CASE {key} {signs} ELSE cell END END"
    )


_NOT_A_SIGN: Final = r"[-\d\s.,:'’()+%\x{00A0}\x{2009}\x{202F}\x{2010}-\x{2015}\x{2212}]"


def sign_key() -> str:
    """What of an amount is neither number nor thousands nor percent: the sign, in small letters."""
    scales = "|".join(scale for _, scale in _SCALES)
    bare = f"regexp_replace(cell, '(\\d){SPACE}*(?:{scales})\\.?(\\s|$|\\p{{Sc}}|[A-Z]{{3}})', '\\1\\2')"
    return rf"lower(regexp_replace({bare}, {sql.text(_NOT_A_SIGN)}, '', 'g'))"
