"""Reports of many partners: unchanged ones are kept, workers make the others, and one's failure stops nobody else."""

from __future__ import annotations

import gc
import hashlib
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Final

from pipeline.errors import RenewalsError
from pipeline.render.fingerprint import report_keys
from pipeline.render.folders import partner_folder
from pipeline.render.limits import Limits, within
from pipeline.render.partner_files import FORMATS, write_partner_report
from pipeline.render.report_choices import ALL_AS_DECIDED, BatchChoices, ReportChoices
from pipeline.render.report_manifest import has_manifest, kept_files, write_manifest
from pipeline.render.workers import all_done
from pipeline.settings import Look, Settings
from pipeline.warehouse import ReadableRun
from pipeline.warehouse.leftovers import marked
from pipeline.warehouse.runs import made_with, partner_ids_of, why_unreadable

_ONE_AT_A_TIME: Final = threading.Lock()
"""WeasyPrint's shared fonts are for one thread: workers are processes, and a process makes one report at a time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of many reports: every file, in the partners' order, and why each other partner has none.

    `kept`: the partners whose report was there already, with the same content; `wanted`: how many were asked for.
    """

    paths: list[Path] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    wanted: int = 0

    def with_those_of(self, other: Batch) -> Batch:
        """Both batches as one."""
        return Batch(
            [*self.paths, *other.paths],
            self.failures | other.failures,
            [*self.kept, *other.kept],
            self.wanted + other.wanted,
        )


@dataclass(frozen=True, slots=True)
class _Task:
    """All that a worker needs, on this machine or another, to make one partner's report."""

    run: ReadableRun
    run_id: str
    out_dir: Path
    choices: ReportChoices
    limits: Limits
    key: str
    previous: ReadableRun | None


@dataclass(frozen=True, slots=True)
class Pool:
    """Where reports are made: on that `executor`, else by so many `workers` of this machine (None = its cores)."""

    executor: Executor | None = None
    workers: int | None = None


THIS_MACHINE: Final = Pool()


def write_reports(
    run: ReadableRun,
    partner_ids: Sequence[str],
    out_dir: Path,
    choices: BatchChoices = ALL_AS_DECIDED,
    *,
    earlier: Sequence[Path] = (),
    force: bool = False,
    progress: Callable[[str], None] = lambda _: None,
    pool: Pool = THIS_MACHINE,
) -> Batch:
    """Write the reports of those partners; `progress` hears the ID of each partner whose report is there or failed.

    `run`: as the vendor reads it, or as one held partner does, whose report says that it is an older run (rule 14). A
    report with the same content (see `fingerprint.report_keys`) in `out_dir`, or the partner's newest in `earlier` (the
    reports of earlier runs, newest first), is kept with its bytes unless `force`; the others say what changed since
    that one; nothing is new to a held partner.
    """
    run_id, settings = made_with(run.run_file)
    own = {partner_id: choices.of_partner(partner_id, settings) for partner_id in partner_ids}
    keys = _keys(run, own, choices, settings)
    folders = _folders(run.run_file)
    run_behind = cache(partial(_run_behind, run_file=run.run_file))
    done: dict[str, list[Path]] = {}
    tasks: dict[str, _Task] = {}
    for partner_id in partner_ids:
        name = folders.get(partner_id, partner_folder(partner_id))
        before = next((reports for reports in earlier if has_manifest(reports / name)), None)
        kept = (
            [] if force else kept_files(out_dir / name, keys[partner_id], earlier=before and before / name, run=run_id)
        )
        if kept:
            done[partner_id] = kept
            progress(partner_id)
            continue
        readable = run.of_partner(partner_id)
        behind = run_behind(before) if before and run.held is None else None
        previous = readable.at(behind) if behind else None
        tasks[partner_id] = _Task(
            readable, run_id, out_dir, own[partner_id], choices.limits, keys[partner_id], previous
        )
    batch = Batch(kept=list(done), wanted=len(partner_ids))
    _make(tasks, out_dir, batch, done, progress=progress, pool=pool)
    batch.paths.extend(path for partner_id in partner_ids for path in done.get(partner_id, []))
    return batch


def _make(
    tasks: dict[str, _Task],
    out_dir: Path,
    batch: Batch,
    done: dict[str, list[Path]],
    *,
    progress: Callable[[str], None],
    pool: Pool,
) -> None:
    """Make those reports; what came of each goes into `done` or the failures of the batch."""
    if not tasks:
        return
    with marked(out_dir):
        for partner_id, future in all_done(tasks, _report, executor=pool.executor, workers=pool.workers):
            error = future.exception()
            if error is None:
                done[partner_id] = future.result()
            else:
                batch.failures[partner_id] = _in_one_line(error)
            progress(partner_id)


def _keys(run: ReadableRun, own: dict[str, ReportChoices], choices: BatchChoices, settings: Settings) -> dict[str, str]:
    """What each report is made from, as one key."""
    return report_keys(
        run,
        tuple(own),
        options=_common_options(choices, settings, held=run.held is not None),
        own_options={name: _own_options(name, each, settings) for name, each in own.items()},
    )


def _common_options(choices: BatchChoices, settings: Settings, *, held: bool) -> dict[str, Any]:
    common: dict[str, Any] = {
        "locale": choices.locale,
        "default_locale": (choices.chosen or settings).locale,
        "formats": choices.formats,
        "pdf_engine": choices.pdf_engine,
    }
    return common | ({"held": "yes"} if held else {})


def _own_options(partner_id: str, choices: ReportChoices, settings: Settings) -> list[Any]:
    look = choices.look
    return [choices.columns or settings.partner_columns(partner_id), _fingerprint(look) if look else None]


def remove_reports(run: ReadableRun, partner_id: str, out_dir: Path) -> None:
    """Take away a partner's reports: it may no longer be shown what they show."""
    shutil.rmtree(out_dir / _folders(run.run_file).get(partner_id, partner_folder(partner_id)), ignore_errors=True)


@lru_cache(maxsize=256)
def _fingerprint(look: Look) -> str:
    """A look in few characters: a logo has a hundred thousand."""
    return hashlib.sha256(repr(look).encode()).hexdigest()


def _run_behind(reports: Path, run_file: Path) -> Path | None:
    """The run that those reports were made from, where it is kept and readable: what a report compares itself with."""
    path = run_file.with_name(f"{reports.name}.duckdb")
    return path if path.is_file() and not why_unreadable(path) else None


def _folders(run_file: Path) -> dict[str, str]:
    """The folder of every partner of the run."""
    known = partner_ids_of(run_file)
    alike = Counter(partner_id.lower() for partner_id in known)
    return {name: partner_folder(name, case_twin=alike[name.lower()] > 1) for name in known}


def _in_one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()) or "no message"
    return text if isinstance(error, RenewalsError) else f"{type(error).__name__}: {text}"


@contextmanager
def _collected_at_the_end() -> Iterator[None]:
    """Collect garbage once, after the work: on the way the collector walks a growing report again and again.

    Without this a report's time grows faster than its rows (measured: 1.27 times slower at 500).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        if was_on:
            gc.enable()


def _report(task: _Task) -> list[Path]:
    """Make one report within its limits, and say beside it what it shows."""
    with _ONE_AT_A_TIME, _collected_at_the_end(), within(task.limits):
        paths = write_partner_report(task.run, task.out_dir, task.choices, previous=task.previous)
    folder = paths[0].parent
    for name in FORMATS:
        stale = folder / f"report.{name}"
        if stale not in paths:
            stale.unlink(missing_ok=True)
    write_manifest(folder, task.key, paths, run=task.run_id, pdf_engine=task.choices.pdf_engine)
    return paths
