"""Rule 8: what searching means, the same function of the text on every surface.

A row is found when each word of the text stands, after `folded`, in one of `SEARCHED`, whatever columns are shown. The
pages' script folds in the same way (`reports/templates/report.js`); one table of cases tests both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

SEARCHED: Final = ("client_name", "website", "hub_id", "contract_id", "primary_contact_name", "primary_contact_email")
"""The columns that are searched, where a table has them."""

_PLAIN: Final = {
    "ß": "ss",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ð": "d",
    "þ": "th",
    "ς": "σ",
}
"""Letters that are not another letter with an accent, and what they are taken for."""


def folded(text: pl.Expr) -> pl.Expr:
    """The text without case, accents and width: `Ｓtraße` is `strasse`, `Łódź` is `lodz`."""
    plain = text.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}+", "")
    return plain.str.replace_many(list(_PLAIN), list(_PLAIN.values()))


def finds(text: str, columns: Iterable[str]) -> pl.Expr:
    """Whether a row is found: each word of the text is in one of those of its `columns` that are searched."""
    searched = [folded(pl.col(column)) for column in columns if column in SEARCHED]
    words = pl.select(folded(pl.lit(text)).alias("text"))["text"][0].split()
    return pl.all_horizontal(
        pl.lit(value=True),
        *(
            pl.any_horizontal(column.str.contains(word, literal=True).fill_null(value=False) for column in searched)
            for word in words
        ),
    )
