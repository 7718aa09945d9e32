"""Reports of many partners: unchanged ones are kept, workers make the others, and one's failure stops nobody else."""

from __future__ import annotations

import gc
import hashlib
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Final

from pipeline.errors import RenewalsError
from pipeline.render.fingerprint import report_keys
from pipeline.render.folders import partner_folder
from pipeline.render.limits import DEFAULT_LIMITS, Limits, within
from pipeline.render.partner_files import FORMATS, write_partner_report
from pipeline.render.report_manifest import has_manifest, kept_files, write_manifest
from pipeline.render.workers import all_done
from pipeline.settings import Look, Settings
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse.leftovers import marked
from pipeline.warehouse.runs import made_with, why_unreadable
from pipeline.warehouse.table_queries import partner_ids as known_partners

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

    run_file: Path
    run_id: str
    partner_id: str
    out_dir: Path
    columns: tuple[str, ...] | None
    locale: str | None
    default_locale: str
    look: Look
    formats: tuple[str, ...] | None
    ended: EndedPairs
    pdf_engine: str
    limits: Limits
    key: str
    previous: Path | None
    held: bool


def write_reports(
    run_file: Path,
    partner_ids: Sequence[str],
    out_dir: Path,
    *,
    columns: Mapping[str, tuple[str, ...]] | None = None,
    default_columns: tuple[str, ...] | None = None,
    chosen: Settings | None = None,
    locale: str | None = None,
    formats: tuple[str, ...] | None = None,
    ended: EndedPairs = frozenset(),
    pdf_engine: str = "weasyprint",
    earlier: Sequence[Path] = (),
    force: bool = False,
    held: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[str], None] = lambda _: None,
    executor: Executor | None = None,
    workers: int | None = None,
) -> Batch:
    """Write the reports of those partners; `progress` hears the id of each partner whose report is there or failed.

    `columns` holds the choices of single partners; the others get `default_columns`, or with None what the run's
    settings say. `chosen`: whose looks and default language the reports have, instead of those of the run's settings.
    `ended`: the associations ended by the newest decisions. A report with the same content (see
    `content.report_keys`) in `out_dir`, or the partner's newest in `earlier` (the reports of earlier runs, newest
    first), is kept with its bytes unless `force`; the others say what changed since that one. `held`: the partners are
    held and shown this older run (rule 14), which their reports say; nothing is new to them. `limits`: what one report
    may take. `executor`: where the tasks run, instead of `workers` processes of this machine.
    """
    run_id, own_settings = made_with(run_file)
    chosen = chosen or own_settings
    looks = {partner_id: chosen.partner_look(partner_id) for partner_id in partner_ids}
    own = {partner_id: (columns or {}).get(partner_id, default_columns) for partner_id in partner_ids}
    options = {"locale": locale, "default_locale": chosen.locale, "formats": formats, "pdf_engine": pdf_engine}
    options |= {"held": "yes"} if held else {}
    own_options = {
        partner_id: [own[partner_id] or own_settings.partner_columns(partner_id), _fingerprint(looks[partner_id])]
        for partner_id in partner_ids
    }
    keys = report_keys(run_file, partner_ids, ended=ended, options=options, own_options=own_options)
    folders = _folders(run_file)
    behind = cache(partial(_run_behind, run_file=run_file))
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
        else:
            tasks[partner_id] = _Task(
                run_file=run_file,
                run_id=run_id,
                partner_id=partner_id,
                out_dir=out_dir,
                columns=own[partner_id],
                locale=locale,
                default_locale=chosen.locale,
                look=looks[partner_id],
                formats=formats,
                ended=frozenset(pair for pair in ended if pair[0] == partner_id),
                pdf_engine=pdf_engine,
                limits=limits,
                key=keys[partner_id],
                previous=None if held else before and behind(before),
                held=held,
            )
    batch = Batch(kept=list(done), wanted=len(partner_ids))
    with marked(out_dir) if tasks else nullcontext():
        for partner_id, future in all_done(tasks, _report, executor=executor, workers=workers) if tasks else ():
            error = future.exception()
            if error is None:
                done[partner_id] = future.result()
            else:
                batch.failures[partner_id] = _in_one_line(error)
            progress(partner_id)
    batch.paths.extend(path for partner_id in partner_ids for path in done.get(partner_id, []))
    return batch


def remove_reports(run_file: Path, partner_id: str, out_dir: Path) -> None:
    """Take away a partner's reports: it may no longer be shown what they show."""
    shutil.rmtree(out_dir / _folders(run_file).get(partner_id, partner_folder(partner_id)), ignore_errors=True)


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
    known = known_partners(run_file)
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
        paths = write_partner_report(
            task.run_file,
            task.partner_id,
            task.out_dir,
            columns=task.columns,
            locale=task.locale,
            default_locale=task.default_locale,
            look=task.look,
            formats=task.formats,
            ended=task.ended,
            pdf_engine=task.pdf_engine,
            previous=task.previous,
            held=task.held,
        )
    folder = paths[0].parent
    for name in FORMATS:
        stale = folder / f"report.{name}"
        if stale not in paths:
            stale.unlink(missing_ok=True)
    write_manifest(folder, task.key, paths, run=task.run_id, pdf_engine=task.pdf_engine)
    return paths
