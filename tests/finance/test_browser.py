"""finance.html in headless Chromium, opened from disk: filters, sums, sorting, from a bar to its contracts, CSV."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from pipeline.render.finance_pages import finance_html
from pipeline.views.finance_report import finance_report
from tests.finance.book import amount, write_run
from tests.finance.test_report import small_export
from tests.reading import finance_of_run
from tests.render.test_browser import AXE, CHROMIUM, OFFLINE, playwright

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def page(book, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "finance.html"
    file.write_text(book.html)
    with playwright.sync_playwright() as manager:
        started = manager.chromium.launch(executable_path=CHROMIUM, args=OFFLINE, chromium_sandbox=False)
        opened = started.new_page()
        wrong: list[str] = []
        opened.on("console", lambda message: wrong.append(message.text))
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("request", lambda request: wrong.append(request.url) if request.url != file.as_uri() else None)
        opened.goto(file.as_uri())
        yield opened
        assert wrong == []
        started.close()


@pytest.fixture(autouse=True)
def clean(page):
    page.click("#clear")


def column(page, table: str, name: str) -> list[str]:
    return page.locator(f"#{table} tbody td.c-{name}").all_inner_texts()


def test_the_filter_by_currency_narrows_tables_and_sections(page):
    page.select_option("#currency", "EUR")
    assert set(column(page, "contracts", "currency")) == {"EUR"}
    assert set(column(page, "partners", "currency")) == {"EUR"}
    shown = page.locator(".of-currency:visible").evaluate_all("all => all.map((each) => each.dataset.currency)")
    assert shown == ["EUR"]


def test_the_filter_by_partner_narrows_tables_and_says_that_charts_stay(page, book):
    page.select_option("#partner", "=p0")
    mine = book.sql("SELECT contract_id FROM mrr_bridge WHERE partner_id = 'p0'")["contract_id"].to_list()
    assert sorted(column(page, "contracts", "contract")) == sorted(mine)
    assert page.locator("#partner-note").is_visible()
    page.select_option("#partner", "-")
    assert set(column(page, "contracts", "partner")) == {"No partner"}


def test_the_sums_under_the_contracts_are_those_of_the_rows_shown(page, book):
    page.select_option("#partner", "=p0")
    page.select_option("#currency", "EUR")
    said = page.locator("#contracts").locator("xpath=../following-sibling::div[1]").inner_text()
    sums = book.sql(
        "SELECT sum(current_mrr), sum(contracted_mrr), sum(expected_mrr), sum(full_mrr) FROM mrr_bridge "
        "WHERE partner_id = 'p0' AND currency = 'EUR'"
    ).row(0)
    labels = ("Current MRR", "Contracted MRR", "Expected MRR", "Upside MRR")
    assert said.split(": ")[1] == " · ".join(
        f"{label} EUR\xa0{value:,.2f}" for label, value in zip(labels, sums, strict=True)
    )


def test_a_bar_leads_to_its_contracts(page):
    section = page.locator(".of-currency[data-currency=USD]")
    section.locator("tr[data-bar=change_churn] button").click()
    assert page.locator("#currency").input_value() == "USD"
    churn = [amount(text)[1] for text in column(page, "contracts", "change-churn")]
    assert churn
    assert all(value < 0 for value in churn)
    bar = section.locator("tr[data-bar=change_churn] td").nth(1).inner_text()
    assert sum(churn, Decimal(0)) == amount(bar)[1]
    page.locator(".bar-note button").click()
    assert len(column(page, "contracts", "change-churn")) > len(churn)


def test_sorting_compares_amounts_within_a_currency(page):
    page.locator("#contracts th", has_text="Current MRR").locator("button").click()
    amounts = [amount(text) for text in column(page, "contracts", "current-mrr")]
    assert amounts == sorted(amounts, key=lambda each: (each[0], -each[1]))
    assert page.locator("#contracts th[aria-sort=descending]").count() == 1


def test_search_is_blind_to_case_and_accents(page):
    page.fill("#search", "zoe angstrom")
    found = list(zip(column(page, "contracts", "client"), column(page, "contracts", "partner"), strict=True))
    assert found
    assert all("Zoë Ångström" in pair for pair in found)


def test_saving_guards_against_formulas(page):
    page.fill("#search", "calc")
    with page.expect_download() as started:
        page.locator("#contracts").locator("xpath=../preceding-sibling::div[1]").locator(
            "button", has_text="CSV"
        ).click()
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_text())))
    assert rows
    assert {row["Client"] for row in rows} <= {"'=cmd|' /C calc'!A0"}
    assert started.value.suggested_filename == "finance-2026-11-23-contracts.csv"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, tmp_path, scheme):
    run, frames = finance_of_run(write_run(tmp_path / "run.duckdb", small_export(currency="EUR")))
    small = tmp_path / "small.html"
    small.write_text(finance_html(finance_report(frames, run=run)))
    tab = page.context.browser.new_page(color_scheme=scheme)
    tab.goto(small.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    tab.evaluate(AXE.read_text())
    found = tab.evaluate("axe.run().then((result) => result.violations)")
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"][:200], each["nodes"][0]["failureSummary"]) for each in serious] == []
    tab.close()
