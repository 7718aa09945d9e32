"""Finance's report as a page and as a tagged PDF, from one view (`views.finance_report`)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from weasyprint import CSS

from pipeline.render.brand_colours import shades
from pipeline.render.environment import bundled_text
from pipeline.render.finance_chart_shapes import section_shapes
from pipeline.render.html import self_contained
from pipeline.render.layout import MARGIN_MM, column_widths
from pipeline.render.pdf import paper_page, tagged_pdf

WIDTH_MM: Final = 297.0 - 2 * MARGIN_MM
HALF_MM, NARROW_MM, BROAD_MM = 132.0, 112.0, 153.0
TYPE_SIZE: Final = 7.0
"""Points. The PDF is A4 landscape; tables stand alone or two beside each other."""

_NARROWER: Final = ("currency",)
"""The column that a table needs only where it speaks of several currencies."""


def finance_html(view: dict[str, Any]) -> str:
    """The page: readable without JavaScript, from disk, with a strict CSP."""
    return self_contained(
        "finance.html.j2",
        view,
        styles=("finance.css",),
        script="finance.js",
        shapes=[section_shapes(section) for section in view["sections"]],
        brand=shades(view),
    )


def finance_pdf(view: dict[str, Any], *, workbook: bytes) -> bytes:
    """The PDF, with the workbook inside. Equal views and workbooks give equal bytes."""
    page = paper_page(
        "finance.pdf.j2",
        view,
        margin_mm=MARGIN_MM,
        shapes=[section_shapes(section) for section in view["sections"]],
        brand=shades(view),
        wide=_laid_out(view["page"], WIDTH_MM, ()),
        sections=[_section(section, view["paper"]["by_currency"][section["currency"]]) for section in view["sections"]],
        findings=_table(view["paper"]["findings"], WIDTH_MM, ()),
    )  # fmt: skip
    with _without_collecting():
        return tagged_pdf(page, view, workbook=workbook, name="finance.xlsx", styles=(_style(),))


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


def _section(section: dict[str, Any], listed: dict[str, Any]) -> dict[str, Any]:
    wide = {name: section[name] for name in ("statuses", "wall", "movements")} | {
        f"{name}_listed": table for name, table in listed.items()
    }
    beside = {"bridge": NARROW_MM, "scenarios": BROAD_MM, "clients": HALF_MM}
    return {
        **section,
        **_laid_out(wide, WIDTH_MM, _NARROWER),
        **{name: _table(section[name], width, _NARROWER) for name, width in beside.items()},
    }


def _laid_out(tables: dict[str, Any], width_mm: float, skip: tuple[str, ...]) -> dict[str, Any]:
    long = ("contracts", "lines", "partners", "findings", "tie_out")
    return {name: _table(table, width_mm, skip) for name, table in tables.items() if name not in long}


def _table(table: dict[str, Any], width_mm: float, skip: tuple[str, ...]) -> dict[str, Any]:
    """The table without the columns of `skip`, and the widths of the others."""
    places = [place for place, column in enumerate(table["columns"]) if column["name"] not in skip]
    columns = [table["columns"][place] for place in places]
    rows = [{**row, "cells": [row["cells"][place] for place in places]} for row in table["rows"]]
    texts = [{**column, "kind": "text" if column["kind"] in ("name", "id") else column["kind"]} for column in columns]
    widths = column_widths(texts, rows, width_mm=width_mm, type_size=TYPE_SIZE)
    return {**table, "columns": columns, "rows": rows, "widths": widths}
