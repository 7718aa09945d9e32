"""What the pictures of finance's report show, as shares of an axis: the bridge, the projection, the renewal wall."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Any, Final

from pipeline import rules
from pipeline.views.charts import months_between, nice_ticks
from pipeline.views.finance import words
from pipeline.views.finance.cells import Row, total
from pipeline.views.finance.figures import CAUSES, STATUSES, Figures
from pipeline.views.finance.tables import status_label
from pipeline.views.formats import Formats

Picture = dict[str, Any]

SHORTEST_SPAN: Final = Decimal("0.5")
"""Where what is drawn moves by less than this share of its height, the axis begins above 0, and the picture says so."""


def axis(values: Iterable[Decimal], formats: Formats, currency: str) -> dict[str, Any] | None:
    """The marks of an axis that holds those values: `low`, `high`, `ticks` (share, text) and `note`; None without one."""
    known = list(values)
    low, high = min(known), max(known)
    with localcontext(prec=60):
        if high <= 0:
            return None
        begins_at_0 = low <= 0 or high - low > high * SHORTEST_SPAN or high == low
        if begins_at_0:
            marks = nice_ticks(high)
            if low < 0:
                step = marks[1]
                below = int((-low / step).to_integral_value(ROUND_CEILING))
                marks = [step * number for number in range(-below, len(marks))]
        else:
            step = nice_ticks((high - low) * Decimal("1.2"))[1]
            first = int((low / step).to_integral_value(ROUND_FLOOR)) - 1
            last = int((high / step).to_integral_value(ROUND_CEILING))
            marks = [step * number for number in range(max(first, 0), last + 1)]
        span = marks[-1] - marks[0]
        return {
            "low": marks[0],
            "high": marks[-1],
            "ticks": [{"share": float((mark - marks[0]) / span), "text": formats.number(mark)} for mark in marks],
            "note": ""
            if marks[0] <= 0
            else formats.say(words.TEXTS["axis"], amount=formats.money(marks[0], currency)),
        }


def bridge_picture(each: Figures, formats: Formats) -> Picture | None:
    """The bars from current MRR over the causes to settled MRR, then each scenario with what is pending drawn apart."""
    bars = _bars(each)
    edges = [edge for bar in bars for edge in (bar["amount"] if bar["look"] == "balance" else bar["from"], bar["to"])]
    scale = axis(edges, formats, each.currency)
    if scale is None:
        return None
    title = f"{formats.say(words.SECTIONS['bridge'])} ({each.currency})"
    shown = [_shape(bar, scale, each.currency, formats) for bar in bars]
    return {
        "title": title,
        "note": scale["note"],
        "ticks": scale["ticks"],
        "bars": shown,
        "legend": [
            {"name": "pending", "label": formats.say("Pending, not yet agreed")},
        ],
        "alt": f"{title}: " + "; ".join(f"{bar['label']} {bar['text']}" for bar in shown),
    }


def _bars(each: Figures) -> list[dict[str, Any]]:
    bridge, level = each.bridge, each.bridge["current_mrr"]
    bars = [_bar("current_mrr", Decimal(0), level, "balance")]
    for name in CAUSES:
        after = total((level, bridge[name]))
        bars.append(_bar(name, level, after, "rise" if bridge[name] >= 0 else "fall", amount=bridge[name]))
        level = after
    settled = bridge["settled_mrr"]
    bars.append(_bar("settled_mrr", Decimal(0), settled, "balance"))
    for scenario in rules.SCENARIOS:
        closing = bridge[f"{scenario}_mrr"]
        bars.append(_bar(f"{scenario}_mrr", Decimal(0), min(closing, settled), "balance", amount=closing))
        bars[-1]["pending"] = (settled, closing)
    return bars


def _bar(name: str, start: Decimal, end: Decimal, look: str, *, amount: Decimal | None = None) -> dict[str, Any]:
    return {"name": name, "from": start, "to": end, "look": look, "amount": end if amount is None else amount}


def _shape(bar: dict[str, Any], scale: dict[str, Any], currency: str, formats: Formats) -> dict[str, Any]:
    def share(level: Decimal) -> float:
        return float(min(max((level - scale["low"]) / (scale["high"] - scale["low"]), Decimal(0)), Decimal(1)))

    is_balance = bar["look"] == "balance"
    write = formats.money if is_balance else formats.money_change
    pending = bar.get("pending")
    return {
        "name": bar["name"],
        "label": formats.say(words.BRIDGE[bar["name"]]),
        "text": write(bar["amount"], currency),
        "look": bar["look"],
        "from": share(min(bar["from"], bar["to"])),
        "to": share(max(bar["from"], bar["to"])),
        "pending": sorted(share(level) for level in pending) if pending and pending[0] != pending[1] else [],
        "level": share(pending[1] if pending else bar["to"]),
    }


def projection_picture(each: Figures, formats: Formats) -> Picture | None:
    """The closing MRR of every month in each scenario, and the interval around the expected one."""
    opening = each.bridge["current_mrr"]
    series = {
        name: [opening, *(month["closing"] for month in each.months[name])] for name in rules.SCENARIOS if each.months
    }
    around = [(opening, opening), *((found["closing_low"], found["closing_high"]) for found in each.interval)]
    everything = [*(value for line in series.values() for value in line), *(edge for pair in around for edge in pair)]
    scale = axis(everything, formats, each.currency) if series else None
    if scale is None:
        return None

    def share(level: Decimal) -> float:
        return float((level - scale["low"]) / (scale["high"] - scale["low"]))

    title = f"{formats.say(words.SECTIONS['projection'])} ({each.currency})"
    last = each.interval[-1] if each.interval else None
    said = [
        f"{formats.say(words.SCENARIOS[name])} {formats.money(line[-1], each.currency)}" for name, line in series.items()
    ]
    band = ""
    if last:
        band = formats.say(
            words.TEXTS["interval_of"],
            percent=formats.number(rules.INTERVAL_PERCENT),
            low=formats.money(last["closing_low"], each.currency),
            high=formats.money(last["closing_high"], each.currency),
        )
    return {
        "title": title,
        "note": scale["note"],
        "ticks": scale["ticks"],
        "months": [formats.month(month["month"]) for month in each.months["expected"]],
        "lines": [{"name": name, "shares": [share(value) for value in line]} for name, line in series.items()],
        "band": [(share(low), share(high)) for low, high in around] if each.interval else [],
        "legend": [
            *({"name": name, "label": text} for name, text in zip(series, said, strict=True)),
            *([{"name": "band", "label": band}] if band else []),
        ],
        "alt": f"{title}: " + "; ".join([*said, *([band] if band else [])]),
    }


def wall_picture(each: Figures, formats: Formats) -> Picture | None:
    """MRR whose next renewal comes up, one bar per month, one part per status; the shape of `views.charts`."""
    found: dict[tuple[date, str], Decimal] = {(row["month"], row["renewal_basis"]): row["mrr"] for row in each.wall}
    if not any(found.values()):
        return None
    months = months_between(min(month for month, _ in found), max(month for month, _ in found))
    sums = {month: total(found.get((month, basis), Decimal(0)) for basis in STATUSES) for month in months}
    ticks = nice_ticks(max(sums.values()))
    title = f"{formats.say(words.SECTIONS['wall'])} ({each.currency})"
    bars = [_stack(month, sums[month], found, ticks[-1], each, formats) for month in months]
    return {
        "title": title,
        "bars": bars,
        "ticks": [{"share": float(tick / ticks[-1]), "text": formats.number(tick)} for tick in ticks],
        "legend": [
            {"name": basis, "label": status_label(basis, formats)}
            for basis in STATUSES
            if any(name == basis for _, name in found)
        ],
        "alt": f"{title}: " + "; ".join(bar["alt"] for bar in bars),
    }


def _stack(
    month: date, whole: Decimal, found: dict[tuple[date, str], Decimal], top: Decimal, each: Figures, formats: Formats
) -> Row:
    parts = [(basis, amount) for basis in STATUSES if (amount := found.get((month, basis), Decimal(0)))]
    label, amount = formats.month(month), formats.money(whole, each.currency)
    said = ", ".join(f"{status_label(basis, formats)} {formats.money(part, each.currency)}" for basis, part in parts)
    return {
        "label": label,
        "parts": [{"name": basis, "share": float(part / top)} for basis, part in parts],
        "alt": f"{label} {amount} ({said})",
    }
