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
from pipeline.render.bulk_pdf import bulk_pdf
from pipeline.render.csv import report_csv
from pipeline.render.html import report_html
from pipeline.render.pdf import report_pdf
from pipeline.render.xlsx import report_xlsx
from pipeline.settings import shown_columns
from pipeline.views.changes_since import Previous
from pipeline.views.document import Brand
from pipeline.views.partner_report import PartnerReport, partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data
from tests.test_brand import png

HOSTILE = Path(__file__).parents[3] / "shared" / "cases" / "hostile"
TEXTS = ("client_name", "website", "communication_owner", "primary_contact_name", "products", "last_active_user")
SECRET = "TOP-SECRET-CONTENT"


PARTNER_ID = "p<b onmouseover=x>\"'{{ 7*7 }}</script>"


def payloads(secret: Path, listener: str) -> list[str]:
    address = secret.as_uri()
    return [
        f'<img src="{address}">',
        f'"><iframe src="{address}"></iframe>',
        f'<link rel=attachment href="{address}">',
        f"</style><style>@import url({address})",
        f"</script><script>fetch('{address}')</script>",
        f"</title><svg><image href='{address}'/></svg>",
        "{{ ''.__class__ }} {% include '/etc/passwd' %}",
        f"<object data='{listener}'></object>",
        f'"><img src="{listener}"><link rel="stylesheet" href="{listener}">',
        f'=HYPERLINK("{listener}")',
        "@SUM(1+1)*cmd|' /C calc'!A0",
    ]


def published_strings() -> list[str]:
    strings = json.loads((HOSTILE / "naughty_strings.json").read_text()) if HOSTILE.is_dir() else []
    return [text for text in strings[::4] if text and "\0" not in text]


def hostile_view(secret: Path, listener: str) -> PartnerReport:
    """Each attack in every text of a row, and the published strings dealt out over the texts of further rows."""
    texts, others = payloads(secret, listener), published_strings()
    rows = [dict.fromkeys(TEXTS, text) for text in texts]
    rows += [
        dict(zip(TEXTS, others[start : start + len(TEXTS)], strict=False))
        for start in range(0, len(others), len(TEXTS))
    ]
    changes = [
        data.change(number, **row, partner_id=PARTNER_ID, hub_id=f"{number} {row[TEXTS[0]]}")
        | {"change_id": f"{number} {row[TEXTS[0]]}", "contract_id": f"{number} {row[TEXTS[0]]}"}
        for number, row in enumerate(rows)
    ]
    own = data.details(f"0 {texts[0]}", PARTNER_ID)
    for rows in own.values():
        for row in rows:
            row.update({name: texts[5] for name, value in row.items() if isinstance(value, str) and name not in KEYS})
    found = [
        {"partner_id": PARTNER_ID, "change_id": "c", "client_name": text, "what": "gone", "currency": "USD"}
        for text in texts
    ]
    news = pl.DataFrame(found).with_columns(before=pl.lit("odd <b>value"), after=pl.lit(None, pl.String))
    return partner_report(
        data.tables(changes, [data.figures(partner_id=PARTNER_ID)], **own),
        partner=data.PARTNER | {"partner_name": texts[0], "partner_id": PARTNER_ID},
        run=data.RUN,
        previous=Previous(news, date(2026, 11, 22)),
        choices=SettledChoices(
            shown_columns(rules.ADDABLE_COLUMNS), cards=True, brand=Brand(colour="#1d4ed8", logo=logo())
        ),
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
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda *address: opened.append(address))
        patch.setattr(socket, "getaddrinfo", lambda *address, **_: opened.append(address))
        view = hostile_view(secret, f"http://127.0.0.1:{server.getsockname()[1]}/")
        made = {
            "html": report_html(view).encode(),
            "pdf": report_pdf(view),
            "bulk": bulk_pdf(view),
            "csv": report_csv(view).encode(),
            "xlsx": report_xlsx(view),
        }
        # Libraries that are not Python open connections without asking Python: nobody has called at the address.
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert opened == []
    return made


def test_the_secret_is_in_no_file(files):
    content = b""
    for name, attached in (("pdf", ["report.xlsx"]), ("bulk", [])):
        with pikepdf.open(io.BytesIO(files[name])) as pdf:
            content += b"".join(o.read_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream))
            assert list(pdf.attachments) == attached
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as parts:
        content += b"".join(parts.read(name) for name in parts.namelist())
    assert SECRET.encode() not in content + files["html"] + files["csv"]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("name", ["pdf", "bulk"])
def test_the_attack_is_readable_text_in_the_pdf(files, name):
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=files[name], capture_output=True, check=True).stdout
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


@pytest.mark.parametrize("name", ["pdf", "bulk"])
def test_the_pdf_has_no_link_and_no_action(files, name):
    with pikepdf.open(io.BytesIO(files[name])) as pdf:
        names = {key for o in pdf.objects if isinstance(o, pikepdf.Dictionary) for key in o}
    assert not names & {"/URI", "/JavaScript", "/JS", "/Launch", "/OpenAction", "/AA", "/SubmitForm"}


def test_the_workbook_has_our_formulas_only(files):
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}
    assert [name for name, text in texts.items() if "<f>" in text] == ["xl/worksheets/sheet3.xml"]
    assert not [name for name, text in texts.items() if "<hyperlink" in text or "externalLink" in name]
