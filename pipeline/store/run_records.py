"""What people decided about whole runs and held partners: append-only records beside the decisions (rule 14).

Kinds: a run whose findings were accepted, a rollback, a partner that is held, a partner that is released. There is no
update and no delete; what is in force follows from the records in their order.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, select

from pipeline.errors import UsageError
from pipeline.store.decision_store import DecisionStore
from pipeline.store.engine import reading, writing
from pipeline.store.events import check_texts, utc_text

Kind = Literal["run_accepted", "run_rolled_back", "partner_held", "partner_released"]

OF_A_PARTNER: Final = ("partner_held", "partner_released")
RECORD_KINDS: Final = ("run_accepted", "run_rolled_back", *OF_A_PARTNER)


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A record before it has its place. `record_id` makes retries safe; `recorded_at` has a time zone.

    `run_id`: the run accepted; the run that readers left; the run since which the partner is held, or in which it was
    released. `shown_run_id`: of a rollback the run that readers see since; of a hold the last run that was not held for
    that partner, which it goes on being shown; None otherwise. `findings`: what was seen, JSON values.
    """

    record_id: str
    recorded_at: datetime
    actor: str
    kind: Kind
    run_id: str
    shown_run_id: str | None = None
    partner_id: str | None = None
    reason: str = ""
    findings: Sequence[dict[str, Any]] = field(default=())


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A record as it is stored; fields as in `RecordDraft`. `recorded_at` is ISO 8601 in UTC, `findings` a JSON text.

    `position` is the place in the order in which the store committed its records.
    """

    position: int
    record_id: str
    recorded_at: str
    actor: str
    kind: str
    run_id: str
    shown_run_id: str | None
    partner_id: str | None
    reason: str
    findings: str

    def content(self) -> dict[str, Any]:
        """Everything but its place in a store."""
        values = dataclasses.asdict(self)
        del values["position"]
        return values

    def to_line(self) -> str:
        """The record as a line of NDJSON, without the line's end."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class HeldPartner:
    """A partner that is held: every surface goes on showing its last run that was not held (rule 14).

    `since_run_id`: the first run that is not shown to it, published at `since` (UTC text). `shown_run_id`: the run that
    it is shown instead; None when there was none. A run made before `since_run_id` is shown as it is: see `covers`.
    """

    partner_id: str
    since_run_id: str
    since: str
    shown_run_id: str | None
    reason: str
    findings: tuple[dict[str, Any], ...] = ()

    def covers(self, run_id: str) -> bool:
        """Whether that run is not to be shown to the partner: names of runs sort by time."""
        return run_id >= self.since_run_id


_TYPES: Final[dict[str, Any]] = {
    each.name: {"position": int, "shown_run_id": str | None, "partner_id": str | None}.get(each.name, str)
    for each in dataclasses.fields(RunRecord)
}

_RECORDS: Final = Table(
    "run_records",
    MetaData(),
    Column("position", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    *(Column(each.name, Text()) for each in dataclasses.fields(RunRecord) if each.name != "position"),
)


def run_records(
    store: DecisionStore, *, kinds: Iterable[Kind] | None = None, partner_id: str | None = None
) -> list[RunRecord]:
    """The records in their order, as of one moment: of those kinds, about that partner, or all."""
    with reading(store.engine) as connection:
        found = _stored(connection)
    wanted = RECORD_KINDS if kinds is None else tuple(kinds)
    return [each for each in found if each.kind in wanted and partner_id in (None, each.partner_id)]


def append_record(store: DecisionStore, draft: RecordDraft) -> RunRecord:
    """Store an acceptance or a rollback; on the disk when this returns. Stored once for each `record_id`.

    Raises UsageError for a text that a database cannot hold, or when that id already says something else.
    """
    with writing(store.engine) as connection:
        return _append(connection, draft)


def hold_partners(store: DecisionStore, drafts: Iterable[RecordDraft]) -> list[RunRecord]:
    """Store the holds of partners that are not held yet, all or none; gives the new ones.

    A partner that is held already stays held since its first run, and goes on being shown the same run.
    """
    added = []
    with writing(store.engine) as connection:
        held = set(_in_force(_stored(connection)))
        for draft in drafts:
            if draft.partner_id is None or draft.kind != "partner_held":
                raise ValueError(f"{draft.record_id} does not hold a partner")
            if draft.partner_id not in held:
                added.append(_append(connection, draft))
                held.add(draft.partner_id)
    return added


def release_partner(store: DecisionStore, draft: RecordDraft) -> HeldPartner:
    """Store the release of a held partner; gives the hold that it ended.

    Raises UsageError, and stores nothing, when the partner is not held or there is no reason.
    """
    if not draft.reason.strip():
        raise UsageError("a reason is required: --reason TEXT")
    with writing(store.engine) as connection:
        held = _in_force(_stored(connection))
        partner_id = str(draft.partner_id)
        if partner_id not in held:
            others = f"; held: {', '.join(sorted(held))}" if held else "; no partner is held"
            raise UsageError(f"partner {partner_id!r} is not held{others}")
        _append(connection, draft)
    return held[partner_id]


def partners_held(store: DecisionStore) -> dict[str, HeldPartner]:
    """The partners that are held now, by their id."""
    return _in_force(run_records(store, kinds=OF_A_PARTNER))


def withdrawn_runs(records: Iterable[RunRecord], run_ids: Iterable[str]) -> frozenset[str]:
    """Which of those runs have been rolled back, and not rolled forward to again: none of them is a yardstick.

    A rollback leaves the run that readers saw and every run between it and the one they see since; it withdraws the
    acceptance of what it leaves. Rolling forward brings back the run that it names, and no other.
    """
    known = frozenset(run_ids)
    withdrawn: set[str] = set()
    for each in records:
        if each.kind == "run_rolled_back" and each.shown_run_id is not None:
            withdrawn |= {run_id for run_id in known if each.shown_run_id < run_id <= each.run_id}
            withdrawn.discard(each.shown_run_id)
    return frozenset(withdrawn)


def acceptances(records: Iterable[RunRecord]) -> dict[str, RunRecord]:
    """The newest acceptance of each run that was accepted, by the run's id."""
    return {each.run_id: each for each in records if each.kind == "run_accepted"}


def add_records(connection: Connection, records: Iterable[RunRecord], *, place: str) -> int:
    """Store records of another store in their order, in the caller's transaction; those already here are left out.

    Gives the number stored. Raises UsageError when a record of the same id says something else in `place`.
    """
    there = {each.record_id: each for each in _stored(connection)}
    added = 0
    for record in records:
        stored = there.get(record.record_id)
        if stored is None:
            connection.execute(_RECORDS.insert().values(record.content()))
            there[record.record_id] = record
            added += 1
        elif stored.content() != record.content():
            raise UsageError(f"run record {record.record_id} says something else in {place}")
    return added


def parse_record(line: str, where: str) -> RunRecord:
    """The record of a line of NDJSON. Raises UsageError, beginning with `where`, when it is not one."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise UsageError(f"{where} is not JSON") from None
    if not isinstance(values, dict) or set(values) != set(_TYPES):
        raise UsageError(f"{where} is not a run record: it needs exactly {', '.join(_TYPES)}")
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, _TYPES[name]):
            raise UsageError(f"{where}: {name} cannot be {value!r}")
    record = RunRecord(**values)
    _check(record, where)
    return record


def _check(record: RunRecord, where: str) -> None:
    """Raises UsageError for a kind, a partner, a time, findings or texts that cannot be."""
    if record.kind not in RECORD_KINDS:
        raise UsageError(f"{where}: unknown kind {record.kind!r}. Known: {', '.join(RECORD_KINDS)}")
    if (record.kind in OF_A_PARTNER) != (record.partner_id is not None):
        raise UsageError(f"{where}: {record.kind} is {'' if record.kind in OF_A_PARTNER else 'not '}about a partner")
    try:
        if utc_text(datetime.fromisoformat(record.recorded_at)) != record.recorded_at:
            raise ValueError
        if not _is_list_of_objects(json.loads(record.findings)):
            raise ValueError
    except (ValueError, RecursionError):
        raise UsageError(f"{where}: its time or its findings cannot be read") from None
    try:
        check_texts(record.content())
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _stored(connection: Connection) -> list[RunRecord]:
    rows = connection.execute(select(_RECORDS).order_by(_RECORDS.c.position))
    return [RunRecord(**row._mapping) for row in rows]


def _append(connection: Connection, draft: RecordDraft) -> RunRecord:
    values = {each.name: getattr(draft, each.name) for each in dataclasses.fields(draft)}
    values |= {
        "recorded_at": utc_text(draft.recorded_at),
        "findings": json.dumps(list(draft.findings), ensure_ascii=False, sort_keys=True, default=str),
    }
    check_texts(values)
    row = connection.execute(select(_RECORDS).where(_RECORDS.c.record_id == draft.record_id)).first()
    if row is not None:
        stored = RunRecord(**row._mapping)
        # A retry comes later, and says the same otherwise.
        if stored.content() | {"recorded_at": ""} != values | {"recorded_at": ""}:
            raise UsageError(f"run record {draft.record_id} is already stored and says something else")
        return stored
    inserted = connection.execute(_RECORDS.insert().values(values)).inserted_primary_key
    if inserted is None:
        raise UsageError("the database does not say where it stored the record")
    return RunRecord(position=inserted[0], **values)


def _in_force(records: Iterable[RunRecord]) -> dict[str, HeldPartner]:
    held: dict[str, HeldPartner] = {}
    for each in records:
        if each.partner_id is None:
            continue
        if each.kind == "partner_released":
            held.pop(each.partner_id, None)
        elif each.kind == "partner_held" and each.partner_id not in held:
            held[each.partner_id] = HeldPartner(
                partner_id=each.partner_id,
                since_run_id=each.run_id,
                since=each.recorded_at,
                shown_run_id=each.shown_run_id,
                reason=each.reason,
                findings=tuple(json.loads(each.findings)),
            )
    return held
