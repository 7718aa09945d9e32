"""`renewals report --finance`, and the report that a run makes by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import RenewalsError
from pipeline.nightly import reports as nightly_reports
from pipeline.render.batch import Batch
from tests.conftest import SAMPLE, SAMPLE_DAY, tree


def test_a_run_makes_it_beside_the_checks(sample_home):
    (reports,) = (sample_home / "reports").iterdir()
    assert {"checks.html", "finance.html", "finance.pdf", "finance.xlsx"} <= {path.name for path in reports.iterdir()}
    assert "All 147 differences are 0." in (reports / "finance.html").read_text()


def test_a_filtered_report_leaves_that_of_all_clients_alone(own_home, renewals):
    (reports,) = (own_home / "reports").iterdir()
    before = tree(reports)
    said = renewals("report", "--finance", "--partner", "P-MONEY", "--currency", "EUR", "--locale", "fr")
    assert said.code == 0
    names = [f"finance.partner-P-MONEY.currency-EUR.{ending}" for ending in ("html", "pdf", "xlsx")]
    assert said.out.splitlines() == [str(reports / name) for name in names]
    assert {name: when for name, when in tree(reports).items() if name not in names} == before
    assert '<html lang="fr"' in (reports / names[0]).read_text()


def test_it_can_be_written_elsewhere(read_home, renewals, tmp_path):
    said = renewals("report", "--finance", "--currency", "KWD", "--output", tmp_path / "out")
    assert said.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"finance.currency-KWD.{ending}" for ending in ("html", "pdf", "xlsx")
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--finance", "--all"], "--all does not go with --finance"),
        (["--finance", "--columns", "website"], "--columns does not go with --finance"),
        (["--finance", "--force"], "--force does not go with --finance"),
        (["--finance", "--anew"], "--anew does not go with --finance"),
        (["--all", "--currency", "EUR"], "--currency and --output belong to --finance"),
        (["--partner", "P-MONEY", "--output", "x"], "--currency and --output belong to --finance"),
        (["--finance", "--partner", "NOBODY"], "there is no partner 'NOBODY' in run-"),
        (["--finance", "--partner", "P-DAYS", "--currency", "JPY"], "no contract in 'JPY'. There are: USD"),
        (["--finance", "--run", "2020-01-01"], "2020-01-01"),
        ([], "name one partner with --partner ID, or all with --all; finance's report with --finance"),
    ],
)
def test_what_cannot_be_asked_for(read_home, renewals, arguments, message):
    before = tree(read_home)
    said = renewals("report", *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert len(said.err.splitlines()) == 1
    assert tree(read_home) == before


def test_an_ended_association_is_obeyed_at_once(own_home, renewals):
    def page() -> str:
        said = renewals("report", "--finance", "--partner", "P-DAYS")
        assert said.code == 0
        return Path(said.out.splitlines()[0]).read_text()

    assert "C-DAY45" in page()
    ended = renewals("decide", "end", "--partner", "P-DAYS", "--client", "H-DAY45", "--reason", "test")
    assert ended.code == 0, ended.err
    assert "C-DAY45" not in page()
    assert "H-DAY45" not in page()
    whole = renewals("report", "--finance", "--currency", "USD")
    assert "C-DAY45" in Path(whole.out.splitlines()[0]).read_text()


def test_when_it_fails_the_other_reports_are_there(exports, tmp_path, monkeypatch, renewals):
    def fails(*_: object, **__: object) -> None:
        raise RenewalsError("no ink")

    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(nightly_reports, "write_finance_report", fails)
    monkeypatch.setattr(nightly_reports, "make_partner_reports", lambda *_, **__: Batch())
    said = renewals("run", "--exports", SAMPLE, "--as-of", SAMPLE_DAY, "--quiet")
    assert said.code == 4
    assert "renewals: finance's report failed: no ink" in said.err.splitlines()
    assert said.err.splitlines()[-1] == (
        "renewals: finance's report failed (no ink); the run and the partners' reports are there"
    )
    assert [Path(line).name for line in said.out.splitlines()][1:] == ["checks.html"]
