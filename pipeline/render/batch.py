"""Many reports, one after the other: one partner's failure is reported and stops nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.render.partner import write_partner_report


@dataclass(slots=True)
class Batch:
    """What was written, in the order of the partners, and whose report failed, with why."""

    paths: list[Path] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def write_reports(
    run_file: Path,
    partner_ids: Iterable[str],
    out_dir: Path,
    *,
    columns: Mapping[str, tuple[str, ...]],
    default_columns: tuple[str, ...],
    progress: Callable[[str], None] = lambda _: None,
) -> Batch:
    """Write the reports of those partners; `columns` are the partners' own choices, by id."""
    batch = Batch()
    for partner_id in partner_ids:
        try:
            batch.paths += write_partner_report(
                run_file, partner_id, out_dir, columns=columns.get(partner_id, default_columns)
            )
        # Whatever it is, the other partners get theirs.
        except Exception as error:
            batch.failures[partner_id] = f"{type(error).__name__}: {error}"
        progress(partner_id)
    return batch
