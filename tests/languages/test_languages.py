"""What readers of each language see: words, plural forms, dates, numbers and money, and which locale gets which."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipeline import rules
from pipeline.settings import shown_columns
from pipeline.views import terms
from pipeline.views.locale_formats import formats_for
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data

NARROW, HARD = "\u202f", "\u00a0"
"""The spaces inside a French number and before a French colon."""


def view_in(locale, changes=None, columns=rules.DEFAULT_COLUMNS, **run):
    return partner_report(
        data.tables([data.change()] if changes is None else changes, [data.figures()]),
        partner=data.PARTNER,
        run=data.RUN | run,
        choices=SettledChoices(shown_columns(columns), locale=locale),
    )


def test_the_portuguese_terms_are_the_official_ones():
    # Issue 3, point 4: the terms of the Brazilian product.
    columns = view_in("pt-BR", columns=rules.ADDABLE_COLUMNS).table.columns
    labels = {column.name: column.label for column in columns}
    expected = {
        "client_name": "Nome do cliente",
        "communication_owner": "Responsável pela comunicação",
        "primary_contact_name": "Contato principal do cliente",
        "contract_type": "Tipo de contrato",
        "status": "Status",
        "renewal_deadline": "Data-limite de renovação",
        "website": "Website",
        "hub_id": "ID do Hub",
        "renewal_start_date": "Data de início da renovação",
        "contact_max": "Máximo de contatos",
        "email_limit": "Limite de e-mails",
        "billing_frequency": "Frequência de faturamento",
        "subscription_term_months": "Vigência da assinatura",
        "current_mrr": "MRR atual",
        "estimated_new_mrr": "Novo MRR estimado",
    }
    assert {name: labels[name] for name in expected} == expected
    assert view_in("pt-BR").document.title == "Próximas renovações"


def test_the_portuguese_codes_are_the_official_ones():
    say = formats_for("pt-BR").say
    assert [say(terms.CONTRACT_TYPES[code]) for code in ("renewal", "contact_tier_upgrade", "email_overage")] == [
        "Renovação",
        "Upgrade do nível de contatos",
        "Excedente de e-mails",
    ]
    assert [say(terms.STATUSES[code]) for code in rules.STATUSES] == [
        "Pendente",
        "Renovado",
        "Confirmado",
        "Cancelamento solicitado",
    ]
    assert [say(terms.BILLING_FREQUENCIES[code], months=3) for code in rules.BILLING_FREQUENCIES] == [
        "Mensal",
        "Trimestral",
        "Semestral",
        "Anual",
        "Outra (3\xa0meses)",
    ]


@pytest.mark.parametrize(
    ("locale", "amount", "change", "yen", "day", "month", "count"),
    [
        ("en", "USD\xa01,234.50", "-USD\xa01,234.50", "JPY\xa012,000", "Nov 23, 2026", "Nov 2026", "1,234,567"),
        ("en-GB", "USD\xa01,234.50", "-USD\xa01,234.50", "JPY\xa012,000", "23 Nov 2026", "Nov 2026", "1,234,567"),
        ("pt-BR", "USD\xa01.234,50", "-USD\xa01.234,50", "JPY\xa012.000", "23/11/2026", "nov. de 2026", "1.234.567"),
        ("es", "1.234,50\xa0USD", "-1.234,50\xa0USD", "12.000\xa0JPY", "23 nov 2026", "nov 2026", "1.234.567"),
        ("es-MX", "USD\xa01,234.50", "-USD\xa01,234.50", "JPY\xa012,000", "23 nov 2026", "nov 2026", "1,234,567"),
        ("de", "1.234,50\xa0USD", "-1.234,50\xa0USD", "12.000\xa0JPY", "23.11.2026", "Nov. 2026", "1.234.567"),
        (
            "fr",
            f"1{NARROW}234,50{HARD}USD",
            f"-1{NARROW}234,50{HARD}USD",
            f"12{NARROW}000{HARD}JPY",
            "23/11/2026",
            "nov. 2026",
            f"1{NARROW}234{NARROW}567",
        ),
        ("ja", "USD\xa01,234.50", "-USD\xa01,234.50", "JPY\xa012,000", "2026/11/23", "2026年11月", "1,234,567"),
    ],
)
def test_money_days_months_and_numbers(locale, amount, change, yen, day, month, count):
    formats = formats_for(locale)
    assert formats.money(Decimal("1234.5000"), "USD") == amount
    assert formats.money_change(Decimal("-1234.5000"), "USD") == change
    assert formats.money(Decimal("12000.0000"), "JPY") == yen
    assert formats.day(date(2026, 11, 23)) == day
    assert formats.month(date(2026, 11, 23)) == month
    assert formats.number(1234567) == count


def test_a_rise_shows_its_sign_beside_its_digits():
    assert formats_for("de").money_change(Decimal("50.5000"), "EUR") == "+50,50\xa0EUR"
    assert formats_for("pt").money_change(Decimal("50.5000"), "BRL") == "+R$\xa050,50"


@pytest.mark.parametrize(
    ("locale", "forms"),
    [
        ("en", ["0\xa0months", "1\xa0month", "2\xa0months"]),
        ("pt-BR", ["0\xa0mês", "1\xa0mês", "2\xa0meses"]),
        ("es", ["0\xa0meses", "1\xa0mes", "2\xa0meses"]),
        ("de", ["0\xa0Monate", "1\xa0Monat", "2\xa0Monate"]),
        ("fr", ["0\xa0mois", "1\xa0mois", "2\xa0mois"]),
        ("ja", ["0か月", "1か月", "2か月"]),
    ],
)
def test_plural_forms(locale, forms):
    assert [formats_for(locale).count(terms.MONTHS, count) for count in (0, 1, 2)] == forms


@pytest.mark.parametrize(
    ("locale", "language", "title"),
    [
        ("pt", "pt-BR", "Próximas renovações"),
        ("pt-PT", "pt-PT", "Próximas renovações"),
        ("de-AT", "de-AT", "Anstehende Vertragsverlängerungen"),
        ("de_XX", "de", "Anstehende Vertragsverlängerungen"),
        ("es-419", "es-419", "Próximas renovaciones de clientes"),
        ("fr-CA", "fr-CA", "Renouvellements clients à venir"),
        ("ja-JP", "ja-JP", "顧客の更新予定"),
        ("EN-us", "en-US", "Upcoming client renewals"),
        ("zh-Hant-TW", "en", "Upcoming client renewals"),
        ("ar-EG", "en", "Upcoming client renewals"),
        ("", "en", "Upcoming client renewals"),
    ],
)
def test_which_locale_reads_which_words(locale, language, title):
    view = view_in(locale)
    assert (view.document.language, view.document.title) == (language, title)


@pytest.mark.parametrize(
    ("locale", "direction", "mirrored"),
    [("de", "ltr", False), ("ar", "rtl", True), ("he-IL", "rtl", True), ("fa", "rtl", True), ("zh", "ltr", False)],
)
def test_a_page_runs_as_its_readers_read_also_where_its_words_are_english(locale, direction, mirrored):
    view = view_in(locale)
    assert (view.document.direction, view.document.mirrored) == (direction, mirrored)


def test_a_sentence_is_written_in_the_order_of_its_language():
    assert view_in("ja").cover.window == "2026/11/24～2027/03/23に発効する変更"
    assert view_in("de").table.row_count == "1 Änderung, sortiert nach: Verlängerungsfrist"
    assert view_in("ja").document.page_of == ("", " / ", " ページ")
    assert view_in("de").document.page_of == ("Seite ", " von ", "")
    assert view_in("fr").words.page["colon"] == f"{HARD}:"


def test_values_are_never_taken_for_placeholders():
    hostile = "{count} {0} %s {percent}"
    assert formats_for("de").say(terms.DETAILS["primary"], name=hostile) == f"{hostile} (Hauptkontakt)"


def test_a_page_number_must_come_before_the_number_of_pages():
    from pipeline.views.document import around_numbers

    with pytest.raises(ValueError, match="pages"):
        around_numbers("{pages} pages, this is {page}")
