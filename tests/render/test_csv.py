"""The CSV of a report: its rows as data, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import rules
from pipeline.render.csv import report_csv
from pipeline.settings import shown_columns
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data

HOSTILE = Path(__file__).parents[3] / "shared" / "cases" / "hostile"


def text_of(changes, *columns, locale="en"):
    view = partner_report(
        data.tables(changes, [data.figures()]),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns(columns or rules.DEFAULT_COLUMNS), locale=locale),
    )
    return report_csv(view)


def rows_of(changes, *columns, locale="en"):
    text = text_of(changes, *columns, locale=locale).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text, newline="")))


def records_of(changes, *columns, locale="en"):
    head, *rows = rows_of(changes, *columns, locale=locale)
    return [dict(zip(head, row, strict=True)) for row in rows]


EVERY_COLUMN = rules.ADDABLE_COLUMNS


def test_the_reports_columns_then_the_currency_and_the_ids():
    head, row = rows_of([data.change()], "current_mrr")
    assert head == [
        *("Client name", "Communication owner", "Contract type", "Status", "Renewal deadline", "Current MRR"),
        *("Currency", "Contract ID", "Change ID"),
    ]
    assert row == [
        *("Client 0001", "HubSpot", "Renewal", "Pending", "2026-12-06", "1200.00"),
        *("USD", "c0001", "c0001:renewal"),
    ]


def test_a_currency_that_is_a_column_of_the_report_stands_there_only():
    head, row = rows_of([data.change()], "currency", "current_mrr")
    assert head[5:] == ["Currency", "Current MRR", "Contract ID", "Change ID"]
    assert row[5:7] == ["USD", "1200.00"]


def test_it_begins_with_a_byte_order_mark():
    assert text_of([data.change(client_name="Żółć")]).encode()[:3] == b"\xef\xbb\xbf"


@pytest.mark.parametrize("locale", ["en", "de", "fr", "ja", "pt-BR", "es", "ar"])
@pytest.mark.parametrize(
    ("currency", "amount", "written"),
    [
        ("USD", "1234567.5000", "1234567.50"),
        ("JPY", "1200.0000", "1200"),
        ("KWD", "0.1250", "0.125"),
        ("USD", "-420.2500", "-420.25"),
        # Finer than its currency: an error of ours, which is shown and not rounded away.
        ("JPY", "-43.5000", "-43.5"),
        ("USD", "9999999999999999999999999999999999.1234", "9999999999999999999999999999999999.1234"),
        ("USD", "0.0000", "0.00"),
    ],
)
def test_amounts_are_plain_decimals_and_their_currency_stands_beside_them(locale, currency, amount, written):
    (row,) = rows_of([data.change(currency=currency, mrr_change=Decimal(amount))], "mrr_change", locale=locale)[1:]
    assert row[5] == written
    assert row.count(currency) == 1


def test_days_counts_and_lengths_are_data_and_what_is_not_known_is_empty():
    change = data.change(contact_max=2_500_000, email_limit=None, website=None, subscription_term_months=36)
    (row,) = records_of([change], *EVERY_COLUMN)
    assert row["Renewal start date"] == "2027-01-20"
    assert (row["Contact max"], row["Email limit"], row["Website"]) == ("2500000", "", "")
    assert (row["Subscription term"], row["Days to deadline"]) == ("36", "13")
    assert row["Status"] == "Pending"


def test_a_name_that_is_a_dash_is_a_name():
    assert records_of([data.change(client_name="–")])[0]["Client name"] == "–"


def test_nothing_upcoming_is_a_header_alone():
    assert len(rows_of([])) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(start):
    assert rows_of([data.change(client_name=f"{start}1+1")])[1][0] == f"'{start}1+1"


def test_other_texts_and_numbers_stay_as_they_are():
    change = data.change(client_name="a=b", renewal_deadline=date(2026, 11, 20))
    assert rows_of([change], "days_to_deadline")[1][:6:5] == ["a=b", "-3"]


@pytest.mark.parametrize("name", ["contract_id", "change_id", "website", "hub_id"])
def test_every_text_is_guarded(name):
    assert "'=1+1" in rows_of([data.change(**{name: "=1+1"})], *EVERY_COLUMN)[1]


def test_quotes_commas_and_line_breaks_survive():
    name = 'Say "hi", then\nleave'
    assert rows_of([data.change(client_name=name)])[1][0] == name


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the published cases are not here")
def test_published_payloads_are_inert_and_otherwise_unchanged():
    payloads = (HOSTILE / "formula_payloads.txt").read_text().split("\n")
    names = [name for name in [*payloads, *json.loads((HOSTILE / "naughty_strings.json").read_text())] if name]
    rows = rows_of([data.change(n, client_name=name, change_id=f"{n:05}") for n, name in enumerate(names)])[1:]
    assert len(rows) == len(names)
    shown = sorted(row[0] for row in rows)
    assert shown == sorted(f"'{name}" if name[0] in "=+-@\t\r" else name for name in names)
    assert not [cell for row in rows for cell in row if cell and cell[0] in "=+-@\t\r"]
