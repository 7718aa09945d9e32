"""Everything a vendor can set, as the program uses it; read from the settings file and from a run's own copy."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline import rules
from pipeline.settings.file_format import FileFormat
from pipeline.settings.settings_file import PartnerChoices, SettingsFile
from pipeline.settings.validate import validated
from pipeline.settings.vendor_values import ReadLimits, VendorValues

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

RETIRED: Final = {
    "row_count_change_percent": "night_fall_percent and night_growth_percent",
    "mrr_change_percent": "night_fall_percent and night_growth_percent",
}
"""Settings of before that no longer do anything, and those that took their place (rule 14)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a partner's reports look: an accent colour (`#rrggbb`), a logo (`data:` address of a PNG), client cards."""

    brand_colour: str = ""
    logo: str = ""
    cards: bool = False


@dataclass(frozen=True, slots=True)
class Settings(VendorValues):
    """Everything a vendor can set: the single values, the exports' formats, the partners' columns and looks.

    `columns`: of a partner, as its report shows them. `looks`: of a partner, only what it chose itself.
    """

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
        """The settings as `to_json` wrote them, also in an older run: what it does not say has its default.

        Raises SettingsError for what no version wrote.
        """
        return _settings_of_run(json.loads(text))


_LOOK: Final = tuple(each.name for each in dataclasses.fields(Look))


def retired_settings(values: Mapping[str, Any]) -> list[str]:
    """One line for each setting that is still understood but no longer does anything."""
    return [
        f"setting {name!r} no longer does anything: it was replaced by {instead}. Remove it"
        for name, instead in RETIRED.items()
        if name in values
    ]


def parse_settings(values: Mapping[str, Any]) -> Settings:
    """Settings from the parsed TOML; what is not said keeps its default.

    Raises SettingsError with one line that names the setting and what it takes.
    """
    said = validated(SettingsFile, {name: value for name, value in values.items() if name not in RETIRED})
    return Settings(
        **{each.name: getattr(said, each.name) for each in dataclasses.fields(VendorValues)},
        exports=said.exports,
        columns={partner: choices.columns for partner, choices in said.partners.items()},
        look=Look(**_look(said)),
        looks={partner: look for partner, choices in said.partners.items() if (look := _look(choices))},
    )


def _look(said: SettingsFile | PartnerChoices) -> dict[str, Any]:
    return {name: getattr(said, name) for name in _LOOK if getattr(said, name) is not None}


def _settings_of_run(values: Mapping[str, Any]) -> Settings:
    """How the exports were written is taken as it stands: what is refused today must not hide a run of yesterday."""
    plain = dict(values)
    exports, columns, look, looks = (plain.pop(name, {}) for name in ("exports", "columns", "look", "looks"))
    partners: dict[str, dict[str, Any]] = {partner: {"columns": chosen} for partner, chosen in columns.items()}
    for partner, own in looks.items():
        partners.setdefault(partner, {}).update(own)
    settings = parse_settings({**plain, **look, "partners": partners})
    return dataclasses.replace(settings, exports={table: _as_written(written) for table, written in exports.items()})


def _as_written(written: dict[str, Any]) -> FileFormat:
    return FileFormat(**{**written, "columns": tuple(written.get("columns", ()))})
