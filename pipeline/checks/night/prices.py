"""Magnitude of prices and rates: many prices by one common factor, the latest rate of a currency."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, Final

from pipeline.checks.night.night_results import above, percent_of, plain, result
from pipeline.checks.night.side_by_side import Nights, sql_day
from pipeline.checks.results import EXAMPLES_SHOWN, CheckResult
from pipeline.tables.exports import EXPORTS

_STEP: Final = 0.01
"""Factors whose logarithms lie that close together are one factor: about one percent, which rounded prices need."""

_NET: Final = """
SELECT b.line_id, {before} AS before, {tonight} AS tonight
FROM {before_lines} b JOIN {tonight_lines} t ON t.line_id = b.line_id
ANTI JOIN left_out l ON l.contract_id = b.contract_id
"""
_NET_PRICE: Final = (
    "{side}.unit_price::DECIMAL(38,6) * (100 - CASE WHEN {side}.discount_end_date <= {as_of} THEN 0 "
    "ELSE coalesce({side}.discount_percent, 0) END) * 0.01"
)
_LISTED: Final = """
SELECT {key}, b.{price} AS before, t.{price} AS tonight FROM before_{table} b JOIN tonight_{table} t ON {same}
"""
_COUNTS: Final = """
SELECT count(*) FILTER (before <> 0 OR tonight <> 0), count(*) FILTER (before <> tonight),
    count(*) FILTER (before <> tonight AND coalesce(tonight / nullif(before, 0) NOT BETWEEN {low} AND {high}, true))
FROM ({prices})
"""
_FACTORS: Final = """
SELECT floor(ln_factor / {step})::BIGINT AS place, count(*) AS prices, avg(ln_factor) AS logarithm
FROM (
    SELECT CASE WHEN tonight <> 0 THEN ln(tonight::DOUBLE / before::DOUBLE) END AS ln_factor
    FROM ({prices}) WHERE before <> tonight AND tonight::DOUBLE * before::DOUBLE > 0 OR (before <> 0 AND tonight = 0)
)
GROUP BY place ORDER BY place
"""
"""A price that was 0, or changed its sign, has no factor."""

_RATES: Final = """
SELECT currency, b.rate AS before, b.rate_date AS date_before, t.rate AS tonight, t.rate_date AS date_tonight
FROM ({before}) b LEFT JOIN ({tonight}) t USING (currency) ORDER BY currency
"""
_LATEST: Final = """
SELECT currency, arg_max(rate, rate_date) AS rate, max(rate_date) AS rate_date
FROM {side}_fx_rates WHERE rate_date <= {as_of} GROUP BY currency
"""
_LISTS: Final = ("price_book", "limit_blocks")
_NEAR: Final = Decimal("0.005")
_PARITY: Final = Decimal("0.02")


def prices_kept(nights: Nights) -> list[CheckResult]:
    """`prices_kept` of lines, price book and limit blocks: not too many change by a factor outside the settings' two;
    `prices_moved` warns when so many change by less.

    The factor need not be the same for all (*ours*): prices of other lines are as wrong. A list price belongs to its
    day, so more than half of them do not change by different factors either (*ours*). A line's price is net of the
    discount in force tonight, so that a discount which ends is not a difference.
    """
    net = {
        name: _NET_PRICE.format(side=side, as_of=sql_day(nights.as_of))
        for name, side in (("before", "b"), ("tonight", "t"))
    }
    lines = {f"{side}_lines": nights.some(side, "contract_lines") for side in ("before", "tonight")}
    sources = {
        "contract_lines": ("prices of contract lines, net of the discount,", _NET.format(**net, **lines)),
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
    limit = settings.price_change_percent
    allowed = f"{plain(settings.price_factor_low)} to {plain(settings.price_factor_high)}"
    words = {"prices": prices, "low": str(settings.price_factor_low), "high": str(settings.price_factor_high)}
    priced, changed, far = nights.one(_COUNTS.format(**words))
    enough = priced >= settings.compared_keys_minimum
    held: list[str] = []
    moved: list[str] = []
    examples: list[dict[str, Any]] = []
    if enough and above(changed, priced, limit):
        number, factor = _most_common_factor(nights, prices)
        most = f", {number:,} of them by the factor {factor:.4g}" if number else ""
        if above(far, priced, limit):
            held.append(
                f"{far:,} of {priced:,} {what} changed by a factor outside {allowed}{most} "
                f"({percent_of(far, priced)}; the limit is {plain(limit)} %)"
            )
        elif table in _LISTS and above(changed, priced, settings.column_change_percent) and 2 * number < changed:
            held.append(
                f"{changed:,} of {priced:,} {what} changed by no common factor "
                f"({percent_of(changed, priced)}; the limit is {plain(settings.column_change_percent)} %)"
            )
        else:
            said = f"{changed:,} of {priced:,} {what} changed{most} ({percent_of(changed, priced)}; "
            moved.append(f"{said}factors of {allowed} do not hold the run)")
        examples = nights.rows(f"FROM ({prices}) WHERE before <> tonight ORDER BY ALL LIMIT {EXAMPLES_SHOWN}")
    fine = f"{what.rstrip(',')} that changed: {changed:,} of {priced:,}"
    return [
        result("prices_kept", table, held, fine=fine, examples=examples),
        result("prices_moved", table, moved, fine=fine, level="warning", examples=examples),
    ]


def _most_common_factor(nights: Nights, prices: str) -> tuple[int, float]:
    """How many prices share a factor, and which one; neighbouring places are one factor. 0 is a price that is 0 now."""
    rows = nights.rows(_FACTORS.format(prices=prices, step=_STEP))
    at = {row["place"]: row for row in rows if row["place"] is not None}
    found = [(row["prices"], 0.0) for row in rows if row["place"] is None]
    for place, row in at.items():
        both = [row, *([at[place + 1]] if place + 1 in at else [])]
        number = sum(each["prices"] for each in both)
        found.append((number, math.exp(sum(each["prices"] * each["logarithm"] for each in both) / number)))
    return max(found, default=(0, 0.0))


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
