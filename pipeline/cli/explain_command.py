"""`renewals explain`: every step of an estimate and the rows it came from."""

from __future__ import annotations

from typing import Any

import click

from pipeline.cli import options
from pipeline.cli.safe_text import tell
from pipeline.cli.terminal import print_json, print_rows
from pipeline.runtime import home_folder


@click.command(epilog="Example: renewals explain C-0001:renewal --json")
@click.argument("change_id")
@options.run
@options.as_json
def command(change_id: str, run_reference: str | None, as_json: bool) -> None:
    """Show how the estimate of CHANGE_ID is calculated: the changes before it, its parts and the export rows."""
    from pipeline.analysis.explanation import TITLES, explanation
    from pipeline.warehouse import Vendor, find_run, open_run

    home = home_folder()
    run = find_run(home, run_reference)
    with open_run(home, run, reader=Vendor()) as reader:
        found = explanation(reader.explanation_rows(change_id), change_id).as_dict()
    if as_json:
        print_json(found)
        return
    change = found["change"]
    tell(f"{change_id} of {change['client_name']} as of {found['as_of']} ({found['run']})")
    for step in found["steps"]:
        tell()
        _print_step(step, change["currency"])
    for name, rows in found["rows"].items():
        if rows:
            tell()
            tell(f"{TITLES[name]}")
            shown = [column for column in rows[0] if any(row[column] is not None for row in rows)]
            print_rows(shown, [[row[column] for column in shown] for row in rows])


def _print_step(step: dict[str, Any], currency: str) -> None:
    tell(
        f"{step['renewal_start_date']}  {step['contract_type']} {step['change_id']}: "
        f"{step['status']} ({step['status_basis']}), deadline {step['renewal_deadline']}"
    )
    tell(f"  MRR before       {step['mrr_before']:>18} {currency}")
    for name, value in step.items():
        if name.startswith("mrr_change_") and value:
            tell(f"  {name[len('mrr_change_') :]:<16} {value:>+18}")
    tell(f"  estimated new MRR{step['estimated_new_mrr']:>18} {currency}  ({step['estimate_basis']})")
