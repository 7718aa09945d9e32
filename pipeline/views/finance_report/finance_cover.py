"""The cover of finance's report: what it is about, whose look it has, of which day, run and period it speaks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipeline import rules
from pipeline.transform.projection.months import last_day
from pipeline.views import terms
from pipeline.views.document import Brand, Day
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.finance_cells import Row
from pipeline.views.locale_formats import Formats, formats_for


@dataclass(frozen=True, slots=True)
class FinanceScope:
    """What a report is about: the clients of a partner, one currency; None for all."""

    partner_id: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class FinanceChoices:
    """How a report looks: its language, the vendor who signs it, and a brand."""

    locale: str = "en"
    vendor: str = rules.VENDOR_NAME
    brand: Brand = field(default_factory=Brand)


@dataclass(frozen=True, slots=True)
class FinanceCover:
    """Whose figures they are, of which day and run, and over which period. `made_by` names the run on paper too."""

    vendor: str
    scope: str
    as_of: Day
    period: str
    run_id: str
    made_at: str
    made_by: str


def finance_cover(partner: pl.DataFrame, run: Row, scope: FinanceScope, choices: FinanceChoices) -> FinanceCover:
    """The cover. `partner`: the partner of the scope, where it names one; `run`: the row of `run_info`."""
    formats = formats_for(choices.locale)
    return FinanceCover(
        vendor=choices.vendor,
        scope=_scope(partner, scope, formats),
        as_of=Day(formats.day(run["as_of"]), run["as_of"].isoformat()),
        period=_period(run, formats),
        run_id=run["run_id"],
        made_at=str(run["created_at"]),
        made_by=formats.say(terms.WORDS["made_by"], run=run["run_id"], time=run["created_at"]),
    )


def _scope(partner: pl.DataFrame, scope: FinanceScope, formats: Formats) -> str:
    parts = [formats.say(finance_words.SCOPES["all"])]
    if scope.partner_id is not None:
        parts = [f"{partner.row(0, named=True)['partner_name']} ({scope.partner_id})"]
    if scope.currency is not None:
        parts.append(formats.say(finance_words.SCOPES["currency"], currency=scope.currency))
    return " · ".join(parts)


def _period(run: Row, formats: Formats) -> str:
    last = last_projected_day(run)
    return formats.say(finance_words.SCOPES["period"], first=formats.day(run["as_of"]), last=formats.day(last))


def last_projected_day(run: Row) -> date:
    """The last day of the projection of that run."""
    settings = json.loads(run.get("settings") or "{}")
    return last_day(int(settings.get("projection_months", rules.PROJECTION_MONTHS)) - 1, as_of=run["as_of"])


def cover_facts(cover: FinanceCover, run: Row, formats: Formats) -> tuple[tuple[str, str], ...]:
    """What the workbook is about, above its summary."""
    return (
        (formats.say(finance_words.TITLE), cover.scope),
        (formats.say(terms.WORDS["as_of"]), f"{cover.as_of.text} · {cover.period}"),
        (formats.say(terms.WORDS["run"]), f"{cover.run_id} · {run['created_at']} · {run['pipeline_version']}"),
        ("MRR", formats.say(finance_words.TEXTS["note"])),
    )
