"""One partner's report files, from a run's file: a task of ids and paths that a worker process can be given."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.render.bulk_pdf import bulk_pdf
from pipeline.render.csv import report_csv
from pipeline.render.folders import partner_folder
from pipeline.render.html import report_html
from pipeline.render.load_partner_view import has_case_twin, partner_view
from pipeline.render.pdf import report_pdf
from pipeline.render.xlsx import report_xlsx
from pipeline.settings import Look
from pipeline.transform.decisions_in_effect import EndedPairs, report_preferences
from pipeline.views.changes_since import Previous
from pipeline.views.partner_report import PartnerReport
from pipeline.warehouse import compare, open_run
from pipeline.warehouse.runs import settings_of
from pipeline.warehouse.table_queries import decisions_used
from pipeline.whole_files import write_whole

FORMATS: Final[dict[str, Callable[[PartnerReport], str | bytes]]] = {
    "html": report_html,
    "pdf": report_pdf,
    "csv": report_csv,
    "xlsx": report_xlsx,
}
"""File endings and what makes them from a view."""


def write_partner_report(
    run_file: Path,
    partner_id: str,
    out_dir: Path,
    *,
    columns: tuple[str, ...] | None = None,
    locale: str | None = None,
    default_locale: str | None = None,
    look: Look | None = None,
    formats: tuple[str, ...] | None = None,
    ended: EndedPairs = frozenset(),
    pdf_engine: str = "weasyprint",
    previous: Path | None = None,
    held: bool = False,
) -> list[Path]:
    """Write that partner's report files into `out_dir/<partner's folder>`; returns their paths in order of `formats`.

    `columns`, `locale` and `formats` default to what the partner had decided when the run was made, then to what the
    run's settings and the export say of it, then to the run's. `look`, `default_locale`: instead of the run's settings'
    look and language (of a partner that has none of its own). Only this partner's rows are read, and none of the
    associations it has `ended` by now. `pdf_engine`: `weasyprint`, or `plutoprint` (untagged). `previous`: the run of
    the partner's previous report, for what changed since. `held`: the partner is shown this run although there is a
    newer one (rule 14), which the report says. Each file appears whole or not at all.

    Raises UsageError for a partner that the run does not know and for a choice of columns that cannot be.
    """
    with open_run(run_file, ended=ended, finance=False) as run:
        # A file that this process has open already is opened again in no time.
        decided = decisions_used(run_file, partner_id=partner_id)
        view = partner_view(
            run,
            partner_id,
            decided=decided,
            columns=columns,
            locale=locale,
            default_locale=default_locale,
            look=look,
            previous=_news(previous, run_file, partner_id, ended) if previous else None,
            held=held,
        )
        twin = has_case_twin(run, partner_id)
    preferences = report_preferences(decided).get(partner_id, {})
    folder = out_dir / partner_folder(partner_id, case_twin=twin)
    names = tuple(formats or preferences.get("formats", FORMATS))
    makers = _makers(view, names, pdf_engine)
    return [write_whole(folder / f"report.{name}", makers[name](view)) for name in names]


def _news(previous: Path, run_file: Path, partner_id: str, ended: EndedPairs) -> Previous:
    with open_run(previous) as con:
        _, since = settings_of(con)
    return Previous(compare(previous, run_file, partner_id=partner_id, ended=ended), since)


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
