"""The words of a language: one gettext catalogue per language, keyed by the English text of `terms` and the views.

English is the source: it needs no catalogue, and a text that a catalogue does not hold would be shown in English (the
tests let none through). Catalogues are text (`.po`) in the package and are compiled in memory when a process first
needs them, so that no compiled file can be older than its source.
"""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE: Final = "en"

CATALOGUES: Final = {"pt": "pt_BR", "es": "es", "de": "de", "fr": "fr", "ja": "ja"}
"""By language the folder of its catalogue. A language has one set of words, whatever the region: `pt` and `pt-PT` read
Brazilian words, `de-AT` German ones; dates and numbers follow the region."""

LANGUAGES: Final = (SOURCE_LANGUAGE, *CATALOGUES)
"""Languages whose words are complete. A locale of another language is shown in English, formats included, so that
no page mixes two languages."""

DEFAULT_REGIONS: Final = {"pt": "BR"}
"""The region that a language is written for when its locale names none."""

DOMAIN: Final = "renewals"


def spoken_locale(locale: str) -> str:
    """The Babel identifier in which a BCP 47 or Babel locale is shown: `pt` → `pt_BR`, `de-AT` → `de_AT`.

    `en` for a language without words here, and for a text that is not a locale: a partner with a typing error in its
    locale still gets its report.
    """
    parsed = _parsed(locale)
    if parsed is None or parsed.language not in LANGUAGES:
        return SOURCE_LANGUAGE
    region = parsed.territory or DEFAULT_REGIONS.get(parsed.language)
    return f"{parsed.language}_{region}" if region else parsed.language


def is_spoken(locale: str) -> bool:
    """Whether a locale is one, of a language that has words here."""
    parsed = _parsed(locale)
    return parsed is not None and parsed.language in LANGUAGES


def page_direction(locale: str) -> str:
    """`rtl` for a locale that reads from right to left (`ar`, `he`), also where its words are English; else `ltr`."""
    parsed = _parsed(locale)
    direction: str = "ltr" if parsed is None else parsed.text_direction
    return direction


def _parsed(locale: str) -> Locale | None:
    """The locale, without its region where that is unknown."""
    name = locale.replace("-", "_")
    for known in (name, name.partition("_")[0]):
        try:
            return Locale.parse(known)
        except (UnknownLocaleError, ValueError):
            continue
    return None


@cache
def catalogue(language: str) -> NullTranslations:
    """The words of a language (`de`, `pt`): English ones for English."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    folder = resources.files("pipeline").joinpath("locale", CATALOGUES[language], "LC_MESSAGES")
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(folder.joinpath(f"{DOMAIN}.po").read_bytes()), locale=CATALOGUES[language]))
    compiled.seek(0)
    return GNUTranslations(compiled)
