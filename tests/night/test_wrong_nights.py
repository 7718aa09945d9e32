"""Nights that must never be published by themselves, each a change of one right night, and the check that says so."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.tables.exports import EXPORTS
from tests.night import book
from tests.night.book import Frames, changed, kept, only_clients

c = pl.col


def every(step: int, of: int = 2) -> pl.Expr:
    """Every `of`-th row from row `step` on."""
    return pl.int_range(0, pl.len()) % of == step


def first_percent(percent: int) -> pl.Expr:
    return pl.int_range(0, pl.len()) * 100 < percent * pl.len()


def rotated(*columns: str) -> list[pl.Expr]:
    """The values of these columns one row further down."""
    return [pl.concat([c(name).tail(1), c(name).head(pl.len() - 1)]).alias(name) for name in columns]


def empty(table: str) -> Callable[[Frames], Frames]:
    return lambda night: night | {table: night[table].clear()}


def renamed(key: str, *tables: str) -> Callable[[Frames], Frames]:
    """Every key under another name, in all these tables alike."""
    return lambda night: (
        night | {table: night[table].with_columns(pl.concat_str(pl.lit("new-"), key).alias(key)) for table in tables}
    )


def shifted(days: int) -> Callable[[Frames], Frames]:
    """Every date of the contracts that many days later."""
    names = ("term_start_date", "renewal_start_date")
    return changed("contracts", *(c(name) + timedelta(days=days) for name in names))


def twice(night: Frames) -> Frames:
    """Each contract and its lines once more under new numbers."""
    more = night | renamed("contract_id", "contracts", "contract_lines")(night)
    more = renamed("line_id", "contract_lines")(more)
    return night | {name: pl.concat([night[name], more[name]]) for name in ("contracts", "contract_lines")}


def other_vendor(table: str, key: str) -> Callable[[Frames], Frames]:
    """A table with as many rows, but none of the same."""
    return renamed(key, table)


def times(column: str, factor: float | str) -> pl.Expr:
    return (c(column) * pl.lit(factor).cast(pl.Decimal(18, 4))).alias(column)


FLIPPED = {True: False, False: True}
FLIPPED_WITH_DEFAULT = {True: False, False: True, None: False}

WRONG = {
    # name: (what happened, one check that must hold the run)
    "half of all clients missing": (only_clients(every(0)), "row_count clients"),
    "half of the contract lines missing": (kept("contract_lines", every(0)), "row_count contract_lines"),
    "40 % of the contract lines cut off": (kept("contract_lines", first_percent(60)), "row_count contract_lines"),
    "a third of the contracts missing": (
        lambda night: book.without_orphans(night | {"contracts": night["contracts"].filter(~every(0, 3))}),
        "keys_kept contracts",
    ),
    "every contract ID changed": (
        renamed("contract_id", "contracts", "contract_lines", "contract_changes"),
        "keys_kept contracts",
    ),
    "every client ID changed": (
        renamed("hub_id", "clients", "contracts", "contacts", "app_usage", "consumption"),
        "client_kept contracts",
    ),
    "every contact ID changed": (renamed("contact_id", "contacts"), "keys_kept contacts"),
    "every change ID changed": (renamed("change_id", "contract_changes"), "keys_kept contract_changes"),
    "every partner ID changed": (renamed("partner_id", "partners", "clients"), "partner_kept clients"),
    "all prices × 100": (changed("contract_lines", times("unit_price", 100)), "prices_kept contract_lines"),
    "all prices × 0.01": (changed("contract_lines", times("unit_price", "0.01")), "mrr_of_currency contract_mrr"),
    "40 % of the prices × 1.4": (
        changed(
            "contract_lines",
            pl.when(every(0, 5) | every(1, 5)).then(times("unit_price", "1.4")).otherwise("unit_price"),
        ),
        "prices_kept contract_lines",
    ),
    "prices of other lines": (changed("contract_lines", *rotated("unit_price")), "prices_kept contract_lines"),
    "all prices 0": (changed("contract_lines", pl.lit(0).alias("unit_price")), "prices_kept contract_lines"),
    "decimal point lost in quantities": (
        changed("contract_lines", times("quantity", 10_000)),
        "columns_kept contract_lines",
    ),
    "quantities of other lines": (changed("contract_lines", *rotated("quantity")), "columns_kept contract_lines"),
    "a third of the lines discounted by 100 %": (
        changed(
            "contract_lines",
            pl.when(every(0, 3)).then(100).otherwise("discount_percent").alias("discount_percent"),
            pl.when(every(0, 3)).then(None).otherwise("discount_end_date").alias("discount_end_date"),
        ),
        "prices_kept contract_lines",
    ),
    "discounts dropped": (
        changed("contract_lines", pl.lit(None).alias("discount_percent")),
        "columns_kept contract_lines",
    ),
    "discounts written as 0": (
        changed("contract_lines", pl.lit(0).alias("discount_percent")),
        "columns_kept contract_lines",
    ),
    "ends of discounts dropped": (
        changed("contract_lines", pl.lit(None).alias("discount_end_date")),
        "columns_kept contract_lines",
    ),
    "is_recurring flipped": (
        changed("contract_lines", c("is_recurring").replace_strict(FLIPPED_WITH_DEFAULT)),
        "columns_kept contract_lines",
    ),
    "lines of other contracts": (changed("contract_lines", *rotated("contract_id")), "columns_kept contract_lines"),
    "products of other lines": (
        changed("contract_lines", *rotated("product_code", "product_name")),
        "columns_kept contract_lines",
    ),
    "product name in the place of the code": (
        changed("contract_lines", c("product_name").alias("product_code")),
        "columns_kept contract_lines",
    ),
    "every client moved to one partner": (
        changed("clients", pl.lit("P-1").alias("partner_id")),
        "partner_kept clients",
    ),
    "every client given to another partner": (changed("clients", *rotated("partner_id")), "partner_kept clients"),
    "no client has a partner": (changed("clients", pl.lit(None).alias("partner_id")), "partner_kept clients"),
    "every association ended": (
        changed("clients", pl.lit(book.AS_OF).alias("association_ended_on")),
        "partner_kept clients",
    ),
    "names of other clients": (changed("clients", *rotated("client_name")), "columns_kept clients"),
    "hub IDs of other clients": (changed("clients", *rotated("hub_id")), "columns_kept clients"),
    "websites emptied": (changed("clients", pl.lit(None).alias("website")), "columns_kept clients"),
    "names in the place of websites": (changed("clients", c("client_name").alias("website")), "columns_kept clients"),
    "currency all USD": (changed("contracts", pl.lit("USD").alias("currency")), "currency_kept contracts"),
    "currencies of other contracts": (changed("contracts", *rotated("currency")), "currency_kept contracts"),
    "contracts of one currency gone": (
        lambda night: book.without_orphans(night | {"contracts": night["contracts"].filter(c("currency") != "GBP")}),
        "mrr_of_currency contract_mrr",
    ),
    "contracts of other clients": (changed("contracts", *rotated("hub_id")), "client_kept contracts"),
    "every date 30 days later": (shifted(30), "term_dates_kept contracts"),
    "every date 30 days earlier": (shifted(-30), "term_dates_kept contracts"),
    "every date a day earlier": (shifted(-1), "term_dates_kept contracts"),
    "every date a year later": (shifted(365), "contracts_in_force contracts"),
    "renewal dates a year later": (
        changed("contracts", c("renewal_start_date") + timedelta(days=365)),
        "term_dates_kept contracts",
    ),
    "renewals of other contracts": (
        changed("contracts", *rotated("term_start_date", "renewal_start_date")),
        "term_dates_kept contracts",
    ),
    "annual read as monthly": (
        changed("contracts", c("billing_frequency").replace({"annual": "monthly"})),
        "mrr_of_currency contract_mrr",
    ),
    "frequencies of other contracts": (
        changed("contracts", *rotated("billing_frequency", "billing_interval_months")),
        "columns_kept contracts",
    ),
    "all auto_renews flipped": (
        changed("contracts", c("auto_renews").replace_strict(FLIPPED_WITH_DEFAULT)),
        "columns_kept contracts",
    ),
    "no contract auto-renews": (changed("contracts", pl.lit(False).alias("auto_renews")), "columns_kept contracts"),
    "notice 0 for all": (changed("contracts", pl.lit(0).alias("notice_days")), "columns_kept contracts"),
    "limits exchanged": (
        changed("contracts", c("email_limit").alias("contact_max"), c("contact_max").alias("email_limit")),
        "columns_kept contracts",
    ),
    "limits of other contracts": (changed("contracts", *rotated("contact_max")), "columns_kept contracts"),
    "terms all one month": (
        changed("contracts", pl.lit(1).alias("subscription_term_months")),
        "columns_kept contracts",
    ),
    "each contract twice": (twice, "row_count contracts"),
    "contract_changes missing": (empty("contract_changes"), "optional_table_kept contract_changes"),
    "half of the changes missing": (kept("contract_changes", every(0)), "keys_kept contract_changes"),
    "cancellations lost": (
        changed("contract_changes", pl.lit(None).alias("cancellation_requested_on")),
        "columns_kept contract_changes",
    ),
    "agreements of other changes": (
        changed("contract_changes", *rotated("agreed_on")),
        "columns_kept contract_changes",
    ),
    "quotes × 100": (changed("contract_changes", times("quoted_mrr", 100)), "columns_kept contract_changes"),
    "half of the quotes missing": (
        changed(
            "contract_changes",
            pl.when(c("quoted_mrr").is_not_null().cum_sum() % 2 == 0).then("quoted_mrr").alias("quoted_mrr"),
        ),
        "quotes_kept contract_changes",
    ),
    "quotes of other changes": (changed("contract_changes", *rotated("quoted_mrr")), "columns_kept contract_changes"),
    "effective dates 30 days later": (
        changed("contract_changes", c("effective_date") + timedelta(days=30)),
        "columns_kept contract_changes",
    ),
    "new limits exchanged": (
        changed(
            "contract_changes",
            c("new_email_limit").alias("new_contact_max"),
            c("new_contact_max").alias("new_email_limit"),
        ),
        "columns_kept contract_changes",
    ),
    "no contacts": (empty("contacts"), "optional_table_kept contacts"),
    "half of the contacts missing": (kept("contacts", every(0)), "keys_kept contacts"),
    "names of other contacts": (changed("contacts", *rotated("full_name")), "columns_kept contacts"),
    "addresses of other contacts": (changed("contacts", *rotated("email")), "columns_kept contacts"),
    "contacts of other clients": (changed("contacts", *rotated("hub_id")), "columns_kept contacts"),
    "no contact is primary": (changed("contacts", pl.lit(False).alias("is_primary")), "columns_kept contacts"),
    "job titles in the place of names": (
        changed("contacts", c("job_title").fill_null("").alias("full_name")),
        "columns_kept contacts",
    ),
    "contacts of another vendor": (other_vendor("contacts", "contact_id"), "keys_kept contacts"),
    "names of other partners": (changed("partners", *rotated("partner_name")), "columns_kept partners"),
    "report addresses of other partners": (changed("partners", *rotated("report_emails")), "columns_kept partners"),
    "report addresses emptied": (changed("partners", pl.lit(None).alias("report_emails")), "columns_kept partners"),
    "owners flipped": (
        changed("partners", c("owns_communication").replace_strict(FLIPPED, default=None)),
        "columns_kept partners",
    ),
    "time zones of other partners": (changed("partners", *rotated("time_zone")), "columns_kept partners"),
    "half of the partners missing": (
        lambda night: (
            night
            | {
                "partners": night["partners"].filter(every(0)),
                "clients": night["clients"].join(night["partners"].filter(every(0)), on="partner_id", how="semi"),
            }
        ),
        "row_count partners",
    ),
    "price book × 100": (changed("price_book", times("monthly_unit_price", 100)), "prices_kept price_book"),
    "half of the price book missing": (kept("price_book", every(0)), "keys_kept price_book"),
    "prices of other products": (changed("price_book", *rotated("monthly_unit_price")), "prices_kept price_book"),
    "price book gone": (empty("price_book"), "optional_table_kept price_book"),
    "limit blocks × 10": (changed("limit_blocks", times("monthly_price_per_block", 10)), "prices_kept limit_blocks"),
    "block sizes × 10": (changed("limit_blocks", c("block_size") * 10), "columns_kept limit_blocks"),
    "bands begin elsewhere": (changed("limit_blocks", c("from_limit") * 10 + 1), "keys_kept limit_blocks"),
    "rates inverted": (
        changed("fx_rates", (pl.lit(1.0) / c("rate").cast(pl.Float64)).round(8).alias("rate")),
        "rates_kept fx_rates",
    ),
    "rates × 100": (changed("fx_rates", times("rate", 100)), "rates_kept fx_rates"),
    "rates gone": (empty("fx_rates"), "optional_table_kept fx_rates"),
    "all rates dated later": (
        changed("fx_rates", c("rate_date") + timedelta(days=365)),
        "rates_kept fx_rates",
    ),
    "half of the history missing": (kept("renewal_history", every(0)), "keys_kept renewal_history"),
    "churned contracts gone from the history, outcomes exchanged": (
        changed("renewal_history", c("outcome").replace({"renewed": "churned", "churned": "renewed"})),
        "columns_kept renewal_history",
    ),
    "history × 100": (
        changed("renewal_history", times("mrr_before", 100), times("mrr_after", 100)),
        "columns_kept renewal_history",
    ),
    "app usage of half of the clients": (
        lambda night: (
            night | {"app_usage": night["app_usage"].join(night["clients"].filter(every(0)), on="hub_id", how="semi")}
        ),
        "keys_kept app_usage",
    ),
    "contacts used emptied": (
        changed("consumption", pl.lit(None).alias("contacts_used")),
        "columns_kept consumption",
    ),
}


SIDE_TABLES = tuple(name for name in EXPORTS if name not in ("clients", "contracts", "contract_lines"))


def nights_to_try() -> dict[str, list[str]]:
    """The wrong nights, those of different side tables together: what is found of one says nothing of another's."""
    of_table: dict[str, list[str]] = {}
    for name, (_, check) in WRONG.items():
        of_table.setdefault(check.split()[1], []).append(name)
    together = itertools.zip_longest(*(of_table.pop(table, []) for table in SIDE_TABLES))
    grouped = [[name for name in names if name] for names in together]
    alone = [[name] for names in of_table.values() for name in names]
    return {" + ".join(names): names for names in (*alone, *grouped)}


@pytest.mark.parametrize("names", nights_to_try().values(), ids=nights_to_try().keys())
def test_a_wrong_night_is_held(names: list[str], drawn: Frames, before: Path, nights: book.Nights) -> None:
    night = drawn
    for name in names:
        change, _ = WRONG[name]
        night = change(night)
    verdict = nights.verdict(nights.run_file(night, as_of=book.TONIGHT), before)
    expected = {(WRONG[name][1]).partition(" ")[::2] for name in names}
    assert expected <= book.stops(verdict)
