"""`renewals run` and `check`: exit codes, messages, and a home that stays as it was when something is wrong."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipeline import warehouse
from pipeline.warehouse import Home
from tests.conftest import SAMPLE_DAY, tree


def run(renewals, exports, *more):
    return renewals("run", "--exports", exports, "--as-of", SAMPLE_DAY, "--no-reports", "--quiet", *more)


def test_a_run_publishes_and_prints_what_it_made(renewals, exports, tmp_path, monkeypatch):
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    said = run(renewals, exports)
    assert said.code == 0, said.err
    run_file, checks_page = said.out.splitlines()
    assert Path(run_file).resolve() == (tmp_path / "home" / "current").resolve()
    assert Path(checks_page).name == "checks.html"
    assert "contacts.csv: 1 of 191 rows quarantined" in said.err
    # A second night: the first run stays, readers see the second.
    assert run(renewals, exports).code == 0
    listed = json.loads(renewals("runs", "--json").out)
    assert [row["current"] for row in listed] == [True, False]
    said = renewals("compare", "--partner", "P-SAO")
    assert (said.code, said.out) == (0, "nothing changed\n")
    said = renewals("compare", "--partner", "NOPE")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("renewals: there is no partner 'NOPE' in run-")


def test_json_tells_a_program_what_happened(renewals, exports, own_home):
    said = run(renewals, exports, "--json")
    answer = json.loads(said.out)
    assert answer["published"] is True
    parts = ("rows_loaded", "rows_quarantined", "rows_duplicate", "rows_left_out")
    assert all(counts["rows_read"] == sum(counts[part] for part in parts) for counts in answer["files"])
    assert {"quarantined_rows"} <= {finding["check"] for finding in answer["findings"]}


def test_check_publishes_nothing(renewals, exports, own_home):
    before = tree(own_home / "runs")
    said = renewals("check", "--exports", exports, "--as-of", SAMPLE_DAY, "--quiet")
    assert said.code == 0, said.err
    assert tree(own_home / "runs") == before
    assert Path(said.out.strip()).name == "checks.html"


def remove(name):
    return lambda exports: (exports / name).unlink()


def replace(name, text, encoding="utf-8"):
    return lambda exports: (exports / name).write_text(text, encoding=encoding, newline="")


def edit(name, old, new, count=1):
    def change(exports):
        text = (exports / name).read_text(encoding="utf-8")
        assert old in text
        (exports / name).write_text(text.replace(old, new, count), encoding="utf-8", newline="")

    return change


def cut(name, keep):
    def change(exports):
        data = (exports / name).read_bytes()
        (exports / name).write_bytes(data[: int(len(data) * keep)])

    return change


BAD_INPUTS = {
    "a required table is missing": (remove("contracts.csv"), "contracts", 6),
    "a required column is missing": (edit("clients.csv", "client_name", "klient_name"), "client_name", 6),
    "a required table is empty": (replace("partners.csv", ""), "partners.csv", 6),
    "a required table has only a header": (
        replace("partners.csv", "partner_id,partner_name\n"),
        "partners.csv",
        6,
    ),
    "a file ends inside a quote": (
        replace("partners.csv", 'partner_id,partner_name\nP-01,"half a na'),
        "partners.csv",
        6,
    ),
    "the last record is half-written": (
        replace("partners.csv", "partner_id,partner_name\nP-01,One\nP-02"),
        "partners.csv",
        6,
    ),
    "a file is not UTF-8": (
        replace("partners.csv", "partner_id,partner_name\nP-01,Müller\n", "latin-1"),
        "partners.csv",
        6,
    ),
    "a file is UTF-16": (
        replace("partners.csv", "partner_id,partner_name\nP-01,One\n", "utf-16"),
        "partners.csv",
        6,
    ),
    "too many rows are refused": (
        lambda exports: replace(
            "contacts.csv", "contact_id,hub_id,full_name\n" + "".join(f"U{n},nobody,X\n" for n in range(20))
        )(exports),
        "contacts",
        3,
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_one_clear_line_with_its_exit_code_and_nothing_changes(renewals, exports, own_home, case):
    break_it, named, code = BAD_INPUTS[case]
    break_it(exports)
    before = tree(own_home / "runs"), (own_home / "current").readlink()
    said = run(renewals, exports)
    assert said.code == code, said.err
    assert said.out == ""
    message = [line for line in said.err.splitlines() if line.startswith("renewals: ")]
    assert len(message) == 1
    assert named in message[0]
    assert "Traceback" not in said.err
    assert (tree(own_home / "runs"), (own_home / "current").readlink()) == before


def test_a_folder_that_is_not_there_is_exit_6(renewals, own_home, tmp_path):
    said = run(renewals, tmp_path / "nowhere")
    assert said.code == 6
    assert "nowhere" in said.err


def test_a_second_run_exits_5_at_once(renewals, exports, own_home):
    with warehouse.run_lock(Home(own_home)):
        said = run(renewals, exports)
    assert said.code == 5
    assert "another run holds the lock" in said.err


def test_a_settings_file_with_a_mistake_is_exit_2_and_names_file_and_setting(renewals, exports, own_home, tmp_path):
    (tmp_path / "renewals.toml").write_text("window_days = 0\n")
    said = run(renewals, exports)
    assert said.code == 2
    assert said.err == "renewals: renewals.toml: window_days takes a whole number from 1 to 3650, not 0\n"


def test_a_failed_check_names_the_page_that_shows_why(renewals, exports, own_home):
    BAD_INPUTS["too many rows are refused"][0](exports)
    said = run(renewals, exports)
    page = Path(said.err.strip().rsplit("See ", 1)[1])
    assert "quarantine share" in page.read_text(encoding="utf-8")


def junk(run_file: Path) -> None:
    run_file.chmod(0o644)
    run_file.write_bytes(b"no database" * 1000)


def damage_inside(run_file: Path) -> None:
    """The header stays good, so that the file opens."""
    run_file.chmod(0o644)
    data = run_file.read_bytes()
    run_file.write_bytes(data[: 3 * 4096] + bytes(byte ^ 255 for byte in data[3 * 4096 :]))


def another_database(run_file: Path) -> None:
    run_file.unlink()
    duckdb.connect(str(run_file)).close()


DAMAGES = {"junk": junk, "damage inside": damage_inside, "no run": another_database, "gone": Path.unlink}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_run_goes_on_when_the_run_before_is_damaged_and_says_so_in_one_line(renewals, exports, own_home, damage):
    before = (own_home / "current").resolve()
    DAMAGES[damage](before)
    said = run(renewals, exports)
    assert said.code == 0, said.err
    warnings = [line for line in said.err.splitlines() if "the run before cannot be read" in line]
    assert len(warnings) == 1
    assert warnings[0].startswith("warning: yardstick of run_info: ")
    assert (before.name in warnings[0]) == (damage != "gone")
    assert (own_home / "current").resolve() == Path(said.out.splitlines()[0]).resolve() != before
    # The night after has a run to compare with again.
    assert "the run before" not in run(renewals, exports).err


def test_reports_are_made_when_the_run_of_the_reports_before_is_damaged(renewals, exports, own_home):
    junk((own_home / "current").resolve())
    run_file = Path(run(renewals, exports).out.splitlines()[0])
    said = renewals("report", "--partner", "P-SAO", "--force", "--run", run_file.stem)
    assert said.code == 0, said.err


@pytest.mark.parametrize("damage", ["junk", "no run"])
def test_a_damaged_run_is_one_line_for_its_readers(renewals, own_home, damage):
    DAMAGES[damage]((own_home / "current").resolve())
    said = renewals("table", "contract_mrr")
    assert (said.code, said.out) == (2, "")
    assert "cannot be opened as a run" in said.err
    assert len(said.err.splitlines()) == 1
    # The list of runs stays, and marks it.
    assert renewals("runs").out.splitlines()[-1].split()[1:] == ["unreadable", "current"]
    assert json.loads(renewals("runs", "--json").out)[0]["as_of"] is None


@pytest.mark.parametrize("stage", ["reading app_usage", "computing"])
def test_a_run_that_is_killed_leaves_the_published_run_alone_and_no_data_behind(exports, own_home, tmp_path, stage):
    (tmp_path / "system").mkdir()
    environment = {**os.environ, "RENEWALS_HOME": str(own_home), "TMPDIR": str(tmp_path / "system")}
    for table in ("clients", "contacts"):
        packed = gzip.compress((exports / f"{table}.csv").read_bytes())
        (exports / f"{table}.csv").unlink()
        (exports / f"{table}.csv.gz").write_bytes(packed)
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "run",
        "--exports",
        str(exports),
        "--as-of",
        SAMPLE_DAY,
        "--no-reports",
    ]
    current = (own_home / "current").readlink()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if stage in line:
            process.kill()
            break
    process.wait()
    process.stderr.close()
    assert (own_home / "current").readlink() == current
    # Clients' data is nowhere but in the home: where the next run looks for leftovers.
    assert list((tmp_path / "system").iterdir()) == []
    assert list((own_home / "runs").glob(".tmp-*"))
    # The next run starts clean: the lock is free, the leftovers go.
    with warehouse.run_lock(Home(own_home)), warehouse.candidate(Home(own_home), "run-x"):
        pass
    assert [path.name for path in (own_home / "runs").iterdir()] == [current.name]
