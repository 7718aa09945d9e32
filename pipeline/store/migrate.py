"""Bringing a store's tables up to date when it is opened, also by several processes at once."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text

from pipeline.errors import UsageError
from pipeline.store.engine import clear_errors, folder_lock, place, reading, writing

HEAD: Final = "0002"
"""The revision this code works with: the newest of `migrations/versions`."""

MIGRATIONS: Final = Path(__file__).with_name("migrations")


def bring_up_to_date(engine: Engine) -> None:
    """Apply the migrations that are missing. Raises UsageError for a store of a newer version of this product."""
    with reading(engine) as connection:
        found = revision(connection)
    if found == HEAD:
        return
    with ExitStack() as stack:
        if engine.dialect.name == "sqlite" and engine.url.database:
            path = Path(engine.url.database)
            # Switching to WAL needs the file for itself and does not wait for it.
            stack.enter_context(folder_lock(path.parent))
            with clear_errors(engine.url), engine.connect() as connection:
                driver = connection.connection.driver_connection
                if driver is not None:
                    driver.execute("PRAGMA journal_mode = WAL")
        connection = stack.enter_context(writing(engine))
        found = revision(connection)
        if found not in (None, *_known_revisions()):
            raise UsageError(f"{place(engine.url)} was written by a newer version of this product: upgrade")
        if found != HEAD:
            _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """The revision of the store's tables; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _known_revisions() -> list[str]:
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()]


def _upgrade(connection: Connection) -> None:
    # Alembic takes 0.2 s to import and is needed once in a store's life.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
