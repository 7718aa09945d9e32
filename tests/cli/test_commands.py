"""The smaller commands: help, init, doctor, explain, runs, rollback, compare, report, sample, completion."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.cli.settings_template import TEMPLATE
from pipeline.cli.shell import COMMANDS
from pipeline.settings import Settings, parse_settings
from pipeline.tables.exports import EXPORTS
from tests.conftest import tree

HEAVY = ("polars", "duckdb", "great_expectations", "weasyprint", "jinja2", "pandas", "sqlalchemy")


def test_help_imports_nothing_heavy():
    # `renewals --help` has to answer at once (under 0.4 s): what is not imported takes no time.
    code = (
        "import sys\nfrom pipeline.cli.shell import run_command_line\nrun_command_line(['--help'])\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stderr.strip() == "[]"
    assert all(command in answer.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(renewals, command):
    said = renewals(command, "--help")
    assert said.code == 0
    assert "Example: " in said.out


def test_an_unknown_command_or_option_is_exit_2(renewals):
    assert renewals("nonsense").code == 2
    assert renewals("runs", "--nonsense").code == 2
    said = renewals("run", "--exports", "x", "--as-of", "23.11.2026")
    assert (said.code, "write it like 2026-11-23" in said.err) == (2, True)


def test_init_writes_every_setting_with_its_default_and_never_overwrites(renewals, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert renewals("init").out == "renewals.toml\n"
    written = (tmp_path / "renewals.toml").read_text()
    assert parse_settings(tomllib.loads(written)) == Settings()
    # With the '#' away, every line is a setting that is taken, and those without a table are the defaults.
    lines = [line[2:] for line in TEMPLATE.splitlines() if line.startswith("# ") and " = " in line]
    head = [line for line in lines if line.split(" ")[0] in Settings.__dataclass_fields__]
    assert parse_settings(tomllib.loads("\n".join(line for line in head if "columns" not in line))) == Settings()
    said = renewals("init")
    assert said.code == 2
    assert said.err == "renewals: renewals.toml exists already and stays as it is: rename it to start again\n"


def test_doctor_is_content_with_a_good_installation(renewals, read_home):
    said = renewals("doctor", "--json")
    assert said.code == 0, said.out
    assert all(finding["ok"] for finding in json.loads(said.out))


def test_doctor_says_what_is_wrong_with_the_settings(renewals, read_home, tmp_path):
    (tmp_path / "renewals.toml").write_text("time_zone = 'Moon'\n")
    said = renewals("doctor")
    assert said.code == 2
    assert "WRONG  settings: renewals.toml: time_zone: 'Moon' is not an IANA time zone" in said.out
    assert said.err == "renewals: something is wrong with settings\n"


def test_explain_shows_every_step_and_the_rows_behind(renewals, read_home):
    changes = json.loads(renewals("table", "upcoming_renewals", "--format", "json").out)
    # Every change of a contract that has several, and some of the others.
    counts = Counter(change["contract_id"] for change in changes)
    several = [change for change in changes if counts[change["contract_id"]] > 1]
    assert len(several) > 10
    for change in [*several[:20], *changes[::20]]:
        found = json.loads(renewals("explain", change["change_id"], "--json").out)
        steps = found["steps"]
        assert steps[-1]["change_id"] == change["change_id"]
        assert steps[0]["mrr_before"] == change["current_mrr"]
        for before, after in itertools.pairwise(steps):
            assert after["mrr_before"] == before["estimated_new_mrr"]
        for step in steps:
            parts = [Decimal(value) for name, value in step.items() if name.startswith("mrr_change_")]
            assert sum(parts) == Decimal(step["mrr_change"])
        assert [row["contract_id"] for row in found["rows"]["contract"]] == [change["contract_id"]]
        bands = {row["change_id"] for row in found["rows"]["limit_blocks"]}
        priced = {
            s["change_id"] for s in steps if s["contract_type"] != "renewal" and s["estimate_basis"] == "price_book"
        }
        assert priced <= bands


def test_explain_for_people_names_status_deadline_and_parts(renewals, read_home):
    said = renewals("explain", "C-DAY45:renewal")
    assert said.code == 0
    assert "2027-01-07  renewal C-DAY45:renewal: pending (awaiting), deadline 2026-11-23" in said.out
    unknown = renewals("explain", "nonsense")
    assert (unknown.code, "no upcoming change 'nonsense'" in unknown.err) == (2, True)


def test_runs_of_an_empty_home_say_what_to_do(renewals, tmp_path, monkeypatch):
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    assert "make one with 'renewals run --exports DIR'" in renewals("runs").err
    assert renewals("runs", "--json").out == "[]\n"
    assert renewals("table", "contract_mrr").code == 2


def test_rollback_of_the_only_run_changes_nothing(renewals, own_home):
    before = tree(own_home)
    said = renewals("rollback")
    assert (said.code, "is the oldest run" in said.err) == (2, True)
    assert renewals("compare").code == 2
    assert tree(own_home) == before


def test_a_report_shows_the_columns_asked_for_and_the_locked_ones(renewals, own_home):
    said = renewals("report", "--partner", "P-MONEY", "--columns", "website,current_mrr")
    assert said.code == 0, said.err
    paths = [Path(line) for line in said.out.splitlines()]
    assert {"report.html", "report.pdf", "report.csv"} <= {path.name for path in paths}
    header = next(path for path in paths if path.suffix == ".csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header.startswith(
        "Client name,Communication owner,Contract type,Status,Renewal deadline,Website,Current MRR"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one partner with --partner ID, or all with --all"),
        (["--all", "--partner", "P-SAO"], "name one partner with --partner ID, or all with --all"),
        (["--partner", "nobody"], "there is no partner 'nobody' in run-"),
        (["--all", "--columns", "web_site"], "unknown column 'web_site' (did you mean 'website'?)"),
        (["--all", "--columns", "status,website"], "cannot be removed: locked columns are always shown"),
    ],
)
def test_a_report_that_cannot_be_is_exit_2_and_writes_nothing(renewals, own_home, arguments, message):
    before = tree(own_home)
    said = renewals("report", *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert tree(own_home) == before


def test_sample_writes_one_csv_per_table(renewals, tmp_path):
    said = renewals("sample", "--clients", 20, "--seed", 1, "--out", tmp_path / "out")
    assert (said.code, said.out) == (0, f"{tmp_path / 'out'}\n")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.csv" for name in EXPORTS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(renewals, shell):
    assert "_RENEWALS_COMPLETE" in renewals("completion", shell).out


def test_today_is_today_in_the_vendors_time_zone(monkeypatch):
    from datetime import UTC, datetime

    from pipeline.cli import terminal

    # 23:30 UTC on the 22nd is the 23rd in Tokyo and still the 22nd in New York.
    monkeypatch.setattr(terminal, "now", lambda: datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert terminal.today(Settings(time_zone="Asia/Tokyo")) == date(2026, 11, 23)
    assert terminal.today(Settings(time_zone="America/New_York")) == date(2026, 11, 22)
