"""Texts that a setting takes only when they name something: a locale, a time zone, a currency, an address, a colour."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from typing import Annotated, Any, Final

from pipeline import brand, rules
from pipeline.errors import SettingsError
from pipeline.settings.kinds import OneOf, Text
from pipeline.settings.validate import shown

PDF_ENGINES: Final = ("weasyprint", "plutoprint")
"""What makes PDFs: the tagged one, and the fast one for bulk without tags."""


def known_locale(name: str, value: Any) -> str:
    """The locale, when there is one of that name. Raises SettingsError that begins with the setting's `name`."""
    return _named(name, "a text", _locale, value)


def scheduler_address(name: str, value: Any) -> str:
    """The address of a Dask scheduler, or "" for none. Raises SettingsError that begins with `name`."""
    return _named(name, _ADDRESS, _scheduler, value)


def _named(name: str, takes: str, check: Callable[[str], str], value: Any) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{name} takes {takes}, not {shown(value)}")
    try:
        return check(value)
    except ValueError as error:
        raise SettingsError(f"{name}{error}") from None


def _words(text: str) -> str:
    if not text.strip():
        raise ValueError(f" takes a text, not {shown(text)}")
    return text


def _locale(text: str) -> str:
    from babel import Locale, UnknownLocaleError

    _words(text)
    try:
        Locale.parse(text, sep="-" if "-" in text else "_")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f": {shown(text)} is not a known locale (such as 'en' or 'pt-BR')") from None
    return text


def _time_zone(text: str) -> str:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f": {shown(text)} is not an IANA time zone (such as 'America/New_York')") from None
    return text


def _currency(text: str) -> str:
    if text not in rules.minor_units():
        raise ValueError(f": {shown(text)} is not an active ISO 4217 currency")
    return text


def _scheduler(text: str) -> str:
    if text and not text.startswith(("tcp://", "tls://")):
        raise ValueError(f" takes {_ADDRESS}, not {shown(text)}")
    return text


def _brand(known: Callable[[str], str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            return known(text) if text else ""
        except ValueError as error:
            raise ValueError(f": {shown(text)} {error}") from None

    return check


_ADDRESS: Final = "the address of a Dask scheduler (such as 'tcp://host:8786')"

Words = Annotated[str, Text(_words)]
LocaleName = Annotated[str, Text(_locale)]
TimeZone = Annotated[str, Text(_time_zone)]
Currency = Annotated[str, Text(_currency, "an ISO 4217 currency (such as 'EUR')")]
RenewalPricing = Annotated[str, OneOf(rules.RENEWAL_PRICINGS)]
PdfEngine = Annotated[str, OneOf(PDF_ENGINES)]
SchedulerAddress = Annotated[str, Text(_scheduler, _ADDRESS)]
Colour = Annotated[str, Text(_brand(brand.known_colour))]
Logo = Annotated[str, Text(_brand(brand.known_address))]
