"""What the invented vendor sells: products, list prices, limit blocks, exchange rates, and how likely clients renew.

Prices are exact decimals. A list price in another currency is the USD price times a whole or one-place factor, so a
person can work it out: JPY × 150, KWD × 0.3, EUR × 0.9 …
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import polars as pl

from pipeline.tables.exports import EXPORTS

FACTORS: Final = {
    "USD": Decimal(1),
    "EUR": Decimal("0.9"),
    "GBP": Decimal("0.8"),
    "BRL": Decimal(5),
    "JPY": Decimal(150),
    "KWD": Decimal("0.3"),
    "CLP": Decimal(900),
}
"""The currencies sold in, with the price of one dollar's worth."""

WITHOUT_RATE: Final = "CLP"
"""The one currency that has no exchange rate (rule 11)."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product; `prices` are the USD list prices per unit and month: old, current, coming. None = not in the book."""

    code: str
    name: str
    prices: tuple[Decimal, Decimal, Decimal] | None
    typical: Decimal
    is_recurring: bool = True
    carries_limits: bool = False


def _product(code: str, name: str, *prices: int, carries_limits: bool = False) -> Product:
    old, current, coming = (Decimal(price) for price in prices)
    return Product(code, name, (old, current, coming), current, carries_limits=carries_limits)


BASE_PRODUCTS: Final = (
    _product("MKT-STARTER", "Marketing Hub Starter", 18, 20, 20, carries_limits=True),
    _product("MKT-PRO", "Marketing Hub Professional", 800, 890, 900, carries_limits=True),
    _product("MKT-ENT", "Marketing Hub Enterprise", 3200, 3600, 3600, carries_limits=True),
    _product("SALES-PRO", "Sales Hub Professional", 90, 100, 100),
    _product("SERVICE-PRO", "Service Hub Professional", 90, 100, 100),
    _product("CMS-PRO", "Content Hub Professional", 360, 400, 400),
    Product("LEGACY-BASIC", "Basic (no longer sold)", None, Decimal(200)),
)
ADDED_PRODUCTS: Final = (
    _product("SALES-STARTER", "Sales Hub Starter", 15, 15, 15),
    _product("SALES-ENT", "Sales Hub Enterprise", 120, 150, 150),
    _product("SERVICE-ENT", "Service Hub Enterprise", 130, 130, 130),
    _product("OPS-PRO", "Operations Hub Professional", 720, 800, 800),
    _product("ADDON-REPORTS", "Reports, extra", 200, 200, 200),
    _product("ADDON-API", "API limit increase", 500, 500, 500),
    _product("COMMERCE-FREE", "Commerce Hub (free)", 0, 0, 0),
    Product("ADDON-IP", "Dedicated IP", None, Decimal(300)),
    Product("ONBOARDING", "Onboarding", None, Decimal(3000), is_recurring=False),
)
PRODUCTS: Final = BASE_PRODUCTS + ADDED_PRODUCTS

_BANDS: Final = (
    # product, kind, from limit, block size, USD per block and month until the coming price list, and from it
    ("MKT-STARTER", "contacts", 1_000, 1_000, 50, 50),
    ("MKT-STARTER", "emails", 5_000, 5_000, 10, 10),
    ("MKT-PRO", "contacts", 0, 5_000, 250, 260),
    ("MKT-PRO", "contacts", 20_000, 5_000, 225, 230),
    ("MKT-PRO", "contacts", 40_000, 5_000, 200, 200),
    ("MKT-PRO", "emails", 0, 50_000, 50, 50),
    ("MKT-PRO", "emails", 500_000, 50_000, 40, 40),
    ("MKT-ENT", "contacts", 0, 10_000, 100, 110),
    ("MKT-ENT", "contacts", 50_000, 10_000, 80, 80),
    ("MKT-ENT", "emails", 0, 100_000, 80, 80),
)
_WITHOUT_BLOCKS: Final = "CLP"

RENEWAL_RATES: Final = {1: 96, 3: 93, 6: 91, 12: 88, 24: 90, 36: 92}
RENEWAL_RATE_OF_CURRENCY: Final = {"USD": 0, "EUR": 1, "GBP": 0, "BRL": -7, "JPY": 4, "KWD": 2, "CLP": -4}


def true_renewal_rate(subscription_term_months: int, currency: str) -> Decimal:
    """The chance (0 to 1) with which every past renewal of that segment was drawn.

    `renewal_history` of a generated sample is made of independent draws at exactly this rate, contract by contract
    until the first churn, so the share of `renewed` in a segment estimates it without bias. Back-tests compare to it.
    """
    return Decimal(RENEWAL_RATES[subscription_term_months] + RENEWAL_RATE_OF_CURRENCY[currency]) / 100


def price_lists(as_of: date) -> tuple[date, date, date]:
    """First days of the old, the current and the coming price list (the last lies ahead: a plan, rule 10)."""
    return date(as_of.year - 2, 1, 1), date(as_of.year, 1, 1), date(as_of.year + 1, 3, 1)


def price_book(as_of: date) -> pl.DataFrame:
    """The export table `price_book`: three lists; no API add-on in KWD, no unlisted product."""
    rows = [
        (product.code, currency, valid_from, plain(price * factor))
        for product in PRODUCTS
        if product.prices is not None
        for currency, factor in FACTORS.items()
        if (product.code, currency) != ("ADDON-API", "KWD")
        for valid_from, price in zip(price_lists(as_of), product.prices, strict=True)
    ]
    return pl.DataFrame(rows, schema=list(EXPORTS["price_book"].column_names), orient="row")


def limit_blocks(as_of: date) -> pl.DataFrame:
    """The export table `limit_blocks`: none in CLP, so a higher limit there cannot be priced."""
    old, _, coming = price_lists(as_of)
    rows = [
        (product, currency, kind, valid_from, from_limit, size, plain(price * factor))
        for product, kind, from_limit, size, until, then in _BANDS
        for currency, factor in FACTORS.items()
        if currency != _WITHOUT_BLOCKS
        for valid_from, price in ((old, until), (coming, then))
    ]
    return pl.DataFrame(rows, schema=list(EXPORTS["limit_blocks"].column_names), orient="row")


def fx_rates(as_of: date) -> pl.DataFrame:
    """The export table `fx_rates`: weekly to US dollars; the last row lies after `as_of` and must not be used."""
    rates = {
        "USD": (Decimal("1.00000000"), Decimal(0)),
        "EUR": (Decimal("1.08000000"), Decimal("0.00150000")),
        "GBP": (Decimal("1.27000000"), Decimal("0.00120000")),
        "BRL": (Decimal("0.18500000"), Decimal("0.00030000")),
        "JPY": (Decimal("0.00665000"), Decimal("0.00001000")),
        "KWD": (Decimal("3.25000000"), Decimal("0.00200000")),
    }
    rows = [
        (as_of + timedelta(days=days), currency, f"{rate + step * week:f}")
        for week, days in enumerate((-31, -24, -17, -10, -3, 4))
        for currency, (rate, step) in rates.items()
    ]
    return pl.DataFrame(rows, schema=list(EXPORTS["fx_rates"].column_names), orient="row")


BILLING_INTERVALS: Final = (1, 2, 3, 4, 6, 12, 18, 24)
PRICE_VARIANTS: Final = ("old list", "list", "three percent off", "an odd fraction")


@dataclass(frozen=True, slots=True)
class UnitPrices:
    """Every unit price a generated line can have, at `position(...)`: as exact text, and per month in millionths."""

    texts: list[str]
    monthly_millionths: list[int]

    @staticmethod
    def position(product: pl.Expr, currency: pl.Expr, interval: pl.Expr, variant: pl.Expr) -> pl.Expr:
        """Where the price stands, from the four positions in PRODUCTS, FACTORS, BILLING_INTERVALS, PRICE_VARIANTS."""
        wide = (product * len(FACTORS) + currency) * len(BILLING_INTERVALS) + interval
        return wide * len(PRICE_VARIANTS) + variant


def unit_prices() -> UnitPrices:
    """All unit prices, per billing period, in the order of `UnitPrices.position`."""
    millionth = Decimal("0.000001")
    monthly = [
        price
        for product in PRODUCTS
        for factor in FACTORS.values()
        for _ in BILLING_INTERVALS
        for price in (
            (product.prices[0] if product.prices else product.typical) * factor,
            product.typical * factor,
            (product.typical * factor * Decimal("0.97")).quantize(Decimal("0.001")),
            (product.typical * factor * Decimal("0.941176")).quantize(millionth),
        )
    ]
    months = [months for months in BILLING_INTERVALS for _ in PRICE_VARIANTS] * (len(PRODUCTS) * len(FACTORS))
    return UnitPrices(
        texts=[plain(price * interval) for price, interval in zip(monthly, months, strict=True)],
        monthly_millionths=[int(price / millionth) for price in monthly],
    )


def plain(value: Decimal) -> str:
    """The decimal as the shortest exact text, without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
