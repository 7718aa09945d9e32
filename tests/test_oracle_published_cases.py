"""Right answers that others published (`../shared/cases`), asked of both the oracle and the transforms.

The amounts are the vendors' own; what is not said there (dates, names) is ours. Cases that rest on a convention that
is not ours are named below with the reason, so that a new case in the folder makes a test fail until it is judged.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import transform
from pipeline.settings import Settings
from tests import oracle, strategies

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the published cases are not here")

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
DAY = date(2026, 11, 23)
YEAR = timedelta(days=365)
ONCE = "once"
FREQUENCIES = {1: "monthly", 3: "quarterly", 6: "semiannual", 12: "annual"}


def asked_of_the_oracle(exports: strategies.Exports, as_of: date, window_days: int) -> Tables:
    chosen = Settings(window_days=window_days)
    names = ("upcoming_renewals", "contract_mrr", "partner_summary")
    return {name: getattr(oracle, name)(exports, as_of=as_of, settings=chosen) for name in names}


def asked_of_the_transforms(exports: strategies.Exports, as_of: date, window_days: int) -> Tables:
    published = transform.build(strategies.frames(exports), as_of=as_of, window_days=window_days)
    return {name: frame.to_dicts() for name, frame in published.items()}


@pytest.fixture(params=[asked_of_the_oracle, asked_of_the_transforms], ids=["oracle", "transforms"])
def answer(request):
    def ask(exports: strategies.Exports, *, as_of: date = DAY, window_days: int = 120) -> Tables:
        return request.param(exports, as_of, window_days)

    return ask


def contract(
    *lines: tuple[Any, ...],
    months: int = 1,
    currency: str = "USD",
    starts: date = DAY - YEAR,
    renews: date = DAY + YEAR,
    notice_days: int | None = None,
) -> dict[str, Any]:
    """A contract with lines (quantity, price per billing period[, ONCE | discount percent[, first day without it]])."""
    return {
        "lines": [(*line, None, None)[:4] for line in lines],
        "currency": currency,
        "term_start_date": starts,
        "renewal_start_date": renews,
        "subscription_term_months": 12,
        "billing_frequency": FREQUENCIES.get(months, "other"),
        "billing_interval_months": months,
        "notice_days": notice_days,
    }


def exports_of(*contracts: dict[str, Any], fx_rates: Rows | None = None) -> strategies.Exports:
    """One client of one partner with these contracts, K0, K1, …"""
    contract_rows, line_rows = [], []
    for number, given in enumerate(contracts):
        cells = {name: value for name, value in given.items() if name != "lines"}
        contract_rows.append(cells | {"contract_id": f"K{number}", "hub_id": "h"})
        for place, (quantity, price, discount, ends) in enumerate(given["lines"]):
            line_rows.append(
                {
                    "line_id": f"K{number}/{place}",
                    "contract_id": f"K{number}",
                    "product_code": f"P{place}",
                    "product_name": f"Product {place}",
                    "quantity": Decimal(quantity),
                    "unit_price": Decimal(price),
                    "discount_percent": None if discount in (None, ONCE) else Decimal(discount),
                    "discount_end_date": ends,
                    "is_recurring": discount != ONCE,
                }
            )
    return strategies.exports_of(
        partners=[{"partner_id": "p", "partner_name": "Partner"}],
        clients=[{"hub_id": "h", "client_name": "Client", "partner_id": "p"}],
        contracts=contract_rows,
        contract_lines=line_rows,
        fx_rates=fx_rates or [],
    )


def total_mrr(tables: Tables) -> Decimal:
    return sum((row["current_mrr"] for row in tables["contract_mrr"]), Decimal(0))


def rows_of(path: str) -> list[dict[str, str]]:
    with (CASES / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- prices to MRR -----------------------------------------------------------------------------------------------


def test_killbill_prices_per_billing_period(answer):
    # They round to four decimals, half up; so does a contract in unidades de fomento, whose minor unit is a
    # ten-thousandth. No billing period is a one-off price there, a line that does not recur here.
    rows = rows_of("mrr/killbill_price_to_mrr.csv")
    periods = {"MONTHLY": 1, "ANNUAL": 12, "NO_BILLING_PERIOD": 1}
    contracts = [
        contract(
            (1, row["price"], ONCE if row["billing_period"] == "NO_BILLING_PERIOD" else None),
            months=periods[row["billing_period"]],
            currency="CLF",
        )
        for row in rows
    ]
    found = {row["contract_id"]: row["current_mrr"] for row in answer(exports_of(*contracts))["contract_mrr"]}
    assert len(rows) == 63
    assert found == {f"K{number}": Decimal(row["expected_mrr_4dp"]) for number, row in enumerate(rows)}


def test_stripe_subscription_items(answer):
    # Amounts in cents; the item without a plan has no price, so it is a contract without lines.
    rows = rows_of("mrr/stripe_seed_expected_mrr.csv")
    contracts = [
        contract((row["quantity"], Decimal(row["unit_amount_minor"]) / 100), months=int(row["interval_count"]))
        if row["unit_amount_minor"]
        else contract()
        for row in rows
    ]
    assert {row["interval"] for row in rows} == {"month", ""}
    found = {row["contract_id"]: row["current_mrr"] for row in answer(exports_of(*contracts))["contract_mrr"]}
    expected = {f"K{n}": Decimal(row["expected_contract_mrr_minor"]) / 100 for n, row in enumerate(rows)}
    assert found == expected


GOLD = contract((4, 500), months=12)
METERED_20, METERED_15 = (1, 20, ONCE), (1, 15, ONCE)
TOMORROW = DAY + timedelta(days=1)

# By the words of the example: contracts of ours that say the same, and which number of the published text is the sum
# of their MRR. Several pairs when the example says several things.
WORKED_EXAMPLES = {
    "annual subscription 1,200": [([contract((1, 1200), months=12)], 0)],
    "4 x Gold yearly at $500, billed $2,000": [([GOLD], 0)],
    "same customer adds 2 x Silver monthly at $30": [([GOLD, contract((2, 30))], 0)],
    "cancels the Silver monthly mid-cycle, Gold yearly still active": [([GOLD, contract((2, 30), renews=DAY)], 0)],
    "cancels the last subscription before the year ends": [([{**GOLD, "renewal_start_date": DAY}], 0)],
    "5 customers x $5/month; then + 2 x $30/month": [
        ([contract((1, 5))] * 5, 0),
        ([contract((1, 5))] * 5 + [contract((1, 30))] * 2, 1),
    ],
    "5 x $25/month + 5 x $50/month": [([contract((5, 25)), contract((5, 50))], 0)],
    "5 x $240/year + 5 x $24/month": [([contract((5, 240), months=12), contract((5, 24))], 0)],
    "$10/month": [([contract((1, 10))], 0)],
    "$120/year": [([contract((1, 120), months=12)], 0)],
    "$10/month base + 10 x $1 quantity component": [([contract((1, 10), (10, 1))], 0)],
    # Metered usage comes as lines that do not recur.
    "$10/month base + $20 then $15 metered usage": [([contract((1, 10), METERED_20, METERED_15)], 0)],
    "yearly plan 13,899 + yearly add-on 2,100 limited to 1 billing cycle": [
        ([contract((1, 13899), (1, 2100, ONCE), months=12)], 0)
    ],
    # The list price of 8.00 beside the agreed 5 is the price book's business, not MRR's.
    "10 units x $5 monthly, 2018-01-01..2018-12-31 (list 8.00)": [([contract((10, 5))], 0)],
    # The last day with the discount is net, the first day without it gross.
    "monthly $10 for 2025 + 10% discount for first 3 months + $5 one-time": [
        ([contract((1, 10, 10, TOMORROW), (1, 5, ONCE))], -1),
        ([contract((1, 10, 10, DAY), (1, 5, ONCE))], -2),
    ],
    # MRR is net of discounts here: the second number.
    "$50/month 2021-01-01..2021-12-31, 10% discount": [([contract((1, 50, 10))], 1)],
    "price change 2021-04-01: +65 gross / -50 gross with 20% discount": [
        ([contract((1, 65, 20))], 0),
        ([contract((1, 50, 20))], 1),
    ],
    # Its first day and its last.
    "$100 Mar 29 - Apr 29; daily x 30; yearly / 12": [
        ([contract((1, 100), starts=DAY, renews=DAY + timedelta(days=31))], 0),
        ([contract((1, 100), starts=DAY - timedelta(days=30), renews=TOMORROW)], 0),
    ],
    "$35/month; $360/year": [([contract((1, 35))], 0), ([contract((1, 360), months=12)], 1)],
    "P1 100/month, P2 300/quarter, P3 1200/year, each billed monthly, quarterly or yearly (9 combinations)": [
        ([contract((1, 100 * months), months=months)], 0) for months in (1, 3, 12)
    ],
    # Year 2's price is a plan for the renewal; today's MRR is year 1's.
    "year 1: 10/month; year 2: 100/month on one deal": [([contract((1, 10))], 1)],
}
NOT_OURS = {
    "daily charge/len*30; weekly charge/len*4.33; annual charge/len/12": "a rule without numbers, before discounts",
    "MRR = net price x qty (annual: /12); ARR = MRR x 12; ACV = one-time + ARR; TCV = one-time + MRR x term months": (
        "a rule without numbers"
    ),
    "monthly, anchor January 31": "billing dates: rules 1 to 10 add no months",
    "field meaning ARR / TCV": "the meaning of a field, without numbers",
    "$50 every 2 weeks": "the contract knows whole months only, and the vendors disagree among themselves",
}


def worked_examples() -> dict[str, str]:
    examples = json.loads((CASES / "mrr/vendor_worked_examples.json").read_text(encoding="utf-8"))
    return {example["input"]: example.get("expected_mrr", "") for example in examples}


def test_every_worked_example_is_judged():
    assert set(worked_examples()) == set(WORKED_EXAMPLES) | set(NOT_OURS)


@pytest.mark.parametrize("words", WORKED_EXAMPLES)
def test_vendors_worked_examples(words, answer):
    published = [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", worked_examples()[words])]
    for contracts, place in WORKED_EXAMPLES[words]:
        assert total_mrr(answer(exports_of(*contracts))) == published[place]


# --- Polar: subscriptions over time --------------------------------------------------------------------------------

POLAR_NOT_OURS = {
    "mrr_interval_count_2wk": "the contract knows whole months only",
    # Polar converts at the month's average paid rate; ours is the latest known rate, the same where a month has one.
    ("fx_multi_currency (average paid rate per currency per month)", "2024-01"): "the average of two rates",
    # Polar falls back to 1 in a month without a rate; ours keeps the latest known one.
    ("fx_identity (no rate in month -> 1.0)", "2024-02"): "the last rate goes on",
}
FAR = date(2030, 1, 1)


def polar_cases() -> dict[str, Any]:
    return json.loads((CASES / "mrr/polar_mrr_cases.json").read_text(encoding="utf-8"))


def polar_points() -> list[Any]:
    """One parameter per published MRR that our conventions share: the case's place and the point's."""
    if not CASES.is_dir():
        return []
    return [
        pytest.param(case, point, id=f"{case['name'].split()[0]}-{point.get('as_of') or point['month']}")
        for case in polar_cases()["cases"]
        if case["name"] not in POLAR_NOT_OURS
        for point in case["expected"]
        if (case["name"], point.get("month")) not in POLAR_NOT_OURS
    ]


def polar_contract(subscription: dict[str, Any]) -> dict[str, Any] | None:
    """A subscription as a contract; None when it never starts.

    A trial is not yet a term: the term starts when the trial ends. The first day of the next term is the day on which
    the subscription ends.
    """
    product = polar_cases()["products"].get(subscription.get("product"), subscription)
    months = product["count"] * {"month": 1, "year": 12}[product["interval"]]
    starts = date.fromisoformat(subscription.get("trial_end") or subscription["started_at"])
    ends = date.fromisoformat(subscription.get("ends_at") or subscription.get("ended_at") or str(FAR))
    if ends <= starts:
        return None
    price = Decimal(product["amount"]) / 100
    discount = Decimal(subscription.get("discount_basis_points", 0)) / 100
    return contract(
        (1, price, discount), months=months, currency=product["currency"].upper(), starts=starts, renews=ends
    )


def last_day(point: dict[str, Any]) -> date:
    """A monthly figure is that of the month's last day."""
    if "as_of" in point:
        return date.fromisoformat(point["as_of"])
    year, month = map(int, point["month"].split("-"))
    return date(year, month + 1, 1) - timedelta(days=1)


@pytest.mark.parametrize(("case", "point"), polar_points())
def test_polar_subscriptions(case, point, answer):
    contracts = [polar_contract(subscription) for subscription in case["subscriptions"]]
    rates = [
        {"currency": currency.upper(), "rate_date": date.fromisoformat(day), "rate": Decimal(str(rate))}
        for currency, day, rate in case.get("fx_observations", [])
    ]
    exports = exports_of(*(given for given in contracts if given), fx_rates=rates)
    tables = answer(exports, as_of=last_day(point))
    converted = sum((row["current_mrr_converted"] for row in tables["partner_summary"]), Decimal(0))
    assert converted == Decimal(point["mrr"]) / 100
    if "active_subscriptions" in point:
        assert len(tables["contract_mrr"]) == point["active_subscriptions"]


# --- dates -----------------------------------------------------------------------------------------------------------
# Deadlines are dates minus days, and the only date arithmetic of rules 1 to 10: the suites' rows that move by months
# or years, and dates/billing_cycle_dates.csv and bcd_alignment.csv (billing days by month), ask for what no rule here
# computes. Rule 12, which repeats renewals by months, will need them.


def moves_by_days() -> list[tuple[date, date, int]]:
    """(earlier, later, days between them): the suites' rows that move a date by days and weeks only."""
    moves = [
        (row["start"], row["expected"], row)
        for row in rows_of("dates/plaindate_add.csv")
        if row["years"] == row["months"] == "0"
    ]
    moves += [
        (row["start"], row["end"], row)
        for row in rows_of("dates/plaindate_until.csv")
        if row["largest_unit"] in ("day", "days", "weeks")
    ]
    dated = []
    for start, end, row in moves:
        days = 7 * int(row["weeks"]) + int(row["days"])
        pair = (date.fromisoformat(start), date.fromisoformat(end))
        dated.append((*sorted(pair), days if pair[0] <= pair[1] else -days))
    return dated


def test_published_days_between_dates_are_deadlines_and_days_to_change(answer):
    # As of the earlier day the later one is so many days ahead; with so many days' notice, today is the deadline.
    moves = [move for move in moves_by_days() if move[2] > 0]
    assert len(moves) > 80
    for today in {deadline for deadline, _, _ in moves}:
        from_today = [(effective, days) for deadline, effective, days in moves if deadline == today]
        contracts = [
            contract((1, 10), starts=today - YEAR, renews=effective, notice_days=days) for effective, days in from_today
        ]
        rows = {
            row["contract_id"]: (row["renewal_deadline"], row["days_to_change"], row["days_to_deadline"])
            for row in answer(exports_of(*contracts), as_of=today, window_days=40_000)["upcoming_renewals"]
        }
        assert rows == {f"K{number}": (today, days, 0) for number, (_, days) in enumerate(from_today)}
