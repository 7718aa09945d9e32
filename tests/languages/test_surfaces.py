"""Every surface in a pseudo language: a text outside guillemets was not translated."""

from __future__ import annotations

import html.parser
import io
import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import rules
from pipeline.render.partner_files import FORMATS
from pipeline.settings import shown_columns
from pipeline.views import locale_formats
from pipeline.views.changes_since import Previous
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.languages.catalogues import Marked, unmarked
from tests.render import report_data as data

CODES = ("USD", "JPY", "KWD", "MRR")
RUN = data.RUN | {"run_id": "#9", "created_at": "2026-11-23 18:00", "pipeline_version": "0.1"}
KEYS = ("hub_id", "partner_id", "currency")
READ = ("aria-label", "title", "placeholder", "alt", "content", "label", "aria-roledescription", "summary")
"""Attributes that a reader sees or hears."""
CHROMIUM = [
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--dump-dom",
]  # fmt: skip


@pytest.fixture(scope="module")
def view():
    """A report of every status, type and column in which only our words have letters; dates are in figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locale_formats, "catalogue", lambda _: Marked())
        return marked_view()


def marked_view():
    changes = []
    for number, change in enumerate(data.varied(14)):
        contract_type = ("renewal", "contact_tier_upgrade", "email_overage")[number % 3]
        basis = ("price_book", "unpriced", "quote", "cancelled", "uplift", "same")[number % 6]
        owner = ("vendor_default", "client_choice", "partner_statement")[number % 3]
        named = dict.fromkeys(("client_name", "website", "hub_id", "communication_owner", "products"), f"#{number}")
        changes.append(
            change
            | named
            | {
                "partner_id": "#1",
                "change_id": f"#{number}",
                "contract_id": f"#{number}",
                "contract_type": contract_type,
                "estimate_basis": basis,
                "communication_owner_basis": owner,
                "primary_contact_name": None if number % 7 == 0 else f"#{number}",
                "mrr_change_price": change["mrr_change"],
                "email_limit": 10,
                "new_email_limit": 20,
            }
        )
    view = partner_report(
        data.tables(
            changes, [data.figures(partner_id="#1", currency=code) for code in ("USD", "JPY")], **without_letters()
        ),
        partner={"partner_id": "#1", "partner_name": "#2", "locale": None},
        run=RUN,
        previous=Previous(news(), date(2026, 11, 16)),
        choices=SettledChoices(shown_columns(rules.ADDABLE_COLUMNS), locale="ja", cards=True),
    )
    assert view.document.title == "«Upcoming client renewals»"
    assert len(view.table.rows) == 14
    assert len(view.changes_since.lines) == 6
    assert sum(len(client.contacts) for client in view.clients) == 2
    # Sections are made when first asked for: all of them now, while every word is marked.
    data.every_section(view)
    return view


def without_letters():
    """Details of the client `#3`: every text of an account is a number sign, except currencies."""
    found = {}
    for table, rows in data.details(hub_id="#3", partner_id="#1").items():
        found[table] = [
            {name: "#" if isinstance(value, str) and name not in KEYS else value for name, value in row.items()}
            for row in rows
        ]
    return found


def news():
    """One finding of each kind that `warehouse.compare` knows."""
    pending, renewed = "pending (awaiting)", "renewed (auto_renewed)"
    changed = {
        "new": (None, pending),
        "gone": (pending, None),
        "status": (pending, renewed),
        "renewal_deadline": ("2026-12-01", "2026-12-02"),
        "current_mrr": ("1.0000", "2.0000"),
        "estimated_new_mrr": ("1.0000", "2.0000"),
    }
    return pl.DataFrame(
        [
            {"partner_id": "#1", "change_id": "#3", "client_name": "#3", "currency": "USD"}
            | {"what": what, "before": before, "after": after}
            for what, (before, after) in changed.items()
        ]
    )


def left_over(texts):
    """Words outside guillemets, without currencies and the Japanese signs of dates."""
    found = []
    for text in texts:
        rest = unmarked(text)
        for code in CODES:
            rest = rest.replace(code, "")
        found += [text] if re.search(r"[^\W\d_年月日]", rest) else []
    return found


class Page(html.parser.HTMLParser):
    """The texts of a page: between tags, and in the attributes that are read."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.data, self._inside = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        machine = tag == "meta" and named.get("name") not in ("author", "description")
        self._inside = tag if tag in ("style", "script") else ""
        self.texts += [value or "" for name, value in attributes if name in READ and not machine]

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, text):
        if not self._inside:
            self.texts.append(text)
        elif text.lstrip().startswith("{"):
            self.data.append(text)


def page_texts(content):
    return Page(content).texts


def pdf_texts(content):
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    # Lines of neighbouring cells run into each other: guillemets are counted over the whole.
    return [unmarked(done.stdout.decode())]


def csv_texts(content):
    return content.splitlines()


def workbook_texts(content):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    values = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    texts = [value for value in values if isinstance(value, str) and not value.startswith("=")]
    return [*texts, *book.sheetnames, book.properties.title or ""]


TEXTS_OF = {"html": page_texts, "pdf": pdf_texts, "csv": csv_texts, "xlsx": workbook_texts}


@pytest.mark.parametrize("surface", FORMATS)
def test_no_english_reaches_a_page_untranslated(view, surface):
    if surface == "pdf" and shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    texts = TEXTS_OF[surface](FORMATS[surface](view))
    assert any("#3" in text for text in texts)
    assert left_over(texts) == []


def test_the_check_itself_sees_a_word():
    assert left_over(["«fine»", "«Outer «inner»» 2026年11月 USD 5", "not «fine»", "«open» Word"]) == [
        "not «fine»",
        "«open» Word",
    ]


def test_the_pages_data_is_translated(view):
    (found,) = Page(FORMATS["html"](view)).data
    block = json.loads(found)
    texts = [*block["words"].values(), *block["details"].values(), *(cell[0] for cell in block["cells"])]
    texts += [column[key] for column in block["columns"] for key in ("label", "definition") if key in column]
    texts += list(shown_texts(block["clients"]))
    assert len(texts) > 200
    assert left_over(texts) == []


def shown_texts(value):
    """Every text of nested data except codes and keys for the style."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key != "status":
                yield from shown_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from shown_texts(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_what_the_script_writes_is_translated(view, tmp_path: Path):
    page = tmp_path / "report.html"
    page.write_text(FORMATS["html"](view))
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    done = subprocess.run([*CHROMIUM, profile, page.as_uri()], capture_output=True, check=True, timeout=60)
    text = done.stdout.decode()
    assert 'class="interactive"' in text
    assert left_over(Page(text).texts) == []
