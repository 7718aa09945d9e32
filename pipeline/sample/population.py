"""Invented partners, clients, contacts and use of the product, as frames of any size.

Frames named `…_base` carry working columns (row numbers, positions in the catalogue) that no export has; the other
functions return exactly the columns of one export table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from pipeline.sample import words
from pipeline.sample.catalogue import FACTORS
from pipeline.sample.draw import Draw, as_exported, take

_CURRENCY_WEIGHTS: Final = {0: 46, 1: 24, 2: 8, 3: 8, 4: 7, 5: 4, 6: 3}
_EMPTY_PARTNERS_PERCENT: Final = 2


@dataclass(frozen=True, slots=True)
class Partners:
    """Whose clients are drawn: `ids` by position, and each one's home currency (position in FACTORS)."""

    ids: pl.Series
    home_currencies: pl.Series


def invented_partners(count: int, *, seed: int) -> pl.DataFrame:
    """`count` partners, all columns of the export; every 97th id differs from its neighbour by case only."""
    draw = Draw(seed, "partner_no")
    number = pl.col("partner_no").cast(pl.Int64)
    plain_id = pl.format("P-{}", number.cast(pl.String).str.zfill(6))
    frame = pl.select(pl.int_range(0, count, dtype=pl.UInt64).alias("partner_no"))
    return frame.select(
        pl.when(number % 97 == 13)
        .then(pl.format("p-{}", (number - 1).cast(pl.String).str.zfill(6)))
        .when(number % 101 == 17)
        .then(pl.format("P/ü {}%:*?", number))
        .otherwise(plain_id)
        .alias("partner_id"),
        _company(draw, "partner").alias("partner_name"),
        pl.when(draw.chance("emails", 900))
        .then(pl.format("reports@partner-{}.example;finance@partner-{}.example", number, number))
        .alias("report_emails"),
        draw.pick("locale", words.LOCALES).alias("locale"),
        draw.pick("time zone", words.TIME_ZONES).alias("time_zone"),
        draw.pick("owns", (True, False, None)).alias("owns_communication"),
    )


def partners_of(frame: pl.DataFrame, *, seed: int) -> Partners:
    """The partners that get clients: all but the last few, each with a home currency."""
    with_clients = max(1, frame.height - max(1, frame.height * _EMPTY_PARTNERS_PERCENT // 100))
    numbered = frame.head(with_clients).with_row_index("partner_no").with_columns(pl.col("partner_no").cast(pl.UInt64))
    home = numbered.select(Draw(seed, "partner_no").weighted("home currency", _CURRENCY_WEIGHTS)).to_series()
    return Partners(ids=numbered["partner_id"], home_currencies=home)


def client_base(first: int, last: int, partners: Partners, *, seed: int, as_of: date) -> pl.DataFrame:
    """Clients number `first` to `last` - 1, with their home currency; partners' sizes are skewed."""
    draw = Draw(seed, "client_no")
    # The square of an even draw: the first partner of P gets about 1/sqrt(P) of all clients, the last half its share.
    partner_no = (draw.below("partner", 1_000_000).pow(2) * len(partners.ids)) // 1_000_000**2
    frame = pl.select(pl.int_range(first, last, dtype=pl.UInt64).alias("client_no"))
    return frame.with_columns(partner_no.alias("partner_no")).with_columns(
        pl.format("{}", pl.col("client_no") + 10_000_000).alias("hub_id"),
        pl.when(draw.chance("at home", 800))
        .then(take(partners.home_currencies.to_list(), pl.col("partner_no")))
        .otherwise(draw.weighted("currency", _CURRENCY_WEIGHTS))
        .alias("currency_no"),
        _company(draw, "client").alias("client_name"),
        pl.when(draw.chance("website", 930)).then(pl.format("client-{}.example", "client_no")).alias("website"),
        pl.when(draw.chance("has partner", 970))
        .then(pl.lit(partners.ids).gather(pl.col("partner_no")))
        .alias("partner_id"),
        pl.when(draw.chance("ended", 20))
        .then(pl.lit(as_of) + pl.duration(days=draw.below("ended on", 400) - 340))
        .alias("association_ended_on"),
    )


def clients(base: pl.DataFrame) -> pl.DataFrame:
    """The export table `clients`."""
    return as_exported(base, "clients")


def contacts(base: pl.DataFrame, *, seed: int, as_of: date) -> pl.DataFrame:
    """The export table `contacts`: none to three per client; some clients have no primary one, some none at all."""
    frame = _several(base, Draw(seed, "client_no").weighted("contacts", {0: 4, 1: 50, 2: 33, 3: 13}), "contact_no")
    draw = Draw(seed, "contact_no")
    given, family = draw.pick("given", words.GIVEN), draw.pick("family", words.FAMILY)
    return frame.select(
        pl.format("U-{}", "contact_no").alias("contact_id"),
        "hub_id",
        pl.when(draw.chance("hostile", 4))
        .then(draw.pick("hostile name", words.HOSTILE))
        .otherwise(pl.format("{} {}", given, family))
        .alias("full_name"),
        pl.when(draw.chance("email", 950)).then(pl.format("user-{}@mail.example", "contact_no")).alias("email"),
        draw.pick("job title", words.JOB_TITLES).alias("job_title"),
        pl.when((pl.col("place") == 0) & draw.chance("primary", 930))
        .then(True)
        .otherwise(draw.pick("not primary", (False, None)))
        .alias("is_primary"),
        pl.when(draw.chance("active", 900))
        .then(pl.lit(as_of) - pl.duration(days=draw.below("last active", 400)))
        .alias("last_active_on"),
    )


def app_usage(base: pl.DataFrame, *, seed: int, as_of: date) -> pl.DataFrame:
    """The export table `app_usage`: none to three different apps per client."""
    frame = _several(base, Draw(seed, "client_no").weighted("apps", {0: 30, 1: 45, 2: 20, 3: 5}), "usage_no")
    draw = Draw(seed, "usage_no")
    first_app = Draw(seed, "client_no").below("first app", len(words.APPS))
    measured_on = pl.lit(as_of) - pl.duration(days=draw.below("measured", 7))
    return frame.select(
        "hub_id",
        take(words.APPS, (first_app + pl.col("place")) % len(words.APPS)).alias("app"),
        measured_on.alias("measured_on"),
        pl.when(draw.chance("counted", 950)).then(draw.below("users", 120)).alias("active_users"),
        pl.when(draw.chance("used", 900))
        .then(measured_on - pl.duration(days=draw.below("last used", 60)))
        .alias("last_used_on"),
    )


def consumption(base: pl.DataFrame, *, seed: int, as_of: date) -> pl.DataFrame:
    """The export table `consumption`: none to two days per client, about a month apart."""
    frame = _several(base, Draw(seed, "client_no").weighted("days", {0: 50, 1: 40, 2: 10}), "consumption_no")
    draw = Draw(seed, "consumption_no")
    return frame.select(
        "hub_id",
        (pl.lit(as_of) - pl.duration(days=pl.col("place") * 30 + draw.below("measured", 28))).alias("measured_on"),
        pl.when(draw.chance("contacts known", 970)).then(draw.below("contacts", 30_000)).alias("contacts_used"),
        pl.when(draw.chance("emails known", 970)).then(draw.below("emails", 400_000)).alias("emails_sent"),
    )


def repeated(frame: pl.DataFrame, count: pl.Expr, number: str, *, parent: str, most: int) -> pl.DataFrame:
    """Each row `count` times (0 to `most`): `place` counts from 0, `number` (UInt64) is unique over all parents."""
    places = frame.with_columns(pl.int_ranges(0, count).alias("place")).explode("place", empty_as_null=False)
    return places.with_columns((pl.col(parent) * most + pl.col("place").cast(pl.UInt64)).alias(number))


def _several(base: pl.DataFrame, count: pl.Expr, number: str) -> pl.DataFrame:
    return repeated(base.select("client_no", "hub_id"), count, number, parent="client_no", most=4)


def _company(draw: Draw, purpose: str) -> pl.Expr:
    """A company's name: nine in ten plain, the rest accented, in other scripts, or hostile."""
    script = draw.below(f"{purpose} script", 1000)
    plain = pl.format(
        "{} {} {} {}",
        draw.pick(f"{purpose} first", words.FIRST),
        draw.pick(f"{purpose} second", words.SECOND),
        draw.pick(f"{purpose} trade", words.TRADE),
        draw.pick(f"{purpose} form", words.FORM),
    )
    number = (pl.col(draw.key) + 1).cast(pl.String)
    return (
        pl.when(script < 900)
        .then(plain)
        .when(script < 940)
        .then(pl.format("{} {}", draw.pick(f"{purpose} accented", words.ACCENTED), number))
        .when(script < 960)
        .then(pl.format("{} {}", draw.pick(f"{purpose} japanese", words.JAPANESE), number))
        .when(script < 975)
        .then(pl.format("{} {}", draw.pick(f"{purpose} right to left", words.RIGHT_TO_LEFT), number))
        .when(script < 990)
        .then(pl.format("{} {}", draw.pick(f"{purpose} other", words.OTHER_SCRIPTS), number))
        .otherwise(draw.pick(f"{purpose} hostile", words.HOSTILE))
    )


CURRENCIES: Final = tuple(FACTORS)
"""Currency codes by `currency_no`."""
