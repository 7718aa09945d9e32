"""Content seen before: the same rows again, whatever bytes and order they come in."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.checks import NightsBefore, NightVerdict
from pipeline.settings import Settings
from tests.night import book
from tests.night.book import AS_OF, Frames, changed

STALE, AGAIN, OLDER = (
    ("stale_export", "export_content"),
    ("same_rows_again", "export_content"),
    ("older_export", "export_content"),
)
OF_CONTENT = {STALE, AGAIN, OLDER}


def found(verdict: NightVerdict) -> set[tuple[str, str]]:
    return (book.stops(verdict) | book.warns(verdict)) & OF_CONTENT


def said(verdict: NightVerdict, name: str) -> str:
    return next(result.observed for result in verdict.results if result.name == name)


def renamed(drawn: Frames, name: str) -> Frames:
    """The same book after one client was renamed: other rows."""
    new = pl.when(pl.int_range(0, pl.len()) == 7).then(pl.lit(name)).otherwise("client_name").alias("client_name")
    return changed("clients", new)(drawn)


def night_after_night(nights: book.Nights, exports: list[tuple[Frames, int]], **settings: int) -> list[NightVerdict]:
    """The verdicts of exports that come so many days after the first, each published."""
    published: list[Path] = []
    verdicts = []
    for export, days in exports:
        as_of = AS_OF + timedelta(days=days)
        tonight = nights.run_file(export, as_of=as_of)
        last = published[-1] if published else None
        before = NightsBefore(last, last, tuple(reversed(published[:-1])))
        verdicts.append(
            nights.verdict(tonight, None, before=before, as_of=as_of, settings=Settings(**settings))  # type: ignore[arg-type]
        )
        published.append(tonight)
    return verdicts


@pytest.mark.parametrize(
    ("days", "settings", "expected"),
    [
        (0, {}, set()),
        (1, {}, {AGAIN}),
        (8, {}, {AGAIN}),
        (9, {}, {AGAIN, STALE}),
        (30, {}, {AGAIN, STALE}),
        (2, {"stale_after_days": 1}, {AGAIN, STALE}),
        (30, {"stale_after_days": 0}, set()),
    ],
    ids=["the same day", "the second day", "8 days", "more than 8 days", "30 days", "a setting", "0 = off"],
)
def test_the_same_rows_for_so_many_days(
    days: int, settings: dict[str, int], expected: set[object], drawn: Frames, nights: book.Nights
) -> None:
    _, verdict = night_after_night(nights, [(drawn, 0), (drawn, days)], **settings)
    assert found(verdict) == expected
    if days == 9:
        assert said(verdict, "stale_export") == (
            "partners, clients, contracts and contract lines are the same rows as on 2026-11-23 "
            "(9 days before; at most 8 are allowed)"
        )


def test_days_count_from_the_first_delivery_though_every_night_was_published(
    drawn: Frames, nights: book.Nights
) -> None:
    """Also when the first run is long pruned: each run keeps since when its rows have been the same."""
    verdicts = night_after_night(nights, [(drawn, 0), (drawn, 4), (drawn, 8), (drawn, 9)])
    assert [found(verdict) for verdict in verdicts] == [set(), {AGAIN}, {AGAIN}, {AGAIN, STALE}]


def test_one_other_row_ends_it(drawn: Frames, nights: book.Nights) -> None:
    verdicts = night_after_night(nights, [(drawn, 0), (renamed(drawn, "Neu"), 8), (renamed(drawn, "Neu"), 16)])
    assert [found(verdict) for verdict in verdicts] == [set(), set(), {AGAIN}]


def test_rows_are_the_same_in_any_order_and_with_columns_that_are_new_and_empty(
    drawn: Frames, nights: book.Nights
) -> None:
    older = {name: frame.drop("website", strict=False) for name, frame in drawn.items()}
    empty = changed("clients", pl.lit(None).alias("website"))(drawn)
    reversed_rows = {name: frame.reverse() for name, frame in empty.items()}
    assert found(night_after_night(nights, [(older, 0), (reversed_rows, 1)])[1]) == {AGAIN}


def test_values_that_change_places_are_other_rows(drawn: Frames, nights: book.Nights) -> None:
    names = drawn["clients"]["client_name"].to_list()
    names[3], names[4] = names[4], names[3]
    assert names[3] != names[4]
    night = drawn | {"clients": drawn["clients"].with_columns(pl.Series("client_name", names))}
    assert found(night_after_night(nights, [(drawn, 0), (night, 1)])[1]) == set()


def test_yesterdays_export_warns_and_the_day_before_yesterdays_is_held(drawn: Frames, nights: book.Nights) -> None:
    one, two, three = (renamed(drawn, name) for name in ("Eins", "Zwei", "Drei"))
    *_, yesterdays = night_after_night(nights, [(one, 0), (two, 1), (three, 2), (three, 3)])
    assert found(yesterdays) == {AGAIN}
    *_, before_yesterdays = night_after_night(nights, [(one, 0), (two, 1), (three, 2), (two, 3)])
    assert found(before_yesterdays) == {OLDER}
    assert said(before_yesterdays, "older_export").startswith(
        "the export holds the same rows as that of 2026-11-24 (run-"
    )
    *_, oldest = night_after_night(nights, [(one, 0), (two, 1), (three, 2), (one, 3)])
    assert found(oldest) == {OLDER}


def test_an_older_run_file_without_export_content_is_known_by_its_rows(drawn: Frames, nights: book.Nights) -> None:
    """Run files of before this rule have no such table: their rows say the same."""
    one, two = renamed(drawn, "Eins"), renamed(drawn, "Zwei")
    first, last = nights.run_file(one), nights.run_file(two, as_of=AS_OF + timedelta(days=1))
    day = AS_OF + timedelta(days=2)
    verdict = nights.verdict(nights.run_file(one, as_of=day), last, older=(first,), as_of=day)
    assert found(verdict) == {OLDER}
    verdict = nights.verdict(nights.run_file(two, as_of=day), last, older=(first,), as_of=day)
    assert found(verdict) == {AGAIN}


@pytest.mark.parametrize(
    ("was", "is_now", "expected"),
    [
        (None, "2026-11-23T22:00:00+00:00", {AGAIN, STALE}),
        (None, "2026-12-20T01:00:00+00:00", set()),
        ("2026-11-23T01:00:00+00:00", "2026-11-23T01:00:00+00:00", {AGAIN, STALE}),
        ("2026-11-23T01:00:00+00:00", "2026-11-23T01:00:01+00:00", set()),
        ("2026-11-23T01:00:00+00:00", None, {AGAIN, STALE}),
    ],
    ids=["made on the published day", "made later", "the same export", "a second later", "no manifest"],
)
def test_an_export_that_its_manifest_says_is_newer_is_not_stale(
    was: str | None, is_now: str | None, expected: set[object], drawn: Frames, nights: book.Nights
) -> None:
    then, now = (datetime.fromisoformat(text) if text else None for text in (was, is_now))
    first = nights.run_file(drawn)
    nights.verdict(first, None, as_of=AS_OF, exported_at=then)
    day = AS_OF + timedelta(days=28)
    tonight = nights.run_file(drawn, as_of=day)
    assert found(nights.verdict(tonight, first, as_of=day, exported_at=now)) == expected


def test_what_is_kept_of_the_content(drawn: Frames, nights: book.Nights) -> None:
    first = nights.run_file(drawn)
    nights.verdict(first, None, as_of=AS_OF, exported_at=datetime(2026, 11, 23, 1, tzinfo=UTC))
    night = renamed(drawn, "Neu")
    tonight = nights.run_file(night, as_of=date(2026, 11, 25))
    nights.verdict(tonight, first, as_of=date(2026, 11, 25))
    with closing(duckdb.connect(tonight, read_only=True)) as con:
        kept = con.sql("FROM export_content ORDER BY table_name").pl()
    assert kept.select("table_name", "rows", "first_as_of", "exported_at").rows() == [
        ("clients", 400, date(2026, 11, 25), None),
        ("contract_lines", night["contract_lines"].height, AS_OF, None),
        ("contracts", night["contracts"].height, AS_OF, None),
        ("partners", 30, AS_OF, None),
    ]


def test_a_day_before_the_published_one_is_held(drawn: Frames, nights: book.Nights) -> None:
    published = nights.run_file(drawn)
    tonight = nights.run_file(renamed(drawn, "Neu"), as_of=AS_OF - timedelta(days=1))
    verdict = nights.verdict(tonight, published, as_of=AS_OF - timedelta(days=1))
    assert book.stops(verdict) == {("not_before_published", "run_info")}
    assert said(verdict, "not_before_published") == (
        f"the day of this run, 2026-11-22, lies before that of the run readers see, 2026-11-23 ({published.stem})"
    )
