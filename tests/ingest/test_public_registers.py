"""Registers as public bodies and vendors publish them, of new shapes: no wrong figure without a question.

All names are invented. Each is drafted, tried out as it is, and compared with what a person would reckon.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.ingest.profiles.drafting import write_draft
from pipeline.profile_check import check_profile
from pipeline.settings import Settings
from tests.ingest.test_odd_registers import asked, mrr

DAY = date(2026, 11, 23)

SPANISH_AWARDS = """\
Nº Expediente;Objeto;Adjudicatario;Fecha adjudicación;Fecha formalización;Plazo;Importe (sin IVA);Importe (con IVA)
2024/0012;Mantenimiento de ascensores;Ascensores Sur, S.L.;15/01/2024;01/02/2024;3 años;36.000,00 €;43.560,00 €
2024/0044;Licencias de software;Soft Ibérica, S.A.;10/03/2026;01/04/2026;12 meses;12.500,00 €;15.125,00 €
2025/0101;Limpieza de edificios;Limpiezas Norte, S.L.;20/12/2025;01/01/2026;24 meses;120.000,00 €;145.200,00 €
2023/0007;Seguros;Seguros Unidos;15/12/2022;01/01/2023;48 meses;8.400,00 €;10.164,00 €
"""

FRENCH_SOFTWARE = """\
Logiciel;Éditeur;Début;Échéance;Tacite reconduction;Préavis;Licences;Prix unitaire HT;Montant annuel HT;Devise;Statut
Suite Bureau;Éditions Alpha;01/01/2024;31/12/2024;Oui;3 mois;50;120,00;6 000,00;EUR;Actif
CRM Pro;Bêta SaaS;15/03/2026;14/03/2027;Oui;90 jours;20;600,00;12 000,00;EUR;Actif
Paie;Gamma;01/07/2025;30/06/2026;Non;1 mois;1;2 400,00;2 400,00;EUR;Résilié
Sauvegarde;Delta Cloud;01/09/2026;;Oui;;10;36,00;360,00;EUR;Actif
"""

OPPORTUNITIES = """\
Opportunity ID,Opportunity Name,Account,Stage,Amount,Close Date,Contract Term (Months),Contract Start,Probability (%)
006A1,Acme - Renewal 2026,Acme Corp,Closed Won,$1.2K,1/15/2026,12,2/1/2026,100%
006A2,Blue - New,Blue Water,Closed Won,$24K,3/20/2026,24,4/1/2026,100%
006A3,Cedar - Upsell,Cedar Inc,Negotiation,$3.6K,12/15/2026,12,1/1/2027,60%
006A4,Dune - New,Dune LLC,Closed Lost,$12K,5/1/2026,12,6/1/2026,0%
006A5,Elm - New,Elm & Co,Closed Won,$1.1M,6/13/2026,36,7/1/2026,100%
"""

GERMAN_REGISTER = """\
Vertragsregister Stadtwerke Musterstadt;;;;;;;
Stand: 20.11.2026;;;;;;;
;;;;;;;
Vertrags-Nr.;Vertragspartner;Gegenstand;Vertragsbeginn;Laufzeit bis;Verlängerung;Kündigungsfrist;Kosten p.a. netto (€)
2019-001;Heizung GmbH;Wartung Heizung;01.04.2019;unbefristet;automatisch 1 Jahr;3 Monate zum Quartalsende;4.800,00
2021-014;IT Service AG;Serverbetrieb;01.01.2021;31.12.2026;automatisch 1 Jahr;6 Monate;24.000,00
2023-003;Reinigung Blitz;Gebäudereinigung;15.05.2023;14.05.2027;keine;3 Monate;36.120,50
2025-020;Druck & Co;Kopierer;01.10.2025;30.09.2028;keine;4 Wochen zum Monatsende;1.200,00
;;;;;Summe;;66.120,50
"""

COUNCIL = """\
Reference,Title,Supplier Name,Start Date,End Date,Review Date,Contract Value (£),Annual Spend,Extension Option
REF001,Grounds maintenance,Green Ltd,01/04/2024,31/03/2027,01/10/2026,"£360,000","£120,000",2 x 12 months
REF002,Payroll,Pay plc,01/04/2025,31/03/2028,01/10/2027,"£36,000","£12,000",None
REF003,Water,Water Co,01/01/2020,Ongoing,,"£0","£24,000",None
REF004,Legal,Law LLP,01/07/2026,30/06/2027,01/02/2027,TBC,"£6,000",12 months
"""

BRAZILIAN_CITY = """\
Número do Contrato;Contratada;Objeto;Início da Vigência;Término da Vigência;Valor Global (R$);Valor Mensal (R$);Situação
001/2025;Limpa Tudo Ltda;Limpeza;01/02/2025;31/01/2027;240.000,00;10.000,00;Vigente
002/2026;Seguros SA;Seguro;01/01/2026;31/12/2026;12.000,00;1.000,00;Vigente
003/2020;Velha ME;Vigilância;01/01/2020;31/12/2021;60.000,00;2.500,00;Encerrado
"""


@pytest.mark.parametrize(
    ("name", "text", "expected", "matters"),
    [
        # 36,000 / 36 + 12,500 / 12 + 120,000 / 24 + 8,400 / 48, before VAT; the award's total could be a year's.
        ("adjudicaciones.csv", SPANISH_AWARDS, {"EUR": "7216.67"}, {"term or total", "price", "no start"}),
        # CRM Pro 12,000 and the backup 360 a year. Suite Bureau renews itself and ended in 2024: asked.
        ("logiciels.csv", FRENCH_SOFTWARE, {"EUR": "1030.00"}, {"no end", "status", "contract number"}),
        # 1,200 / 12 + 24,000 / 24 + 1,100,000 / 36; a lost deal and one under negotiation are not contracts.
        ("opportunities.csv", OPPORTUNITIES, {"USD": "31655.56"}, {"term or total", "currency", "status"}),
        # 4,800 + 24,000 + 36,120.50 + 1,200 a year; the sum below is not a contract.
        ("vertraege.csv", GERMAN_REGISTER, {"EUR": "5510.04"}, {"no end", "notice", "contract number"}),
        # The annual spend of all four; "Ongoing" has no end, and the contract value is another amount.
        ("contracts-register.csv", COUNCIL, {"GBP": "13500.00"}, {"no end", "price"}),
        # 10,000 + 1,000 a month; the third ended in 2021.
        ("contratos.csv", BRAZILIAN_CITY, {"BRL": "11000.00"}, {"status", "price"}),
    ],
)
def test_a_register_nobody_has_seen(tmp_path: Path, name: str, text: str, expected: dict[str, str], matters: set[str]):
    (tmp_path / "exports").mkdir()
    path = tmp_path / "exports" / name
    path.write_text(text, encoding="utf-8")
    write_draft([path], tmp_path / "draft", as_of=DAY)
    checked = check_profile(path.parent, tmp_path / "draft", settings=Settings(), as_of=DAY)
    assert mrr(checked) == expected
    # What the questions say of the draft as it stands is what a run makes of it.
    assert all(question["mrr"] == expected for question in checked.questions)
    assert matters <= set(asked(tmp_path / "draft"))
    assert checked.stopped == []
    assert all(file.adds_up for file in checked.ingested.files)
