"""Run files read and reported as somebody may see them, in the short form that tests need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.render import batch, finance_files, partner_files
from pipeline.render.report_choices import BatchChoices, ReportChoices
from pipeline.tables.finance_tables import FINANCE
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse import Finance, Partner, ReadableRun, Vendor
from pipeline.warehouse import comparison as comparing
from pipeline.warehouse import finance_figures as figures
from pipeline.warehouse.finance_figures import Clients, EveryClient

NONE_ENDED: EndedPairs = frozenset()


def by_partner(path: Path, partner_id: str, ended: EndedPairs = NONE_ENDED, *, held: Any = None) -> ReadableRun:
    """What that partner may read of the run file."""
    return ReadableRun(path, Partner(partner_id), frozenset(pair for pair in ended if pair[0] == partner_id), held)


def by_vendor(path: Path, ended: EndedPairs = NONE_ENDED) -> ReadableRun:
    """What the vendor's staff may read of the run file."""
    return ReadableRun(path, Vendor(), ended)


def by_finance(path: Path, ended: EndedPairs = NONE_ENDED) -> ReadableRun:
    """What finance may read of the run file."""
    return ReadableRun(path, Finance(), ended)


def read_table(
    path: Path, name: str, *, partner_id: str = "", ended: EndedPairs = NONE_ENDED, **request: Any
) -> pl.DataFrame:
    """`RunReader.table`, for that partner, else for who reads everything."""
    readable = by_finance if name in FINANCE else by_vendor
    run = by_partner(path, partner_id, ended) if partner_id else readable(path, ended)
    with run.open() as reader:
        return reader.table(name, **request)


def compare(before: Path, after: Path, *, partner_id: str = "", ended: EndedPairs = NONE_ENDED) -> pl.DataFrame:
    """`warehouse.compare`, for that partner, else for the vendor."""
    run = by_partner(after, partner_id, ended) if partner_id else by_vendor(after, ended)
    return comparing.compare(run.at(before), run)


def write_partner_report(
    path: Path, partner_id: str, out_dir: Path, *, ended: EndedPairs = NONE_ENDED, **choices: Any
) -> list[Path]:
    """`render.partner_files.write_partner_report` of that run file."""
    run = by_partner(path, partner_id, ended)
    return partner_files.write_partner_report(run, out_dir, ReportChoices(**choices))


def write_reports(
    path: Path,
    partner_ids: Sequence[str],
    out_dir: Path,
    *,
    ended: EndedPairs = NONE_ENDED,
    earlier: Sequence[Path] = (),
    force: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    executor: Executor | None = None,
    workers: int | None = None,
    **choices: Any,
) -> batch.Batch:
    """`render.batch.write_reports` of that run file."""
    return batch.write_reports(
        by_vendor(path, ended),
        partner_ids,
        out_dir,
        BatchChoices(**choices),
        earlier=earlier,
        force=force,
        progress=progress,
        pool=batch.Pool(executor, workers),
    )


def whose(partner_id: str) -> Clients:
    """That partner's clients, else all."""
    return Partner(partner_id) if partner_id else EveryClient()


def finance_of_run(
    path: Path, *, partner_id: str = "", currency: str | None = None, ended: EndedPairs = NONE_ENDED, **most: Any
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """`warehouse.finance_figures.finance_of_run` of that run file."""
    with by_finance(path, ended).open() as reader:
        return figures.finance_of_run(reader, clients=whose(partner_id), currency=currency, **most)


def write_finance_report(
    path: Path, out_dir: Path, *, partner_id: str = "", ended: EndedPairs = NONE_ENDED, **how: Any
) -> list[Path]:
    """`render.finance_files.write_finance_report` of that run file."""
    return finance_files.write_finance_report(by_finance(path, ended), out_dir, clients=whose(partner_id), **how)
