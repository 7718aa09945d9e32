"""Declared checks in the words of Great Expectations, and its answers in ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import great_expectations.expectations as gxe

from pipeline.checks.declare_check import (
    Check,
    Expectation,
    FailingRows,
    NoRowWhere,
    NotEmpty,
    OneOf,
    spelled_out,
    with_words,
)
from pipeline.checks.results import EXAMPLES_SHOWN

Place = tuple[int, int]
"""Which check, and which of its expectations."""


class CheckBrokenError(RuntimeError):
    """A check could not be carried out: a bug of ours, never a finding about the data."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one expectation: how many rows fail (every row, not only the examples) and some of them."""

    expectation: Expectation
    success: bool
    failing: int
    examples: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """One expectation of Great Expectations. It answers one of ours, or several of one relation in one pass."""

    name: str
    asked: dict[Place, Expectation]


class ExpectNoFailingRows(gxe.UnexpectedRowsExpectation):  # type: ignore[misc]
    """As its parent, which runs the query once to count and once to show: here the rows bring the count with them."""

    metric_dependencies = ("unexpected_rows_query.table",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.table"]
        return {"success": not rows, "result": {"observed_value": len(rows), "details": {"unexpected_rows": rows}}}


_COUNT: Final = "count_of_failing_rows"

_ORDERED: Final = """
    SELECT *, count(*) OVER () AS count_of_failing_rows FROM ($failing) ORDER BY ALL LIMIT $examples"""
"""The same examples from the same data, whatever the threads did."""

_SUMMED: Final = """
    SELECT *, count(*) OVER () AS count_of_failing_rows, sum(mrr) OVER (PARTITION BY currency) AS mrr_of_currency,
        row_number() OVER (PARTITION BY currency ORDER BY mrr DESC NULLS LAST, contract_id) AS place_in_currency
    FROM ($failing) ORDER BY place_in_currency, currency"""
"""The biggest first and every currency among them: Great Expectations hands over 200 failing rows at most."""


_TOGETHER: Final = """
    SELECT rule, $columns, count(*) OVER (PARTITION BY rule) AS count_of_failing_rows,
        row_number() OVER (PARTITION BY rule ORDER BY $columns) AS place_in_rule
    FROM (SELECT unnest([$rules]) AS rule, $columns FROM $relation WHERE $any)
    WHERE rule IS NOT NULL
    QUALIFY place_in_rule <= $examples ORDER BY place_in_rule, rule"""
"""Examples of every broken rule before more examples of one, for the same limit of 200 rows."""


def questions(checks: Sequence[Check], table: str) -> list[Question]:
    """What to ask about that table: checks of one relation together, every other expectation by itself."""
    single: list[Question] = []
    together: dict[str, dict[Place, Expectation]] = defaultdict(dict)
    for place, check in enumerate(checks):
        if check.table != table:
            continue
        for part, expectation in enumerate(check.expectations):
            if isinstance(expectation, NoRowWhere):
                together[expectation.relation][place, part] = expectation
            else:
                single.append(Question(check.name, {(place, part): expectation}))
    return [*single, *(Question(f"on {relation}", asked) for relation, asked in together.items())]


def in_gx(question: Question, words: dict[str, str], meta: dict[str, Any]) -> Any:
    """The expectation of Great Expectations."""
    match next(iter(question.asked.values())):
        case FailingRows(sql, mrr):
            shown = _SUMMED if mrr else _ORDERED
            return _no_rows(shown, words, meta, failing=sql)
        case NoRowWhere(relation):
            rules = [one for one in question.asked.values() if isinstance(one, NoRowWhere)]
            return _no_rows(
                _TOGETHER,
                words,
                meta,
                relation=f"${relation}",
                columns=", ".join(dict.fromkeys(column for rule in rules for column in rule.columns)),
                rules=", ".join(f"CASE WHEN {rule.condition} THEN {number} END" for number, rule in enumerate(rules)),
                any=" OR ".join(f"({rule.condition})" for rule in rules),
            )
        case OneOf(column, values):
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(values), meta=meta)
        case NotEmpty():
            return gxe.ExpectTableRowCountToBeBetween(min_value=1, meta=meta)


def _no_rows(shown: str, words: dict[str, str], meta: dict[str, Any], **parts: str) -> ExpectNoFailingRows:
    sql = spelled_out(with_words(shown, examples=str(EXAMPLES_SHOWN), **parts), words)
    # Great Expectations prints a complaint about SQL that does not name the batch, also when it is about other tables.
    return ExpectNoFailingRows(unexpected_rows_query=f"{sql} /* {{batch}} */", meta=meta)


def answers(question: Question, result: Any) -> dict[Place, Outcome]:
    """What Great Expectations answered. Raises CheckBrokenError when it could not."""
    raised = _exception(result.exception_info)
    if raised is not None:
        raise CheckBrokenError(f"check {question.name} could not be carried out: {raised}")
    if any(isinstance(one, NoRowWhere) for one in question.asked.values()):
        return _by_rule(question, result.result["details"]["unexpected_rows"])
    return {place: _outcome(one, bool(result.success), result.result) for place, one in question.asked.items()}


def _by_rule(question: Question, rows: list[dict[str, Any]]) -> dict[Place, Outcome]:
    found: dict[Place, Outcome] = {}
    for number, (place, rule) in enumerate(question.asked.items()):
        own = [row for row in rows if row["rule"] == number]
        columns = rule.columns if isinstance(rule, NoRowWhere) else ()
        examples = [{column: row[column] for column in columns} for row in own]
        found[place] = Outcome(rule, not own, own[0][_COUNT] if own else 0, examples)
    return found


def _outcome(expectation: Expectation, success: bool, details: dict[str, Any]) -> Outcome:
    match expectation:
        case OneOf():
            failing = int(details["unexpected_count"] or 0)  # None for a table without rows
            examples = [dict(row) for row in details.get("unexpected_index_list") or []]
            return Outcome(expectation, success, failing, examples[:EXAMPLES_SHOWN])
        case NotEmpty():
            return Outcome(expectation, success, 0, [])
        case _:
            rows = details["details"]["unexpected_rows"]
            failing = rows[0][_COUNT] if rows else 0
            return Outcome(expectation, success, failing, [_without_count(row) for row in rows])


def _without_count(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != _COUNT}


def _exception(info: dict[str, Any]) -> str | None:
    """The message of an exception, which is in the result itself or, by metric, one level below."""
    for one in (info, *(value for value in info.values() if isinstance(value, dict))):
        if one.get("raised_exception"):
            return str(one.get("exception_message") or "no message").splitlines()[0]
    return None
