"""The tables of a run's file that readers rely on: names and columns are a promise.

Codes, not labels, are in the tables; labels belong to views and locales. Money is exact
(`decimal(38,4)`), in the row's own `currency`, per month. Dates are calendar days.
"""

from __future__ import annotations

from typing import Final

from pipeline.tables.change_tables import CONTRACT_MRR, UPCOMING_RENEWALS
from pipeline.tables.client_tables import (
    CLIENT_APP_USAGE,
    CLIENT_CHANGES,
    CLIENT_CONSUMPTION,
    CLIENT_CONTACTS,
    CLIENT_PRODUCTS,
    PARTNER_SUMMARY,
)
from pipeline.tables.decision_events import DECISIONS
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.money import MONEY
from pipeline.tables.run_tables import CHECK_RESULTS, EXPORT_CONTENT, QUARANTINE, RUN_INFO, SOURCE_FILES

__all__ = [
    "CHECK_RESULTS",
    "CLIENT_APP_USAGE",
    "CLIENT_CHANGES",
    "CLIENT_CONSUMPTION",
    "CLIENT_CONTACTS",
    "CLIENT_PRODUCTS",
    "CONTRACT_MRR",
    "DECISIONS",
    "EXPORT_CONTENT",
    "MONEY",
    "PARTNER_SUMMARY",
    "PUBLISHED",
    "QUARANTINE",
    "RUN_INFO",
    "SCHEMA_VERSION",
    "SOURCE_FILES",
    "UPCOMING_RENEWALS",
]

PUBLISHED: Final = {
    table.name: table
    for table in (
        UPCOMING_RENEWALS,
        CONTRACT_MRR,
        CLIENT_CONTACTS,
        CLIENT_PRODUCTS,
        CLIENT_APP_USAGE,
        CLIENT_CONSUMPTION,
        CLIENT_CHANGES,
        PARTNER_SUMMARY,
        QUARANTINE,
        CHECK_RESULTS,
        SOURCE_FILES,
        RUN_INFO,
        EXPORT_CONTENT,
        DECISIONS,
        *FINANCE.values(),
    )
}

SCHEMA_VERSION: Final = 1
"""Raised when code of before could misread a run, such as when a column changes its meaning. A table that is added
is simply not there in runs of before, and whoever asks for it is told so."""
