"""Ordinary nights: what happens to a vendor's book from one day to the next."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import polars as pl

from tests.night.book import Frames, declared, without_orphans

c = pl.col

OF_CLIENTS = ("contacts", "app_usage", "consumption")


def next_night(night: Frames, day: date, *, draw: random.Random) -> Frames:
    """The next night's export: terms rolled; up to 1 % of clients and contracts gone and as many new, and up to 3 % of
    every table's rows changed, of the clients up to 0.5 % to another partner."""
    night = rolled(night, day)
    night = with_new_clients(night, draw)
    night = without_orphans(night | {"clients": night["clients"].filter(~some(night["clients"], draw, 1))})
    gone = some(night["contracts"], draw, 1)
    night = without_orphans(night | {"contracts": night["contracts"].filter(~gone)})
    night = with_changes(night, day, draw)
    return measured(night, day, draw)


def rolled(night: Frames, day: date) -> Frames:
    """Contracts whose renewal day has come go on with their next term; their changes have become history."""
    contracts = night["contracts"]
    while (due := contracts.filter(c("renewal_start_date") <= day)).height:
        next_term = due.with_columns(
            term_start_date=c("renewal_start_date"),
            renewal_start_date=c("renewal_start_date").dt.offset_by(pl.format("{}mo", "subscription_term_months")),
        )
        contracts = pl.concat([contracts.filter(c("renewal_start_date") > day), next_term])
    changes = night["contract_changes"].filter(c("effective_date") > day)
    return night | {"contracts": declared("contracts", contracts), "contract_changes": changes}


def some(frame: pl.DataFrame, draw: random.Random, percent: float) -> pl.Series:
    """True for up to that many percent of the rows."""
    chosen = set(draw.sample(range(frame.height), int(frame.height * draw.uniform(0, percent) / 100)))
    return pl.Series([place in chosen for place in range(frame.height)], dtype=pl.Boolean)


def with_new_clients(night: Frames, draw: random.Random) -> Frames:
    """New clients, each like one there is, with contracts and people of its own."""
    like = night["clients"].filter(some(night["clients"], draw, 2)).select("hub_id")
    mark = f"{draw.randrange(10**9)}-"
    new = {"clients": night["clients"].join(like, on="hub_id")}
    new |= {name: night[name].join(like, on="hub_id") for name in ("contracts", *OF_CLIENTS)}
    contracts = new["contracts"].select("contract_id")
    new |= {name: night[name].join(contracts, on="contract_id") for name in ("contract_lines", "contract_changes")}
    keys = ("hub_id", "contract_id", "line_id", "contact_id", "change_id")
    return night | {
        name: pl.concat(
            [
                night[name],
                declared(
                    name,
                    rows.with_columns(
                        pl.concat_str(pl.lit(mark), key).alias(key) for key in keys if key in rows.columns
                    ),
                ),
            ]
        )
        for name, rows in new.items()
    }


def with_changes(night: Frames, day: date, draw: random.Random) -> Frames:
    """Names, partners, prices, limits, agreements and cancellations that change."""
    partners = night["partners"]["partner_id"].to_list()

    def changed(table: str, at_most: float = 3, **values: pl.Expr | Sequence[object]) -> None:
        frame = night[table]
        for name, value in values.items():
            chosen = some(frame, draw, at_most)
            new = value if isinstance(value, pl.Expr) else pl.Series(value, dtype=frame.schema[name])
            frame = frame.with_columns(pl.when(pl.lit(chosen)).then(new).otherwise(c(name)).alias(name))
        night[table] = declared(table, frame)

    night = dict(night)
    changed("partners", report_emails=c("report_emails") + "; more@new.example", locale=pl.lit("fr"))
    clients = night["clients"].height
    changed(
        "clients",
        client_name=c("client_name") + " AG",
        website=pl.lit("new.example"),
    )
    changed("clients", at_most=0.5, partner_id=[draw.choice(partners) for _ in range(clients)])
    changed("contracts", auto_renews=pl.lit(False), contact_max=c("contact_max") * 2, notice_days=pl.lit(30))
    changed(
        "contract_lines",
        unit_price=c("unit_price") * pl.lit(2),
        quantity=c("quantity") + 1,
        discount_percent=pl.lit(15),
    )
    changed("contacts", full_name=pl.lit("Somebody New"), email=pl.lit("new@mail.example"), is_primary=pl.lit(False))
    changed(
        "contract_changes",
        agreed_on=pl.lit(day),
        cancellation_requested_on=pl.lit(day),
        quoted_mrr=pl.lit(100),
    )
    return night


def measured(night: Frames, day: date, draw: random.Random) -> Frames:
    """Tonight's measurements: other users, other activity, a new rate."""
    usage = night["app_usage"].unique(["hub_id", "app"], keep="first", maintain_order=True)
    users = pl.Series([draw.randrange(120) for _ in range(usage.height)], dtype=pl.Int64)
    usage = usage.with_columns(measured_on=pl.lit(day), active_users=users, last_used_on=pl.lit(day))
    latest = night["fx_rates"].filter(c("rate_date") <= day).sort("rate_date").unique("currency", keep="last")
    rates = latest.with_columns(
        rate_date=pl.lit(day), rate=(c("rate").cast(pl.Float64) * draw.uniform(0.98, 1.02)).round(8)
    )
    rates = pl.concat([night["fx_rates"], declared("fx_rates", rates)]).unique(["rate_date", "currency"], keep="last")
    return night | {"app_usage": declared("app_usage", usage), "fx_rates": rates.sort("rate_date", "currency")}
