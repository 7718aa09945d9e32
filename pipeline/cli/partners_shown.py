"""What a partner is shown, said in words where that is an older run (rule 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.safe_text import say

if TYPE_CHECKING:
    from pipeline.warehouse import Home, Run
    from pipeline.warehouse.run_shown import Shown


def shown_to_partner(home: Home, run: Run, partner_id: str) -> Shown:
    """What that partner is shown of the run; says on stderr when it is held, since when, and what releases it.

    Raises UsageError when the partner is held and there is no older run to show.
    """
    from pipeline.runtime import held_partners, shown_to

    shown = shown_to(home, run, partner_id)
    if shown.held:
        held = held_partners(home)[partner_id]
        say(
            f"partner {partner_id} is held since {held.since_run_id} ({held.reason}); shown is {shown.run_file.stem}, "
            f"without the clients it no longer has. Release it with: renewals release {partner_id} --reason TEXT"
        )
    return shown
