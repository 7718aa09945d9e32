"""Workbook worked out by LibreOffice = PDF = HTML = DuckDB = plain fractions, difference 0, in five currencies."""

from __future__ import annotations

import io
import re
import shutil
from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest

from pipeline import rules
from tests import oracle, oracle_projection
from tests.finance.book import AMOUNT, AS_OF, Page, amount, bridge_of_page, pdf_words, write_run
from tests.reading import write_finance_report
from tests.strategies import CURRENCIES

LABELS = {
    "current_mrr": "Current MRR",
    "change_new": "New contracts",
    "change_price": "Price",
    "change_discount": "Ending discounts",
    "change_limits": "Higher limits",
    "change_quote": "Vendor’s quote",
    "change_churn": "Churn",
    "settled_mrr": "MRR after settled changes",
    "pending_contracted": "Pending, not yet agreed: contracted",
    "contracted_mrr": "Contracted MRR",
    "pending_expected": "Pending, not yet agreed: expected",
    "expected_mrr": "Expected MRR",
    "pending_full": "Pending, not yet agreed: upside",
    "full_mrr": "Upside MRR",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SCENARIOS = {"Contracted": "contracted", "Expected": "expected", "Upside": "full"}
MOVEMENTS = ("opening", "new", "expansion", "contraction", "churn", "closing")


def exact(number: float | int, currency: str) -> Decimal:
    """A spreadsheet's number to the currency's minor unit; it may be off by what a binary float is, and no more."""
    shown = round(Decimal(repr(number)), rules.minor_units()[currency])
    assert abs(Decimal(repr(number)) - shown) < Decimal("1e-6")
    return shown


def rows_of(book: openpyxl.Workbook, sheet: str) -> list[dict]:
    lines = list(book[sheet].iter_rows(values_only=True))
    start = next(place for place, line in enumerate(lines) if "Currency" in line)
    return [dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :]]


@pytest.fixture(scope="module")
def bars(book) -> dict[tuple[str, str], Decimal]:
    """(currency, bar) → what DuckDB adds up."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in LABELS)
    frame = book.sql(f"SELECT currency, {sums} FROM mrr_bridge GROUP BY currency")
    return {(row["currency"], name): row[name] for row in frame.to_dicts() for name in LABELS}


@pytest.fixture(scope="module")
def reference(book):
    """(currency, scenario, first day of the month) → movements, by the plain-Python reading of the rules."""
    probabilities = {
        (row["subscription_term_months"], row["currency"]): row["renewal_probability"]
        for row in book.sql("FROM renewal_rates").to_dicts()
    }
    by_partner = oracle_projection.mrr_projection(book.exports, as_of=AS_OF, probabilities=probabilities)
    sums = defaultdict(oracle_projection.Movement)
    for (_, currency, scenario, month), moved in by_partner.items():
        sums[currency, scenario, month].add(moved)
    return sums


def test_the_book_says_something(bars):
    assert {currency for currency, _ in bars} == set(CURRENCIES)
    assert all(any(bars[currency, name] for currency in CURRENCIES) for name in LABELS)


def test_the_bridge_of_the_workbook(recalculated, bars):
    names = {label: name for name, label in LABELS.items()}
    found = {
        (row["Currency"], names[row["Cause"]]): exact(row["Amount"], row["Currency"])
        for row in rows_of(recalculated, "Bridge")
    }
    assert found == bars


def test_the_bridge_of_the_page(book, bars):
    shown = bridge_of_page(book.html)
    assert {key: amounts[0] for key, amounts in shown.items()} == {key: (key[0], value) for key, value in bars.items()}


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_bridge_of_the_pdf(book, bars):
    words = pdf_words(book.pdf)
    lines = "".join(f" {re.escape(label)} ({AMOUNT.pattern})(?: (?:{AMOUNT.pattern}|–))?" for label in LABELS.values())
    for currency in CURRENCIES:
        found = re.search(f"Cause Amount(?: In USD)?{lines}", words[words.index(f"MRR in {currency} Current MRR") :])
        assert found, currency
        shown = [amount(text) for text in found.groups() if text and AMOUNT.fullmatch(text)]
        assert shown == [(currency, bars[currency, name]) for name in LABELS]


def test_the_bridge_of_the_reference(bars, reference):
    last = max(month for _, _, month in reference)
    for currency in CURRENCIES:
        for scenario in rules.SCENARIOS:
            assert reference[currency, scenario, last].closing == Fraction(bars[currency, f"{scenario}_mrr"])


def test_current_mrr_of_the_reference(book, bars):
    sums = dict.fromkeys(CURRENCIES, Fraction(0))
    for row in oracle.contract_mrr(book.exports, as_of=AS_OF):
        sums[row["currency"]] += Fraction(row["current_mrr"])
    assert sums == {currency: Fraction(bars[currency, "current_mrr"]) for currency in CURRENCIES}


def test_every_month_of_the_workbook(recalculated, reference):
    rows = rows_of(recalculated, "Projection")
    assert len(rows) == len(CURRENCIES) * 3 * 12
    for row in rows:
        month: datetime = row["Month"]
        expected = reference[row["Currency"], SCENARIOS[row["Scenario"]], month.date()]
        for name in MOVEMENTS:
            assert Fraction(exact(row[name.capitalize()], row["Currency"])) == getattr(expected, name), (row, name)


def test_every_month_of_the_page(book, reference):
    seen = 0
    heads: list[str] = []
    for _, section, cells in Page(book.html).rows:
        if cells[0] == "Month":
            heads = cells
        elif heads[1:4] == ["Contracted", "Expected", "Interval from"] and len(cells) == len(heads):
            name, year = cells[0].split()
            month = date(int(year), MONTHS.index(name) + 1, 1)
            for scenario, text in zip(rules.SCENARIOS, (cells[1], cells[2], cells[5]), strict=True):
                currency, value = amount(text)
                assert currency == section["data-currency"]
                assert Fraction(value) == reference[currency, scenario, month].closing
                seen += 1
        else:
            heads = heads if cells[0] != "Scenario" else []
    assert seen == len(CURRENCIES) * 3 * 12


def test_every_formula_gives_the_value_that_was_written_beside_it(book, recalculated):
    written = openpyxl.load_workbook(io.BytesIO(book.xlsx), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(book.xlsx))
    compared = 0
    for sheet in formulas:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    before, after = (other[sheet.title][cell.coordinate].value for other in (written, recalculated))
                    assert before == pytest.approx(after, abs=1e-6), (sheet.title, cell.coordinate, cell.value)
                    compared += 1
    assert compared > 1000


def test_every_difference_of_the_tie_out_is_0(book, recalculated):
    rows = rows_of(recalculated, "Tie-out")
    assert len(rows) == len(CURRENCIES) * 21
    assert [row for row in rows if row["Difference"] != 0] == []
    assert f"Tie-out: All {len(rows)} differences are 0." in "".join(Page(book.html).texts)


def test_converted_amounts_are_native_ones_at_the_rate_beside_them(book, bars):
    rates = {row["currency"]: row["fx_rate"] for row in book.sql("FROM currency_rates").to_dicts()}
    assert rates["CLF"] is None
    for (currency, name), amounts in bridge_of_page(book.html).items():
        if currency == "USD" or rates[currency] is None:
            assert len(amounts) == 1
            continue
        exactly = Fraction(bars[currency, name]) * Fraction(rates[currency])
        cents = int(abs(exactly) * 100 + Fraction(1, 2)) * (1 if exactly > 0 else -1)
        assert amounts[1] == ("USD", Decimal(cents) / 100)


def test_a_table_that_does_not_tie_is_shown_on_every_surface(book, tmp_path):
    from pipeline.warehouse import create_run_file

    run_file = write_run(tmp_path / "broken.duckdb", book.exports)
    with create_run_file(run_file) as con:
        con.execute("UPDATE retention SET opening = opening + 1 WHERE currency = 'EUR' AND scenario = 'contracted'")
    page, pdf, workbook = write_finance_report(run_file, tmp_path, currency="EUR")
    assert 'class="note not-tied"' in page.read_text()
    assert re.search("[1-9]\\d* of 21 differences are not 0", pdf_words(pdf.read_bytes()))
    differences = [row["Difference"] for row in rows_of(openpyxl.load_workbook(workbook, data_only=True), "Tie-out")]
    assert any(differences)
