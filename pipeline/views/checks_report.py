"""The view of the checks page: what the gates found, what was read, what was refused. Plain values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.views.document import Day, Fact
from pipeline.views.locale_formats import EMPTY, Formats, formats_for
from pipeline.views.run_stopped import Row, Situation, Stopped, stopped

_FAILED_STOP, _FAILED_WARNING, _PASSED = "stop", "warning", "passed"
_ORDER: Final = (_FAILED_STOP, _FAILED_WARNING, _PASSED)
_LABELS: Final = {_FAILED_STOP: "Failed: stop", _FAILED_WARNING: "Warning", _PASSED: "Passed"}
_COUNTS: Final = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate", "rows_left_out")


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """How many rows of a table were refused for one reason, what to do at the source ("": unknown), and examples.

    `examples` are rows of the quarantine table.
    """

    table_name: str
    reason_code: str
    rows: int
    advice: str
    examples: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples of what a check found, as a table: the names that occur, and one line per example."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class CheckShown:
    """A check: `outcome` is `stop`, `warning` or `passed`, `label` the same in words."""

    outcome: str
    label: str
    name: str
    gate: str
    level: str
    table: str
    observed: str
    examples: Examples


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file of the export, with its rows read, loaded, quarantined, duplicate and left out."""

    path: str
    table: str
    sha256: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A refused row: its place, and its original cells by name."""

    where: str
    cells: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason for which rows of a table were refused, in words, with what to do at the source and examples."""

    table: str
    reason: str
    advice: str
    rows: str
    examples: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted the findings of the run, when and why."""

    actor: str
    time: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartnerHeld:
    """A partner that goes on seeing an older run (`shown_run`; None: nothing yet), and why."""

    partner_id: str
    reason: str
    since_run: str
    shown_run: str | None


@dataclass(frozen=True, slots=True)
class ChecksReport:
    """The checks page; failed checks first, stop level before warnings.

    `facts`: what else is known of the run; `stopped`: why nothing was published, None when the run is.
    """

    language: str
    title: str
    run_id: str
    as_of: Day
    facts: tuple[Fact, ...]
    verdict: str
    stopped: Stopped | None
    acceptance: Acceptance | None
    held_partners: tuple[PartnerHeld, ...]
    failed: tuple[CheckShown, ...]
    passed: tuple[CheckShown, ...]
    passed_count: str
    files: tuple[FileRead, ...]
    quarantine: tuple[Refusal, ...]


def checks_report(
    results: Sequence[Row],
    *,
    run: Row,
    source_files: Sequence[Row],
    quarantine: Sequence[RefusedRows],
    situation: Situation | None = None,
    locale: str = "en",
) -> ChecksReport:
    """The checks page of a run.

    `results` and `source_files` are rows of those published tables. A row with two reasons counts under both in
    `quarantine`. `run` needs `run_id` and `as_of`; what else `run_info` says is shown when it is there.
    `situation`: what to do when nothing was published, who accepted, and which partners are held.
    """
    formats = formats_for(locale)
    checks = sorted((_check(row) for row in results), key=lambda check: _ORDER.index(check.outcome))
    passed = tuple(check for check in checks if check.outcome == _PASSED)
    return ChecksReport(
        language=formats.language,
        title="Checks of a run",
        run_id=str(run["run_id"]),
        as_of=Day(formats.day(run["as_of"]), run["as_of"].isoformat()),
        facts=_facts(run),
        verdict=_verdict(checks, results, situation),
        stopped=stopped(_stopping(results), situation) if situation else None,
        acceptance=_acceptance(situation),
        held_partners=_held_partners(situation),
        failed=tuple(check for check in checks if check.outcome != _PASSED),
        passed=passed,
        passed_count=f"{_checks(len(passed))} passed",
        files=tuple(_file(row, formats) for row in source_files),
        quarantine=tuple(_refusal(refused, formats) for refused in quarantine),
    )


def _stopping(results: Sequence[Row]) -> list[Row]:
    return [row for row in results if not row["success"] and row["level"] == "stop"]


def _acceptance(situation: Situation | None) -> Acceptance | None:
    if situation is None or situation.acceptance is None:
        return None
    return Acceptance(*(str(situation.acceptance[name]) for name in ("actor", "time", "reason")))


def _held_partners(situation: Situation | None) -> tuple[PartnerHeld, ...]:
    names = ("partner_id", "reason", "since_run", "shown_run")
    return tuple(PartnerHeld(*(held[name] for name in names)) for held in (situation.partners if situation else ()))


def _verdict(checks: list[CheckShown], results: Sequence[Row], situation: Situation | None) -> str:
    if not checks:
        return "No check ran."
    counts = Counter(check.outcome for check in checks)
    gates = {row["gate"] for row in _stopping(results)}
    if gates == {"night"} and situation is not None and situation.acceptance is not None:
        return f"Published: {_count(counts[_FAILED_STOP], 'finding')} accepted by {situation.acceptance['actor']}."
    if gates == {"night"}:
        return f"{_count(counts[_FAILED_STOP], 'finding')} held this run: nothing was published."
    if counts[_FAILED_STOP]:
        return f"{_checks(counts[_FAILED_STOP])} failed at stop level: nothing was published."
    if counts[_FAILED_WARNING]:
        return f"No check stops this run; {_count(counts[_FAILED_WARNING], 'warning')}."
    return f"All {_checks(counts[_PASSED])} passed."


def _checks(count: int) -> str:
    return _count(count, "check")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _facts(run: Row) -> tuple[Fact, ...]:
    labels = {"created_at": "Made at", "pipeline_version": "Version", "profile": "Source profile"}
    return tuple(Fact(label, str(run[name])) for name, label in labels.items() if run.get(name))


def _check(row: Row) -> CheckShown:
    outcome = _PASSED if row["success"] else _FAILED_STOP if row["level"] == "stop" else _FAILED_WARNING
    return CheckShown(
        outcome=outcome,
        label=_LABELS[outcome],
        name=row["name"].replace("_", " "),
        gate=row["gate"],
        level=row["level"],
        table=row["table_name"],
        observed=row["observed"] or EMPTY,
        examples=_examples(json.loads(row["examples"] or "[]")),
    )


def _examples(found: list[Any]) -> Examples:
    """The examples as a table, its columns in order of appearance."""
    records = [example if isinstance(example, dict) else {"example": example} for example in found]
    names = tuple(dict.fromkeys(name for record in records for name in record))
    return Examples(names, tuple(tuple(_text(record.get(name)) for name in names) for record in records))


def _text(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _file(row: Row, formats: Formats) -> FileRead:
    counts = tuple(formats.number(row[name]) for name in _COUNTS)
    return FileRead(row["path"], row["table_name"], row["sha256"], counts)


def _refusal(refused: RefusedRows, formats: Formats) -> Refusal:
    return Refusal(
        table=refused.table_name,
        reason=_reason_text(refused.reason_code),
        advice=_sentence(refused.advice),
        rows=formats.number(refused.rows),
        examples=tuple(_refused(example) for example in refused.examples),
    )


def _reason_text(code: str) -> str:
    """`negative:quantity` as `negative (quantity)`: the column keeps its own name."""
    what, _, column = code.partition(":")
    return what.replace("_", " ") + (f" ({column})" if column else "")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _refused(row: Row) -> RefusedRow:
    cells = json.loads(row["cells"])
    pairs = cells.items() if isinstance(cells, dict) else enumerate(cells, start=1)
    where = f"{row['source_file']}, line {row['line_number']}"
    return RefusedRow(where, tuple(Fact(str(name), _text(value)) for name, value in pairs))
