"""Fonts inside an HTML page: only for scripts that a machine may lack, only the characters that the page shows.

fontTools is loaded when a page first needs it: most pages never do.
"""

from __future__ import annotations

import base64
import io
from functools import cache, lru_cache
from typing import Final

from pipeline.render.environment import templates_folder

SCRIPTS: Final = {
    "Renewals Arabic": "arabic-regular.ttf",
    "Renewals Hebrew": "hebrew-regular.ttf",
    "Renewals CJK": "cjk-regular.otf",
    "Renewals Devanagari": "devanagari-regular.ttf",
    "Renewals Thai": "thai-regular.ttf",
    "Renewals Symbols": "symbols-regular.ttf",
}
"""Family name in the style, bundled file. Latin, Greek and Cyrillic are on every machine."""

FIRST_CHARACTER: Final = 0x531
"""Below lie the scripts that need no font of ours."""

NO_LETTERS: Final = frozenset((*range(0x1E00, 0x2E80), *range(0xFB00, 0xFB07)))
"""Latin and Greek with more accents, punctuation, currency signs, arrows: on every machine too."""


def page_fonts(text: str) -> list[dict[str, str]]:
    """The fonts that a page of that text needs: `family` and `data` (WOFF2, base64). Equal texts give equal fonts."""
    shown = {ord(letter) for letter in set(text) if ord(letter) >= FIRST_CHARACTER}
    shown -= NO_LETTERS
    fonts = []
    for family, file in SCRIPTS.items() if shown else ():
        wanted = frozenset(shown & _characters(file))
        if wanted:
            fonts.append({"family": family, "data": _subset(file, wanted)})
            shown -= wanted
    return fonts


@cache
def _characters(file: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(templates_folder() / "fonts" / file, lazy=True) as font:
        return frozenset(code for code in font.getBestCmap() if code >= FIRST_CHARACTER)


@lru_cache(maxsize=64)
def _subset(file: str, characters: frozenset[int]) -> str:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=["*"], notdef_outline=True, name_IDs=[], hinting=False)
    options.drop_tables += ["VORG", "vhea", "vmtx"]
    # The time of the last change would be now: equal pages must be equal bytes.
    font = TTFont(templates_folder() / "fonts" / file, lazy=True, recalcTimestamp=False)
    with font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=characters)
        subsetter.subset(font)
        font.flavor = "woff2"
        out = io.BytesIO()
        font.save(out)
    return base64.b64encode(out.getvalue()).decode()
