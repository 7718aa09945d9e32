"""Finance's report in a pseudo language: a text outside guillemets was not translated."""

from __future__ import annotations

import io
import json
import re

import openpyxl
import pytest

from pipeline.render.finance_pages import finance_html
from pipeline.render.finance_xlsx import finance_xlsx
from pipeline.settings import Settings
from pipeline.views import locale_formats
from pipeline.views.finance_report import FinanceChoices, finance_report
from tests.finance.book import AS_OF, write_run
from tests.finance.test_report import small_export
from tests.languages.catalogues import Marked
from tests.languages.test_surfaces import left_over, page_texts
from tests.reading import finance_of_run

COMMANDS = re.compile(r"renewals (table|report)[a-z0-9_ .-]*", re.IGNORECASE)


@pytest.fixture
def view(tmp_path, monkeypatch):
    exports = small_export(currency="JPY", contract_id="#1", hub_id="#2")
    exports["clients"][0] |= {"hub_id": "#2", "client_name": "#3", "partner_id": "#4"}
    exports["partners"][0] |= {"partner_id": "#4", "partner_name": "#5"}
    exports["contract_lines"][0] |= {"contract_id": "#1", "line_id": "#6", "product_code": "#7", "product_name": "#8"}
    expired = exports["contracts"][0] | {"contract_id": "#9", "renewal_start_date": AS_OF}
    exports["contracts"].append(expired)
    run, frames = finance_of_run(write_run(tmp_path / "run.duckdb", exports, settings=Settings(locale="ja")))
    monkeypatch.setattr(locale_formats, "catalogue", lambda _: Marked())
    named = run | {"run_id": "#10", "created_at": "2026-11-23 18:00", "pipeline_version": "0.1"}
    return finance_report(frames, run=named, choices=FinanceChoices("ja", vendor="#11"))


def words(texts):
    return left_over([COMMANDS.sub("", text) for text in texts])


def test_the_page(view):
    page = finance_html(view)
    assert "«Finance: MRR projection»" in page
    # The label under a bar stands on several lines: guillemets are counted over the whole.
    assert words([" ".join(page_texts(page))]) == []
    block = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])
    assert words([*block["words"].values(), *block["bars"].values()]) == []


def test_the_workbook(view):
    book = openpyxl.load_workbook(io.BytesIO(finance_xlsx(view)))
    texts = [value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row]
    assert words([text for text in texts if isinstance(text, str) and not text.startswith("=")] + book.sheetnames) == []
