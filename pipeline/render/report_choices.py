"""What may be chosen for partners' reports, as values that a worker can be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.render.limits import DEFAULT_LIMITS, Limits
from pipeline.settings import Look, Settings


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """One report's: what is None is what the partner decided, then what the run's settings and the export say.

    `columns`: besides the locked ones, in this order. `default_locale`, `look`: instead of those of the run's settings.
    `formats`: endings of the files. `pdf_engine`: `weasyprint`, or `plutoprint` (untagged).
    """

    columns: tuple[str, ...] | None = None
    locale: str | None = None
    default_locale: str | None = None
    look: Look | None = None
    formats: tuple[str, ...] | None = None
    pdf_engine: str = "weasyprint"


AS_DECIDED: Final = ReportChoices()


@dataclass(frozen=True, slots=True)
class BatchChoices:
    """Those of many reports.

    `columns`: the choices of single partners; the others get `default_columns`, or with None what the run's settings
    say. `chosen`: whose looks and default language the reports have, instead of those of the run's settings.
    `limits`: what one report may take.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_columns: tuple[str, ...] | None = None
    chosen: Settings | None = None
    locale: str | None = None
    formats: tuple[str, ...] | None = None
    pdf_engine: str = "weasyprint"
    limits: Limits = DEFAULT_LIMITS

    def of_partner(self, partner_id: str, settings: Settings) -> ReportChoices:
        """One partner's choices. `settings`: those of the run, where there are no chosen ones."""
        chosen = self.chosen or settings
        return ReportChoices(
            columns=self.columns.get(partner_id, self.default_columns),
            locale=self.locale,
            default_locale=chosen.locale,
            look=chosen.partner_look(partner_id),
            formats=self.formats,
            pdf_engine=self.pdf_engine,
        )


ALL_AS_DECIDED: Final = BatchChoices()
