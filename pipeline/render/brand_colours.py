"""The partner's colour in shades that can be read on the report's backgrounds."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.brand import readable_on
from pipeline.views.document import Brand

LIGHT, DARK = "#f8fafc", "#121b2d"
"""The backgrounds of panels and every second row, light and dark: the page itself contrasts more."""


@dataclass(frozen=True, slots=True)
class Shades:
    """A colour as it can be read on light and on dark."""

    on_light: str
    on_dark: str


def shades(brand: Brand) -> Shades | None:
    """The shades of the brand's colour; None when it has none."""
    if not brand.colour:
        return None
    return Shades(readable_on(brand.colour, LIGHT), readable_on(brand.colour, DARK))
