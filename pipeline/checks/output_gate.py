"""The gate before publishing: the candidate run file against every declared check."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline import rules
from pipeline.checks.declare_check import Check, NotEmpty, OneOf, sql_words
from pipeline.checks.engine_import import engine
from pipeline.checks.results import EXAMPLES_SHOWN, CheckResult, plain_example
from pipeline.checks.run_files import Facts, facts
from pipeline.checks.suites import all_checks, outdated_decisions
from pipeline.checks.suites.needing_values import usable_in_reports
from pipeline.checks.suites.shape import REQUIRED_TABLES
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS

if TYPE_CHECKING:
    from pipeline.checks.gx_engine import Outcome

_HIDDEN: Final = ("mrr_of_currency", "place_in_currency")


def output_gate(candidate: Path, *, settings: Settings, as_of: date) -> list[CheckResult]:
    """Every check of the output gate on the candidate run file, which must not be open in this process.

    When a table is missing, that is the only finding. All connections are closed on return.
    Raises CheckBrokenError when a check cannot be carried out.
    """
    candidate_facts = facts(candidate)
    missing = _missing_tables(candidate_facts)
    if missing:
        return missing
    checks = [
        *all_checks(candidate_facts.tables),
        *outdated_decisions.checks(candidate_facts.tables),
        *_usable(candidate_facts),
    ]
    words = sql_words(as_of, settings, with_decisions="decisions" in candidate_facts.tables)
    outcomes = engine().run_checks(candidate, checks, words)
    return [_result(check, found) for check, found in zip(checks, outcomes, strict=True)]


def evaluated(candidate: Path, checks: Sequence[Check], words: dict[str, str]) -> list[bool]:
    """Whether each of these checks holds on the candidate run file, which must not be open in this process.

    Raises CheckBrokenError when a check cannot be carried out.
    """
    outcomes = engine().run_checks(candidate, checks, words)
    return [all(outcome.success for outcome in found) for found in outcomes]


def _missing_tables(candidate_facts: Facts) -> list[CheckResult]:
    wanted = [
        *((name, candidate_facts.tables) for name in REQUIRED_TABLES),
        *((name, candidate_facts.exports) for name in EXPORTS),
    ]
    return [
        CheckResult("table_exists", "output", "stop", name, False, f"the run has no table {name}", [{"table": name}])
        for name, present in wanted
        if name not in present
    ]


def _usable(candidate_facts: Facts) -> tuple[Check, ...]:
    return usable_in_reports(
        filter(_usable_locale, candidate_facts.locales), filter(_usable_time_zone, candidate_facts.time_zones)
    )


def _usable_locale(locale: str) -> bool:
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(locale, sep="-" if "-" in locale else "_")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _usable_time_zone(time_zone: str) -> bool:
    try:
        zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _result(check: Check, outcomes: list[Outcome]) -> CheckResult:
    failed = [outcome for outcome in outcomes if not outcome.success]
    rows = [row for outcome in failed for row in outcome.examples][:EXAMPLES_SHOWN]
    examples = [plain_example({name: value for name, value in row.items() if name not in _HIDDEN}) for row in rows]
    return CheckResult(
        check.name, "output", check.level, check.table_name, not failed, _observed(check, failed), examples
    )


def _observed(check: Check, failed: list[Outcome]) -> str:
    if not failed:
        found = "some" if isinstance(check.expectations[0], NotEmpty) else "none"
        return f"{check.fault}: {found}"
    said = f"{check.fault}: " + ", ".join(_found(outcome) for outcome in failed)
    return f"{said}. {check.advice}" if check.advice else said


def _found(outcome: Outcome) -> str:
    match outcome.expectation:
        case NotEmpty():
            return "none"
        case OneOf(column):
            return f"{outcome.failing:,} in {column}"
        case _:
            return f"{outcome.failing:,}" + _mrr_by_currency(outcome.examples)


def _mrr_by_currency(rows: list[dict[str, Any]]) -> str:
    sums: dict[str, Decimal | None] = {
        row["currency"]: row["mrr_of_currency"] for row in rows if "mrr_of_currency" in row
    }
    shown = [
        f"{currency} {amount:,.{rules.minor_units()[currency]}f}"
        for currency, amount in sorted(sums.items())
        if amount is not None
    ]
    return f", with an MRR of {', '.join(shown)}" if shown else ""
