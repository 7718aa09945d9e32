"""A partner's report as a workbook: the rows and values of the other surfaces, typed, with totals as formulas."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from pipeline.views.partner_workbook import fits_a_cell, number_code

LONGEST_TEXT: Final = 32_767
"""Characters that a cell can hold."""

LONGEST_SHEET_NAME: Final = 31
WIDEST: Final = 48
NARROWEST: Final = 9
"""Widths in characters."""

TEXT_STAYS_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Row = dict[str, Any]


def report_xlsx(view: dict[str, Any]) -> bytes:
    """The report of `views.partner_report`: the chosen columns, all columns, totals by currency and definitions.

    Equal views give equal bytes: the time in the file is the view's (`dated`). An amount with more digits
    than a spreadsheet keeps is written as text.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**TEXT_STAYS_TEXT, "in_memory": True}) as book:
        _Report(book, view).write()
    return out.getvalue()


class _Report:
    """One workbook in the making; formats are made once each."""

    def __init__(self, book: Any, view: dict[str, Any]) -> None:
        self._book, self._view, self._data = book, view, view["workbook"]
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def write(self) -> None:
        view, words = self._view, self._data["words"]
        created = datetime.fromisoformat(view["dated"]).replace(tzinfo=None)
        self._book.set_properties(
            {"title": view["document_title"], "author": view["partner"]["name"], "created": created}
        )
        self._rows(self._sheet(words["changes"]), view["columns"], view["rows"])
        everything = self._sheet(words["all"])
        self._rows(everything, self._data["columns"], self._data["rows"])
        self._totals(self._sheet(words["totals"]), everything.get_name())
        self._definitions(self._sheet(words["definitions"]))

    def _sheet(self, name: str) -> Any:
        sheet = self._book.add_worksheet(name[:LONGEST_SHEET_NAME])
        if self._view["direction"] == "rtl":
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

    def _heads(self, sheet: Any, labels: list[str]) -> None:
        head = self._format(bold=True, text_wrap=True, bg_color="#0F172A", font_color="#FFFFFF")
        for column, label in enumerate(labels):
            sheet.write_string(0, column, label, head)
        sheet.freeze_panes(1, 1)

    def _rows(self, sheet: Any, columns: list[Row], rows: list[Row]) -> None:
        self._heads(sheet, [column["label"] for column in columns])
        widths = [max(NARROWEST, *(len(word) + 4 for word in column["label"].split())) for column in columns]
        for line, row in enumerate(rows, start=1):
            for place, cell in enumerate(row["cells"]):
                self._cell(sheet, line, place, columns[place], cell, row["currency"])
                widths[place] = min(WIDEST, max(widths[place], len(cell["text"]) + 2))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)

    def _cell(self, sheet: Any, line: int, place: int, column: Row, cell: Row, currency: str) -> None:
        value, kind = cell["value"], column["kind"]
        if isinstance(value, int):
            sheet.write_number(line, place, value, self._format(num_format=number_code(value, cell["text"])))
        elif value and kind == "date":
            day = date.fromisoformat(value)
            sheet.write_datetime(line, place, day, self._format(num_format=self._data["day_code"], align="left"))
        elif value and kind == "number" and fits_a_cell(Decimal(value)):
            code = self._money_code(Decimal(value), currency, column["name"] == "mrr_change")
            sheet.write_number(line, place, Decimal(value), self._format(num_format=code))
        else:
            sheet.write_string(line, place, cut(cell["text"]), self._format(align="right" if kind == "number" else ""))

    def _money_code(self, amount: Decimal, currency: str, is_change: bool) -> str:
        codes = self._data["money_codes"][currency]
        fine = "fine_" if amount != round(amount, codes["decimals"]) else ""
        code: str = codes[f"{fine}{'change' if is_change else 'plain'}"]
        return code

    def _totals(self, sheet: Any, source: str) -> None:
        """Formulas over the sheet with every column, each with its value, so that any reader shows it."""
        totals = self._view["totals"]
        self._heads(sheet, totals["labels"])
        sheet.set_column(0, len(totals["labels"]) - 1, 24)
        exact = all(fits_a_cell(Decimal(value)) for line in totals["lines"] for value in line["values"])
        exact = exact and all(_amounts_fit(row, self._data["columns"]) for row in self._data["rows"])
        for number, line in enumerate(totals["lines"], start=1):
            sheet.write_string(number, 0, line["currency"])
            for place, formula in enumerate(self._formulas(source, number + 1), start=1):
                text, value = line["texts"][place - 1], line["values"][place - 1]
                if not exact:
                    sheet.write_string(number, place, text, self._format(align="right"))
                    continue
                is_change = place == len(line["texts"])
                code = "#,##0" if place == 1 else self._money_code(Decimal(value), line["currency"], is_change)
                sheet.write_formula(number, place, formula, self._format(num_format=code), Decimal(value))

    def _formulas(self, source: str, line: int) -> list[str]:
        """Changes, MRR up for renewal, MRR at risk and estimated change of the currency in column A of that line."""
        names = [column["name"] for column in self._data["columns"]]

        def column(name: str) -> str:
            letter = xl_col_to_name(names.index(name), col_abs=True)
            quoted = source.replace("'", "''")
            return f"'{quoted}'!{letter}$2:{letter}${len(self._data['rows']) + 1}"

        currency = f"{column('currency')},$A{line}"
        renewals = f"{column('mrr_before')},{currency},{column('contract_type')},{formula_text(self._data['renewal'])}"
        risks = [f"SUMIFS({renewals},{column('status')},{formula_text(status)})" for status in self._data["at_risk"]]
        return [
            f"=COUNTIF({currency})",
            f"=SUMIFS({renewals})",
            f"={'+'.join(risks) or '0'}",
            f"=SUMIFS({column('mrr_change')},{currency})",
        ]

    def _definitions(self, sheet: Any) -> None:
        view, words = self._view, self._data["words"]
        wrapped = self._format(text_wrap=True)
        self._heads(sheet, [words["term"], words["meaning"]])
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 100)
        pairs = [
            (view["words"]["partner"], f"{view['partner']['name']} ({view['partner']['id']})"),
            (view["words"]["as_of"], view["as_of"]["text"]),
            (view["title"], view["window"]),
            *([("!", view["held"])] if view["held"] else []),
            ("MRR", view["words"]["per_month"]),
            (view["empty_cell"], view["words"]["empty_cell"]),
            *((item["term"], item["text"]) for item in view["definitions"] + view["statuses"]),
        ]
        for line, (term, meaning) in enumerate(pairs, start=1):
            sheet.write_string(line, 0, cut(term), self._format(bold=True, text_wrap=True))
            sheet.write_string(line, 1, cut(meaning), wrapped)


def _amounts_fit(row: Row, columns: list[Row]) -> bool:
    amounts = [
        cell["value"]
        for column, cell in zip(columns, row["cells"], strict=True)
        if column["kind"] == "number" and isinstance(cell["value"], str) and cell["value"]
    ]
    return all(fits_a_cell(Decimal(amount)) for amount in amounts)


def formula_text(text: str) -> str:
    """A text as a formula holds it."""
    quoted = text.replace('"', '""')
    return f'"{quoted}"'


def cut(text: str) -> str:
    """As much of a text as a cell can hold."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
