"""What a partner is shown of a run: the run itself, or, while it is held, its last run that was not (rule 14)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.errors import UsageError
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse.database import open_run
from pipeline.warehouse.home import Home
from pipeline.warehouse.runs import Run, find_run


@dataclass(frozen=True, slots=True)
class Shown:
    """`run_file` is read for the partner, without the clients of `hidden`: `(partner_id, hub_id)`.

    `held`: the partner is held, and `run_file` is an older run than the one asked for.
    """

    run_file: Path
    hidden: EndedPairs
    held: bool = False


def shown_instead(home: Home, partner_id: str, shown_run_id: str | None, *, newest: Run, ended: EndedPairs) -> Shown:
    """What a held partner is shown: that run, less every client that `newest` or a decision no longer gives it.

    `newest`: the run that readers see; `ended`: the associations ended by the newest decisions. Raises UsageError when
    there is no run to show: none before it was held, or one that is gone or damaged.
    """
    if shown_run_id is None:
        raise UsageError(
            f"partner {partner_id!r} is held, and there is no run from before that to show: release it with "
            f"'renewals release {partner_id} --reason TEXT'"
        )
    shown = find_run(home, shown_run_id)
    gone = clients_of(shown.path, partner_id) - clients_of(newest.path, partner_id)
    return Shown(shown.path, ended | {(partner_id, hub_id) for hub_id in gone}, held=True)


def clients_of(run_file: Path, partner_id: str) -> frozenset[str]:
    """The accounts that the export of that run gives to that partner on its day (rule 7)."""
    try:
        with open_run(run_file) as con:
            rows = con.execute(
                "SELECT hub_id FROM exports.clients WHERE partner_id = ? AND (association_ended_on IS NULL "
                "OR association_ended_on > (SELECT as_of FROM main.run_info))",
                [partner_id],
            ).fetchall()
    except duckdb.Error as error:
        raise UsageError(f"{run_file.name} cannot be read: {str(error).splitlines()[0]}") from None
    return frozenset(hub_id for (hub_id,) in rows)
