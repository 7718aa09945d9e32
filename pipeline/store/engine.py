"""Opening a database by URL: SQLite (WAL, synchronous FULL, busy timeout) or PostgreSQL.

No message names a URL as it was given: it may hold a password.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, exc, make_url, text

from pipeline.errors import LockedError, MachineError, UsageError

BUSY_SECONDS: Final = 30
"""How long a writer waits for the others before it gives up."""

WRITES: Final = "renewals_writes"
"""Execution option of a connection that will write: on SQLite its transaction takes the write lock at once."""

_OF_THE_MACHINE: Final = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)
"""SQLite's codes for a disk that is full, damaged or not writable."""

_ADVISORY_LOCK: Final = 7_366_402_319_011
"""PostgreSQL: writers and migrations of this product take turns on this number."""

_POSTGRESQL: Final = ("postgresql", "postgres", "postgresql+psycopg")


def parse_url(url: str) -> URL:
    """The URL of a SQLite or PostgreSQL database. Raises UsageError without repeating it."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise UsageError("the decisions' URL is not readable; write postgresql://user:password@host/database") from None
    if parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite":
        return parsed
    raise UsageError(f"decisions cannot be kept in {parsed.drivername!r}: use sqlite or postgresql")


def place(url: URL) -> str:
    """The database in words, without user or password."""
    if url.drivername == "sqlite":
        return url.database or "memory"
    return f"PostgreSQL database {url.database!r} on {url.host or 'this machine'}"


def make_engine(url: URL) -> Engine:
    """An engine whose transactions are ours to begin; connects to nothing yet."""
    if url.drivername != "sqlite":
        return create_engine(url, connect_args={"connect_timeout": 10})
    arguments: dict[str, Any] = {"isolation_level": None, "timeout": BUSY_SECONDS}
    in_memory = url.database in (None, "", ":memory:")
    engine = create_engine(url, connect_args=arguments, **({"poolclass": StaticPool} if in_memory else {}))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that sees one state of the store. Raises UsageError, LockedError."""
    with clear_errors(engine.url), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in the only writing transaction there is: what it reads is what it writes upon.

    Committed on leaving, undone by an exception. Raises UsageError, LockedError.
    """
    with (
        clear_errors(engine.url),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            # Numbers of a sequence are given before the commit: taking turns makes their order the commits' order.
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        yield connection


@contextmanager
def clear_errors(url: URL) -> Iterator[None]:
    """Turns the database's errors into one line each, in which no password stands.

    Raises MachineError for a disk that is full, damaged or not writable, LockedError, and UsageError for the others.
    """
    try:
        yield
    except (exc.OperationalError, sqlite3.OperationalError) as error:
        if "database is locked" in str(getattr(error, "orig", error)):
            raise LockedError(f"another process is writing decisions to {place(url)}: try again") from None
        if _is_of_the_machine(error):
            raise MachineError(
                f"the machine failed: the decisions in {place(url)} cannot be reached ({_said(error, url)}); free "
                "space on that disk and make the file and its folder writable for this user, then try again"
            ) from None
        raise UsageError(f"the decisions in {place(url)} cannot be reached: {_said(error, url)}") from None
    except exc.SQLAlchemyError as error:
        raise UsageError(f"the decisions in {place(url)} cannot be used: {_said(error, url)}") from None


def _is_of_the_machine(error: Exception) -> bool:
    """Whether SQLite means the disk, its space or its permissions."""
    return getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF in _OF_THE_MACHINE


def _said(error: Exception, url: URL) -> str:
    said = " ".join(str(getattr(error, "orig", error) or type(error).__name__).split())
    secrets = [url.password, *(value for value in url.query.values() if isinstance(value, str))]
    for secret in secrets:
        said = said.replace(str(secret), "***") if secret else said
    return said[:300]


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """One process at a time in here, among those that ask for this folder. The lock leaves no file behind."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
