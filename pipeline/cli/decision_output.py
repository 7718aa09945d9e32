"""The decisions' store as the command line finds it, and what it says of a decision."""

from __future__ import annotations

import json
import secrets
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.safe_text import say, tell
from pipeline.cli.terminal import print_json
from pipeline.runtime import home_folder, now, open_store, system_user
from pipeline.warehouse.home import Home
from pipeline.warehouse.newest_decisions import nothing_decided

if TYPE_CHECKING:
    import polars as pl

    from pipeline.decisions import DecisionRequest
    from pipeline.settings import Settings
    from pipeline.store import Event


def decisions_for_run(home: Home, settings: Settings) -> pl.DataFrame:
    """Every decision there is, as a run takes them."""
    if nothing_decided(home):
        from pipeline.transform.decisions_in_effect import no_decisions

        return no_decisions()
    from pipeline.decisions import decisions_frame

    with open_store(home) as store:
        return decisions_frame(store.events(), time_zone=settings.time_zone)


def make_decision(request: DecisionRequest, *, actor: str | None, reason: str, dry_run: bool, as_json: bool) -> None:
    """Decide, or with `dry_run` only say what would be decided, against the current run."""
    from pipeline.decisions import Attribution, decide
    from pipeline.store import DecisionStore
    from pipeline.warehouse import find_run

    home = home_folder()
    run = find_run(home, None)
    signed = Attribution(actor or system_user(), now(), secrets.token_hex(16), reason)
    # A dry run of the first decision must not make the store.
    store = DecisionStore.open("sqlite://") if dry_run and nothing_decided(home) else open_store(home)
    with store:
        event = decide(store, run, request, signed, dry_run=dry_run)
    stale = stale_reports(home, request.partner_id) if request.kind == "association_ended" else []
    if as_json:
        print_json(
            {
                "decision": decision_values(event),
                "dry_run": dry_run,
                "takes_effect": _EFFECT.get(request.kind, _NEXT_RUN),
                "undo": undo(event),
                "stale_reports": [str(path) for path in stale],
            }
        )
        return
    _say_decision(event, dry_run=dry_run, stale=stale)


def decision_values(event: Event) -> dict[str, Any]:
    """The decision for programs: values are JSON values, not their text."""
    return {"position": event.position, **event.content()} | {
        "value_before": json.loads(event.value_before or "null"),
        "value_after": json.loads(event.value_after or "null"),
    }


def value_text(value: str | None) -> str:
    """A decided value in words."""
    decided = json.loads(value or "null")
    if decided is None:
        return "default"
    if isinstance(decided, list):
        return ", ".join(decided)
    if isinstance(decided, dict):
        parts = (
            f"{name} {' '.join(preference) if isinstance(preference, list) else preference}"
            for name, preference in decided.items()
        )
        return "; ".join(parts)
    return str(decided)


def stale_reports(home: Home, partner_id: str) -> list[Path]:
    """The report files of that partner that were made before this moment, newest run first."""
    from pipeline.render.folders import partner_folder

    names = {_plain_glob(partner_folder(partner_id, case_twin=twin)) for twin in (False, True)}
    places = [place for name in names for place in (f"{name}/report.*", f"finance.partner-{name}.*")]
    found = (path for place in places for path in (home.root / "reports").glob(f"*/{place}"))
    # report.json beside them holds hashes only, and names nobody.
    return sorted((path for path in found if path.suffix != ".json"), reverse=True)


def _plain_glob(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


_NEXT_RUN = "with the next run"
_EFFECT = {
    "association_ended": "at once, on every run",
    "association_restored": "at once on runs made before the ending, from the next run on otherwise",
}


def _say_decision(event: Event, *, dry_run: bool, stale: list[Path]) -> None:
    about = f"partner {event.partner_id}" + (f", client {event.hub_id}" if event.hub_id is not None else "")
    before, after = value_text(event.value_before), value_text(event.value_after)
    verb = "would go" if dry_run else "went"
    change = f"stays {after}" if before == after else f"{verb} from {before} to {after}"
    tell(f"{event.kind} of {about} {change}")
    if dry_run:
        say("nothing was decided")
        return
    say(f"takes effect {_EFFECT.get(event.kind, _NEXT_RUN)}; decision {event.decision_id} of {event.actor}")
    say(f"undo with: {undo(event)}")
    if stale:
        say(
            f"{len(stale)} report files of partner {event.partner_id} were made before this and still name the client. "
            f"Make them again with 'renewals report --partner {shlex.quote(event.partner_id)} --run RUN', "
            "or remove them:"
        )
        for path in stale:
            say(f"  {path}")


def undo(event: Event) -> str:
    """The command that brings back the value before."""
    whose = ["--partner", event.partner_id] + ([] if event.hub_id is None else ["--client", event.hub_id])
    before = json.loads(event.value_before or "null")
    if event.kind == "association_ended":
        words = ["restore", *whose]
    elif event.kind == "association_restored":
        words = ["end", *whose, "--reason", "…"]
    elif event.kind in ("communication_owner", "communication_default"):
        words = ["owner" if event.hub_id is not None else "default-owner", *whose, before or "default"]
    elif before is None:
        words = [_COMMANDS[event.kind], *whose, "--default"]
    elif event.kind == "report_preferences":
        words = ["preferences", *whose, *_preference_words(before)]
    else:
        words = [_COMMANDS[event.kind], *whose, ",".join(before) if isinstance(before, list) else before]
    return shlex.join(["renewals", "decide", *words])


_COMMANDS = {"primary_contact": "contact", "columns": "columns", "report_preferences": "preferences"}


def _preference_words(preferences: dict[str, Any]) -> list[str]:
    words = []
    for name, preference in preferences.items():
        words += [f"--{name}", ",".join(preference) if isinstance(preference, list) else str(preference)]
    return words
