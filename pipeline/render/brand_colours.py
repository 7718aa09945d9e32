"""The partner's colour in shades that can be read on the report's backgrounds."""

from __future__ import annotations

from typing import Any

from pipeline.brand import readable_on

LIGHT, DARK = "#f8fafc", "#121b2d"
"""The backgrounds of panels and every second row, light and dark: the page itself contrasts more."""


def shades(view: dict[str, Any]) -> dict[str, str] | None:
    """`on_light` and `on_dark` of the view's brand colour; None when it has none."""
    colour = view["brand"]["colour"]
    return {"on_light": readable_on(colour, LIGHT), "on_dark": readable_on(colour, DARK)} if colour else None
