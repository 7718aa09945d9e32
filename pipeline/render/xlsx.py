"""A partner's report as a workbook: the rows and values of the other surfaces, typed, with totals as formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from pipeline.views.change_cells import Cell, Column
from pipeline.views.change_table import ChangeRow
from pipeline.views.mrr_totals import TotalsLine
from pipeline.views.partner_report import PartnerReport
from pipeline.views.partner_workbook import SheetRow, fits_a_cell, number_code

LONGEST_TEXT: Final = 32_767
"""Characters that a cell can hold."""

LONGEST_SHEET_NAME: Final = 31
WIDEST: Final = 48
NARROWEST: Final = 9
"""Widths in characters."""

TEXT_STAYS_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def report_xlsx(report: PartnerReport) -> bytes:
    """A partner's report: the chosen columns, all columns, totals by currency and definitions.

    Equal reports give equal bytes: the time in the file is the document's. An amount with more digits than a
    spreadsheet keeps is written as text.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**TEXT_STAYS_TEXT, "in_memory": True}) as book:
        _Report(book, report).write()
    return out.getvalue()


class _Report:
    """One workbook in the making; formats are made once each."""

    def __init__(self, book: Any, report: PartnerReport) -> None:
        self._book, self._report, self._data = book, report, report.workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def write(self) -> None:
        document, words = self._report.document, self._data.words
        created = datetime.fromisoformat(document.created).replace(tzinfo=None)
        self._book.set_properties({"title": document.full_title, "author": document.author, "created": created})
        self._rows(self._sheet(words["changes"]), self._report.table.columns, self._report.table.rows)
        everything = self._sheet(words["all"])
        self._rows(everything, self._data.columns, self._data.rows)
        self._totals(self._sheet(words["totals"]), everything.get_name())
        self._definitions(self._sheet(words["definitions"]))

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name[:LONGEST_SHEET_NAME])
        if self._report.document.direction == "rtl":
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"valign": "top", **properties})
        return self._formats[key]

    def _heads(self, sheet: Any, labels: Iterable[str]) -> None:
        head = self._format(bold=True, text_wrap=True, bg_color="#0F172A", font_color="#FFFFFF")
        for column, label in enumerate(labels):
            sheet.write_string(0, column, label, head)
        sheet.freeze_panes(1, 1)

    def _rows(self, sheet: Any, columns: tuple[Column, ...], rows: Sequence[ChangeRow | SheetRow]) -> None:
        self._heads(sheet, [column.label for column in columns])
        for line, row in enumerate(rows, start=1):
            for place, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
                self._cell(sheet, (line, place), column, cell, row.currency)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _width(column, [row.cells[place].text for row in rows]))
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)

    def _cell(self, sheet: Any, at: tuple[int, int], column: Column, cell: Cell, currency: str) -> None:
        value, kind = cell.value, column.kind
        if isinstance(value, int):
            sheet.write_number(*at, value, self._format(num_format=number_code(value, cell.text)))
        elif value and kind == "date":
            style = self._format(num_format=self._data.day_code, align="left")
            sheet.write_datetime(*at, date.fromisoformat(value), style)
        elif value and kind == "number" and fits_a_cell(Decimal(value)):
            code = self._data.money_codes[currency].code(Decimal(value), is_change=column.name == "mrr_change")
            sheet.write_number(*at, Decimal(value), self._format(num_format=code))
        else:
            sheet.write_string(*at, cut(cell.text), self._format(align="right" if kind == "number" else ""))

    def _totals(self, sheet: Any, source: str) -> None:
        """Formulas over the sheet with every column, each with its value, so that any reader shows it."""
        totals = self._report.totals
        self._heads(sheet, totals.labels)
        sheet.set_column(0, len(totals.labels) - 1, 24)
        exact = self._is_exact()
        for number, line in enumerate(totals.lines, start=1):
            sheet.write_string(number, 0, line.currency)
            for place, formula in enumerate(self._formulas(source, number + 1)):
                if exact:
                    style = self._format(num_format=self._total_code(line, place))
                    sheet.write_formula(number, place + 1, formula, style, Decimal(line.values[place]))
                else:
                    sheet.write_string(number, place + 1, line.texts[place], self._format(align="right"))

    def _is_exact(self) -> bool:
        """Whether a spreadsheet can count every amount of the report."""
        totals = all(fits_a_cell(Decimal(value)) for line in self._report.totals.lines for value in line.values)
        return totals and all(_amounts_fit(row, self._data.columns) for row in self._data.rows)

    def _total_code(self, line: TotalsLine, place: int) -> str:
        """The code of a total: the first one counts, the last one is a change."""
        if place == 0:
            return "#,##0"
        is_change = place == len(line.values) - 1
        return self._data.money_codes[line.currency].code(Decimal(line.values[place]), is_change=is_change)

    def _formulas(self, source: str, line: int) -> list[str]:
        """Changes, MRR up for renewal, MRR at risk and estimated change of the currency in column A of that line."""
        names = [column.name for column in self._data.columns]

        def column(name: str) -> str:
            letter = xl_col_to_name(names.index(name), col_abs=True)
            quoted = source.replace("'", "''")
            return f"'{quoted}'!{letter}$2:{letter}${len(self._data.rows) + 1}"

        currency = f"{column('currency')},$A{line}"
        renewals = f"{column('mrr_before')},{currency},{column('contract_type')},{formula_text(self._data.renewal)}"
        risks = [f"SUMIFS({renewals},{column('status')},{formula_text(status)})" for status in self._data.at_risk]
        return [
            f"=COUNTIF({currency})",
            f"=SUMIFS({renewals})",
            f"={'+'.join(risks) or '0'}",
            f"=SUMIFS({column('mrr_change')},{currency})",
        ]

    def _definitions(self, sheet: Any) -> None:
        words = self._data.words
        wrapped = self._format(text_wrap=True)
        self._heads(sheet, [words["term"], words["meaning"]])
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 100)
        for line, (term, meaning) in enumerate(self._explanations(), start=1):
            sheet.write_string(line, 0, cut(term), self._format(bold=True, text_wrap=True))
            sheet.write_string(line, 1, cut(meaning), wrapped)

    def _explanations(self) -> Iterator[tuple[str, str]]:
        """Whose report it is, of which day, and what everything means."""
        report, cover, words = self._report, self._report.cover, self._report.words.page
        yield words["partner"], f"{cover.partner_name} ({cover.partner_id})"
        yield words["as_of"], cover.as_of.text
        yield report.document.title, cover.window
        if cover.held:
            yield "!", cover.held
        yield "MRR", words["per_month"]
        yield report.empty_cell, words["empty_cell"]
        for item in (*report.definitions, *report.statuses):
            yield item.term, item.text


def _width(column: Column, texts: list[str]) -> int:
    """The width of a column in characters: of its longest text, within limits, and of the words of its label."""
    words = max(NARROWEST, *(len(word) + 4 for word in column.label.split()))
    return min(WIDEST, max([words, *(len(text) + 2 for text in texts)])) if texts else words


def _amounts_fit(row: SheetRow, columns: tuple[Column, ...]) -> bool:
    amounts = [
        cell.value
        for column, cell in zip(columns, row.cells, strict=True)
        if column.kind == "number" and isinstance(cell.value, str) and cell.value
    ]
    return all(fits_a_cell(Decimal(amount)) for amount in amounts)


def formula_text(text: str) -> str:
    """A text as a formula holds it."""
    quoted = text.replace('"', '""')
    return f'"{quoted}"'


def cut(text: str) -> str:
    """As much of a text as a cell can hold."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
