"""A second, independent reading of rule 12: one contract and one day at a time, `Fraction` for money, no Polars.

It asks for the MRR of a contract on a day, whatever the scenario, and gets every movement by asking twice. Changes,
statuses and estimates come from `oracle` (rules 1 to 10). Renewal probabilities are given.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.settings import Settings
from tests.oracle.changes import Change, changes_of
from tests.oracle.mrr import Row, at_least_0, current_mrr, discount, rounded, todays_price
from tests.oracle.new_mrr import Prices, estimates, list_price
from tests.oracle.tables import grouped, partner_of, recurring_lines

Exports = dict[str, list[Row]]
Probabilities = Mapping[tuple[int, str], Decimal]
NOTHING = Fraction(0)


def months_later(day: date, months: int) -> date:
    """The same day of a later month; a day that month lacks becomes its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_ends(as_of: date, months: int) -> list[date]:
    firsts = [months_later(as_of.replace(day=1), number) for number in range(months)]
    return [first.replace(day=calendar.monthrange(first.year, first.month)[1]) for first in firsts]


@dataclass
class Story:
    """A contract with everything that is known and planned about it."""

    contract: Row
    recurring: list[Row]
    changes: list[Change]
    prices: Prices
    begins: date
    """The first day it is looked at: `as_of`, or its first day when that lies ahead."""

    @property
    def renewal(self) -> Change:
        return next(change for change in self.changes if change.contract_type == "renewal")

    def open_renewals(self, until: date) -> list[date]:
        """The days up to `until` on which it may or may not renew."""
        if self.renewal.status_basis in ("requested", "lapsing"):
            return []
        first = self.renewal.effective_date
        term = self.contract["subscription_term_months"]
        days = [months_later(first, term * number) for number in range(1200 // term)]
        return [day for day in days[0 if self.renewal.status_basis == "awaiting" else 1 :] if day <= until]

    def without_pending(self) -> list[Change]:
        return [change for change in self.changes if change.status_basis != "awaiting"]

    def mrr(self, day: date, changes: list[Change]) -> Fraction:
        """MRR on that day when exactly these changes take place."""
        steps = zip(changes, estimates(self.contract, self.recurring, changes, self.prices, self.begins), strict=True)
        fixed: Fraction | None = None
        renewed_by: Change | None = None
        added = NOTHING
        for change, estimate in steps:
            if change.effective_date > day:
                break
            if change.contract_type == "renewal" and estimate.basis == "cancelled":
                return NOTHING
            if estimate.basis == "quote":
                fixed, added = estimate.estimated_new_mrr, NOTHING
            elif change.contract_type == "renewal":
                fixed, renewed_by = None, change
                added = estimate.estimated_new_mrr - self.at_renewal_prices(change, change.effective_date)
            else:
                added += estimate.mrr_change
        if fixed is not None:
            return fixed + added
        if renewed_by is not None:
            return self.at_renewal_prices(renewed_by, day) + added
        return current_mrr(self.contract, self.recurring, day) + added

    def at_renewal_prices(self, change: Change, day: date) -> Fraction:
        total = NOTHING
        for line in self.recurring:
            price = list_price(self.contract, line, change, self.prices)
            if self.prices.renewal_pricing != "list" or price is None:
                uplift = 0 if self.prices.renewal_pricing == "same" else Fraction(self.prices.uplift_percent)
                price = todays_price(self.contract, line) * (100 + uplift) / 100
            total += Fraction(line["quantity"]) * price * (100 - discount(line, day)) / 100
        return at_least_0(rounded(total, self.contract["currency"]))


def stories(exports: Exports, *, as_of: date, months: int, settings: Settings) -> list[Story]:
    until = month_ends(as_of, months)[-1]
    lines = recurring_lines(exports)
    changes = grouped(exports["contract_changes"], "contract_id")
    prices = Prices(exports["price_book"], exports["limit_blocks"], settings.renewal_pricing, settings.uplift_percent)
    return [
        Story(
            contract,
            lines[contract["contract_id"]],
            changes_of(
                contract,
                [known_facts(row, as_of) for row in changes[contract["contract_id"]]],
                as_of=begins,
                notice_days=settings.notice_days,
            ),
            prices,
            begins,
        )
        for contract in exports["contracts"]
        if contract["renewal_start_date"] > as_of and (begins := max(as_of, contract["term_start_date"])) <= until
    ]


def known_facts(row: Row, as_of: date) -> Row:
    facts = ("agreed_on", "cancellation_requested_on")
    return row | {fact: None for fact in facts if row[fact] is not None and row[fact] > as_of}


@dataclass
class Movement:
    opening: Fraction = NOTHING
    new: Fraction = NOTHING
    expansion: Fraction = NOTHING
    contraction: Fraction = NOTHING
    churn: Fraction = NOTHING
    closing: Fraction = NOTHING

    def add(self, other: Movement) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def movement(before: Fraction, held: Fraction, after: Fraction) -> Movement:
    """`before` → `held` is lost to open renewals, `held` → `after` is everything else."""
    if after == 0:
        return Movement(churn=before)
    rise = after - held
    return Movement(churn=before - held, expansion=max(rise, NOTHING), contraction=max(-rise, NOTHING))


def value_of(story: Story, scenario: str, probabilities: Probabilities) -> Callable[[date, date], Fraction]:
    """(day whose MRR, day up to which renewals are in doubt) → MRR of the scenario."""
    contract = story.contract
    probability = Fraction(probabilities[contract["subscription_term_months"], contract["currency"]])

    def value(day: date, in_doubt_until: date) -> Fraction:
        doubts = story.open_renewals(in_doubt_until)
        if scenario == "contracted":
            return NOTHING if doubts else story.mrr(day, story.without_pending())
        mrr = story.mrr(day, story.changes)
        if scenario == "full":
            return mrr
        survival = Fraction(int(probability ** len(doubts) * 10**12 + Fraction(1, 2)), 10**12)
        return rounded(mrr * survival, contract["currency"])

    return value


def movements_of(
    story: Story, scenario: str, ends: list[date], as_of: date, probabilities: Probabilities
) -> list[Movement]:
    value = value_of(story, scenario, probabilities)
    result = []
    live = story.begins == as_of and story.contract["term_start_date"] <= as_of
    last_day = as_of
    before = story.mrr(as_of, []) if live else NOTHING
    for end in ends:
        month = Movement(opening=before)
        if not live and story.contract["term_start_date"] <= end:
            live = True
            last_day = story.contract["term_start_date"]
            before = month.new = story.mrr(last_day, [])
        if live:
            after = value(end, end)
            held = value(last_day, end) if scenario == "expected" else before
            month.add(movement(before, held, after))
            before = after
        month.closing = before
        last_day = end
        result.append(month)
    return result


def mrr_projection(
    exports: Exports, *, as_of: date, probabilities: Probabilities, settings: Settings | None = None
) -> dict[tuple[Any, ...], Movement]:
    """(partner_id, currency, scenario, first day of the month) → movement."""
    settings = settings or Settings()
    ends = month_ends(as_of, settings.projection_months)
    clients = {client["hub_id"]: client for client in exports["clients"]}
    table: dict[tuple[Any, ...], Movement] = defaultdict(Movement)
    for story in stories(exports, as_of=as_of, months=settings.projection_months, settings=settings):
        contract = story.contract
        partner = partner_of(clients[contract["hub_id"]], as_of)
        for scenario in ("contracted", "expected", "full"):
            for end, month in zip(ends, movements_of(story, scenario, ends, as_of, probabilities), strict=True):
                table[partner, contract["currency"], scenario, end.replace(day=1)].add(month)
    return dict(table)
