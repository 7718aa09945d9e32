"""Which column plays which part, guessed by its name (five languages) and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts

_ANY: Final = ("text", "amount", "period", "email", "yes_no", "currency", "date", "epoch")
_DATES: Final = ("date", "epoch")
_TEXTS: Final = ("text", "period", "yes_no", "amount")
_KEY: Final = r"\b(id|ids|no|nr|num|number|nummer|numero|code|ref|reference|key|nro|kennung)\b"
_CONTRACT: Final = (
    r"\b(contracts?|agreements?|subscriptions?|vertrags?(nummer|nr|kennung|kennzeichen|id)?|contrats?|contratos?|abo|abonnements?|"
    r"po|deal|policy|opportunity|expedientes?|licitacion|processo|marche)\b"
)
_CLIENT: Final = (
    r"\b(clients?|customers?|accounts?|company|companies|vendors?|suppliers?|contractors?|kunden?\w*|lieferanten?\w*|"
    r"firma|clientes?|fournisseurs?|titulaire|proveedor\w*|contratista|fornecedor|contratado|organi[sz]ation|hub|"
    r"tenant|payee|provider|awardee|vertragspartner|auftragnehmer|anbieter|dienstleister|adjudicatari[oa]|empresa|societe|"
    r"editeur|prestataire|contratad[oa]|entreprise|gegenpartei|counterparty)\b"
)
_PARTNER: Final = (
    r"\b(partners?|resellers?|referr\w*|referral|agency|agentur|vermittler|broker|introduc\w*|affiliate|distributor|"
    r"channel|revendeur|parceiro|socio)\b"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part a column can play: its kinds, names that speak for it with their weight, names that speak against it."""

    name: str
    kinds: tuple[str, ...]
    names: tuple[tuple[str, int], ...]
    against: str = "$^"


_MONTHLY: Final = r"\b(p m|monthly|monatlich\w*|monats\w*|monat|mensual\w*|mensuel\w*|mensal\w*|month|mois|mes)\b"
_YEARLY: Final = r"\b(p a|pa|annual\w*|yearly|jahrlich\w*|jahres\w*|jahr|anual\w*|annuel\w*|annum|year|ano|an)\b"
_MONEY_WORDS: Final = (
    r"\b(fee|price|amount|charge|cost|value|rate|revenue|spend|rent|payment|betrag|preis|gebuhr|kosten|wert|montant|prix|cout|"
    r"importe|precio|coste?|cuota|valor|preco|custo)\b"
)
_WITH_TAX: Final = r"\b(con iva|com iva|ttc|brutto|bruto|gross|incl\w*|inkl\w*|with vat)\b"
"""A price is before tax: one with it comes last."""
MONEY_PARTS: Final = ("mrr", "unit_price", "arr", "total", "amount")
"""Parts that a price can play, the plainest first."""

PARTS: Final = (
    Part(
        "contract_id", _TEXTS,
        ((rf"{_CONTRACT}.*{_KEY}|{_KEY}.*{_CONTRACT}", 90), (_CONTRACT, 50), (r"^(record )?id$", 80), (_KEY, 40)),
        rf"revision|version|specification|title|name|type|status|value|amount|term|period|start|end|{_PARTNER}|pdf|url|"
        r"plan|product|price|department|zip|phone|post|line|award|amt|amount|sum|balance|remaining|total",
    ),
    Part(
        "client_id", _TEXTS,
        ((rf"{_CLIENT}.*{_KEY}|\b(kunden|lieferanten|debitoren|kreditoren|mandanten)(nummer|nr|id)\b", 90),),
        rf"name|{_PARTNER}|type|contact|status|manager|owner|address|phone",
    ),
    Part(
        "client_name", ("text",),
        ((rf"{_CLIENT}.*\b(name|nom|nombre|nome)\b|name.*{_CLIENT}", 95), (rf"^{_CLIENT}$", 80), (_CLIENT, 45),
         (r"^(name|display name|nom|nombre|nome)$", 35)),
        rf"{_KEY}|{_PARTNER}|nummer|type|contact|status|manager|owner|address|city|state|country|mail|email|phone|industry|"
        r"segment|size|domain|website|postcode",
    ),
    Part("partner", ("text", "period", "amount"),
         ((rf"{_PARTNER}.*\bname\b", 92), (rf"^{_PARTNER}$", 90), (_PARTNER, 60)),
         r"date|fee|commission|mail|email|type|status|discount|share|percent|rate|margin|since|level|tier|count|amount|value|"
         r"price|flag|\bis\b|\bhas\b|rabatt|provision"),
    Part(
        "starts", _DATES,
        ((r"\bterm (start\w*|begin\w*)\b", 97),
         (r"\b(term|contract|vertrag\w*|period) (start|begin\w*|from)\b|vertragsbeginn", 95),
         (r"\b(starts?|started|begins?|beginn\w*|commence\w*|inicio|debut|ab|von|from|effective|"
          r"desde|laufzeitbeginn)\b", 80),
         (r"\b(formalizacion|signed|signature|assinatura)\b", 50),
         (r"\b(activation|activated|award\w*|adjudicacion)\b", 45),
         (r"\b(created?|date|fecha|datum|data)\b", 15)),
        r"trial|billing cycle|renew|end|expir|cancel|updated|modified|last|birth",
    ),
    Part(
        "ends", _DATES,
        ((r"\bterm (end\w*|expir\w*)\b", 97),
         (r"\b(term|contract|vertrag\w*|period) (end|expir\w*|to|until)\b|vertragsende", 95),
         (r"\b(ends?|ended|expir\w*|ende|until|to|thru|through|bis|fin|fim|termino|vencimiento|vencimento|vence|finish|"
          r"finalizacion|echeance|hasta|ablauf\w*|laufzeitende|completion)\b", 80)),
        r"trial|start|begin|created|updated|cancel|renewal|next|charged|processed|invoiced|paid",
    ),
    Part(
        "renews", _DATES,
        ((r"\b(renew\w*|verlangerung\w*|renovacion|renouvellement|renovacao)\b", 90),
         (r"\bcurrent period end\b", 97), (r"\bnext (billing|invoice|payment)\b", 60)),
        r"auto|last|previous|type|status|count|trial",
    ),
    Part(
        "term", ("amount", "period", "text"),
        ((r"\b(initial|minimum|contract|subscription) (contract )?(period|term|duration)\b|"
          r"\b(mindest|vertrags)?laufzeit\b|vertragsdauer", 90),
         (r"\b(term|duration|duree|duracion|duracao|prazo|plazo|length|commitment)\b", 85), (r"\bmonths?\b", 50)),
        r"date|start|end|ende|beginn|payment|notice|kundigung|preavis|preaviso|mrr|price|fee|amount|value|billing|type|renew|cost|revenue|recurring",
    ),
    Part(
        "mrr", ("amount",),
        ((r"\bmrr\b", 100),
         (rf"{_MONTHLY}.*{_MONEY_WORDS}|{_MONEY_WORDS}.*{_MONTHLY}|\bmonats(betrag|preis|gebuhr|kosten|rate)\b|"
          r"\b(mensualite|mensualidade|mensualidad|cuota mensual)\b", 85)),
        r"change|new|expansion|churn",
    ),
    Part(
        "arr", ("amount",),
        ((r"\b(arr|acv)\b", 95),
         (rf"{_YEARLY}.*{_MONEY_WORDS}|{_MONEY_WORDS}.*{_YEARLY}|"
          r"\bjahres(betrag|preis|gebuhr|kosten|wert|vertragswert)\b", 85)),
        r"change|new",
    ),
    Part(
        "total", ("amount",),
        ((r"\b(tcv|total contract value|contract (value|amount|sum)|award\w* amount|award\w* value|gesamt\w*|"
          r"vertragswert|auftragswert|valor (total|global|do contrato|del contrato)|montant total|importe total|"
          r"importe (de )?adjudicacion|(valor|importe|presupuesto) (de )?(adjudicacion|licitacion|contrato))\b", 95),
         (r"\b(total|award\w*)\b.*\b(value|amount|price|cost|sum)\b|\b(value|amount|price|cost)\b.*\btotal\b", 85)),
        r"tax|vat|paid|spent|invoiced|minimum|number",
    ),
    Part(
        "amount", ("amount",),
        ((r"\b(amount|value|betrag|wert|preis|price|fee|cost|charge|montant|prix|importe|precio|valor|preco|rate|"
          r"revenue|net|kosten|gebuhr\w*|cout|cuota|coste?|tarif)\b", 60), (r"^total$", 50)),
        rf"{_KEY}|tax|\bvat\b|tva|mwst|set ?up|one off|einmalig\w*|installation|implementation|discount|remise|rabatt|"
        rf"descuento|"
        r"desconto|probability|commission|count|type|paid|spent|unit|percent|threshold|limit|balance|rounding|exchange",
    ),
    Part("unit_price", ("amount",),
         ((r"\b(unit price|unit cost|unit amount|price per|list price|einzelpreis|stuckpreis|prix unitaire|"
           r"(precio|preco|valor) unitario)\b", 95),)),
    Part("quantity", ("amount", "yes_no"),
         ((r"\b(quantity|qty|seats?|licen[cs]es|users|units|menge|anzahl|cantidad|quantite|quantidade)\b", 80),),
         r"price|max|limit|measure|fee|cost|value|amount|per\b|preis|prix|precio|preco"),
    Part("discount", ("amount", "yes_no"), ((r"\b(discount|rabatt|nachlass|remise|descuento|desconto)\b", 80),),
         r"end\b|date|code|total"),
    Part("currency", ("currency", "text"),
         ((r"\b(transaction|contract|billing) currency\b|^currency( code)?$", 95),
          (r"\b(currency|ccy|wahrung|devise|moneda|divisa|moeda)\b", 90)), r"home|base|reporting|rounding"),
    Part(
        "frequency", ("period", "text", "amount"),
        ((r"\b(billing|payment|invoice|zahlungs\w*|abrechnungs\w*)\b.*"
          r"\b(frequency|period|cycle|interval|weise|term|schedule)\b|zahlungsweise|abrechnungsintervall", 90),
         (r"\b(frequency|interval|cycle|cadence|turnus|periodicity|periodicidad|frequence|rhythmus)\b", 75)),
        r"date|count|day|start|end|per year|per annum|pro jahr|times|number of|amount|fee",
    ),
    Part(
        "product", ("text",),
        ((r"\b(product|plan|package|tier|produkt|produit|producto|produto|service|leistung)\b", 80),
         (r"\b(titles?|descriptions?|subject|bezeichnung|titel|objet|objeto|gegenstand|beschreibung|name)\b", 55)),
        rf"{_KEY}|{_CLIENT}|{_PARTNER}|contact|manager|type|first|last|user",
    ),
    Part("status", ("text", "yes_no"),
         ((r"^(contract |subscription )?(status|stage|zustand|estado|statut|situacao)$", 90),
          (r"\b(status|stage)\b", 50), (r"^state$", 40)), r"lead|tax|payment"),
    Part("auto_renews", ("yes_no", "text"),
         ((r"\b(auto\w*) ?(renew\w*)|auto.*verlang\w*|verlang\w* auto|renew\w* auto|evergreen|"
           r"verlangerung|extension|stillschweig\w*|tacit\w*|reconduction|prorrogable|"
            r"(renovacion|renovacao|renouvellement|reconduction) auto\w*", 90),)),
    Part("notice", ("amount", "period", "text"),
         ((r"\b(notice|kundigungsfrist|preavis|preaviso|aviso previo)\b", 85),),
         r"date|datum|fecha|given|sent|received"),
    Part("email", ("email",), ((r"mail|correo", 90), (r"contact", 40), (r"", 20))),
    Part("contact_name", ("text",),
         ((r"\b(contact|ansprechpartner|kontakt)\b.*\bname\b|^(contact|ansprechpartner|contacto|kontakt)$", 90),
          (r"\b(contact|ansprechpartner|contacto|kontakt|buyer|contract manager|responsible)\b", 55)),
         rf"{_KEY}|mail|email|phone|type|date|title"),
    Part("website", ("text",), ((r"\b(website|domain|homepage|web)\b", 80),), r"pdf|mail|id"),
    Part("revision", _ANY, ((r"\b(revision|version|amendment|modification|nachtrag|fassung|aditivo)\b", 85),), r"date"),
    Part("cancelled", _DATES, ((r"\b(cancel\w*|churn\w*|terminated|termination|gekundigt\w*|kundigung\w*)\b", 80),),
         r"reason|notice"),
    Part("product_code", ("text", "amount"),
         ((r"\b(sku|product (id|code|no|number)|plan id|item code|artikel\w*)\b", 85),)),
    Part("first_name", ("text",), ((r"\b(first|given) name\b|vorname|prenom", 90),)),
    Part("last_name", ("text",), ((r"\b(last|family) name\b|surname|nachname|apellido", 90),)),
)  # fmt: skip
"""Every part, described once. The order settles nothing: the strongest claim comes first."""


def money_columns(columns: Sequence[ColumnFacts]) -> list[tuple[str, ColumnFacts]]:
    """Every column that looks like a price, with the part it would play, in the order of the file."""
    money = [part for part in PARTS if part.name in MONEY_PARTS]
    found = []
    for column in columns:
        claims = {part.name: _claim(part, column) for part in money}
        best = max(claims, key=lambda name: claims[name])
        if claims[best] > 0:
            found.append((best, column))
    return found


def guess_parts(columns: Sequence[ColumnFacts]) -> dict[str, ColumnFacts]:
    """The column of each part that one was found for; a column plays one part."""
    claims = sorted(
        ((_claim(part, column), -place, part.name, column) for part in PARTS for place, column in enumerate(columns)),
        key=lambda claim: claim[:2],
        reverse=True,
    )
    found: dict[str, ColumnFacts] = {}
    taken: set[str] = set()
    for weight, _, part, column in claims:
        if weight > 0 and part not in found and column.name not in taken:
            found[part] = column
            taken.add(column.name)
    return _by_content(found, columns)


def _by_content(found: dict[str, ColumnFacts], columns: Sequence[ColumnFacts]) -> dict[str, ColumnFacts]:
    """Where no name says anything of dates, as in a language unknown here, their order does: start, end, first key."""
    dates = [column for column in columns if column.kind == "date"]
    if {"starts", "ends", "renews"} & set(found) or len(dates) < 2:
        return found
    taken = {column.name for column in found.values()}
    free = [column for column in columns if column.name not in taken and column not in dates]
    keys = [column for column in free if column.unique]
    texts = [column for column in free if column.kind == "text" and column not in keys[:1]]
    amounts = [column for column in free if column.kind == "amount" and column not in keys[:1]]
    claims = {"starts": dates, "ends": dates[1:], "contract_id": keys, "client_name": texts, "amount": amounts}
    return {part: held[0] for part, held in claims.items() if held} | found


def _claim(part: Part, column: ColumnFacts) -> int:
    if column.kind not in part.kinds or re.search(part.against, column.words):
        return 0
    # A column of Yes and No names nobody, also where a few cells say something else.
    if part.name == "partner" and column.marks * 2 > column.filled:
        return 0
    weight = max((weight for pattern, weight in part.names if re.search(pattern, column.words)), default=0)
    if part.name in MONEY_PARTS and re.search(_WITH_TAX, column.words):
        return max(weight - 10, 0)
    if weight and part.name in ("contract_id", "client_id"):
        share = 40 * column.distinct // max(column.rows, 1) if part.name == "contract_id" else 0
        full = column.filled * 10 >= column.rows * 9
        return weight + share if full else weight // 3
    return weight
