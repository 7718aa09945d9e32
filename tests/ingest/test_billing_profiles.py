"""The shipped profiles of billing systems: every interval, currency, status, discount and cancellation they know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline import transform
from pipeline.ingest import IngestReport, ingest
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS

AS_OF = date(2026, 11, 23)
PERIOD = "2026-11-01 00:00:00,2026-12-01 00:00:00"


class Account:
    """A Stripe account, table by table; one customer, one plan a subscription."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, list[str]] = {
            "customer": ["id,name", "cus_1,Alder"],
            "product": ["id,name", "pr_1,Pro"],
            "price": ["id"],
            "plan": ["id,amount,currency,interval,interval_count,product_id,nickname,usage_type"],
            "coupon": ["id,amount_off,currency,percent_off,duration,duration_in_months"],
            "discount": ["id,coupon_id,customer_id,subscription_id,start,end"],
            "subscription": ["id,customer_id,status,cancel_at_period_end,cancel_at"],
            "subscription_item": ["id,subscription_id,plan_id,quantity,current_period_start,current_period_end"],
        }

    def subscribes(
        self, name: str, amount: str, currency: str = "usd", interval: str = "month", count: int = 1, *,
        status: str = "active", quantity: int = 1, ends: str = "false,", usage: str = "licensed",
    ) -> None:  # fmt: skip
        self.rows["plan"].append(f"pl_{name},{amount},{currency},{interval},{count},pr_1,,{usage}")
        self.rows["subscription"].append(f"{name},cus_1,{status},{ends}")
        self.rows["subscription_item"].append(f"si_{name},{name},pl_{name},{quantity},{PERIOD}")

    def adds(self, name: str, item: str, amount: str, interval: str, count: int) -> None:
        self.rows["plan"].append(f"pl_{item},{amount},usd,{interval},{count},pr_1,,licensed")
        self.rows["subscription_item"].append(f"si_{item},{name},pl_{item},1,{PERIOD}")

    def read(self, as_of: date = AS_OF) -> tuple[dict[str, pl.DataFrame], IngestReport, list[tuple[str, ...]]]:
        for table, rows in self.rows.items():
            (self.folder / f"{table}_data.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        return read(self.folder, "stripe", as_of)

    def mrr(self, as_of: date = AS_OF) -> dict[str, Decimal]:
        return mrr(self.read(as_of)[0])


def read(folder: Path, profile: str, as_of: date = AS_OF):
    with duckdb.connect() as con:
        report = ingest(con, folder, settings=Settings(), as_of=as_of, profile=Path(profile))
        refused = con.sql("SELECT table_name, reason_codes FROM quarantine ORDER BY ALL").fetchall()
        frames = {name: con.sql(f"SELECT * FROM exports.{name}").pl() for name in EXPORTS}
    return transform.build(frames, as_of=as_of), report, refused


def mrr(tables: dict[str, pl.DataFrame]) -> dict[str, Decimal]:
    return {row["contract_id"]: row["current_mrr"] for row in tables["contract_mrr"].iter_rows(named=True)}


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def test_every_interval_of_stripe(account: Account):
    # 120.00 per interval: 52 weeks and 365 days are 12 months.
    expected = {
        ("day", 1): "3650.00",
        ("day", 30): "121.67",
        ("day", 45): "81.11",
        ("week", 1): "520.00",
        ("week", 2): "260.00",
        ("week", 3): "173.33",
        ("week", 6): "86.67",
        ("month", 1): "120.00",
        ("month", 2): "60.00",
        ("month", 3): "40.00",
        ("month", 7): "17.14",
        ("year", 1): "10.00",
        ("year", 3): "3.33",
    }
    for (interval, count), _ in expected.items():
        account.subscribes(f"{interval}{count}", "12000", interval=interval, count=count)
    assert account.mrr() == {f"{i}{n}": Decimal(amount) for (i, n), amount in expected.items()}


def test_a_weekly_price_is_exact_for_any_quantity(account: Account):
    # 100,000 x 0.10 a week x 52 / 12 = 43,333.33; a price rounded to six decimals a month would give 43,333.30.
    account.subscribes("many", "10", interval="week", quantity=100_000)
    tables, _, _ = account.read()
    assert mrr(tables) == {"many": Decimal("43333.33")}
    [row] = tables["upcoming_renewals"].iter_rows(named=True)
    assert (row["billing_frequency"], row["billing_months"], row["subscription_term_months"]) == ("other", 12, 1)


def test_items_of_different_intervals_bill_together(account: Account):
    account.subscribes("mixed", "10000", interval="month")
    account.adds("mixed", "weekly", "10000", "week", 1)
    account.adds("mixed", "two_years", "240000", "year", 2)
    assert account.mrr() == {"mixed": Decimal("633.33")}  # 100 + 433.33 + 100, rounded once


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [
        ("jpy", "5000", "5000"),  # whole yen
        ("clp", "5000", "5000"),
        ("ugx", "500000", "5000"),  # Stripe's list: in hundredths, although the currency has no decimals
        ("isk", "500000", "5000"),
        ("huf", "500000", "5000"),
        ("twd", "500000", "5000"),
        ("kwd", "5000", "5"),  # thousandths
        ("tnd", "5000", "5"),
        ("usd", "5000", "50"),
        ("usd", "5000.5", "50.01"),  # half a cent, half up
    ],
)
def test_the_smallest_amount_by_stripes_own_list(account: Account, currency: str, amount: str, expected: str):
    account.subscribes("one", amount, currency)
    assert account.mrr() == {"one": Decimal(expected)}


def test_who_bills_nobody_is_left_out_with_a_reason(account: Account):
    for status in (
        "active",
        "past_due",
        "trialing",
        "paused",
        "canceled",
        "unpaid",
        "incomplete",
        "incomplete_expired",
    ):
        account.subscribes(status, "10000", status=status)
    tables, report, refused = account.read()
    assert set(mrr(tables)) == {"active", "past_due"}
    assert refused == []
    assert {reason: count for reason, count in report.left_out.items() if reason != "lookup"} == {
        f"{what}subscription_{status}": 1
        for what in ("", "item_of_a_")
        for status in ("trialing", "paused", "canceled", "unpaid", "incomplete", "incomplete_expired")
    }
    assert all(
        file.rows_read == file.rows_loaded + file.rows_quarantined + file.rows_duplicate + file.rows_left_out
        for file in report.files
    )


def test_metered_items_are_no_mrr_and_tiers_without_an_amount_are_refused(account: Account):
    account.subscribes("metered", "500", usage="metered")
    account.subscribes("tiers", "")
    tables, _, refused = account.read()
    assert mrr(tables) == {"metered": Decimal(0), "tiers": Decimal(0)}
    assert refused == [("contract_lines", "required_missing:unit_price")]


def test_discounts_last_as_long_as_their_coupon(account: Account):
    account.rows["coupon"] += [
        "once,,,50,once,",
        "half,,,50,forever,",
        "fifth,,,20,repeating,3",
        "ten,1000,usd,,forever,",
        "euros,1000,eur,,forever,",
    ]
    cases = {  # coupon(s), end -> MRR on 23 November and on 10 January
        "once": ("once", "", "100", "100"),
        "forever": ("half", "", "50", "50"),
        "repeats": ("fifth", "", "80", "100"),  # three months from 1 October: until 31 December
        "dated": ("half", "2026-12-15 00:00:00", "50", "100"),
        "is_over": ("half", "2026-11-23 00:00:00", "100", "100"),
        "amount": ("ten", "", "90", "90"),
        "amount_until": ("ten", "2026-12-15 00:00:00", "90", "100"),
        "other_currency": ("euros", "", "100", "100"),
        "two": ("half+fifth", "", "40", "50"),  # one after the other: 100 x 0.5 x 0.8
    }
    for name, (coupons, end, _, _) in cases.items():
        account.subscribes(name, "10000")
        for coupon in coupons.split("+"):
            account.rows["discount"].append(f"di_{name}_{coupon},{coupon},,{name},2026-10-01 00:00:00,{end}")
    # "two": the discount of the pair that ends is kept until the last of the two ends, which is never.
    later = {name: Decimal(values[3]) for name, values in cases.items()} | {"two": Decimal(40)}
    tables, _, refused = account.read()
    assert refused == []
    assert mrr(tables) == {name: Decimal(values[2]) for name, values in cases.items()}
    estimates = {
        row["contract_id"]: row["estimated_new_mrr"]
        for row in transform_on(account, date(2027, 1, 10)).iter_rows(named=True)
    }
    assert estimates == later


def transform_on(account: Account, day: date) -> pl.DataFrame:
    """The estimates of renewals that start on that day."""
    table = account.folder / "subscription_item_data.csv"
    table.write_text(table.read_text().replace("2026-12-01", day.isoformat()), encoding="utf-8")
    return read(account.folder, "stripe")[0]["upcoming_renewals"]


def test_a_customers_discount_is_that_of_all_its_subscriptions(account: Account):
    account.rows["coupon"].append("half,,,50,forever,")
    account.rows["discount"].append("di_1,half,cus_1,,2026-01-01 00:00:00,")
    account.subscribes("one", "10000")
    account.subscribes("two", "3000")
    assert account.mrr() == {"one": Decimal(50), "two": Decimal(15)}


def test_an_amount_off_is_taken_off_each_invoice(account: Account):
    account.rows["coupon"].append("ten,1000,usd,,forever,")
    for name, interval in (("monthly", "month"), ("yearly", "year"), ("weekly", "week")):
        account.subscribes(name, "120000", interval=interval)
        account.rows["discount"].append(f"di_{name},ten,,{name},2026-01-01 00:00:00,")
    # 1,190 a month; 1,190 a year; 1,190 a week x 52 / 12
    assert account.mrr() == {"monthly": Decimal(1190), "yearly": Decimal("99.17"), "weekly": Decimal("5156.67")}


def test_what_ends_with_its_period_is_estimated_at_nothing(account: Account):
    account.subscribes("stays", "10000")
    account.subscribes("ends", "10000", ends="true,")
    account.subscribes("ends_sooner", "10000", ends="false,2026-11-28 00:00:00")
    account.subscribes("ends_later", "10000", ends="false,2027-06-01 00:00:00")
    rows = {row["contract_id"]: row for row in account.read()[0]["upcoming_renewals"].iter_rows(named=True)}
    assert {name: (row["estimated_new_mrr"], row["renewal_start_date"].isoformat()) for name, row in rows.items()} == {
        "stays": (Decimal(100), "2026-12-01"),
        "ends": (Decimal(0), "2026-12-01"),
        "ends_sooner": (Decimal(0), "2026-11-28"),
        "ends_later": (Decimal(100), "2026-12-01"),
    }


def test_prices_stand_in_where_there_is_no_plan(account: Account):
    account.rows["price"] = [
        "id,currency,unit_amount,recurring_interval,recurring_interval_count,product_id",
        "price_1,usd,9900,month,3,pr_1",
    ]
    account.rows["subscription"].append("one,cus_1,active,false,")
    account.rows["subscription_item"].append(f"si_1,one,price_1,1,{PERIOD}")
    tables, _, _ = account.read()
    assert mrr(tables) == {"one": Decimal(33)}
    [line] = tables["client_products"].iter_rows(named=True)
    assert line["product_name"] == "Pro"


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("Weekly", "43.33"),
        ("weekly", "43.33"),
        ("Every two weeks", "21.67"),
        ("Biweekly", "21.67"),
        ("Every 4 weeks", "10.83"),
        ("Monthly", "10.00"),
        ("Quarterly", "3.33"),
        ("Semi-annually", "1.67"),
        ("per_six_months", "1.67"),
        ("Annually", "0.83"),
        ("Every two years", "0.42"),
    ],
)
def test_every_frequency_of_hubspot(tmp_path: Path, frequency: str, expected: str):
    crm = {
        "companies": "Record ID,Company name\n1,Alder\n",
        "contacts": "Record ID,First Name,Last Name,Email\n9,A,B,ab@alder.example\n",
        "deals": "Record ID,Deal Name,Deal Stage,Close Date,Currency,Associated Company IDs\n"
        "101,D1,Closed Won,2026-03-01,USD,1\n",
        "line-items": "Record ID,Name,Quantity,Unit price,Term,Billing start date,Recurring billing frequency,"
        f"Associated Deal IDs\nL1,Seats,1,10,P12M,2026-03-01,{frequency},101\n",
    }
    for name, text in crm.items():
        (tmp_path / f"hubspot-crm-exports-all-{name}-2026-11-23.csv").write_text(text, encoding="utf-8")
    tables, _, refused = read(tmp_path, "hubspot")
    assert refused == []
    assert mrr(tables) == {"101": Decimal(expected)}


def test_subscriptions_of_zuora_that_are_no_contract_are_left_out(tmp_path: Path):
    subscriptions = {
        "active": ("Active", ""),
        "cancelled_for_later": ("Cancelled", "2027-01-31"),
        "cancelled_today": ("Cancelled", "2026-11-23"),
        "suspended": ("Suspended", ""),
        "expired": ("Expired", ""),
        "waiting": ("Pending Activation", ""),
    }
    tables = {
        "account": "id,name,currency,mrr,bill_to_contact_id,created_date,_fivetran_deleted\n"
        "A1,Alder,USD,0,,2026-01-01,FALSE\n",
        "contact": "id,account_id,first_name,last_name,work_email\nK1,A1,Ann,Lee,ann@alder.example\n",
        "product": "id,name\nP1,Pro\n",
        "rate_plan": "id\nR1\n",
        "amendment": "id\nM1\n",
        "subscription": "id,account_id,invoice_owner_id,term_start_date,term_end_date,auto_renew,status,"
        "subscription_end_date,cancelled_date,_fivetran_deleted\n"
        + "".join(
            f"{name},A1,A1,2026-03-01,2027-03-01,TRUE,{status},{end},,FALSE\n"
            for name, (status, end) in subscriptions.items()
        ),
        "rate_plan_charge": "id,subscription_id,account_id,transaction_currency,effective_start_date,"
        "effective_end_date,billing_period,specific_billing_period,mrr,charge_type,product_id,name,is_last_segment,"
        "_fivetran_deleted\n"
        + "".join(
            f"c_{name},{name},A1,USD,2026-03-01,2027-03-01,Week,,43.33,Recurring,P1,Seats,TRUE,FALSE\n"
            for name in subscriptions
        ),
    }
    for name, text in tables.items():
        (tmp_path / f"zuora_{name}_data.csv").write_text(text, encoding="utf-8")
    built, report, refused = read(tmp_path, "zuora")
    assert refused == []
    assert mrr(built) == {"active": Decimal("43.33"), "cancelled_for_later": Decimal("43.33")}
    assert {
        row["contract_id"]: (row["renewal_start_date"].isoformat(), row["estimated_new_mrr"])
        for row in built["upcoming_renewals"].iter_rows(named=True)
    } == {"active": ("2027-03-01", Decimal("43.33")), "cancelled_for_later": ("2027-01-31", Decimal(0))}
    left_out = {reason: count for reason, count in report.left_out.items() if reason != "lookup"}
    assert left_out == {
        f"{what}{status}": 1
        for what in ("", "charge_of_a_subscription_")
        for status in ("cancelled", "suspended", "expired", "pending activation")
    }


FIELD = {
    "stripe-profile": (
        "stripe",
        {
            "sub_1": "50.00", "sub_2": "433.33", "sub_3": "3041.67", "sub_4": "216.67", "sub_5": "380000",
            "sub_8": "100.00", "sub_10": "10000", "sub_12": "100.00",
        },
    ),
    # 101: 1,200 a year less 10 %. 102: 2 x (100 - 10) a month. 104: 10 x 52 / 12 + 2,400 over two years.
    "hubspot-weekly": ("hubspot", {"101": "90.00", "102": "180.00", "104": "143.33"}),
}  # fmt: skip


@pytest.mark.parametrize("folder", FIELD)
def test_the_published_cases_of_the_field(cases: Path, folder: str):
    profile, expected = FIELD[folder]
    tables, _, _ = read(cases / "field" / folder, profile)
    assert mrr(tables) == {contract: Decimal(amount) for contract, amount in expected.items()}
