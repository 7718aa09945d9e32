"""The life of a held run, on the real command line: kept, compared, accepted as it is; single partners held (rule 14).

What the night gate finds is given (its own tests are in tests/night); everything around it is real.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import duckdb
import pytest

from pipeline import checks, warehouse
from pipeline.checks import CheckResult, NightVerdict, PartnerHold
from pipeline.cli import accept_findings
from pipeline.cli.shell import run_command_line
from pipeline.errors import MachineError
from pipeline.warehouse import Home
from tests.conftest import SAMPLE, SAMPLE_DAY, tree

HALF = CheckResult("rows_fell", "night", "stop", "clients", False, "rows fell by 52 % from 156 to 75", [{"was": 156}])
GONE = CheckResult("keys_kept", "night", "stop", "contracts", False, "31 % of the contracts are gone")
WARNS = CheckResult("same_rows", "night", "warning", "contracts", False, "the same rows as last night")
FALL = PartnerHold("P-SAO", "partner_mrr_fell", "its MRR fell by 61 %")


@pytest.fixture
def tonight(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the night gate finds from now on."""

    def finds(*results: CheckResult, partners: tuple[PartnerHold, ...] = ()) -> None:
        verdict = NightVerdict([*results], [*partners])
        monkeypatch.setattr(checks, "night_gate", lambda *_, **__: verdict)

    return finds


@pytest.fixture(scope="module")
def made(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's home with a second night that is held. Made once; nobody may change it."""
    home = tmp_path_factory.mktemp("held") / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWALS_HOME", str(home))
        patch.setattr(checks, "night_gate", lambda *_, **__: NightVerdict([HALF, GONE, WARNS], [FALL]))
        arguments = ["run", "--exports", str(SAMPLE), "--as-of", SAMPLE_DAY, "--no-reports", "--no-finance", "--quiet"]
        assert run_command_line(arguments) == 3
    return home


@pytest.fixture
def held_home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it as the command line's home."""
    home = tmp_path / "home"
    shutil.copytree(made, home, symlinks=True)
    monkeypatch.setenv("RENEWALS_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


def run(renewals, *more, command="run"):
    rest = () if command == "check" else ("--no-reports", "--no-finance")
    return renewals(command, "--exports", SAMPLE, "--as-of", SAMPLE_DAY, "--quiet", *rest, *more)


def only_held(home: Path) -> warehouse.HeldRun:
    [held] = warehouse.held_runs(Home(home))
    return held


def records(home: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(home / "decisions.sqlite") as con:
        rows = con.execute("SELECT kind, run_id, shown_run_id, partner_id, actor, reason FROM run_records").fetchall()
    con.close()
    return rows


def last_line(said) -> str:
    return said.err.splitlines()[-1]


def test_a_held_run_publishes_nothing_and_says_what_is_wrong_since_when_and_what_to_type(renewals, tonight, own_home):
    before = tree(own_home / "runs"), (own_home / "current").readlink()
    tonight(HALF, GONE, WARNS, partners=(FALL,))
    said = run(renewals)
    assert (said.code, said.out) == (3, "")
    assert (tree(own_home / "runs"), (own_home / "current").readlink()) == before
    assert not (own_home / "decisions.sqlite").exists()
    held, readers = only_held(own_home), (own_home / "current").resolve().stem
    line = last_line(said)
    assert line.startswith(
        f"renewals: {held.run_id} is held, nothing was published: {HALF.observed}, and 1 more finding."
    )
    assert f"Readers have seen {readers} (as of {SAMPLE_DAY}) since" in line
    assert f"renewals compare --held {held.run_id}" in line
    assert f'renewals publish {held.run_id} --accept "REASON"' in line
    assert len(line) <= 1000 + len("renewals: ")
    assert f"--findings {held.findings_hash}" in said.err
    page = Path(line.rsplit("See ", 1)[1]).read_text(encoding="utf-8")
    assert "2 findings held this run" in page
    assert f"renewals publish {held.run_id} --accept" in page
    assert "P-SAO" in page
    # The next night, held too, says how long it has been going on.
    assert "2 runs in a row are held" in last_line(run(renewals))


def test_a_held_run_is_whole_and_listed(renewals, held_home):
    held = only_held(held_home)
    assert hashlib.sha256(held.path.read_bytes()).hexdigest() == held.sha256
    with duckdb.connect(str(held.path), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM upcoming_renewals").fetchone()[0] > 100
    [row] = json.loads(renewals("runs", "--held", "--json").out)
    assert (row["run_id"], row["findings_hash"]) == (held.run_id, held.findings_hash)
    assert [each["check"] for each in row["findings"]] == ["rows_fell", "keys_kept"]
    assert row["partners"] == [{"partner_id": "P-SAO", "finding": FALL.finding, "reason": FALL.reason}]
    said = renewals("runs", "--held")
    assert held.run_id in said.out
    assert HALF.observed in said.out
    # It is not a published run: no command takes it for one.
    assert held.run_id not in renewals("runs").out
    assert renewals("rollback", held.run_id).code == 2


def test_compare_held_shows_rows_and_money_per_partner_and_currency(renewals, held_home):
    held = only_held(held_home)
    held.path.chmod(0o644)
    with duckdb.connect(str(held.path)) as con:
        con.execute("DELETE FROM exports.clients WHERE partner_id = 'P-SAO'")
        con.execute("DELETE FROM contract_mrr WHERE partner_id = 'P-SAO'")
        con.execute("DELETE FROM upcoming_renewals WHERE partner_id = 'P-SAO'")
    answer = json.loads(renewals("compare", "--held", held.run_id, "--json").out)
    with duckdb.connect(str((held_home / "current").resolve()), read_only=True) as con:
        clients, of_sao = con.execute(
            "SELECT count(*), count(*) FILTER (partner_id = 'P-SAO') FROM exports.clients"
        ).fetchone()
        mrr = con.execute("SELECT currency, sum(current_mrr) FROM contract_mrr WHERE partner_id = 'P-SAO' GROUP BY ALL")
        expected = {currency: str(amount) for currency, amount in mrr.fetchall()}
    rows = {row["table_name"]: row for row in answer["rows"]}
    assert rows["exports.clients"] == {"table_name": "exports.clients", "before": clients, "after": clients - of_sao}
    lost = {row["currency"]: row for row in answer["money"] if row["partner_id"] == "P-SAO"}
    assert {currency: row["mrr_before"] for currency, row in lost.items()} == expected
    assert {(row["clients_after"], row["contracts_after"]) for row in lost.values()} == {(0, 0)}
    others = [row for row in answer["money"] if row["partner_id"] != "P-SAO"]
    assert others
    assert {float(row["mrr_change"]) for row in others} == {0.0}
    assert {change["what"] for change in answer["changes"]} == {"gone"}
    text = renewals("compare", "--held")
    assert text.code == 0
    assert "mrr_before" in text.out
    assert HALF.observed in text.err
    assert f"renewals publish {held.run_id}" in last_line(text)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "--held", "run-nonsense"), "no held run 'run-nonsense'"),
        (("compare", "--held", "a", "b"), "--held takes one held run"),
        (("publish", "run-nonsense", "--accept", "x"), "no held run 'run-nonsense'"),
        (("release", "P-SAO", "--reason", "x"), "partner 'P-SAO' is not held"),
        (("release", "P-SAO"), "partner 'P-SAO' is not held"),
        (("run", "--exports", SAMPLE, "--findings", "abc"), "--findings and --actor belong to --accept REASON"),
        (("run", "--exports", SAMPLE, "--accept", " "), "a reason is required: --accept REASON"),
        (("run", "--exports", SAMPLE, "--accept", "x"), "there is no terminal to ask"),
    ],
)
def test_what_cannot_be_is_exit_2_and_changes_nothing(renewals, held_home, arguments, says):
    before = tree(held_home)
    said = renewals(*arguments)
    assert (said.code, said.out) == (2, "")
    assert says in last_line(said)
    assert len(said.err.splitlines()) == 1
    assert tree(held_home) == before


def test_publishing_needs_a_reason(renewals, held_home):
    before, held = tree(held_home), only_held(held_home)
    for more in ((), ("--accept", "  ")):
        said = renewals("publish", held.run_id, *more)
        assert said.code == 2
        assert "--accept REASON" in said.err
    assert {name: time for name, time in tree(held_home).items() if name != "lock"} == {
        name: time for name, time in before.items() if name != "lock"
    }


def test_an_accepted_run_is_published_byte_for_byte_and_everybody_can_see_who_accepted_it(renewals, held_home):
    held, before = only_held(held_home), (held_home / "current").resolve().stem
    said = renewals("publish", held.run_id, "--accept", "the book was sold", "--actor", "ann", "--no-reports")
    assert said.code == 0, said.err
    run_file, page = (Path(line) for line in said.out.splitlines())
    assert run_file.resolve() == (held_home / "current").resolve()
    assert run_file.stem == held.run_id
    assert hashlib.sha256(run_file.read_bytes()).hexdigest() == held.sha256
    assert run_file.stat().st_mode & 0o222 == 0
    assert list((held_home / "held").iterdir()) == []
    # The partner that it holds is recorded, with the run that it goes on being shown.
    assert records(held_home) == [
        ("run_accepted", held.run_id, None, None, "ann", "the book was sold"),
        ("partner_held", held.run_id, before, "P-SAO", "renewals", FALL.reason),
    ]
    with sqlite3.connect(held_home / "decisions.sqlite") as con:
        seen = json.loads(con.execute("SELECT findings FROM run_records WHERE kind = 'run_accepted'").fetchone()[0])
    con.close()
    assert [(each["check"], each["observed"]) for each in seen] == [
        ("rows_fell", HALF.observed),
        ("keys_kept", GONE.observed),
    ]
    text = page.read_text(encoding="utf-8")
    assert "Published: 2 findings accepted by ann." in text
    assert "the book was sold" in text
    newest, older = json.loads(renewals("runs", "--json").out)
    assert (newest["accepted"]["actor"], newest["accepted"]["reason"]) == ("ann", "the book was sold")
    assert (newest["held_partners"], newest["current"], older["accepted"]) == (["P-SAO"], True, None)
    assert renewals("runs").out.splitlines()[2].split()[-2:] == ["ann", "current"]
    # It cannot be accepted twice.
    assert renewals("publish", held.run_id, "--accept", "again").code == 2


def test_the_reports_of_an_accepted_run_are_made_as_after_a_run(renewals, held_home):
    said = renewals("publish", only_held(held_home).run_id, "--accept", "checked by hand", "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["published"] is True
    made = {Path(path).name for path in answer["reports"]}
    assert {"checks.html", "report.html", "report.pdf", "report.csv"} <= made
    assert all(Path(path).exists() for path in answer["reports"])


def test_a_held_run_is_refused_once_another_has_been_published(renewals, tonight, held_home):
    held = only_held(held_home)
    tonight()
    assert run(renewals).code == 0
    before = tree(held_home / "runs"), (held_home / "current").readlink()
    said = renewals("publish", held.run_id, "--accept", "too late")
    assert (said.code, said.out) == (2, "")
    assert "has been published since" in last_line(said)
    assert (tree(held_home / "runs"), (held_home / "current").readlink()) == before
    assert not (held_home / "decisions.sqlite").exists()


def test_a_held_file_that_was_changed_is_not_published(renewals, held_home):
    held, before = only_held(held_home), (held_home / "current").readlink()
    held.path.chmod(0o644)
    with duckdb.connect(str(held.path)) as con:
        con.execute("UPDATE contract_mrr SET current_mrr = current_mrr + 50")
    said = renewals("publish", held.run_id, "--accept", "looks good")
    assert (said.code, said.out) == (2, "")
    assert "has changed since it was held" in last_line(said)
    assert (held_home / "current").readlink() == before
    assert not (held_home / "decisions.sqlite").exists()
    assert list((held_home / "runs").glob(".tmp-*")) == []


def test_while_a_run_holds_the_lock_nothing_is_accepted(renewals, held_home):
    with warehouse.run_lock(Home(held_home)):
        said = renewals("publish", only_held(held_home).run_id, "--accept", "x")
    assert said.code == 5
    assert only_held(held_home)


def test_run_accepts_the_very_findings_that_are_named_and_no_others(renewals, tonight, own_home):
    tonight(HALF)
    said = run(renewals, command="check")
    assert said.code == 3
    assert "would be held" in last_line(said)
    assert not (own_home / "held").exists()
    named = next(line.split()[1].rstrip(":") for line in said.err.splitlines() if line.startswith("findings "))
    # Tonight's are others: held all the same.
    tonight(HALF, GONE)
    said = run(renewals, "--accept", "sold", "--findings", named)
    assert said.code == 3
    assert f"the findings are not those of --findings {named}" in last_line(said)
    assert not (own_home / "decisions.sqlite").exists()
    tonight(HALF)
    said = run(renewals, "--accept", "sold", "--findings", named, "--actor", "bob", "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert (answer["published"], answer["held"]) == (True, None)
    assert [row[0::4] for row in records(own_home)] == [("run_accepted", "bob")]
    assert Path(answer["file"]).resolve() == (own_home / "current").resolve()


@pytest.mark.parametrize("agrees", [True, False])
def test_run_with_a_terminal_shows_the_findings_and_asks(renewals, tonight, own_home, monkeypatch, agrees):
    asked: list[str] = []
    monkeypatch.setattr(accept_findings, "terminal", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda text, **_: asked.append(text) or agrees)
    tonight(HALF)
    said = run(renewals, "--accept", "sold")
    assert f"stop: rows_fell of clients: {HALF.observed}" in said.err
    assert len(asked) == 1
    assert said.code == (0 if agrees else 3)
    assert (own_home / "decisions.sqlite").exists() == agrees
    assert len(warehouse.held_runs(Home(own_home))) == (0 if agrees else 1)


def test_an_acceptance_does_not_cover_the_quarantine_limit_or_the_output_gate(
    renewals, tonight, exports, own_home, monkeypatch
):
    tonight(HALF)
    named = checks.findings_hash(checks.findings_seen([HALF]))
    accept = ("--accept", "sold", "--findings", named, "--as-of", SAMPLE_DAY, "--no-reports", "--quiet")
    before = (own_home / "current").readlink()
    wrong = CheckResult("parts_add_up", "output", "stop", "upcoming_renewals", False, "3 do not")
    with monkeypatch.context() as patch:
        patch.setattr(checks, "output_gate", lambda *_, **__: [wrong])
        said = renewals("run", "--exports", exports, *accept)
    assert said.code == 3
    assert "check parts_add_up of upcoming_renewals failed (3 do not)" in last_line(said)
    assert f"renewals check --exports {exports}" in last_line(said)
    contacts = "".join(f"U{n},nobody,X\n" for n in range(20))
    (exports / "contacts.csv").write_text(f"contact_id,hub_id,full_name\n{contacts}", encoding="utf-8")
    said = renewals("run", "--exports", exports, *accept)
    assert said.code == 3
    assert "corrections.toml" in last_line(said)
    assert (own_home / "current").readlink() == before
    assert warehouse.held_runs(Home(own_home)) == []
    assert not (own_home / "decisions.sqlite").exists()


def test_a_held_partner_is_recorded_once_before_readers_see_the_run_and_until_it_is_released(
    renewals, tonight, own_home
):
    first = (own_home / "current").resolve().stem
    tonight(partners=(FALL,))
    said = run(renewals, "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    row = {"partner_id": "P-SAO", "reason": FALL.reason, "since_run": answer["run"], "shown_run": first}
    assert answer["held_partners"] == [row | {"new": True}]
    assert "held: partner P-SAO goes on seeing" in said.err
    page = (own_home / "reports" / answer["run"] / "checks.html").read_text(encoding="utf-8")
    assert "Partners held" in page
    assert FALL.reason in page
    # The night after finds it again: it stays held since the first night, with the run it was shown.
    again = json.loads(run(renewals, "--json").out)
    assert again["held_partners"] == [row | {"new": False}]
    assert len(records(own_home)) == 1
    said = renewals("release", "P-SAO")
    assert said.code == 2
    assert "a reason is required" in last_line(said)
    said = renewals("release", "P-SAO", "--reason", "agreed", "--actor", "ann", "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["shown_run"] == again["run"]
    assert records(own_home)[-1] == ("partner_released", again["run"], None, "P-SAO", "ann", "agreed")
    # In the list each run keeps the partners that were held when it was published.
    listed = json.loads(renewals("runs", "--json").out)
    assert [each["held_partners"] for each in listed] == [["P-SAO"], ["P-SAO"], []]
    assert renewals("release", "P-SAO", "--reason", "again").code == 2


def test_check_records_no_partner(renewals, tonight, own_home):
    tonight(partners=(FALL,))
    said = run(renewals, "--json", command="check")
    assert said.code == 0, said.err
    assert json.loads(said.out)["held_partners"][0]["since_run"] is None
    assert "would be held" in said.err
    assert not (own_home / "decisions.sqlite").exists()


def test_when_publishing_fails_the_partner_is_not_left_held(renewals, tonight, own_home, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise MachineError("the disk is full")

    tonight(partners=(FALL,))
    with monkeypatch.context() as patch:
        patch.setattr(warehouse, "publish", full)
        assert run(renewals).code == 7
    assert [row[0] for row in records(own_home)] == ["partner_held", "partner_released"]
    assert "is not held" in renewals("release", "P-SAO", "--reason", "x").err


def test_what_is_rolled_back_is_no_yardstick_until_it_is_rolled_forward_to(renewals, own_home, monkeypatch):
    compared = []

    def gate(_candidate: Path, before: checks.NightsBefore, **_: object) -> NightVerdict:
        compared.append((before.yardstick.stem, before.published.stem))
        return NightVerdict()

    monkeypatch.setattr(checks, "night_gate", gate)
    first = (own_home / "current").resolve().stem
    assert run(renewals).code == 0
    second = (own_home / "current").resolve().stem
    assert renewals("rollback", "--reason", "the wrong file", "--actor", "ann").code == 0
    assert records(own_home) == [("run_rolled_back", second, first, None, "ann", "the wrong file")]
    assert [row["rolled_back"] for row in json.loads(renewals("runs", "--json").out)] == [True, False]
    run(renewals, command="check")
    assert renewals("rollback", second).code == 0
    run(renewals, command="check")
    assert compared == [(first, first), (first, first), (second, second)]


def test_a_rollback_that_cannot_be_recorded_is_none(renewals, tonight, own_home, monkeypatch):
    tonight()
    assert run(renewals).code == 0
    before = (own_home / "current").readlink()
    monkeypatch.setenv("RENEWALS_DECISIONS_URL", "postgresql://ann:hunter2@127.0.0.1:1/decisions")
    said = renewals("rollback")
    assert said.code == 2
    assert "cannot be reached" in said.err
    assert (own_home / "current").readlink() == before


def test_held_runs_are_pruned_after_seven_days_by_the_next_run(renewals, tonight, held_home):
    held = only_held(held_home)
    old = "run-20200101T000000Z-aaaaaa"
    for path in (held.path, held.path.with_suffix(".json")):
        os.link(path, path.with_name(f"{old}{path.suffix}"))
    tonight()
    assert run(renewals).code == 0
    assert {path.stem for path in (held_home / "held").iterdir()} == {held.run_id}
    assert held.kept_until > datetime.now(UTC)
