"""One cell at a time: what each type takes, and the reason it gives when it does not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.ingest.export_folder import GOOD, Exports

CONTRACT = {
    "contract_id": "c9",
    "hub_id": "h1",
    "currency": "USD",
    "term_start_date": "2026-01-01",
    "renewal_start_date": "2027-01-01",
    "subscription_term_months": "12",
    "billing_frequency": "monthly",
    "billing_interval_months": "",
    "contact_max": "",
    "email_limit": "",
    "auto_renews": "",
    "notice_days": "",
}
LINE = {
    "line_id": "l9",
    "contract_id": "c1",
    "product_code": "hub",
    "product_name": "Hub",
    "quantity": "1",
    "unit_price": "1",
    "discount_percent": "",
    "discount_end_date": "",
    "is_recurring": "",
}


def one_row(exports: Exports, table: str, row: dict[str, str], settings: dict[str, Any] | None = None, sep: str = ","):
    exports.write(f"{table}.csv", sep.join(row) + "\n" + sep.join(row.values()) + "\n")
    if table == "contracts":
        exports.write("contract_lines.csv", ",".join(LINE) + "\n" + ",".join((LINE | {"contract_id": "c9"}).values()))
    exports.run(settings)


def reasons(exports: Exports, table: str) -> list[str]:
    return [found for _, _, of, found in exports.quarantine() if of == table]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-1-01", "not_a_date:term_start_date"),
        ("2026-02-30", "not_a_date:term_start_date"),
        (" 2026-02-01", "not_a_date:term_start_date"),
        ("2026-02-01 ", "not_a_date:term_start_date"),
        ("2026-02-01 10", "not_a_date:term_start_date"),
        ("2026-02-01 and more", "not_a_date:term_start_date"),
        ("2026-02-30T00:00:00Z", "not_a_date:term_start_date"),
        ("2026-02-01-02-01", "not_a_date:term_start_date"),
        ("01/02/2026", "not_a_date:term_start_date"),
        ("infinity", "not_a_date:term_start_date"),
        ("12026-02-01", "not_a_date:term_start_date"),
        ("today", "not_a_date:term_start_date"),
        ("null", "not_a_date:term_start_date"),
        ("", "required_missing:term_start_date"),
        ("0201-02-01", "impossible_date:term_start_date"),
        ("1899-12-31", "impossible_date:term_start_date"),
    ],
)
def test_a_date_that_is_none(exports: Exports, text: str, reason: str):
    one_row(exports, "contracts", CONTRACT | {"term_start_date": text})
    assert reasons(exports, "contracts") == [reason]


@pytest.mark.parametrize("text", ["1900-01-01", "2024-02-29", "2026-12-31"])
def test_a_date(exports: Exports, text: str):
    one_row(exports, "contracts", CONTRACT | {"term_start_date": text})
    assert exports.rows("contracts", "term_start_date") == [(date.fromisoformat(text),)]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("subscription_term_months", "12.5", "too_many_decimals:subscription_term_months"),
        ("subscription_term_months", "12.01", "too_many_decimals:subscription_term_months"),
        ("subscription_term_months", ".", "not_a_number:subscription_term_months"),
        ("subscription_term_months", "1e1", "not_a_number:subscription_term_months"),
        ("subscription_term_months", "1_2", "not_a_number:subscription_term_months"),
        ("subscription_term_months", " 12", "not_a_number:subscription_term_months"),
        ("subscription_term_months", "NaN", "not_a_number:subscription_term_months"),
        ("subscription_term_months", "٣", "not_a_number:subscription_term_months"),
        ("subscription_term_months", "0", "below_minimum:subscription_term_months"),
        ("contact_max", "-1", "negative:contact_max"),
        ("contact_max", "9223372036854775808", "out_of_range:contact_max"),
        ("auto_renews", "TRUE", "not_a_boolean:auto_renews"),
        ("auto_renews", "1", "not_a_boolean:auto_renews"),
        ("auto_renews", "yes", "not_a_boolean:auto_renews"),
        ("currency", "usd", "unknown_currency"),
        ("currency", "XAU", "unknown_currency"),
        ("billing_frequency", "weekly", "unknown_billing_frequency"),
        ("billing_frequency", "other", "billing_interval_missing"),
        ("billing_interval_months", "3", "billing_interval_contradicts"),
        ("renewal_start_date", "2026-01-01", "renewal_not_after_start"),
        ("notice_days", "36526", "notice_too_long"),
        ("subscription_term_months", "1201", "period_too_long"),
        ("hub_id", "h9", "unknown_client"),
        ("hub_id", "H1", "unknown_client"),
    ],
)
def test_a_contract_that_breaks_a_rule(exports: Exports, column: str, text: str, reason: str):
    one_row(exports, "contracts", CONTRACT | {column: text})
    assert reasons(exports, "contracts") == [reason]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("contact_max", "0", 0),
        ("contact_max", "+007", 7),
        ("contact_max", "9223372036854775807", 9223372036854775807),
        ("billing_interval_months", "1", 1),
        ("auto_renews", "true", True),
        ("auto_renews", "false", False),
        ("notice_days", "36525", 36525),
    ],
)
def test_a_contract_that_keeps_them(exports: Exports, column: str, text: str, value: object):
    one_row(exports, "contracts", CONTRACT | {column: text})
    assert exports.rows("contracts", column) == [(value,)]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("quantity", "1.00001", "too_many_decimals:quantity"),
        ("quantity", "1.000001000", "too_many_decimals:quantity"),
        ("quantity", "12.34567", "too_many_decimals:quantity"),
        ("quantity", "1e3", "not_a_number:quantity"),
        ("quantity", " 7.5", "not_a_number:quantity"),
        ("quantity", "1,5", "too_many_cells"),
        ("quantity", ".", "not_a_number:quantity"),
        ("quantity", "-", "not_a_number:quantity"),
        ("quantity", "1.2.3", "not_a_number:quantity"),
        ("quantity", "inf", "not_a_number:quantity"),
        ("quantity", "100000000000000", "out_of_range:quantity"),
        ("quantity", "-0.0001", "negative:quantity"),
        ("unit_price", "1.1234567", "too_many_decimals:unit_price"),
        ("discount_percent", "100.0001", "discount_above_100"),
    ],
)
def test_a_line_that_breaks_a_rule(exports: Exports, column: str, text: str, reason: str):
    exports.write("contract_lines.csv", f"{','.join(LINE)}\n{','.join((LINE | {column: text}).values())}\n" + _tail())
    exports.run()
    assert reasons(exports, "contract_lines") == [reason]


def _tail() -> str:
    return ",".join((LINE | {"line_id": "l10"}).values()) + "\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("99999999999999.9999", Decimal("99999999999999.9999")),
        ("0.0001", Decimal("0.0001")),
        (".5", Decimal("0.5")),
        ("5.", Decimal(5)),
        ("1.00000", Decimal(1)),  # zeros behind the last decimal do not count
        ("0.12340000000000000000000000000000000000000000", Decimal("0.1234")),
        ("+5", Decimal(5)),
        ("-0", Decimal(0)),
        ("000000000000000000000001.5", Decimal("1.5")),
    ],
)
def test_a_decimal_is_exact(exports: Exports, text: str, value: Decimal):
    one_row(exports, "contract_lines", LINE | {"quantity": text})
    assert exports.rows("contract_lines", "quantity") == [(value,)]


def test_all_reasons_of_a_row_are_given(exports: Exports):
    row = CONTRACT | {"currency": "", "term_start_date": "x", "notice_days": "-1", "hub_id": "h9"}
    one_row(exports, "contracts", row)
    assert reasons(exports, "contracts") == [
        "required_missing:currency;not_a_date:term_start_date;negative:notice_days;unknown_client"
    ]


def test_german_numbers_and_dates(exports: Exports):
    german = {
        "exports": {
            "contract_lines": {
                "delimiter": ";",
                "decimal_comma": True,
                "thousands": ".",
                "date_format": "%d.%m.%Y",
                "encoding": "cp1252",
            }
        }
    }
    rows = [
        ("l1", "Büro", "1.234,50", "31.12.2026"),
        ("l2", "x", "1234,5", "1.2.2026"),
        ("l3", "x", "1.5", ""),
        ("l4", "x", "1,23456", ""),
        ("l5", "x", "1", "2026-12-31"),
        ("l6", "x", "1", "31.02.2026"),
        ("l7", "x", "1", " 01.02.2026"),
        ("l8", "x", ",5", "01.02.0026"),
    ]
    text = "line_id;contract_id;product_code;product_name;quantity;unit_price;discount_end_date\n"
    text += "".join(f"{line};c1;hub;{name};{quantity};1;{end}\n" for line, name, quantity, end in rows)
    exports.write("contract_lines.csv", text.encode("cp1252"))
    exports.run(german)
    assert exports.rows("contract_lines", "line_id", "product_name", "quantity", "discount_end_date") == [
        ("l1", "Büro", Decimal("1234.5"), date(2026, 12, 31)),
        ("l2", "x", Decimal("1234.5"), date(2026, 2, 1)),
    ]
    assert [(line, reason) for _, line, _, reason in exports.quarantine()] == [
        (4, "not_a_number:quantity"),
        (5, "too_many_decimals:quantity"),
        (6, "not_a_date:discount_end_date"),
        (7, "not_a_date:discount_end_date"),
        (8, "not_a_date:discount_end_date"),
        (9, "impossible_date:discount_end_date"),
    ]


def test_original_cells_are_kept_as_text(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + 'h4,,p1\nh5," ""A""\n\0é",p9\n')
    exports.run()
    assert exports.cells() == [
        {"hub_id": "h4", "client_name": None, "partner_id": "p1"},
        {"hub_id": "h5", "client_name": ' "A"\n\0é', "partner_id": "p9"},
    ]
