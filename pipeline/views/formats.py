"""How one value is written for a locale: money, numbers, dates, months. One text per value, for every surface.

Money is `USD 1,234.50`: the ISO 4217 code, because `$` is the sign of twenty currencies, and the currency's own
decimals. Digits are exact; nothing is rounded here, because the tables hold rounded figures already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from pipeline import rules

EMPTY: Final = "–"
"""What stands for a value that is not known. The definitions of every report explain it."""

LANGUAGES: Final = ("en",)
"""Languages whose words are complete. A locale of another language is shown in English, formats included, so that
no page mixes two languages."""


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one locale (a Babel identifier such as `en` or `en_GB`)."""

    locale: str

    @property
    def language(self) -> str:
        """BCP 47 tag for `<html lang>` and the PDF's language."""
        return self.locale.replace("_", "-")

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return Locale.parse(self.locale).text_direction

    def day(self, value: date | None) -> str:
        """A calendar day, such as `Nov 23, 2026`."""
        return EMPTY if value is None else _day(value, self.locale)

    def number(self, value: int | Decimal | None) -> str:
        """A count, grouped, such as `12,500`."""
        return EMPTY if value is None else _number(Decimal(value), "#,##0.########", self.locale)

    def money(self, value: Decimal | None, currency: str) -> str:
        """An amount with its currency and the currency's decimals, such as `USD 1,234.50` or `JPY 12,000`."""
        return EMPTY if value is None else f"{currency} {self._amount(value, currency)}"

    def money_change(self, value: Decimal | None, currency: str) -> str:
        """A change of an amount, with its sign: `USD +50.00`, `USD -50.00`, `USD 0.00`."""
        if value is None:
            return EMPTY
        return f"{currency} {'+' if value > 0 else ''}{self._amount(value, currency)}"

    def _amount(self, value: Decimal, currency: str) -> str:
        decimals = rules.minor_units()[currency]
        # A figure finer than its currency would be an error of ours: it is shown in full rather than rounded away.
        pattern = "#,##0" + ("." if decimals else "") + "0" * decimals
        shown = len(f"{value:f}".partition(".")[2].rstrip("0"))
        return _number(value, pattern if shown <= decimals else "#,##0.########", self.locale)


def formats_for(locale: str) -> Formats:
    """The formats for a BCP 47 or Babel locale.

    English ones for a language without words here, and for a text that is no locale: a partner with a typing error
    in its locale still gets its report.
    """
    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Formats(LANGUAGES[0])
    return Formats(str(parsed) if parsed.language in LANGUAGES else LANGUAGES[0])


@lru_cache(maxsize=8192)
def _day(value: date, locale: str) -> str:
    return format_date(value, "medium", locale=locale)


@lru_cache(maxsize=8192)
def _number(value: Decimal, pattern: str, locale: str) -> str:
    # A table's amount has up to 38 digits, ten more than decimals carry by themselves.
    with localcontext(prec=60):
        return format_decimal(value, format=pattern, locale=locale, decimal_quantization=False)
