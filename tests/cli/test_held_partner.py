"""A held partner is shown its last run that was not held, less the clients it no longer has, everywhere (rule 14)."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pipeline import checks, open_run
from pipeline.checks import NightVerdict, PartnerHold
from pipeline.cli.shell import run_command_line
from pipeline.errors import UsageError
from tests.conftest import SAMPLE_DAY

HELD = "P-SAO"
CANARY = "CANARY"
HOLD = PartnerHold(HELD, "partner_gained_clients", "it gained 9 clients from other partners")


@pytest.fixture
def second_night(own_home: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Publishes a second night: every client of P-SAO renamed, one of them given to P-TOKYO, one of P-TOKYO to P-SAO.

    Gives the client that P-SAO lost. `partners`: whom rule 14 holds.
    """

    def publish(*partners: PartnerHold) -> str:
        path = exports / "clients.csv"
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        mine = [row for row in rows if row[3] == HELD]
        changing = {
            row["hub_id"] for row in open_run(home=own_home).table("upcoming_renewals", partner=HELD).to_dicts()
        }
        lost = next(row for row in mine if row[0] in changing)
        gained = next(row for row in rows if row[3] == "P-TOKYO")
        for row in mine:
            row[1] = f"{CANARY} {row[1]}"
        lost[3], gained[3], gained[1] = "P-TOKYO", HELD, f"{CANARY} gained"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
        monkeypatch.setattr(checks, "night_gate", lambda *_, **__: NightVerdict([], [*partners]))
        arguments = ["run", "--exports", str(exports), "--as-of", SAMPLE_DAY, "--no-reports", "--no-finance", "--quiet"]
        assert run_command_line(arguments) == 0
        return lost[0]

    return publish


def rows(renewals, *arguments) -> list[dict[str, str]]:
    said = renewals("table", "upcoming_renewals", "--format", "csv", *arguments)
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out)))


def test_every_surface_of_a_held_partner_shows_the_run_before_without_the_clients_it_lost(
    renewals, own_home: Path, second_night
):
    before = rows(renewals, "--partner", HELD)
    older = open_run(home=own_home)
    lost = second_night(HOLD)
    expected = [row for row in before if row["hub_id"] != lost]
    assert len(expected) < len(before)

    said = renewals("table", "upcoming_renewals", "--partner", HELD, "--format", "json")
    assert [row["change_id"] for row in json.loads(said.out)] == [row["change_id"] for row in expected]
    assert CANARY not in said.out
    assert f"partner {HELD} is held since" in said.err
    assert f"renewals release {HELD} --reason" in said.err
    for table in ("client_contacts", "client_products", "client_changes", "partner_summary", "contract_mrr"):
        answer = renewals("table", table, "--partner", HELD, "--format", "csv").out
        assert CANARY not in answer
        assert lost not in answer

    newer = open_run(home=own_home)
    assert newer.run_id > older.run_id
    assert newer.table("upcoming_renewals", partner=HELD).height == len(expected)
    page = str(newer.report(HELD).html)
    assert CANARY not in page
    assert json.loads(renewals("compare", "--partner", HELD, "--json").out)["changes"] == []

    # Everybody else, and the vendor, see the new night.
    assert lost in {row["hub_id"] for row in rows(renewals, "--partner", "P-TOKYO")}
    assert any(CANARY in row["client_name"] for row in rows(renewals))


def test_the_report_of_a_held_partner_says_so_in_every_format(renewals, own_home: Path, second_night):
    lost = second_night(HOLD)
    said = renewals("report", "--partner", HELD, "--locale", "en")
    assert said.code == 0, said.err
    paths = {Path(line).suffix: Path(line) for line in said.out.splitlines()}
    assert {path.parts[-3] for path in paths.values()} == {(own_home / "current").resolve().stem}
    notice = "Newer data is being checked before it is shown."
    page = paths[".html"].read_text(encoding="utf-8")
    text = subprocess.run(
        ["pdftotext", "-layout", paths[".pdf"], "-"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    book = openpyxl.load_workbook(paths[".xlsx"])
    sheets = " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    for content in (page, " ".join(text.split()), sheets):
        assert notice in content
    for content in (page, text, sheets, paths[".csv"].read_text(encoding="utf-8")):
        assert CANARY not in content
        assert lost not in content


def test_a_release_shows_the_new_night(renewals, own_home: Path, second_night):
    second_night(HOLD)
    assert renewals("release", HELD, "--reason", "the vendor moved them on purpose").code == 0
    now = rows(renewals, "--partner", HELD)
    assert all(row["client_name"].startswith(CANARY) for row in now)
    page = Path(renewals("report", "--partner", HELD).out.splitlines()[0]).read_text(encoding="utf-8")
    assert CANARY in page
    assert "Newer data is being checked" not in page


def test_a_run_from_before_the_hold_is_shown_as_it_is(renewals, own_home: Path, second_night):
    first = (own_home / "current").resolve().stem
    lost = second_night(HOLD)
    assert lost in {row["hub_id"] for row in rows(renewals, "--partner", HELD, "--run", first)}


def test_without_a_run_from_before_a_held_partner_is_shown_nothing(
    renewals, own_home: Path, second_night, monkeypatch: pytest.MonkeyPatch
):
    second_night(HOLD)
    first = min((own_home / "runs").glob("run-*.duckdb"))
    first.unlink()
    said = renewals("table", "upcoming_renewals", "--partner", HELD)
    assert (said.code, said.out) == (2, "")
    assert first.stem in said.err
    with pytest.raises(UsageError):
        open_run(home=own_home).table("upcoming_renewals", partner=HELD)
    # Its report is taken away, and the others are made.
    said = renewals("report", "--partner", HELD)
    assert (said.code, said.out) == (0, "")
    assert first.stem in said.err
