"""Stories about money (partner P-MONEY, and currencies at P-TOKYO and P-GULF). Today is 2026-11-23."""

from __future__ import annotations

from typing import Final

from pipeline.sample.story import Change, Client, Contract, Line

_RENEWAL: Final = "2027-01-15"
_LATER: Final = "2027-09-01"
"""A renewal beyond the window: only the other changes of the contract are upcoming."""

_CTU: Final = "contact_tier_upgrade"
_EO: Final = "email_overage"


def _money(name: str, client_name: str, *contracts: Contract) -> Client:
    return Client(name, "P-MONEY", client_name, contracts)


def _discount(name: str, percent: str, until: str | None) -> Contract:
    return Contract(name, _RENEWAL, (Line(discount=percent, until=until),))


def _quote(name: str, quote: str) -> Contract:
    return Contract(name, _RENEWAL, changes=(Change(quote=quote),))


PRICES: Final = (
    _money(
        "BILLING",
        "Every billing frequency",
        Contract("BILL-MONTHLY", _RENEWAL, (Line("800"),)),
        Contract("BILL-QUARTERLY", _RENEWAL, (Line("2400"),), billing="quarterly"),
        Contract("BILL-SEMIANNUAL", _RENEWAL, (Line("4800"),), billing="semiannual"),
        Contract("BILL-ANNUAL", _RENEWAL, (Line("9600"),), billing="annual", interval="12"),
        Contract("BILL-OTHER3", _RENEWAL, (Line("2400"),), billing="other", interval="3"),
        Contract("BILL-OTHER18", _RENEWAL, (Line("14400"),), billing="other", interval="18"),
    ),
    _money(
        "ROUNDING",
        "Rounded once, half up",
        Contract("ROUND-HALF", _RENEWAL, (Line("1.50", "LEGACY-BASIC"),), billing="annual"),
        Contract("SUM-FIRST", _RENEWAL, (Line("0.05", "LEGACY-BASIC"),) * 3, billing="annual"),
        Contract("SEATS", _RENEWAL, (Line("85.50", "SALES-PRO", "7"),)),
        Contract("HALF-SEAT", _RENEWAL, (Line("90", "SERVICE-PRO", "2.5"),)),
    ),
    _money(
        "DISCOUNTS",
        "Discounts, open and ending",
        _discount("DISC-OPEN", "10", None),
        _discount("DISC-BETWEEN", "20", "2026-12-31"),
        _discount("DISC-ON-DAY", "20", "2027-01-15"),
        _discount("DISC-AFTER", "20", "2027-01-16"),
        _discount("DISC-ENDED", "20", "2026-11-23"),
        _discount("DISC-TOMORROW", "20", "2026-11-24"),
        _discount("DISC-ALL", "100", None),
        _discount("DISC-THIRD", "33.3333", None),
    ),
    _money("BOOK-BEFORE", "The day before the new list", Contract("BOOK-BEFORE", "2027-02-28")),
    _money("BOOK-ON", "The day of the new list", Contract("BOOK-ON", "2027-03-01")),
    _money(
        "CTU-RENEWAL",
        "Upgrade, then renewal",
        Contract("CTU-RENEWAL", _RENEWAL, changes=(Change(_CTU, "2026-12-15", agreed="2026-11-20", limit="25000"),)),
    ),
    _money(
        "CTU-CANCELLED",
        "Upgrade cancelled in time",
        Contract(
            "CTU-CANCELLED", "2027-02-01", changes=(Change(_CTU, "2027-01-10", cancelled="2026-11-15", limit="15000"),)
        ),
    ),
    _money(
        "CTU-LATE",
        "Upgrade agreed, cancelled late",
        Contract(
            "CTU-LATE",
            "2027-02-01",
            changes=(Change(_CTU, "2026-12-15", agreed="2026-09-01", cancelled="2026-11-05", limit="15000"),),
        ),
    ),
    _money(
        "CTU-UNAGREED",
        "Upgrade never agreed, cancelled after its deadline",
        Contract("CTU-UNAGREED", _LATER, changes=(Change(_CTU, "2026-12-15", cancelled="2026-11-05", limit="15000"),)),
    ),
    _money(
        "CTU-TWICE",
        "Two upgrades, the second not higher",
        Contract(
            "CTU-TWICE",
            _LATER,
            changes=(
                Change(_CTU, "2026-12-15", limit="20000", name="CTU1"),
                Change(_CTU, "2027-01-10", limit="15000", name="CTU2"),
            ),
        ),
    ),
    _money(
        "CTU-MARCH",
        "Upgrade at the new list",
        Contract("CTU-MARCH", _LATER, changes=(Change(_CTU, "2027-03-01", limit="15000"),)),
    ),
    _money(
        "CTU-HISTORY",
        "An upgrade of last June",
        Contract("CTU-HISTORY", _RENEWAL, changes=(Change(_CTU, "2026-06-01", agreed="2026-05-01", limit="10000"),)),
    ),
    _money("EO", "E-mail overage", Contract("EO", _LATER, changes=(Change(_EO, _RENEWAL, limit="220000"),))),
    _money(
        "EO-SILENCE",
        "Silence does not confirm an overage",
        Contract("EO-SILENCE", _LATER, changes=(Change(_EO, "2026-12-15", limit="150000"),)),
    ),
    _money(
        "ONE-DAY",
        "Everything on one day",
        Contract("ONE-DAY", _RENEWAL, changes=(Change(), Change(_EO, limit="150000"), Change(_CTU, limit="15000"))),
    ),
    _money(
        "CANCEL-THEN-CTU",
        "An upgrade after the end",
        Contract(
            "CANCEL-THEN-CTU",
            _RENEWAL,
            changes=(Change(cancelled="2026-11-15"), Change(_CTU, "2027-02-15", limit="15000")),
        ),
    ),
    _money(
        "QUOTES", "Quotes", _quote("QUOTE-UP", "950"), _quote("QUOTE-DOWN", "700"), _quote("QUOTE-ROUND", "812.3456")
    ),
    _money(
        "CTU-QUOTE",
        "Quoted upgrade, then renewal",
        Contract(
            "CTU-QUOTE",
            _RENEWAL,
            changes=(Change(_CTU, "2026-12-15", agreed="2026-11-20", limit="15000", quote="900"),),
        ),
        Contract(
            "CTU-QUOTE-LOW",
            _RENEWAL,
            changes=(Change(_CTU, "2026-12-15", agreed="2026-11-20", limit="15000", quote="750"),),
        ),
    ),
    _money("NO-BOOK", "Not in the price book", Contract("NO-BOOK", _RENEWAL, (Line("300", "ADDON-IP"),))),
    _money("MIXED-BOOK", "Half in the price book", Contract("MIXED-BOOK", _RENEWAL, (Line(), Line("300", "ADDON-IP")))),
    _money(
        "UNPRICED",
        "Limits that nothing prices",
        Contract("NO-BLOCKS", _LATER, (Line("100", "SALES-PRO"),), (Change(_CTU, _RENEWAL, limit="15000"),)),
        Contract("NULL-LIMIT", _LATER, changes=(Change(_CTU, _RENEWAL, limit="15000"),), contact_max=None),
        Contract(
            "LOW-BAND", _LATER, (Line("20", "MKT-STARTER"),), (Change(_CTU, _RENEWAL, limit="3000"),), contact_max="500"
        ),
        Contract(
            "STARTER-CTU",
            _LATER,
            (Line("20", "MKT-STARTER"),),
            (Change(_CTU, _RENEWAL, limit="2500"),),
            contact_max="1000",
        ),
    ),
    _money(
        "LINES",
        "Lines of every kind",
        Contract("NO-LINES", _RENEWAL, ()),
        Contract("ONE-OFF-ONLY", _RENEWAL, (Line("3000", "ONBOARDING", recurs="false"),)),
        Contract("ONE-OFF", _RENEWAL, (Line(), Line("3000", "ONBOARDING", recurs="false"))),
        Contract(
            "MANY-LINES", _RENEWAL, (Line(), Line("100", "SALES-PRO"), Line("100", "SALES-PRO", "2", recurs="true"))
        ),
        Contract("BROKEN-PRICE", _RENEWAL),
    ),
    _money(
        "TWO",
        "Two currencies and a successor",
        Contract("TWO-USD", _RENEWAL),
        Contract("TWO-EUR", _RENEWAL, (Line("720"),), currency="EUR"),
        Contract("SUCCESSOR", "2028-01-15", start=_RENEWAL),
    ),
    _money(
        "CLP",
        "Chilean pesos, no exchange rate",
        Contract("CLP", _RENEWAL, (Line("720000"),), currency="CLP"),
        Contract("CLP-CTU", _LATER, (Line("720000"),), (Change(_CTU, _RENEWAL, limit="15000"),), currency="CLP"),
    ),
    Client(
        "JPY",
        "P-TOKYO",
        "株式会社東京商事",
        (
            Contract("JPY", _RENEWAL, (Line("1440005"),), currency="JPY", billing="annual"),
            Contract("JPY-HALF", _RENEWAL, (Line("99.5", "LEGACY-BASIC"),), currency="JPY"),
            Contract("JPY-CTU", _LATER, (Line("120000"),), (Change(_CTU, _RENEWAL, limit="15000"),), currency="JPY"),
        ),
    ),
    Client(
        "KWD",
        "P-GULF",
        "شركة الخليج للتجارة",
        (
            Contract("KWD", _RENEWAL, (Line("240.1235"),), currency="KWD"),
            Contract("KWD-QUOTE", _RENEWAL, (Line("240"),), (Change(quote="250.5555"),), currency="KWD"),
        ),
    ),
)
