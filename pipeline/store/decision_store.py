"""The append-only log of decisions: append one, read them in order. There is no update and no delete."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import BigInteger, Column, Connection, Engine, Integer, MetaData, Row, Table, Text, select

from pipeline.errors import UsageError
from pipeline.store.engine import make_engine, parse_url, place, reading, writing
from pipeline.store.events import Draft, Event, check_texts, json_text, utc_text
from pipeline.store.migrate import bring_up_to_date
from pipeline.tables.decision_events import KINDS
from pipeline.whole_files import not_writable

_DECISIONS: Final = Table(
    "decisions",
    MetaData(),
    Column("position", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    *(Column(field.name, Text()) for field in dataclasses.fields(Event) if field.name != "position"),
)

Validator = Callable[[Any], Any]
"""Takes the value in force and gives the value decided; raises UsageError when that cannot be decided."""


class DecisionStore:
    """The decisions of one installation. A context manager: leaving it closes every connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """The store of that URL, created and migrated when needed. Raises UsageError in one line, without passwords."""
        parsed = parse_url(url)
        if parsed.drivername == "sqlite" and parsed.database not in (None, "", ":memory:"):
            try:
                Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise not_writable(error, Path(str(parsed.database))) from None
        engine = make_engine(parsed)
        with ExitStack() as undo:
            undo.callback(engine.dispose)
            bring_up_to_date(engine)
            undo.pop_all()
        return cls(engine)

    @classmethod
    def at(cls, path: Path) -> Self:
        """The SQLite store in that file."""
        return cls.open(f"sqlite:///{path}")

    @property
    def engine(self) -> Engine:
        """The database, for what is kept beside the decisions (`run_records`)."""
        return self._engine

    @property
    def place(self) -> str:
        """Where it is, in words without passwords."""
        return place(self._engine.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def append(self, draft: Draft, validate: Validator, *, dry_run: bool = False) -> Event:
        """Store a decision, upon the value in force as `validate` sees it; committed to the disk when this returns.

        A draft whose `decision_id` is stored already is not stored twice: the stored decision is returned. With
        `dry_run` nothing is stored and `position` is 0. Raises what `validate` raises; then nothing is stored either.
        """
        stated = dataclasses.asdict(draft) | {"decided_at": utc_text(draft.decided_at)}
        check_texts(stated)
        with reading(self._engine) if dry_run else writing(self._engine) as connection:
            stored = self._stored(connection, draft.decision_id)
            if stored is not None:
                return _the_same(stored, stated)
            before = _value_in_force(connection, draft)
            after = json_text(validate(None if before is None else json.loads(before)))
            check_texts({"the value": after})
            values = {**stated, "value_before": before, "value_after": after}
            position = 0 if dry_run else _insert(connection, values)
        return Event(position=position, **values)

    def events(
        self,
        *,
        partner_id: str | None = None,
        hub_id: str | None = None,
        kinds: Iterable[str] | None = None,
    ) -> list[Event]:
        """The decisions in their order, as of one moment: of a partner, about a client, of those kinds, or all."""
        query = select(_DECISIONS).order_by(_DECISIONS.c.position)
        if partner_id is not None:
            query = query.where(_DECISIONS.c.partner_id == partner_id)
        if hub_id is not None:
            query = query.where(_DECISIONS.c.hub_id == hub_id)
        if kinds is not None:
            query = query.where(_DECISIONS.c.kind.in_(list(kinds)))
        with reading(self._engine) as connection:
            return [_event(row) for row in connection.execute(query)]

    def add_all(self, events: Iterable[Event], *, also: Callable[[Connection], int] = lambda _: 0) -> int:
        """Store decisions of another store in their order, all or none; those already here are left out.

        `also` stores in the same transaction what is kept beside them, and gives its number. Gives the number stored.
        Raises UsageError when a decision of the same id says something else here.
        """
        added = 0
        with writing(self._engine) as connection:
            for event in events:
                stored = self._stored(connection, event.decision_id)
                if stored is None:
                    _insert(connection, event.content())
                    added += 1
                elif stored.content() != event.content():
                    raise UsageError(f"decision {event.decision_id} says something else in {self.place}")
            added += also(connection)
        return added

    def _stored(self, connection: Connection, decision_id: str) -> Event | None:
        row = connection.execute(select(_DECISIONS).where(_DECISIONS.c.decision_id == decision_id)).first()
        return None if row is None else _event(row)


def _event(row: Row[Any]) -> Event:
    return Event(**row._mapping)


def _insert(connection: Connection, values: dict[str, Any]) -> int:
    inserted = connection.execute(_DECISIONS.insert().values(values)).inserted_primary_key
    if inserted is None:
        raise UsageError("the database does not say where it stored the decision")
    position: int = inserted[0]
    return position


def _the_same(stored: Event, stated: dict[str, Any]) -> Event:
    """The stored decision, when it is the one stated; its time may differ, for a retry comes later."""
    content = stored.content()
    if any(content[name] != value for name, value in stated.items() if name != "decided_at"):
        raise UsageError(f"decision {stored.decision_id} is already stored and says something else")
    return stored


def _value_in_force(connection: Connection, draft: Draft) -> str | None:
    """The JSON of the latest value of the draft's subject, for its partner and client."""
    subject = KINDS[draft.kind].subject
    kinds = [kind.name for kind in KINDS.values() if kind.subject == subject]
    columns = _DECISIONS.c
    hub = columns.hub_id.is_(None) if draft.hub_id is None else columns.hub_id == draft.hub_id
    query = (
        select(columns.value_after)
        .where(columns.partner_id == draft.partner_id, hub, columns.kind.in_(kinds))
        .order_by(columns.position.desc())
        .limit(1)
    )
    value: str | None = connection.execute(query).scalar()
    return value
