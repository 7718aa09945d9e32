"""What a cell says (data contract): a time behind a date is ignored, blanks are empty, zeros behind the point."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipeline.ingest.contract import cell_text
from tests.ingest.export_folder import Exports
from tests.ingest.test_types import CONTRACT, LINE, one_row, reasons

FIRST = date(2026, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-01T00:00:00+02:00",
        "2026-02-01T00:00:00-08:00",
        "2026-02-01T23:59:59.999999+1300",
        "2026-02-01T00:00:00Z",
        "2026-02-01t00:00z",
        "2026-02-01 00:00:00",
        "2026-02-01 00:00:00 UTC",
        "2026-02-01 00:00:00.000 +0000 UTC",
        "2026-02-01 23:30:00+13",
        "2026-02-01 11:30:00 PM",
        "2026-02-01T12:00:00[Europe/Berlin]",
        "2026-02-01T12:00:00+01:00[Europe/Berlin]",
        "2026-02-01 10:00 CEST",
        "2026-02-01T000000Z",
        "2026-02-01+02:00",
        "2026-02-01Z",
    ],
)
def test_a_time_or_an_offset_behind_a_date_is_ignored(exports: Exports, text: str):
    one_row(exports, "contracts", CONTRACT | {"term_start_date": text})
    assert exports.rows("contracts", "term_start_date") == [(FIRST,)]


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("%d.%m.%Y", "01.02.2026"),
        ("%d.%m.%Y", "01.02.2026 00:00"),
        ("%d.%m.%Y", "01.02.2026, 23:15:00"),
        ("%m/%d/%Y", "02/01/2026 12:00:00 AM"),
        ("%m/%d/%Y", "02/01/2026T00:00:00-11:00"),
        ("%d-%m-%Y", "01-02-2026"),
        ("%d-%m-%Y", "01-02-2026 10:00+02:00"),
        ("%d %b %Y", "1 Feb 2026 at 10:00".replace(" at", "")),
        ("%b %d, %Y", "Feb 01, 2026 9 pm"),
        ("%Y%m%d", "20260201T230000Z"),
        # The format may name the time: what it says of the clock and the offset is ignored all the same.
        ("%d.%m.%Y %H:%M", "01.02.2026 23:15"),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-02-01T00:30:00+13:00"),
        ("%Y-%m-%d %H:%M:%S.%f%z", "2026-02-01 23:30:00.000-1100"),
        ("%H:%M %d.%m.%Y", "23:15 01.02.2026"),
    ],
)
def test_a_time_behind_a_date_of_another_format_is_ignored(exports: Exports, date_format: str, text: str):
    row = CONTRACT | {"term_start_date": text, "renewal_start_date": ""}
    row["renewal_start_date"] = text.replace("2026", "2027")
    one_row(exports, "contracts", row, {"exports": {"contracts": {"date_format": date_format, "delimiter": ";"}}}, ";")
    assert exports.rows("contracts", "term_start_date", "renewal_start_date") == [(FIRST, date(2027, 2, 1))]


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("%d.%m.%Y", "01.02.2026 later"),
        ("%d.%m.%Y", "31.02.2026 10:00"),
        ("%d.%m.%Y", " 01.02.2026"),
        ("%d-%m-%Y", "01-02-20260"),
        ("%d-%m-%Y", "2026-02-01T10:00"),
    ],
)
def test_what_is_no_date_stays_none(exports: Exports, date_format: str, text: str):
    row = CONTRACT | {"term_start_date": text, "renewal_start_date": "01.02.2028"}
    one_row(exports, "contracts", row, {"exports": {"contracts": {"date_format": date_format, "delimiter": ";"}}}, ";")
    assert "not_a_date:term_start_date" in reasons(exports, "contracts")[0]


BLANKS = (" ", "   ", "\t", "\u00a0", "\u3000", " \u202f ")


@pytest.mark.parametrize("blank", BLANKS)
def test_a_cell_of_blanks_is_empty_whatever_its_type(exports: Exports, blank: str):
    kinds = {"contact_max": blank, "auto_renews": blank, "billing_interval_months": blank, "notice_days": blank}
    one_row(exports, "contracts", CONTRACT | kinds)
    assert exports.rows("contracts", *kinds) == [(None, None, None, None)]
    line = {"discount_percent": blank, "discount_end_date": blank}
    one_row(exports, "contract_lines", LINE | {"contract_id": "c1"} | line)
    exports.write("contracts.csv", ",".join(CONTRACT) + "\n" + ",".join((CONTRACT | {"contract_id": "c1"}).values()))
    exports.write("clients.csv", f"hub_id,client_name,website\nh1,Client,{blank}\nh2,Other,{blank}x\n")
    exports.run()
    assert exports.rows("clients", "hub_id", "website") == [("h1", None), ("h2", f"{blank}x")]
    assert exports.rows("contract_lines", *line) == [(None, None)]


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("column", ["contract_id", "currency", "term_start_date", "subscription_term_months"])
def test_a_required_cell_of_blanks_is_missing_and_does_not_stop_the_run(exports: Exports, blank: str, column: str):
    one_row(exports, "contracts", CONTRACT | {column: blank})
    assert reasons(exports, "contracts") == [f"required_missing:{column}"]


@pytest.mark.parametrize("suffix", ["csv", "ndjson"])
def test_blanks_are_empty_in_every_format(exports: Exports, suffix: str):
    exports.remove("partners.csv")
    rows = {
        "csv": "partner_id,partner_name,locale\np1,One,   \np2,  ,de\n",
        "ndjson": '{"partner_id": "p1", "partner_name": "One", "locale": "   "}\n'
        '{"partner_id": "p2", "partner_name": "  ", "locale": "de"}\n',
    }
    exports.write(f"partners.{suffix}", rows[suffix])
    exports.run()
    assert exports.rows("partners", "partner_id", "locale") == [("p1", None)]
    assert reasons(exports, "partners") == ["required_missing:partner_name"]


@pytest.mark.parametrize(
    ("settings", "text", "value"),
    [
        ({}, "10000.0", 10000),
        ({}, "10000.", 10000),
        ({}, "10000.000000000000000000000000000000000000000000", 10000),
        ({}, "9007199254740993.0", 9007199254740993),
        ({"decimal_comma": True}, "10000,00", 10000),
        ({"decimal_comma": True, "thousands": "."}, "10.000,0", 10000),
        ({"thousands": " "}, "10 000.00", 10000),
    ],
)
def test_decimals_that_are_all_zero_do_not_count(exports: Exports, settings: dict[str, Any], text: str, value: int):
    chosen = {"exports": {"contracts": settings | {"delimiter": ";"}}}
    one_row(exports, "contracts", CONTRACT | {"contact_max": text}, chosen, ";")
    assert exports.rows("contracts", "contact_max") == [(value,)]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, "10000.5"),
        ({}, "10000.0000001"),
        ({"decimal_comma": True}, "10000,5"),
        ({"decimal_comma": True, "thousands": "."}, "10.000,01"),
    ],
)
def test_decimals_that_are_not_zero_are_quarantined_never_rounded(
    exports: Exports, settings: dict[str, Any], text: str
):
    chosen = {"exports": {"contracts": settings | {"delimiter": ";"}}}
    one_row(exports, "contracts", CONTRACT | {"contact_max": text}, chosen, ";")
    assert reasons(exports, "contracts") == ["too_many_decimals:contact_max"]


def test_a_price_may_be_below_0_and_a_quantity_may_not(exports: Exports):
    head = ",".join(LINE)
    rows = [LINE | {"line_id": "l1", "unit_price": "-200.50"}, LINE | {"line_id": "l2", "quantity": "-1"}]
    exports.write("contract_lines.csv", head + "\n" + "\n".join(",".join(row.values()) for row in rows) + "\n")
    exports.run()
    assert exports.rows("contract_lines", "line_id", "unit_price") == [("l1", Decimal("-200.50"))]
    assert reasons(exports, "contract_lines") == ["negative:quantity"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"notice_months": "0"}, "below_minimum:notice_months"),
        ({"notice_months": "25"}, "notice_months_too_long"),
        ({"notice_months": "1", "notice_days": "30"}, "two_notices"),
        ({"notice_months": "1", "notice_days": "0"}, "two_notices"),
        ({"notice_months": "1.5"}, "too_many_decimals:notice_months"),
    ],
)
def test_a_notice_in_months_that_is_refused(exports: Exports, cells: dict[str, str], reason: str):
    one_row(exports, "contracts", CONTRACT | {"notice_months": ""} | cells)
    assert reasons(exports, "contracts") == [reason]


@pytest.mark.parametrize("months", [1, 3, 24])
def test_a_notice_in_months(exports: Exports, months: int):
    one_row(exports, "contracts", CONTRACT | {"notice_months": f"{months}.0"})
    assert exports.rows("contracts", "notice_days", "notice_months") == [(None, months)]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("country", "de", "unknown_country"),
        ("country", "UK", "unknown_country"),
        ("country", "EU", "unknown_country"),
        ("revenue_share_percent", "-1", "negative:revenue_share_percent"),
        ("revenue_share_percent", "100.0001", "revenue_share_above_100"),
        ("report_schedule", "weekly", "unknown_report_schedule"),
        ("report_schedule", "weekly:monday", "unknown_report_schedule"),
        ("report_schedule", "monthly:29", "unknown_report_schedule"),
        ("report_schedule", "monthly:0", "unknown_report_schedule"),
        ("report_schedule", "on_change ", "unknown_report_schedule"),
    ],
)
def test_an_optional_column_of_a_partner_that_is_refused(exports: Exports, column: str, text: str, reason: str):
    exports.write("partners.csv", f"partner_id,partner_name,{column}\np1,One,{text}\np2,Two,\n")
    exports.run()
    assert reasons(exports, "partners") == [reason]


def test_optional_columns_are_loaded_typed_and_are_not_unknown(exports: Exports):
    exports.write(
        "partners.csv",
        "partner_id,partner_name,country,revenue_share_percent,report_schedule\n"
        "p1,One,DE,12.5,weekly:sun\np2,Two,,,monthly:28\np3,Three,TW,100,off\np4,Four,,0,on_change\n",
    )
    exports.write(
        "clients.csv", "hub_id,client_name,renewal_manager,revenue_share_until\nh1,C,Ann,2027-01-31\nh2,D,,\n"
    )
    exports.write("contacts.csv", "contact_id,hub_id,full_name,phone,locale\nk1,h1,Ann,+49 30 1,de\n")
    exports.write(
        "renewal_history.csv",
        "contract_id,hub_id,renewal_start_date,outcome,mrr_before,mrr_after,currency,subscription_term_months,"
        "partner_id,product_code\nc0,h0,2026-01-01,churned,10,0,EUR,12,p0,hub\n",
    )
    report = exports.run()
    assert exports.rows("partners", "country", "revenue_share_percent", "report_schedule") == [
        ("DE", Decimal("12.5"), "weekly:sun"),
        (None, None, "monthly:28"),
        ("TW", Decimal(100), "off"),
        (None, Decimal(0), "on_change"),
    ]
    assert exports.rows("clients", "renewal_manager", "revenue_share_until") == [
        ("Ann", date(2027, 1, 31)),
        (None, None),
    ]
    assert exports.rows("contacts", "phone", "locale") == [("+49 30 1", "de")]
    assert exports.rows("renewal_history", "subscription_term_months", "partner_id", "product_code") == [
        (12, "p0", "hub")
    ]
    assert report.unknown_columns == {}


def test_optional_columns_that_a_file_lacks_are_null(exports: Exports):
    exports.run()
    assert set(exports.rows("partners", "country", "revenue_share_percent", "report_schedule")) == {(None, None, None)}
    assert set(exports.rows("contracts", "notice_months")) == {(None,)}


@pytest.mark.parametrize(
    ("date_format", "part"),
    [
        ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"),
        ("%d.%m.%Y", "%d.%m.%Y"),
        ("%d.%m.%Y, %H:%M Z", "%d.%m.%Y"),
        ("%-d %b %Y %I:%M %p", "%-d %b %Y"),
        ("%H:%M %d.%m.%Y", "%H:%M %d.%m.%Y"),
        ("%d.%m.%Y Uhr", "%d.%m.%Y Uhr"),
    ],
)
def test_the_date_part_of_a_format(date_format: str, part: str):
    assert cell_text.date_part(date_format) == part


def test_the_day_is_the_one_written_in_every_time_zone():
    with duckdb.connect() as con:
        for zone in ("Pacific/Auckland", "America/Los_Angeles", "UTC"):
            con.execute(f"SET TimeZone = '{zone}'")
            found = con.execute(f"SELECT {cell_text.without_time('c')} FROM (VALUES ('1.2.2026T00:00+13:00')) t(c)")
            assert found.fetchall() == [("1.2.2026",)]
