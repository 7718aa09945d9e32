"""`renewals compare`: what changed between two runs, or would change by publishing a held one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipeline.cli import options
from pipeline.cli.partners_shown import readable_by_partner
from pipeline.cli.safe_text import say, tell
from pipeline.cli.terminal import print_json, print_rows
from pipeline.errors import UsageError
from pipeline.runtime import home_folder

if TYPE_CHECKING:
    import polars as pl

    from pipeline.warehouse import Home, Run


@click.command(
    epilog="Example: renewals compare 2026-11-22 2026-11-23 --partner P-01      A held run: renewals compare --held"
)
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--held", is_flag=True, help="What publishing the held run BEFORE (default: the newest) would change.")
@options.partner
@options.as_json
def command(before: str | None, after: str | None, held: bool, partner_id: str | None, as_json: bool) -> None:
    """What changed from run BEFORE to run AFTER: new, gone, status, deadline, MRR.

    Without names: from the run before the current one to the current one. With --held: from the current run to the held
    one, in rows per table and in money per partner and currency.
    """
    from pipeline.warehouse import Partner, Vendor, compare, find_run, readable_run

    home = home_folder()
    if held:
        if after is not None:
            raise UsageError("--held takes one held run: it is compared with the run readers see")
        _compare_held(home, before, partner_id, as_json)
        return
    newer = find_run(home, after)
    earlier = _run_before(home, newer) if before is None else find_run(home, before)
    if partner_id is None:
        both = [readable_run(home, run, reader=Vendor()) for run in (earlier, newer)]
    else:
        shown = readable_by_partner(home, newer, partner_id)
        both = [readable_run(home, earlier, reader=Partner(partner_id)), shown]
    changes = compare(*both)
    if as_json:
        print_json({"before": earlier.run_id, "after": newer.run_id, "changes": changes.to_dicts()})
        return
    say(f"from {earlier.run_id} to {newer.run_id}")
    if changes.is_empty():
        tell("nothing changed")
        return
    print_rows(changes.columns, changes.rows())
    say(_counted(changes))


def _run_before(home: Home, newer: Run) -> Run:
    from pipeline.warehouse import list_runs

    older = [run for run in list_runs(home) if run.run_id < newer.run_id]
    if not older:
        raise UsageError(f"{newer.run_id} is the oldest run: there is none to compare it with")
    return older[0]


def _counted(changes: pl.DataFrame) -> str:
    counts = Counter(changes["what"].to_list())
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "no upcoming change differs"


def _compare_held(home: Home, reference: str | None, partner_id: str | None, as_json: bool) -> None:
    from pipeline.warehouse import Partner, Vendor, compare, current_run, find_held, readable_run
    from pipeline.warehouse.comparison import money_per_partner, rows_per_table

    kept, readers = find_held(home, reference), current_run(home)
    vendors = readable_run(home, readers, reader=Vendor())
    before = vendors if partner_id is None else replace(vendors, reader=Partner(partner_id))
    after = before.at(kept.path)
    rows, money, changes = rows_per_table(before, after), money_per_partner(before, after), compare(before, after)
    if as_json:
        tables = {"rows": rows.to_dicts(), "money": money.to_dicts(), "changes": changes.to_dicts()}
        findings = {"findings_hash": kept.findings_hash, "findings": list(kept.findings)}
        print_json({"before": readers.run_id, "after": kept.run_id, **findings, **tables})
        return
    say(f"from {readers.run_id}, which readers see, to {kept.run_id}, which is held:")
    for finding in kept.findings:
        say(f"  {finding['check']} of {finding['table']}: {finding['observed']}")
    print_rows(rows.columns, rows.rows())
    tell()
    print_rows(money.columns, money.rows())
    if partner_id is not None and not changes.is_empty():
        tell()
        print_rows(changes.columns, changes.rows())
    say(_counted(changes) + ("" if partner_id else ": --partner ID lists those of one partner, --json all"))
    say(f'publish it anyway: renewals publish {kept.run_id} --accept "REASON"')
