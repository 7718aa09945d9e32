"""`renewals report`: language, unchanged reports, clusters, failures."""

from __future__ import annotations

import csv
from pathlib import Path

import pikepdf
import pytest

from pipeline import rules
from tests.conftest import SAMPLE, tree


def first_partner(renewals) -> str:
    out = renewals("table", "partner_summary", "--format", "csv", "--columns", "partner_id").out
    return out.splitlines()[1]


def test_the_language_of_one_report_can_be_chosen(own_home, renewals):
    partner_id = first_partner(renewals)
    said = renewals("report", "--partner", partner_id, "--locale", "pt-BR")
    assert said.code == 0
    page = Path(said.out.splitlines()[0]).read_text()
    assert '<html lang="pt-BR"' in page
    assert "Data-limite de renovação" in page
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
    first = renewals("report", "--partner", partner_id, "--force")
    paths = [Path(line) for line in first.out.splitlines()]
    times = [path.stat().st_mtime_ns for path in paths]
    again = renewals("report", "--partner", partner_id)
    assert again.out == first.out
    assert "1 of 1 reports are unchanged and were kept" in again.err
    assert [path.stat().st_mtime_ns for path in paths] == times
    assert renewals("report", "--partner", partner_id, "--force").err == ""
    forced = [path.stat().st_mtime_ns for path in paths]
    assert forced != times
    assert renewals("report", "--partner", partner_id, "--anew").err == "", "the former name of --force"
    assert [path.stat().st_mtime_ns for path in paths] != forced
    assert "--anew" not in renewals("report", "--help").out


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
    said = renewals("report", "--partner", partner_id, "--force")
    assert said.code == 4
    assert said.err.splitlines() == [
        f"renewals: the report of partner '{partner_id}' failed: needed more than 100 MiB of memory (report_mebibytes)",
        f"renewals: 1 of 1 reports failed ({partner_id}); the run and the other reports are there",
    ]


def test_a_failing_partner_stops_nobody_else(own_home, renewals, monkeypatch):
    from pipeline.errors import RenewalsError
    from pipeline.render import batch
    from pipeline.warehouse import Partner

    partner_id = first_partner(renewals)
    make = batch.write_partner_report

    def fail_for_one(run, *rest, **options):
        if run.reader == Partner(partner_id):
            raise RenewalsError("bad data in row 7")
        return make(run, *rest, **options)

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


CHOICES = """
locale = "fr"
brand_colour = "#b91c1c"
cards = true
[partners.P-SAO]
columns = ["website"]
brand_colour = "#15803d"
"""
"""Everything that a settings file can choose for a report."""


def made(said) -> dict[str, Path]:
    return {Path(line).suffix.removeprefix("."): Path(line) for line in said.out.splitlines()}


def outline(path: Path) -> list[str]:
    with pikepdf.open(path) as pdf, pdf.open_outline() as found:
        return [item.title for item in found.root[0].children]


def test_a_settings_file_chooses_columns_colours_cards_and_language(own_home, renewals, tmp_path):
    file = tmp_path / "branded.toml"
    file.write_text(CHOICES)
    said = renewals("report", "--partner", "P-SAO", "--settings", file)
    # None of this is part of a figure, so nothing is taken from the run.
    assert (said.code, said.err) == (0, "")
    files = made(said)
    head = files["csv"].read_text("utf-8-sig").splitlines()[0].split(",")
    assert len(head) == len(rules.LOCKED_COLUMNS) + len(["website", "currency", "contract ID", "change ID"])
    assert "--accent: #15803d" in files["html"].read_text()
    cards = outline(files["pdf"])
    # The same partner without the file: the run was made without such choices.
    files = made(renewals("report", "--partner", "P-SAO"))
    assert "--accent: #15803d" not in files["html"].read_text()
    assert len(cards) == len(outline(files["pdf"])) + 1


def test_the_default_language_and_colour_hold_for_partners_without_their_own(own_home, renewals, tmp_path):
    file = tmp_path / "branded.toml"
    file.write_text(CHOICES)
    listed = csv.DictReader((SAMPLE / "partners.csv").read_text().splitlines())
    partner_id = next(row["partner_id"] for row in listed if not row["locale"])
    page = made(renewals("report", "--partner", partner_id, "--settings", file))["html"].read_text()
    assert '<html lang="fr"' in page
    assert "--accent: #b91c1c" in page


def test_what_the_figures_were_made_with_is_taken_from_the_run_and_said(own_home, renewals, tmp_path):
    partner_id = first_partner(renewals)
    before = made(renewals("report", "--partner", partner_id))["csv"].read_text()
    (tmp_path / "renewals.toml").write_text('vendor_name = "Other Vendor"\nuplift_percent = 50\nkeep_runs = 7\n')
    said = renewals("report", "--partner", partner_id)
    assert said.code == 0
    lines = [line for line in said.err.splitlines() if "taken from the run" in line]
    assert lines == [
        "renewals: vendor_name, uplift_percent: taken from the run, not from renewals.toml; "
        "a new run takes what the file says"
    ]
    assert made(said)["csv"].read_text() == before


def test_finances_report_takes_its_colour_and_language_from_the_file_too(own_home, renewals, tmp_path):
    (tmp_path / "renewals.toml").write_text('brand_colour = "#b91c1c"\nlocale = "de"\nvendor_name = "Other Vendor"\n')
    said = renewals("report", "--finance", "--output", tmp_path / "out")
    assert said.code == 0
    page = (tmp_path / "out" / "finance.html").read_text()
    assert "--accent: #b91c1c" in page
    assert '<html lang="de"' in page
    assert "Other Vendor" not in page
    assert said.err.startswith("renewals: vendor_name: taken from the run")


def test_a_settings_file_that_is_wrong_makes_no_report(own_home, renewals, tmp_path):
    partner_id = first_partner(renewals)
    before = tree(own_home / "reports")
    for text, message in (("brand_colour = 'red'", "brand_colour"), ("cards = 1", "cards"), ("[", "TOML")):
        (tmp_path / "wrong.toml").write_text(text)
        for who in (("--partner", partner_id), ("--finance",)):
            said = renewals("report", *who, "--settings", tmp_path / "wrong.toml")
            assert (said.code, said.out) == (2, "")
            assert message in said.err
            assert len(said.err.splitlines()) == 1
    assert tree(own_home / "reports") == before
