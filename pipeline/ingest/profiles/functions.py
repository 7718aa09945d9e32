"""The SQL functions that a source profile's SELECTs may use, each declared once with its words and an example.

They turn what exports hold into what the contract wants. Those that give text keep a text they do not understand: the
cell then goes to the quarantine as it is in the source, and nothing is guessed away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline import rules
from pipeline.ingest import sql
from pipeline.ingest.profiles import amounts, lengths


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how it is called, what it gives, its DuckDB macro body, an example and the example's result."""

    name: str
    parameters: str
    gives: str
    body: str
    example: str
    result: str | int | bool | None


_PERIOD_WORDS: Final = (
    (1, "monthly|month|per month|each month|mensual|mensuel|mensuelle|mensal|monatlich|monat|mes|mois|1m|p1m|m"),
    (2, "bimonthly|every two months|every other month|zweimonatlich|bimestral|bimestriel"),
    (3, "quarterly|quarter|per quarter|trimestral|trimestriel|trimestrielle|vierteljährlich|quartalsweise|"
        "quartal|p3m|q"),
    (6, "semiannual|semi-annual|semi annual|semiannually|semi-annually|half-yearly|half yearly|biannual|biannually|"
        "per six months|per_six_months|six months|every six months|halbjährlich|semestral|semestriel|p6m"),
    (12, "annual|annually|yearly|year|per year|per annum|p.a.|anual|annuel|annuelle|jährlich|jahr|año|an|p1y|y|a"),
    (24, "biennial|biennially|every two years|per two years|per_two_years|two years|zweijährlich|p2y"),
    (36, "triennial|every three years|per three years|per_three_years|three years|dreijährlich|p3y"),
    (48, "every four years|per four years|per_four_years|four years"),
    (60, "every five years|per five years|per_five_years|five years"),
)  # fmt: skip


def _months_of() -> str:
    text = "lower(trim(CAST(cell AS VARCHAR)))"
    words = " ".join(
        f"WHEN {text} IN ({', '.join(sql.text(word) for word in known.split('|'))}) THEN {months}"
        for months, known in _PERIOD_WORDS
    )
    number = f"TRY_CAST(regexp_extract({text}, '\\d+') AS BIGINT)"
    of_unit = r"regexp_full_match({text}, '(every |per |p)?\s*\d+(\.0+)?[\s-]*({unit})?\.?')"
    years = rf"regexp_full_match({text}, '(every |per |p)?\s*\d+(\.0+)?[\s-]*({lengths.YEAR_UNIT})\.?')"
    months = of_unit.format(text=text, unit=lengths.MONTH_UNIT)
    return f"CASE {words} WHEN {years} THEN 12 * {number} WHEN {months} THEN {number} END"


_MONTHS: Final = "TRY_CAST(TRY_CAST(CAST(months AS VARCHAR) AS DOUBLE) AS INTEGER)"
_TERMS: Final = f"greatest(0, datesub('month', starts, as_of()) // {_MONTHS})"
_NEXT: Final = f"CAST(starts + to_months({_MONTHS} * ({_TERMS} + 1)) AS DATE)"
_THIS: Final = f"CAST(starts + to_months({_MONTHS} * {_TERMS}) AS DATE)"
_WHOLE_TERM: Final = f"{_MONTHS} >= 1"

FUNCTIONS: Final = (
    Function(
        "date_of",
        "cell, formats",
        "the date a text says, else null; `formats` is one format or a list, the first that fits counts",
        lengths.DATE,
        "CAST(date_of('31.12.2026', ['%Y-%m-%d', '%d.%m.%Y']) AS VARCHAR)",
        "2026-12-31",
    ),
    Function(
        "date_text",
        "cell, formats",
        "the date as the contract wants it (2026-12-31); a text that is not a date stays, for the quarantine",
        f"coalesce(CAST({lengths.DATE} AS VARCHAR), cell)",
        "date_text('31.02.2026', '%d.%m.%Y')",
        "31.02.2026",
    ),
    Function(
        "day_after",
        "cell, formats",
        "the day after a last day: the renewal start date of an export that has the end",
        f"coalesce(CAST({lengths.DATE} + 1 AS VARCHAR), cell)",
        "day_after('12/31/2026', '%m/%d/%Y')",
        "2027-01-01",
    ),
    Function(
        "months_after",
        "cell, months, formats",
        "the day so many months after a start: the renewal start date of an export that has start and term",
        f"coalesce(CAST(CAST({lengths.DATE} + to_months({_MONTHS}) AS DATE) AS VARCHAR), cell)",
        "months_after('2026-01-31', 13, '%Y-%m-%d')",
        "2027-02-28",
    ),
    Function(
        "whole_months",
        "starts, renews",
        "whole months from one date to another, at least 1: the term of an export that has only dates",
        "greatest(1, datesub('month', starts, renews))",
        "whole_months(DATE '2026-01-01', DATE '2027-01-01')",
        12,
    ),
    Function(
        "months_of",
        "cell",
        "months of a period or frequency: 'annual', '3 years', 'P1M', '24', 'vierteljährlich'; else null",
        _months_of(),
        "months_of('3 years')",
        36,
    ),
    Function(
        "frequency_of",
        "months",
        "the billing frequency of so many months: monthly, quarterly, semiannual, annual, else other",
        "CASE WHEN months IS NOT NULL THEN coalesce(map_extract(MAP {"
        + ", ".join(f"{months}: '{name}'" for name, months in rules.BILLING_MONTHS.items())
        + "}, TRY_CAST(months AS INTEGER))[1], 'other') END",
        "frequency_of(3)",
        "quarterly",
    ),
    Function(
        "number_text",
        "cell",
        "a plain number from an amount with a decimal point, thousands separators and currency signs; (1) is -1",
        amounts.number_text(rf"(?:[,''’]|{amounts.SPACE})", r"\."),
        "number_text('$ 1,234.50')",
        "1234.50",
    ),
    Function(
        "number_text_comma",
        "cell",
        "the same for an amount with a decimal comma",
        amounts.number_text(rf"(?:[.''’]|{amounts.SPACE})", ","),
        "number_text_comma('1.234,50 €')",
        "1234.50",
    ),
    Function(
        "days_of",
        "cell",
        "days of a notice period: '30', '30 days', '4 weeks', '30 Tage'; months are not days, and stay as they are",
        lengths.days_of(),
        "days_of('4 weeks')",
        "28",
    ),
    Function(
        "notice_months_of",
        "cell",
        "months of a notice period: '3 months', 'drei Monate zum Quartalsende', '1 year'; else null",
        lengths.notice_months(),
        "notice_months_of('3 Monate')",
        3,
    ),
    Function(
        "times",
        "number, factor",
        "a number text multiplied by a whole factor, exactly: an MRR billed annually is times(mrr, 12)",
        "CASE WHEN regexp_full_match(CAST(number AS VARCHAR), '[+-]?\\d{1,20}(\\.\\d{0,10})?') "
        "THEN regexp_replace(CAST(CAST(number AS DECIMAL(30, 10)) * CAST(factor AS DECIMAL(8, 0)) AS VARCHAR), "
        "'\\.?0+$', '') ELSE number END",
        "times('49.10', 12)",
        "589.2",
    ),
    Function(
        "currency_code",
        "cell, otherwise",
        "the currency a text names or signs ('€', 'US$ 5', 'eur'); `otherwise` where it has neither; other words stay",
        amounts.currency_code(),
        "currency_code('1.234,50 €', 'USD')",
        "EUR",
    ),
    Function(
        "sign_means",
        "cell, sign, code",
        "an amount whose sign several currencies share, with the code of the one that is meant before it",
        f"CASE WHEN {amounts.sign_key()} = lower(sign) THEN code || ' ' || cell ELSE cell END",
        "currency_code(sign_means('kr 1.200', 'kr', 'SEK'), 'USD')",
        "SEK",
    ),
    Function(
        "yes_no",
        "cell",
        "true or false from yes, y, 1, on, auto, ja, sí, oui, sim and their opposites; another text stays",
        "CASE WHEN lower(trim(cell)) IN ('true', 't', 'yes', 'y', '1', 'on', 'auto', 'ja', 'sí', 'si', 'oui', 'sim') "
        "THEN 'true' WHEN lower(trim(cell)) IN "
        "('false', 'f', 'no', 'n', '0', 'off', 'manual', 'nein', 'non', 'não', 'nao') THEN 'false' ELSE cell END",
        "yes_no('Yes')",
        "true",
    ),
    Function(
        "name_key",
        "cell",
        "a key from a name: small letters, single spaces, so that ' ACME  Ltd' and 'Acme Ltd' are one client",
        "lower(trim(regexp_replace(cell, '\\s+', ' ', 'g')))",
        "name_key(' ACME  Ltd')",
        "acme ltd",
    ),
    Function(
        "epoch_date",
        "cell",
        "the date (UTC) of a Unix time in seconds or milliseconds; another text stays",
        "CASE WHEN regexp_full_match(cell, '\\d{9,10}') THEN "
        "CAST(CAST(make_timestamp(CAST(cell AS BIGINT) * 1000000) AS DATE) AS VARCHAR) "
        "WHEN regexp_full_match(cell, '\\d{12,13}') THEN "
        "CAST(CAST(make_timestamp(CAST(cell AS BIGINT) * 1000) AS DATE) AS VARCHAR) ELSE cell END",
        "epoch_date('1767225600')",
        "2026-01-01",
    ),
    Function(
        "no_end",
        "cell",
        "whether an end date says that there is none: empty, 'unbefristet', 'until cancelled', 9999-12-31",
        lengths.no_end(),
        "no_end('until cancelled')",
        True,
    ),
    Function(
        "current_term_start",
        "starts, months",
        "first day of the term that holds as_of(), of a contract that renews every so many months from `starts` on",
        f"CASE WHEN {_WHOLE_TERM} THEN {_THIS} END",
        "CAST(current_term_start(DATE '2024-01-31', 1) AS VARCHAR)",
        "2026-10-31",
    ),
    Function(
        "next_renewal",
        "starts, months",
        "first day of the term after the one that holds as_of(), for subscriptions that have no end",
        f"CASE WHEN {_WHOLE_TERM} THEN {_NEXT} END",
        "CAST(next_renewal(DATE '2024-01-31', 1) AS VARCHAR)",
        "2026-11-30",
    ),
    Function(
        "fill_down",
        "cell, place",
        "the last filled cell above (merged cells of a workbook): fill_down(\"Client\", _source)",
        "last_value(cell IGNORE NULLS) OVER (ORDER BY place)",
        "(SELECT max(f) FROM (SELECT s, fill_down(c, s) AS f FROM (VALUES ('a', 1), (NULL, 2)) t(c, s)) WHERE s = 2)",
        "a",
    ),
)  # fmt: skip
"""In the order of the tutorial. `as_of()` is one more: the day the run is for."""


def definitions(as_of: date) -> list[str]:
    """The statements that make the functions in a DuckDB connection."""
    day = f"CREATE MACRO as_of() AS DATE '{as_of.isoformat()}'"
    return [day, *(f"CREATE MACRO {one.name}({one.parameters}) AS {one.body}" for one in FUNCTIONS)]
