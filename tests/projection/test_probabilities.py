"""Renewal probabilities: shrinkage worked out by hand, facts only up to the day, and the generator's true rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline import rules, transform
from pipeline.sample import population, true_renewal_rate
from pipeline.sample.catalogue import unit_prices
from pipeline.sample.export_files import client_tables
from pipeline.tables.exports import EXPORTS
from pipeline.transform.projection.backtest import PastRun, backtest, backtest_of_runs, days_apart, replayable, summary
from pipeline.transform.projection.probabilities import fitted, renewal_rates, root, survival_table, with_terms
from tests.frames import assert_shows, export, frame
from tests.projection.runs import AS_OF, finance


def history(*segments: tuple[str, str, int, int]) -> dict[str, str]:
    """Drawn `contracts` and `renewal_history`: (term, currency, renewed, churned) each."""
    contracts, rows = ["contract_id | subscription_term_months | currency | renewal_start_date"], []
    for term, currency, renewed, churned in segments:
        for number in range(renewed + churned):
            name = f"{term}{currency}{number}"
            contracts.append(f"{name} | {term} | {currency} | 2027-11-30")
            outcome = "renewed" if number < renewed else "churned"
            rows.append(f"{name} | client | 2026-05-01 | {outcome} | 100 | 100 | {currency} | {term}")
    heading = (
        "contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency "
        "| subscription_term_months"
    )
    return {"contracts": "\n".join(contracts), "renewal_history": "\n".join([heading, *rows])}


def test_without_history_every_segment_has_the_setting():
    tables = finance(export(contract_lines="line_id | contract_id | unit_price\nl | contract | 100"))
    assert_shows(
        tables["renewal_rates"],
        """
        subscription_term_months | currency | renewals | renewal_probability | probability_error
        12                       | USD      | 0        | 0.9                 | 0
        """,
    )


def test_segments_that_differ_by_chance_only_all_have_the_overall_rate():
    tables = finance(export(**history(("12", "USD", 8, 2), ("1", "USD", 9, 1))))
    assert set(tables["renewal_rates"]["renewal_probability"]) == {Decimal("0.85")}


def test_segments_that_really_differ_keep_their_own_rate_and_small_ones_lean_on_the_overall_one():
    # By hand: overall 110/201; spread and strength from Kleinman's moments.
    segments = [(90, 100), (20, 100), (0, 1)]
    overall = Fraction(110, 201)
    spread = sum(n * (Fraction(x, n) - overall) ** 2 for x, n in segments)
    chance = overall * (1 - overall)
    between = (spread - 2 * chance) / (201 - Fraction(20001, 201) - 2)
    strength = chance / between - 1
    rates = fitted(segments, without_segment=(0, 0), prior=Decimal("0.9"))
    assert (rates.overall, rates.strength) == (overall, strength)
    assert Fraction(88, 100) < rates.of(90, 100) < Fraction(90, 100)
    assert Fraction(20, 100) < rates.of(20, 100) < Fraction(22, 100)
    assert rates.of(0, 1) == strength * overall / (1 + strength)
    assert rates.of(0, 0) == overall


def test_a_segment_without_history_has_the_overall_rate_also_where_the_others_lean_on_nothing():
    # As different as can be: all renewed here, none there. Nothing is left to lean on but chance.
    rates = fitted([(5, 5), (0, 5)], without_segment=(0, 0), prior=Decimal("0.9"))
    assert rates.strength == 0
    assert (rates.of(5, 5), rates.of(0, 0)) == (1, Fraction(1, 2))
    # Half a renewal of either outcome, the most uncertain there is: Beta(0.5, 0.5).
    assert rates.variance(0, 0) == Fraction(1, 8)


def test_renewals_without_a_term_count_in_the_overall_rate_only():
    rates = fitted([(5, 5)], without_segment=(0, 5), prior=Decimal("0.9"))
    assert rates.overall == Fraction(1, 2)


def test_the_rates_are_the_same_when_the_churned_contracts_have_left_the_export(invented):
    # What churned is gone from the export, as it will be: what is left are survivors, and all of those renewed.
    exports = export() | invented
    churned = invented["renewal_history"].filter(outcome="churned")["contract_id"]
    gone = exports | {"contracts": invented["contracts"].filter(~pl.col("contract_id").is_in(churned.implode()))}
    assert gone["contracts"].height < exports["contracts"].height
    before, after = (finance(tables)["renewal_rates"] for tables in (exports, gone))
    assert before["overall_renewals"][0] == invented["renewal_history"].height
    assert_frame_equal(before, after)
    # And they are the rates of the history, in which some churned.
    assert before["renewal_probability"].max() < 1


LONG_AGO = "contract_id | renewal_start_date | outcome | currency | subscription_term_months"


@pytest.mark.parametrize(
    ("rows", "terms"),
    [
        (["c | 2025-01-31 | renewed | USD |", "c | 2025-02-28 | churned | USD |"], {"2025-02-28": 1}),
        (["c | 2024-02-29 | renewed | USD |", "c | 2027-02-28 | renewed | USD |"], {"2027-02-28": 36}),
        # The first row has none: the time until the next renewal would be known of those only that renewed.
        (["c | 2024-05-01 | renewed | USD |", "c | 2025-05-01 | renewed | USD |"], {"2025-05-01": 12}),
        (["c | 2025-05-01 | churned | USD |"], {}),
        # What is stated goes before what the dates say, and another contract says nothing.
        (
            ["c | 2024-05-01 | renewed | USD | 24", "c | 2025-05-01 | renewed | USD | 6"],
            {"2024-05-01": 24, "2025-05-01": 6},
        ),
        (["c | 2024-05-01 | renewed | USD |", "d | 2025-05-01 | renewed | USD |"], {}),
        # Whoever came back after a churn did not have a term in between.
        (["c | 2024-05-01 | churned | USD |", "c | 2025-05-01 | renewed | USD |"], {}),
        # Less than half a month is not a term.
        (["c | 2024-05-01 | renewed | USD |", "c | 2024-05-10 | renewed | USD |"], {}),
    ],
)
def test_a_term_that_is_not_stated_is_the_time_since_the_renewal_before(rows, terms):
    drawn = frame(EXPORTS["renewal_history"], "\n".join([LONG_AGO, *rows]))
    found = with_terms(drawn)
    assert found.height == drawn.height
    known = found.drop_nulls("subscription_term_months")
    assert {str(row["renewal_start_date"]): row["subscription_term_months"] for row in known.to_dicts()} == terms


def with_stated_terms(stated: int, unstated: int) -> pl.DataFrame:
    """Past renewals: all those of 12 months renewed, none of 1 month; and as many more without a term, renewed."""
    rows = [
        f"a{n} | 2026-05-01 | {'renewed' if n % 2 else 'churned'} | USD | {12 if n % 2 else 1}" for n in range(stated)
    ]
    rows += [f"b{n} | 2026-05-01 | renewed | USD |" for n in range(unstated)]
    return frame(EXPORTS["renewal_history"], "\n".join([LONG_AGO, *rows]))


def test_below_95_percent_of_known_terms_all_segments_have_the_overall_rate():
    segments = export(contracts="contract_id\nc")["contracts"].select("subscription_term_months", "currency")
    enough = renewal_rates(with_stated_terms(38, 2), segments, as_of=AS_OF)  # 95 %
    assert_shows(
        enough,
        """
        subscription_term_months | renewals | renewed | renewal_probability | overall_rate | overall_renewals
        1                        | 19       | 0       | 0                   | 0.525        | 40
        12                       | 19       | 19      | 1                   | 0.525        | 40
        """,
    )
    too_few = renewal_rates(with_stated_terms(37, 3), segments, as_of=AS_OF)  # 92.5 %
    assert_shows(
        too_few,
        """
        subscription_term_months | renewals | renewed | renewal_probability | overall_rate | overall_renewals
        1                        | 19       | 0       | 0.525               | 0.525        | 40
        12                       | 18       | 18      | 0.525               | 0.525        | 40
        """,
    )
    assert set(too_few["probability_error"]) == {
        root(fitted([], without_segment=(21, 40), prior=Decimal(1)).variance(0, 0))
    }


def test_a_history_in_which_all_renewed_is_not_certain():
    rates = fitted([(4, 4)], without_segment=(0, 0), prior=Decimal("0.9"))
    assert rates.of(4, 4) == 1
    # Beta(4.5, 0.5): 4.5 × 0.5 / (25 × 6).
    assert rates.variance(4, 4) == Fraction(3, 200)


def test_renewals_after_as_of_do_not_exist_yet():
    drawn = export(**history(("12", "USD", 5, 5)))
    segments = drawn["contracts"].select("subscription_term_months", "currency")
    for day, renewals in ((date(2026, 4, 30), 0), (date(2026, 5, 1), 10)):
        rates = renewal_rates(drawn["renewal_history"], segments, as_of=day)
        assert rates["overall_renewals"].to_list() == [renewals]


def test_the_probability_of_several_renewals_is_the_exact_power_rounded_once():
    table = survival_table(
        pl.DataFrame(
            {"segment": [7], "renewal_probability": [Decimal("0.333333")]}, schema_overrides={"segment": pl.Int32}
        ),
        most=12,
    )
    exact = Fraction(333333, 10**6) ** 12
    assert table["survival"][12] == round(exact * 10**12)
    assert table["survival"][0] == 10**12


@pytest.fixture(scope="module")
def invented() -> dict[str, pl.DataFrame]:
    """Contracts and history of 6,000 invented clients."""
    return invented_history(seed=5, clients=6_000)


def invented_history(*, seed: int, clients: int) -> dict[str, pl.DataFrame]:
    partners = population.invented_partners(12, seed=seed)
    base = population.client_base(0, clients, population.partners_of(partners, seed=seed), seed=seed, as_of=AS_OF)
    past = {0: 1, 1: 2, 2: 2, 3: 2}
    tables = client_tables(base, unit_prices(), seed=seed, as_of=AS_OF, past=past)
    typed = {}
    for name in ("contracts", "renewal_history"):
        types = EXPORTS[name].polars_schema
        typed[name] = tables[name].select(pl.col(column).cast(types[column]) for column in EXPORTS[name].column_names)
    return typed


def test_the_estimates_find_the_generators_true_rates(invented):
    rates = renewal_rates(
        invented["renewal_history"],
        invented["contracts"].select("subscription_term_months", "currency").unique(),
        as_of=AS_OF,
    )
    within_two_errors = [
        abs(row["renewal_probability"] - true_renewal_rate(row["subscription_term_months"], row["currency"]))
        <= 2 * row["probability_error"]
        for row in rates.to_dicts()
    ]
    assert len(within_two_errors) > 25
    assert sum(within_two_errors) / len(within_two_errors) > 0.85


def test_shrinkage_errs_less_than_the_raw_rates(invented):
    rates = renewal_rates(invented["renewal_history"].head(800), invented["contracts"].head(0), as_of=AS_OF)
    shrunk = raw = Decimal(0)
    for row in rates.to_dicts():
        true = true_renewal_rate(row["subscription_term_months"], row["currency"])
        shrunk += abs(row["renewal_probability"] - true)
        raw += abs(Decimal(row["renewed"]) / row["renewals"] - true)
    assert shrunk < raw / 2


def test_a_replay_compares_what_was_projected_with_what_happened():
    # Known on 1 June: 9 of 10 renewed. Then 100 and 300 came up; the 300 churned.
    drawn = export(
        contracts="contract_id | renewal_start_date\n" + "\n".join(f"c{number} | 2027-11-30" for number in range(12)),
        renewal_history="contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency\n"
        + "\n".join(
            f"c{number} | client | 2026-05-01 | {'churned' if number == 0 else 'renewed'} | 100 | 100 | USD"
            for number in range(10)
        )
        + "\nc10 | client | 2026-06-02 | renewed | 100 | 110 | USD"
        + "\nc11 | client | 2026-07-16 | churned | 300 | 0 | USD",
    )
    replays = backtest(
        drawn["renewal_history"],
        as_of=date(2026, 10, 1),
        days=[date(2026, 6, 1)],
        horizons=(120, 45),
    )
    assert_shows(
        replays,
        """
        horizon_days | renewals | mrr_before | projected | kept | error | price_change
        45           | 2        | 400        | 360       | 100  | 260   | 10
        120          | 2        | 400        | 360       | 100  | 260   | 10
        """,
    )
    early = backtest(drawn["renewal_history"], as_of=date(2026, 7, 15), days=[date(2026, 6, 1)], horizons=(44,))
    assert early["kept"].to_list() == early["mrr_before"].to_list() == [Decimal(100)]


def test_a_horizon_that_is_not_over_cannot_be_judged():
    drawn = export(**history(("12", "USD", 1, 0)))
    assert backtest(drawn["renewal_history"], as_of=AS_OF, days=[AS_OF]).is_empty()


def test_the_replayed_intervals_cover_what_they_claim_over_many_books():
    # 20 books of the generator, whose true rates decided what happened; five days each, a horizon apart.
    tables = []
    for seed in range(20):
        book = invented_history(seed=100 + seed, clients=500)
        days = replayable(book["renewal_history"], 90, as_of=AS_OF)[:5]
        tables.append(backtest(book["renewal_history"], as_of=AS_OF, days=days, horizons=(90,)).filter(currency="USD"))
    covered = pl.concat(tables)["covered"]
    claimed = rules.INTERVAL_PERCENT / 100
    # Three standard errors of a share measured so often. Groups of few contracts may be covered more often.
    allowance = 3 * (claimed * (1 - claimed) / covered.len()) ** 0.5
    assert covered.len() == 100
    assert claimed - allowance <= covered.mean() <= claimed + allowance


def test_days_of_one_horizon_are_a_horizon_apart_and_their_horizon_is_over():
    drawn = export(**history(("12", "USD", 2, 0)))  # renewed on 1 May 2026
    assert replayable(drawn["renewal_history"], 90, as_of=AS_OF) == [date(2026, 8, 25), date(2026, 5, 27)]
    assert replayable(drawn["renewal_history"].head(0), 90, as_of=AS_OF) == []
    days = [date(2026, 1, day) for day in (1, 2, 30, 31)]
    assert days_apart(days, 29, most=9) == [date(2026, 1, 31), date(2026, 1, 2)]
    assert days_apart(days, 1, most=2) == [date(2026, 1, 31), date(2026, 1, 30)]


def test_what_a_past_run_projected_is_compared_with_what_happened():
    # On 1 June: p pending at 200 (the list) of 100, a agreed at 50, c cancelled. Rates: half renewed.
    day = date(2026, 6, 1)
    drawn = export(
        contracts="""
        contract_id | renewal_start_date | term_start_date
        p           | 2026-08-30         | 2025-08-30
        a           | 2026-08-30         | 2025-08-30
        c           | 2026-08-30         | 2025-08-30
        later       | 2026-09-25         | 2025-09-25
        """,
        contract_lines="line_id | contract_id | product_code | unit_price\n"
        "l | p | hub | 100\nm | a | other | 50\nn | c | other | 70\no | later | other | 10",
        contract_changes="""
        change_id | contract_id | contract_type | effective_date | agreed_on  | cancellation_requested_on
        x         | a           | renewal       | 2026-08-30     | 2026-05-01 |
        y         | c           | renewal       | 2026-08-30     |            | 2026-05-01
        """,
        price_book="product_code | monthly_unit_price\nhub | 200",
        renewal_history="contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency\n"
        "p | client | 2025-08-30 | renewed | 100 | 100 | USD\na | client | 2025-08-30 | churned | 50 | 0 | USD",
    )
    run = PastRun(
        day,
        transform.build(drawn, as_of=day)["upcoming_renewals"],
        transform.build_finance(drawn, as_of=day)["renewal_rates"],
    )
    now = export(
        renewal_history="contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency\n"
        "p | client | 2026-08-30 | renewed | 100 | 190 | USD\na | client | 2026-08-30 | churned | 50 | 0 | USD\n"
        "c | client | 2026-08-30 | churned | 70 | 0 | USD"  # of the later one nothing is known
    )["renewal_history"]
    assert_shows(
        backtest_of_runs([run], now, as_of=AS_OF),
        """
        source | replayed_on | horizon_days | renewals | mrr_before | projected | kept | error | price_change
        runs   | 2026-06-01  | 90           | 3        | 220        | 150       | 190  | -40   | 90
        runs   | 2026-06-01  | 120          | 3        | 220        | 150       | 190  | -40   | 90
        """,  # 200 × 0.5 + 50 + 0
    )
    # Its horizon of 120 days ends on 29 September.
    assert backtest_of_runs([run], now, as_of=date(2026, 9, 28))["horizon_days"].to_list() == [90]


def test_a_past_run_did_not_forget_a_late_cancellation():
    # Silence renewed both on 16 July; `rolled` had been cancelled too late for the renewal that began its term.
    day = date(2026, 8, 1)
    drawn = export(
        contracts="""
        contract_id | renewal_start_date | term_start_date
        rolled      | 2026-08-30         | 2025-08-30
        silent      | 2026-08-30         | 2025-08-30
        """,
        contract_lines="line_id | contract_id | unit_price\nl | rolled | 100\nm | silent | 30",
        contract_changes="""
        change_id | contract_id | contract_type | effective_date | cancellation_requested_on
        x         | rolled      | renewal       | 2025-08-30     | 2025-08-01
        """,
    )
    upcoming = transform.build(drawn, as_of=day)["upcoming_renewals"]
    rates = transform.build_finance(drawn, as_of=day)["renewal_rates"]
    now = export(
        renewal_history="contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency\n"
        "rolled | client | 2026-08-30 | churned | 100 | 0 | USD\nsilent | client | 2026-08-30 | renewed | 30 | 30 | USD"
    )["renewal_history"]

    def projected(**choices) -> list[Decimal]:
        said = backtest_of_runs([PastRun(day, upcoming, rates, **choices)], now, as_of=AS_OF, horizons=(45,))
        assert said["kept"].to_list() == [Decimal(30)]
        return said["projected"].to_list()

    assert projected() == [Decimal(30)]
    assert projected(late_cancellation_renewal_probability=Decimal("0.2")) == [Decimal(50)]


def test_the_replayed_intervals_cover_about_what_they_claim(invented):
    days = [date(2025, month, 1) for month in (1, 4, 7, 10)] + [date(2026, month, 1) for month in (1, 3, 5, 7)]
    replays = backtest(invented["renewal_history"], as_of=AS_OF, days=days, horizons=(90, 45))
    assert replays.height > 60
    assert 0.8 <= replays["covered"].mean() <= 0.99
    judged = summary(replays)
    assert judged["replays"].sum() == replays.height
    assert judged["bias_percent"].abs().max() < 10
