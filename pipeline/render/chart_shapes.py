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
WIDE_PLOT: Final = 130.0
HALF_PLOT: Final = 88.0
"""Heights of the bars' place in pictures of those widths."""
_LETTER: Final = 4.4
_SEPARATOR: Final = 2.2
_IDEOGRAPH: Final = 7.2
"""Widths of a letter or digit of the labels, of what stands between digits, and of an ideograph, in units; a little on
the wide side."""
_TYPE: Final = 7.0
"""The size of labels; they are smaller where bars are narrower than that."""
MOST_BARS_IN_HALF: Final = 24
"""A picture with more bars than this takes the whole width, so that upright labels do not touch."""


def pictures(view: dict[str, Any]) -> dict[str, Any]:
    """`charts` and `timeline` of the view as coordinates; `timeline` is None where the view has none."""
    alone = len(view["charts"]) == 1
    return {
        "charts": [
            stacked_bars(chart, WIDE, WIDE_PLOT)
            if alone or len(chart["bars"]) > MOST_BARS_IN_HALF
            else stacked_bars(chart, HALF, HALF_PLOT)
            for chart in view["charts"]
        ],
        "timeline": _timeline(view["timeline"]) if view["timeline"] else None,
    }


def stacked_bars(chart: dict[str, Any], width: float, plot: float) -> dict[str, Any]:
    """A chart of `views.partner_charts.renewal_charts`, or one of its shape, as coordinates; `plot`: its bars' height.

    Every bar has its label below and its total above; where they do not fit side by side they stand upright.
    """
    step = (width - _LEFT) / len(chart["bars"])
    thick = min(step * 0.62, 56.0)
    labels, totals = [bar["label"] for bar in chart["bars"]], [bar["total"] for bar in chart["bars"]]
    upright, totals_upright = label_step(step, labels) > 1, label_step(step, totals) > 1
    axis = plot + (max(_TOP, _length(totals) + 6) if totals_upright else _TOP)
    size = min(_TYPE, step * 0.92)
    return {
        "title": chart["title"],
        "alt": chart["alt"],
        "broad": width > HALF,
        "size": _n(size),
        "width": _n(width),
        "height": _n(axis + (_length(labels) + 8 if upright else _BOTTOM)),
        "left": _n(_LEFT),
        "ticks": [
            {"y": _n(axis - tick["share"] * plot), "text_y": _n(axis - tick["share"] * plot + 2.5), **_text(tick)}
            for tick in chart["ticks"]
        ],
        "tick_x": _n(_LEFT - 5),
        "bars": [
            {
                "label": _words(
                    bar["label"], _LEFT + step * (place + 0.5), axis + (4 if upright else 11), upright, size
                )
                | {"anchor": "end" if upright else "middle"},
                "total": _words(
                    bar["total"],
                    _LEFT + step * (place + 0.5),
                    axis - plot * sum(part["share"] for part in bar["parts"]) - 3,
                    totals_upright,
                    size,
                )
                | {"anchor": "start" if totals_upright else "middle"},
                "parts": _parts(bar["parts"], _LEFT + step * (place + 0.5) - thick / 2, thick, axis, plot),
            }
            for place, bar in enumerate(chart["bars"])
        ],
        "legend": chart["legend"],
    }


def _words(text: str, middle: float, y: float, upright: bool, size: float) -> dict[str, str]:
    """A text around that middle; one that stands upright is read from below."""
    x = middle + (size * 0.36 if upright else 0)
    return {"text": text, "x": _n(x), "y": _n(y), "turn": f"rotate(-90 {_n(x)} {_n(y)})" if upright else ""}


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
    return max(1, -(-int(_length(labels) + 5) // max(int(step), 1)))


def _length(labels: list[str]) -> float:
    """The length of the longest label."""
    return max(sum(_letter(letter) for letter in label) for label in labels)


def _letter(letter: str) -> float:
    if letter > "\u2e80":
        return _IDEOGRAPH
    return _LETTER if letter.isalnum() else _SEPARATOR


def _text(tick: dict[str, Any]) -> dict[str, str]:
    return {"text": tick["text"]}


def _n(number: float) -> str:
    return f"{number:.1f}"
