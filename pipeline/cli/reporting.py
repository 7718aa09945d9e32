"""Making reports from the command line: progress, the paths on stdout, failures on stderr."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline import rules
from pipeline.cli.surroundings import progress_bar
from pipeline.errors import ReportsFailedError
from pipeline.settings import Settings


def make_reports(
    run_file: Path,
    partner_ids: list[str],
    out_dir: Path,
    *,
    settings: Settings,
    columns: tuple[str, ...] | None = None,
) -> list[Path]:
    """Write those partners' reports with a progress bar. `columns`: one choice for all, instead of the partners' own.

    Raises ReportsFailedError naming the partners whose report failed; the others have theirs.
    """
    from pipeline.render.batch import write_reports

    with progress_bar("reports", len(partner_ids)) as advance:
        batch = write_reports(
            run_file,
            partner_ids,
            out_dir,
            columns={} if columns else settings.columns,
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
