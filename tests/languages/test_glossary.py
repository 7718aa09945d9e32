"""Fifteen terms that every surface uses, in every language, as the language review chose them.

The German status is "Kündigung beantragt", as issue 10 has it; the review's own proposal was "Kündigung eingereicht".
"""

from __future__ import annotations

import pytest

from pipeline.views import terms
from pipeline.views.finance_report import finance_words
from pipeline.views.locale_formats import formats_for
from pipeline.views.translations import LANGUAGES

NOTES = terms.STATUS_NOTES

GLOSSARY = {
    terms.COLUMNS["client_name"]: {
        "en": "Client name", "pt": "Nome do cliente", "es": "Nombre del cliente", "de": "Kunde",
        "fr": "Nom du client", "ja": "顧客名",
    },
    terms.COLUMNS["communication_owner"]: {
        "en": "Communication owner", "pt": "Responsável pela comunicação", "es": "Responsable de la comunicación",
        "de": "Zuständig für Kommunikation", "fr": "Responsable de la communication", "ja": "顧客への連絡担当",
    },
    terms.COLUMNS["primary_contact_name"]: {
        "en": "Primary client contact", "pt": "Contato principal do cliente", "es": "Contacto principal del cliente",
        "de": "Hauptkontakt des Kunden", "fr": "Contact principal du client", "ja": "主要連絡先",
    },
    terms.CONTRACT_TYPES["contact_tier_upgrade"]: {
        "en": "Contact tier upgrade", "pt": "Upgrade do nível de contatos", "es": "Aumento del nivel de contactos",
        "de": "Upgrade der Kontaktstufe", "fr": "Passage au palier supérieur", "ja": "コンタクト枠の引き上げ",
    },
    terms.CONTRACT_TYPES["email_overage"]: {
        "en": "Email overage", "pt": "Excedente de e-mails", "es": "Excedente de correos",
        "de": "E-Mail-Mehrverbrauch", "fr": "Dépassement d’e\u2011mails", "ja": "Eメール超過",
    },
    terms.STATUSES["renewed"]: {
        "en": "Renewed", "pt": "Renovado", "es": "Renovado", "de": "Verlängert", "fr": "Renouvelé", "ja": "更新済み",
    },
    terms.STATUSES["pending"]: {
        "en": "Pending", "pt": "Pendente", "es": "Pendiente", "de": "Offen", "fr": "En attente", "ja": "未確定",
    },
    terms.FIGURES["agreed"]: {
        "en": "Agreed", "pt": "Aceito", "es": "Aceptado", "de": "Vereinbart", "fr": "Accepté", "ja": "同意あり",
    },
    terms.FIGURES["auto_renewed"]: {
        "en": "Auto-renewed", "pt": "Renovação automática", "es": "Renovación automática",
        "de": "Stillschweigend verlängert", "fr": "Reconduit tacitement", "ja": "自動更新",
    },
    NOTES["pending", "lapsing"]: {
        "en": "lapsing", "pt": "vai expirar", "es": "vencerá", "de": "läuft aus", "fr": "arrive à expiration",
        "ja": "満了予定",
    },
    terms.STATUSES["cancellation_requested"]: {
        "en": "Cancellation requested", "pt": "Cancelamento solicitado", "es": "Cancelación solicitada",
        "de": "Kündigung beantragt", "fr": "Résiliation demandée", "ja": "解約申請済み",
    },
    terms.COLUMNS["renewal_deadline"]: {
        "en": "Renewal deadline", "pt": "Data-limite de renovação", "es": "Fecha límite de renovación",
        "de": "Verlängerungsfrist", "fr": "Date limite de renouvellement", "ja": "更新期限",
    },
    terms.COLUMNS["subscription_term_months"]: {
        "en": "Subscription term", "pt": "Vigência da assinatura", "es": "Duración de la suscripción",
        "de": "Laufzeit", "fr": "Durée de l’abonnement", "ja": "契約期間",
    },
    terms.COLUMNS["estimated_new_mrr"]: {
        "en": "Estimated new MRR", "pt": "Novo MRR estimado", "es": "Nuevo MRR estimado",
        "de": "Geschätzter neuer MRR", "fr": "Nouveau MRR estimé", "ja": "新MRR（推定）",
    },
    finance_words.BRIDGE["settled_mrr"]: {
        "en": "MRR after settled changes", "pt": "MRR após alterações definidas", "es": "MRR tras cambios firmes",
        "de": "MRR nach feststehenden Änderungen", "fr": "MRR après changements actés", "ja": "確定変更反映後MRR",
    },
}  # fmt: skip
"""By the English term its word in each language."""

FURTHER = {
    ("de", terms.WORDS["run"]): "Berichts-ID",
    ("pt", terms.WORDS["as_of"]): "Data-base",
    ("pt", terms.CHARTS["deadlines_by_week"]): "Prazos por semana",
    ("en", terms.FIGURES["clients_to_act_on"]): "Clients needing action",
    ("en", terms.CHARTS["deadlines"]): "Upcoming deadlines",
    ("en", terms.ESTIMATE_BASES["unpriced"]): "No list price; the estimate equals the MRR before the change.",
    ("en", finance_words.SCENARIOS["full"]): "Upside",
    ("en", finance_words.SHEETS["rivals"]): "Alternative definitions",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terms_of_the_glossary(language):
    say = formats_for(language).say
    assert {term: say(term) for term in GLOSSARY} == {term: words[language] for term, words in GLOSSARY.items()}


def test_fifteen_terms_in_every_language():
    assert len(GLOSSARY) == 15
    assert {frozenset(words) for words in GLOSSARY.values()} == {frozenset(LANGUAGES)}


@pytest.mark.parametrize(("language", "term"), FURTHER)
def test_words_that_were_asked_for(language, term):
    assert formats_for(language).say(term) == FURTHER[language, term]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_state_has_one_name_on_a_page(language):
    # The tile and the status of a cancelled change, and of an automatic renewal and its basis, are one word each.
    say = formats_for(language).say
    assert say(terms.FIGURES["cancellation_requested"]) == say(terms.STATUSES["cancellation_requested"])
    assert say(terms.FIGURES["auto_renewed"]) == say(terms.STATUS_BASES["auto_renewed"])


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en", "12.5%"), ("pt-BR", "12,5%"), ("es", "12,5\u00a0%"), ("es-MX", "12.5%"), ("de", "12,5\u00a0%"),
     ("fr", "12,5\u00a0%"), ("ja", "12.5%")],
)  # fmt: skip
def test_a_percent_sign_is_written_as_the_locale_writes_it(locale, text):
    from decimal import Decimal

    assert formats_for(locale).percent(Decimal("12.5")) == text


def test_no_text_has_a_percent_sign_of_its_own():
    from tests.languages.catalogues import messages

    texts = messages().texts()
    assert [text for text in texts if "%" in "".join(text)] == []
