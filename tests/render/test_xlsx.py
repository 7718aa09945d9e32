"""The workbook as a spreadsheet sees it: typed cells, formulas only where we wrote them, equal bytes."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from pipeline import rules
from pipeline.render.xlsx import report_xlsx
from pipeline.settings import shown_columns
from pipeline.views.partner_report import partner_report
from pipeline.views.partner_workbook import day_code, fits_a_cell, number_code
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data

HOSTILE = Path(__file__).parents[3] / "shared" / "cases" / "hostile"


def book_of(changes, *columns, locale="en", cached=True):
    view = partner_report(
        data.tables(changes, [data.figures()]),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns((*rules.DEFAULT_COLUMNS, *columns)), locale=locale),
    )
    return openpyxl.load_workbook(io.BytesIO(report_xlsx(view)), data_only=cached)


def test_cells_have_types_and_read_like_the_report():
    book = book_of([data.change()], "current_mrr", "mrr_change", "days_to_deadline", "subscription_term_months")
    assert book.sheetnames == ["Upcoming changes", "All columns", "Totals", "Definitions"]
    sheet = book["Upcoming changes"]
    assert [cell.value for cell in sheet[1]][-3:] == ["MRR change", "Days to deadline", "Subscription term"]
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert cells["Renewal deadline"].value == datetime.fromisoformat("2026-12-06")
    assert cells["Renewal deadline"].number_format == '[$-409]mmm" "d", "yyyy'
    assert (cells["Current MRR"].value, cells["Current MRR"].number_format) == (
        1200,
        '"USD\xa0"#,##0.00;"-USD\xa0"#,##0.00',
    )
    assert cells["MRR change"].number_format == '"+USD\xa0"#,##0.00;"-USD\xa0"#,##0.00;"USD\xa0"#,##0.00'
    assert cells["Days to deadline"].value == 13
    assert (cells["Subscription term"].value, cells["Subscription term"].number_format) == (12, '0"\xa0months"')
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:J2"


def test_totals_are_formulas_whose_values_are_there_already():
    changes = [
        data.change(1, mrr_before=Decimal("10.10"), mrr_change=Decimal("0.20")),
        data.change(
            2, mrr_before=Decimal("20.20"), status="renewed", status_basis="agreed", mrr_change=Decimal("-0.10")
        ),
        data.change(3, contract_type="email_overage", mrr_change=Decimal("5.00")),
        data.change(4, currency="JPY", mrr_before=Decimal(700), mrr_change=Decimal(0)),
    ]
    values = [[cell.value for cell in row] for row in book_of(changes)["Totals"].iter_rows(min_row=2)]
    # Changes, MRR up for renewal (renewals only), MRR at risk (the pending one), estimated change (all of them).
    assert values == [["JPY", 1, 700, 700, 0], ["USD", 3, 30.3, 10.1, 5.1]]
    formulas = [[cell.value for cell in row] for row in book_of(changes, cached=False)["Totals"].iter_rows(min_row=2)]
    assert all(str(formula).startswith("=") for row in formulas for formula in row[1:])
    assert "'All columns'" in formulas[0][1]


@pytest.mark.parametrize("locale", ["en", "de", "ja"])
def test_formulas_compute_what_is_cached(locale):
    # The criteria of the formulas are texts of the sheet: computed here over the sheet's cells, they give the totals.
    book, formulas = book_of(data.varied(30), locale=locale), book_of(data.varied(30), locale=locale, cached=False)
    everything = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    for cached, written in zip(
        book.worksheets[2].iter_rows(min_row=2, values_only=True),
        formulas.worksheets[2].iter_rows(min_row=2, values_only=True),
        strict=True,
    ):
        assert [summed(text, everything, cached[0]) for text in written[1:]] == list(cached[1:])


def summed(formula: str, rows, currency: str):
    """COUNTIF and SUMIFS of the workbook, evaluated over the rows of the sheet they point at."""
    total = Decimal(0)
    for part in formula.removeprefix("=").split("+"):
        name, _, inside = part.removesuffix(")").partition("(")
        ranges = inside.split(",")
        pairs = ranges if name == "COUNTIF" else ranges[1:]
        for row in rows:
            wanted = [
                row[place_of(where)] == (currency if what.startswith("$A") else what.strip('"'))
                for where, what in zip(pairs[::2], pairs[1::2], strict=True)
            ]
            if all(wanted):
                total += 1 if name == "COUNTIF" else Decimal(str(row[place_of(ranges[0])]))
    return total


def place_of(where: str) -> int:
    return openpyxl.utils.column_index_from_string(where.partition("!$")[2].partition("$")[0]) - 1


def test_equal_views_give_equal_bytes():
    views = [
        partner_report(
            data.tables(data.varied(9), [data.figures()]),
            partner=data.PARTNER,
            run=data.RUN,
            choices=SettledChoices(rules.DEFAULT_COLUMNS),
        )
        for _ in range(2)
    ]
    assert report_xlsx(views[0]) == report_xlsx(views[1])


def test_amounts_that_a_spreadsheet_would_round_are_text():
    book = book_of([data.change(current_mrr=Decimal("1234567890123456.7800"))], "current_mrr")
    assert book["Upcoming changes"]["G2"].value == "USD\xa01,234,567,890,123,456.78"
    assert fits_a_cell(Decimal("99999999999.9999"))
    assert not fits_a_cell(Decimal("999999999999.9999"))
    assert fits_a_cell(Decimal("0.0000"))


def test_codes_of_days_and_numbers():
    assert day_code("pt_BR") == '[$-416]dd"/"mm"/"yyyy'
    assert day_code("de") == '[$-407]dd"."mm"."yyyy'
    assert number_code(12500, "12,500") == "#,##0"
    assert number_code(1, "1 month") == '0" month"'


def test_nothing_upcoming_is_a_workbook_too():
    book = book_of([])
    assert book["Upcoming changes"].max_row == 1
    assert book["Totals"].max_row == 1


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the published cases are not here")
def test_text_is_never_a_formula_a_link_or_cut():
    payloads = (HOSTILE / "formula_payloads.txt").read_text().split("\n")
    naughty = json.loads((HOSTILE / "naughty_strings.json").read_text())
    names = [name for name in [*payloads, *naughty, "http://attacker.example/", "x" * 40_000] if name]
    changes = [data.change(n, client_name=name, website=name, change_id=f"{n:05}") for n, name in enumerate(names)]
    view = partner_report(
        data.tables(changes, [data.figures()]),
        partner=data.PARTNER | {"partner_name": "=1+1"},
        run=data.RUN,
        choices=SettledChoices(shown_columns(("website",))),
    )
    made = report_xlsx(view)
    sheet = openpyxl.load_workbook(io.BytesIO(made))["Upcoming changes"]
    shown = [row[0] for row in sheet.iter_rows(min_row=2, max_col=1)]
    assert {cell.data_type for cell in shown} == {"s"}
    assert len(shown) == len(names)
    plain = {name for name in names if name.isprintable() and len(name) < 100}
    assert plain <= {cell.value for cell in shown}
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        sheets = {name: parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/")}
    assert not [name for name in sheets if "externalLink" in name]
    assert not [name for name, text in sheets.items() if "<hyperlink" in text]
    with_formulas = [name for name, text in sheets.items() if "<f>" in text]
    assert with_formulas == ["xl/worksheets/sheet3.xml"]
