"""What holds a run: the findings of the comparisons with previous nights, and the hash that names them (rule 14)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pipeline.checks.results import CheckResult, stopping

HASH_LENGTH: Final = 12
"""Hexadecimal digits of the hash: enough to name findings, few enough to type."""


def holding(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The results that hold a run; none when a check of another gate forbids publishing, which no one can accept."""
    stops = stopping(results)
    return stops if all(result.gate == "night" for result in stops) else []


def findings_seen(results: Iterable[CheckResult]) -> tuple[dict[str, Any], ...]:
    """The findings as they are shown, hashed and recorded: check, table, what was observed, examples."""
    return tuple(
        {"check": each.name, "table": each.table_name, "observed": each.observed, "examples": each.examples}
        for each in results
    )


def findings_hash(findings: Sequence[dict[str, Any]]) -> str:
    """Names exactly these findings, in whatever order they were found: the beginning of a SHA-256."""
    texts = sorted(json.dumps(each, ensure_ascii=False, sort_keys=True, default=str) for each in findings)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:HASH_LENGTH]
