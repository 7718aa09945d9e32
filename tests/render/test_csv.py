"""The CSV of a report: the page's rows and texts, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from pipeline import rules
from pipeline.render.csv import report_csv
from pipeline.settings import shown_columns
from pipeline.views import partner_report
from tests.render import report_data as data

HOSTILE = Path(__file__).parents[3] / "shared" / "cases" / "hostile"


def rows_of(changes, *columns):
    view = partner_report(
        data.tables(changes, [data.figures()]),
        partner=data.PARTNER,
        run=data.RUN,
        columns=shown_columns(columns or rules.DEFAULT_COLUMNS),
    )
    return list(csv.reader(io.StringIO(report_csv(view), newline="")))


def test_labels_then_one_line_per_change():
    assert rows_of([data.change()], "current_mrr") == [
        [
            "Client name",
            "Communication owner",
            "Contract type",
            "Status",
            "Renewal deadline",
            "Current MRR",
        ],
        ["Client 0001", "HubSpot", "Renewal", "Pending", "Dec 6, 2026", "USD 1,200.00"],
    ]


def test_nothing_upcoming_is_a_header_alone():
    assert len(rows_of([])) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(start):
    assert rows_of([data.change(client_name=f"{start}1+1")])[1][0] == f"'{start}1+1"


def test_other_texts_and_numbers_stay_as_they_are():
    change = data.change(client_name="a=b", renewal_deadline=date(2026, 11, 20))
    assert rows_of([change], "days_to_deadline")[1][::5] == ["a=b", "-3"]


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
    assert not [cell for row in rows for cell in row if cell[0] in "=+-@\t\r"]
