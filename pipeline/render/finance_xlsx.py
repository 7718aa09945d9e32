"""Finance's workbook, for people who check numbers: typed cells, totals as formulas with their values, a tie-out sheet.

Every text is written as text, so that none of the export can be a formula; the formulas are made here, from the terms
of `views.finance_report.finance_workbook`, and hold nothing but addresses, labels of ours and days.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from pipeline.render.xlsx import LONGEST_SHEET_NAME, TEXT_STAYS_TEXT, cut, formula_text
from pipeline.views.document import Document
from pipeline.views.finance_report import FinanceReport
from pipeline.views.finance_report.finance_cells import FinanceCell, FinanceColumn, FinanceRow, Formula
from pipeline.views.finance_report.finance_workbook import FinanceWorkbook, Sheet
from pipeline.views.partner_workbook import fits_a_cell

WIDEST: Final = 44
NARROWEST: Final = 10
ROWS_MEASURED: Final = 300
"""Rows by which a column's width is chosen."""

MONEY: Final = ("money", "change")
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "total": {"bold": True, "top": 1, "top_color": "#64748B"},
    "pending": {"bg_color": "#FEF3C7"},
    "rest": {"italic": True},
    "wrong": {"bg_color": "#FEE2E2", "bold": True},
}


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a cell stands: its sheet, row of the table, and line and column on the sheet, counted from 0."""

    sheet: Sheet
    row: FinanceRow
    line: int
    place: int


def finance_xlsx(report: FinanceReport) -> bytes:
    """The workbook. Equal reports give equal bytes: the time in it is the run's.

    An amount with more digits than a spreadsheet keeps is written as text; then no formula is, because it could not
    count it.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**TEXT_STAYS_TEXT, "in_memory": True}) as book:
        _Workbook(book, report.document, report.workbook).write()
    return out.getvalue()


class _Workbook:
    """One workbook in the making; formats are made once each, and where every sheet's columns lie is known before."""

    def __init__(self, book: Any, document: Document, data: FinanceWorkbook) -> None:
        self._book, self._document, self._data = book, document, data
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._sheets = {sheet.name: sheet for sheet in data.sheets}
        self._exact = all(
            fits_a_cell(Decimal(cell.value))
            for sheet in data.sheets
            for row in sheet.table.rows
            for cell in row.cells
            if cell.kind in MONEY and cell.value
        )

    def write(self) -> None:
        created = datetime.fromisoformat(self._document.created).replace(tzinfo=None)
        self._book.set_properties(
            {"title": self._document.full_title, "author": self._document.author, "created": created}
        )
        for sheet in self._data.sheets:
            self._sheet(sheet)

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"valign": "top", **properties})
        return self._formats[key]

    def _sheet(self, sheet: Sheet) -> None:
        page = self._page(sheet)
        top, columns, rows = _top(sheet), sheet.table.columns, sheet.table.rows
        for line, (term, text) in enumerate(sheet.facts):
            page.write_string(line, 0, cut(term), self._format(bold=True))
            page.write_string(line, 1, cut(text))
        self._heads(page, top, columns, rows)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row.cells):
                self._cell(page, _Spot(sheet, row, top + 1 + number, place), cell)
        page.autofilter(top, 0, top + max(len(rows), 1), len(columns) - 1)
        if sheet.name == "tie_out" and rows:
            self._mark_differences(page)

    def _page(self, sheet: Sheet) -> Any:
        page = self._book.add_worksheet(sheet.title[:LONGEST_SHEET_NAME])
        if self._document.direction == "rtl":
            page.right_to_left()
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(_top(sheet))
        return page

    def _heads(self, page: Any, top: int, columns: tuple[FinanceColumn, ...], rows: tuple[FinanceRow, ...]) -> None:
        head = self._format(bold=True, text_wrap=True, bg_color="#0F172A", font_color="#FFFFFF")
        for place, column in enumerate(columns):
            page.write_string(top, place, column.label, head)
            page.set_column(place, place, _width(column, place, rows))
        page.freeze_panes(top + 1, min(2, len(columns) - 1))

    def _mark_differences(self, page: Any) -> None:
        difference = self._address("tie_out", "difference")
        wrong = self._book.add_format({"bg_color": "#FEE2E2", "font_color": "#7F1D1D", "bold": True})
        page.conditional_format(difference, {"type": "cell", "criteria": "!=", "value": 0, "format": wrong})

    def _cell(self, page: Any, spot: _Spot, cell: FinanceCell) -> None:
        kind, value, look = cell.kind, cell.value, LOOKS.get(spot.row.look, {})
        if kind in ("date", "month") and value:
            code = self._data.day_code if kind == "date" else self._data.month_code
            style = self._format(num_format=code, align="left", **look)
            page.write_datetime(spot.line, spot.place, date.fromisoformat(str(value)), style)
        elif kind == "count" or (kind in (*MONEY, "share", "number") and value and fits_a_cell(Decimal(value))):
            self._number(page, spot, cell, self._format(num_format=self._code(cell), **look))
        elif kind == "text":
            long = {"text_wrap": True} if spot.sheet.name == "definitions" else {}
            page.write_string(spot.line, spot.place, cut(cell.text), self._format(**long, **look))
        else:
            page.write_string(spot.line, spot.place, cell.text, self._format(align="right", **look))

    def _number(self, page: Any, spot: _Spot, cell: FinanceCell, style: Any) -> None:
        """The number, as a formula where it has one and a spreadsheet can count everything."""
        value = Decimal(cell.value)
        if cell.formula is None or not self._exact:
            page.write_number(spot.line, spot.place, value, style)
        else:
            page.write_formula(spot.line, spot.place, f"={_Formula(self, spot).said(cell.formula)}", style, value)

    def _code(self, cell: FinanceCell) -> str:
        """Excel's code by which the number reads like its text."""
        plain = {"count": "#,##0", "share": "0.00%", "number": "General"}
        if cell.kind in plain:
            return plain[cell.kind]
        return self._data.money_codes[cell.currency].code(Decimal(cell.value), is_change=cell.kind == "change")

    # Formulas ----------------------------------------------------------------------------------------------------

    def column(self, name: str, column: str) -> str:
        """The letter of a sheet's column."""
        names = [each.name for each in self._sheets[name].table.columns]
        return str(xl_col_to_name(names.index(column)))

    def _address(self, name: str, column: str) -> str:
        """The cells of a column, without their sheet."""
        sheet, letter = self._sheets[name], self.column(name, column)
        first = _top(sheet) + 2
        return f"${letter}${first}:${letter}${first + max(len(sheet.table.rows), 1) - 1}"

    def cells(self, name: str, column: str) -> str:
        """The cells of a sheet's column, as another sheet names them."""
        title = self._sheets[name].title[:LONGEST_SHEET_NAME].replace("'", "''")
        return f"'{title}'!{self._address(name, column)}"

    def label(self, kind: str, name: str) -> str:
        """A label of ours as a text in a formula."""
        return formula_text(self._data.labels[kind][name])

    def decimals(self, currency: str) -> int:
        """Decimals of a currency; 6 for what has none, a share."""
        return self._data.money_codes[currency].decimals if currency else 6


class _Formula:
    """Turns the terms of one cell into addresses."""

    def __init__(self, book: _Workbook, spot: _Spot) -> None:
        self._book, self._sheet, self._line, self._place = book, spot.sheet, spot.line, spot.place
        self._decimals = book.decimals(spot.row.cells[spot.place].currency)

    def said(self, terms: Formula) -> str:
        """The formula without its equals sign."""
        name, *rest = terms
        return str(getattr(self, f"_{name}")(*rest))

    def _own(self, column: str) -> str:
        return f"{self._book.column(self._sheet.name, column)}{self._line + 1}"

    def _currency(self) -> str:
        return f"${self._own('currency')}"

    def _sum(self, signs: tuple[tuple[str, str], ...]) -> str:
        return "".join(f"{sign}{self._own(column)}" for sign, column in signs).removeprefix("+") or "0"

    def _ratio(self, signs: tuple[tuple[str, str], ...], whole: str) -> str:
        return f"ROUND(({self._sum(signs)})/{self._own(whole)},6)"

    def _above(self, count: int) -> str:
        first = xl_rowcol_to_cell(self._line - count, self._place)
        return f"SUM({first}:{xl_rowcol_to_cell(self._line - 1, self._place)})"

    def _times(self, one: str, other: str) -> str:
        return f"ROUND({self._own(one)}*{self._own(other)},{self._decimals})"

    def _difference(self, one: str, other: str) -> str:
        return f"ROUND({self._own(one)}-{self._own(other)},{self._decimals})"

    def _add(self, signs: tuple[tuple[str, tuple[Any, ...]], ...]) -> str:
        return "".join(f"{sign}{self.said(terms)}" for sign, terms in signs).removeprefix("+")

    def _sumifs(self, sheet: str, column: str, scenario: str, *which: tuple[str, str]) -> str:
        conditions = [f"{self._book.cells(sheet, 'currency')},{self._currency()}"]
        if scenario:
            label = self._book.label("scenarios", scenario)
            conditions.append(f"{self._book.cells(sheet, 'scenario')},{label}")
        for how, day in which:
            on = date.fromisoformat(day)
            written = f"DATE({on.year},{on.month},{on.day})"
            written = f'"<"&{written}' if how == "before" else written
            conditions.append(f"{self._book.cells(sheet, 'month')},{written}")
        return f"SUMIFS({self._book.cells(sheet, column)},{','.join(conditions)})"

    def _contracts(self, name: str) -> str:
        return self._sumifs("contracts", name, "")

    def _labelled(self, sheet: str, column: str, labels: str, name: str) -> str:
        label = self._book.label(labels, name)
        return (
            f"SUMIFS({self._book.cells(sheet, 'amount')},{self._book.cells(sheet, 'currency')},{self._currency()},"
            f"{self._book.cells(sheet, column)},{label})"
        )

    def _bar(self, name: str) -> str:
        return self._labelled("bridge", "cause", "bars", name)

    _bridge = _bar

    def _rival(self, name: str) -> str:
        return self._labelled("rivals", "figure", "rivals", name)

    def _grr(self, scenario: str) -> str:
        return self._sumifs("retention", "grr", scenario)

    def _nrr(self, scenario: str) -> str:
        return self._sumifs("retention", "nrr", scenario)


def _top(sheet: Sheet) -> int:
    """The row of the heads: below the facts and an empty row."""
    return len(sheet.facts) + 1 if sheet.facts else 0


def _width(column: FinanceColumn, place: int, rows: tuple[FinanceRow, ...]) -> float:
    words = [len(word) + 4 for word in column.label.split()]
    texts = [len(row.cells[place].text) + 2 for row in rows[:ROWS_MEASURED]]
    return 100 if column.kind == "long" else min(WIDEST, max([NARROWEST, *words, *texts]))
