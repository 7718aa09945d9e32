"""For 200 generated partners the rows and values of HTML, PDF, XLSX and CSV are those of `renewals table`.

The published table holds codes, exact decimals and ISO days. What each surface shows is read back here into such
values, by hand-written labels and by the English way of writing days and amounts, never by the code under test.
"""

from __future__ import annotations

import csv
import html
import io
import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline import rules
from pipeline.settings import shown_columns
from pipeline.tables.published import PUBLISHED
from pipeline.warehouse import create_run_file, open_run_file, write_table
from tests.reading import read_table, write_partner_report
from tests.render import report_data as data

PARTNERS = 200
PARTS = 8
"""The partners are dealt out to so many tests, for processes that share the work."""

PARTNER_IDS = [f"P{number:03}" for number in range(PARTNERS)]
MONEY = ("current_mrr", "estimated_new_mrr", "mrr_change")
COUNTS = ("contact_max", "email_limit", "new_contact_max", "new_email_limit", "days_to_deadline")
DAYS = ("renewal_deadline", "renewal_start_date")
LABELS = {
    "contract_type": {
        "Renewal": "renewal",
        "Contact tier upgrade": "contact_tier_upgrade",
        "Email overage": "email_overage",
    },
    "status": {
        "Pending": ("pending", "awaiting"),
        "Pending (lapsing)": ("pending", "lapsing"),
        "Renewed (agreed)": ("renewed", "agreed"),
        "Renewed (automatic)": ("renewed", "auto_renewed"),
        "Confirmed": ("confirmed", "agreed"),
        "Cancellation requested": ("cancellation_requested", "requested"),
        "Cancellation requested (too late)": ("cancellation_requested", "requested_late"),
    },
    "status_basis": {
        "Awaiting an answer": "awaiting",
        "Ends unless agreed": "lapsing",
        "Agreed by the client": "agreed",
        "Auto-renewed": "auto_renewed",
        "Requested in time": "requested",
        "Requested too late": "requested_late",
    },
    "communication_owner_basis": {
        "Chosen for this client": "client_choice",
        "Stated by the partner": "partner_statement",
        "Vendor’s default": "vendor_default",
    },
    "billing_frequency": {
        "Monthly": ("monthly", 1),
        "Quarterly": ("quarterly", 3),
        "Semiannual": ("semiannual", 6),
        "Annual": ("annual", 12),
        "Other (5) months": ("other", 5),
    },
}


def generated_change(draw: random.Random, partner_id: str, number: int) -> dict:
    status, basis = draw.choice(list(LABELS["status"].values()))
    kind = "renewal" if status == "renewed" else draw.choice(list(LABELS["contract_type"].values()))
    currency = draw.choice(["USD", "JPY", "KWD", "EUR"])
    step = Decimal(1).scaleb(-rules.minor_units()[currency])
    before, change = draw.randrange(10**9) * step, draw.randrange(-(10**6), 10**6) * step
    frequency, months = draw.choice(list(LABELS["billing_frequency"].values()))
    name = draw.choice(["Ada & Söhne <GmbH>", "=SUM(A1)", "O'Hara, Inc.", 'The "Quoted" Co', "Żółć", "Client"])
    return data.change(
        number,
        partner_id=partner_id,
        change_id=f"{partner_id}-{number:03}",
        client_name=f"{name} {number}",
        website=draw.choice([None, f"client{number}.example"]),
        contract_type=kind,
        status=status,
        status_basis=basis,
        communication_owner=draw.choice(["HubSpot", "Partner & Co"]),
        communication_owner_basis=draw.choice(list(LABELS["communication_owner_basis"].values())),
        renewal_deadline=data.AS_OF + timedelta(days=draw.randrange(-40, 80)),
        renewal_start_date=data.AS_OF + timedelta(days=draw.randrange(1, 121)),
        currency=currency,
        current_mrr=before,
        mrr_before=before,
        mrr_change=change,
        estimated_new_mrr=before + change,
        billing_frequency=frequency,
        billing_months=months,
        subscription_term_months=draw.choice([1, 3, 12, 36]),
        contact_max=draw.choice([None, 0, 999, 2_500_000]),
        email_limit=draw.choice([None, 10_000]),
        new_contact_max=3_000_000 if kind == "contact_tier_upgrade" else None,
        last_active_user=draw.choice([None, "Bo Ek"]),
    )


@pytest.fixture(scope="module")
def run_file(tmp_path_factory) -> Iterator[Path]:
    draw = random.Random(20261123)
    path = tmp_path_factory.mktemp("same") / "run.duckdb"
    changes = [
        generated_change(draw, partner_id, number)
        for partner_id in PARTNER_IDS
        for number in range(draw.randrange(1, 6))
    ]
    frames = data.tables(changes, [data.figures(partner_id=partner_id) for partner_id in PARTNER_IDS])
    frames["upcoming_renewals"] = frames["upcoming_renewals"].sort("renewal_deadline", "client_name", "change_id")
    frames["run_info"] = data.frame(PUBLISHED["run_info"], [data.RUN])
    with create_run_file(path) as con:
        for name, frame in frames.items():
            write_table(con, name, frame)
        con.register("p", pl.DataFrame({"partner_id": PARTNER_IDS, "partner_name": PARTNER_IDS}))
        con.execute("CREATE SCHEMA exports; CREATE TABLE exports.partners AS SELECT *, NULL::VARCHAR AS locale FROM p")
    # A file that is open already is opened again in no time.
    with open_run_file(path):
        yield path


def read_back(name: str, text: str):
    """The value of the published table that an English text stands for; None for the dash."""
    if text == "–":
        return None
    if name in LABELS:
        return LABELS[name][text]
    if name in DAYS:
        return datetime.strptime(text, "%b %d, %Y").date()  # noqa: DTZ007
    if name in MONEY:
        sign, currency, amount = re.fullmatch(r"([+-]?)([A-Z]{3})\u00a0([\d.,]+)", text).groups()
        return currency, Decimal(sign + amount.replace(",", ""))
    if name in COUNTS:
        return int(text.replace(",", ""))
    return int(text.split()[0]) if name == "subscription_term_months" else text


def published(name: str, row: dict):
    if name == "status":
        return row["status"], row["status_basis"]
    if name == "billing_frequency":
        return row["billing_frequency"], row["billing_months"]
    if name in MONEY:
        return row["currency"], Decimal(row[name])
    return date.fromisoformat(str(row[name])) if name in DAYS else row[name]


def columns_of(number: int) -> tuple[str, ...]:
    return shown_columns(random.Random(number).sample(rules.ADDABLE_COLUMNS, 6))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("part", range(PARTS))
def test_every_surface_shows_the_rows_and_values_of_the_published_table(run_file, tmp_path, part):
    for number, partner_id in list(enumerate(PARTNER_IDS))[part::PARTS]:
        columns = columns_of(number)
        page, pdf, table, book = write_partner_report(
            run_file, partner_id, tmp_path, columns=columns, formats=("html", "pdf", "csv", "xlsx")
        )
        rows = read_table(run_file, "upcoming_renewals", partner_id=partner_id).to_dicts()
        expected = [[published(name, row) for name in columns] for row in rows]
        text = page.read_text()
        shown = static_table(text)
        for surface in (shown, embedded(text, columns)):
            assert [
                [read_back(name, cell) for name, cell in zip(columns, row, strict=True)] for row in surface
            ] == expected
        assert comma_separated(table, columns) == expected
        assert typed(book, columns) == [
            [plain(name, value) for name, value in zip(columns, row, strict=True)] for row in expected
        ]
        # A PDF has no cells: each row's texts, which were read back above, stand one after another on its pages.
        written = text_of(pdf)
        places = [written.find(re.sub(r"\s+", "", "".join(row))) for row in shown]
        assert -1 not in places, partner_id
        assert places == sorted(places)


def text_of(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", done.stdout.decode())


def static_table(text: str) -> list[list[str]]:
    (body,) = re.findall(r'<table id="rows">.*?<tbody>(.*?)</tbody>', text, re.S)
    return [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def embedded(text: str, columns: tuple[str, ...]) -> list[list[str]]:
    (block,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    found = json.loads(block)
    places = [[column["name"] for column in found["columns"]].index(name) for name in columns]
    return [[found["cells"][row[-1][place]][0] for place in places] for row in found["rows"]]


def comma_separated(path: Path, columns: tuple[str, ...]) -> list[list]:
    """The values of the CSV, which holds days, numbers and unknown values as data, and the currency by itself."""
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))

    def value(name: str, cell: str, row: dict[str, str]):
        if cell == "":
            return None
        if name in DAYS:
            return date.fromisoformat(cell)
        if name in MONEY:
            return row["Currency"], Decimal(cell)
        if name in COUNTS or name == "subscription_term_months":
            return int(cell)
        return LABELS[name][cell] if name in LABELS else cell.removeprefix("'")

    # The columns shown come first, in their order.
    return [[value(name, cell, row) for name, cell in zip(columns, row.values(), strict=False)] for row in rows]


def typed(path: Path, columns: tuple[str, ...]) -> list[list]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [
        [value.date() if name in DAYS and value != "–" else value for name, value in zip(columns, row, strict=True)]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]


def plain(name: str, value):
    """The value as a typed cell: amounts as numbers, codes as their labels, the unknown as a dash."""
    if value is None:
        return "–"
    if name in LABELS:
        return next(label for label, code in LABELS[name].items() if code == value)
    return pytest.approx(float(value[1]), abs=1e-9) if name in MONEY else value
