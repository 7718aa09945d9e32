"""What a partner is shown of a run: the run itself, or, while it is held, its last run that was not (rule 14)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipeline.errors import UsageError
from pipeline.warehouse.database import open_run_file
from pipeline.warehouse.home import Home
from pipeline.warehouse.runs import Run, current_run, find_run

if TYPE_CHECKING:
    from pipeline.store import HeldPartner


def run_shown_instead(home: Home, held: HeldPartner) -> tuple[Run, frozenset[str]]:
    """The run that a held partner is shown, and the clients of it that the run readers see no longer gives it.

    Raises UsageError when there is no run to show: none before it was held, or one that is gone or damaged.
    """
    if held.shown_run_id is None:
        raise UsageError(
            f"partner {held.partner_id!r} is held, and there is no run from before that to show: release it with "
            f"'renewals release {held.partner_id} --reason TEXT'"
        )
    shown = find_run(home, held.shown_run_id)
    gone = clients_of(shown.path, held.partner_id) - clients_of(current_run(home).path, held.partner_id)
    return shown, gone


def clients_of(run_file: Path, partner_id: str) -> frozenset[str]:
    """The accounts that the export of that run gives to that partner on its day (rule 7)."""
    try:
        with open_run_file(run_file) as con:
            rows = con.execute(
                "SELECT hub_id FROM exports.clients WHERE partner_id = ? AND (association_ended_on IS NULL "
                "OR association_ended_on > (SELECT as_of FROM main.run_info))",
                [partner_id],
            ).fetchall()
    except duckdb.Error as error:
        raise UsageError(f"{run_file.name} cannot be read: {str(error).splitlines()[0]}") from None
    return frozenset(hub_id for (hub_id,) in rows)
