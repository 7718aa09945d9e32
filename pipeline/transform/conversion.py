"""Rule 11: amounts in the reporting currency, at the latest known rate, each rounded once."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

import polars as pl

from pipeline import rules
from pipeline.transform.exact_amounts import AMOUNT, INT, amount_to_decimal, whole

_EXACT = Context(prec=80)
_OVERFLOW = 2**127


def latest_rates(fx_rates: pl.DataFrame, *, as_of: date, reporting_currency: str) -> pl.DataFrame:
    """Rule 11: `currency, fx_rate, fx_rate_date`, the latest rate known on `as_of`.

    The reporting currency itself needs no rate: it is 1 on `as_of`.
    """
    known = (
        fx_rates.filter((pl.col("rate_date") <= as_of) & (pl.col("currency") != reporting_currency))
        .sort("rate_date")
        .unique("currency", keep="last", maintain_order=True)
        .select("currency", fx_rate="rate", fx_rate_date="rate_date")
    )
    own = pl.DataFrame(
        {"currency": [reporting_currency], "fx_rate": [Decimal(1)], "fx_rate_date": [as_of]}, schema=known.schema
    )
    return pl.concat([known, own])


def converted(amounts: pl.Series, rates: pl.Series, reporting_currency: str) -> pl.Series:
    """Rule 11: amount × rate, rounded once, half away from zero, to the reporting currency's minor unit."""
    in_128_bits = _converted_in_128_bits(amounts, rates, reporting_currency)
    found = _converted_one_by_one(amounts, rates, reporting_currency) if in_128_bits is None else in_128_bits
    return found.alias(f"{amounts.name}_converted")


def _converted_in_128_bits(amounts: pl.Series, rates: pl.Series, reporting_currency: str) -> pl.Series | None:
    """All at once; None where a product could need more than 128 bits, or the types are not decimals."""
    if not (isinstance(amounts.dtype, pl.Decimal) and isinstance(rates.dtype, pl.Decimal)):
        return None
    decimals = amounts.dtype.scale + rates.dtype.scale - rules.minor_units()[reporting_currency]
    divisor = 10 ** max(decimals, 0)
    amount, rate = (each.to_physical().cast(INT) for each in (amounts, rates))
    if decimals < 0 or 2 * _largest(amount) * _largest(rate) + divisor >= _OVERFLOW:
        return None
    product = pl.lit(amount) * pl.lit(rate)
    minor_units = (product.abs() * whole(2) + whole(divisor)) // whole(2 * divisor) * product.sign()
    digits = rules.minor_units()[reporting_currency]
    return pl.select(amount_to_decimal(minor_units * whole(10 ** (AMOUNT.scale - digits)))).to_series()


def _largest(values: pl.Series) -> int:
    return max(abs(int(end)) for end in (values.min() or 0, values.max() or 0))  # type: ignore[arg-type]


def _converted_one_by_one(amounts: pl.Series, rates: pl.Series, reporting_currency: str) -> pl.Series:
    step = Decimal(1).scaleb(-rules.minor_units()[reporting_currency])

    def convert(amount: Decimal, rate: Decimal | None) -> Decimal | None:
        if rate is None:
            return None
        return _EXACT.multiply(amount, rate).quantize(step, rounding=ROUND_HALF_UP, context=_EXACT)

    found = [convert(amount, rate) for amount, rate in zip(amounts, rates, strict=True)]
    return pl.Series(found, dtype=AMOUNT)
