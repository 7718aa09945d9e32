"""What a partner is shown, said in words where that is an older run (rule 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.cli.safe_text import say

if TYPE_CHECKING:
    from pipeline.warehouse import Home, ReadableRun, Run


def readable_by_partner(home: Home, run: Run, partner_id: str) -> ReadableRun:
    """What that partner may read of the run; says on stderr when it is held, since when, and what releases it.

    Raises UsageError when the partner is held and there is no older run to show.
    """
    from pipeline.warehouse import Partner, readable_run

    readable = readable_run(home, run, reader=Partner(partner_id))
    if held := readable.held:
        say(
            f"partner {partner_id} is held since {held.since_run_id} ({held.reason}); shown is {readable.run_id}, "
            f"without the clients it no longer has. Release it with: renewals release {partner_id} --reason TEXT"
        )
    return readable
