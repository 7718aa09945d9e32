"""Every limit at its boundary: the last night that is right and the first that is wrong, with the sentence it gives."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipeline.settings import Settings
from tests.night import book
from tests.night.book import TONIGHT, Change, Frames, changed, declared, kept, without_orphans
from tests.night.plain_book import first, plain_book

c = pl.col


def clients(count: int) -> Change:
    """A night with only the first clients."""
    return lambda night: without_orphans(night | {"clients": night["clients"].head(count)})


def more(count: int) -> Change:
    """A night with so many more contracts, of clients that are there, begun long ago."""

    def grown(night: Frames) -> Frames:
        new = night["contracts"].head(count).with_columns(contract_id=pl.format("N-{}", "contract_id"))
        lines = (
            night["contract_lines"]
            .head(count)
            .with_columns(contract_id=pl.format("N-{}", "contract_id"), line_id=pl.format("N-{}", "line_id"))
        )
        return night | {
            "contracts": pl.concat([night["contracts"], new]),
            "contract_lines": pl.concat([night["contract_lines"], lines]),
        }

    return grown


def where(table: str, count: int, **values: Any) -> Change:
    """A night in which the first rows of a table have these values."""
    return changed(
        table, *(pl.when(first(count)).then(value).otherwise(name).alias(name) for name, value in values.items())
    )


def text(value: str) -> pl.Expr:
    return pl.lit(value)


LIMITS = [
    # contracts before, what happened, check, whether it holds
    (20, clients(14), "row_count clients", False),
    (20, clients(13), "row_count clients", True),
    (19, clients(1), "row_count clients", False),
    (20, kept("contract_lines", first(14)), "row_count contract_lines", False),
    (20, kept("contract_lines", first(13)), "row_count contract_lines", True),
    (20, more(10), "row_count contracts", False),
    (20, more(11), "row_count contracts", True),
    (20, more(10), "contracts_in_force contracts", False),
    (20, more(11), "contracts_in_force contracts", True),
    (19, where("contracts", 19, term_start_date=date(2026, 12, 1)), "contracts_in_force contracts", True),
    (19, where("contracts", 18, term_start_date=date(2026, 12, 1)), "contracts_in_force contracts", False),
    (20, where("contract_lines", 20, unit_price=70), "mrr_of_currency contract_mrr", False),
    (20, where("contract_lines", 20, unit_price=Decimal("69.99")), "mrr_of_currency contract_mrr", True),
    (20, where("contract_lines", 20, unit_price=150), "mrr_of_currency contract_mrr", False),
    (20, where("contract_lines", 20, unit_price=Decimal("150.01")), "mrr_of_currency contract_mrr", True),
    (19, where("contract_lines", 18, unit_price=0), "mrr_of_currency contract_mrr", False),
    (19, where("contract_lines", 19, unit_price=0), "mrr_of_currency contract_mrr", True),
    (20, kept("contracts", first(14)), "keys_kept contracts", False),
    (20, kept("contracts", first(13)), "keys_kept contracts", True),
    (20, where("contracts", 2, currency=text("EUR")), "currency_kept contracts", False),
    (20, where("contracts", 3, currency=text("EUR")), "currency_kept contracts", True),
    (20, where("contracts", 2, hub_id=text("H-9")), "client_kept contracts", False),
    (20, where("contracts", 3, hub_id=text("H-9")), "client_kept contracts", True),
    (19, where("contracts", 19, hub_id=text("H-9")), "client_kept contracts", False),
    (20, where("contracts", 2, renewal_start_date=date(2027, 7, 1)), "term_dates_kept contracts", False),
    (20, where("contracts", 3, renewal_start_date=date(2027, 7, 1)), "term_dates_kept contracts", True),
    (20, where("clients", 2, partner_id=text("P-2")), "partner_kept clients", False),
    (20, where("clients", 6, partner_id=text("P-2")), "partner_kept clients", True),
    (20, where("contract_lines", 6, unit_price=126), "prices_kept contract_lines", False),
    (20, where("contract_lines", 7, unit_price=126), "prices_kept contract_lines", True),
    (20, where("contract_lines", 20, unit_price=125), "prices_kept contract_lines", False),
    (20, where("contract_lines", 20, unit_price=80), "prices_kept contract_lines", False),
    (20, where("contract_lines", 20, unit_price=Decimal("79.99")), "prices_kept contract_lines", True),
    (20, where("contract_lines", 7, discount_percent=20), "prices_kept contract_lines", False),
    (20, where("contract_lines", 7, discount_percent=21), "prices_kept contract_lines", True),
    # A discount that has ended is none, and one that ends tonight ends for both nights.
    (
        20,
        where("contract_lines", 20, discount_percent=90, discount_end_date=TONIGHT),
        "prices_kept contract_lines",
        False,
    ),
    (20, where("clients", 10, client_name=text("New")), "columns_kept clients", False),
    (20, where("clients", 11, client_name=text("New")), "columns_kept clients", True),
    (19, where("clients", 19, client_name=text("New")), "columns_kept clients", False),
    (20, where("contracts", 10, notice_days=0), "columns_kept contracts", False),
    (20, where("contracts", 11, notice_days=0), "columns_kept contracts", True),
    (20, where("contracts", 20, notice_days=45), "columns_kept contracts", False),
    (20, where("contracts", 11, auto_renews=False), "columns_kept contracts", True),
]


@pytest.mark.parametrize(
    ("before", "change", "check", "holds"),
    LIMITS,
    ids=[f"{number}: {check} {'held' if holds else 'fine'}" for number, (_, _, check, holds) in enumerate(LIMITS)],
)
def test_the_last_right_night_and_the_first_wrong_one(
    before: int, change: Change, check: str, holds: bool, nights: book.Nights
) -> None:
    night = plain_book(before)
    verdict = nights.verdict(nights.run_file(change(night), as_of=TONIGHT), nights.run_file(night))
    found = {(result.name, result.table_name): result for result in verdict.results}
    assert found[tuple(check.split())].stops is holds  # type: ignore[index]


def sentence(night: Frames, tonight: Frames, check: str, nights: book.Nights, **settings: Any) -> str:
    """What the check says, when it holds the run."""
    yardstick, candidate = nights.run_file(night), nights.run_file(tonight, as_of=TONIGHT)
    verdict = nights.verdict(candidate, yardstick, settings=Settings(**settings))
    return next((r.observed for r in verdict.results if r.stops and f"{r.name} {r.table_name}" == check), "")


@pytest.mark.parametrize(
    ("change", "check", "expected"),
    [
        (
            clients(50),
            "row_count clients",
            "rows of clients fell from 1,240 to 50 (−96.0 %; the limit is −30 %)",
        ),
        (
            where("contract_lines", 1240, unit_price=1000),
            "mrr_of_currency contract_mrr",
            "MRR in USD grew from USD 124,000.00 to USD 1,240,000.00 (+900.0 %; the limit is +50 %)",
        ),
        (
            where("contract_lines", 1240, unit_price=1000),
            "prices_kept contract_lines",
            "1,240 of 1,240 prices of contract lines, net of the discount, changed by a factor outside 0.8 to 1.25, "
            "1,240 of them by the factor 10 (100.0 %; the limit is 30 %)",
        ),
        (
            kept("contracts", first(124)),
            "keys_kept contracts",
            "only 124 of the 1,240 contracts that should still run are there (10.0 %; at least 70 % should be)",
        ),
        (
            where("contracts", 310, currency=text("EUR")),
            "currency_kept contracts",
            "310 of 1,240 contracts changed currency (25.0 %; the limit is 10 %)",
        ),
        (
            where("clients", 1240, client_name=text("New")),
            "columns_kept clients",
            "client_name changed in 1,240 of 1,240 rows (100.0 %; the limit is 50 %)",
        ),
    ],
)
def test_one_sentence_with_the_figures(change: Change, check: str, expected: str, nights: book.Nights) -> None:
    night = plain_book(1240)
    assert sentence(night, change(night), check, nights) == expected


RATES = [
    ("1.5", True, False),
    ("1.50000001", True, True),
    ("0.66666667", True, False),
    ("0.66666666", True, True),
    ("1.5", False, False),
]


@pytest.mark.parametrize(("tonight", "known", "holds"), RATES, ids=[f"1 → {rate}" for rate, *_ in RATES])
def test_the_latest_rate_moves_by_a_factor_of_at_most_one_and_a_half(
    tonight: str, known: bool, holds: bool, nights: book.Nights
) -> None:
    """One currency is enough: there is no minimum of keys."""
    night = plain_book(3) | {"fx_rates": rates([("2026-11-20", "EUR", "1")])}
    day = "2026-11-24" if known else "2026-11-25"
    new = night | {"fx_rates": rates([("2026-11-20", "EUR", "1"), (day, "EUR", tonight)])}
    assert bool(sentence(night, new, "rates_kept fx_rates", nights)) is holds


def test_a_rate_that_is_the_inverse_of_the_one_before(nights: book.Nights) -> None:
    """1.08 → 0.9259 is a factor of 1.17 only; but a rate does not turn into its own inverse."""
    night = plain_book(3) | {"fx_rates": rates([("2026-11-20", "EUR", "1.08"), ("2026-11-20", "USD", "1")])}
    inverted = night | {"fx_rates": rates([("2026-11-24", "EUR", "0.92592593"), ("2026-11-24", "USD", "1")])}
    assert sentence(night, inverted, "rates_kept fx_rates", nights) == (
        "the latest rate of EUR moved from 1.08 (2026-11-20) to 0.92592593 (2026-11-24): the inverse of the rate before"
    )
    near_parity = night | {"fx_rates": rates([("2026-11-24", "EUR", "1.01"), ("2026-11-24", "USD", "1")])}
    assert sentence(night, near_parity, "rates_kept fx_rates", nights) == ""


def rates(rows: list[tuple[str, str, str]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["rate_date", "currency", "rate"], orient="row")
    return declared("fx_rates", frame.with_columns(c("rate_date").str.to_date()))


def test_a_currency_with_two_contracts_that_falls_to_nothing_holds(nights: book.Nights) -> None:
    """Fewer than 20 keys: only a fall to nothing does, and of two clients at once."""
    night = where("contracts", 2, currency=text("EUR"))(plain_book(30))
    gone = kept("contracts", c("currency") == "USD")(night)
    assert (
        sentence(night, gone, "mrr_of_currency contract_mrr", nights) == "MRR in EUR fell from EUR 200.00 to EUR 0.00"
    )
    halved = kept("contracts", c("contract_id") != "C-0")(night)
    assert sentence(night, halved, "mrr_of_currency contract_mrr", nights) == ""


SETTINGS: list[tuple[dict[str, Any], Change, str]] = [
    ({"night_fall_percent": Decimal(60)}, clients(10), "row_count clients"),
    ({"night_growth_percent": Decimal(100)}, more(20), "row_count contracts"),
    ({"kept_keys_percent": Decimal(50)}, kept("contracts", first(10)), "keys_kept contracts"),
    ({"key_facts_change_percent": Decimal(50)}, where("contracts", 10, hub_id=text("H-19")), "client_kept contracts"),
    ({"column_change_percent": Decimal(100)}, where("clients", 20, client_name=text("N")), "columns_kept clients"),
    ({"price_change_percent": Decimal(50)}, where("contract_lines", 10, unit_price=50), "prices_kept contract_lines"),
    ({"price_factor_low": Decimal("0.5")}, where("contract_lines", 20, unit_price=50), "prices_kept contract_lines"),
    ({"price_factor_high": Decimal(2)}, where("contract_lines", 20, unit_price=200), "prices_kept contract_lines"),
    ({"compared_keys_minimum": 21}, clients(10), "row_count clients"),
]


@pytest.mark.parametrize(("settings", "change", "check"), SETTINGS, ids=[next(iter(s)) for s, _, _ in SETTINGS])
def test_every_limit_is_a_setting(settings: dict[str, Any], change: Change, check: str, nights: book.Nights) -> None:
    night = plain_book(20)
    assert sentence(night, change(night), check, nights)
    assert sentence(night, change(night), check, nights, **settings) == ""


def test_the_days_of_grace_are_a_setting(nights: book.Nights) -> None:
    """All contracts renew 10 days after tonight: they are compared, unless the grace is as long."""
    night = where("contracts", 20, renewal_start_date=TONIGHT + timedelta(days=10))(plain_book(20))
    gone = kept("contracts", first(5))(night)
    assert sentence(night, gone, "keys_kept contracts", nights)
    assert sentence(night, gone, "keys_kept contracts", nights, rolling_grace_days=10) == ""
