"""The shapes of finance's pictures: from shares of an axis to coordinates, as in `chart_shapes`."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import Any, Final

from pipeline.render.chart_shapes import label_step, stacked_bars

COLOURS: Final = {
    "balance": "#334155",
    "rise": "#15803d",
    "fall": "#b91c1c",
    "pending": "#fde68a",
    "contracted": "#334155",
    "expected": "#1d4ed8",
    "full": "#0f766e",
}
"""Fill of a bar, stroke of a line. Colour is never alone: bars have their amount, lines are dashed differently."""

DASHES: Final = {"contracted": "5 3", "expected": "none", "full": "1.5 2.5"}

WIDE: Final = 774.0
HALF: Final = 374.0
"""Widths of a picture that stands alone and of one of two beside each other, in points: A4 landscape leaves 774."""

_LEFT, _TOP, _PLOT = 58.0, 13.0, 98.0
_LETTER: Final = 4.2
_LARGEST, _SMALLEST = 7.0, 4.5
_LINES: Final = 4


def section_shapes(section: dict[str, Any]) -> dict[str, Any]:
    """`bridge`, `projection` and `wall` of a currency as coordinates; None for those it does not have."""
    bridge, projection, wall = (section[f"{name}_picture"] for name in ("bridge", "projection", "wall"))
    return {
        "bridge": _bridge(bridge) if bridge else None,
        "projection": _projection(projection) if projection else None,
        "wall": stacked_bars(wall, HALF, _PLOT) if wall else None,
    }


def _bridge(picture: dict[str, Any]) -> dict[str, Any]:
    bars = picture["bars"]
    step = (WIDE - _LEFT) / len(bars)
    thick = step * 0.62
    axis = _TOP + _PLOT
    letters = max(int((step - 3) / _LETTER), 4)
    longest = max(len(bar["text"]) for bar in bars)
    shapes = [_bar(bar, _LEFT + step * (place + 0.5), thick, axis, letters) for place, bar in enumerate(bars)]
    for shape, after in pairwise(shapes):
        shape["join"] = {"x1": shape["right"], "x2": after["x"], "y": shape["level"]}
    return _frame(picture, WIDE, axis + 9.0 * max(len(shape["lines"]) for shape in shapes) + 5) | {
        "bars": shapes,
        "size": _n(min(_LARGEST, max(_SMALLEST, (step - 4) / (longest * 0.57)))),
        "axis": _n(axis),
    }


def _bar(bar: dict[str, Any], middle: float, thick: float, axis: float, letters: int) -> dict[str, Any]:
    left = middle - thick / 2
    top, foot = axis - bar["to"] * _PLOT, axis - bar["from"] * _PLOT
    highest, whisker = top, ""
    if bar["interval"]:
        low, high = (axis - share * _PLOT for share in bar["interval"])
        highest = min(top, high)
        ends = " ".join(f"M{_n(middle - 5)} {_n(y)}H{_n(middle + 5)}" for y in (low, high))
        whisker = f"M{_n(middle)} {_n(low)}V{_n(high)} {ends}"
    return {
        "name": bar["name"],
        "look": bar["look"],
        "colour": COLOURS[bar["look"]],
        "x": _n(left),
        "right": _n(left + thick),
        "width": _n(thick),
        "y": _n(top),
        "height": _n(max(foot - top, 0.8)),
        "middle": _n(middle),
        "text": bar["text"],
        "text_y": _n(highest - 3),
        "lines": [
            {"text": line, "y": _n(axis + 9 + 8.4 * number)}
            for number, line in enumerate(textwrap.wrap(bar["label"], letters)[:_LINES])
        ],
        "whisker": whisker,
        "level": _n(axis - bar["level"] * _PLOT),
        "join": None,
    }


def _projection(picture: dict[str, Any]) -> dict[str, Any]:
    months = picture["months"]
    step = (HALF - _LEFT - 8) / len(months)
    axis = 6.0 + _PLOT
    every = label_step(step, months)

    def at(place: int, share: float) -> str:
        return f"{_n(_LEFT + step * place)},{_n(axis - share * _PLOT)}"

    band = [at(place, high) for place, (_, high) in enumerate(picture["band"])]
    band += [at(place, low) for place, (low, _) in reversed(list(enumerate(picture["band"])))]
    return _frame(picture, HALF, axis + 15, axis=axis) | {
        "band": " ".join(band),
        "lines": [
            {
                "name": line["name"],
                "colour": COLOURS[line["name"]],
                "dash": DASHES[line["name"]],
                "points": " ".join(at(place, share) for place, share in enumerate(line["shares"])),
            }
            for line in picture["lines"]
        ],
        "months": [
            {"x": _n(_LEFT + step * (place + 1)), "y": _n(axis + 11), "text": month}
            for place, month in enumerate(months)
            if (len(months) - 1 - place) % every == 0
        ],
    }


def _frame(picture: dict[str, Any], width: float, height: float, *, axis: float = _TOP + _PLOT) -> dict[str, Any]:
    return {
        "title": picture["title"],
        "alt": picture["alt"],
        "note": picture["note"],
        "legend": picture["legend"],
        "width": _n(width),
        "height": _n(height),
        "left": _n(_LEFT),
        "tick_x": _n(_LEFT - 5),
        "ticks": [
            {
                "y": _n(axis - tick["share"] * _PLOT),
                "text_y": _n(axis - tick["share"] * _PLOT + 2.5),
                "text": tick["text"],
            }
            for tick in picture["ticks"]
        ],
    }


def _n(number: float) -> str:
    return f"{number:.1f}"
