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
from tests.oracle.changes import Change, changes_of, leaves_on, months_later
from tests.oracle.mrr import Row, rounded
from tests.oracle.new_mrr import Prices, mrr_on
from tests.oracle.tables import grouped, partner_of, recurring_lines

Exports = dict[str, list[Row]]
Probabilities = Mapping[tuple[int, str], Decimal]
NOTHING = Fraction(0)


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
    leaves_on: date | None
    """When it ends because a renewal was cancelled too late."""
    renews_all_the_same: Fraction
    """The probability that it then renews all the same; 0: it ends, whatever the scenario."""

    def has_left(self, day: date) -> bool:
        return self.leaves_on is not None and self.renews_all_the_same == 0 and self.leaves_on <= day

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
        if self.leaves_on is not None:
            if self.renews_all_the_same == 0:
                return []
            return [day for day in days[0 if self.leaves_on == first else 1 :] if day <= until]
        return [day for day in days[0 if self.renewal.status_basis == "awaiting" else 1 :] if day <= until]

    def survival(self, doubts: int, probability: Fraction) -> Fraction:
        """The probability that so many open renewals all happen, with 12 decimals."""
        chance = probability**doubts
        if doubts and self.leaves_on is not None:
            chance = self.renews_all_the_same * probability ** (doubts - 1)
        return Fraction(int(chance * 10**12 + Fraction(1, 2)), 10**12)

    def without_pending(self) -> list[Change]:
        return [change for change in self.changes if change.status_basis != "awaiting"]

    def mrr(self, day: date, changes: list[Change]) -> Fraction:
        """MRR on that day when exactly these changes take place."""
        return mrr_on(day, self.contract, self.recurring, changes, self.prices, self.begins)


def stories(exports: Exports, *, as_of: date, months: int, settings: Settings) -> list[Story]:
    until = month_ends(as_of, months)[-1]
    lines = recurring_lines(exports)
    changes = grouped(exports["contract_changes"], "contract_id")
    prices = Prices(exports["price_book"], exports["limit_blocks"], settings.renewal_pricing, settings.uplift_percent)
    result = []
    for contract in exports["contracts"]:
        begins = max(as_of, contract["term_start_date"])
        if contract["renewal_start_date"] <= as_of or begins > until:
            continue
        rows = [known_facts(row, as_of) for row in changes[contract["contract_id"]]]
        planned = changes_of(contract, rows, as_of=begins, notice_days=settings.notice_days)
        story = Story(
            contract,
            lines[contract["contract_id"]],
            planned,
            prices,
            begins,
            leaves_on=None,
            renews_all_the_same=Fraction(settings.late_cancellation_renewal_probability),
        )
        story.leaves_on = leaves_on(contract, rows, story.renewal, as_of=begins, notice_days=settings.notice_days)
        result.append(story)
    return result


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
        if story.has_left(day):
            return NOTHING
        doubts = story.open_renewals(in_doubt_until)
        if scenario == "contracted":
            return NOTHING if doubts else story.mrr(day, story.without_pending())
        mrr = story.mrr(day, story.changes)
        if scenario == "full":
            return mrr
        return rounded(mrr * story.survival(len(doubts), probability), contract["currency"])

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
