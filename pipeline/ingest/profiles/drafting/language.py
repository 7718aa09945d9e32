"""The language of a header: what a point in an amount likely is, and which currency, where nothing else says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_LANGUAGES: Final = {
    "de": r"vertrag|betrag|kunde|beginn|ende\b|wahrung|preis|laufzeit|kundigung|lieferant|firma|anbieter|kosten|jahr|"
    "monat|"
    r"wert\b|bezeichnung|nummer|menge|rabatt|gesamt|netto|zahlung",
    "fr": r"contrat|montant|fournisseur|debut|fin\b|devise|prix|duree|preavis|reconduction|annuel|mensuel|abonnement|"
    r"remise|quantite|echeance|societe|logiciel|numero",
    "es": r"contrato|importe|proveedor|inicio|moneda|precio|plazo|cliente|adjudica|vencimiento|mensual|anual|empresa|"
    "objeto|"
    r"cantidad|descuento|expediente|fecha|duracion",
    "pt": r"contrato|valor|fornecedor|inicio|moeda|preco|prazo|cliente|vigencia|termino|mensal|anual|empresa|contratad|"
    r"quantidade|desconto|numero|objeto",
}


def language_of(names: Sequence[str]) -> str:
    """The language of a header, by its words: de, fr, es, pt, else en."""
    text = " ".join(names)
    counts = {language: len(set(re.findall(words, text))) for language, words in _LANGUAGES.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else "en"
