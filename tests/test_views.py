"""Views by value: each text is what a reader of the article and of rules.md expects, written here by hand."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline import rules
from pipeline.render.csv import report_csv
from pipeline.render.environment import bundled_text
from pipeline.render.html import report_html, text_of
from pipeline.render.pdf import report_page
from pipeline.render.web_fonts import FIRST_CHARACTER, NO_LETTERS
from pipeline.render.xlsx import report_xlsx
from pipeline.settings import shown_columns
from pipeline.tables.published import PARTNER_SUMMARY, UPCOMING_RENEWALS
from pipeline.views import terms
from pipeline.views.change_cells import Cell
from pipeline.views.checks_report import Examples, Refusal, RefusedRow, RefusedRows, checks_report
from pipeline.views.document import Fact
from pipeline.views.locale_formats import formats_for
from pipeline.views.partner_report import PartnerReport, partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data


def view_of(
    changes: list[dict[str, Any]],
    *columns: str,
    summary: list[dict[str, Any]] | None = None,
    locale: str = "en",
    **run: Any,
) -> PartnerReport:
    return partner_report(
        data.tables(changes, [data.figures()] if summary is None else summary),
        partner=data.PARTNER,
        run=data.RUN | run,
        choices=SettledChoices(shown_columns(columns or rules.DEFAULT_COLUMNS), locale=locale),
    )


def texts(changes: list[dict[str, Any]], column: str) -> list[str]:
    view = view_of(changes, column) if column not in rules.LOCKED_COLUMNS else view_of(changes)
    place = [each.name for each in view.table.columns].index(column)
    return [row.cells[place].text for row in view.table.rows]


def test_the_columns_have_the_articles_labels_in_the_articles_order():
    labels = [column.label for column in view_of([data.change()]).table.columns]
    assert labels == [
        "Client name",
        "Communication owner",
        "Primary client contact",
        "Contract type",
        "Status",
        "Renewal deadline",
    ]


@pytest.mark.parametrize(
    ("status", "basis", "shown"),
    [
        ("pending", "awaiting", "Pending"),
        ("pending", "lapsing", "Pending (lapsing)"),
        ("renewed", "agreed", "Renewed (agreed)"),
        ("renewed", "auto_renewed", "Renewed (automatic)"),
        ("confirmed", "agreed", "Confirmed"),
        ("cancellation_requested", "requested", "Cancellation requested"),
        ("cancellation_requested", "requested_late", "Cancellation requested (too late)"),
    ],
)
def test_a_status_shows_what_it_rests_on(status, basis, shown):
    # Rule 4: silence and agreement share the label Renewed and are kept apart in every surface.
    assert texts([data.change(status=status, status_basis=basis)], "status") == [shown]


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [
        ("USD", "1234.5000", "USD\xa01,234.50"),
        ("JPY", "12000.0000", "JPY\xa012,000"),
        ("KWD", "1.2345", "KWD\xa01.2345"),  # finer than the currency: shown in full, never rounded away
        ("KWD", "1.2340", "KWD\xa01.234"),
        ("IQD", "5.0000", "IQD\xa05.000"),  # ISO 4217 has three decimals where CLDR has none
        ("USD", "0.0000", "USD\xa00.00"),
        ("USD", "12345678901234567890123456789012.1200", "USD\xa012,345,678,901,234,567,890,123,456,789,012.12"),
    ],
)
def test_money_has_its_code_and_its_currencys_decimals(currency, amount, shown):
    assert texts([data.change(currency=currency, current_mrr=Decimal(amount))], "current_mrr") == [shown]


@pytest.mark.parametrize(
    ("amount", "shown"), [("50.5000", "+USD\xa050.50"), ("-50.5000", "-USD\xa050.50"), ("0.0000", "USD\xa00.00")]
)
def test_a_change_of_mrr_shows_its_sign(amount, shown):
    assert texts([data.change(mrr_change=Decimal(amount))], "mrr_change") == [shown]


@pytest.mark.parametrize(
    ("frequency", "months", "shown"),
    [
        ("monthly", 1, "Monthly"),
        ("quarterly", 3, "Quarterly"),
        ("semiannual", 6, "Semiannual"),
        ("annual", 12, "Annual"),
        ("other", 3, "Other (3) months"),
    ],
)
def test_billing_frequency(frequency, months, shown):
    assert texts([data.change(billing_frequency=frequency, billing_months=months)], "billing_frequency") == [shown]


def test_terms_of_one_month_and_of_many():
    changes = [data.change(1, subscription_term_months=1), data.change(2, subscription_term_months=24)]
    assert texts(changes, "subscription_term_months") == ["1\xa0month", "24\xa0months"]


def test_a_client_without_a_primary_contact_says_so():
    change = data.change(primary_contact_name=None, primary_contact_basis="none")
    assert texts([change], "primary_contact_name") == ["No contact"]


def test_an_empty_cell_is_a_dash_and_the_dash_is_explained():
    view = view_of([data.change(website=None)], "website")
    assert view.table.rows[0].cells[-1] == Cell("website", "–", "")
    assert view.table.has_empty_cells is True
    assert view_of([data.change()], "website").table.has_empty_cells is False


def test_days_limits_and_dates():
    change = data.change(renewal_deadline=date(2026, 11, 20), contact_max=12500)
    assert texts([change], "days_to_deadline") == ["-3"]
    assert texts([change], "contact_max") == ["12,500"]
    assert texts([change], "renewal_deadline") == ["Nov 20, 2026"]


def test_rows_are_sorted_by_deadline_then_client_then_change():
    # Rule 8; all lower-case letters follow all capitals, as the table sorts.
    rows = [
        data.change(1, change_id="z", client_name="Beta", renewal_deadline=date(2026, 12, 2)),
        data.change(2, change_id="y", client_name="beta", renewal_deadline=date(2026, 12, 1)),
        data.change(3, change_id="x", client_name="Zeta", renewal_deadline=date(2026, 12, 1)),
        data.change(4, change_id="b", client_name="Alpha", renewal_deadline=date(2026, 12, 1)),
        data.change(5, change_id="a", client_name="Alpha", renewal_deadline=date(2026, 12, 1)),
    ]
    assert [row.change_id for row in view_of(rows).table.rows] == ["a", "b", "x", "y", "z"]


def test_rows_of_other_partners_are_not_there():
    other = data.change(2, partner_id="p2", client_name="Not yours")
    view = view_of([data.change(), other], summary=[data.figures(), data.figures(partner_id="p2", currency="EUR")])
    assert "Not yours" not in str(data.every_section(view))
    assert [group.currency for group in view.key_figures] == ["USD"]


@pytest.mark.parametrize(
    ("make", "unmade"),
    [
        (report_csv, {"charts", "timeline", "clients", "page_data", "workbook", "table", "definitions", "totals"}),
        (report_xlsx, {"charts", "timeline", "clients", "page_data"}),
        (report_page, {"clients", "page_data", "workbook", "data"}),
        (report_html, {"workbook", "data"}),
    ],
)
def test_a_file_makes_only_the_sections_that_it_shows(make, unmade):
    view = view_of([data.change()])
    make(view)
    assert unmade & set(vars(view)) == set()


def test_sections_are_values():
    # Made again from the same rows they are equal, whatever was asked for first.
    one, other = view_of(data.varied(9)), view_of(data.varied(9))
    report_html(one)
    assert data.every_section(one) == data.every_section(other)


@pytest.mark.parametrize("locale", ["ja", "ar", "de"])
def test_the_page_brings_letters_for_everything_it_shows(locale):
    # The fonts of a page are chosen by the texts of its sections: a section that is left out would show boxes.
    view = view_of(data.varied(9), "website", locale=locale)
    page = re.sub(r"base64,[^)\"]*", "", report_html(view))
    told = text_of([view.document, view.cover, view.words, view.key_figures, view.charts, view.timeline])
    told += text_of([view.changes_since, view.table, view.totals, view.page_data, view.definitions, view.statuses])
    styles = bundled_text("page.css") + bundled_text("report.js")
    letters = {letter for letter in page if ord(letter) >= FIRST_CHARACTER and ord(letter) not in NO_LETTERS}
    assert letters <= set(told + styles)


def test_key_figures_stand_per_currency_and_are_never_added():
    jpy = data.figures(
        currency="JPY",
        mrr_up_for_renewal=Decimal("900000.0000"),
        fx_rate=Decimal("0.00641000"),
        fx_rate_date=date(2026, 11, 20),
        mrr_up_for_renewal_converted=Decimal("5769.0000"),
        mrr_at_risk_converted=Decimal("10.0000"),
        current_mrr_converted=Decimal("20.0000"),
        estimated_change_converted=Decimal("-2.6900"),
    )
    groups = view_of([data.change()], summary=[data.figures(), jpy]).key_figures
    assert [group.currency for group in groups] == ["JPY", "USD"]
    assert {item.label: item.text for item in groups[1].tiles} == {
        "Clients needing action": "6",
        "Deadlines in the next 14 days": "2",
        "MRR up for renewal": "USD\xa018,300.50",
        "Estimated change": "-USD\xa0420.25",
    }
    assert groups[0].converted == (
        "Converted at 1 JPY = 0.00641 USD (Nov 20, 2026): MRR up for renewal: USD\xa05,769.00; "
        "MRR at risk: USD\xa010.00; Current MRR: USD\xa020.00; Estimated change: -USD\xa02.69."
    )
    assert groups[1].converted == ""


def test_without_a_rate_nothing_is_converted_and_the_page_says_so():
    group = view_of([data.change()], summary=[data.figures(currency="EUR")]).key_figures[0]
    assert group.converted == "Not converted: there is no exchange rate to USD."


def test_a_currency_with_nothing_upcoming_is_said_briefly_and_last():
    quiet = data.figures(currency="EUR", upcoming_changes=0, current_mrr=Decimal("20.0000"))
    groups = view_of([data.change()], summary=[quiet, data.figures()]).key_figures
    assert [group.currency for group in groups] == ["USD", "EUR"]
    assert [(item.label, item.text) for item in groups[1].amounts + groups[1].counts] == [
        ("Current MRR", "EUR\xa020.00"),
        ("Upcoming changes", "0"),
    ]
    assert groups[1].tiles == ()
    only_quiet = view_of([], summary=[quiet])
    assert [item.term for item in only_quiet.definitions] == ["Current MRR", "Upcoming changes"]


def test_agreed_and_silent_are_counted_apart():
    counts = view_of([data.change()]).key_figures[0].counts
    assert {item.label: item.text for item in counts} == {
        "Upcoming changes": "17",
        "Pending": "9",
        "Cancellation requested": "1",
        "Agreed": "4",
        "Auto-renewed": "3",
    }


def test_every_figure_and_column_shown_has_a_definition_under_its_mark():
    view = view_of([data.change()], *rules.ADDABLE_COLUMNS)
    group = view.key_figures[0]
    shown = [*group.tiles, *group.amounts, *group.counts, *view.table.columns]
    assert [(item.mark, item.label) for item in shown] == [(item.mark, item.term) for item in view.definitions]
    assert all(item.text.endswith(".") for item in view.definitions)


def test_definitions_speak_to_readers_not_in_column_names():
    text = " ".join(item.text for item in view_of([data.change()], *rules.ADDABLE_COLUMNS).definitions)
    codes = {*UPCOMING_RENEWALS.column_names, *PARTNER_SUMMARY.column_names, "as_of", "contact_tier_upgrade"}
    assert [code for code in codes if "_" in code and code in text] == []
    assert "Last day, inclusive, on which the terms can still be altered." in text


def test_a_partner_with_nothing_upcoming_is_told_so():
    view = view_of([])
    assert view.table.empty == (
        "No contract of your clients changes from Nov 24, 2026 to Mar 23, 2027. There is nothing to do."
    )
    assert "Client name" not in [item.term for item in view.definitions]


def test_a_partner_without_a_contract_in_force_is_told_so():
    view = view_of([], summary=[])
    assert view.key_figures == ()
    assert view.table.empty == "None of your clients has a contract in force on Nov 23, 2026. There is nothing to do."


def test_the_window_is_the_runs_own():
    assert view_of([data.change()], settings='{"window_days": 30}').cover.window == (
        "Changes that take effect from Nov 24, 2026 to Dec 23, 2026"
    )


def test_an_estimate_with_nothing_to_price_with_is_noted():
    changes = [data.change(1, estimate_basis="unpriced"), data.change(2)]
    assert view_of(changes).table.notes == (
        "1 change has no list price; the estimate equals the MRR before the change.",
    )
    assert view_of([data.change()]).table.notes == ()


def test_every_code_of_the_rules_has_a_label():
    assert set(terms.CONTRACT_TYPES) == set(rules.CONTRACT_TYPES)
    assert set(terms.STATUSES) == set(rules.STATUSES)
    assert set(terms.STATUS_MEANINGS) == {(s, basis) for s, bases in rules.STATUS_BASES.items() for basis in bases}
    assert set(terms.STATUS_BASES) == {basis for bases in rules.STATUS_BASES.values() for basis in bases}
    assert set(terms.BILLING_FREQUENCIES) == set(rules.BILLING_FREQUENCIES)
    assert set(rules.LOCKED_COLUMNS) | set(rules.ADDABLE_COLUMNS) <= set(terms.COLUMNS)


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("en", "Nov 23, 2026"), ("en-GB", "23 Nov 2026"), ("tlh-XX", "Nov 23, 2026"), ("not a locale", "Nov 23, 2026")],
)
def test_a_locale_without_words_here_gets_english_throughout(locale, shown):
    assert formats_for(locale).day(date(2026, 11, 23)) == shown


def check(name: str, **values: Any) -> dict[str, Any]:
    return {
        "name": name,
        "gate": "output",
        "level": "stop",
        "table_name": "contract_mrr",
        "success": True,
        "observed": "0 rows",
        "examples": "[]",
    } | values


def test_failed_checks_come_first_stops_before_warnings():
    results = [
        check("fine"),
        check("odd", success=False, level="warning"),
        check("broken", success=False, examples='[{"contract_id": "c1", "mrr": null}, {"hub_id": "h1"}]'),
    ]
    view = checks_report(results, run=data.RUN, source_files=[], quarantine=[])
    assert [each.name for each in view.failed] == ["broken", "odd"]
    assert [each.name for each in view.passed] == ["fine"]
    assert view.verdict == "1 check failed at stop level: nothing was published."
    assert view.failed[0].examples == Examples(
        columns=("contract_id", "mrr", "hub_id"), rows=(("c1", "–", "–"), ("–", "–", "h1"))
    )


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ([], "No check ran."),
        ([check("a")], "All 1 check passed."),
        ([check("a", success=False, level="warning")], "No check stops this run; 1 warning."),
    ],
)
def test_the_verdict_in_words(results, verdict):
    assert checks_report(results, run=data.RUN, source_files=[], quarantine=[]).verdict == verdict


def test_a_refused_row_shows_file_line_and_original_cells():
    example = {"source_file": "contracts.csv", "line_number": 7, "cells": '{"contract_id": "c1", "notice_days": "x"}'}
    reason = RefusedRows(
        table_name="contracts",
        reason_code="not_a_number:notice_days",
        rows=1200,
        advice="write notice_days as a number",
        examples=(example,),
    )
    shown = checks_report([], run=data.RUN, source_files=[], quarantine=[reason]).quarantine[0]
    assert shown == Refusal(
        table="contracts",
        reason="not a number (notice_days)",
        advice="Write notice_days as a number.",
        rows="1,200",
        examples=(RefusedRow("contracts.csv, line 7", cells=(Fact("contract_id", "c1"), Fact("notice_days", "x"))),),
    )
