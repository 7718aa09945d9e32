"""What an operator reads at night when a run does not go out by itself: what is wrong, since when, what to type.

The same sentences stand on the checks page and on the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

Row = dict[str, Any]
"""A row of a published table, by column."""

LONGEST: Final = 1000
"""Characters of a message."""

LONGEST_FINDING: Final = 300
"""Characters of the finding that a message quotes; the checks page has all of it."""


@dataclass(frozen=True, slots=True)
class Situation:
    """In which situation a run is checked.

    `options`: those that `run` and `check` were given, as they are typed. `readers`: the run readers see (`run_id`,
    `as_of`, `published`), or None. `nights_held`: runs held since that one, this one not counted. `publishes`: false
    for `check`, which keeps nothing. `partners`: those held with this run or before it (`partner_id`, `reason`,
    `since_run`, `shown_run`). `acceptance`: of the run's findings (`actor`, `time`, `reason`), or None.
    """

    run_id: str
    options: str = "--exports DIR"
    readers: Row | None = None
    nights_held: int = 0
    publishes: bool = True
    partners: tuple[Row, ...] = ()
    acceptance: Row | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, and the command that does it."""

    what: str
    command: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why nothing was published, and what to do."""

    sentence: str
    steps: tuple[Step, ...]


def stopped(failed: Sequence[Row], situation: Situation) -> Stopped | None:
    """Why nothing was published; None when nothing failed, or what did was accepted.

    `failed`: rows of `check_results` that failed at stop level. Results of gate `night` alone hold the run.
    """
    if not failed or situation.acceptance is not None:
        return None
    gates = {row["gate"] for row in failed}
    if gates == {"night"}:
        verb = "is held" if situation.publishes else "would be held"
        first = f"{situation.run_id} {verb}, nothing was published: {_what(failed)}"
        steps = _to_accept(situation) if situation.publishes else _to_hold(situation)
    else:
        first = (
            f"nothing was published: check {failed[0]['name']} of {failed[0]['table_name']} failed ({_what(failed)})"
        )
        steps = _to_mend(situation, "output" not in gates)
    return Stopped(f"{first}. {_since(situation)}", steps)


def one_line(told: Stopped, *, page: str) -> str:
    """The same as one line for the command line, at most `LONGEST` characters, with the path of the checks page."""
    steps = "; ".join(f"{step.what}: {step.command}" for step in told.steps)
    end = f" {steps}. See {page}"
    text, room = told.sentence, LONGEST - len(end)
    return (text if len(text) <= room else f"{text[: max(room - 1, 0)]}…") + end


def _what(failed: Sequence[Row]) -> str:
    observed = " ".join(str(failed[0]["observed"]).split())
    if len(observed) > LONGEST_FINDING:
        observed = f"{observed[: LONGEST_FINDING - 1]}…"
    more = len(failed) - 1
    return observed + (f", and {more} more {'finding' if more == 1 else 'findings'}" if more else "")


def _since(situation: Situation) -> str:
    readers = situation.readers
    if readers is None:
        return "Readers see no run yet."
    said = f"Readers have seen {readers['run_id']} (as of {readers['as_of']}) since {readers['published']}"
    nights = situation.nights_held + 1
    return f"{said}; {nights} runs in a row are held." if situation.nights_held else f"{said}."


def _to_accept(situation: Situation) -> tuple[Step, ...]:
    return (
        Step("What it would change", f"renewals compare --held {situation.run_id}"),
        Step("Publish it anyway", f'renewals publish {situation.run_id} --accept "REASON"'),
    )


def _to_hold(situation: Situation) -> tuple[Step, ...]:
    return (
        Step("Keep it to be looked at", f"renewals run {situation.options}"),
        Step("Then what it would change", "renewals compare --held"),
    )


def _to_mend(situation: Situation, of_export: bool) -> tuple[Step, ...]:
    first = (
        "Mend the export, or correct it in corrections.toml, then try it"
        if of_export
        else "Figures that this product computed do not agree: give this page to its engineers, then try it again"
    )
    return (
        Step(first, f"renewals check {situation.options}"),
        Step("And publish it", f"renewals run {situation.options}"),
    )
