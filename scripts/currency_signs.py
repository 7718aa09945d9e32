"""Writes pipeline/ingest/profiles/currency_signs.py from Babel's CLDR data: run `python scripts/currency_signs.py`."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError, get_global
from babel.numbers import get_currency_name

from pipeline import rules

TARGET = Path(__file__).parents[1] / "pipeline" / "ingest" / "profiles" / "currency_signs.py"
LANGUAGES = ("en", "de", "fr", "es", "pt")
NAMED = (
    "EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "CNY", "INR", "BRL", "MXN", "SEK", "NOK", "DKK", "PLN",
    "CZK", "HUF", "RON", "TRY", "ZAR", "SGD", "HKD",
)  # fmt: skip
OWN = {
    "₵": "GHS", "円": "JPY", "lei": "RON", "leu": "RON", "fr": "CHF", "sfr": "CHF", "s$": "SGD", "au$": "AUD",
    "tl": "TRY", "руб": "RUB", "rmb": "CNY", "u$s": "USD", "u$d": "USD", "$u": "UYU", "dollar": "USD",
    "dollars": "USD", "franken": "CHF", "euros": "EUR", "rs": "INR", "￥": "JPY",
}  # fmt: skip
"""Signs that people write and CLDR's languages do not, or not as Babel carries them."""


def key(sign: str) -> str:
    """A sign as it is looked up: small letters, without spaces, points, hyphens and marks of direction."""
    return re.sub(r"[-\s.\u200b\u200e\u200f\u061c]", "", sign).lower()


def signs() -> dict[str, Counter[str]]:
    """The currencies of each sign, those that one in 200 languages means are left out."""
    known = rules.minor_units()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for locale in _locales():
        for code, sign in locale.currency_symbols.items():
            counts[key(sign)][code] += code in known
    for code in NAMED:
        for language in LANGUAGES:
            for count in (None, 2):
                counts[key(get_currency_name(code, count=count, locale=language))][code] += 1
    for sign, code in OWN.items():
        counts[sign][code] += 10
    found = {}
    for sign, codes in counts.items():
        total = codes.total()
        several = Counter({code: count for code, count in codes.items() if count * 200 > total})
        # One letter of the alphabet is not a sign, but for the rand's: K and M are thousands and millions.
        if several and sign and sign.upper() not in known and (len(sign) > 1 or not sign.isascii() or sign in "$r"):
            found[sign] = several
    return dict(sorted(found.items()))


def _likelier_first(codes: Counter[str], *, clear: bool) -> list[str]:
    """The currency that most languages mean, where one is clear; then those of large economies."""
    large = {code: place for place, code in enumerate(NAMED)}
    most = codes.most_common(1)[0][0] if clear else ""
    return sorted(codes, key=lambda code: (code != most, large.get(code, len(large)), -codes[code], code))


def _locales() -> list[Locale]:
    """English, and the official languages of every territory."""
    found = [Locale("en")]
    for territory, languages in sorted(get_global("territory_languages").items()):
        for language, facts in sorted(languages.items()):
            if facts.get("official_status"):
                try:
                    found.append(Locale.parse(f"{language}_{territory}"))
                except (UnknownLocaleError, ValueError):
                    continue
    return found


def text() -> str:
    """The module that holds them."""
    found = signs()
    unclear = [sign for sign, codes in found.items() if max(codes.values()) * 100 <= codes.total() * 55]
    listed = {sign: _likelier_first(codes, clear=sign not in unclear) for sign, codes in found.items()}
    lines = [
        '"""The currencies a sign or name stands for. Written by scripts/currency_signs.py from Babel\'s CLDR data."""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        "SIGNS: Final = {",
        *(f'    "{sign}": "{" ".join(codes)}",' for sign, codes in listed.items()),
        "}",
        '"""By sign, in small letters and without spaces or points: the codes (ISO 4217), the likelier first."""',
        f"UNCLEAR: Final = frozenset({{{', '.join(json.dumps(sign, ensure_ascii=False) for sign in unclear)}}})",
        '"""Signs that no currency has for itself: most languages that use them mean another one."""',
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
