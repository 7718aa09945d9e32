"""The definitions under a report, derived from the table declarations, so that page and data cannot drift apart."""

from __future__ import annotations

import re
from functools import cache

from pipeline.tables.published import PARTNER_SUMMARY, UPCOMING_RENEWALS
from pipeline.views import terms


@cache
def column_definition(name: str) -> str:
    """What a column of the upcoming-renewals table means, in words for a reader."""
    column = UPCOMING_RENEWALS.column(name)
    return _readable(column.description, column.unit)


@cache
def figure_definition(name: str) -> str:
    """What a key figure of the partner summary means, in words for a reader."""
    column = PARTNER_SUMMARY.column(name)
    return _readable(column.description, column.unit)


def _readable(description: str, unit: str) -> str:
    """A declaration's description without codes: labels for column names and values, no rule numbers."""
    text = re.sub(r"\s*\(rule \d+\)", "", description)
    text = re.sub("^of them ", "upcoming changes that are ", text)
    text = text.removesuffix(", `, `").replace("Σ", "sum of").replace("`", "").replace(" - ", " minus ")
    text = re.sub(r"\b[a-z]+(?:_[a-z0-9]+)+\b", lambda match: _label(match[0]), text)
    text = text[:1].upper() + text[1:]
    sentence = text if text.endswith(".") else text + "."
    return f"{sentence} In {unit}." if unit else sentence


def _label(code: str) -> str:
    if code == "as_of":
        return "the as-of date"
    for labels in (terms.COLUMNS, terms.CONTRACT_TYPES, terms.STATUSES, terms.OWNER_BASES, terms.FIGURES):
        if code in labels:
            return labels[code]
    return code.replace("_", " ")
