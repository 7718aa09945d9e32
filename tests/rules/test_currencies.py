"""Rule 11: every amount keeps its currency; a converted amount exists only with a rate, which stands beside it.

The rate is the latest `fx_rates` row known on the day: units of the reporting currency for 1 unit of the currency.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import rules, transform
from pipeline.tables.exports import FX_RATES
from pipeline.transform import conversion
from tests.frames import assert_shows, export, frame
from tests.rules.runs import AS_OF


def test_the_latest_rate_on_or_before_the_day_counts():
    rates = frame(
        FX_RATES,
        """
        currency | rate_date  | rate
        EUR      | 2026-11-21 | 1.10
        EUR      | 2026-11-23 | 1.08    # of today
        EUR      | 2026-11-24 | 1.05    # of tomorrow: not known yet
        EUR      | 2026-11-22 | 1.09
        JPY      | 2025-01-01 | 0.0065  # old, but the latest there is
        GBP      | 2026-11-24 | 1.30
        """,
    )
    assert_shows(
        conversion.latest_rates(rates, as_of=AS_OF, reporting_currency="USD"),
        """
        currency | fx_rate | fx_rate_date
        EUR      | 1.08    | 2026-11-23
        JPY      | 0.0065  | 2025-01-01
        USD      | 1       | 2026-11-23
        """,
    )


def test_the_reporting_currency_is_worth_itself_whatever_a_rate_says():
    rates = frame(
        FX_RATES,
        """
        currency | rate_date  | rate
        USD      | 2026-11-01 | 0.90
        """,
    )
    assert_shows(
        conversion.latest_rates(rates, as_of=AS_OF, reporting_currency="USD"),
        """
        currency | fx_rate | fx_rate_date
        USD      | 1       | 2026-11-23
        """,
    )


def test_every_amount_keeps_its_currency_and_is_converted_where_there_is_a_rate():
    # Contracts of 100 in each currency, renewing at 110. The yen has no rate: it has no converted amount.
    assert rules.REPORTING_CURRENCY == "USD"
    got = transform.build(
        export(
            contracts="""
            contract_id | currency
            dollars     | USD
            euros       | EUR
            yen         | JPY
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            l1      | dollars     | 100
            l2      | euros       | 100
            l3      | yen         | 100
            """,
            price_book="""
            currency | monthly_unit_price
            USD      | 110
            EUR      | 110
            JPY      | 110
            """,
            fx_rates="""
            currency | rate_date  | rate
            EUR      | 2026-11-20 | 1.0825
            """,
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["partner_summary"],
        """
        currency | current_mrr | fx_rate | fx_rate_date | current_mrr_converted | estimated_change_converted
        EUR      | 100.00      | 1.0825  | 2026-11-20   | 108.25                | 10.83
        JPY      | 100         |         |              |                       |
        USD      | 100.00      | 1       | 2026-11-23   | 100.00                | 10.00
        """,
    )
    assert_shows(
        got["partner_summary"],
        """
        currency | reporting_currency | mrr_up_for_renewal_converted | mrr_at_risk_converted
        EUR      | USD                | 108.25                       | 108.25
        JPY      | USD                |                              |
        USD      | USD                | 100.00                       | 100.00
        """,
    )


def test_a_vendor_can_report_in_another_currency():
    # In yen 100 dollars are 15,512.5 → 15,513: the yen has no decimals, half goes up. Nothing converts the euros.
    got = transform.build(
        export(
            contracts="""
            contract_id | currency
            dollars     | USD
            euros       | EUR
            yen         | JPY
            """,
            contract_lines="""
            line_id | contract_id | unit_price
            l1      | dollars     | 100
            l2      | euros       | 100
            l3      | yen         | 100
            """,
            fx_rates="""
            currency | rate_date  | rate
            USD      | 2026-11-23 | 155.125
            """,
        ),
        as_of=AS_OF,
        reporting_currency="JPY",
    )
    assert_shows(
        got["partner_summary"],
        """
        currency | fx_rate | current_mrr_converted
        EUR      |         |
        JPY      | 1       | 100
        USD      | 155.125 | 15513
        """,
    )


@pytest.mark.parametrize(
    ("amount", "rate", "currency", "converted"),
    [
        ("1.00", "0.005", "USD", "0.01"),
        ("-1.00", "0.005", "USD", "-0.01"),
        ("1.00", "0.00499999", "USD", "0.00"),
        ("0.01", "0.5", "USD", "0.01"),
        ("1.0001", "0.5", "KWD", "0.500"),
        ("99999999999999999800000000.00", "1.00000001", "USD", "100000000999999999799999998.00"),
    ],
    ids=[
        "a tie goes up",
        "a negative one down",
        "below a tie",
        "a cent",
        "dinar",
        "the largest amounts",
    ],
)
def test_a_converted_amount_is_rounded_once_half_away_from_zero(amount, rate, currency, converted):
    # The largest is 10^26 - 2×10^8; a hundred-millionth of it is 10^18 - 2; together 10^26 + 10^18 - 200,000,002.
    amounts = pl.Series("amount", [Decimal(amount)], dtype=pl.Decimal(38, 4))
    rates = pl.Series("rate", [Decimal(rate)], dtype=pl.Decimal(18, 8))
    assert conversion.converted(amounts, rates, currency).to_list() == [Decimal(converted)]


@given(
    amounts=st.lists(st.decimals(-(10**12), 10**12, places=4), min_size=1, max_size=5),
    rate=st.decimals(Decimal("0.00000001"), 10**6, places=8),
    currency=st.sampled_from(["USD", "JPY", "KWD", "CLF"]),
)
def test_converting_all_at_once_gives_what_python_gives_one_by_one(amounts, rate, currency):
    frame = pl.DataFrame(
        {"amount": amounts, "rate": [rate] * len(amounts)},
        schema={"amount": pl.Decimal(38, 4), "rate": pl.Decimal(18, 8)},
    )
    step = Decimal(1).scaleb(-rules.minor_units()[currency])
    expected = [(amount * rate).quantize(step, rounding=ROUND_HALF_UP) for amount in amounts]
    assert conversion.converted(frame["amount"], frame["rate"], currency).to_list() == expected


def test_amounts_too_large_for_128_bits_are_converted_exactly_too():
    # 10^32 × 10^9 has 41 digits before the point's 12: more than 128 bits hold, which is why they are not used then.
    amounts = pl.Series("amount", [Decimal("1" + "0" * 31)], dtype=pl.Decimal(38, 4))
    rates = pl.Series("rate", [Decimal("0.00000001")], dtype=pl.Decimal(18, 8))
    assert conversion.converted(amounts, rates, "USD").to_list() == [Decimal("1" + "0" * 23)]
    larger = pl.concat([rates, pl.Series("rate", [Decimal(10**9)], dtype=pl.Decimal(18, 8))])
    both = pl.concat([amounts, pl.Series("amount", [Decimal("0.0001")], dtype=pl.Decimal(38, 4))])
    assert conversion.converted(both, larger, "USD").to_list() == [Decimal("1" + "0" * 23), Decimal("100000")]
