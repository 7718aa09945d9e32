"""The tutorial on source profiles: every command in it runs and says what the page says it says."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.ingest.profiles.functions import FUNCTIONS
from pipeline.ingest.profiles.profile import SHIPPED
from tests.conftest import ROOT, Said

PAGE = ROOT / "docs" / "profiles-tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "<!-- functions: written by tests/ingest/test_tutorial.py from pipeline/ingest/profiles/functions.py -->\n"


def function_table() -> str:
    """The table of functions as the page must have it."""
    rows = [
        f"| `{one.name}({one.parameters})` | {one.gives} | `{one.example}` → `{one.result}` |".replace("\n", " ")
        for one in FUNCTIONS
    ]
    return "\n".join(["| function | gives | example |", "|---|---|---|", *rows]) + "\n"


def test_the_page_lists_every_function():
    listed = PAGE.read_text(encoding="utf-8").split(MARK)[1].strip() + "\n"
    assert listed == function_table()


def test_the_page_lists_every_shipped_profile():
    text = PAGE.read_text(encoding="utf-8")
    for path in SHIPPED.iterdir():
        assert f"| `{path.name}` |" in text


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds the register of the page, as the project does, with a home of its own."""
    shutil.copytree(ROOT / "data" / "register", tmp_path / "data" / "register")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RENEWALS_HOME", str(tmp_path / "home"))
    return tmp_path


def said(renewals: Callable[..., Said], command: str) -> tuple[int, str]:
    """Exit code and all output of a command of the page."""
    program, *arguments = command.split()
    if program == "renewals":
        answer = renewals(*arguments)
        return answer.code, answer.out + answer.err
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def squeezed(text: str) -> str:
    return " ".join(text.split())


def change(path: Path, diff: str) -> None:
    """Applies the lines of a diff block: a line that begins with - becomes the + line after it, or goes without one.

    A line that ends in … is the one that begins so.
    """
    text = path.read_text(encoding="utf-8").splitlines()
    lines = diff.splitlines()
    while lines:
        old = lines.pop(0)
        assert old[0] == "-", old
        new = [lines.pop(0)[1:]] if lines and lines[0][0] == "+" else []
        begins = old[1:].removesuffix("…")
        found = [
            place for place, line in enumerate(text) if line == old[1:] or ("…" in old and line.startswith(begins))
        ]
        assert len(found) == 1, old
        text[found[0] : found[0] + 1] = new
    path.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")


def test_every_command_of_the_page_does_what_the_page_says(renewals: Callable[..., Said], workplace: Path):
    page = PAGE.read_text(encoding="utf-8")
    output = ""
    codes = []
    for kind, place, body in BLOCK.findall(page):
        match kind:
            case "sh":
                output = ""
                for command in body.splitlines():
                    code, more = said(renewals, command)
                    codes.append((command.split()[:2], code))
                    output += more
            case "text":
                everything = squeezed(output + "".join(p.read_text() for p in workplace.glob("build/*/views/*.sql")))
                for line in body.splitlines():
                    assert squeezed(line) in everything, f"{line}\n\n{output}"
            case "diff":
                change(workplace / place, body)
            case "toml":
                (workplace / place).write_text(body, encoding="utf-8")
    assert [code for words, code in codes if words == ["renewals", "profile"]] == [0, 3, 0]
    assert [code for words, code in codes if words != ["renewals", "profile"]] == [0, 0, 0, 0, 0]
    # The finished profile is the shipped one: everything but its name and the reasons' counts is the same.
    arguments = "--exports build/exports --as-of 2026-11-23 --quiet"
    _, mine = said(renewals, f"renewals profile check build/register {arguments}")
    _, shipped = said(renewals, f"renewals profile check contract_register {arguments}")
    assert squeezed(mine).partition("table mapped")[2] == squeezed(shipped).partition("table mapped")[2]
