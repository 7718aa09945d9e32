"""Making reports from the command line: progress, the paths on stdout, failures on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import rules
from pipeline.cli.surroundings import progress_bar
from pipeline.errors import ReportsFailedError
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.transform.decided import EndedPairs


def make_reports(
    run_file: Path,
    partner_ids: list[str],
    out_dir: Path,
    *,
    settings: Settings,
    ended: EndedPairs,
    columns: tuple[str, ...] | None = None,
) -> list[Path]:
    """Write those partners' reports with a progress bar. `columns`: one choice for all, instead of the partners' own,
    which are what the run's decisions say, then the settings. `ended`: associations ended by the newest decisions.

    Raises ReportsFailedError naming the partners whose report failed; the others have theirs.
    """
    from pipeline.render.batch import write_reports
    from pipeline.transform.decided import partner_columns
    from pipeline.warehouse.tables import decisions_used

    decided = partner_columns(decisions_used(run_file))
    with progress_bar("reports", len(partner_ids)) as advance:
        batch = write_reports(
            run_file,
            partner_ids,
            out_dir,
            columns={} if columns else {**settings.columns, **decided},
            ended=ended,
            default_columns=columns or rules.DEFAULT_COLUMNS,
            progress=lambda _: advance(1),
        )
    if batch.failures:
        for partner_id, why in batch.failures.items():
            click.echo(f"renewals: the report of partner {partner_id!r} failed: {why}", err=True)
        raise ReportsFailedError(
            f"{len(batch.failures)} of {len(partner_ids)} reports failed; the run and the others are there"
        )
    return batch.paths
