"""One partner's report files, from what it may read of a run: a task that a worker process can be given."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.render.bulk_pdf import bulk_pdf
from pipeline.render.csv import report_csv
from pipeline.render.folders import partner_folder
from pipeline.render.html import report_html
from pipeline.render.load_partner_view import load_partner_view
from pipeline.render.pdf import report_pdf
from pipeline.render.report_choices import AS_DECIDED, ReportChoices
from pipeline.render.xlsx import report_xlsx
from pipeline.transform.decisions_in_effect import report_preferences
from pipeline.views.changes_since import Previous
from pipeline.views.partner_report import PartnerReport
from pipeline.warehouse import ReadableRun, compare
from pipeline.warehouse.runs import made_on
from pipeline.whole_files import write_whole

FORMATS: Final[dict[str, Callable[[PartnerReport], str | bytes]]] = {
    "html": report_html,
    "pdf": report_pdf,
    "csv": report_csv,
    "xlsx": report_xlsx,
}
"""File endings and what makes them from a view."""


def write_partner_report(
    run: ReadableRun, out_dir: Path, choices: ReportChoices = AS_DECIDED, *, previous: ReadableRun | None = None
) -> list[Path]:
    """Write a partner's report files into `out_dir/<partner's folder>`; returns their paths in order of the formats.

    `run`: what the partner may read; a held partner's report says that it is an older run (rule 14). `previous`: the
    run of the partner's previous report, for what changed since. Each file appears whole or not at all.

    Raises UsageError for a partner that the run does not know and for a choice of columns that cannot be.
    """
    with run.open() as reader:
        rows = reader.partner_rows()
    partner_id = rows.partner["partner_id"]
    news = _changes_since(previous, run) if previous else None
    view = load_partner_view(rows, choices, previous=news, held=run.held is not None)
    preferences = report_preferences(rows.decided).get(partner_id, {})
    folder = out_dir / partner_folder(partner_id, case_twin=rows.has_case_twin)
    names = tuple(choices.formats or preferences.get("formats", FORMATS))
    makers = _makers(view, names, choices.pdf_engine)
    return [write_whole(folder / f"report.{name}", makers[name](view)) for name in names]


def _changes_since(previous: ReadableRun, run: ReadableRun) -> Previous:
    return Previous(compare(previous, run), made_on(previous.run_file))


def _makers(
    view: PartnerReport, names: tuple[str, ...], pdf_engine: str
) -> dict[str, Callable[[PartnerReport], str | bytes]]:
    """What makes each file; the workbook, which is in the tagged PDF too, is made once."""
    if pdf_engine == "plutoprint":
        return FORMATS | {"pdf": bulk_pdf}
    if not {"pdf", "xlsx"} <= set(names):
        return FORMATS
    workbook = report_xlsx(view)
    return FORMATS | {"pdf": partial(report_pdf, workbook=workbook), "xlsx": lambda _: workbook}
