"""Nights that hold nothing: what looks big in the figures and is the business's ordinary life."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.settings import Settings
from tests.night import book, churn
from tests.night.book import AS_OF, TONIGHT, Frames, changed, declared, kept, only_clients, without_orphans

c = pl.col

NOTHING: set[tuple[str, str]] = set()
SAME = {("same_rows_again", "export_content")}
"""Warns in a night in which only other tables changed."""
REPLAYED = Settings(stale_after_days=0)
"""For nights that have the same rows on several days: staleness is not what is looked at."""


def test_sixty_nights_of_ordinary_churn(drawn: Frames, nights: book.Nights) -> None:
    draw = random.Random(9)
    night, day = drawn, AS_OF
    last = nights.run_file(night, day)
    for _ in range(60):
        day += timedelta(days=1)
        night = churn.next_night(night, day, draw=draw)
        tonight = nights.run_file(night, day)
        verdict = nights.verdict(tonight, last, as_of=day)
        assert (day, book.stops(verdict), book.held(verdict)) == (day, NOTHING, NOTHING)
        last.unlink()
        last = tonight


@pytest.mark.parametrize("days", [3, 7], ids=["a Monday after three days without runs", "a weekly export"])
def test_some_days_at_once(days: int, drawn: Frames, before: Path, nights: book.Nights) -> None:
    draw = random.Random(4)
    night, day = drawn, AS_OF
    for _ in range(days):
        day += timedelta(days=1)
        night = churn.next_night(night, day, draw=draw)
    verdict = nights.verdict(nights.run_file(night, day), before, as_of=day)
    assert (book.stops(verdict), book.held(verdict)) == (NOTHING, NOTHING)


def new_partner(night: Frames) -> Frames:
    """A partner that was not there, with two clients of its own and two that were nobody's."""
    partner = declared("partners", pl.DataFrame({"partner_id": ["P-new"], "partner_name": ["New"]}))
    nobodys = night["clients"].filter(c("partner_id").is_null())["hub_id"].head(2).to_list()
    clients = night["clients"].with_columns(
        partner_id=pl.when(c("hub_id").is_in(nobodys)).then(pl.lit("P-new")).otherwise("partner_id")
    )
    new = declared(
        "clients", pl.DataFrame({"hub_id": ["N1", "N2"], "client_name": ["N"] * 2, "partner_id": ["P-new"] * 2})
    )
    return night | {"partners": pl.concat([night["partners"], partner]), "clients": pl.concat([clients, new])}


def new_currency(night: Frames) -> Frames:
    """Five contracts in a currency in which there was none."""
    contracts = (
        night["contracts"].head(5).with_columns(contract_id=pl.format("N-{}", "contract_id"), currency=pl.lit("SEK"))
    )
    lines = night["contract_lines"].join(night["contracts"].head(5), on="contract_id", how="semi")
    lines = lines.with_columns(line_id=pl.format("N-{}", "line_id"), contract_id=pl.format("N-{}", "contract_id"))
    return night | {
        "contracts": pl.concat([night["contracts"], contracts]),
        "contract_lines": pl.concat([night["contract_lines"], lines]),
    }


def times(factor: str, column: str = "unit_price") -> pl.Expr:
    return (c(column) * pl.lit(factor).cast(pl.Decimal(18, 4))).alias(column)


RIGHT: dict[str, tuple[Callable[[Frames], Frames], set[tuple[str, str]]]] = {
    # name: (what happened, what warns)
    "+5 % on all prices": (changed("contract_lines", times("1.05")), {("prices_moved", "contract_lines")}),
    "−20 % on all prices": (changed("contract_lines", times("0.8")), {("prices_moved", "contract_lines")}),
    "a new partner": (new_partner, NOTHING),
    "a currency appears with 5 contracts": (new_currency, NOTHING),
    "other order of the rows": (lambda night: {name: frame.reverse() for name, frame in night.items()}, SAME),
    "a list price from next year on": (
        lambda night: (
            night
            | {
                "price_book": pl.concat(
                    [
                        night["price_book"],
                        night["price_book"]
                        .unique(["product_code", "currency"], maintain_order=True)
                        .with_columns(valid_from=pl.lit(date(2028, 1, 1))),
                    ]
                )
            }
        ),
        SAME,
    ),
    "a few old list prices dropped": (lambda night: night | {"price_book": night["price_book"][30:]}, SAME),
    "a third of the clients has websites no more": (
        changed("clients", pl.when(pl.int_range(0, pl.len()) % 3 > 0).then("website").alias("website")),
        NOTHING,
    ),
    "one big client is renamed in all languages": (
        changed(
            "clients",
            pl.when(c("hub_id") == "10000001").then(pl.lit("Neu")).otherwise("client_name").alias("client_name"),
        ),
        NOTHING,
    ),
    "explicit defaults": (
        changed(
            "contracts",
            c("auto_renews").fill_null(True),
            c("notice_days").fill_null(45),
        ),
        NOTHING,
    ),
    "discounts spelled out": (changed("contract_lines", c("discount_percent").fill_null(0)), NOTHING),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_night_is_not_held(name: str, drawn: Frames, before: Path, nights: book.Nights) -> None:
    change, warned = RIGHT[name]
    verdict = nights.verdict(nights.run_file(change(drawn), as_of=TONIGHT), before)
    assert (book.stops(verdict), book.held(verdict)) == (NOTHING, NOTHING)
    assert book.warns(verdict) == warned


def test_columns_and_tables_that_appear_or_were_never_filled(drawn: Frames, nights: book.Nights) -> None:
    bare = changed("clients", pl.lit(None).alias("website"), pl.lit(None).alias("association_ended_on"))(drawn)
    bare = {name: frame for name, frame in bare.items() if name != "consumption"} | {
        "contacts": bare["contacts"].clear()
    }
    bare["clients"] = bare["clients"].drop("website")
    yardstick = nights.run_file(bare)
    verdict = nights.verdict(nights.run_file(drawn, as_of=TONIGHT), yardstick)
    assert (book.stops(verdict), book.held(verdict)) == (NOTHING, NOTHING)


@pytest.mark.parametrize("how", ["nobody's", "gone", "gone with its row", "handed over"])
def test_of_single_partners_only_the_one_that_leaves_is_held(
    how: str, drawn: Frames, before: Path, nights: book.Nights
) -> None:
    sizes = drawn["clients"]["partner_id"].value_counts(sort=True).drop_nulls()
    leaves = sizes["partner_id"][0]
    mine = (c("partner_id") == leaves).fill_null(False)
    night = dict(drawn)
    match how:
        case "nobody's":
            night = changed("clients", pl.when(~mine).then("partner_id").alias("partner_id"))(night)
        case "gone":
            night = only_clients(~mine)(night)
        case "gone with its row":
            night = kept("partners", c("partner_id") != leaves)(only_clients(~mine)(night))
        case _:
            night = changed("clients", pl.when(mine).then(pl.lit("P-7")).otherwise("partner_id").alias("partner_id"))(
                night
            )
    verdict = nights.verdict(nights.run_file(night, as_of=TONIGHT), before)
    assert book.stops(verdict) == NOTHING
    assert ("partner_left", "partners") in book.warns(verdict)
    gainer = {("P-7", "partner_gained_clients")} if how == "handed over" else set()
    assert {hold for hold in book.held(verdict) if hold[0] != leaves} == gainer
    assert (leaves, "partner_clients_fell") in book.held(verdict)


def test_a_vendor_with_15_contracts_of_which_two_change_partner(drawn: Frames, nights: book.Nights) -> None:
    few = drawn["contracts"].unique("hub_id", keep="first", maintain_order=True).head(15)
    night = without_orphans(drawn | {"clients": drawn["clients"].join(few, on="hub_id", how="semi")})
    night = book.with_partners(without_orphans(night | {"contracts": few}), 2)
    first = night["clients"]["hub_id"].head(2).to_list()
    other = pl.when(c("partner_id") == "P-1").then(pl.lit("P-0")).otherwise(pl.lit("P-1"))
    moved = changed(
        "clients", pl.when(c("hub_id").is_in(first)).then(other).otherwise("partner_id").alias("partner_id")
    )
    verdict = nights.verdict(nights.run_file(moved(night), as_of=TONIGHT), nights.run_file(night))
    assert (book.stops(verdict), book.held(verdict)) == (NOTHING, NOTHING)


def calendar_year(night: Frames, percent: int, start: date, renewal: date) -> Frames:
    """That share of the contracts with a term from `start` to `renewal`; the changes are theirs no more."""
    first = pl.int_range(0, pl.len()) * 100 < percent * pl.len()
    contracts = night["contracts"].with_columns(
        pl.when(first).then(pl.lit(start)).otherwise("term_start_date").alias("term_start_date"),
        pl.when(first).then(pl.lit(renewal)).otherwise("renewal_start_date").alias("renewal_start_date"),
    )
    return night | {"contracts": contracts, "contract_changes": night["contract_changes"].clear()}


@pytest.mark.parametrize("late", ["stay as they were", "are missing for a night", "come back under new numbers"])
def test_1_january_of_a_book_of_which_60_percent_renew_and_whose_roll_job_comes_late(
    late: str, drawn: Frames, nights: book.Nights
) -> None:
    new_year = date(2027, 1, 1)
    eve = calendar_year(drawn, 60, date(2026, 1, 1), new_year)
    renewing = eve["contracts"].filter(c("renewal_start_date") == new_year).select("contract_id")
    rolled = churn.rolled(eve, new_year + timedelta(days=1))
    first = eve
    if late != "stay as they were":
        first = without_orphans(eve | {"contracts": eve["contracts"].join(renewing, on="contract_id", how="anti")})
    if late == "come back under new numbers":
        names = {
            name: pl.when(c("contract_id").is_in(renewing["contract_id"].to_list()))
            .then(pl.format("{}-2027", "contract_id"))
            .otherwise("contract_id")
            .alias("contract_id")
            for name in ("contracts", "contract_lines")
        }
        rolled = rolled | {name: rolled[name].with_columns(expression) for name, expression in names.items()}
        lines = rolled["contract_lines"].with_columns(line_id=pl.format("{}/{}", "contract_id", "line_id"))
        rolled = rolled | {"contract_lines": lines}
    files = [
        nights.run_file(night, as_of=new_year + timedelta(days=days))
        for night, days in ((eve, -1), (first, 0), (rolled, 1), (rolled, 2))
    ]
    for number, (last, tonight) in enumerate(itertools.pairwise(files)):
        verdict = nights.verdict(tonight, last, as_of=new_year + timedelta(days=number), settings=REPLAYED)
        assert (number, book.stops(verdict), book.held(verdict)) == (number, NOTHING, NOTHING)


def test_monthly_terms_on_the_first(drawn: Frames, nights: book.Nights) -> None:
    """All contracts run from month to month, and roll in the night of the 1st."""
    monthly = calendar_year(drawn, 100, date(2026, 11, 1), date(2026, 12, 1))
    monthly = changed("contracts", pl.lit(1).alias("subscription_term_months"))(monthly)
    last = nights.run_file(monthly, as_of=date(2026, 11, 30))
    for day in (date(2026, 12, 1), date(2026, 12, 2)):
        tonight = nights.run_file(churn.rolled(monthly, day), as_of=day)
        verdict = nights.verdict(tonight, last, as_of=day)
        assert (day, book.stops(verdict), book.held(verdict)) == (day, NOTHING, NOTHING)
        last = tonight


def test_18_november_of_a_calendar_year_book(drawn: Frames, nights: book.Nights) -> None:
    """45 days before 1 January most statuses turn to auto-renewed: time, and no difference of the exports."""
    year = calendar_year(drawn, 90, date(2026, 1, 1), date(2027, 1, 1))
    last = nights.run_file(year, as_of=date(2026, 11, 17))
    day = date(2026, 11, 18)
    verdict = nights.verdict(nights.run_file(year, as_of=day), last, as_of=day, settings=REPLAYED)
    assert (book.stops(verdict), book.held(verdict)) == (NOTHING, NOTHING)


def test_the_only_contract_of_a_currency_may_end_with_a_warning(drawn: Frames, nights: book.Nights) -> None:
    one = drawn["contracts"].filter(c("renewal_start_date") > TONIGHT + timedelta(days=30))["contract_id"][0]
    lonely = changed(
        "contracts", pl.when(c("contract_id") == one).then(pl.lit("SEK")).otherwise("currency").alias("currency")
    )
    night = lonely(drawn)
    tonight = without_orphans(night | {"contracts": night["contracts"].filter(c("contract_id") != one)})
    verdict = nights.verdict(nights.run_file(tonight, as_of=TONIGHT), nights.run_file(night))
    assert book.stops(verdict) == NOTHING
    assert book.warns(verdict) == {("mrr_of_one_client", "contract_mrr")}
