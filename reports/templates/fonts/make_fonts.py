"""Make the bundled fonts again from the Debian packages named in README.md (fontTools comes with WeasyPrint).

    python reports/templates/fonts/make_fonts.py FOLDER_OF_UNPACKED_PACKAGES [FILE ...]

Every font gets a private family name, so that a font installed on the machine can never take its place, and only the
characters that reports need, so that the repository stays small. Inter's digits become its tabular ones: a font
feature in CSS would do the same and leak memory in WeasyPrint 70.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
LATIN_GREEK_CYRILLIC = [(0x20, 0x530), (0x1E00, 0x2000), (0x2000, 0x2070), (0x2070, 0x2100), (0x2100, 0x2200)]
LATIN_GREEK_CYRILLIC += [(0x2200, 0x2300), (0x25A0, 0x2700), (0xFB00, 0xFB07)]

# Pango takes the spaces between two words from the words' own font.
SPACES = [(0x20, 0x21), (0xA0, 0xA1), (0x2000, 0x2010), (0x2028, 0x2030), (0x2060, 0x2070)]


@dataclass(frozen=True)
class Font:
    """One bundled font: the file made, the private name, the source file, its face in a collection, the characters."""

    file: str
    family: str
    source: str
    characters: list[tuple[int, int]]
    face: int = 0
    legacy: dict[str, range] = field(default_factory=dict)


def _of_writers(codec: str, rows: range) -> set[int]:
    """The characters of a legacy character set's rows: what its country's writers use."""
    codes = (bytes((row, cell)) for row in rows for cell in range(0x40, 0x100))
    return {ord(code.decode(codec, "ignore") or " ") for code in codes if len(code.decode(codec, "ignore")) == 1}


SHAPING = {
    "Renewals Arabic": ["init", "medi", "fina", "isol", "rlig", "calt", "liga"],
    "Renewals Devanagari": [
        *("nukt", "akhn", "rphf", "rkrf", "blwf", "half", "vatu", "cjct"),
        *("pres", "abvs", "blws", "psts", "haln", "abvm", "blwm", "dist"),
    ],
}
"""OpenType features that a script cannot be written without; `abvm` and `blwm` put marks on their letters."""

NOTO = "usr/share/fonts/truetype/noto"
FONTS = (
    Font("sans-regular.otf", "Renewals Sans", "usr/share/fonts/opentype/inter/Inter-Regular.otf", LATIN_GREEK_CYRILLIC),
    Font("sans-bold.otf", "Renewals Sans", "usr/share/fonts/opentype/inter/Inter-SemiBold.otf", LATIN_GREEK_CYRILLIC),
    Font(
        "arabic-regular.ttf",
        "Renewals Arabic",
        f"{NOTO}/NotoSansArabic-Regular.ttf",
        [(0x600, 0x900), (0xFB50, 0xFF00)],
    ),
    Font("arabic-bold.ttf", "Renewals Arabic", f"{NOTO}/NotoSansArabic-Bold.ttf", [(0x600, 0x900), (0xFB50, 0xFF00)]),
    Font(
        "hebrew-regular.ttf",
        "Renewals Hebrew",
        f"{NOTO}/NotoSansHebrew-Regular.ttf",
        [(0x590, 0x600), (0xFB1D, 0xFB50)],
    ),
    Font("devanagari-regular.ttf", "Renewals Devanagari", f"{NOTO}/NotoSansDevanagari-Regular.ttf", [(0x900, 0x980)]),
    Font("thai-regular.ttf", "Renewals Thai", f"{NOTO}/NotoSansThai-Regular.ttf", [(0xE00, 0xE80)]),
    Font(
        "cjk-regular.otf",
        "Renewals CJK",
        "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        [(0x3000, 0x3100), (0xFF00, 0xFFF0), (0x20BB7, 0x20BB8)],
        legacy={
            "cp932": range(0x81, 0xFD),
            "gb2312": range(0xB0, 0xD8),
            "big5": range(0xA4, 0xC7),
            "euc_kr": range(0xB0, 0xC9),
        },
    ),
    Font(
        "symbols-regular.ttf",
        "Renewals Symbols",
        "usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        [(0x530, 0x590), (0x10A0, 0x1100), (0x2000, 0x2E80), (0xFFF0, 0x10000), (0x1D400, 0x1F700)],
    ),
)


def make(font: Font, sources: Path) -> Path:
    """Write one bundled font; returns its path."""
    source = TTFont(sources / font.source, fontNumber=font.face, lazy=True)
    wanted = {code for first, end in (*font.characters, *SPACES) for code in range(first, end)}
    for codec, rows in font.legacy.items():
        wanted |= {code for code in _of_writers(codec, rows) if code >= 0x2E80}
    if font.family == "Renewals Sans":
        _digits_are_tabular(source)
    options = subset.Options(
        layout_features=["kern", "mark", "mkmk", "ccmp", "locl", *SHAPING.get(font.family, [])],
        notdef_outline=True,
        name_IDs=[],
        hinting=False,
        drop_tables=["DSIG", "FFTM", "STAT", "BASE", "VORG", "vhea", "vmtx"],
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(source)
    _rename(source, font)
    target = HERE / font.file
    source["head"].modified = source["head"].created
    source.recalcTimestamp = False
    source.save(target)
    return target


def _digits_are_tabular(font: TTFont) -> None:
    for table in font["cmap"].tables:
        for digit in "0123456789":
            glyph = table.cmap.get(ord(digit))
            if glyph and f"{glyph}.tf" in font.getGlyphSet():
                table.cmap[ord(digit)] = f"{glyph}.tf"


def _rename(font: TTFont, made: Font) -> None:
    style = "Bold" if "bold" in made.file else "Regular"
    full = f"{made.family} {style}"
    names = {1: made.family, 2: style, 3: full, 4: full, 6: full.replace(" ", "")}
    names |= {0: "See OFL.txt", 13: "SIL Open Font License 1.1, see OFL.txt"}
    if made.family == "Renewals Symbols":
        names |= {0: "See DEJAVU.txt", 13: "Bitstream Vera licence, see DEJAVU.txt"}
    font["name"].names = []
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [names[6]]
        top = cff.topDictIndex[0]
        top.FullName, top.FamilyName = full, made.family
        for text in ("Notice", "Copyright"):
            top.rawDict.pop(text, None)


if __name__ == "__main__":
    for each in FONTS:
        if len(sys.argv) > 2 and each.file not in sys.argv[2:]:
            continue
        path = make(each, Path(sys.argv[1]))
        print(f"{path.name} {path.stat().st_size:,} bytes")
