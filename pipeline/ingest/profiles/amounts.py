"""SQL of the functions for profiles that read amounts of money and what currency they are in."""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.ingest import sql
from pipeline.ingest.profiles.currency_signs import SIGNS, UNCLEAR

SPACE: Final = r"[\s\x{00A0}\x{2009}\x{202F}]"
_MINUS: Final = r"[-\x{2212}\x{2013}]"
_NO_CENTS: Final = r"[-\x{2010}-\x{2015}\x{2212}]{1,2}"
_CURRENCY: Final = (
    r"[A-Za-z$\x{80}-\x{9F}\x{A1}-\x{2008}\x{200A}-\x{200F}\x{2016}-\x{2018}\x{201A}-\x{202E}\x{2030}-\x{2211}"
    r"\x{2213}-\x{10FFFF}]{1,5}\.?"
)
"""What can be a sign or a code, in few ranges, which is quick; whether it is a currency is asked apart."""
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
    simple = rf"\d+({mark}\d+)?"
    scaled = _amount(group, mark, "|".join(scale for _, scale in _SCALES))
    digits = _digits(mark[-1])
    return (
        f"CASE WHEN regexp_full_match(cell, {sql.text(simple)}) THEN replace(cell, '{mark[-1]}', '.') "
        f"WHEN regexp_matches(cell, '\\d{SPACE}*[kKTtmMbB]') AND regexp_full_match(cell, {sql.text(scaled)}) "
        f"THEN {_MINUS_SIGN} || {_times(digits, _factor())} "
        f"WHEN regexp_full_match(cell, {sql.text(_amount(group, mark))}) AND {_letters_are_a_currency()} "
        f"THEN {_MINUS_SIGN} || {digits} ELSE cell END"
    )


_MINUS_SIGN: Final = (
    rf"CASE WHEN contains(cell, '(') OR regexp_matches(cell, '^[^0-9]*{_MINUS}|[0-9][^0-9.,:]*{_MINUS}\s*$') "
    "THEN '-' ELSE '' END"
)


def _digits(mark: str) -> str:
    """The digits and the decimal mark of a text that is an amount; a point behind letters (Fr.) is not of them."""
    number = f"regexp_extract(cell, '(?:^|[^A-Za-z])([{mark}]?[0-9](?:[0-9.,''’]|{SPACE})*)', 1)"
    return f"rtrim(replace(regexp_replace({number}, '[^0-9{mark}]', '', 'g'), '{mark}', '.'), '.')"


def _factor() -> str:
    behind = rf"(?:\.|{SPACE}|$|\p{{Sc}}|[A-Z]{{3}})"
    stands = [(number, rf"\d{SPACE}*(?:{scale}){behind}") for number, scale in _SCALES]
    return "CASE " + " ".join(f"WHEN regexp_matches(cell, {sql.text(where)}) THEN {n}" for n, where in stands) + " END"


def _letters_are_a_currency() -> str:
    """Whether the letters in an amount are none, or beside a sign, or a currency's: `1200 pa` is not an amount."""
    words = ", ".join(sql.text(word) for word in sorted({"", *(code.lower() for code in rules.minor_units()), *SIGNS}))
    return rf"(regexp_matches(cell, '\p{{Sc}}') OR lower(regexp_replace(cell, '\P{{L}}', '', 'g')) IN ({words}))"


def _times(number: str, factor: str) -> str:
    product = f"CAST(TRY_CAST({number} AS DECIMAL(28, 10)) * CAST({factor} AS DECIMAL(10, 0)) AS VARCHAR)"
    return f"coalesce(regexp_replace({product}, '\\.?0+$', ''), cell)"


def currency_code() -> str:
    """The currency that a text names or signs; `otherwise` where it has neither; the text where it is not known."""
    codes = {code.lower(): code for code in rules.minor_units()}
    signs = {sign: found.split()[0] for sign, found in SIGNS.items() if sign not in UNCLEAR}
    first = {sign: signs[sign] for sign in ("€", "$", "£")}
    known = ", ".join(f"{sql.text(key)}: '{code}'" for key, code in (first | signs | codes).items())
    named = ", ".join(sql.text(code) for code in codes.values())
    words = "regexp_extract_all(cell, '(?:^|[^\\pL])([A-Z]{3})(?:[^\\pL]|$)', 1)"
    return (
        f"CASE WHEN cell IS NULL THEN otherwise ELSE coalesce(list_filter({words}, lambda w: w IN ({named}))[1], "
        f"CASE WHEN {sign_key()} = '' THEN otherwise ELSE map_extract(MAP {{{known}}}, {sign_key()})[1] END, "
        f"CASE WHEN {sign_key()} <> '' THEN cell END) END"
    )


_NOT_A_SIGN: Final = r"[-\d\s.,:'’()+%\x{00A0}\x{2009}\x{202F}\x{2010}-\x{2015}\x{2212}]"


def sign_key() -> str:
    """What of an amount is neither number nor thousands nor percent: the sign, in small letters."""
    scales = "|".join(scale for _, scale in _SCALES)
    bare = f"regexp_replace(cell, '(\\d){SPACE}*(?:{scales})\\.?(\\s|$|\\p{{Sc}}|[A-Z]{{3}})', '\\1\\2')"
    return rf"lower(regexp_replace({bare}, {sql.text(_NOT_A_SIGN)}, '', 'g'))"
