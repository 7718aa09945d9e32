"""Rule 8: what searching finds, as one table of cases for every surface."""

from __future__ import annotations

CLIENT_NAMES = (
    "Café Größe",
    "Łódź Ltd",
    "Øresund Æble",
    "ＡＢＣ Holdings",
    "ｶﾞﾗｽ 工房",
    "İstanbul Ticaret",
    "ΟΔΟΣ Logistics",
    "O'Brien & Sons",
    "50% off",
    "a_b.c",
)

FOUND = (
    # sought, the names found
    ("cafe", ("Café Größe",)),
    ("GROSSE", ("Café Größe",)),
    ("groesse", ()),  # ß is ss and ö is o: no other spelling is guessed
    ("lodz", ("Łódź Ltd",)),
    ("oresund", ("Øresund Æble",)),
    ("aeble øRESUND", ("Øresund Æble",)),  # every word, in any order
    ("abc", ("ＡＢＣ Holdings",)),  # full width is half width
    ("ガラス", ("ｶﾞﾗｽ 工房",)),
    ("istanbul", ("İstanbul Ticaret",)),
    ("οδος", ("ΟΔΟΣ Logistics",)),  # the sigma at a word's end is a sigma
    ("o'brien", ("O'Brien & Sons",)),
    ("50%", ("50% off",)),  # no wildcard
    ("a_b", ("a_b.c",)),
    ("a.b", ()),  # no pattern
    ("cafe holdings", ()),  # both words in the same row
)
