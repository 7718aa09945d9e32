"""What there is to compare with: nothing, another profile, run files of other versions, more than one can compare."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.checks import NightsBefore, NightVerdict
from pipeline.checks.night import side_by_side as side_by_side
from pipeline.settings import Settings
from pipeline.transform.decisions_in_effect import no_decisions
from tests.night import book
from tests.night.book import AS_OF, TONIGHT, Frames, changed, kept
from tests.night.plain_book import first, plain_book

c = pl.col


def yardstick(verdict: NightVerdict) -> tuple[bool, str]:
    result = next(result for result in verdict.results if result.name == "yardstick")
    return result.success, result.observed


def test_a_first_run_has_no_yardstick_and_says_so(nights: book.Nights) -> None:
    verdict = nights.verdict(nights.run_file(plain_book(5)), None, as_of=AS_OF)
    assert yardstick(verdict) == (True, "no run before this one to compare with: this is the first run")
    assert (book.stops(verdict), book.warns(verdict), book.held(verdict)) == (set(), set(), set())


@pytest.mark.parametrize("fallback", [False, True], ids=["none", "an older one"])
def test_a_run_before_that_cannot_be_read_is_a_warning(fallback: bool, nights: book.Nights) -> None:
    older = nights.run_file(plain_book(5)) if fallback else None
    before = NightsBefore(older, None, unreadable="run-x.duckdb cannot be read: no such block")
    verdict = nights.verdict(nights.run_file(plain_book(5)), None, before=before, as_of=AS_OF)
    compared = "with run-0" if fallback else "with none"
    assert yardstick(verdict) == (
        False,
        f"the run before cannot be read, so tonight is compared {compared} "
        "(run-x.duckdb cannot be read: no such block)",
    )
    assert book.stops(verdict) == set()


def test_a_run_of_another_profile_is_no_yardstick_but_its_day_counts(nights: book.Nights) -> None:
    other = nights.run_file(plain_book(40))
    before = NightsBefore(None, other)
    verdict = nights.verdict(nights.run_file(plain_book(3), as_of=TONIGHT), None, before=before)
    assert yardstick(verdict) == (True, "not compared: run-0 was made with another source profile")
    assert book.stops(verdict) == set()
    day = AS_OF - timedelta(days=1)
    verdict = nights.verdict(nights.run_file(plain_book(3), as_of=day), None, before=before, as_of=day)
    assert book.stops(verdict) == {("not_before_published", "run_info")}


def test_run_files_of_older_versions_lack_tables_and_columns(drawn: Frames, nights: book.Nights) -> None:
    """Only what both have is compared, and what is new is not a difference."""
    older = {name: frame for name, frame in drawn.items() if name not in ("limit_blocks", "consumption")}
    older["contracts"] = older["contracts"].drop("notice_days", "email_limit")
    older["partners"] = older["partners"].drop("owns_communication")
    run_file = nights.run_file(older)
    with closing(duckdb.connect(run_file)) as con:
        con.execute("DROP TABLE main.contract_mrr")
    verdict = nights.verdict(nights.run_file(drawn, as_of=TONIGHT), run_file)
    assert (book.stops(verdict) - {("columns_kept", "contracts"), ("columns_kept", "partners")}) == set()
    assert book.held(verdict) == set()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    folder = tmp_path / "o'neill $x {y} %z"
    folder.mkdir()
    nights = book.Nights(folder)
    night = plain_book(20)
    verdict = nights.verdict(nights.run_file(kept("contracts", first(3))(night), as_of=TONIGHT), nights.run_file(night))
    assert ("keys_kept", "contracts") in book.stops(verdict)


def test_both_nights_are_evaluated_by_todays_settings_and_decisions(nights: book.Nights) -> None:
    """The yardstick was made with another notice; its contracts have none of their own."""
    night = plain_book(20)
    before = nights.run_file(night, settings=Settings(notice_days=90))
    explicit = changed("contracts", pl.lit(45).alias("notice_days"))(night)
    verdict = nights.verdict(nights.run_file(explicit, as_of=TONIGHT), before, settings=Settings(notice_days=45))
    assert book.stops(verdict) == set()


def test_a_discount_that_ends_and_a_contract_that_begins_between_the_days_are_no_difference(
    nights: book.Nights,
) -> None:
    night = changed("contract_lines", pl.lit(90).alias("discount_percent"), pl.lit(TONIGHT).alias("discount_end_date"))(
        plain_book(40)
    )
    begins = pl.when(first(20)).then(pl.lit(TONIGHT)).otherwise("term_start_date").alias("term_start_date")
    night = changed("contracts", begins)(night)
    verdict = nights.verdict(nights.run_file(night, as_of=TONIGHT), nights.run_file(night))
    assert book.stops(verdict) == set()


@pytest.mark.parametrize(
    ("renewal", "left_out"),
    [(date(2026, 11, 19), False), (date(2026, 11, 20), True), (date(2026, 11, 27), True), (date(2026, 11, 28), False)],
    ids=["four days before the yardstick", "three before", "three after tonight", "four after"],
)
def test_contracts_that_renew_around_the_two_days_are_not_compared(
    renewal: date, left_out: bool, nights: book.Nights
) -> None:
    """Half of the book renews that day and is gone tonight, as its rows are made anew."""
    renews = pl.when(first(20)).then(pl.lit(renewal)).otherwise("renewal_start_date").alias("renewal_start_date")
    night = changed("contracts", renews)(plain_book(40))
    gone = kept("contracts", ~first(20))(night)
    verdict = nights.verdict(nights.run_file(gone, as_of=TONIGHT), nights.run_file(night))
    assert (("row_count", "contracts") in book.stops(verdict)) is not left_out


def test_a_book_too_big_to_compare_key_by_key_is_compared_on_the_same_sample_of_keys(
    drawn: Frames, before: Path, nights: book.Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "_KEYS_ENOUGH", 100)
    right = nights.verdict(nights.run_file(drawn, as_of=TONIGHT), before)
    assert book.stops(right) == set()
    counted = next(r.observed for r in right.results if (r.name, r.table_name) == ("columns_kept", "contacts"))
    assert 60 < int(counted.split()[3]) < 150  # of 619: every 6th
    wrong = changed("contacts", pl.lit("Nobody").alias("full_name"))(drawn)
    wrong = kept("contract_lines", pl.int_range(0, pl.len()) % 2 == 0)(wrong)
    verdict = nights.verdict(nights.run_file(wrong, as_of=TONIGHT), before)
    assert ("columns_kept", "contacts") in book.stops(verdict)
    assert ("keys_kept", "contract_lines") in book.warns(verdict)


def test_the_gate_leaves_the_nights_before_as_they_are_and_closes_every_file(nights: book.Nights) -> None:
    night = plain_book(20)
    before, tonight = nights.run_file(night), nights.run_file(night, as_of=TONIGHT)
    bytes_before = before.read_bytes()
    before.chmod(0o444)
    nights.verdict(tonight, before, decisions=no_decisions())
    assert before.read_bytes() == bytes_before
    for path in (before, tonight):
        duckdb.connect(path, read_only=True).close()
    assert not list(nights.folder.glob("*.wal"))


def test_the_same_night_gives_the_same_findings_word_by_word(drawn: Frames, before: Path, nights: book.Nights) -> None:
    """People accept findings by their hash: neither threads nor the order of rows may change a word."""
    wrong = changed("contract_lines", (c("unit_price") * 3).alias("unit_price"))(drawn)
    wrong = changed("clients", pl.lit("P-1").alias("partner_id"))(wrong)
    again = {name: frame.reverse() for name, frame in wrong.items()}
    one, two = (nights.verdict(nights.run_file(night, as_of=TONIGHT), before) for night in (wrong, again))
    assert book.stops(one)
    assert [result for result in one.results if result.stops] == [result for result in two.results if result.stops]
