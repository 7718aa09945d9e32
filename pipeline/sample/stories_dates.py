"""Stories about dates and status (partners P-DAYS and P-MIND). Today is 2026-11-23."""

from __future__ import annotations

from typing import Final

from pipeline.sample.story import Change, Client, Contract, Line

_PASSED: Final = "2026-12-15"
"""A renewal whose deadline (2026-10-31) has passed."""

_AHEAD: Final = "2027-02-01"
"""A renewal whose deadline (2026-12-18) lies ahead."""


def _days(name: str, client_name: str, *contracts: Contract) -> Client:
    return Client(name, "P-DAYS", client_name, contracts)


def _mind(name: str, client_name: str, renewal: str, change: Change | None = None, auto: str | None = None) -> Client:
    changes = () if change is None else (change,)
    return Client(name, "P-MIND", client_name, (Contract(name, renewal, changes=changes, auto_renews=auto),))


DATES: Final = (
    _days("DAY0", "Renews today", Contract("DAY0", "2026-11-23")),
    _days("DAY1", "Renews tomorrow", Contract("DAY1", "2026-11-24")),
    _days("DAY44", "Day 44", Contract("DAY44", "2027-01-06")),
    _days("DAY45", "Day 45", Contract("DAY45", "2027-01-07")),
    _days("DAY46", "Day 46", Contract("DAY46", "2027-01-08")),
    _days("DAY119", "Day 119", Contract("DAY119", "2027-03-22")),
    _days("DAY120", "Day 120", Contract("DAY120", "2027-03-23")),
    _days("DAY121", "Day 121", Contract("DAY121", "2027-03-24")),
    _days("NOTICE0", "No notice", Contract("NOTICE0", "2026-11-24", notice="0")),
    _days("NOTICE90", "Ninety days' notice", Contract("NOTICE90", "2027-02-21", notice="90")),
    _days("NOTICE91", "Ninety-one days' notice", Contract("NOTICE91", "2027-02-21", notice="91")),
    _days(
        "MONTH-END",
        "Month ends",
        Contract("MONTH-END", "2027-01-31", (Line("2400"),), term=3, start="2026-10-31", billing="quarterly"),
        Contract("FEB28", "2027-02-28", start="2026-02-28"),
    ),
    _days(
        "LEAP-DAY",
        "Leap days",
        Contract("FEB29", "2027-02-28", term=36, start="2024-02-29"),
        Contract("LEAP-AHEAD", "2028-02-29", term=24),
    ),
    _days("LIVE-TODAY", "Began today", Contract("LIVE-TODAY", "2027-02-23", term=3)),
    _days("NOT-YET", "Begins in December", Contract("NOT-YET", "2027-03-01", term=3)),
    _days("EXPIRED", "Expired in November", Contract("EXPIRED", "2026-11-01")),
    _days("MONTHLY", "Month by month", Contract("MONTHLY", "2026-12-10", term=1)),
)

MINDS: Final = (
    _mind("AGREED", "Agreed", _AHEAD, Change(agreed="2026-11-10")),
    _mind("CANCEL", "Cancelled in time", _AHEAD, Change(cancelled="2026-11-15")),
    _mind("LATE-SILENCE", "Cancelled after silence renewed", _PASSED, Change(cancelled="2026-11-10")),
    _mind("LATE-AGREED", "Cancelled late after agreeing", _PASSED, Change(agreed="2026-10-01", cancelled="2026-11-10")),
    _mind(
        "AGREED-CANCEL", "Agreed, then cancelled in time", _AHEAD, Change(agreed="2026-10-01", cancelled="2026-11-10")
    ),
    _mind("CANCEL-AGREED", "Cancelled, then agreed", _AHEAD, Change(agreed="2026-11-12", cancelled="2026-11-01")),
    _mind("SAME-DAY", "Both on one day", _AHEAD, Change(agreed="2026-11-12", cancelled="2026-11-12")),
    _mind("ON-DEADLINE", "Cancelled on the deadline", _PASSED, Change(cancelled="2026-10-31")),
    _mind("LAPSING", "Lapsing", _PASSED, auto="false"),
    _mind("LAPSED-CANCEL", "Cancelled after lapsing", _PASSED, Change(cancelled="2026-11-10"), auto="false"),
    _mind("ENDS-UNLESS", "Ends unless agreed", _AHEAD, auto="false"),
    _mind("ENDS-AGREED", "Ends, but agreed", _PASSED, Change(agreed="2026-10-20"), auto="false"),
    _mind("FUTURE-CANCEL", "Cancellation dated tomorrow", _AHEAD, Change(cancelled="2026-11-24")),
    _mind("FUTURE-AGREED", "Agreement dated tomorrow", _PASSED, Change(agreed="2026-11-24"), auto="true"),
    Client(
        "MONTHLY-CANCEL",
        "P-MIND",
        "Month by month, cancelled",
        (Contract("MONTHLY-CANCEL", "2026-12-10", term=1, changes=(Change(cancelled="2026-11-15"),)),),
    ),
)
