"""The interactive page in headless Chromium, opened from disk as a reader would. Skipped where there is no Chromium."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from datetime import timedelta
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline import rules
from pipeline.render.csv import report_csv
from pipeline.render.html import report_html
from pipeline.settings import shown_columns
from pipeline.views.document import Brand
from pipeline.views.partner_report import PartnerReport, partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data
from tests.search_cases import CLIENT_NAMES, FOUND

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")

OFFLINE = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

LATE, SOON = data.AS_OF - timedelta(days=3), data.AS_OF + timedelta(days=9)
CHANGES = [
    data.change(
        1,
        client_name="Café Größe",
        renewal_deadline=SOON,
        current_mrr=Decimal("900.0000"),
        primary_contact_id="k1",
        mrr_change_price=Decimal("60.0000"),
        mrr_change_discount=Decimal("-9.5000"),
        email_limit=100_000,
    ),
    data.change(2, client_name="Łódź Ltd", currency="JPY", current_mrr=Decimal("100000.0000"), website=None),
    data.change(3, client_name="alpha", current_mrr=Decimal("10000.0000"), renewal_deadline=LATE, website="=1+1"),
    data.change(
        4, client_name="Beta <b>bold</b>", status="renewed", status_basis="auto_renewed", current_mrr=Decimal("25.0000")
    ),
    data.change(
        5,
        client_name="-Gamma",
        currency="JPY",
        contract_type="email_overage",
        current_mrr=Decimal("20.0000"),
        mrr_change=Decimal("-7.0000"),
    ),
]


def view_of(
    changes: list[dict[str, Any]], *columns: str, locale: str = "en", **details: list[dict[str, Any]]
) -> PartnerReport:
    return partner_report(
        data.tables(changes, [data.figures()], **details),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns((*rules.DEFAULT_COLUMNS, *columns)), locale=locale),
    )


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as manager:
        started = manager.chromium.launch(executable_path=CHROMIUM, args=OFFLINE, chromium_sandbox=False)
        yield started
        started.close()


class Page:
    """The page of a view, opened from disk; every request and every complaint of the browser is kept."""

    def __init__(self, browser: Any, folder: Path, view: PartnerReport, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.context.set_default_timeout(10_000)
        self.tab = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.path = folder / "report.html"
        self.path.write_text(report_html(view), encoding="utf-8")
        self.tab.goto(self.path.as_uri())

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.tab.eval_on_selector_all(selector, "nodes => nodes.map(node => node.textContent)")
        return found

    def heads(self) -> list[str]:
        return self.tab.eval_on_selector_all("#rows thead button", "all => all.map(each => each.firstChild.data)")

    def names(self) -> list[str]:
        return self.texts("#rows tbody td.client-name")

    def totals(self) -> list[list[str]]:
        return self.tab.eval_on_selector_all(
            "#totals tbody tr", "lines => lines.map(line => [...line.cells].map(cell => cell.textContent))"
        )

    def check(self, menu: str, label: str) -> None:
        self.tab.evaluate("menu => { document.getElementById(menu).closest('details').open = true }", menu)
        self.tab.locator(f"#{menu} label", has_text=label).first.click()
        self.tab.keyboard.press("Escape")


@pytest.fixture
def opened(browser, tmp_path):
    pages: list[Page] = []

    def open_page(view: PartnerReport | None = None, **context: Any) -> Page:
        page = Page(browser, tmp_path, view or view_of(CHANGES, "current_mrr", **data.details()), **context)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
        assert page.complaints == []
        assert page.requests == [page.path.as_uri()]


def test_the_script_shows_what_the_page_held_without_it(opened):
    view = view_of(data.varied(40), *rules.ADDABLE_COLUMNS[1:])
    with_script, without = opened(view), opened(view, java_script_enabled=False)
    cells = "#rows tbody td"
    assert with_script.texts(cells) == [cell.text for row in view.table.rows for cell in row.cells]
    read = without.tab.locator(cells).all_text_contents()
    assert read == with_script.texts(cells)
    assert without.tab.locator("#totals td").all_text_contents() == with_script.texts("#totals td")
    assert without.tab.locator("#tools").is_hidden()
    assert with_script.tab.locator("#tools").is_visible()


def test_search_is_that_of_rule_8_whatever_columns_are_shown(opened):
    # The same table of cases as `renewals table --search` and analysts' `search=` (tests/rules/test_search.py).
    page = opened(view_of([data.change(n, client_name=name) for n, name in enumerate(CLIENT_NAMES)]))
    for sought, found in FOUND:
        page.tab.fill("#search", sought)
        assert set(page.names()) == set(found), sought
        assert page.texts("#count")[0].startswith(f"{len(found)} of {len(CLIENT_NAMES)} shown")


def test_search_looks_in_the_searched_columns_and_in_no_other(opened):
    page = opened(view_of([data.change(1, primary_contact_email="ada@park.example"), data.change(2, currency="JPY")]))
    page.tab.keyboard.press("/")
    for sought in ("client1.example", "H0001", "c0001", "ADA@park"):
        page.tab.fill("#search", sought)
        assert page.names() == ["Client 0001"], sought
    page.tab.fill("#search", "park client 0002")
    assert page.names() == ["Client 0002"]
    for sought in ("jpy", "pending", "–"):
        page.tab.fill("#search", sought)
        assert page.names() == [], sought


def test_a_column_that_is_added_is_defined(opened):
    page = opened()
    page.check("columns", "Website")
    assert "Website: Domain of the client’s website." in page.texts("#definitions .added")


def test_money_sorts_within_a_currency_only_and_the_unknown_comes_last(opened):
    page = opened()
    button = page.tab.locator("th", has_text="Current MRR").locator("button")
    head = page.tab.locator("th", has_text="Current MRR")
    button.focus()
    page.tab.keyboard.press("Enter")
    # JPY 100,000 is a smaller number of dollars than it looks: it never stands among them.
    assert page.names() == ["-Gamma", "Łódź Ltd", "Beta <b>bold</b>", "Café Größe", "alpha"]
    assert head.get_attribute("aria-sort") == "ascending"
    assert "within each currency" in page.texts("#count")[0]
    page.tab.keyboard.press("Enter")
    assert page.names() == ["Łódź Ltd", "-Gamma", "alpha", "Café Größe", "Beta <b>bold</b>"]
    assert head.get_attribute("aria-sort") == "descending"
    assert page.tab.evaluate("document.activeElement.firstChild.data") == "Current MRR"
    page.check("columns", "Website")
    for _ in range(2):
        page.tab.locator("th", has_text="Website").locator("button").click()
        assert page.names()[-1] == "Łódź Ltd"
    assert page.tab.locator("[aria-sort]").count() == 1


def test_days_sort_by_the_calendar_and_names_by_the_alphabet(opened):
    page = opened()
    page.tab.locator("th", has_text="Renewal deadline").locator("button").click()
    assert page.names()[:2] == ["alpha", "Café Größe"]
    page.tab.locator("th", has_text="Client name").locator("button").click()
    assert page.names() == ["-Gamma", "alpha", "Beta <b>bold</b>", "Café Größe", "Łódź Ltd"]


def test_filters_and_totals_follow_each_other(opened):
    page = opened()
    everything = page.totals()
    # Rule 10: renewals count for the first two amounts (the overage does not), every change for the last.
    assert everything == [
        ["JPY", "2", "JPY\xa01,200", "JPY\xa01,200", "+JPY\xa043.5"],
        ["USD", "3", "USD\xa03,600.00", "USD\xa02,400.00", "+USD\xa0151.50"],
    ]
    page.check("status-filter", "Renewed (automatic)")
    assert page.names() == ["Beta <b>bold</b>"]
    assert page.totals() == [
        ["JPY", "0", "JPY\xa00", "JPY\xa00", "JPY\xa00"],
        ["USD", "1", "USD\xa01,200.00", "USD\xa00.00", "+USD\xa050.50"],
    ]
    page.check("status-filter", "Pending")
    page.check("type-filter", "Email overage")
    assert page.names() == ["-Gamma"]
    page.tab.click("#clear")
    assert page.totals() == everything


def test_amounts_of_38_digits_add_up_exactly(opened):
    huge = Decimal("9999999999999999999999999999999999.1234")
    page = opened(view_of([data.change(n, mrr_before=huge) for n in range(3)]))
    assert page.totals()[0][2] == "USD\xa029,999,999,999,999,999,999,999,999,999,999,997.3702"
    page.tab.fill("#search", "client 0001")
    assert page.totals()[0][2] == "USD\xa09,999,999,999,999,999,999,999,999,999,999,999.1234"


def test_locked_columns_stay_and_the_choice_is_remembered(opened):
    page = opened()
    locked = page.tab.locator("#columns input:disabled")
    assert locked.evaluate_all("boxes => boxes.map(box => box.name)") == list(rules.LOCKED_COLUMNS)
    assert locked.evaluate_all("boxes => boxes.every(box => box.checked)")
    page.check("columns", "Products")
    page.check("columns", "Current MRR")
    page.tab.reload()
    page.requests.pop()
    heads = page.heads()
    assert heads[-1] == "Products"
    assert "Current MRR" not in heads
    page.check("columns", "Products")
    page.tab.evaluate("document.getElementById('columns').closest('details').open = true")
    page.tab.click("#reset-columns")
    assert page.heads()[-1] == "Current MRR"


def test_a_browser_that_denies_storage_still_shows_the_page(opened, tmp_path, browser):
    page = opened()
    page.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.tab.reload()
    page.requests.pop()
    page.check("columns", "Website")
    assert page.heads()[-1] == "Website"


def test_the_panel_opens_by_key_explains_the_estimate_and_gives_the_focus_back(opened):
    page = opened()
    page.tab.locator("#rows button.open", has_text="Café").focus()
    page.tab.keyboard.press("Enter")
    panel = page.tab.locator("#panel")
    assert panel.is_visible()
    text = " ".join(panel.inner_text().split())
    for shown in (
        "Ada Park (primary contact)",
        "ada@client1.example",
        "Bo <i>Ek</i>",
        "USD 7,200",
        "12.5% before Jan 20, 2027",
        "Campaigns 1,204 Nov 21, 2026 Nov 22, 2026",
        "2,500 2,000 125% (above the limit)",
        "90,000 100,000 90%",
        "MRR before the change USD 1,200.00 Price +USD 60.00 Ending discounts -USD 9.50 Estimated new MRR USD 1,250.50",
    ):
        assert shown in text
    # Bars of 2,500 of 2,000 contacts and 90,000 of 100,000 e-mails; what they say stands beside them in words.
    bars = panel.locator(".bar[aria-hidden=true] span")
    assert bars.evaluate_all("all => all.map(bar => bar.style.width)") == ["100%", "90%"]
    assert panel.locator(".bar.over").count() == 1
    assert page.tab.evaluate("document.getElementById('panel').contains(document.activeElement)")
    page.tab.keyboard.press("Escape")
    assert panel.is_hidden()
    assert page.tab.evaluate("document.activeElement.textContent") == "Café Größe"


def test_the_saved_csv_is_the_reports_csv(opened, tmp_path):
    view = view_of(CHANGES, "current_mrr", "website", "days_to_deadline")
    page = opened(view)
    with page.tab.expect_download() as download:
        page.tab.click("#export")
    assert download.value.suggested_filename == "upcoming-renewals-2026-11-23.csv"
    saved = Path(download.value.path()).read_bytes().decode()
    assert saved == report_csv(view)
    assert "'=1+1" in saved
    page.tab.fill("#search", "alpha")
    with page.tab.expect_download() as download:
        page.tab.click("#export")
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_bytes().decode(), newline="")))
    # The same form for the rows that are shown.
    assert [row[0] for row in rows] == ["\ufeffClient name", "alpha"]
    assert rows[0] == next(csv.reader(io.StringIO(report_csv(view), newline="")))
    shown = [column.name for column in view.table.columns]
    assert [rows[1][shown.index(name)] for name in ("website", "days_to_deadline")] == ["'=1+1", "-3"]
    assert rows[1][-2:] == ["c0003", "c0003:renewal"]


ODD_CHANGES = [
    data.change(1, client_name="–", website="", email_limit=100_000, contract_id="=1+1"),
    data.change(2, client_name="\ttab", products='Say "hi",\nthen', currency="JPY", mrr_change=Decimal("-43.5000")),
    data.change(3, client_name="Żółć 🚀", currency="KWD", current_mrr=Decimal("0.1250"), primary_contact_basis="none"),
    data.change(4, client_name="\rcr", subscription_term_months=1, change_id="-4", primary_contact_name=None),
    data.change(5, client_name="\u202eevil", currency="USD", mrr_change=Decimal("9999999999999999999999999999.1234")),
]


@pytest.mark.parametrize("locale", ["en", "de", "ja", "ar"])
def test_whatever_stands_in_the_rows_the_saved_csv_is_the_reports_csv(opened, locale):
    view = view_of([*data.varied(30), *ODD_CHANGES], "mrr_change", "website", locale=locale)
    page = opened(view)
    with page.tab.expect_download() as download:
        page.tab.click("#export")
    assert Path(download.value.path()).read_bytes() == report_csv(view).encode()


def test_a_saved_csv_has_the_columns_as_sent_and_those_that_the_reader_adds(opened):
    view = view_of(CHANGES, "current_mrr")
    page = opened(view)
    page.check("columns", "Current MRR")
    page.check("columns", "Products")
    assert "Current MRR" not in page.heads()
    with page.tab.expect_download() as download:
        page.tab.click("#export")
    head = Path(download.value.path()).read_text("utf-8-sig").splitlines()[0].split(",")
    assert head[-5:] == ["Current MRR", "Products", "Currency", "Contract ID", "Change ID"]


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="pdftoppm is not installed")
def test_the_colours_of_legends_survive_printing(opened, tmp_path):
    # Browsers leave backgrounds out on paper. With the pictures gone, only a legend can have these colours.
    page = opened(view_of(data.varied(24)))
    names = page.tab.eval_on_selector_all(".legend .swatch", "all => all.map(each => each.className)")
    assert {name.split()[-1] for name in names} == {
        "agreed",
        "auto-renewed",
        "pending",
        "cancellation-requested",
        "soon",
    }
    page.tab.emulate_media(media="print")
    colours = page.tab.eval_on_selector_all(
        ".legend .swatch", "all => all.map(each => getComputedStyle(each).backgroundColor)"
    )
    page.tab.evaluate("document.querySelectorAll('.picture svg').forEach(each => each.remove())")
    page.tab.pdf(path=tmp_path / "printed.pdf", print_background=False)
    subprocess.run(["pdftoppm", "-r", "72", "printed.pdf", "page"], cwd=tmp_path, check=True, timeout=60)
    found: set[tuple[int, ...]] = set()
    for path in tmp_path.glob("page-*.ppm"):
        with Image.open(path) as picture:
            found.update(colour for _, colour in picture.getcolors(1 << 24))
    assert {tuple(map(int, re.findall(r"\d+", colour))) for colour in colours} <= found


def test_more_rows_than_fit_come_on_demand_and_on_paper(opened):
    page = opened(view_of([data.change(n) for n in range(620)]))
    assert len(page.names()) == 500
    page.tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len(page.names()) == 620
    page.tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert len(page.names()) == 500
    page.tab.click("#show-all")
    assert len(page.names()) == 620
    assert page.tab.evaluate("document.activeElement.textContent") == "Client 0500"


@pytest.mark.parametrize("locale", ["en", "he"])
def test_on_a_telephone_the_page_is_not_wider_than_the_window(opened, locale):
    view = view_of(data.varied(6), *rules.ADDABLE_COLUMNS[1:8], locale=locale)
    page = opened(view, viewport={"width": 360, "height": 700})
    assert page.tab.evaluate("[document.scrollingElement.scrollWidth, document.dir]") == [
        360,
        {"en": "ltr", "he": "rtl"}[locale],
    ]


def test_a_page_for_readers_from_right_to_left_begins_on_the_right(opened):
    page = opened(view_of(data.varied(6), locale="ar"))
    lefts = page.tab.eval_on_selector_all(
        "#rows thead th", "heads => heads.map(head => head.getBoundingClientRect().left)"
    )
    assert lefts == sorted(lefts, reverse=True)
    assert page.tab.evaluate("getComputedStyle(document.querySelector('.window')).textAlign") == "right"


def test_the_head_stays_in_sight(opened):
    page = opened(view_of([data.change(n) for n in range(80)]))
    page.tab.evaluate("document.getElementById('scroller').scrollTop = 900")
    head, frame = (page.tab.locator(each).bounding_box() for each in ("#rows thead th >> nth=0", "#scroller"))
    assert abs(head["y"] - frame["y"]) < 2


def test_dark_mode_changes_the_page(opened):
    colour = "getComputedStyle(document.body).backgroundColor"
    assert opened().tab.evaluate(colour) == "rgb(255, 255, 255)"
    assert opened(color_scheme="dark").tab.evaluate(colour) == "rgb(11, 18, 32)"


HOSTILE = Path(__file__).parents[3] / "shared" / "cases" / "hostile"


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the published cases are not here")
def test_hostile_strings_stay_text_in_table_and_panel(opened):
    names = [name for name in json.loads((HOSTILE / "naughty_strings.json").read_text()) if name and "\0" not in name]
    changes = [
        data.change(n, client_name=name, website=name, products=name, change_id=f"{n:05}")
        for n, name in enumerate(names)
    ]
    page = opened(view_of(changes, "website", "products"))
    assert sorted(page.names()) == sorted(names)
    for number in range(0, len(names), 97):
        page.tab.locator("#rows button.open").nth(number).click()
        page.tab.keyboard.press("Escape")
    assert (
        page.tab.locator("#rows :is(img, script, iframe, svg, a), #panel :is(img, script, iframe, svg, a)").count() == 0
    )


AXE = resources.files("axe_playwright_python") / "axe.min.js"
"""axe-core, as a locked development dependency brings it."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_table_menu_and_panel(opened, scheme):
    brand = Brand(colour="#fde68a")
    view = partner_report(
        data.tables(data.varied(12), [data.figures()], **data.details("h0000")),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns(rules.ADDABLE_COLUMNS), brand=brand),
    )
    page = opened(view, color_scheme=scheme)
    page.tab.evaluate(AXE.read_text())
    for prepare in ("null", "document.querySelector('#columns').closest('details').open = true", OPEN_PANEL):
        page.tab.evaluate(prepare)
        found = page.tab.evaluate("axe.run().then(result => result.violations)")
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [(each["id"], each["nodes"][0]["html"], each["nodes"][0]["failureSummary"]) for each in serious] == []


OPEN_PANEL = "document.querySelector('#rows button.open').click()"
