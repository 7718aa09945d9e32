"""SQL of the functions for profiles that read dates, ends that are none, and lengths of time."""

from __future__ import annotations

from typing import Final

from pipeline.ingest import sql

MONTH_UNIT: Final = "m|mo|mos|mon|mth|mths|month|months|monat|monate|monaten|mes|meses|mois|mês"
_DAY_UNIT: Final = "d|days?|tage?n?|kalendertage|jours?|días?|dias?"
_WEEK_UNIT: Final = "w|weeks?|wochen?|semaines?|semanas?"
YEAR_UNIT: Final = "y|yr|yrs|year|years|jahr|jahre|jahren|año|años|an|ans|ano|anos"
DAY: Final = r"regexp_replace(trim(cell), '(\d)(?:T|,?\s+)\d{1,2}:\d{2}.*$', '\1')"
_NO_OFFSET: Final = r"regexp_replace(trim(cell), '(:\d{2}(?:[.,]\d+)?)\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$', '\1')"


def _date() -> str:
    """The calendar day as written. A format with an offset gives an instant: its day is the one in UTC, so the offset
    that is written is replaced by none."""
    tried = (DAY, _NO_OFFSET, f"{_NO_OFFSET} || 'Z'", f"{_NO_OFFSET} || '+00'")
    days = ", ".join(f"epoch_ms(try_strptime({one}, formats))" for one in tried)
    return f"CAST(make_timestamp_ms(coalesce({days})) AS DATE)"


DATE: Final = _date()
_ENDLESS_YEAR: Final = 2099
"""*ours*. Nobody agrees on a last day from this year on: it stands for no end."""
_NO_END: Final = (
    r"unbefristet\w*|unbestimmt\w*|auf unbestimmte (zeit|dauer)|offen|laufend|bis (auf )?(widerruf|kundigung)|"
    r"unbegrenzt|(until|till) (cancell?ed|cancell?ation|terminated|termination|further notice|revoked)|"
    r"indefinite(ly)?|(is )?open([ -]?ended)?|on ?going|evergreen|perpetual|permanent|rolling|continuous|unlimited|"
    r"no (fixed )?(end|expiry|expiration|term)( date)?|none|never|n/?a|auto[ -]?renew\w*|"
    r"(duree )?(indeterminee?|illimitee?)|a duree indeterminee|sans (fin|terme|echeance|date de fin)|"
    r"jusqu.?a (resiliation|denonciation)|cdi|(plazo |duracion |tiempo )?indefinid[oa]|sin (fecha )?(de )?"
    r"(fin|termino|vencimiento|finalizacion)|hasta (cancelacion|nuevo aviso|rescision)|(prazo |duracao )?"
    r"(indeterminad[oa]|indefinid[oa])|sem (data )?(de |do )?(fim|termo|termino|prazo|vencimento)|"
    r"ate (cancelamento|rescisao)|keine?s?|kein (ende|enddatum)|ohne (ende|enddatum)|aucune?|ningun[oa]?|"
    r"[-\x{2013}\x{2014}/∞]+"
)


def no_end() -> str:
    """Whether an end date says that there is none: nothing, a word for it, or a year as good as never."""
    text = "trim(strip_accents(lower(cell)))"
    year = r"TRY_CAST(regexp_extract(cell, '(?:^|\D)(\d{4})(?:\D|$)', 1) AS INTEGER)"
    return (
        f"trim(coalesce(cell, '')) = '' OR regexp_full_match({text}, {sql.text(_NO_END)}) "
        f"OR coalesce({year} >= {_ENDLESS_YEAR} AND regexp_full_match(trim(cell), '[-\\d./: TZ+]+'), false)"
    )


_COUNT_WORDS: Final = (
    (1, "one|an?|eine?[mnr]?|une?|uno|uma?"), (2, "two|zwei|deux|dos|dois|duas"), (3, "three|drei|trois|tres"),
    (4, "four|vier|quatre|cuatro|quatro"), (6, "six|sechs|seis"), (12, "twelve|zwolf|douze|doce|doze"),
)  # fmt: skip
_QUARTER_UNIT: Final = "quarters?|quartale?n?|trimestres?"


def _length() -> str:
    """A length of time in small letters without accents, a number word as digits: 'Drei Monate' is '3 monate'."""
    text = "strip_accents(lower(trim(cell)))"
    for number, words in _COUNT_WORDS:
        text = f"regexp_replace({text}, '^({words})\\s', '{number} ')"
    return text


def _of_unit(unit: str) -> str:
    """Whether a length is a number of that unit; what is said behind it may hold no further number."""
    return rf"regexp_full_match({_length()}, '\d{{1,4}}(\.0+)?[\s-]*({unit})\b\.?\D*')"


def notice_months() -> str:
    """Months of a notice in months, quarters or years, else null."""
    number = f"CAST(regexp_extract({_length()}, '\\d+') AS INTEGER)"
    units = ((MONTH_UNIT, 1), (_QUARTER_UNIT, 3), (YEAR_UNIT, 12))
    return "CASE " + " ".join(f"WHEN {_of_unit(unit)} THEN {months} * {number}" for unit, months in units) + " END"


def days_of() -> str:
    """Days of a notice in days or weeks, as text; another text stays."""
    number = f"CAST(regexp_extract({_length()}, '\\d+') AS INTEGER)"
    return (
        rf"CASE WHEN regexp_full_match(trim(cell), '\d{{1,4}}(\.0+)?') OR {_of_unit(_DAY_UNIT)} "
        f"THEN CAST({number} AS VARCHAR) "
        f"WHEN {_of_unit(_WEEK_UNIT)} THEN CAST(7 * {number} AS VARCHAR) ELSE cell END"
    )
