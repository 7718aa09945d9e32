"""The second implementation and the random exports are themselves held to examples worked out by hand."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from tests import oracle, strategies
from tests.oracle.changes import status_of
from tests.oracle.mrr import as_decimal, rounded
from tests.oracle.new_mrr import price_of_blocks

AS_OF = date(2026, 11, 23)
DEADLINE = date(2026, 11, 20)
EARLY, LATE, TODAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 21), AS_OF, date(2026, 11, 24)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1.005", "USD", "1.01"),
        ("-1.005", "USD", "-1.01"),
        ("1.0049", "USD", "1.00"),
        ("0.5", "JPY", "1"),
        ("-2.5", "JPY", "-3"),
        ("2.0005", "KWD", "2.001"),
        ("2.00005", "CLF", "2.0001"),
        ("999999999999999999999999999999.995", "EUR", "1000000000000000000000000000000"),
    ],
)
def test_rounds_half_away_from_zero_to_the_minor_unit(amount, currency, expected):
    assert as_decimal(rounded(Fraction(amount), currency)) == Decimal(expected)


@pytest.mark.parametrize(
    ("contract_type", "auto_renews", "agreed", "cancelled", "expected"),
    [
        ("renewal", True, None, None, ("renewed", "auto_renewed")),
        ("renewal", None, None, None, ("renewed", "auto_renewed")),
        ("renewal", False, None, None, ("pending", "lapsing")),
        ("email_overage", True, None, None, ("pending", "awaiting")),
        ("renewal", False, TODAY, None, ("renewed", "agreed")),
        ("contact_tier_upgrade", True, TODAY, None, ("confirmed", "agreed")),
        ("renewal", False, TOMORROW, None, ("pending", "lapsing")),
        ("renewal", True, None, TOMORROW, ("renewed", "auto_renewed")),
        ("renewal", True, None, EARLY, ("cancellation_requested", "requested")),
        ("renewal", True, None, LATE, ("cancellation_requested", "requested_late")),
        ("renewal", False, None, LATE, ("cancellation_requested", "requested")),
        ("renewal", False, EARLY, LATE, ("cancellation_requested", "requested_late")),
        ("email_overage", True, None, LATE, ("cancellation_requested", "requested")),
        ("email_overage", True, EARLY, LATE, ("cancellation_requested", "requested_late")),
        ("email_overage", True, TOMORROW, LATE, ("cancellation_requested", "requested")),
        ("renewal", True, LATE, LATE, ("cancellation_requested", "requested_late")),
        ("renewal", True, TODAY, LATE, ("renewed", "agreed")),
    ],
)
def test_status_after_the_deadline_has_passed(contract_type, auto_renews, agreed, cancelled, expected):
    contract = {"auto_renews": auto_renews, "term_start_date": date(2026, 1, 1)}
    facts = {"contract_type": contract_type, "agreed_on": agreed, "cancellation_requested_on": cancelled}
    assert status_of(contract, facts, DEADLINE, AS_OF) == expected


def test_silence_cannot_renew_before_the_term_began():
    # The notice is longer than the term: nobody could have kept silent, so the cancellation is in time.
    contract = {"auto_renews": True, "term_start_date": LATE}
    facts = {"contract_type": "renewal", "agreed_on": None, "cancellation_requested_on": TODAY}
    assert status_of(contract, facts, DEADLINE, AS_OF) == ("cancellation_requested", "requested")


def band(from_limit: int, block_size: int, price: str) -> dict:
    return {"from_limit": from_limit, "block_size": block_size, "monthly_price_per_block": Decimal(price)}


def test_blocks_in_bands_by_hand():
    # 1000 → 2000 → 3000 in the first band; 3000 lies in the second: → 8000 (a block may overshoot).
    bands = [band(0, 1000, "40"), band(2500, 5000, "150")]
    assert price_of_blocks(bands, 1000, 3001) == 40 + 40 + 150
    assert price_of_blocks(bands, 1000, 3000) == 40 + 40
    assert price_of_blocks(bands, 1000, 1000) == 0
    assert price_of_blocks([band(1001, 1000, "40")], 1000, 1001) is None


def test_whole_bands_at_once_cost_the_same_as_block_after_block():
    rng = random.Random(20261123)
    for _ in range(300):
        bands = [band(start, rng.randint(1, 9), str(rng.randint(0, 99))) for start in sorted(rng.sample(range(60), 4))]
        limit, new_limit = rng.randint(0, 60), rng.randint(0, 120)
        assert price_of_blocks(bands, limit, new_limit) == block_after_block(bands, limit, new_limit)


def block_after_block(bands: list[dict], point: int, new_limit: int) -> int | None:
    """Rule 10 word for word."""
    cost = 0
    while point < new_limit:
        not_above = [b for b in bands if b["from_limit"] <= point]
        if not not_above:
            return None
        greatest = max(not_above, key=lambda b: b["from_limit"])
        cost += greatest["monthly_price_per_block"]
        point += greatest["block_size"]
    return cost


def test_a_whole_chain_of_changes_by_hand():
    """Annual 1,200 at 10 % off until the renewal, a quoted upgrade, an overage from blocks, a renewal by list.

    current 2 x 1200 x 90 / (100 x 12) = 180 → quote 200.01 (200.005 rounds up) → + 2 blocks at 15 = 230.01
    → renewal 2 x 110 without discount + 20.01 + 30 = 270.01; of it the discount that ended 2 x 110 x 10 / 100 = 22.
    """
    change = {"contract_id": "K"}
    exports = strategies.exports_of(
        partners=[{"partner_id": "p", "partner_name": "Partner", "owns_communication": True}],
        clients=[{"hub_id": "h", "client_name": "Client", "partner_id": "p"}],
        contracts=[
            {
                "contract_id": "K",
                "hub_id": "h",
                "currency": "USD",
                "term_start_date": date(2026, 2, 1),
                "renewal_start_date": date(2027, 2, 1),
                "subscription_term_months": 12,
                "billing_frequency": "annual",
                "contact_max": 1000,
                "email_limit": 5000,
            }
        ],
        contract_lines=[
            {
                "line_id": "1",
                "contract_id": "K",
                "product_code": "P",
                "product_name": "Product",
                "quantity": Decimal(2),
                "unit_price": Decimal(1200),
                "discount_percent": Decimal(10),
                "discount_end_date": date(2027, 2, 1),
            }
        ],
        contract_changes=[
            change
            | {
                "change_id": "upgrade",
                "contract_type": "contact_tier_upgrade",
                "effective_date": date(2026, 12, 1),
                "new_contact_max": 2000,
                "quoted_mrr": Decimal("200.005"),
            },
            change
            | {
                "change_id": "overage",
                "contract_type": "email_overage",
                "effective_date": date(2027, 1, 1),
                "new_email_limit": 6500,
            },
        ],
        price_book=[
            {
                "product_code": "P",
                "currency": "USD",
                "valid_from": date(2027, 2, 1),
                "monthly_unit_price": Decimal(110),
            }
        ],
        limit_blocks=[
            {
                "product_code": "P",
                "currency": "USD",
                "limit_kind": "emails",
                "valid_from": date(2027, 1, 1),
                "from_limit": 0,
                "block_size": 1000,
                "monthly_price_per_block": Decimal(15),
            }
        ],
    )
    rows = oracle.upcoming_renewals(exports, as_of=AS_OF)
    told = {
        row["change_id"]: (
            row["renewal_deadline"],
            row["status_basis"],
            row["mrr_before"],
            row["estimated_new_mrr"],
            row["estimate_basis"],
        )
        for row in rows
    }
    overage, renewal = Decimal("230.01"), Decimal("270.01")
    quote = Decimal("200.01")
    assert told == {
        "upgrade": (date(2026, 10, 17), "awaiting", 180, quote, "quote"),
        "overage": (date(2026, 11, 17), "awaiting", quote, overage, "price_book"),
        "K:renewal": (date(2026, 12, 18), "awaiting", overage, renewal, "price_book"),
    }
    assert (rows[2]["mrr_change_discount"], rows[2]["mrr_change_price"]) == (22, 18)
    (summary,) = oracle.partner_summary(exports, as_of=AS_OF, settings=Settings(reporting_currency="EUR"))
    assert summary["mrr_up_for_renewal"] == summary["mrr_at_risk"] == overage
    assert summary["estimated_change"] == Decimal("90.01")
    assert summary["current_mrr_converted"] is None


@pytest.mark.parametrize("as_of", strategies.AS_OF_DAYS)
def test_random_exports_are_clean(as_of):
    """What ingest would load: keys unique, references met, required cells there, the rules of changes kept."""
    exports = strategies.random_exports(3, contracts=200, as_of=as_of)
    for name, table in EXPORTS.items():
        rows = exports[name]
        assert len({tuple(row[c] for c in table.primary_key) for row in rows}) == len(rows), name
        for reference in table.references:
            keys = {row[reference.key] for row in exports[reference.table]} | {None}
            assert {row[reference.column] for row in rows} <= keys, name
        for column in table.columns:
            values = [row[column.name] for row in rows]
            assert not (column.required and None in values), f"{name}.{column.name}"
            assert column.minimum is None or all(value is None or value >= column.minimum for value in values)
    contracts = {contract["contract_id"]: contract for contract in exports["contracts"]}
    renewals = set()
    for change in exports["contract_changes"]:
        contract = contracts[change["contract_id"]]
        if change["contract_type"] == "contact_tier_upgrade":
            assert change["new_contact_max"] > (contract["contact_max"] or 0)
        elif change["contract_type"] == "email_overage":
            assert change["new_email_limit"] > (contract["email_limit"] or 0)
        elif change["effective_date"] > as_of:
            assert change["effective_date"] == contract["renewal_start_date"]
            assert change["contract_id"] not in renewals
            renewals.add(change["contract_id"])
    assert all(c["term_start_date"] < c["renewal_start_date"] for c in exports["contracts"])
