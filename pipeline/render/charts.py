"""The shapes of a report's pictures: from shares of an axis to coordinates, so that templates calculate nothing."""

from __future__ import annotations

from typing import Any, Final

COLOURS: Final = {
    "agreed": "#15803d",
    "auto_renewed": "#0369a1",
    "pending": "#b45309",
    "cancellation_requested": "#b91c1c",
    "awaiting": "#b45309",
    "lapsing": "#7c2d12",
    "requested": "#b91c1c",
    "requested_late": "#6d28d9",
}
"""Fill of each part of a bar. At least 4.5:1 against white, and told apart by the legend's order too."""

WIDE: Final = 526.0
HALF: Final = 256.0
"""Widths of a picture that stands alone and of one of two beside each other, in points: an A4 page leaves 526."""

_TOP, _BOTTOM, _LEFT = 12.0, 15.0, 46.0
_PLOT: Final = {WIDE: 130.0, HALF: 88.0}
"""Height of the bars' place by the picture's width."""
_LETTER: Final = 4.4
_SEPARATOR: Final = 2.2
"""Widths of a letter or digit of the labels and of what stands between digits, in units; a little on the wide side."""


def pictures(view: dict[str, Any]) -> dict[str, Any]:
    """`charts` and `timeline` of the view as coordinates; `timeline` is None where the view has none."""
    width = WIDE if len(view["charts"]) == 1 else HALF
    return {
        "charts": [stacked_bars(chart, width, _PLOT[width]) for chart in view["charts"]],
        "timeline": _timeline(view["timeline"]) if view["timeline"] else None,
    }


def stacked_bars(chart: dict[str, Any], width: float, plot: float) -> dict[str, Any]:
    """A chart of `views.charts.renewal_charts`, or one of its shape, as coordinates; `plot`: its bars' height."""
    step = (width - _LEFT) / len(chart["bars"])
    thick = min(step * 0.62, 56.0)
    every = label_step(step, [bar["label"] for bar in chart["bars"]])
    with_totals = label_step(step, [bar["total"] for bar in chart["bars"]]) == 1
    axis = _TOP + plot
    return {
        "title": chart["title"],
        "alt": chart["alt"],
        "width": _n(width),
        "height": _n(axis + _BOTTOM),
        "left": _n(_LEFT),
        "ticks": [
            {"y": _n(axis - tick["share"] * plot), "text_y": _n(axis - tick["share"] * plot + 2.5), **_text(tick)}
            for tick in chart["ticks"]
        ],
        "tick_x": _n(_LEFT - 5),
        "label_y": _n(axis + 11),
        "bars": [
            {
                "middle": _n(_LEFT + step * (place + 0.5)),
                "label": bar["label"] if place % every == 0 else "",
                "total": bar["total"] if with_totals else "",
                "total_y": _n(axis - plot * sum(part["share"] for part in bar["parts"]) - 3),
                "parts": _parts(bar["parts"], _LEFT + step * (place + 0.5) - thick / 2, thick, axis, plot),
            }
            for place, bar in enumerate(chart["bars"])
        ],
        "legend": chart["legend"],
    }


def _parts(parts: list[dict[str, Any]], x: float, thick: float, axis: float, plot: float) -> list[dict[str, str]]:
    shapes, foot = [], axis
    for part in parts:
        height = part["share"] * plot
        foot -= height
        shapes.append(
            {
                "x": _n(x),
                "y": _n(foot),
                "width": _n(thick),
                "height": _n(height),
                "name": part["name"],
                "colour": COLOURS[part["name"]],
            }
        )
    return shapes


def _timeline(timeline: dict[str, Any]) -> dict[str, Any]:
    steps = timeline["steps"]
    step = (WIDE - 20) / len(steps)
    every = label_step(step, [each["day"] for each in steps])
    return {
        "title": timeline["title"],
        "note": timeline["note"],
        "alt": timeline["alt"],
        "width": _n(WIDE),
        "height": "50",
        "soon_width": _n(timeline["soon"]["share"] * (WIDE - 20)),
        "soon_label": timeline["soon"]["label"],
        "end": _n(WIDE - 10),
        "steps": [
            {
                "x": _n(10 + step * place),
                "middle": _n(10 + step * (place + 0.5)),
                "radius": _n(6.5 + 5.5 * each["size"] if each["count"] else 0),
                "text": each["text"],
                "day": each["day"] if place % every == 0 else "",
            }
            for place, each in enumerate(steps)
        ],
    }


def label_step(step: float, labels: list[str]) -> int:
    """Of how many labels one is written, so that none runs into the next."""
    widest = max(sum(_LETTER if letter.isalnum() else _SEPARATOR for letter in label) for label in labels)
    return max(1, -(-int(widest + 5) // max(int(step), 1)))


def _text(tick: dict[str, Any]) -> dict[str, str]:
    return {"text": tick["text"]}


def _n(number: float) -> str:
    return f"{number:.1f}"
