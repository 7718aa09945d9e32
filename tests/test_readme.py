"""The README says only what is true: its commands run, its links lead somewhere, its table is the code's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pipeline import errors
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line, comments=True)[1:]
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
    if line.startswith("renewals ")
]


def test_the_commands_are_found():
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words)[:60])
def test_a_command_of_the_readme_runs(renewals, own_home, tmp_path, command):
    (tmp_path / "data").symlink_to(ROOT / "data")
    if command[0] == "compare":
        # There is something to compare with from the second night on.
        assert renewals("run", "--exports", "data/sample", "--as-of", "2026-11-23", "--no-reports").code == 0
    said = renewals(*command)
    assert said.code == 0, said.err


def test_the_links_of_the_readme_lead_to_files():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_exit_codes_are_those_of_the_code():
    said = {int(code) for code in re.findall(r"^\| (\d) \|", README, flags=re.MULTILINE)}
    known = {
        error.exit_code
        for error in vars(errors).values()
        if isinstance(error, type)
        if issubclass(error, errors.RenewalsError)
    }
    assert said == known | {0, 1}


def test_no_file_names_a_machine_or_a_package_registry():
    patterns = (
        str(Path.home()) + "/",
        str(ROOT) + "/",
        "--index-url",
        "--extra-index-url",
        "pypi" + ".org",
        "/simple/",
    )
    tracked = [
        path
        for folder in ("pipeline", "reports/templates", "tests", "scripts", ".ci", "benchmarks", "notebooks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".j2", ".css", ".js", ".toml", ".sql", ".md", "") and path.is_file()
    ] + [ROOT / name for name in ("README.md", "Makefile", "pyproject.toml", "requirements.lock", "CHANGELOG.md")]
    found = [
        f"{path.relative_to(ROOT)}: {pattern}"
        for path in tracked
        if path != Path(__file__) and "__pycache__" not in path.parts and "out" not in path.parts
        for pattern in patterns
        if pattern in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []
