"""Finance's report: what is in it, what it refuses to be, its empty states, filters, limits, and equal bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pikepdf
import polars as pl
import pytest

from pipeline.errors import UsageError
from pipeline.render.finance_files import report_name
from pipeline.settings import Settings
from pipeline.tables.finance_tables import WHAT_TO_DO
from pipeline.views.finance_report import FinanceChoices, FinanceScope, finance_report, finance_words
from pipeline.views.locale_formats import formats_for
from pipeline.views.translations import LANGUAGES
from pipeline.warehouse import create_run_file, open_run_file
from pipeline.warehouse.finance_figures import Most
from tests import strategies
from tests.conftest import ROOT
from tests.finance.book import AS_OF, Page, amount, pdf_words, sheets_xml, write_run
from tests.reading import finance_of_run, write_finance_report

HOSTILE = "=cmd|' /C calc'!A0"
SCRIPT = "<script>alert(1)</script>"


def small_export(**contract) -> strategies.Exports:
    """One client, one contract of USD 100.00 a month that renews in January and is pending."""
    return strategies.exports_of(
        partners=[{"partner_id": "p", "partner_name": "Partner"}],
        clients=[{"hub_id": "h", "client_name": "Client", "partner_id": "p"}],
        contracts=[
            {
                "contract_id": "c",
                "hub_id": "h",
                "currency": "USD",
                "term_start_date": date(2026, 1, 20),
                "renewal_start_date": date(2027, 1, 20),
                "subscription_term_months": 12,
                "billing_frequency": "monthly",
            }
            | contract
        ],
        contract_lines=[
            {
                "line_id": "l",
                "contract_id": "c",
                "product_code": "P",
                "product_name": "Product",
                "quantity": Decimal(1),
                "unit_price": Decimal(100),
            }
        ],
    )


def view_of(run_file: Path, *, locale: str = "en", most: Most | None = None, **filters):
    run, frames = finance_of_run(run_file, **filters, **({"most": most} if most else {}))
    return finance_report(frames, run=run, scope=FinanceScope(**filters), choices=FinanceChoices(locale=locale))


def texts_of(view) -> dict[str, list[list[str]]]:
    return {name: [[cell.text for cell in row.cells] for row in table.rows] for name, table in view.page.items()}


# Hostile names -----------------------------------------------------------------------------------------------------


def test_no_formula_comes_from_the_export(book):
    names = [client["client_name"] for client in book.exports["clients"]]
    assert HOSTILE in names
    parts = sheets_xml(book.xlsx)
    formulas = [text for part in parts.values() for text in re.findall(r"<f>([^<]*)</f>", part)]
    assert len(formulas) > 1000
    assert not [text for text in formulas if any(name in text for name in (HOSTILE, "cmd", "script", "Acme", "hub"))]
    allowed = r"'[^']+'!\$[A-Z]+\$\d+:\$[A-Z]+\$\d+|\"[^\"]*\"|\$?[A-Z]+\d+|SUMIFS|SUM|ROUND|DATE|[\d,()+\-*/:&]"
    assert [
        text
        for text in formulas
        if re.sub(allowed, "", text.replace("&quot;", '"').replace("&lt;", "<").replace("&amp;", "&"))
    ] == []
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(book.xlsx)) for row in sheet for cell in row]
    assert any(cell.value == HOSTILE and cell.data_type == "s" for cell in cells)
    assert not [name for name, part in parts.items() if "hyperlink" in part]


def test_a_hostile_name_is_text_on_the_page(book):
    page = Page(book.html)
    assert any(SCRIPT in text for _, _, cells in page.rows for text in cells)
    scripts = [named for tag, named in page.tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "data"}, {}]
    policy = next(named["content"] for tag, named in page.tags if named.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    addresses = [value for _, named in page.tags for name, value in named.items() if name in ("src", "href", "action")]
    assert addresses == ["#overview"]
    assert not [named for _, named in page.tags if any(name.startswith("on") or name == "style" for name in named)]


def test_every_hash_of_the_policy_is_that_of_what_stands_inline(book):
    import base64
    import hashlib

    def hashes(tag: str) -> set[str]:
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", book.html, flags=re.S)
        return {f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in found}

    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', book.html)[1].replace("&#39;", "'")
    allowed = set(re.findall(r"'sha256-[^']*'", policy))
    assert hashes("style") | hashes("script") <= allowed


# The PDF -----------------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_titled_bookmarked_and_holds_the_workbook(book):
    with pikepdf.open(io.BytesIO(book.pdf)) as pdf:
        assert pdf.docinfo["/Title"] == "Finance: MRR projection · All partners · Nov 23, 2026"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.Lang == "en"
        with pdf.open_outline() as outline:
            (top,) = outline.root
            titles = [item.title for item in top.children]
        # One for each currency, in the order of the page.
        currencies = list(dict.fromkeys(re.findall(r"MRR in ([A-Z]{3})", book.html)))
        assert titles[0] == "Overview"
        assert [title for title in titles if title.startswith("MRR in ")] == [f"MRR in {name}" for name in currencies]
        assert list(pdf.attachments) == ["finance.xlsx"]
        assert pdf.attachments["finance.xlsx"].get_file().read_bytes() == book.xlsx
        metadata = pdf.open_metadata()
        assert (metadata["pdfuaid:part"], metadata["pdfaid:part"]) == ("1", "3")


def test_equal_runs_give_equal_bytes_in_another_process_too(book, tmp_path):
    code = (
        "import sys; from pathlib import Path; from tests.reading import write_finance_report; "
        "write_finance_report(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LANG": "C", "PATH": "/usr/bin:/bin"}
    subprocess.run(
        [sys.executable, "-c", code, str(book.run_file), str(tmp_path)], check=True, cwd=ROOT, env=environment
    )
    assert (tmp_path / "finance.xlsx").read_bytes() == book.xlsx
    assert (tmp_path / "finance.html").read_text() == book.html
    assert (tmp_path / "finance.pdf").read_bytes() == book.pdf


# Contents ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def view(book):
    return view_of(book.run_file)


def test_statuses_are_kept_apart_and_add_up(view):
    for section in view.sections:
        labels = [row.cells[1].text for row in section.statuses.rows]
        assert len(set(labels)) == len(labels)
        *parts, whole = section.statuses.rows
        for place in range(3, 9):
            values = [Decimal(row.cells[place].value) for row in parts]
            assert sum(values) == Decimal(whole.cells[place].value)
    everywhere = {row.cells[1].text for section in view.sections for row in section.statuses.rows}
    assert {
        "Renewed (agreed)",
        "Renewed (automatic)",
        "Pending",
        "Pending (lapsing)",
        "Cancellation requested",
    } <= everywhere
    legends = {entry.label for section in view.sections for entry in section.wall_picture.legend}
    assert {"Renewed (agreed)", "Renewed (automatic)", "Pending", "Cancellation requested"} <= legends


def test_a_currency_without_a_rate_is_named_and_never_guessed(view):
    assert (
        view.remarks.missing_rates
        == "Without an exchange rate to USD, and so excluded from all converted figures: CLF."
    )
    (clf,) = [section for section in view.sections if section.currency == "CLF"]
    assert clf.converted == "Not converted: there is no exchange rate from CLF to USD."
    assert clf.fx == ""
    (eur,) = [section for section in view.sections if section.currency == "EUR"]
    assert eur.converted == "Converted at 1 EUR = 1.086 USD, the rate of Nov 20, 2026."
    assert re.match(r"FX effect since Oct 30, 2026: \+USD\xa0[\d.,]+\. It is", eur.fx)


def test_fx_is_a_line_of_its_own_and_no_movement(book, view):
    effects = {row["currency"]: row["fx_effect"] for row in book.sql("FROM currency_rates").to_dicts()}
    *lines, total = texts_of(view)["currencies"]
    assert {line[0]: line[-1] for line in lines if line[-1] != "–"} == {
        currency: f"{'+' if effect > 0 else '-' if effect < 0 else ''}USD\xa0{abs(effect):,.2f}"
        for currency, effect in effects.items()
        if effect is not None
    }
    assert amount(total[-1])[1] == sum(effect for effect in effects.values() if effect is not None)


def test_every_bar_has_its_largest_contracts_and_their_lines(view):
    listed = view.page["contracts"].rows
    for section in view.sections:
        for row in section.bridge.rows:
            if (row.bar or "").startswith(("change_", "pending_")) and Decimal(row.cells[2].value):
                behind = [each for each in listed if row.bar in each.bars and each.currency == section.currency]
                assert behind, (section.currency, row.bar)
    with_lines = {row.contract for row in view.page["lines"].rows}
    assert with_lines <= {row.contract for row in listed}


def test_findings_name_contract_client_and_mrr(book, view):
    counted = book.sql(
        "SELECT finding, currency, count(*) AS n, sum(mrr) AS mrr FROM findings GROUP BY ALL ORDER BY ALL"
    )
    labels = {
        "expired_not_rolled": "Expired, not renewed in the export",
        "possible_successor": "Possible successor, would count twice",
    }
    assert [(line[0], line[1], int(line[2]), amount(line[3])[1]) for line in texts_of(view)["findings_counted"]] == [
        (labels[row["finding"]], row["currency"], row["n"], row["mrr"]) for row in counted.to_dicts()
    ]


def test_a_contract_that_is_missing_tonight_is_named(tmp_path):
    before = write_run(tmp_path / "before.duckdb", small_export(contract_id="c"))
    with open_run_file(before) as con:
        previous = con.sql("FROM contract_mrr").pl().with_columns(contract_id=pl.lit("gone"))
    run_file = write_run(tmp_path / "run.duckdb", small_export(), previous=previous)
    missing = ["Missing from the latest export", "USD", "gone", "Client", "–", "Nov 23, 2026", "USD\xa0100.00"]
    assert missing in texts_of(view_of(run_file))["findings"]


# Empty and small states --------------------------------------------------------------------------------------------


def test_one_currency_without_history(tmp_path):
    run_file = write_run(tmp_path / "run.duckdb", small_export())
    view = view_of(run_file)
    assert [section.currency for section in view.sections] == ["USD"]
    assert view.page["rates"].note == (
        "There is no renewal history: every renewal has the probability 90.00% from the settings."
    )
    assert view.sections[0].converted == ""
    page, pdf, workbook = write_finance_report(run_file, tmp_path)
    assert "USD\xa0100.00" in page.read_text()
    assert "All 21 differences are 0." in pdf_words(pdf.read_bytes())
    assert openpyxl.load_workbook(workbook)["Bridge"]["B2"].value == "Current MRR"


def test_no_contract_at_all(tmp_path):
    exports = small_export()
    exports["contracts"], exports["contract_lines"] = [], []
    page, pdf, workbook = write_finance_report(write_run(tmp_path / "run.duckdb", exports), tmp_path)
    said = "There is no contract in force and none that begins within the period, so there are no figures."
    assert said in page.read_text()
    assert said in pdf_words(pdf.read_bytes())
    assert "There is nothing to review." in pdf_words(pdf.read_bytes())
    assert "Definitions" in openpyxl.load_workbook(workbook).sheetnames


def test_only_a_contract_whose_renewal_date_has_passed(tmp_path):
    passed = AS_OF - timedelta(days=3)  # the grace days are over
    exports = small_export(renewal_start_date=passed, term_start_date=passed - timedelta(days=365))
    view = view_of(write_run(tmp_path / "run.duckdb", exports))
    assert view.sections == ()
    assert texts_of(view)["findings_counted"] == [
        ["Expired, not renewed in the export", "USD", "1", "USD\xa0100.00", WHAT_TO_DO["expired_not_rolled"]]
    ]
    write_finance_report(tmp_path / "run.duckdb", tmp_path)


def test_only_a_contract_that_begins_later(tmp_path):
    exports = small_export(term_start_date=AS_OF + timedelta(days=30), renewal_start_date=date(2028, 1, 1))
    view = view_of(write_run(tmp_path / "run.duckdb", exports))
    (section,) = view.sections
    assert [tile.text for tile in section.tiles[:2]] == ["USD\xa00.00", "USD\xa0100.00"]
    assert view.remarks.tied
    write_finance_report(tmp_path / "run.duckdb", tmp_path)


def test_everything_at_0_has_no_pictures_and_no_error(tmp_path):
    exports = small_export()
    exports["contract_lines"][0]["unit_price"] = Decimal(0)
    view = view_of(write_run(tmp_path / "run.duckdb", exports))
    (section,) = view.sections
    assert [getattr(section, f"{name}_picture") for name in ("bridge", "projection", "wall")] == [None, None, None]
    assert section.tiles[4].text == "–"
    write_finance_report(tmp_path / "run.duckdb", tmp_path)


def test_amounts_beyond_what_a_spreadsheet_keeps_are_text_and_no_formula_counts_them(tmp_path):
    exports = small_export()
    exports["contract_lines"][0]["quantity"] = Decimal("99999999999999.9999")
    _, _, workbook = write_finance_report(write_run(tmp_path / "run.duckdb", exports), tmp_path)
    cells = [cell for sheet in openpyxl.load_workbook(workbook) for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert "USD\xa09,999,999,999,999,999.99" in [cell.value for cell in cells]


# Limits, filters, names --------------------------------------------------------------------------------------------


def test_a_limited_report_still_counts_everything(book, tmp_path):
    few = Most(contracts=20, with_lines=5, partners=2, clients=3, per_cause=1, findings=1)
    paths = write_finance_report(book.run_file, tmp_path, most=few)
    view = view_of(book.run_file, most=few)
    assert len(view.page["contracts"].rows) == 20
    total = book.sql("SELECT count(*) FROM mrr_bridge").item()
    assert view.page["contracts"].more.startswith(f"20 of {total} contracts")
    assert "renewals table mrr_bridge --format parquet --output mrr_bridge.parquet" in paths[0].read_text()
    rows = list(openpyxl.load_workbook(paths[2], data_only=True)["Tie-out"].iter_rows(values_only=True))
    assert {row[-1] for row in rows[1:]} == {0}
    contracts = list(openpyxl.load_workbook(paths[2])["Contracts"].iter_rows(values_only=True))
    assert len([row for row in contracts if str(row[1]).startswith("All others (")]) == 5


def test_a_currency_alone(book, tmp_path):
    paths = write_finance_report(book.run_file, tmp_path, currency="JPY")
    assert [path.name for path in paths] == [f"finance.currency-JPY.{ending}" for ending in ("html", "pdf", "xlsx")]
    view = view_of(book.run_file, currency="JPY")
    assert view.cover.scope == "All partners · Only JPY"
    assert {row.currency for table in view.page.values() for row in table.rows} <= {"JPY", ""}
    assert "EUR" not in pdf_words(paths[1].read_bytes())


def test_a_partner_alone_ties_to_its_own_rows(book):
    view = view_of(book.run_file, partner_id="p0")
    assert view.remarks.tied
    for section in view.sections:
        code = section.currency
        mine = book.sql(
            f"SELECT sum(current_mrr) FROM contract_mrr WHERE partner_id = 'p0' AND currency = '{code}'"
        ).item()
        assert Decimal(section.bridge.rows[0].cells[2].value) == (mine or 0)
        low, high = book.sql(
            "SELECT closing_low, closing_high FROM projection_interval WHERE scope = 'partner' AND partner_id = 'p0' "
            f"AND currency = '{code}' ORDER BY month DESC LIMIT 1"
        ).row(0)
        assert section.scenarios.rows[-1].cells[3].value == f"{low:f}"
        assert section.scenarios.rows[-1].cells[4].value == f"{high:f}"


def test_finance_sees_clients_of_nobody(book, view):
    nobodys = book.sql("SELECT count(*) FROM mrr_bridge WHERE partner_id IS NULL").item()
    assert nobodys > 0
    rows = [row for row in view.page["contracts"].rows if row.partner == "-"]
    assert len(rows) == nobodys
    assert {row.cells[3].text for row in rows} == {"No partner"}


def test_a_client_whose_association_was_ended_is_in_no_report_of_that_partner(book):
    hub = book.sql("SELECT min(hub_id) FROM mrr_bridge WHERE partner_id = 'p0' AND current_mrr > 0").item()
    contracts = set(book.sql(f"SELECT contract_id FROM mrr_bridge WHERE hub_id = '{hub}'")["contract_id"])
    ended = frozenset({("p0", hub)})

    def listed(run):
        return {row.contract for row in run.page["contracts"].rows}

    run, frames = finance_of_run(book.run_file, partner_id="p0", ended=ended)
    after = finance_report(frames, run=run, scope=FinanceScope("p0"))
    assert contracts <= listed(view_of(book.run_file, partner_id="p0"))
    assert not contracts & listed(after)
    assert not contracts & set(frames["lines"]["contract_id"])
    assert hub not in set(frames["clients"]["hub_id"])
    assert after.remarks.tied
    run, frames = finance_of_run(book.run_file, ended=ended)
    whole = finance_report(frames, run=run)
    mine = [row for row in whole.page["contracts"].rows if row.contract in contracts]
    assert {row.partner for row in mine} == {"-"}
    assert whole.remarks.tied


def test_names_of_filtered_reports_never_meet():
    assert report_name() == "finance"
    assert report_name("P-01", "EUR") == "finance.partner-P-01.currency-EUR"
    assert report_name("x.currency-EUR") == "finance.partner-x%2Ecurrency-EUR"
    assert report_name("p", case_twin=True) != report_name("P", case_twin=True)
    assert report_name("P", case_twin=True).lower() != report_name("p", case_twin=True).lower()


def test_what_cannot_be_asked_for(book, tmp_path):
    with pytest.raises(UsageError, match="there is no partner 'nobody' in run"):
        finance_of_run(book.run_file, partner_id="nobody")
    with pytest.raises(UsageError, match=r"no contract in 'XXX'\. There are: CLF, EUR, JPY, KWD, USD"):
        finance_of_run(book.run_file, currency="XXX")
    without = write_run(tmp_path / "old.duckdb", small_export())
    with create_run_file(without) as con:
        con.execute("DROP TABLE findings")
    with pytest.raises(UsageError, match="old has no finance tables: it was made by an older version, or without them"):
        write_finance_report(without, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["old.duckdb"]


# Languages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_and_labels_can_be_used_in_every_language(language):
    formats = formats_for(language)
    sheets = list(formats.say_all(finance_words.SHEETS).values())
    assert len({sheet.lower() for sheet in sheets}) == len(sheets)
    assert [sheet for sheet in sheets if len(sheet) > 31 or re.search(r"[\[\]:*?/\\]|^'|'$", sheet)] == []
    for labels in (finance_words.BRIDGE, finance_words.RIVALS, finance_words.SCENARIOS):
        said = list(formats.say_all(labels).values())
        assert len({label.lower() for label in said}) == len(said)
        assert [label for label in said if re.search(r'[*?~"]|^[<>=]', label)] == []


def test_a_german_report_ties_too(tmp_path):
    run_file = write_run(tmp_path / "run.duckdb", small_export(), settings=Settings(locale="de"))
    page, _, workbook = write_finance_report(run_file, tmp_path)
    assert '<html lang="de"' in page.read_text()
    assert "Aktueller MRR" in page.read_text()
    rows = list(openpyxl.load_workbook(workbook, data_only=True)["Abstimmung"].iter_rows(values_only=True))
    assert {row[-1] for row in rows[1:]} == {0}
