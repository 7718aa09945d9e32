"""Clean exports drawn at random, in the thick of every boundary of the rules.

`random_exports(seed, contracts=N)` is reproducible; `small_exports()` is the same generator driven by Hypothesis, so
that a failure shrinks. Exports are dicts of lists of dicts with Python values, every column present, rows in no order.
`frames` turns them into what `pipeline.transform.build` takes.
"""

from __future__ import annotations

import calendar
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import strategies as st

from pipeline.tables.exports import EXPORTS
from tests.oracle.changes import deadline_of

Row = dict[str, Any]
Exports = dict[str, list[Row]]

AS_OF_DAYS = (date(2026, 11, 23), date(2027, 11, 15), date(2028, 2, 29), date(2026, 12, 31), date(2027, 3, 1))
"""An ordinary day; one with 29 February ahead; a leap day; the last day of a year; a day after February."""

RENEWAL_OFFSETS = (30, 1, 44, 45, 46, 90, 119, 120, 121, 365, 2, 0, -1)
EFFECTIVE_OFFSETS = (30, 1, 44, 45, 46, 119, 120, 121, 365, 0, -1, -90)
NOTICE_MONTHS = (1, 2, 3, 6, 12, 24)
NOTICES = (None, 45, 0, 1, 14, 30, 44, 46, 60, 90, 119, 120, 121, 400)
FREQUENCIES = ("monthly", "quarterly", "semiannual", "annual", "other")
CURRENCIES = ("USD", "EUR", "JPY", "KWD", "CLF")
QUANTITIES = ("1", "3", "0", "12.5", "0.0001", "7", "250", "33.3333", "99999999999999.9999")
CREDITS = ("-100", "-0.005", "-1.005", "-49.99", "-1200", "-0.000001", "-333.333333", "-17.125")
"""Prices below 0; halves among them, which round away from zero."""
PRICES = ("100", "0", "0.005", "1.005", "49.99", "1200", "0.000001", "333.333333", "0.5", "17.125")
LARGEST_PRICE = "999999999999.999999"
DISCOUNTS = (None, "0", "10", "50", "100", "33.3333", "0.0001", "99.9999", "12.5")
PRODUCTS = (
    ("MKT-PRO", "Marketing Hub Professional"),
    ("MKT-ENT", "Marketing Hub Enterprise"),
    ("mkt-pro", "marketing hub"),
    ("Ärger", "Über, GmbH"),
    ("\uffefx", "製品"),
    ("𐐀x", "Deseret"),
    ("Z", "Marketing Hub Professional"),
)
"""Byte order, alphabetical order and UTF-16 order of the codes all differ; two products share a name."""
NAMES = (
    "Acme",
    "acme",
    "Zoë Ångström",
    "東京株式会社",
    "شركة النور",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "O'Brien; DROP TABLE clients; --",
    'two\nlines, "quoted"',
    "\u202eright to left",
    " leading and trailing ",
    "null",
    "NaN",
    "\uffef fullwidth",
    "𐐀 beyond the basic plane",
    "👩‍👩‍👧 family",
)


def row(table: str, **cells: Any) -> Row:
    """A complete row of an export table: what is not said is null."""
    unknown = set(cells) - set(EXPORTS[table].column_names)
    assert not unknown, f"{table} has no {unknown}"
    return {**dict.fromkeys(EXPORTS[table].column_names), **cells}


def exports_of(**tables: list[Row]) -> Exports:
    """An export with these rows; cells left out are null, tables left out have no rows."""
    return {table: [row(table, **cells) for cells in tables.get(table, [])] for table in EXPORTS}


def frames(exports: Exports) -> dict[str, pl.DataFrame]:
    """The export as typed frames, as ingest hands them on."""
    return {name: pl.DataFrame(exports[name], schema=EXPORTS[name].polars_schema, orient="row") for name in EXPORTS}


def random_exports(seed: int, *, contracts: int, as_of: date) -> Exports:
    """An export with that many contracts, the same one for the same arguments."""
    return draw_exports(random.Random(seed), contracts=contracts, as_of=as_of)


@st.composite
def small_exports(draw: st.DrawFn) -> tuple[Exports, date]:
    """An export of one to three contracts and its as-of date."""
    as_of = draw(st.sampled_from(AS_OF_DAYS))
    rng = draw(st.randoms(use_true_random=False))
    return draw_exports(rng, contracts=draw(st.integers(1, 3)), as_of=as_of), as_of


def draw_exports(rng: random.Random, *, contracts: int, as_of: date) -> Exports:
    exports = exports_of()
    for number in range(max(1, contracts // 15)):
        exports["partners"].append(
            row(
                "partners",
                partner_id=f"{'pP'[number % 2]}{number // 2}",
                partner_name=rng.choice(NAMES),
                owns_communication=rng.choice((None, True, False)),
            )
        )
    for number in range(max(1, contracts // 2)):
        add_client(rng, exports, number, as_of)
    add_prices(rng, exports, as_of)
    for number in range(contracts):
        add_contract(rng, exports, number, as_of)
    for currency in CURRENCIES:
        for offset in rng.sample((-40, -1, 0, 1, 30), rng.randint(0, 3)):
            rate = Decimal(1) if currency == "USD" else Decimal(rng.choice(("1.08543219", "0.00664452", "0.5", "3.25")))
            exports["fx_rates"].append(row("fx_rates", rate_date=days(as_of, offset), currency=currency, rate=rate))
    for rows in exports.values():
        rng.shuffle(rows)
    return exports


def days(day: date, offset: int) -> date:
    return day + timedelta(days=offset)


def month_end(rng: random.Random, as_of: date) -> date:
    """The last day of one of the next six months: 28, 29, 30 or 31."""
    months = as_of.year * 12 + as_of.month - 1 + rng.randint(0, 5)
    year, month = divmod(months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def add_client(rng: random.Random, exports: Exports, number: int, as_of: date) -> None:
    hub_id = f"hub{number}"
    partner_ids = [partner["partner_id"] for partner in exports["partners"]]
    exports["clients"].append(
        row(
            "clients",
            hub_id=hub_id,
            client_name=rng.choice(NAMES),
            website=rng.choice((None, "example.com", "münchen.example")),
            partner_id=rng.choice((*partner_ids * 9, None)),
            association_ended_on=days(as_of, rng.choice((-1, 0, 1, 60))) if rng.random() < 0.2 else None,
        )
    )
    contacts = rng.randint(0, 3)
    primary = rng.randint(0, 3)
    for contact in range(contacts):
        exports["contacts"].append(
            row(
                "contacts",
                contact_id=f"{rng.choice(('u', 'U', 'é'))}{number}-{contact}",
                hub_id=hub_id,
                full_name=rng.choice(NAMES),
                email=rng.choice((None, "someone@example.com")),
                is_primary=True if contact == primary else rng.choice((None, False)),
                last_active_on=rng.choice((None, days(as_of, -1), as_of, days(as_of, 1))),
            )
        )
    for app in rng.sample(("cms", "CRM", "sales"), rng.randint(0, 2)):
        for offset in rng.sample((-30, -1, 0, 1), rng.randint(1, 3)):
            used = rng.choice((None, days(as_of, offset - 1), as_of, days(as_of, 1)))
            exports["app_usage"].append(
                row("app_usage", hub_id=hub_id, app=app, measured_on=days(as_of, offset), last_used_on=used)
            )
    exports["consumption"].append(row("consumption", hub_id=hub_id, measured_on=as_of, contacts_used=number))


def add_prices(rng: random.Random, exports: Exports, as_of: date) -> None:
    """List prices and limit blocks that begin before, on and after the days on which changes take effect."""
    for product_code, _ in PRODUCTS:
        for currency in CURRENCIES:
            for offset in rng.sample((-400, -1, 0, 1, 30, 45, 46, 120, 121), rng.choice((1, 0, 2, 3))):
                exports["price_book"].append(
                    row(
                        "price_book",
                        product_code=product_code,
                        currency=currency,
                        valid_from=days(as_of, offset),
                        monthly_unit_price=Decimal(rng.choice(PRICES)),
                    )
                )
            for kind in ("contacts", "emails"):
                for offset in rng.sample((-400, 0, 1, 44, 45, 119), rng.choice((1, 0, 2, 3))):
                    add_bands(rng, exports, as_of=days(as_of, offset), key=(product_code, currency, kind))


def add_bands(rng: random.Random, exports: Exports, *, as_of: date, key: tuple[str, str, str]) -> None:
    product_code, currency, kind = key
    for from_limit in rng.sample((0, 1000, 1001, 1500, 2500, 10_000), rng.choice((3, 1, 2, 4))):
        exports["limit_blocks"].append(
            row(
                "limit_blocks",
                product_code=product_code,
                currency=currency,
                limit_kind=kind,
                valid_from=as_of,
                from_limit=from_limit,
                block_size=rng.choice((1000, 1, 7, 100, 999, 1_000_000)),
                monthly_price_per_block=Decimal(rng.choice(PRICES)),
            )
        )


def add_contract(rng: random.Random, exports: Exports, number: int, as_of: date) -> None:
    renews = month_end(rng, as_of) if rng.random() < 0.25 else days(as_of, rng.choice(RENEWAL_OFFSETS))
    starts = [days(renews, -length) for length in (365, 1, 30, 46, 1461)]
    starts += [day for day in (days(as_of, -1), as_of, days(as_of, 1)) if day < renews]
    frequency = rng.choice(FREQUENCIES)
    contract = row(
        "contracts",
        contract_id=f"{rng.choice(('K', 'k', 'é'))}{number}",
        hub_id=f"hub{rng.randrange(len(exports['clients']))}",
        currency=rng.choice(CURRENCIES),
        term_start_date=rng.choice(starts),
        renewal_start_date=renews,
        subscription_term_months=rng.choice((12, 1, 3, 6, 24)),
        billing_frequency=frequency,
        billing_interval_months=rng.choice((1, 2, 3, 7, 24, 36)) if frequency == "other" else None,
        contact_max=rng.choice((1000, None, 0, 1500, 999)),
        email_limit=rng.choice((1000, None, 0, 5000)),
        auto_renews=rng.choice((None, True, False)),
        **rng.choice(({"notice_days": rng.choice(NOTICES)},) * 3 + ({"notice_months": rng.choice(NOTICE_MONTHS)},)),
    )
    exports["contracts"].append(contract)
    for line in range(rng.choice((1, 2, 3, 0))):
        add_line(rng, exports, contract, line, as_of)
    add_changes(rng, exports, contract, as_of)


def add_line(rng: random.Random, exports: Exports, contract: Row, number: int, as_of: date) -> None:
    product_code, product_name = rng.choice(PRODUCTS)
    quantity, price = rng.choice(QUANTITIES), rng.choice(PRICES)
    if rng.random() < 0.02:
        quantity, price = "9", rng.choice((LARGEST_PRICE, f"-{LARGEST_PRICE}"))
    elif rng.random() < 0.2:
        price = rng.choice(CREDITS)
    ends = rng.choice((as_of, contract["renewal_start_date"]))
    exports["contract_lines"].append(
        row(
            "contract_lines",
            line_id=f"{contract['contract_id']}/{number}",
            contract_id=contract["contract_id"],
            product_code=product_code,
            product_name=product_name,
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            discount_percent=None if (percent := rng.choice(DISCOUNTS)) is None else Decimal(percent),
            discount_end_date=rng.choice((None, days(ends, -1), ends, days(ends, 1))),
            is_recurring=rng.choice((None, True, True, False)),
        )
    )


def add_changes(rng: random.Random, exports: Exports, contract: Row, as_of: date) -> None:
    """Up to four upgrades, perhaps facts about the renewal, perhaps renewals of the past."""
    renews = contract["renewal_start_date"]
    planned = []
    for _ in range(rng.choice((0, 1, 2, 4))):
        effective = rng.choice((days(as_of, rng.choice(EFFECTIVE_OFFSETS)), renews, days(renews, rng.choice((-1, 1)))))
        planned.append((rng.choice(("contact_tier_upgrade", "email_overage")), effective))
    if rng.random() < 0.6:
        planned.append(("renewal", renews))
    if rng.random() < 0.1:
        planned.append(("renewal", days(as_of, rng.choice((0, -1, -365)))))
    for number, (contract_type, effective) in enumerate(planned):
        marks = (as_of, deadline_of(contract, effective, 45))
        change = row(
            "contract_changes",
            change_id=f"{rng.choice(('c', 'C', 'é', '𐐀', '￯'))}{number}-{contract['contract_id']}",
            contract_id=contract["contract_id"],
            contract_type=contract_type,
            effective_date=effective,
            agreed_on=fact(rng, marks),
            cancellation_requested_on=fact(rng, marks),
            quoted_mrr=Decimal(rng.choice(("250", "0", "0.005", "1234.5678", "99.995")))
            if rng.random() < 0.3
            else None,
        )
        if contract_type == "contact_tier_upgrade":
            change["new_contact_max"] = (contract["contact_max"] or 0) + rng.choice((1000, 1, 500, 1500, 20_000))
        elif contract_type == "email_overage":
            change["new_email_limit"] = (contract["email_limit"] or 0) + rng.choice((1000, 1, 500, 1500, 20_000))
        exports["contract_changes"].append(change)
    add_renewal_before(exports, contract, as_of)


def add_renewal_before(exports: Exports, contract: Row, as_of: date) -> None:
    """For a quarter of the running terms what is known of the renewal that began them."""
    # Drawn by itself, so that the rest of a book does not depend on it.
    rng = random.Random(contract["contract_id"])
    began = contract["term_start_date"]
    if began > as_of or rng.random() > 0.25:
        return
    exports["contract_changes"].append(
        row(
            "contract_changes",
            change_id=f"before-{contract['contract_id']}",
            contract_id=contract["contract_id"],
            contract_type="renewal",
            effective_date=began,
            agreed_on=fact(rng, (deadline_of(contract, began, 45),)),
            cancellation_requested_on=fact(rng, (deadline_of(contract, began, 45),)),
        )
    )


def fact(rng: random.Random, marks: tuple[date, ...]) -> date | None:
    """No fact, or one about today or about the deadline."""
    if rng.random() < 0.5:
        return None
    return days(rng.choice(marks), rng.choice((0, -1, 1, -20)))
