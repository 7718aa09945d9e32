"""What the pictures of finance's report show, as shares of an axis: bridge, projection and MRR up for renewal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Any, Final

from pipeline import rules
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import CAUSES, STATUSES, Figures
from pipeline.views.finance_report.currency_tables import status_label
from pipeline.views.finance_report.finance_cells import Row, total
from pipeline.views.locale_formats import Formats
from pipeline.views.partner_charts import months_between, nice_ticks

Picture = dict[str, Any]

SHORTEST_SPAN: Final = Decimal("0.5")
"""Where what is drawn moves by less than this share of its height, the axis begins above 0, and the picture says so."""


def axis(values: Iterable[Decimal], formats: Formats, currency: str) -> dict[str, Any] | None:
    """The axis that holds those values: `low`, `high`, its marks `ticks` (share, text) and `note`; None without one."""
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
            else formats.say(finance_words.TEXTS["axis"], amount=formats.money(marks[0], currency)),
        }


def bridge_picture(each: Figures, formats: Formats) -> Picture | None:
    """The bars from current MRR over the causes to the MRR after settled changes, then what is pending, drawn apart,
    and expected MRR with its interval. The other scenarios are in the table and in the projection.
    """
    bars = _bars(each)
    edges = [edge for bar in bars for edge in (bar["to"], bar["to"] if bar["look"] == "balance" else bar["from"])]
    last = each.interval[-1] if each.interval else None
    interval = [last["closing_low"], last["closing_high"]] if last else []
    scale = axis([*edges, *interval], formats, each.currency)
    if scale is None:
        return None
    title = f"{formats.say(finance_words.SECTIONS['bridge'])} ({each.currency})"
    shown = [_shape(bar, scale, each.currency, formats) for bar in bars]
    shown[-1]["interval"] = [_share(edge, scale) for edge in interval]
    legend = [{"name": "not-agreed", "label": formats.say(finance_words.TEXTS["pending"])}]
    if last:
        low, high = (formats.money(edge, each.currency) for edge in interval)
        said = formats.say(
            finance_words.TEXTS["interval_of"], percent=formats.percent(rules.INTERVAL_PERCENT), low=low, high=high
        )
        legend.append({"name": "whisker", "label": said})
    return {
        "title": title,
        "note": scale["note"],
        "ticks": scale["ticks"],
        "bars": shown,
        "legend": legend,
        "alt": f"{title}: " + "; ".join(f"{bar['label']} {bar['text']}" for bar in shown),
    }


def _bars(each: Figures) -> list[dict[str, Any]]:
    bridge, level = each.bridge, each.bridge["current_mrr"]
    bars = [_bar("current_mrr", Decimal(0), level, "balance")]
    for name in (*CAUSES, "settled_mrr", "pending_expected"):
        if name == "settled_mrr":
            bars.append(_bar(name, Decimal(0), bridge[name], "balance"))
            continue
        after = total((level, bridge[name]))
        look = "pending" if name == "pending_expected" else "rise" if bridge[name] >= 0 else "fall"
        bars.append(_bar(name, level, after, look))
        level = after
    return [*bars, _bar("expected_mrr", Decimal(0), bridge["expected_mrr"], "balance")]


def _bar(name: str, start: Decimal, end: Decimal, look: str) -> dict[str, Any]:
    return {"name": name, "from": start, "to": end, "look": look, "amount": end if look == "balance" else end - start}


def _share(level: Decimal, scale: dict[str, Any]) -> float:
    return float(min(max((level - scale["low"]) / (scale["high"] - scale["low"]), Decimal(0)), Decimal(1)))


def _shape(bar: dict[str, Any], scale: dict[str, Any], currency: str, formats: Formats) -> dict[str, Any]:
    write = formats.money if bar["look"] == "balance" else formats.money_change
    return {
        "name": bar["name"],
        "label": formats.say(finance_words.BRIDGE[bar["name"]]),
        "text": write(bar["amount"], currency),
        "look": bar["look"],
        "from": _share(min(bar["from"], bar["to"]), scale),
        "to": _share(max(bar["from"], bar["to"]), scale),
        "level": _share(bar["to"], scale),
        "interval": [],
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

    title = f"{formats.say(finance_words.SECTIONS['projection'])} ({each.currency})"
    last = each.interval[-1] if each.interval else None
    said = [
        f"{formats.say(finance_words.SCENARIOS[name])} {formats.money(line[-1], each.currency)}"
        for name, line in series.items()
    ]
    band = ""
    if last:
        band = formats.say(
            finance_words.TEXTS["interval_of"],
            percent=formats.percent(rules.INTERVAL_PERCENT),
            low=formats.money(last["closing_low"], each.currency),
            high=formats.money(last["closing_high"], each.currency),
        )
    return {
        "title": title,
        "note": scale["note"],
        "ticks": scale["ticks"],
        "months": [formats.month(month["month"]) for month in each.months["expected"]],
        "lines": [{"name": name, "shares": [_share(value, scale) for value in line]} for name, line in series.items()],
        "band": [(_share(low, scale), _share(high, scale)) for low, high in around] if each.interval else [],
        "legend": [
            *({"name": name, "label": text} for name, text in zip(series, said, strict=True)),
            *([{"name": "band", "label": band}] if band else []),
        ],
        "alt": f"{title}: " + "; ".join([*said, *([band] if band else [])]),
    }


def wall_picture(each: Figures, formats: Formats) -> Picture | None:
    """MRR whose next renewal comes up, one bar per month, one part per status; the shape of `views.partner_charts`."""
    found: dict[tuple[date, str], Decimal] = {(row["month"], row["renewal_basis"]): row["mrr"] for row in each.wall}
    if not any(found.values()):
        return None
    months = months_between(min(month for month, _ in found), max(month for month, _ in found))
    sums = {month: total(found.get((month, basis), Decimal(0)) for basis in STATUSES) for month in months}
    ticks = nice_ticks(max(sums.values()))
    title = f"{formats.say(finance_words.SECTIONS['wall'])} ({each.currency})"
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
    label, sum_text = formats.month(month), formats.money(whole, each.currency)
    said = ", ".join(f"{status_label(basis, formats)} {formats.money(value, each.currency)}" for basis, value in parts)
    return {
        "label": label,
        "total": sum_text,
        "parts": [{"name": basis, "share": float(part / top)} for basis, part in parts],
        "alt": f"{label} {sum_text} ({said})",
    }
