"""Finance's report files, from a run's file: page, PDF and workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pipeline.render.finance_pages import finance_html, finance_pdf
from pipeline.render.finance_xlsx import finance_xlsx
from pipeline.render.folders import partner_folder
from pipeline.settings import Settings
from pipeline.views.document import Brand
from pipeline.views.finance_report import FinanceChoices, FinanceScope, finance_report
from pipeline.warehouse import Partner, ReadableRun
from pipeline.warehouse.finance_figures import DEFAULT_MOST, Clients, Most, finance_of_run
from pipeline.warehouse.leftovers import marked
from pipeline.whole_files import write_whole

FORMATS: Final = ("html", "pdf", "xlsx")


def write_finance_report(
    run: ReadableRun,
    out_dir: Path,
    *,
    clients: Clients,
    currency: str | None = None,
    locale: str | None = None,
    chosen: Settings | None = None,
    most: Most = DEFAULT_MOST,
) -> list[Path]:
    """Write `finance.html`, `finance.pdf` and `finance.xlsx` into the folder; returns their paths.

    `run`: as finance reads it. `clients`, `currency`: of that partner's clients, of that currency only, under a name of
    its own (`report_name`). `chosen`: whose look and language the report has, instead of those of the run's settings;
    `locale` goes before. Each file appears whole or not at all. Raises what `finance_of_run` raises.
    """
    partner_id = clients.partner_id if isinstance(clients, Partner) else None
    with run.open() as reader:
        information, frames = finance_of_run(reader, clients=clients, currency=currency, most=most)
        known = reader.partner_ids()
    settings = Settings.from_json(information["settings"])
    chosen = chosen or settings
    report = finance_report(
        frames,
        run=information,
        scope=FinanceScope(partner_id, currency),
        choices=FinanceChoices(
            locale=locale or chosen.locale,
            vendor=settings.vendor_name,
            brand=Brand(chosen.look.brand_colour, chosen.look.logo),
        ),
    )
    workbook = finance_xlsx(report)
    contents: dict[str, str | bytes] = {
        "html": finance_html(report),
        "pdf": finance_pdf(report, workbook=workbook),
        "xlsx": workbook,
    }
    alike = [name for name in known if partner_id and name.lower() == partner_id.lower()]
    name = report_name(partner_id, currency, case_twin=len(alike) > 1)
    with marked(out_dir):
        return [write_whole(out_dir / f"{name}.{ending}", contents[ending]) for ending in FORMATS]


def report_name(partner_id: str | None = None, currency: str | None = None, *, case_twin: bool = False) -> str:
    """`finance`, and what a filtered report shows: it never takes the place of the one of all clients.

    Such as `finance.partner-P-01.currency-EUR`. A point is in no partner's folder name, so no two reports share a name.
    `case_twin`: as in `partner_folder`.
    """
    parts = ["finance"]
    if partner_id is not None:
        parts.append(f"partner-{partner_folder(partner_id, case_twin=case_twin)}")
    if currency is not None:
        parts.append(f"currency-{currency}")
    return ".".join(parts)
