"""The other shipped profiles: Zuora, HubSpot's CRM exports, a flat contract register."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.profile_check import ProfileCheck, check_profile
from pipeline.settings import Settings
from tests.conftest import Said

ROOT = Path(__file__).parents[2]

COMPANIES = """Record ID,Company name,Company Domain Name,Company owner,Partner
101,Acme,acme.example,Pat,Northgate
102,Blue Water,blue.example,Pat,
103,Cedar,,Pat,NORTHGATE
"""
CONTACTS = """Record ID,First Name,Last Name,Email,Job Title,Last Activity Date,Associated Company IDs (Primary)
201,Ann,Lee,ann@acme.example,CFO,2026-11-01 09:30,101
202,Bo,,bo@blue.example,,,102
203,Cy,Diaz,cy@blue.example,,2026-10-01 10:00,102
204,Di,,di@nowhere.example,,,
205,Ed,Fox,ed@gone.example,,,999
"""
DEALS = """Record ID,Deal Name,Deal Stage,Close Date,Amount,Currency,Associated Company IDs (Primary),\
Associated Company IDs
301,Acme CRM,Closed Won,2026-01-10 12:00,5000,EUR,101,101;103
302,Blue hub,closedwon,2026-02-20 09:00,900,USD,102,102
303,Cedar try,Qualified To Buy,2026-03-01 09:00,10,USD,103,103
304,Blue add,Closed Won,soon,60,USD,102,102
305,Nobody's,Closed Won,2026-03-01,60,USD,,
"""
LINES = (
    "Record ID,Name,SKU,Quantity,Unit price,Unit discount,Discount Percentage,Billing frequency,Term,"
    "Billing start date,Associated Deal IDs\n"
    "401,CRM,HUB,10,40,,10,Monthly,12,2026-02-01,301\n"
    '402,Support,SUP,1,"1,200.00",,,Annually,P12M,2026-02-01,301\n'
    "403,Set-up,SET,1,500,,,One-time,,,301\n"
    "404,Hub,HUB,3,90,15,,Quarterly,24,2026-03-01,302\n"
    "405,Seat,SEAT,1,5,,,Monthly,12,2026-04-01,303\n"
    "406,Seat,SEAT,1,5,,,Weekly,12,2026-04-01,302\n"
    "407,Seat,SEAT,1,5,,,Monthly,12,2026-04-01,\n"
)


def mrr(checked: ProfileCheck) -> dict[str, str]:
    return {row["currency"]: row["mrr"] for row in checked.figures}


def refused(checked: ProfileCheck) -> set[tuple[str, int, str, str]]:
    return {
        (example["file"], example["line"], found["table"], ";".join(found["reasons"]))
        for found in checked.quarantine
        for example in found["examples"]
    }


def counts(checked: ProfileCheck, path: str) -> tuple[int, ...]:
    [file] = [file for file in checked.ingested.files if file.path == path]
    return (file.rows_read, file.rows_loaded, file.rows_quarantined, file.rows_duplicate, file.rows_left_out)


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    for name, text in (("companies", COMPANIES), ("contacts", CONTACTS), ("deals", DEALS), ("line-items", LINES)):
        (tmp_path / f"hubspot-crm-exports-all-{name}-2026-11-23.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_hubspot_deals_become_contracts(crm: Path):
    checked = check_profile(crm, Path("hubspot"), settings=Settings(), as_of=date(2026, 11, 23))
    assert checked.ingested.lost_columns == ()
    # 301: 10 x 40 less 10 % a month, 1,200 a year: 360 + 100. 302: 3 x (90 - 15) a quarter, 5 a week: 75 + 5 x 52 / 12.
    assert mrr(checked) == {"EUR": "460.00", "USD": "96.67"}
    deals, lines = ("hubspot-crm-exports-all-deals-2026-11-23.csv", "hubspot-crm-exports-all-line-items-2026-11-23.csv")
    contacts = "hubspot-crm-exports-all-contacts-2026-11-23.csv"
    assert refused(checked) == {
        (deals, 5, "contracts", "not_a_date:term_start_date;not_a_date:renewal_start_date"),
        (deals, 6, "contracts", "required_missing:hub_id"),
        (contacts, 6, "contacts", "unknown_client"),
    }
    assert counts(checked, deals) == (5, 2, 2, 0, 1)
    assert counts(checked, lines) == (7, 5, 0, 0, 2)
    assert checked.ingested.left_out == {
        "contact_of_no_company": 1, "deal_not_won": 1, "line_of_a_deal_not_won": 1, "line_of_no_deal": 1,
    }  # fmt: skip
    rows = {table["table"]: table["rows_loaded"] for table in checked.tables}
    assert rows == {"partners": 2, "clients": 3, "contracts": 2, "contract_lines": 5, "contacts": 3}
    [contract] = [table["first_row"] for table in checked.tables if table["table"] == "contracts"]
    assert (contract["term_start_date"], contract["renewal_start_date"]) == ("2026-02-01", "2027-02-01")
    assert (contract["billing_frequency"], contract["subscription_term_months"]) == ("annual", "12")


def test_hubspot_exports_may_lack_optional_columns(crm: Path):
    name = "hubspot-crm-exports-all-companies-2026-11-23.csv"
    (crm / name).write_text("Record ID,Company name\n101,Acme\n102,Blue\n103,Cedar\n")
    checked = check_profile(crm, Path("hubspot"), settings=Settings(), as_of=date(2026, 11, 23))
    assert mrr(checked) == {"EUR": "460.00", "USD": "96.67"}
    assert [t["rows_loaded"] for t in checked.tables if t["table"] == "partners"] == [1]


def test_the_zuora_export_gives_the_published_mrr(cases: Path):
    as_of = date(2023, 2, 20)
    checked = check_profile(cases / "vendor_seeds" / "zuora", Path("zuora"), settings=Settings(), as_of=as_of)
    published: dict[str, Decimal] = defaultdict(Decimal)
    with (cases / "vendor_seeds" / "zuora" / "zuora_account_data.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            published[row["currency"]] += Decimal(row["mrr"] or 0)
    # The account in yen has a fraction of a yen, which does not exist: rounded once, half up.
    assert published == {"USD": Decimal("43328.17"), "JPY": Decimal("2726666.67")}
    assert mrr(checked) == {"USD": "43328.17", "JPY": "2726667.00"}
    assert checked.quarantine == []
    assert checked.ingested.lost_columns == ()
    assert checked.ingested.left_out == {"deleted": 3, "draft": 1, "lookup": 16}


def test_a_ready_mrr_of_a_charge_agrees_with_its_account(cases: Path):
    # Zuora gives both: the annual charge of 588 has an MRR of 49, and so has its account.
    folder = cases / "vendor_seeds" / "zuora"
    checked = check_profile(folder, Path("zuora"), settings=Settings(), as_of=date(2023, 2, 20))
    with (folder / "zuora_rate_plan_charge_data.csv").open(newline="") as stream:
        charges = [row for row in csv.DictReader(stream) if row["_fivetran_deleted"] == "FALSE" and row["mrr"]]
    in_force = [row for row in charges if row["effective_start_date"] <= "2023-02-20" < row["effective_end_date"]]
    total = sum(Decimal(row["mrr"]) for row in in_force)
    assert total == 49
    usd = next(row for row in checked.figures if row["currency"] == "USD")
    assert Decimal(usd["mrr"]) - total == Decimal("43279.17")


def test_the_flat_register_gives_the_figures_of_the_tutorial():
    checked = check_profile(
        ROOT / "data" / "register", Path("contract_register"), settings=Settings(), as_of=date(2026, 11, 23)
    )
    assert checked.stopped == []
    assert checked.ingested.lost_columns == ()
    assert counts(checked, "contracts.csv") == (20, 15, 3, 0, 2)
    assert checked.ingested.left_out == {"cancelled": 1, "no_start_date": 1}
    figures: dict[str, tuple[Any, ...]] = {
        row["currency"]: (row["in_force"], row["mrr"], row["renewals_in_window"]) for row in checked.figures
    }
    assert figures == by_hand()


def by_hand() -> dict[str, tuple[int, str, int]]:
    """The register's figures by the csv module and fractions alone."""
    as_of = date(2026, 11, 23)
    found: dict[str, list[tuple[Decimal, bool]]] = {"EUR": [], "GBP": []}
    with (ROOT / "data" / "register" / "contracts.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["Status"] == "Cancelled" or not row["Start Date"] or row["End Date"] == "TBC":
                continue
            start, end = (
                date(int(text[6:]), int(text[3:5]), int(text[:2])) for text in (row["Start Date"], row["End Date"])
            )
            if start.year < 1900 or not start <= as_of <= end:
                continue
            value = row["Annual Value"]
            cents = Decimal(0) if value.startswith("(") else Decimal(value[1:].replace(",", ""))
            upcoming = 0 <= (end - as_of).days < 120
            found["EUR" if value.startswith("€") else "GBP"].append((cents, upcoming))
    return {
        currency: (
            len(rows),
            f"{sum(((value * 100 * 2 // 12 + 1) // 2) / 100 for value, _ in rows):.2f}",
            sum(upcoming for _, upcoming in rows),
        )
        for currency, rows in found.items()
    }


SHARED_VENDOR = """Contract No,Vendor,Service,Start Date,End Date,Annual Value,Payment,Introduced By,\
Contact,Contact E-mail,Status
C1,Acme Ltd,Paper,01/01/2026,31/12/2026,"£1,200.00",Monthly,Northgate,Ann,ann@acme.example,Active
C2,ACME  ltd,Print,01/01/2026,31/12/2026,"£2,400.00",Monthly,Harbour,Bo,bo@acme.example,Active
C3,Acme Ltd,Scan,01/01/2026,31/12/2026,£600.00,Monthly,,Cy,cy@acme.example,Active
C4,Birch,Cleaning,01/01/2026,31/12/2026,£120.00,Monthly,Northgate,Di,di@birch.example,Active
C5,Birch,Windows,01/01/2026,31/12/2026,£120.00,Monthly,NORTHGATE,Di,di@birch.example,Active
C6,Cedar,Guard,01/01/2026,31/12/2026,£120.00,Monthly,Harbour,Ed,ed@cedar.example,Active
C7,Cedar,Dogs,01/01/2020,31/12/2020,£120.00,Monthly,Northgate,Ed,ed@cedar.example,Cancelled
"""


@pytest.mark.parametrize("last_first", [False, True])
def test_each_partner_sees_only_its_own_contracts_of_a_shared_vendor(
    renewals: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_first: bool
):
    header, *rows = SHARED_VENDOR.splitlines(keepends=True)
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "contracts.csv").write_text(header + "".join(reversed(rows) if last_first else rows), encoding="utf-8")
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    run = ("--exports", folder, "--profile", "contract_register", "--as-of", "2026-11-23", "--no-reports", "--quiet")
    assert renewals("run", *run).code == 0
    seen: dict[str, dict[str, set[str]]] = {}
    for partner in ("northgate", "harbour", "direct"):
        for table, column in (
            ("upcoming_renewals", "contract_id"),
            ("contract_mrr", "contract_id"),
            ("client_products", "contract_id"),
            ("client_contacts", "email"),
        ):
            said = renewals("table", table, "--partner", partner, "--format", "json")
            seen.setdefault(partner, {})[table] = {row[column] for row in json.loads(said.out)}
    own = {"northgate": {"C1", "C4", "C5"}, "harbour": {"C2", "C6"}, "direct": {"C3"}}
    people = {
        "northgate": {"ann@acme.example", "di@birch.example"},
        "harbour": {"bo@acme.example", "ed@cedar.example"},
        "direct": {"cy@acme.example"},
    }
    assert seen == {
        partner: {
            "upcoming_renewals": own[partner],
            "contract_mrr": own[partner],
            "client_products": own[partner],
            "client_contacts": people[partner],
        }
        for partner in own
    }
