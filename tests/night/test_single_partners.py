"""Partners that are held while everybody else's reports go out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipeline.checks import NightsBefore
from pipeline.settings import Settings
from pipeline.tables.decision_events import DECISIONS
from tests.night import book
from tests.night.book import TONIGHT, Frames, changed, declared, without_orphans

c = pl.col


def clients_of(night: Frames, partner: str) -> list[str]:
    return night["clients"].filter(c("partner_id") == partner)["hub_id"].to_list()


def moved(night: Frames, hubs: list[str], partner: str | None) -> Frames:
    new = pl.when(c("hub_id").is_in(hubs)).then(pl.lit(partner, dtype=pl.String)).otherwise("partner_id")
    return changed("clients", new.alias("partner_id"))(night)


def by_size(night: Frames) -> list[str]:
    sizes = night["clients"].drop_nulls("partner_id")["partner_id"].value_counts().sort("count", "partner_id")
    return sizes["partner_id"].to_list()


def test_the_gainer_of_9_percent_of_the_clients_is_held(drawn: Frames, before: Path, nights: book.Nights) -> None:
    """36 of 400 clients, from many partners: below what holds the run, and no one of them lost half of its book."""
    gainer = by_size(drawn)[-1]
    others = (
        drawn["clients"]
        .filter(c("partner_id").is_not_null() & (c("partner_id") != gainer))
        .filter(c("association_ended_on").is_null())
    )
    night = moved(drawn, others["hub_id"].gather_every(others.height // 36)[:36].to_list(), gainer)
    verdict = nights.verdict(nights.run_file(night, as_of=TONIGHT), before)
    assert book.stops(verdict) == set()
    assert book.held(verdict) == {(gainer, "partner_gained_clients")}
    assert verdict.partners[0].reason.startswith("it gained 36 clients from ")


@pytest.mark.parametrize(
    ("gained", "had", "is_held"),
    [(2, 5, False), (3, 5, True), (3, 30, False), (3, 29, True), (3, 0, True)],
    ids=["two are never many", "three of five", "10 % of 30 is not more than 10 %", "three of 29", "a new partner"],
)
def test_at_least_three_clients_and_more_than_10_percent(
    gained: int, had: int, is_held: bool, drawn: Frames, nights: book.Nights
) -> None:
    night = drawn | {"clients": drawn["clients"].head(had + 60)}
    place = pl.int_range(0, pl.len())
    partner = pl.when(place < had).then(pl.lit("P-1")).otherwise(pl.lit("P-2"))
    night = without_orphans(
        changed("clients", partner.alias("partner_id"), pl.lit(None).alias("association_ended_on"))(night)
    )
    tonight = moved(night, clients_of(night, "P-2")[:gained], "P-1")
    verdict = nights.verdict(nights.run_file(tonight, as_of=TONIGHT), nights.run_file(night))
    assert book.held(verdict) == ({("P-1", "partner_gained_clients")} if is_held else set())


def test_clients_that_were_nobodys_or_are_new_are_no_gain_from_other_partners(
    drawn: Frames, before: Path, nights: book.Nights
) -> None:
    nobodys = drawn["clients"].filter(c("partner_id").is_null())["hub_id"].to_list()
    assert len(nobodys) >= 10
    verdict = nights.verdict(nights.run_file(moved(drawn, nobodys, "P-1"), as_of=TONIGHT), before)
    assert (book.stops(verdict), book.held(verdict)) == (set(), set())


def of_one_partner(drawn: Frames, contracts: int) -> Frames:
    """A book in which P-1 has so many clients with one contract each of USD 100, far from renewal, among others."""
    chosen = drawn["contracts"].unique("hub_id", keep="first", maintain_order=True).head(contracts)
    mine = chosen["contract_id"].to_list()
    night = moved(drawn, clients_of(drawn, "P-1"), "P-2")
    night = moved(night, chosen["hub_id"].to_list(), "P-1")
    contract = c("contract_id").is_in(mine)
    rows = night["contracts"].filter(contract | ~c("hub_id").is_in(chosen["hub_id"].to_list()))
    days = {"term_start_date": date(2026, 6, 1), "renewal_start_date": date(2027, 6, 1)}
    new = [pl.when(contract).then(pl.lit(day)).otherwise(name).alias(name) for name, day in days.items()]
    texts = {"currency": "USD", "billing_frequency": "monthly"}
    new += [pl.when(contract).then(pl.lit(text)).otherwise(name).alias(name) for name, text in texts.items()]
    new.append(pl.when(~contract).then("billing_interval_months").alias("billing_interval_months"))
    night = without_orphans(night | {"contracts": rows.with_columns(new)})
    lines = night["contract_lines"].filter(~contract)
    own = declared(
        "contract_lines",
        pl.DataFrame({"contract_id": mine}).with_columns(
            line_id=pl.format("L-{}", "contract_id"),
            product_code=pl.lit("X"),
            product_name=pl.lit("X"),
            quantity=pl.lit(1),
            unit_price=pl.lit(100),
        ),
    )
    changes = night["contract_changes"].filter(~contract)
    ended = changed("clients", pl.lit(None).alias("association_ended_on"))
    return ended(night | {"contract_lines": pl.concat([lines, own]), "contract_changes": changes})


def without_contracts(night: Frames, gone: list[str]) -> Frames:
    return without_orphans(night | {"contracts": night["contracts"].filter(~c("contract_id").is_in(gone))})


def contracts_of(night: Frames, partner: str) -> list[str]:
    mine = night["clients"].filter(c("partner_id") == partner)
    return night["contracts"].join(mine, on="hub_id", how="semi")["contract_id"].to_list()


@pytest.mark.parametrize(
    ("had", "lost", "is_held"),
    [(4, 3, False), (5, 3, True), (6, 3, False), (6, 4, True)],
    ids=["fewer than five contracts", "three of five", "half is not more than half", "four of six"],
)
def test_more_than_half_of_its_contracts_from_five_on(
    had: int, lost: int, is_held: bool, drawn: Frames, nights: book.Nights
) -> None:
    night = of_one_partner(drawn, had)
    tonight = without_contracts(night, contracts_of(night, "P-1")[:lost])
    verdict = nights.verdict(nights.run_file(tonight, as_of=TONIGHT), nights.run_file(night))
    expected = {("P-1", "partner_contracts_fell"), ("P-1", "partner_mrr_fell")} if is_held else set()
    assert book.held(verdict) == expected
    reasons = [hold.reason for hold in verdict.partners if hold.finding == "partner_contracts_fell"]
    if (had, lost) == (5, 3):
        assert reasons == ["its contracts in force fell from 5 to 2 (−60.0 %; the limit is −50 %)"]


def test_mrr_that_falls_by_more_than_half_while_the_contracts_stay(drawn: Frames, nights: book.Nights) -> None:
    night = of_one_partner(drawn, 6)
    mine = contracts_of(night, "P-1")
    cheap = pl.when(c("contract_id").is_in(mine)).then(49).otherwise("unit_price").alias("unit_price")
    yardstick = nights.run_file(night)
    verdict = nights.verdict(nights.run_file(changed("contract_lines", cheap)(night), as_of=TONIGHT), yardstick)
    assert book.held(verdict) == {("P-1", "partner_mrr_fell")}
    assert (
        verdict.partners[0].reason == "its MRR in USD fell from USD 600.00 to USD 294.00 (−51.0 %; the limit is −50 %)"
    )
    # One client that was most of it leaves: news about that client.
    dear = pl.when(c("contract_id") == mine[0]).then(9000).otherwise("unit_price").alias("unit_price")
    big = changed("contract_lines", dear)(night)
    verdict = nights.verdict(nights.run_file(without_contracts(big, mine[:1]), as_of=TONIGHT), nights.run_file(big))
    assert book.held(verdict) == set()


def decided(partner: str, hubs: list[str]) -> pl.DataFrame:
    """That partner's decisions to end its association with these clients."""
    rows = [
        {
            "position": place,
            "decision_id": f"d{place}",
            "decided_at": "2026-11-24T01:00:00Z",
            "decided_on": TONIGHT,
            "actor": "somebody",
            "partner_id": partner,
            "hub_id": hub,
            "kind": "association_ended",
            "value_before": None,
            "value_after": '"ended"',
            "reason": "because",
        }
        for place, hub in enumerate(hubs)
    ]
    return pl.DataFrame(rows, schema=DECISIONS.polars_schema)


def test_associations_that_it_ended_itself_are_no_fall(drawn: Frames, nights: book.Nights) -> None:
    night = of_one_partner(drawn, 6)
    yardstick, tonight = nights.run_file(night), nights.run_file(night, as_of=TONIGHT)
    verdict = nights.verdict(tonight, yardstick, decisions=decided("P-1", clients_of(night, "P-1")[:5]))
    assert (book.stops(verdict), book.held(verdict)) == (set(), set())


def test_two_partners_whose_addresses_are_swapped_are_held(drawn: Frames, before: Path, nights: book.Nights) -> None:
    swapped = c("partner_id").replace({"P-3": "P-4", "P-4": "P-3"})
    addresses = dict(drawn["partners"].select("partner_id", "report_emails").iter_rows())
    night = changed("partners", swapped.replace_strict(addresses).alias("report_emails"))(drawn)
    verdict = nights.verdict(nights.run_file(night, as_of=TONIGHT), before)
    assert book.stops(verdict) == set()
    assert book.held(verdict) == {("P-3", "address_of_another_partner"), ("P-4", "address_of_another_partner")}
    assert "reports@p4.example, which was an address of P-4 before" in " ".join(
        hold.reason for hold in verdict.partners
    )


@pytest.mark.parametrize(
    ("address", "is_held"),
    [
        ("new@p3.example", False),
        ("reports@p3.example", False),
        (" Reports@P4.example ;new@p3.example", True),
        ("", False),
    ],
    ids=["new to everybody", "its own", "another's, written otherwise", "none any more"],
)
def test_an_address_that_is_new_to_it_and_was_another_partners(
    address: str, is_held: bool, drawn: Frames, before: Path, nights: book.Nights
) -> None:
    new = pl.when(c("partner_id") == "P-3").then(pl.lit(address)).otherwise("report_emails").alias("report_emails")
    verdict = nights.verdict(nights.run_file(changed("partners", new)(drawn), as_of=TONIGHT), before)
    assert book.held(verdict) == ({("P-3", "address_of_another_partner")} if is_held else set())


def test_a_held_partner_is_compared_with_its_own_yardstick(drawn: Frames, nights: book.Nights) -> None:
    """The night after it fell, the run before has fallen too; the partner's last run that was not held has not."""
    night = of_one_partner(drawn, 6)
    fallen = without_contracts(night, contracts_of(night, "P-1")[:4])
    good, last = nights.run_file(night), nights.run_file(fallen)
    tonight = nights.run_file(fallen, as_of=TONIGHT)
    assert book.held(nights.verdict(tonight, last)) == set()
    verdict = nights.verdict(tonight, None, before=NightsBefore(last, last, of_partners={"P-1": good}))
    assert book.held(verdict) == {("P-1", "partner_contracts_fell"), ("P-1", "partner_mrr_fell")}
    assert ("partners_held", "partners") in book.warns(verdict)
    # And once its book is whole again, it is not held any more, though the run before still lacks it.
    verdict = nights.verdict(
        nights.run_file(night, as_of=TONIGHT), None, before=NightsBefore(last, last, of_partners={"P-1": good})
    )
    assert book.held(verdict) == set()


def test_the_limits_are_settings(drawn: Frames, before: Path, nights: book.Nights) -> None:
    gainer, loser = by_size(drawn)[-1], by_size(drawn)[-2]
    tonight = nights.run_file(moved(drawn, clients_of(drawn, loser)[:3], gainer), as_of=TONIGHT)
    usual = Settings()
    assert book.held(nights.verdict(tonight, before, settings=usual)) == {(gainer, "partner_gained_clients")}
    for limit in ({"partner_gain_clients": 4}, {"partner_gain_percent": Decimal(50)}):
        assert book.held(nights.verdict(tonight, before, settings=Settings(**limit))) == set()
