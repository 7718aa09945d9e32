"""How rule 14 says what it found: one sentence with the figures and the limit, for an operator at night."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from pipeline import rules
from pipeline.checks.results import EXAMPLES_SHOWN, CheckResult, Level, plain_example
from pipeline.settings import Settings

Number = int | Decimal


def result(
    name: str,
    table: str,
    sentences: Iterable[str],
    *,
    fine: str,
    level: Level = "stop",
    examples: Iterable[dict[str, Any]] = (),
) -> CheckResult:
    """One result of the gate: the sentences of what was found, or `fine` when nothing was."""
    found = list(sentences)
    shown = [plain_example(row) for row in examples][:EXAMPLES_SHOWN] if found else []
    return CheckResult(name, "night", level, table, not found, "; ".join(found) or fine, shown)


def percent_of(part: Number, whole: Number) -> str:
    """A share as text: `9.1 %`. `whole` is above 0."""
    return f"{Decimal(part) * 100 / Decimal(whole):.1f} %"


def plain(number: Decimal) -> str:
    """A setting as text, without zeros behind the point: `30`, `0.8`."""
    return f"{number.normalize():f}"


def amount(currency: str) -> Callable[[Number], str]:
    """How amounts of that currency are written: `USD 1,234.50`."""
    digits = rules.minor_units().get(currency, 2)
    return lambda value: f"{currency} {value:,.{digits}f}"


def count(value: Number) -> str:
    """A number of things: `1,240`."""
    return f"{value:,}"


def moved(
    what: str,
    before: Number,
    tonight: Number,
    *,
    keys: int,
    settings: Settings,
    written: Callable[[Number], str] = count,
    may_grow: bool = False,
) -> str:
    """A sentence when a magnitude fell or grew by more than the settings allow, else "".

    `keys`: how many keys of the yardstick stand behind it. Below the minimum only a fall to nothing is one.
    """
    if before <= 0:
        return ""
    figures = f"from {written(before)} to {written(tonight)}"
    if tonight <= 0:
        return f"{what} fell {figures}"
    if keys < settings.compared_keys_minimum:
        return ""
    difference = (tonight - before) * 100
    change = f"{Decimal(difference) / Decimal(before):+.1f} %".replace("-", "−")
    if difference < -settings.night_fall_percent * before:
        return f"{what} fell {figures} ({change}; the limit is −{plain(settings.night_fall_percent)} %)"
    if difference > settings.night_growth_percent * before and not may_grow:
        return f"{what} grew {figures} ({change}; the limit is +{plain(settings.night_growth_percent)} %)"
    return ""


def above(part: int, whole: int, limit: Decimal) -> bool:
    """Whether a share is more than that many percent."""
    return part * 100 > limit * whole
