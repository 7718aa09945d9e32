"""The interval on `expected` covers about what it claims, for groups of one contract and of many.

Past and future are drawn anew for every seed from the sample generator's true renewal rates: the history the
probabilities are estimated from, and then what really happens to the contracts. Seeds are fixed, so is the result.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from pipeline import rules
from pipeline.sample import true_renewal_rate
from tests import strategies
from tests.projection.runs import AS_OF, finance

LAST_MONTH = date(2027, 10, 1)
TERMS = (1, 12, 12, 12, 24)


def book(
    rng: random.Random, *, contracts: int, past: int, partners: int = 1
) -> tuple[strategies.Exports, dict[str, Decimal]]:
    """A book in which every partner has so many contracts, its history, and what is left by partner in the end."""
    exports = strategies.exports_of()
    left = {}
    for place in range(partners):
        name = f"p{place}"
        exports["partners"].append(strategies.row("partners", partner_id=name, partner_name="P"))
        exports["clients"].append(strategies.row("clients", hub_id=name, client_name="C", partner_id=name))
        left[name] = sum((add_running(rng, exports, name, number) for number in range(contracts)), Decimal(0))
    for number in range(past):
        add_past(rng, exports, f"past{number}")
    return exports, left


def add_past(rng: random.Random, exports: strategies.Exports, name: str) -> None:
    term = rng.choice(TERMS)
    add_contract(exports, name, "p0", term, renews=date(2026, 1, 1), starts=date(2025, 1, 1))
    renewed = rng.random() < true_renewal_rate(term, "USD")
    exports["renewal_history"].append(
        strategies.row(
            "renewal_history",
            contract_id=name,
            hub_id="p0",
            renewal_start_date=date(2026, 1, 1),
            outcome="renewed" if renewed else "churned",
            mrr_before=Decimal(100),
            mrr_after=Decimal(100 if renewed else 0),
            currency="USD",
            subscription_term_months=term,
        )
    )


def add_running(rng: random.Random, exports: strategies.Exports, hub_id: str, number: int) -> Decimal:
    """One more contract in force; returns the MRR that is left of it after the last month."""
    term, price = rng.choice(TERMS), Decimal(rng.choice((20, 50, 100, 100, 800)))
    renews = AS_OF + timedelta(days=5 if term == 1 else rng.randint(50, 300))
    add_contract(exports, f"{hub_id}-{number}", hub_id, term, renews=renews, starts=date(2026, 1, 1), price=price)
    months = (LAST_MONTH.year - renews.year) * 12 + LAST_MONTH.month - renews.month
    stays = all(rng.random() < true_renewal_rate(term, "USD") for _ in range(months // term + 1))
    return price if stays else Decimal(0)


def add_contract(exports, name, hub_id, term, *, renews, starts, price=None) -> None:
    exports["contracts"].append(
        strategies.row(
            "contracts",
            contract_id=name,
            hub_id=hub_id,
            currency="USD",
            term_start_date=starts,
            renewal_start_date=renews,
            subscription_term_months=term,
            billing_frequency="monthly",
            # With a longer notice some would have been renewed by silence already.
            notice_days=0,
        )
    )
    if price is not None:
        exports["contract_lines"].append(
            strategies.row(
                "contract_lines",
                line_id=name,
                contract_id=name,
                product_code="hub",
                product_name="Hub",
                quantity=Decimal(1),
                unit_price=price,
            )
        )


@pytest.mark.parametrize(("contracts", "partners"), [(1, 80), (4, 80), (100, 20)])
def test_the_interval_covers_about_what_it_claims(contracts, partners):
    covered = []
    for seed in range(4):
        exports, left = book(random.Random(1000 * contracts + seed), contracts=contracts, past=400, partners=partners)
        rows = finance(strategies.frames(exports))["projection_interval"].filter(scope="partner", month=LAST_MONTH)
        covered += [row["closing_low"] <= left[row["partner_id"]] <= row["closing_high"] for row in rows.to_dicts()]
    # Three standard errors of a share measured so often. A few contracts may only be covered more often.
    claimed, share = rules.INTERVAL_PERCENT / 100, sum(covered) / len(covered)
    allowance = 3 * (claimed * (1 - claimed) / len(covered)) ** 0.5
    assert len(covered) == 4 * partners
    assert share >= claimed - allowance
    if contracts == 100:
        assert share <= claimed + allowance


def test_the_interval_stays_inside_what_is_possible_and_is_a_point_where_nothing_is_open():
    exports, _ = book(random.Random(1), contracts=3, past=0)
    exports["contract_changes"] = [
        strategies.row(
            "contract_changes",
            change_id=contract["contract_id"],
            contract_id=contract["contract_id"],
            contract_type="renewal",
            effective_date=contract["renewal_start_date"],
            agreed_on=AS_OF,
        )
        for contract in exports["contracts"]
    ]
    for contract in exports["contracts"]:
        contract["subscription_term_months"] = 24  # no second renewal within the year
    interval = finance(strategies.frames(exports))["projection_interval"]
    assert interval["closing_low"].to_list() == interval["closing"].to_list() == interval["closing_high"].to_list()


def test_the_vendors_interval_is_narrower_than_its_partners_together():
    exports, _ = book(random.Random(2), contracts=30, past=400, partners=2)
    interval = finance(strategies.frames(exports))["projection_interval"].filter(month=LAST_MONTH)
    width = interval.group_by("scope").agg(
        pl.col("closing").sum(), width=(pl.col("closing_high") - pl.col("closing_low")).sum()
    )
    by_scope = {row["scope"]: row for row in width.to_dicts()}
    assert by_scope["vendor"]["closing"] == by_scope["partner"]["closing"]
    assert by_scope["vendor"]["width"] < by_scope["partner"]["width"]
