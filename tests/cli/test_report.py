"""`renewals report`: language, unchanged reports, clusters, failures."""

from __future__ import annotations

from pathlib import Path

import pytest


def first_partner(renewals) -> str:
    out = renewals("table", "partner_summary", "--format", "csv", "--columns", "partner_id").out
    return out.splitlines()[1]


def test_the_language_of_one_report_can_be_chosen(own_home, renewals):
    partner_id = first_partner(renewals)
    said = renewals("report", "--partner", partner_id, "--locale", "pt-BR")
    assert said.code == 0
    page = Path(said.out.splitlines()[0]).read_text()
    assert '<html lang="pt-BR"' in page
    assert "Prazo de renovação" in page
    # Without a choice the partner's own language is back.
    said = renewals("report", "--partner", partner_id)
    assert "Renewal deadline" in Path(said.out.splitlines()[0]).read_text()


def test_a_page_can_be_mirrored_for_readers_from_right_to_left(own_home, renewals):
    said = renewals("report", "--partner", first_partner(renewals), "--locale", "he")
    assert said.code == 0
    assert '<html lang="en" dir="rtl">' in Path(said.out.splitlines()[0]).read_text()


@pytest.mark.parametrize("locale", ["tlh", "zh-TW", "not a locale", ""])
def test_a_language_without_words_is_refused_with_those_that_have(read_home, renewals, locale):
    said = renewals("report", "--all", "--locale", locale)
    assert said.code == 2
    assert "the languages are en, pt, es, de, fr, ja" in said.err
    assert said.out == ""


def test_unchanged_reports_are_kept_and_said(own_home, renewals):
    partner_id = first_partner(renewals)
    first = renewals("report", "--partner", partner_id, "--anew")
    paths = [Path(line) for line in first.out.splitlines()]
    times = [path.stat().st_mtime_ns for path in paths]
    again = renewals("report", "--partner", partner_id)
    assert again.out == first.out
    assert "1 of 1 reports are unchanged and were kept" in again.err
    assert [path.stat().st_mtime_ns for path in paths] == times
    assert renewals("report", "--partner", partner_id, "--anew").err == ""
    assert [path.stat().st_mtime_ns for path in paths] != times


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nowhere", "--scheduler takes the address of a Dask scheduler (such as 'tcp://host:8786'), not 'nowhere'"),
        ("tcp://127.0.0.1:9", "no Dask scheduler answers at 'tcp://127.0.0.1:9'"),
    ],
)
def test_a_scheduler_that_is_none_is_one_clear_line(own_home, renewals, monkeypatch, address, message):
    monkeypatch.setattr("pipeline.render.workers.CONNECT_SECONDS", 1)
    said = renewals("report", "--all", "--scheduler", address)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert len(said.err.splitlines()) == 1


# The work is ended from outside, wherever it is: also between opening a file and holding it.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_partners_failure_is_named_and_the_others_are_made(own_home, renewals, tmp_path):
    (tmp_path / "renewals.toml").write_text("report_mebibytes = 100\n")
    # A process that has loaded the libraries has more than 100 MiB: every report fails, and each partner is named.
    partner_id = first_partner(renewals)
    said = renewals("report", "--partner", partner_id, "--anew")
    assert said.code == 4
    assert said.err.splitlines() == [
        f"renewals: the report of partner '{partner_id}' failed: needed more than 100 MiB of memory (report_mebibytes)",
        f"renewals: 1 of 1 reports failed ({partner_id}); the run and the other reports are there",
    ]


def test_a_failing_partner_stops_nobody_else(own_home, renewals, monkeypatch):
    from pipeline.errors import RenewalsError
    from pipeline.render import batch

    partner_id = first_partner(renewals)
    make = batch.write_partner_report

    def fail_for_one(run_file, name, *rest, **options):
        if name == partner_id:
            raise RenewalsError("bad data in row 7")
        return make(run_file, name, *rest, **options)

    # A few reports are made in this process, where the failure can be planted.
    monkeypatch.setattr("pipeline.render.workers.FEW", 1000)
    monkeypatch.setattr(batch, "write_partner_report", fail_for_one)
    said = renewals("report", "--all", "--locale", "es")
    assert said.code == 4
    assert f"the report of partner '{partner_id}' failed: bad data in row 7" in said.err
    folders = {Path(line).parent.name for line in said.out.splitlines()}
    others = renewals("table", "partner_summary", "--format", "csv", "--columns", "partner_id").out.splitlines()[1:]
    assert len(folders) >= len(set(others)) - 1
    assert partner_id not in folders
