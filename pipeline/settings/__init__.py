"""The shape of `renewals.toml` and its validation by Pydantic: a dict in, `Settings` out. Reads no file.

Each setting is declared once, with its default and what it takes (`vendor_values`, `file_format`); `kinds` holds the
marks for what a setting takes; `validate` turns what Pydantic finds into one line; `settings_file` is the shape of the
file; `vendor_settings` is what the program uses.
"""

from pipeline.settings.file_format import CONTRACT_TABLES, FileFormat, parse_file_format
from pipeline.settings.report_columns import shown_columns
from pipeline.settings.setting_texts import PDF_ENGINES, known_locale, scheduler_address
from pipeline.settings.vendor_settings import (
    OPERATIONAL,
    REPORT_CHOICES,
    RETIRED,
    Look,
    Settings,
    parse_settings,
    retired_settings,
)
from pipeline.settings.vendor_values import DEFAULT_LIMITS, ReadLimits

__all__ = [
    "CONTRACT_TABLES",
    "DEFAULT_LIMITS",
    "OPERATIONAL",
    "PDF_ENGINES",
    "REPORT_CHOICES",
    "RETIRED",
    "FileFormat",
    "Look",
    "ReadLimits",
    "Settings",
    "known_locale",
    "parse_file_format",
    "parse_settings",
    "retired_settings",
    "scheduler_address",
    "shown_columns",
]
