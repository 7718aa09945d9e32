"""Rule 9: what a contract is worth a month, in exact fractions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.rules import minor_units

Row = dict[str, Any]

MONTHS = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}


def rounded(amount: Fraction, currency: str) -> Fraction:
    """To the currency's minor unit, half away from zero."""
    unit = 10 ** minor_units()[currency]
    size = abs(amount) * unit
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return Fraction(whole if amount >= 0 else -whole, unit)


def as_decimal(amount: Fraction) -> Decimal:
    """The same number with four decimals; a figure that needs more was not rounded and is a mistake."""
    ten_thousandths = amount * 10_000
    assert ten_thousandths.denominator == 1, f"{amount} was never rounded"
    return Decimal(f"{ten_thousandths.numerator}e-4")


def in_force(contract: Row, as_of: date) -> bool:
    return contract["term_start_date"] <= as_of < contract["renewal_start_date"]


def is_recurring(line: Row) -> bool:
    return line["is_recurring"] is not False


def billing_months(contract: Row) -> int:
    if contract["billing_frequency"] == "other":
        return contract["billing_interval_months"]
    return MONTHS[contract["billing_frequency"]]


def discount(line: Row, day: date) -> Fraction:
    """Percent; the end date is the first day without it."""
    end = line["discount_end_date"]
    if line["discount_percent"] is None or (end is not None and day >= end):
        return Fraction(0)
    return Fraction(line["discount_percent"])


def todays_price(contract: Row, line: Row) -> Fraction:
    """Per unit and month, unrounded, before discount."""
    return Fraction(line["unit_price"]) / billing_months(contract)


def current_mrr(contract: Row, recurring: list[Row], as_of: date) -> Fraction:
    total = Fraction(0)
    for line in recurring:
        total += Fraction(line["quantity"]) * Fraction(line["unit_price"]) * (100 - discount(line, as_of))
    return at_least_0(rounded(total / (100 * billing_months(contract)), contract["currency"]))


def at_least_0(total: Fraction) -> Fraction:
    """Credits (negative prices) can take a contract's sum below 0; it then counts as 0."""
    return max(total, Fraction(0))
