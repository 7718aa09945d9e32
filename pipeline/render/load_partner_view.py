"""The view of one partner's report, from the partner's rows of a run: what every kind of report file is made from."""

from __future__ import annotations

from pipeline.render.report_choices import AS_DECIDED, ReportChoices
from pipeline.settings import shown_columns
from pipeline.transform.decisions_in_effect import partner_columns, report_preferences
from pipeline.views.changes_since import Previous
from pipeline.views.document import Brand
from pipeline.views.partner_report import PartnerReport, partner_report
from pipeline.views.report_inputs import DEFAULT_ORDER, SettledChoices
from pipeline.warehouse.partner_rows import PartnerRows


def load_partner_view(
    rows: PartnerRows,
    choices: ReportChoices = AS_DECIDED,
    *,
    previous: Previous | None = None,
    held: bool = False,
) -> PartnerReport:
    """`views.partner_report` of that partner, from its rows only.

    Columns and locale default to what the partner had decided by the run (`tables.decision_events`), then to what the
    run's settings and the export say of it, then to the run's. `previous`: the partner's previous report. `held`: the
    partner is shown this run although there is a newer one (rule 14).

    Raises UsageError for a choice of columns that cannot be.
    """
    settled = _settled(rows, choices)
    return partner_report(
        rows.tables, partner=rows.partner, run=rows.run, choices=settled, previous=previous, held=held
    )


def _settled(rows: PartnerRows, choices: ReportChoices) -> SettledChoices:
    partner_id, settings = rows.partner["partner_id"], rows.settings
    preferences = report_preferences(rows.decided).get(partner_id, {})
    own_columns = choices.columns or partner_columns(rows.decided).get(partner_id)
    look = choices.look or settings.partner_look(partner_id)
    default_locale = rows.partner["locale"] or choices.default_locale or settings.locale
    return SettledChoices(
        columns=settings.partner_columns(partner_id) if own_columns is None else shown_columns(own_columns),
        locale=choices.locale or preferences.get("locale") or default_locale,
        order=preferences.get("order", DEFAULT_ORDER[0]),
        cards=look.cards,
        brand=Brand(look.brand_colour, look.logo),
    )
