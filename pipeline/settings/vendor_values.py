"""The settings that take one value, each declared once: its name, what it takes, its default."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final

from pipeline import rules
from pipeline.settings.kinds import Number, Whole, YesOrNo
from pipeline.settings.setting_texts import (
    PDF_ENGINES,
    Currency,
    LocaleName,
    PdfEngine,
    RenewalPricing,
    SchedulerAddress,
    TimeZone,
    Words,
)

Flag = Annotated[bool, YesOrNo()]
Percent = Annotated[Decimal, Number("0", "100")]
Share = Annotated[Decimal, Number("0", "1")]


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one export file may take, so that no file fills memory or disk.

    `unpacked_mebibytes`: of a gzip file, or of a workbook's parts. `cells`: of a workbook or a Parquet or JSON file.
    `columns`: of a table, in any format. `workbook_mebibytes` and `workbook_seconds`: of the process that reads a
    workbook.
    """

    unpacked_mebibytes: int = 4096
    cells: int = 200_000_000
    columns: int = 2_000
    workbook_mebibytes: int = 1024
    workbook_seconds: int = 600


DEFAULT_LIMITS: Final = ReadLimits()


@dataclass(frozen=True, slots=True)
class VendorValues:
    """The settings that take one value. Units: days, percent (0 to 100), months; money in the reporting currency."""

    vendor_name: Words = rules.VENDOR_NAME
    time_zone: TimeZone = rules.TIME_ZONE
    locale: LocaleName = rules.LOCALE
    window_days: Annotated[int, Whole(1, 3650)] = rules.WINDOW_DAYS
    notice_days: Annotated[int, Whole(0, rules.LONGEST_NOTICE_DAYS)] = rules.NOTICE_DAYS
    reporting_currency: Currency = rules.REPORTING_CURRENCY
    ecb_rates: Flag = False
    renewal_pricing: RenewalPricing = rules.RENEWAL_PRICING
    uplift_percent: Annotated[Decimal, Number("-100", "10000")] = rules.UPLIFT_PERCENT
    renewal_probability: Share = rules.RENEWAL_PROBABILITY
    late_cancellation_renewal_probability: Share = rules.LATE_CANCELLATION_RENEWAL_PROBABILITY
    projection_months: Annotated[int, Whole(1, 60)] = rules.PROJECTION_MONTHS
    quarantine_limit_percent: Percent = rules.QUARANTINE_LIMIT_PERCENT
    rolling_grace_days: Annotated[int, Whole(0, 365)] = rules.ROLLING_GRACE_DAYS
    keep_runs: Annotated[int, Whole(1, 10000)] = 30
    stale_after_days: Annotated[int, Whole(0, 3650)] = rules.STALE_AFTER_DAYS
    compared_keys_minimum: Annotated[int, Whole(1, 1_000_000)] = rules.COMPARED_KEYS_MINIMUM
    night_fall_percent: Percent = rules.NIGHT_FALL_PERCENT
    night_growth_percent: Annotated[Decimal, Number("0", "100000")] = rules.NIGHT_GROWTH_PERCENT
    kept_keys_percent: Percent = rules.KEPT_KEYS_PERCENT
    key_facts_change_percent: Percent = rules.KEY_FACTS_CHANGE_PERCENT
    column_change_percent: Percent = rules.COLUMN_CHANGE_PERCENT
    price_change_percent: Percent = rules.PRICE_CHANGE_PERCENT
    price_factor_low: Share = rules.PRICE_FACTOR_LOW
    price_factor_high: Annotated[Decimal, Number("1", "1000")] = rules.PRICE_FACTOR_HIGH
    rate_change_factor: Annotated[Decimal, Number("1", "1000")] = rules.RATE_CHANGE_FACTOR
    partner_fall_percent: Percent = rules.PARTNER_FALL_PERCENT
    partner_fall_from_contracts: Annotated[int, Whole(1, 1_000_000)] = rules.PARTNER_FALL_FROM_CONTRACTS
    partner_gain_clients: Annotated[int, Whole(1, 1_000_000)] = rules.PARTNER_GAIN_CLIENTS
    partner_gain_percent: Percent = rules.PARTNER_GAIN_PERCENT
    pdf_engine: PdfEngine = PDF_ENGINES[0]
    scheduler: SchedulerAddress = ""
    report_seconds: Annotated[int, Whole(1, 86400)] = 900
    report_mebibytes: Annotated[int, Whole(100, 1_000_000)] = 4096
    unpacked_mebibytes: Annotated[int, Whole(1, 1_000_000)] = DEFAULT_LIMITS.unpacked_mebibytes
    most_cells: Annotated[int, Whole(1, 100_000_000_000)] = DEFAULT_LIMITS.cells
    most_columns: Annotated[int, Whole(1, 16_384)] = DEFAULT_LIMITS.columns
    workbook_mebibytes: Annotated[int, Whole(256, 1_000_000)] = DEFAULT_LIMITS.workbook_mebibytes
    workbook_seconds: Annotated[int, Whole(1, 86400)] = DEFAULT_LIMITS.workbook_seconds
