"""Stories about notices in months (partner P-DAYS) and credits (partner P-MONEY). Today is 2026-11-23."""

from __future__ import annotations

from typing import Final

from pipeline.sample.story import Client, Contract, Line

_RENEWAL: Final = "2027-01-15"


def _credited(name: str, credit: str) -> Contract:
    return Contract(name, _RENEWAL, (Line(), Line(credit, "LEGACY-BASIC")))


TERMS: Final = (
    Client(
        "NOTICE-MONTHS",
        "P-DAYS",
        "Notice in months",
        (
            Contract("MONTHS-CUT", "2027-01-31", notice_months="2"),
            Contract("MONTHS-PASSED", "2027-02-22", notice_months="3"),
        ),
    ),
    Client("CREDITS", "P-MONEY", "Credits", (_credited("CREDIT", "-100"), _credited("CREDIT-OVER", "-1000"))),
)
