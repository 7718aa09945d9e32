"""What people read at a terminal holds nothing that steers it; JSON and files keep every character."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.safe_text import LONGEST_MESSAGE, plain_text
from tests.conftest import SAMPLE

NASTY = "Ac\x1b[31mme\x07\u202egro\u2066.\u200fx\x9b2J\x7f\udc80"
PLAIN = "Ac[31mmegro.x2J"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (NASTY, PLAIN),
        ("two\nlines\r\n\tand\u2028more", "two lines and more"),
        ("  indented", "  indented"),
        (
            "Zoë 大阪 שלום \u0646\u0645\u06cc\u200c\u062e",
            "Zoë 大阪 שלום \u0646\u0645\u06cc\u200c\u062e",
        ),  # a joiner is spelling
        ("👩\u200d💻", "👩\u200d💻"),
        ("a\U000e0041b\ufeffc", "abc"),
    ],
)
def test_plain_text(text: str, plain: str):
    assert plain_text(text) == plain


def test_a_message_is_cut_at_a_thousand_characters():
    assert LONGEST_MESSAGE == 1000
    assert plain_text("x" * 1000, 1000) == "x" * 1000
    assert plain_text("x" * 1001, 1000) == "x" * 999 + "…"


@pytest.fixture(scope="module")
def nasty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one published run in which every client's and partner's name tries to steer the terminal."""
    import csv
    import os
    import shutil

    from pipeline.cli.shell import run_command_line

    base = tmp_path_factory.mktemp("nasty")
    shutil.copytree(SAMPLE, base / "exports", ignore=shutil.ignore_patterns("README.md"))
    name = NASTY.replace("\udc80", "")
    for table, column in (("clients", "client_name"), ("partners", "partner_name"), ("contacts", "full_name")):
        path = base / "exports" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows({**row, column: f"{name}{number}"} for number, row in enumerate(rows))
    before = os.environ.get("RENEWALS_HOME")
    os.environ["RENEWALS_HOME"] = str(base / "home")
    try:
        ran = [
            "run",
            "--exports",
            str(base / "exports"),
            "--as-of",
            "2026-11-23",
            "--no-reports",
            "--no-finance",
            "--quiet",
        ]
        assert run_command_line(ran) == 0
    finally:
        os.environ.pop("RENEWALS_HOME")
        if before is not None:
            os.environ["RENEWALS_HOME"] = before
    return base / "home"


def test_no_command_lets_a_name_steer_the_terminal(
    nasty_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, renewals: Any
):
    monkeypatch.setenv("RENEWALS_HOME", str(nasty_home))
    monkeypatch.chdir(tmp_path)
    rows = json.loads(renewals("table", "upcoming_renewals", "--format", "json").out)
    assert any("\x1b" in row["client_name"] and "\u202e" in row["client_name"] for row in rows)
    change, partner, hub = rows[0]["change_id"], rows[0]["partner_id"], rows[0]["hub_id"]
    reason = f"moved {NASTY[:-1]}"
    said = [
        renewals("table", "upcoming_renewals"),
        renewals("table", "client_contacts"),
        renewals("explain", change),
        renewals("decide", "end", "--partner", partner, "--client", hub, "--reason", reason, "--actor", NASTY[:-1]),
        renewals("decisions"),
        renewals("table", "nothing\x1b[2J"),
        renewals("table", "upcoming_renewals", "--columns", "x\x1b[2J\u202e"),
        renewals("report", "--partner", "P\x1b[2J\u202e" + "x" * 5000),
        renewals("explain", "no\x1b[2J\nsuch"),
        renewals("run", "--exports", f"{tmp_path}/no\x1b[2J\u202e\nsuch"),
    ]
    assert [each.code for each in said] == [0, 0, 0, 0, 0, 2, 2, 2, 2, 6]
    for each in said:
        for letter in each.out + each.err:
            assert letter == "\n" or (ord(letter) >= 32 and not 0x7F <= ord(letter) <= 0x9F), repr(letter)
            assert letter not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
        assert all(len(line) <= 1000 for line in each.err.splitlines())
    assert all(each.err.count("\n") == 1 for each in said[-4:])
    assert PLAIN[:5] in said[0].out
    stored = json.loads(renewals("decisions", "--json").out)
    assert stored[0]["reason"] == reason
