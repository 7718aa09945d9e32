"""How a word and a value are written for a locale: texts, counts, money, numbers, dates. One text for every surface.

Money is `USD 1,234.50` or `1.234,50 USD`: the ISO 4217 code, because twenty currencies have the symbol `$`, on the
side where the locale has its currency symbol, and the currency's own decimals; the real is `R$` for readers in Brazil.
The sign comes first (`-USD 50.00`), and a no-break space keeps an amount on one line. Digits are exact; nothing is
rounded here, because the tables hold rounded figures already. Percent signs, signs and separators are those of Babel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache, lru_cache
from typing import Final, TypeVar

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from pipeline import rules
from pipeline.views.translations import catalogue, spoken_locale

_Key = TypeVar("_Key")

NO_BREAK_SPACE: Final = "\u00a0"

OWN_SYMBOLS: Final = {("pt_BR", "BRL"): "R$"}
"""By locale and currency the symbol that its readers expect instead of the code, and that no other currency has."""

NUMERIC_DAYS: Final = ("pt", "fr")
"""Languages that write a day in numbers, such as `23/11/2026`: their medium format takes too much of a column."""

EMPTY: Final = "–"
"""What stands for a value that is not known. The definitions of every report explain it."""


@dataclass(frozen=True, slots=True)
class Formats:
    """The words and formats of one locale (a Babel identifier such as `en` or `pt_BR`)."""

    locale: str

    @property
    def language(self) -> str:
        """BCP 47 tag for `<html lang>` and the PDF's language."""
        return self.locale.replace("_", "-")

    def say(self, message: str, /, **values: object) -> str:
        """A text in this locale's language; names in braces are replaced by `values`, which may hold anything.

        `message` is the English text of `terms`, or one written where this is called: `scripts/messages` finds both.
        """
        text = catalogue(self.locale.partition("_")[0]).gettext(message) if message else ""
        return text.format(**values) if values else text

    def say_all(self, messages: Mapping[_Key, str]) -> dict[_Key, str]:
        """Every text of a table of words."""
        return {name: self.say(message) for name, message in messages.items()}

    def count(self, messages: tuple[str, str], number: int, /, **values: object) -> str:
        """A text that depends on how many there are: `messages` is its English singular and plural, `{count}` the
        place of the number.
        """
        text = catalogue(self.locale.partition("_")[0]).ngettext(*messages, number)
        return text.format(count=self.number(number), **values)

    def day(self, value: date | None) -> str:
        """A calendar day, such as `Nov 23, 2026`."""
        return EMPTY if value is None else _day(value, self.locale)

    def month(self, value: date) -> str:
        """The month of a day, short, such as `Nov 2026`."""
        return _month(value, self.locale)

    def quarter(self, value: date) -> str:
        """The quarter of a day, short, such as `Q4 2026`."""
        return _quarter(value, self.locale)

    def number(self, value: int | Decimal | None) -> str:
        """A count, grouped, such as `12,500`."""
        return EMPTY if value is None else _number(Decimal(value), "#,##0.########", self.locale)

    def money(self, value: Decimal | None, currency: str) -> str:
        """An amount with its currency and the currency's decimals, such as `USD 1,234.50` or `JPY 12,000`."""
        return EMPTY if value is None else self._with_code(self.amount(value, currency), currency)

    def share(self, value: Decimal | None) -> str:
        """A share of 1 in percent with two decimals, rounded half up, such as `97.38%`."""
        if value is None:
            return EMPTY
        with localcontext(prec=60):
            shown = value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
        return _percent(shown, "0.00", self.locale)

    def percent(self, value: Decimal | int) -> str:
        """A percentage from 0 to 100 with all its decimals, such as `12.5%` or `12,5\u00a0%`."""
        with localcontext(prec=60):
            return _percent(Decimal(value) / 100, "0.########", self.locale)

    def price(self, value: Decimal, currency: str) -> str:
        """A price per unit with all its decimals, such as `USD 7,200.00` or `USD 0.125`."""
        decimals = rules.minor_units()[currency]
        pattern = f"#,##0.{'0' * decimals}{'#' * (8 - decimals)}"
        return self._with_code(_number(value, pattern, self.locale), currency)

    def money_change(self, value: Decimal | None, currency: str) -> str:
        """A change of an amount, with its sign: `+USD 50.00`, `-USD 50.00`, `USD 0.00`."""
        if value is None:
            return EMPTY
        plus = _symbol("plusSign", self.locale) if value > 0 else ""
        return plus + self._with_code(self.amount(value, currency), currency)

    def _with_code(self, amount: str, currency: str) -> str:
        code = OWN_SYMBOLS.get((self.locale, currency), currency)
        if not _code_first(self.locale):
            return f"{amount}{NO_BREAK_SPACE}{code}"
        minus = _symbol("minusSign", self.locale)
        sign = minus if amount.startswith(minus) else ""
        return f"{sign}{code}{NO_BREAK_SPACE}{amount.removeprefix(sign)}"

    def amount(self, value: Decimal, currency: str) -> str:
        """The digits of an amount with the currency's decimals, for where the currency is next to them already."""
        decimals = rules.minor_units()[currency]
        # A figure finer than its currency would be an error of ours: it is shown in full rather than rounded away.
        pattern = "#,##0" + ("." if decimals else "") + "0" * decimals
        shown = len(f"{value:f}".partition(".")[2].rstrip("0"))
        return _number(value, pattern if shown <= decimals else "#,##0.########", self.locale)


def formats_for(locale: str) -> Formats:
    """The words and formats for a BCP 47 or Babel locale; English ones where `translations` has no words."""
    return Formats(spoken_locale(locale))


@cache
def _code_first(locale: str) -> bool:
    pattern: str = Locale.parse(locale).currency_formats["standard"].pattern
    return pattern.startswith("¤")


@cache
def _symbol(name: str, locale: str) -> str:
    symbol: str = Locale.parse(locale).number_symbols["latn"][name]
    return symbol


@cache
def day_pattern(locale: str) -> str:
    """The pattern, in the letters of Unicode's dates, by which a locale's days are written: `MMM d, y`."""
    parsed = Locale.parse(locale)
    numeric = parsed.language in NUMERIC_DAYS
    pattern: str = parsed.datetime_skeletons["yMd"].pattern if numeric else parsed.date_formats["medium"].pattern
    return pattern


@lru_cache(maxsize=8192)
def _day(value: date, locale: str) -> str:
    return format_date(value, day_pattern(locale), locale=locale)


@lru_cache(maxsize=1024)
def _quarter(value: date, locale: str) -> str:
    return format_skeleton("yQQQ", value, locale=locale)


@lru_cache(maxsize=1024)
def _month(value: date, locale: str) -> str:
    return format_skeleton("yMMM", value, locale=locale)


@lru_cache(maxsize=8192)
def _number(value: Decimal, pattern: str, locale: str) -> str:
    # A table's amount has up to 38 digits, ten more than decimals carry by themselves.
    with localcontext(prec=60):
        return format_decimal(value, format=pattern, locale=locale, decimal_quantization=False)


@lru_cache(maxsize=1024)
def _percent(value: Decimal, decimals: str, locale: str) -> str:
    """A share of 1 in percent; `decimals` is the end of its pattern, from the last whole digit on."""
    pattern = Locale.parse(locale).percent_formats[None].pattern.replace("#,##0", f"#,##{decimals}")
    return format_percent(value, format=pattern, locale=locale, decimal_quantization=False)
