"""The shape of the settings file: its single values, and its tables of exports and partners."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pipeline import rules
from pipeline.errors import UsageError
from pipeline.settings.file_format import CONTRACT_TABLES, UsableFormat
from pipeline.settings.kinds import KnownNames, Texts
from pipeline.settings.report_columns import shown_columns
from pipeline.settings.setting_texts import Colour, Logo
from pipeline.settings.validate import CLOSED
from pipeline.settings.vendor_values import Flag, VendorValues


def _report_columns(chosen: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return shown_columns(chosen)
    except UsageError as error:
        raise ValueError(f": {error}") from None


@dataclass(frozen=True, slots=True)
class PartnerChoices:
    """`[partners.<partner_id>]`: a partner's own columns and look; None = it has chosen nothing."""

    __pydantic_config__: ClassVar[Any] = CLOSED

    columns: Annotated[tuple[str, ...], Texts("a list of column names", _report_columns)] = rules.DEFAULT_COLUMNS
    brand_colour: Colour | None = None
    logo: Logo | None = None
    cards: Flag | None = None


@dataclass(frozen=True, slots=True)
class SettingsFile(VendorValues):
    """What a settings file can say. The command line has put each logo's picture where its file was named."""

    __pydantic_config__: ClassVar[Any] = CLOSED

    brand_colour: Colour = ""
    logo: Logo = ""
    cards: Flag = False
    exports: Annotated[dict[str, UsableFormat], KnownNames(CONTRACT_TABLES)] = field(default_factory=dict)
    partners: dict[str, PartnerChoices] = field(default_factory=dict)
