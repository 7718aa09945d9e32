"""Finance's report as a page and as a tagged PDF, from one view (`views.finance_report`)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from weasyprint import CSS

from pipeline.render.brand_colours import shades
from pipeline.render.environment import bundled_text
from pipeline.render.finance_chart_shapes import section_shapes
from pipeline.render.html import PageParts, self_contained, text_of
from pipeline.render.layout import MARGIN_MM, ColumnTexts, column_widths
from pipeline.render.pdf import paper_page, tagged_pdf
from pipeline.views.finance_report import FinanceReport
from pipeline.views.finance_report.finance_cells import FinanceColumn, FinanceRow, FinanceTable
from pipeline.views.finance_report.sections import CurrencySection
from pipeline.views.finance_report.truncation import CurrencyPaper

WIDTH_MM: Final = 297.0 - 2 * MARGIN_MM
HALF_MM, NARROW_MM, BROAD_MM = 132.0, 112.0, 153.0
TYPE_SIZE: Final = 7.0
"""Points. The PDF is A4 landscape; tables stand alone or two beside each other."""

_NARROWER: Final = ("currency",)
"""The column that a table needs only where it speaks of several currencies."""

_WIDE: Final = ("overview", "retention", "rivals", "currencies", "rates", "findings_counted")
"""The tables of all currencies that take the whole width."""


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table as paper shows it; `widths`: each column's share in percent."""

    title: str
    columns: tuple[FinanceColumn, ...]
    rows: tuple[FinanceRow, ...]
    note: str
    more: str
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A currency as paper shows it: its `tables` by name, `contracts` and `partners` with their first rows only."""

    of: CurrencySection
    tables: dict[str, PaperTable]


def finance_html(report: FinanceReport) -> str:
    """The page: readable without JavaScript, from disk, with a strict CSP."""
    parts = PageParts("finance.js", ("finance.css",), shades(report.document.brand))
    shapes = [section_shapes(section) for section in report.sections]
    text, language = _text_of_page(report), report.document.language
    return self_contained("finance.html.j2", report, text, language, parts, shapes=shapes)


def _text_of_page(report: FinanceReport) -> str:
    return text_of(
        (
            report.document,
            report.cover,
            report.words,
            report.sections,
            report.page,
            report.remarks,
            report.currency_label,
            report.definitions,
            report.page_data,
        )
    )


def finance_pdf(report: FinanceReport, *, workbook: bytes) -> bytes:
    """The PDF, with the workbook inside. Equal reports and workbooks give equal bytes."""
    page = paper_page(
        "finance.pdf.j2",
        report,
        report.document.language,
        margin_mm=MARGIN_MM,
        shapes=[section_shapes(section) for section in report.sections],
        brand=shades(report.document.brand),
        wide={name: _laid_out(report.page[name], WIDTH_MM, ()) for name in _WIDE},
        sections=[_section(section, report.paper.by_currency[section.currency]) for section in report.sections],
        findings=_laid_out(report.paper.findings, WIDTH_MM, ()),
    )
    with _without_collecting():
        return tagged_pdf(page, report.document, workbook=workbook, name="finance.xlsx", styles=(_style(),))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """WeasyPrint's boxes all live until the end: looking through them for garbage takes a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@cache
def _style() -> CSS:
    return CSS(string=bundled_text("finance.pdf.css"), base_url=None)


def _section(section: CurrencySection, listed: CurrencyPaper) -> PaperSection:
    wide = (section.statuses, section.wall, section.movements, listed.contracts, listed.partners)
    beside = ((section.bridge, NARROW_MM), (section.scenarios, BROAD_MM), (section.clients, HALF_MM))
    tables = [*((table, WIDTH_MM) for table in wide), *beside]
    return PaperSection(section, {table.name: _laid_out(table, width, _NARROWER) for table, width in tables})


def _laid_out(table: FinanceTable, width_mm: float, skip: tuple[str, ...]) -> PaperTable:
    """The table without the columns of `skip`, and the widths of the others."""
    places = [place for place, column in enumerate(table.columns) if column.name not in skip]
    columns = tuple(table.columns[place] for place in places)
    rows = tuple(replace(row, cells=tuple(row.cells[place] for place in places)) for row in table.rows)
    texts = [_column_texts(column, place, rows) for place, column in enumerate(columns)]
    widths = column_widths(texts, width_mm=width_mm, type_size=TYPE_SIZE)
    return PaperTable(table.title, columns, rows, table.note, table.more, widths)


def _column_texts(column: FinanceColumn, place: int, rows: tuple[FinanceRow, ...]) -> ColumnTexts:
    kind = "text" if column.kind in ("name", "id") else column.kind
    return ColumnTexts(column.name, column.label, kind, frozenset(row.cells[place].text for row in rows))
