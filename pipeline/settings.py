"""The shape of `renewals.toml` and its validation: a dict in, `Settings` out. Reads no file and no environment."""

from __future__ import annotations

import codecs
import dataclasses
import difflib
import json
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pipeline import brand, rules
from pipeline.errors import SettingsError, UsageError

PDF_ENGINES: Final = ("weasyprint", "plutoprint")
"""What makes PDFs: the tagged one, and the fast one for bulk without tags."""

OPERATIONAL: Final = (
    "scheduler",
    "report_seconds",
    "report_mebibytes",
    "keep_runs",
    "unpacked_mebibytes",
    "most_cells",
    "most_columns",
    "workbook_mebibytes",
    "workbook_seconds",
)
"""Settings that say how work is done; no figure and no page depends on them."""

REPORT_CHOICES: Final = ("locale", "pdf_engine", "columns", "look", "looks")
"""Settings that a report may still choose when its run has been made: no figure depends on them."""

CONTRACT_TABLES: Final = (
    "partners",
    "clients",
    "contracts",
    "contract_lines",
    "contacts",
    "contract_changes",
    "app_usage",
    "consumption",
    "price_book",
    "limit_blocks",
    "fx_rates",
    "renewal_history",
)
"""What `[exports.<table>]` can be about: the names of `tables.exports.EXPORTS`, a layer above."""

RETIRED: Final = {
    "row_count_change_percent": "night_fall_percent and night_growth_percent",
    "mrr_change_percent": "night_fall_percent and night_growth_percent",
}
"""Settings of before that no longer do anything, and those that took their place (rule 14)."""

_LONGEST_SHOWN: Final = 60
_LAST_LINE: Final = 1_000_000_000
_NOT_FOR_FILES: Final = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
"""Codecs that give text, but are no encoding of a file."""

_DATE_PARTS: Final = (("%d", "%-d"), ("%m", "%-m", "%b", "%B"), ("%Y", "%y", "%-y"))
"""How a date format can give day, month and year: one of each."""
_OTHER_PARTS: Final = ("%a", "%A", "%H", "%I", "%p", "%M", "%S", "%f", "%z", "%Z", "%%")
"""What a date format may have besides: weekday, time, a percent sign."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How one export file is written. The defaults are the contract's.

    `header_row`: the line of a CSV, or the row of a sheet, on which the header stands; 0 = the first that is not blank.
    `records`: where in a JSON object the list of records stands (`data`, `result.items`).
    `short_rows`: records of a CSV may end early, missing cells are empty; else the last one is taken for half-written.
    `columns`: the names of the columns of a CSV or sheet without a header, in order; its first row is then data.
    `escape`: what stands before a quote or another mark inside a cell of a CSV, such as a backslash; "" = quotes are
    doubled. With it `\\N` is an empty cell.
    `unnamed_columns`: cells that every record of a CSV has behind those that the header names; they are called
    `column_<place>`. `odd_bytes`: the encoding of the bytes of a CSV that are not of its own; "" = it is refused.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    date_format: str = "%Y-%m-%d"
    decimal_comma: bool = False
    thousands: str = ""
    sheet: str = ""
    header_row: int = 0
    records: str = ""
    short_rows: bool = False
    columns: tuple[str, ...] = ()
    escape: str = ""
    unnamed_columns: int = 0
    odd_bytes: str = ""


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
class Look:
    """How a partner's reports look: an accent colour (`#rrggbb`), a logo (`data:` address of a PNG), client cards."""

    brand_colour: str = ""
    logo: str = ""
    cards: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a vendor can set. Units: days, percent (0 to 100), months; money in the reporting currency."""

    vendor_name: str = rules.VENDOR_NAME
    time_zone: str = rules.TIME_ZONE
    locale: str = rules.LOCALE
    window_days: int = rules.WINDOW_DAYS
    notice_days: int = rules.NOTICE_DAYS
    reporting_currency: str = rules.REPORTING_CURRENCY
    ecb_rates: bool = False
    renewal_pricing: str = rules.RENEWAL_PRICING
    uplift_percent: Decimal = rules.UPLIFT_PERCENT
    renewal_probability: Decimal = rules.RENEWAL_PROBABILITY
    late_cancellation_renewal_probability: Decimal = rules.LATE_CANCELLATION_RENEWAL_PROBABILITY
    projection_months: int = rules.PROJECTION_MONTHS
    quarantine_limit_percent: Decimal = rules.QUARANTINE_LIMIT_PERCENT
    rolling_grace_days: int = rules.ROLLING_GRACE_DAYS
    keep_runs: int = 30
    stale_after_days: int = rules.STALE_AFTER_DAYS
    compared_keys_minimum: int = rules.COMPARED_KEYS_MINIMUM
    night_fall_percent: Decimal = rules.NIGHT_FALL_PERCENT
    night_growth_percent: Decimal = rules.NIGHT_GROWTH_PERCENT
    kept_keys_percent: Decimal = rules.KEPT_KEYS_PERCENT
    key_facts_change_percent: Decimal = rules.KEY_FACTS_CHANGE_PERCENT
    column_change_percent: Decimal = rules.COLUMN_CHANGE_PERCENT
    price_change_percent: Decimal = rules.PRICE_CHANGE_PERCENT
    price_factor_low: Decimal = rules.PRICE_FACTOR_LOW
    price_factor_high: Decimal = rules.PRICE_FACTOR_HIGH
    rate_change_factor: Decimal = rules.RATE_CHANGE_FACTOR
    partner_fall_percent: Decimal = rules.PARTNER_FALL_PERCENT
    partner_fall_from_contracts: int = rules.PARTNER_FALL_FROM_CONTRACTS
    partner_gain_clients: int = rules.PARTNER_GAIN_CLIENTS
    partner_gain_percent: Decimal = rules.PARTNER_GAIN_PERCENT
    pdf_engine: str = PDF_ENGINES[0]
    scheduler: str = ""
    report_seconds: int = 900
    report_mebibytes: int = 4096
    unpacked_mebibytes: int = DEFAULT_LIMITS.unpacked_mebibytes
    most_cells: int = DEFAULT_LIMITS.cells
    most_columns: int = DEFAULT_LIMITS.columns
    workbook_mebibytes: int = DEFAULT_LIMITS.workbook_mebibytes
    workbook_seconds: int = DEFAULT_LIMITS.workbook_seconds
    exports: dict[str, FileFormat] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    look: Look = Look()
    looks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def file_format(self, table: str) -> FileFormat:
        """How the file of that export table is written."""
        return self.exports.get(table, FileFormat())

    @property
    def read_limits(self) -> ReadLimits:
        """What one export file may take."""
        return ReadLimits(
            unpacked_mebibytes=self.unpacked_mebibytes,
            cells=self.most_cells,
            columns=self.most_columns,
            workbook_mebibytes=self.workbook_mebibytes,
            workbook_seconds=self.workbook_seconds,
        )

    def partner_columns(self, partner_id: str) -> tuple[str, ...]:
        """The columns that partner's report shows, in order."""
        return self.columns.get(partner_id, rules.DEFAULT_COLUMNS)

    def partner_look(self, partner_id: str) -> Look:
        """How that partner's reports look: its own choices, then everybody's."""
        return dataclasses.replace(self.look, **self.looks.get(partner_id, {}))

    def differing_figures(self, made_with: Settings) -> list[str]:
        """The settings behind the figures whose values differ from those of a run, from which a report takes them."""
        return [
            each.name
            for each in dataclasses.fields(self)
            if each.name not in (*OPERATIONAL, *REPORT_CHOICES)
            and getattr(self, each.name) != getattr(made_with, each.name)
        ]

    def rule_values(self) -> dict[str, Any]:
        """The values that `transform.build` takes as keywords."""
        names = (
            "window_days",
            "notice_days",
            "vendor_name",
            "renewal_pricing",
            "uplift_percent",
            "reporting_currency",
        )
        return {name: getattr(self, name) for name in names}

    def finance_values(self) -> dict[str, Any]:
        """The values that `transform.build_finance` takes as keywords."""
        names = (
            "notice_days",
            "renewal_pricing",
            "uplift_percent",
            "reporting_currency",
            "renewal_probability",
            "late_cancellation_renewal_probability",
            "projection_months",
            "rolling_grace_days",
        )
        return {name: getattr(self, name) for name in names}

    def to_json(self) -> str:
        """The settings as they are copied into a run's file."""
        return json.dumps(dataclasses.asdict(self), default=str, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The settings as `to_json` wrote them.

        How the exports were written is taken as it stands: what is refused today must not hide a run of yesterday.
        """
        values = json.loads(text)
        exports = {
            table: FileFormat(**{**written, "columns": tuple(written.get("columns", ()))})
            for table, written in values.pop("exports", {}).items()
        }
        partners = {partner: {"columns": chosen} for partner, chosen in values.pop("columns").items()}
        for partner, own in values.pop("looks", {}).items():
            partners.setdefault(partner, {}).update(own)
        look = values.pop("look", {})
        return dataclasses.replace(parse_settings({**values, **look, "partners": partners}), exports=exports)


def shown_columns(chosen: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The columns a report shows for a choice: all locked ones in their order, the added ones in the chosen order.

    The primary contact stands after the communication owner, as in the article. A choice may name the added columns
    only; one that names some locked columns but not all is an attempt to remove one.

    Raises UsageError for an unknown column, a column named twice, or a locked column left out.
    """
    known = (*rules.LOCKED_COLUMNS, *rules.ADDABLE_COLUMNS)
    for name in chosen:
        if name not in known:
            raise UsageError(f"unknown column {name!r}{_did_you_mean(name, known)}. Known: {', '.join(known)}")
    for name in chosen:
        if chosen.count(name) > 1:
            raise UsageError(f"column {name!r} is named twice: name it once")
    locked = [name for name in chosen if name in rules.LOCKED_COLUMNS]
    missing = [name for name in rules.LOCKED_COLUMNS if name not in locked]
    if locked and missing:
        raise UsageError(
            f"{', '.join(missing)} cannot be removed: locked columns are always shown. "
            "Name all of them, or only the columns to add"
        )
    shown = list(rules.LOCKED_COLUMNS)
    added = [name for name in chosen if name not in rules.LOCKED_COLUMNS]
    if "primary_contact_name" in added:
        added.remove("primary_contact_name")
        shown.insert(shown.index("communication_owner") + 1, "primary_contact_name")
    return (*shown, *added)


def retired_settings(values: dict[str, Any]) -> list[str]:
    """One line for each setting that is still understood but no longer does anything."""
    return [
        f"setting {name!r} no longer does anything: it was replaced by {instead}. Remove it"
        for name, instead in RETIRED.items()
        if name in values
    ]


def parse_settings(values: dict[str, Any]) -> Settings:
    """Settings from the parsed TOML; what is not said keeps its default.

    Raises SettingsError with one line that names the setting and what it takes.
    """
    values = {name: value for name, value in values.items() if name not in RETIRED}
    plain = {name: check(name, values[name]) for name, check in _CHECKS.items() if name in values}
    unknown = sorted(set(values) - set(_CHECKS) - set(_LOOK_CHECKS) - {"exports", "partners"})
    if unknown:
        names = (*_CHECKS, *_LOOK_CHECKS, "exports", "partners")
        raise SettingsError(f"unknown setting {unknown[0]!r}{_did_you_mean(unknown[0], names)}")
    return Settings(
        **plain,
        exports={
            _contract_table(table): parse_file_format(f"exports.{table}", table_values)
            for table, table_values in _table("exports", values.get("exports", {})).items()
        },
        columns={
            partner: _partner_columns(partner, partner_values)
            for partner, partner_values in _table("partners", values.get("partners", {})).items()
        },
        look=Look(**_look("", values)),
        looks={
            partner: own
            for partner, partner_values in values.get("partners", {}).items()
            if (own := _look(f"partners.{partner}.", partner_values))
        },
    )


def _look(where: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: check(f"{where}{name}", values[name]) for name, check in _LOOK_CHECKS.items() if name in values}


def _contract_table(name: str) -> str:
    if name not in CONTRACT_TABLES:
        close = _did_you_mean(name, CONTRACT_TABLES) or f"; the contract's tables: {', '.join(CONTRACT_TABLES)}"
        raise SettingsError(f"unknown setting exports.{name}{close}")
    return name


def parse_file_format(where: str, values: Any) -> FileFormat:
    """How a file is written, from its TOML table. Raises SettingsError."""
    known = {f.name: type(f.default) for f in dataclasses.fields(FileFormat)}
    for name, value in _table(where, values).items():
        if name not in known:
            raise SettingsError(f"unknown setting {where}.{name}{_did_you_mean(name, tuple(known))}")
        if name == "columns":
            _check_columns(where, value)
        elif type(value) is not known[name]:
            raise SettingsError(f"{where}.{name} takes a {known[name].__name__}, not {_shown(value)}")
    file_format = FileFormat(**{**values, "columns": tuple(values.get("columns", ()))})
    for name in ("encoding", "odd_bytes") if file_format.odd_bytes else ("encoding",):
        _check_encoding(f"{where}.{name}", getattr(file_format, name))
    _check_date_format(where, file_format.date_format)
    _check_thousands(where, file_format)
    if not 0 <= file_format.header_row <= _LAST_LINE:
        raise SettingsError(f"{where}.header_row takes a line from 1 on, or 0 for the first that is not blank")
    if file_format.unnamed_columns < 0:
        raise SettingsError(f"{where}.unnamed_columns takes a number of columns, 0 or more")
    _check_marks(where, file_format)
    return file_format


def _check_columns(where: str, names: Any) -> None:
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise SettingsError(f"{where}.columns takes the names of the columns in order, such as ['No', 'Name']")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SettingsError(f"{where}.columns names {_shown(twice)} twice; name each column once")


def _check_marks(where: str, file_format: FileFormat) -> None:
    for name in ("delimiter", "quote", *(("escape",) if file_format.escape else ())):
        mark = getattr(file_format, name)
        if len(mark) != 1 or mark in "\0\r\n":
            raise SettingsError(f"{where}.{name} takes one character, not {_shown(mark)}")
    if file_format.delimiter == file_format.quote:
        raise SettingsError(f"{where}: delimiter and quote are the same character, {_shown(file_format.quote)}")
    if file_format.escape in (file_format.delimiter, file_format.quote):
        raise SettingsError(
            f"{where}.escape takes another character than delimiter and quote; leave it out where quotes are doubled"
        )


def _check_encoding(where: str, encoding: str) -> None:
    try:
        # Codecs that make no text of bytes (rot13, base64) refuse to encode a text, also an empty one.
        "".encode(encoding)
        codecs.getincrementaldecoder(encoding)
        if codecs.lookup(encoding).name in _NOT_FOR_FILES:
            raise LookupError
    except (LookupError, ValueError):
        raise SettingsError(f"{where}: {_shown(encoding)} is not a known encoding") from None


def _check_date_format(where: str, date_format: str) -> None:
    parts = re.findall(r"%-?.?", date_format, re.DOTALL)
    known = (*(part for group in _DATE_PARTS for part in group), *_OTHER_PARTS)
    for part in parts:
        if part not in known:
            raise SettingsError(f"{where}.date_format: {_shown(date_format)} has the unknown part {part!r}; "
                                f"known: {' '.join(known)}")  # fmt: skip
    if not all(set(group) & set(parts) for group in _DATE_PARTS):
        raise SettingsError(
            f"{where}.date_format takes how day, month and year are written, such as '%d.%m.%Y', "
            f"not {_shown(date_format)}"
        )


def _check_thousands(where: str, file_format: FileFormat) -> None:
    """Only what cannot be a part of the number itself may be dropped from it."""
    thousands, mark = file_format.thousands, "," if file_format.decimal_comma else "."
    if mark in thousands:
        other = "false" if file_format.decimal_comma else "true"
        raise SettingsError(
            f"{where}.thousands: {_shown(thousands)} is the decimal mark too; "
            f"set decimal_comma = {other} or thousands = ''"
        )
    if set(thousands) & set("0123456789+-"):
        raise SettingsError(f"{where}.thousands takes what separates groups of digits, not {_shown(thousands)}")


def _shown(value: Any) -> str:
    """A value as a message shows it: cut off where it is long; some numbers are too long to be written at all."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return "a value too long to show"
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _table(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"{where} takes a table, not {_shown(value)}")
    return value


def _partner_columns(partner: str, values: Any) -> tuple[str, ...]:
    where = f"partners.{partner}"
    unknown = sorted(set(_table(where, values)) - {"columns", *_LOOK_CHECKS})
    if unknown:
        raise SettingsError(
            f"unknown setting {where}.{unknown[0]}; a partner has: {', '.join(('columns', *_LOOK_CHECKS))}"
        )
    columns = values.get("columns", list(rules.DEFAULT_COLUMNS))
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise SettingsError(f"{where}.columns takes a list of column names")
    try:
        return shown_columns(columns)
    except UsageError as error:
        raise SettingsError(f"{where}.columns: {error}") from None


def _did_you_mean(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{name} takes a text, not {_shown(value)}")
    return value


def known_locale(name: str, value: Any) -> str:
    """The locale, when there is one of that name. Raises SettingsError that begins with the setting's `name`."""
    from babel import Locale, UnknownLocaleError

    text = _text(name, value)
    try:
        Locale.parse(text, sep="-" if "-" in text else "_")
    except (UnknownLocaleError, ValueError):
        raise SettingsError(f"{name}: {_shown(value)} is no known locale (such as 'en' or 'pt-BR')") from None
    return text


def _time_zone(name: str, value: Any) -> str:
    try:
        zoneinfo.ZoneInfo(_text(name, value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(f"{name}: {_shown(value)} is no IANA time zone (such as 'America/New_York')") from None
    return str(value)


def _currency(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in rules.minor_units():
        raise SettingsError(f"{name}: {_shown(value)} is no active ISO 4217 currency")
    return str(value)


def _pricing(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in rules.RENEWAL_PRICINGS:
        raise SettingsError(f"{name} takes one of {', '.join(rules.RENEWAL_PRICINGS)}, not {_shown(value)}")
    return str(value)


def _engine(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in PDF_ENGINES:
        raise SettingsError(f"{name} takes one of {', '.join(PDF_ENGINES)}, not {_shown(value)}")
    return str(value)


def scheduler_address(name: str, value: Any) -> str:
    """The address of a Dask scheduler, or "" for none. Raises SettingsError that begins with `name`."""
    if not isinstance(value, str) or (value and not value.startswith(("tcp://", "tls://"))):
        raise SettingsError(
            f"{name} takes the address of a Dask scheduler (such as 'tcp://host:8786'), not {_shown(value)}"
        )
    return value


def _brand(known: Callable[[str], str]) -> Any:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise SettingsError(f"{name} takes a text, not {_shown(value)}")
        try:
            return known(value) if value else ""
        except ValueError as error:
            raise SettingsError(f"{name}: {_shown(value)} {error}") from None

    return check


def _yes_or_no(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{name} takes true or false, not {_shown(value)}")
    return value


def _whole(lowest: int, highest: int) -> Any:
    def check(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise SettingsError(f"{name} takes a whole number from {lowest} to {highest}, not {_shown(value)}")
        return value

    return check


def _decimal(lowest: str, highest: str) -> Any:
    def check(name: str, value: Any) -> Decimal:
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise InvalidOperation
            number = Decimal(value if isinstance(value, int) else str(value))
            exponent = number.as_tuple().exponent
            if not Decimal(lowest) <= number <= Decimal(highest) or not isinstance(exponent, int) or exponent < -4:
                raise InvalidOperation
        except (InvalidOperation, ValueError, OverflowError):
            raise SettingsError(
                f"{name} takes a number from {lowest} to {highest} with at most 4 decimals, not {_shown(value)}"
            ) from None
        return number

    return check


_CHECKS: Final = {
    "vendor_name": _text,
    "time_zone": _time_zone,
    "locale": known_locale,
    "window_days": _whole(1, 3650),
    "notice_days": _whole(0, rules.LONGEST_NOTICE_DAYS),
    "reporting_currency": _currency,
    "ecb_rates": _yes_or_no,
    "renewal_pricing": _pricing,
    "uplift_percent": _decimal("-100", "10000"),
    "renewal_probability": _decimal("0", "1"),
    "late_cancellation_renewal_probability": _decimal("0", "1"),
    "projection_months": _whole(1, 60),
    "quarantine_limit_percent": _decimal("0", "100"),
    "rolling_grace_days": _whole(0, 365),
    "keep_runs": _whole(1, 10000),
    "stale_after_days": _whole(0, 3650),
    "compared_keys_minimum": _whole(1, 1_000_000),
    "night_fall_percent": _decimal("0", "100"),
    "night_growth_percent": _decimal("0", "100000"),
    "kept_keys_percent": _decimal("0", "100"),
    "key_facts_change_percent": _decimal("0", "100"),
    "column_change_percent": _decimal("0", "100"),
    "price_change_percent": _decimal("0", "100"),
    "price_factor_low": _decimal("0", "1"),
    "price_factor_high": _decimal("1", "1000"),
    "rate_change_factor": _decimal("1", "1000"),
    "partner_fall_percent": _decimal("0", "100"),
    "partner_fall_from_contracts": _whole(1, 1_000_000),
    "partner_gain_clients": _whole(1, 1_000_000),
    "partner_gain_percent": _decimal("0", "100"),
    "pdf_engine": _engine,
    "scheduler": scheduler_address,
    "report_seconds": _whole(1, 86400),
    "report_mebibytes": _whole(100, 1_000_000),
    "unpacked_mebibytes": _whole(1, 1_000_000),
    "most_cells": _whole(1, 100_000_000_000),
    "most_columns": _whole(1, 16_384),
    "workbook_mebibytes": _whole(256, 1_000_000),
    "workbook_seconds": _whole(1, 86400),
}

_LOOK_CHECKS: Final = {
    "brand_colour": _brand(brand.known_colour),
    "logo": _brand(brand.known_address),
    "cards": _yes_or_no,
}
"""For everybody, and under `partners` for one. The command line has put the picture where the file was named."""
