"""Reports of many partners: the same task in worker processes, and one partner's failure stops nobody else."""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.errors import RenewalsError
from pipeline.render.partner import write_partner_report
from pipeline.render.pdf import warm_up
from pipeline.transform.decided import EndedPairs

FEW: Final = 6
"""Up to so many reports are made in this process: starting workers would take longer."""

REPORTS_PER_WORKER: Final = 200
"""A worker is replaced after so many reports: WeasyPrint's memory never comes back whole."""

MOST_WORKERS: Final = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of many reports: every file written, in the partners' order, and why each other partner has none."""

    paths: list[Path] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def write_reports(
    run_file: Path,
    partner_ids: Sequence[str],
    out_dir: Path,
    *,
    columns: Mapping[str, tuple[str, ...]] | None = None,
    default_columns: tuple[str, ...] | None = None,
    locale: str | None = None,
    formats: tuple[str, ...] | None = None,
    ended: EndedPairs = frozenset(),
    progress: Callable[[str], None] = lambda _: None,
    executor: Executor | None = None,
) -> Batch:
    """Write the reports of those partners; `progress` hears the id of each partner whose report is done or failed.

    `columns` holds the choices of single partners; the others get `default_columns`, or with None what the run's
    settings say. `ended`: the associations ended by the newest decisions. `executor`: where the tasks run,
    instead of worker processes of this machine.
    """
    chosen = columns or {}
    with executor or _executor(len(partner_ids)) as workers:
        tasks = {
            workers.submit(
                _report,
                run_file,
                partner_id,
                out_dir,
                chosen.get(partner_id, default_columns),
                locale,
                formats,
                frozenset(pair for pair in ended if pair[0] == partner_id),
            ): partner_id
            for partner_id in partner_ids
        }
        for task in as_completed(tasks):
            progress(tasks[task])
    return _collect(tasks)


def _collect(tasks: dict[Future[list[Path]], str]) -> Batch:
    batch = Batch()
    for task, partner_id in tasks.items():
        error = task.exception()
        if error is None:
            batch.paths.extend(task.result())
        else:
            batch.failures[partner_id] = _in_one_line(error)
    return batch


def _in_one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or "no message"
    return text if isinstance(error, RenewalsError) else f"{type(error).__name__}: {text}"


def _executor(reports: int) -> Executor:
    if reports <= FEW:
        return ThreadPoolExecutor(max_workers=1)
    return ProcessPoolExecutor(
        max_workers=min(os.cpu_count() or 1, MOST_WORKERS, reports),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        max_tasks_per_child=REPORTS_PER_WORKER,
    )


def _start_worker() -> None:
    """Parse fonts and style once, and take them out of every later garbage collection (measured: 1.2 times faster)."""
    warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()
    # At its end the interpreter must see everything again, or DuckDB reports its own types as leaked.
    atexit.register(gc.unfreeze)


def _report(
    run_file: Path,
    partner_id: str,
    out_dir: Path,
    columns: tuple[str, ...] | None,
    locale: str | None,
    formats: tuple[str, ...] | None,
    ended: EndedPairs,
) -> list[Path]:
    paths = write_partner_report(
        run_file, partner_id, out_dir, columns=columns, locale=locale, formats=formats, ended=ended
    )
    if not gc.isenabled():
        gc.collect()
    return paths
