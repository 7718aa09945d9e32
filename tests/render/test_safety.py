"""Hostile text, a planted secret and the network: nothing in a report runs, reads a file or opens a connection."""

from __future__ import annotations

import io
import json
import re
import shutil
import socket
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pikepdf
import polars as pl
import pytest

from pipeline import rules
from pipeline.render.csv import report_csv
from pipeline.render.html import report_html
from pipeline.render.pdf import report_pdf
from pipeline.render.xlsx import report_xlsx
from pipeline.settings import shown_columns
from pipeline.views import partner_report
from tests.render import report_data as data
from tests.test_brand import png

HOSTILE = Path(__file__).parents[3] / "shared" / "cases" / "hostile"
TEXTS = ("client_name", "website", "communication_owner", "primary_contact_name", "products", "last_active_user")
SECRET = "TOP-SECRET-CONTENT"


def payloads(secret: Path) -> list[str]:
    address = secret.as_uri()
    own = [
        f'<img src="{address}">',
        f'"><iframe src="{address}"></iframe>',
        f'<link rel=attachment href="{address}">',
        f"</style><style>@import url({address})",
        f"</script><script>fetch('{address}')</script>",
        f"</title><svg><image href='{address}'/></svg>",
        "{{ ''.__class__ }} {% include '/etc/passwd' %}",
        "<object data='http://attacker.example/'></object>",
        '=HYPERLINK("http://attacker.example")',
        "@SUM(1+1)*cmd|' /C calc'!A0",
    ]
    published = json.loads((HOSTILE / "naughty_strings.json").read_text()) if HOSTILE.is_dir() else []
    return [*own, *(text for text in published[::9] if text and "\0" not in text)]


def hostile_view(secret: Path) -> dict:
    texts = payloads(secret)
    changes = [
        data.change(number, **dict.fromkeys(TEXTS, text), hub_id=f"{number} {text}")
        for number, text in enumerate(texts)
    ]
    own = data.details(f"0 {texts[0]}")
    for rows in own.values():
        for row in rows:
            row.update({name: texts[5] for name, value in row.items() if isinstance(value, str) and name not in KEYS})
    found = [
        {"partner_id": "p1", "change_id": "c", "client_name": text, "what": "gone", "currency": "USD"} for text in texts
    ]
    news = pl.DataFrame(found).with_columns(before=pl.lit("odd <b>value"), after=pl.lit(None, pl.String))
    return partner_report(
        data.tables(changes, [data.figures()], **own),
        partner=data.PARTNER | {"partner_name": texts[0], "partner_id": "p1"},
        run=data.RUN,
        columns=shown_columns(rules.ADDABLE_COLUMNS),
        cards=True,
        previous=(news, date(2026, 11, 22)),
        brand={"colour": "#1d4ed8", "logo": logo()},
    )


KEYS = ("partner_id", "hub_id", "currency")


def logo() -> str:
    from pipeline.brand import as_address

    return as_address(png())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Every surface of a report whose every text is hostile, made while no connection can be opened."""
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text(SECRET)
    opened: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda *address: opened.append(address))
        patch.setattr(socket, "getaddrinfo", lambda *address, **_: opened.append(address))
        view = hostile_view(secret)
        made = {
            "html": report_html(view).encode(),
            "pdf": report_pdf(view),
            "csv": report_csv(view).encode(),
            "xlsx": report_xlsx(view),
        }
    assert opened == []
    return made


def test_the_secret_is_in_no_file(files):
    with pikepdf.open(io.BytesIO(files["pdf"])) as pdf:
        content = b"".join(o.read_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream))
        assert list(pdf.attachments) == ["report.xlsx"]
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as parts:
        content += b"".join(parts.read(name) for name in parts.namelist())
    assert SECRET.encode() not in content + files["html"] + files["csv"]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_attack_is_readable_text_in_the_pdf(files):
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=files["pdf"], capture_output=True, check=True).stdout
    shown = re.sub(r"\s+", "", text.decode())
    assert SECRET not in shown
    assert "<imgsrc=" in shown
    assert "{{''.__class__}}" in shown


def test_the_page_has_no_tag_that_the_text_asked_for(files):
    page = files["html"].decode()
    without_data = re.sub(r"<script type=\"application/json\".*?</script>", "", page, flags=re.S)
    for tag in ("<iframe", "<object", "<image", "<link", "<script>fetch"):
        assert tag not in without_data.lower()
    assert len(re.findall(r"<img\b", without_data)) == 1
    assert page.count("<script") == 2


def test_the_pdf_has_no_link_and_no_action(files):
    with pikepdf.open(io.BytesIO(files["pdf"])) as pdf:
        names = {key for o in pdf.objects if isinstance(o, pikepdf.Dictionary) for key in o}
    assert not names & {"/URI", "/JavaScript", "/JS", "/Launch", "/OpenAction", "/AA", "/SubmitForm"}


def test_the_workbook_has_our_formulas_only(files):
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}
    assert [name for name, text in texts.items() if "<f>" in text] == ["xl/worksheets/sheet3.xml"]
    assert not [name for name, text in texts.items() if "<hyperlink" in text or "externalLink" in name]
