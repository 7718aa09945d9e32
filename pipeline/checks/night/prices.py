"""Magnitude of prices and rates: many prices by one common factor, the latest rate of a currency."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Final

from pipeline.checks.night.figures import above, percent_of, plain, result
from pipeline.checks.night.nights import Nights, sql_day
from pipeline.checks.results import EXAMPLES_SHOWN, CheckResult
from pipeline.tables.exports import EXPORTS

_STEP: Final = 0.01
"""Factors whose logarithms lie that close together are one factor: about one percent, which rounded prices need."""

_NET: Final = """
SELECT b.line_id, {before} AS before, {tonight} AS tonight
FROM before_contract_lines b JOIN tonight_contract_lines t ON t.line_id = b.line_id
ANTI JOIN left_out l ON l.contract_id = b.contract_id
"""
_NET_PRICE: Final = (
    "{side}.unit_price::DECIMAL(38,6) * (100 - CASE WHEN {side}.discount_end_date <= {as_of} THEN 0 "
    "ELSE coalesce({side}.discount_percent, 0) END)"
)
_LISTED: Final = """
SELECT {key}, b.{price} AS before, t.{price} AS tonight FROM before_{table} b JOIN tonight_{table} t ON {same}
"""
_COUNTS: Final = "SELECT count_if(before <> 0 OR tonight <> 0), count_if(before <> tonight) FROM ({prices})"

_FACTORS: Final = """
SELECT kind, place, count(*) AS prices, exp(avg(ln_factor)) AS factor
FROM (
    SELECT CASE WHEN before = 0 THEN 'from nothing' WHEN tonight = 0 THEN 'to nothing'
            WHEN (tonight < 0) <> (before < 0) THEN 'other sign' ELSE 'factor' END AS kind,
        CASE WHEN kind = 'factor' THEN ln(tonight::DOUBLE / before::DOUBLE) ELSE 0 END AS ln_factor,
        floor(ln_factor / {step})::BIGINT AS place
    FROM ({prices}) WHERE before <> tonight
)
GROUP BY kind, place ORDER BY kind, place
"""

_RATES: Final = """
SELECT currency, b.rate AS before, b.rate_date AS date_before, t.rate AS tonight, t.rate_date AS date_tonight
FROM ({before}) b LEFT JOIN ({tonight}) t USING (currency) ORDER BY currency
"""
_LATEST: Final = """
SELECT currency, arg_max(rate, rate_date) AS rate, max(rate_date) AS rate_date
FROM {side}_fx_rates WHERE rate_date <= {as_of} GROUP BY currency
"""
_NEAR: Final = Decimal("0.005")
_PARITY: Final = Decimal("0.02")


def prices_kept(nights: Nights) -> list[CheckResult]:
    """`prices_kept` of lines, price book and limit blocks: not too many by one factor; `prices_moved` warns.

    A line's price is net of the discount in force tonight, so that a discount which ends is no difference.
    """
    sources = {
        "contract_lines": (
            "prices of contract lines, net of the discount,",
            _NET.format(
                **{
                    name: _NET_PRICE.format(side=side, as_of=sql_day(nights.as_of))
                    for name, side in (("before", "b"), ("tonight", "t"))
                }
            ),
        ),
        "price_book": ("prices of the price book", _listed("price_book", "monthly_unit_price")),
        "limit_blocks": ("prices of limit blocks", _listed("limit_blocks", "monthly_price_per_block")),
    }
    return [found for table, (what, sql) in sources.items() for found in _moved_prices(nights, table, what, sql)]


def _listed(table: str, price: str) -> str:
    key = EXPORTS[table].primary_key
    return _LISTED.format(
        table=table,
        price=price,
        key=", ".join(f"b.{name}" for name in key),
        same=" AND ".join(f"t.{name} = b.{name}" for name in key),
    )


def _moved_prices(nights: Nights, table: str, what: str, prices: str) -> list[CheckResult]:
    settings = nights.settings
    priced, changed = nights.one(_COUNTS.format(prices=prices))
    limit = settings.price_change_percent
    held: list[str] = []
    moved: list[str] = []
    examples: list[dict[str, Any]] = []
    if priced >= settings.compared_keys_minimum and above(changed, priced, limit):
        for number, factor, words in _common_factors(nights.rows(_FACTORS.format(prices=prices, step=_STEP))):
            if not above(number, priced, limit):
                continue
            inside = factor is not None and float(settings.price_factor_low) <= factor <= float(
                settings.price_factor_high
            )
            said = f"{number:,} of {priced:,} {what} {words} ({percent_of(number, priced)}"
            allowed = f"{plain(settings.price_factor_low)} to {plain(settings.price_factor_high)}"
            if inside:
                moved.append(f"{said}; a factor of {allowed} is only worth a look)")
            else:
                held.append(f"{said}; the limit is {plain(limit)} % by one factor outside {allowed})")
        examples = nights.rows(f"FROM ({prices}) WHERE before <> tonight ORDER BY ALL LIMIT {EXAMPLES_SHOWN}")
        if table == "contract_lines":
            examples = [{**row, "before": row["before"] / 100, "tonight": row["tonight"] / 100} for row in examples]
    fine = f"{what.rstrip(',')} that changed: {changed:,} of {priced:,}"
    return [
        result("prices_kept", table, held[:1], fine=fine, examples=examples),
        result("prices_moved", table, moved[:1], fine=fine, level="warning", examples=examples),
    ]


def _common_factors(rows: list[dict[str, Any]]) -> list[tuple[int, float | None, str]]:
    """How many prices share a factor, the factor, and in words; most first. Neighbouring places are one factor."""
    at = {row["place"]: row for row in rows if row["kind"] == "factor"}
    found: list[tuple[int, float | None, str]] = []
    for place, row in at.items():
        above_it = at.get(place + 1)
        number = row["prices"] + (above_it["prices"] if above_it else 0)
        logarithm = math.log(row["factor"]) * row["prices"]
        logarithm += math.log(above_it["factor"]) * above_it["prices"] if above_it else 0
        factor = math.exp(logarithm / number)
        found.append((number, factor, f"changed by the factor {factor:.4g}"))
    words = {"from nothing": "were 0 before", "to nothing": "are 0 now", "other sign": "changed their sign"}
    found += [(row["prices"], None, words[row["kind"]]) for row in rows if row["kind"] != "factor"]
    return sorted(found, key=lambda one: -one[0])


def rates_kept(nights: Nights) -> list[CheckResult]:
    """`rates_kept`: the latest rate of a currency moves by no more than the factor, is not its own inverse, and not
    every currency that had a rate has none."""
    sides = {side: _LATEST.format(side=side, as_of=sql_day(nights.as_of)) for side in ("before", "tonight")}
    rows = nights.rows(_RATES.format(**sides))
    sentences, examples = [], []
    for row in rows:
        if row["tonight"] is not None and (why := _moved_rate(row["before"], row["tonight"], nights)):
            figures = f"from {plain(row['before'])} ({row['date_before']}) to {plain(row['tonight'])}"
            sentences.append(f"the latest rate of {row['currency']} moved {figures} ({row['date_tonight']}): {why}")
            examples.append(row)
    if rows and all(row["tonight"] is None for row in rows):
        sentences.append(f"none of the {len(rows)} currencies that had a rate has one tonight")
    fine = f"latest rates compared: {len(rows)}"
    return [result("rates_kept", "fx_rates", sentences, fine=fine, examples=examples)]


def _moved_rate(before: Decimal, tonight: Decimal, nights: Nights) -> str:
    factor = tonight / before
    limit = nights.settings.rate_change_factor
    if tonight > limit * before or before > limit * tonight:
        return f"by the factor {float(factor):.4g}, the limit is {plain(limit)}"
    inverted = abs(before * tonight - 1) <= _NEAR and abs(before - 1) > _PARITY
    return "the inverse of the rate before" if inverted else ""
