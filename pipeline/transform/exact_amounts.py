"""Exact arithmetic for money: whole numbers only, summed first, divided last, rounded once.

A line's amount is quantity (4 decimals) × price (6 decimals) × percent (4 decimals): up to 43 digits, more than
`Decimal(38)` or a 128-bit integer holds. So a price is taken apart into two limbs of at most 9 digits each; weighted
sums of limbs stay below 2^127 for 100,000 lines at the largest values the contract allows, and long division puts
them together again. Polars' own decimal `*` and `/` round half-even at every step, which is why they are not used.

A *ratio* below is a pair (whole part, remainder) over a known divisor. An *amount* is a whole number of
ten-thousandths of the currency, whatever its minor unit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

INT: Final = pl.Int128()
AMOUNT: Final = pl.Decimal(38, 4)
LIMB: Final = 10**9
PER_LINE: Final = 10**16
"""A weighted sum counts in 10^-14 of a currency unit and in percent: 10^16 of it make one unit."""
_AMOUNTS_PER_UNIT: Final = 10**4


def whole(value: int) -> pl.Expr:
    """A 128-bit whole number."""
    return pl.lit(value, dtype=INT)


def digits(expr: pl.Expr) -> pl.Expr:
    """The digits of a decimal as a 128-bit whole number: 1.2500 at scale 4 → 12500."""
    return expr.to_physical().cast(INT)


def weighted_sum(weight: pl.Expr, price: pl.Expr, name: str) -> list[pl.Expr]:
    """Aggregations `<name>_high` and `<name>_low`: Σ weight × price, the price taken apart into limbs.

    `weight`: whole numbers; `price`: digits of a decimal(18,6), which 64 bits hold: dividing those is several times as
    fast as dividing 128 bits.
    """
    price = price.cast(pl.Int64)
    return [
        (weight * (price // LIMB).cast(INT)).sum().alias(f"{name}_high"),
        (weight * (price % LIMB).cast(INT)).sum().alias(f"{name}_low"),
    ]


def divided(name: str, divisor: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The weighted sum `name` divided: (quotient, remainder), exact."""
    high, low = pl.col(f"{name}_high"), pl.col(f"{name}_low")
    rest = (high % divisor) * whole(LIMB) + low
    return (high // divisor) * whole(LIMB) + rest // divisor, rest % divisor


def rounded(quotient: pl.Expr, remainder: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """quotient + remainder / divisor as an amount, rounded once, half up, to the minor unit.

    For what counts as 0 when it is below 0 (`at_least_0`): an exact half goes up there too. Whole minor units may be
    added before that. The remainder is 0 or more and may exceed the divisor. Needs the column `minor_unit`: 10^decimals
    of the currency, a whole number.
    """
    return _in_minor_units(quotient, remainder, divisor, half=divisor)


def rounded_away_from_0(quotient: pl.Expr, remainder: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """As `rounded`, for what may stay below 0: an exact half goes away from zero on both sides."""
    # One less than a half rounds an exact half down.
    below_0 = quotient + remainder // divisor < 0
    return _in_minor_units(quotient, remainder, divisor, half=divisor - below_0.cast(INT))


def _in_minor_units(quotient: pl.Expr, remainder: pl.Expr, divisor: pl.Expr, *, half: pl.Expr) -> pl.Expr:
    minor = pl.col("minor_unit")
    minor_units = quotient * minor + (remainder * minor * whole(2) + half) // (divisor * whole(2))
    return minor_units * (whole(_AMOUNTS_PER_UNIT) // minor)


def rounded_digits(value: pl.Expr, scale: int) -> pl.Expr:
    """A decimal given by its digits at `scale` (≥ 0) as an amount, rounded half up to the minor unit."""
    divisor = whole(10**scale)
    return rounded(value // divisor, value % divisor, divisor)


def at_least_0(amount: pl.Expr) -> pl.Expr:
    """Rule 9: credits can take a contract's sum below 0; it then counts as 0."""
    return amount.clip(lower_bound=0)


def amount_to_decimal(expr: pl.Expr) -> pl.Expr:
    """An amount as a decimal with 4 decimals."""
    return expr.cast(pl.Decimal(38, 0)) * pl.lit(Decimal("0.0001"), dtype=pl.Decimal(38, 4))
