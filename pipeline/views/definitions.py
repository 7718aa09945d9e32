"""The definitions under a report: the reader's words of the table declarations, so that page and data agree."""

from __future__ import annotations

from pipeline.tables.published import PARTNER_SUMMARY, UPCOMING_RENEWALS


def column_definition(name: str) -> str:
    """What a column of the upcoming-renewals table means, in English; KeyError for a column that it lacks."""
    return UPCOMING_RENEWALS.column(name).reader_text


def figure_definition(name: str) -> str:
    """What a key figure of the partner summary means, in English; KeyError for one that it lacks."""
    return PARTNER_SUMMARY.column(name).reader_text
