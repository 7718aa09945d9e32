"""What `renewals runs` shows of each run: its own summary, and what was recorded about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pipeline import rules
from pipeline.store.run_records import acceptances, withdrawn_runs
from pipeline.warehouse.held_runs import run_time
from pipeline.warehouse.summary import RunSummary, summaries

if TYPE_CHECKING:
    from pipeline.store import RunRecord
    from pipeline.warehouse import HeldRun, Run

COLUMNS: Final = (
    "run",
    "as_of",
    "made (UTC)",
    "clients",
    "contracts",
    "MRR",
    "warnings",
    "partners held",
    "accepted by",
    "",
)


def published_rows(runs: list[Run], records: list[RunRecord]) -> list[dict[str, Any]]:
    """One row per published run, in their order. A run that cannot be read has nulls and `unreadable` says why.

    `held_partners`: those held when it was published. `accepted`: who accepted it, when and why; null for a run that
    was published by itself. `rolled_back`: readers left it, and did not come back.
    """
    accepted = acceptances(records)
    withdrawn = withdrawn_runs(records, [run.run_id for run in runs])
    return [
        _figures(run, said)
        | {
            "current": run.is_current,
            "held_partners": _held_at(run.run_id, records),
            "accepted": _acceptance(accepted.get(run.run_id)),
            "rolled_back": run.run_id in withdrawn,
        }
        for run, said in zip(runs, summaries(run.path for run in runs), strict=True)
    ]


def _figures(run: Run, summary: RunSummary | str) -> dict[str, Any]:
    row: dict[str, Any] = {"run_id": run.run_id}
    if isinstance(summary, str):
        empty = dict.fromkeys(("as_of", "created_at", "clients", "contracts_in_force", "mrr", "warnings"))
        return row | empty | {"unreadable": summary}
    return row | {
        "as_of": summary.as_of,
        "created_at": summary.created_at,
        "clients": summary.clients,
        "contracts_in_force": summary.contracts_in_force,
        "mrr": summary.mrr,
        "warnings": summary.warnings,
        "unreadable": None,
    }


def _acceptance(record: RunRecord | None) -> dict[str, str] | None:
    if record is None:
        return None
    return {"actor": record.actor, "at": record.recorded_at, "reason": record.reason}


def _held_at(run_id: str, records: Iterable[RunRecord]) -> list[str]:
    """The partners from which that run was kept when it was published."""
    held: set[str] = set()
    for each in records:
        if each.kind == "partner_held" and each.run_id <= run_id:
            held.add(str(each.partner_id))
        elif each.kind == "partner_released" and datetime.fromisoformat(each.recorded_at) <= run_time(run_id):
            held.discard(str(each.partner_id))
    return sorted(held)


def printed(row: dict[str, Any]) -> list[Any]:
    """The row as people read it."""
    state = "current" if row["current"] else "rolled back" if row["rolled_back"] else ""
    if row["unreadable"]:
        return [row["run_id"], "unreadable", *[""] * (len(COLUMNS) - 3), state]
    return [
        row["run_id"],
        row["as_of"],
        row["created_at"].replace("T", " ").removesuffix(":00Z").removesuffix("Z"),
        f"{row['clients']:,}",
        f"{row['contracts_in_force']:,}",
        money(row["mrr"]),
        row["warnings"],
        ", ".join(row["held_partners"]),
        row["accepted"]["actor"] if row["accepted"] else "",
        state,
    ]


def money(mrr: dict[str, str]) -> str:
    """Amounts per currency in words, each with the currency's own decimals."""
    return ", ".join(
        f"{currency} {Decimal(amount):,.{rules.minor_units().get(currency, 2)}f}" for currency, amount in mrr.items()
    )


def held_row(held: HeldRun) -> dict[str, Any]:
    """A held run for programs."""
    return {
        "run_id": held.run_id,
        "as_of": held.as_of,
        "made_at": f"{held.made_at:%Y-%m-%dT%H:%M:%SZ}",
        "kept_until": f"{held.kept_until:%Y-%m-%dT%H:%M:%SZ}",
        "findings_hash": held.findings_hash,
        "findings": list(held.findings),
        "partners": list(held.partners),
        "file": str(held.path),
    }
