"""Every test of the store runs on SQLite and on PostgreSQL, which is started on loopback from the system's packages."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from pipeline.store import DecisionStore
from pipeline.warehouse import Home

_NUMBERS = itertools.count()


def _postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian puts the newest version."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a private PostgreSQL on loopback, gone after the tests; it keeps nothing that matters."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: sudo apt-get install -y postgresql")
    # PostgreSQL refuses to run as root, and its user must be able to reach the folder.
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    make_folder = [*as_postgres, "mktemp", "-d", "-t", "renewals-postgresql-XXXXXX"]
    folder = Path(subprocess.run(make_folder, check=True, capture_output=True, text=True).stdout.strip())
    port = _free_port()

    def run(program: str, *arguments: str) -> None:
        subprocess.run([*as_postgres, str(programs / program), *arguments], check=True, capture_output=True)

    run("initdb", "-D", str(folder / "data"), "-U", "renewals", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    run("pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://renewals:secret@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'decisions.sqlite'}"
    server = request.getfixturevalue("postgres")
    name = f"decisions_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def store(store_url: str) -> Iterator[DecisionStore]:
    """An empty store."""
    with DecisionStore.open(store_url) as opened:
        yield opened


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which nothing is published."""
    return Home(tmp_path / "home")
