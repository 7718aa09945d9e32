"""Stories about partners, people and names, and the three rows that break the contract. Today is 2026-11-23."""

from __future__ import annotations

from typing import Final

from pipeline.sample import words
from pipeline.sample.story import Client, Contract, Line, Person, Row

_AHEAD: Final = "2027-02-01"
_BEYOND: Final = "2027-06-01"

ODD_PARTNER: Final = "P/ü 100%:*?"
HOSTILE_PARTNER_NAME: Final = "=cmd|' /C calc'!A0 <script>alert(\"x\")</script>"
LONG_PARTNER_NAME: Final = (
    "Internationale Gesellschaft für Wachstum, Vertrieb, Kundenbindung und datengestützte Unternehmensberatung "
    "mit beschränkter Haftung & Compagnie Kommanditgesellschaft auf Aktien, Zweigniederlassung Übersee"
)

_PARTNERS: Final = (
    # partner_id, name, report_emails, locale, time_zone, owns_communication
    ("P-DAYS", "Boundary & Sons", "reports@days.example", "en", "UTC", None),
    ("P-MIND", "Changes of Mind Ltd", "reports@mind.example", "en-GB", "Europe/London", "false"),
    ("P-MONEY", "Money Matters Inc.", "reports@money.example;cfo@money.example", "en-US", "America/New_York", "true"),
    ("P-SAO", "Agência São João", "relatorios@sao.example", "pt-BR", "America/Sao_Paulo", None),
    ("P-TOKYO", "東京マーケティング株式会社", "reports@tokyo.example", "ja-JP", "Asia/Tokyo", "false"),
    ("P-GULF", "وكالة الخليج للتسويق", None, "ar-AE", "Asia/Dubai", "true"),
    ("P-07", "Upper-case Seven", "reports@upper.example", None, None, None),
    ("p-07", "Lower-case seven", "reports@lower.example", "de-DE", "Europe/Berlin", None),
    (ODD_PARTNER, LONG_PARTNER_NAME, "reports@odd.example", "de-DE", "Europe/Berlin", "true"),
    ("P-HOSTILE", HOSTILE_PARTNER_NAME, "reports@hostile.example", "en", "UTC", None),
    ("P-QUIET", "Nothing Upcoming LLC", "reports@quiet.example", "en", "UTC", None),
    ("P-EMPTY", "No Clients Yet LLC", "reports@empty.example", "en", "UTC", None),
)

FILLED: Final = {"P-SAO": 3, "P-07": 0, "p-07": 1, ODD_PARTNER: 1, "P-HOSTILE": 0, "P-TOKYO": 4, "P-GULF": 5}
"""The partners that also get generated clients, with the position of their home currency in the catalogue."""


def partner_rows() -> list[Row]:
    """The export rows of the partners."""
    names = ("partner_id", "partner_name", "report_emails", "locale", "time_zone", "owns_communication")
    return [dict(zip(names, partner, strict=True)) for partner in _PARTNERS]


def _sao(name: str, client_name: str, people: tuple[Person, ...] | None = None, ended: str | None = None) -> Client:
    return Client(name, "P-SAO", client_name, (Contract(name, _AHEAD),), people=people, ended=ended)


PEOPLE: Final = (
    _sao("NO-PRIMARY", "Sem contato principal", (Person("Bruno Silva", None), Person("Inês Costa", "false"))),
    _sao("NO-CONTACTS", "Sem contatos", ()),
    Client(
        "MANY-PEOPLE",
        "P-SAO",
        "Muitas pessoas",
        (Contract("MANY-PEOPLE", _AHEAD),),
        people=(
            Person("Rosa Almeida", "false", "rosa@many.example", "CFO", "2026-11-01"),
            Person("José D'Ávila, filho", "true", "jose@many.example", "Sales, EMEA", "2026-10-01"),
            Person("Zoë Young", None, None, None, "2026-11-22"),
        ),
        usage=(
            ("Gmail", "2026-11-20", "2026-11-18"),
            ("Slack", "2026-11-20", "2026-11-19"),
            ("Zoom", "2026-11-24", "2026-11-24"),
        ),
    ),
    _sao("ENDED", "Associação encerrada", ended="2026-10-01"),
    _sao("ENDED-TODAY", "Associação encerrada hoje", ended="2026-11-23"),
    _sao("ENDS-LATER", "Associação até dezembro", ended="2026-12-31"),
    Client("NOBODY", None, "Nobody's client", (Contract("NOBODY", _AHEAD),)),
    Client("QUIET-1", "P-QUIET", "Renews in June", (Contract("QUIET-1", _BEYOND),)),
    Client("QUIET-2", "P-QUIET", "Has no contract"),
)

HOSTILE: Final = tuple(
    Client(
        f"HOSTILE-{number:02}",
        "P-HOSTILE",
        name,
        (Contract(f"HOSTILE-{number:02}", _AHEAD, (Line(name=f"Product {name}"),)),),
        people=(Person(name, title=name, email=f"user{number}@hostile.example"),),
    )
    for number, name in enumerate(words.HOSTILE, start=1)
)

NAMES: Final = tuple(
    Client(f"NAME-{number:02}", partner, name, (Contract(f"NAME-{number:02}", _AHEAD),), people=(Person(person),))
    for number, (partner, name, person) in enumerate(
        (
            ("P-TOKYO", words.JAPANESE[5], "髙橋 花子"),
            ("P-TOKYO", words.OTHER_SCRIPTS[3], "王 伟"),
            ("P-GULF", words.RIGHT_TO_LEFT[1], "ليلى حداد"),
            ("P-GULF", words.RIGHT_TO_LEFT[3], "נועה כהן"),
            ("P-SAO", words.ACCENTED[2], "João da Conceição"),
            ("P-SAO", words.ACCENTED[11], "Zoe\u0308 O'Brien"),
            (ODD_PARTNER, words.ACCENTED[6], "Božena Němcová"),
            (ODD_PARTNER, words.OTHER_SCRIPTS[6], "Nguyễn Thị Minh Khai"),
        ),
        start=1,
    )
)


BROKEN: Final[dict[str, list[Row]]] = {
    "contract_lines": [
        {
            "line_id": "L-BROKEN-REFERENCE",
            "contract_id": "C-DOES-NOT-EXIST",
            "product_code": "MKT-PRO",
            "product_name": "A line of a contract that is not there",
            "quantity": "1",
            "unit_price": "800",
        },
        {
            "line_id": "L-BROKEN-PRICE",
            "contract_id": "C-BROKEN-PRICE",
            "product_code": "ADDON-REPORTS",
            "product_name": "A price with seven decimals",
            "quantity": "1",
            "unit_price": "200.1234567",
        },
    ],
    "contacts": [
        {
            "contact_id": "U-BROKEN-DATE",
            "hub_id": "H-DAY45",
            "full_name": "Active on 30 February",
            "last_active_on": "2026-02-30",
        },
    ],
}
"""The only rows that break the contract: each goes to the quarantine, with its line."""
