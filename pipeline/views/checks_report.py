"""The view of the checks page: what the gates found, what was read, what was refused. Plain values."""

from __future__ import annotations

import json
from typing import Any, Final

from pipeline.views.locale_formats import EMPTY, Formats, formats_for
from pipeline.views.run_stopped import Situation, stopped

Row = dict[str, Any]

_FAILED_STOP, _FAILED_WARNING, _PASSED = "stop", "warning", "passed"
_ORDER: Final = (_FAILED_STOP, _FAILED_WARNING, _PASSED)
_LABELS: Final = {_FAILED_STOP: "Failed: stop", _FAILED_WARNING: "Warning", _PASSED: "Passed"}


def checks_report(
    results: list[Row],
    *,
    run: Row,
    source_files: list[Row],
    quarantine: list[Row],
    situation: Situation | None = None,
    locale: str = "en",
) -> dict[str, Any]:
    """The checks page as plain values; failed checks first, stop level before warnings.

    `results` and `source_files` are rows of those published tables. `quarantine` has one row per table and reason:
    `table_name`, `reason_code`, `rows`, `advice` and `examples` (rows of the quarantine table). A row with two
    reasons counts under both. `run` needs `run_id` and `as_of`; what else `run_info` says is shown when it is there.
    `situation`: what to do when nothing was published, who accepted, and which partners are held.
    """
    formats = formats_for(locale)
    checks = sorted((_check(row) for row in results), key=lambda check: _ORDER.index(check["outcome"]))
    counts = {outcome: sum(check["outcome"] == outcome for check in checks) for outcome in _ORDER}
    return {
        "language": formats.language,
        "title": "Checks of a run",
        "run": {"id": str(run["run_id"]), "as_of": formats.day(run["as_of"]), "value": run["as_of"].isoformat()},
        "facts": _facts(run),
        "verdict": _verdict(counts, results, situation),
        "told": stopped([row for row in results if not row["success"] and row["level"] == "stop"], situation)
        if situation
        else None,
        "acceptance": situation.acceptance if situation else None,
        "held_partners": list(situation.partners) if situation else [],
        "outcome": _FAILED_STOP if counts[_FAILED_STOP] else _FAILED_WARNING if counts[_FAILED_WARNING] else _PASSED,
        "failed": [check for check in checks if check["outcome"] != _PASSED],
        "passed": [check for check in checks if check["outcome"] == _PASSED],
        "passed_count": f"{_checks(counts[_PASSED])} passed",
        "files": [_file(row, formats) for row in source_files],
        "quarantine": [_reason(row, formats) for row in quarantine],
    }


def _verdict(counts: dict[str, int], results: list[Row], situation: Situation | None) -> str:
    if not sum(counts.values()):
        return "No check ran."
    gates = {row["gate"] for row in results if not row["success"] and row["level"] == "stop"}
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


def _facts(run: Row) -> list[dict[str, str]]:
    labels = {"created_at": "Made at", "pipeline_version": "Version", "profile": "Source profile"}
    return [{"label": label, "text": str(run[name])} for name, label in labels.items() if run.get(name)]


def _check(row: Row) -> dict[str, Any]:
    outcome = _PASSED if row["success"] else _FAILED_STOP if row["level"] == "stop" else _FAILED_WARNING
    examples = json.loads(row["examples"] or "[]")
    return {
        "outcome": outcome,
        "label": _LABELS[outcome],
        "name": row["name"].replace("_", " "),
        "gate": row["gate"],
        "level": row["level"],
        "table": row["table_name"],
        "observed": row["observed"] or EMPTY,
        "examples": _grid(examples),
    }


def _grid(examples: list[Any]) -> dict[str, Any]:
    """Examples as a table: the names that occur, in order of appearance, and one line per example."""
    records = [example if isinstance(example, dict) else {"example": example} for example in examples]
    names = list(dict.fromkeys(name for record in records for name in record))
    return {"columns": names, "rows": [[_text(record.get(name)) for name in names] for record in records]}


def _text(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _file(row: Row, formats: Formats) -> dict[str, Any]:
    counts = ("rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate", "rows_left_out")
    return {
        "path": row["path"],
        "table": row["table_name"],
        "sha256": row["sha256"],
        "counts": [formats.number(row[name]) for name in counts],
        "refused": bool(row["rows_quarantined"]),
    }


def _reason(row: Row, formats: Formats) -> dict[str, Any]:
    return {
        "table": row["table_name"],
        "reason": _reason_text(row["reason_code"]),
        "advice": _sentence(row["advice"]),
        "rows": formats.number(row["rows"]),
        "examples": [_refused(example) for example in row["examples"]],
    }


def _reason_text(code: str) -> str:
    """`negative:quantity` as `negative (quantity)`: the column keeps its own name."""
    what, _, column = code.partition(":")
    return what.replace("_", " ") + (f" ({column})" if column else "")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _refused(row: Row) -> dict[str, Any]:
    cells = json.loads(row["cells"])
    pairs = cells.items() if isinstance(cells, dict) else enumerate(cells, start=1)
    return {
        "where": f"{row['source_file']}, line {row['line_number']}",
        "cells": [{"name": str(name), "text": _text(value)} for name, value in pairs],
    }
