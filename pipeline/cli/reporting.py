"""Making reports from the command line: progress, the paths on stdout, failures on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import rules
from pipeline.cli.safe_text import say
from pipeline.cli.terminal import progress_bar
from pipeline.errors import MachineError, RenewalsError, ReportsFailedError, UsageError
from pipeline.settings import Settings
from pipeline.whole_files import machine_error

if TYPE_CHECKING:
    from pipeline.render.batch import Batch
    from pipeline.transform.decisions_in_effect import EndedPairs
    from pipeline.warehouse import Home, Run

NAMED = 10
"""Partners named in the last line when reports failed; each has its own line before."""


def make_reports(
    run_file: Path,
    partner_ids: list[str],
    out_dir: Path,
    *,
    settings: Settings,
    ended: Callable[[], EndedPairs],
    columns: tuple[str, ...] | None = None,
    locale: str | None = None,
    force: bool = False,
    held: bool = False,
) -> Batch:
    """Write those partners' reports with a progress bar; failures are said on stderr (`raise_failures` ends with them).

    `columns` and `locale`: one choice for all, instead of the partners' own, which are what the run's decisions say,
    then the settings, which also say how reports look. `ended` asks for the associations ended by the newest
    decisions: it is asked again at the end, and who has ended one meanwhile gets a new report. Reports that the run
    of `out_dir`, or an earlier one, has with the same content are kept, unless `force`. `held`: the partners are held
    and shown this older run, which their reports say.
    """
    from pipeline.render.batch import write_reports
    from pipeline.render.limits import Limits
    from pipeline.render.workers import cluster
    from pipeline.transform.decisions_in_effect import partner_columns
    from pipeline.warehouse.table_queries import decisions_used

    decided = partner_columns(decisions_used(run_file))
    obeyed = ended()
    with ExitStack() as stack:
        executor = stack.enter_context(cluster(settings.scheduler)) if settings.scheduler else None
        advance = stack.enter_context(progress_bar("reports", len(partner_ids)))
        write = partial(
            write_reports,
            run_file,
            out_dir=out_dir,
            columns={} if columns else {**settings.columns, **decided},
            default_columns=columns or rules.DEFAULT_COLUMNS,
            chosen=settings,
            locale=locale,
            pdf_engine=settings.pdf_engine,
            earlier=_reports_before(out_dir),
            force=force,
            held=held,
            limits=Limits(seconds=settings.report_seconds, mebibytes=settings.report_mebibytes),
            executor=executor,
        )
        batch = write(partner_ids, ended=obeyed, progress=lambda _: advance(1))
        while (newest := ended()) - obeyed:
            late = sorted({partner_id for partner_id, _ in newest - obeyed}.intersection(partner_ids))
            batch.failures.update(write(late, ended=newest).failures)
            obeyed = newest
    if batch.kept:
        say(f"{len(batch.kept)} of {len(partner_ids)} reports are unchanged and were kept")
    for partner_id, why in batch.failures.items():
        say(f"renewals: the report of partner {partner_id!r} failed: {why}")
    return batch


def make_shown_reports(
    home: Home,
    run: Run,
    partner_ids: list[str],
    *,
    settings: Settings,
    columns: tuple[str, ...] | None = None,
    locale: str | None = None,
    force: bool = False,
) -> Batch:
    """`make_reports` of what each of those partners is shown: the run, or while it is held an older one (rule 14).

    All reports are in the folder of `run`. A held partner that there is no older run for gets none, and no longer has
    one there: that is said on stderr and is not a failure.
    """
    from pipeline.render.batch import remove_reports
    from pipeline.runtime import ended_associations, held_partners, shown_to
    from pipeline.warehouse.table_queries import partner_ids as known_partners

    held = {name for name, each in held_partners(home).items() if each.covers(run.run_id)}.intersection(partner_ids)
    out_dir = home.reports(run.run_id)
    make = partial(make_reports, out_dir=out_dir, settings=settings, columns=columns, locale=locale, force=force)
    free = [partner_id for partner_id in partner_ids if partner_id not in held]
    batch = make(run.path, free, ended=lambda: ended_associations(home))
    for partner_id in sorted(held):
        try:
            shown = shown_to(home, run, partner_id)
            known = partner_id in known_partners(shown.run_file)
        except UsageError as error:
            say(f"renewals: {error}")
            remove_reports(run.path, partner_id, out_dir)
            continue
        if known:
            own = make(shown.run_file, [partner_id], ended=partial(_hidden_now, home, run, partner_id), held=True)
            batch = batch.with_those_of(own)
    return batch


def _hidden_now(home: Home, run: Run, partner_id: str) -> EndedPairs:
    from pipeline.runtime import shown_to

    return shown_to(home, run, partner_id).hidden


@dataclass(frozen=True, slots=True)
class AllReports:
    """The reports of a run that were made: their paths, what the partners' batch says, why finance's failed or ""."""

    paths: list[Path] = field(default_factory=list)
    batch: Batch | None = None
    finance_failed: str = ""

    def failed(self) -> dict[str, object]:
        """What failed, for programs."""
        return {"failed_reports": self.batch.failures if self.batch else {}, "finance_failed": self.finance_failed}

    def raise_failures(self) -> None:
        """Raises ReportsFailedError (exit 4) when a report could not be made."""
        if self.batch is not None:
            raise_failures(self.batch, finance=self.finance_failed)


def make_all_reports(home: Home, run_file: Path, *, settings: Settings) -> AllReports:
    """Every report of a run that was just published, by itself or accepted: finance's, then every partner's."""
    from pipeline.runtime import ended_associations
    from pipeline.warehouse import find_run
    from pipeline.warehouse.table_queries import partner_ids

    out_dir = home.reports(run_file.stem)
    of_finance, failure = make_finance_report(run_file, out_dir, settings=settings, ended=ended_associations(home))
    run = find_run(home, run_file.stem)
    made = make_shown_reports(home, run, partner_ids(run_file), settings=settings)
    return AllReports([*of_finance, *made.paths], made, failure)


@contextmanager
def after_publishing(run_id: str, run_file: Path | None) -> Iterator[None]:
    """Where that run is published, an error of the machine does not mean that nothing was: exit code 4, not 7."""
    try:
        yield
    except (OSError, MachineError) as error:
        told = error if isinstance(error, MachineError) else machine_error(error)
        if run_file is None or told is None or isinstance(error, BrokenPipeError):
            raise
        raise ReportsFailedError(f"{run_id} is published, but not everything after that was done: {told}") from None


def make_finance_report(
    run_file: Path, out_dir: Path, *, settings: Settings, ended: EndedPairs
) -> tuple[list[Path], str]:
    """Write finance's report of all clients; its paths, and "" or why it could not be made.

    A run without finance's tables gets none, and that is not a failure. The partners' reports do not depend on it.
    """
    from pipeline.render.finance_files import write_finance_report
    from pipeline.render.limits import Limits, within
    from pipeline.warehouse.finance_figures import has_finance

    if not has_finance(run_file):
        return [], ""
    try:
        with within(Limits(seconds=settings.report_seconds, mebibytes=settings.report_mebibytes)):
            return write_finance_report(run_file, out_dir, ended=ended), ""
    except Exception as error:
        text = " ".join(str(error).split()) or "no message"
        why = text if isinstance(error, RenewalsError) else f"{type(error).__name__}: {text}"
        say(f"renewals: finance's report failed: {why}")
        return [], why


def raise_failures(batch: Batch, *, finance: str = "") -> None:
    """Raises ReportsFailedError (exit 4) when a report could not be made; the others are there.

    `finance`: why finance's report could not be made.
    """
    if batch.failures:
        names = ", ".join(sorted(batch.failures)[:NAMED])
        more = f" and {len(batch.failures) - NAMED} more" if len(batch.failures) > NAMED else ""
        raise ReportsFailedError(
            f"{len(batch.failures)} of {batch.wanted} reports failed ({names}{more})"
            f"{', and finance' if finance else ''}; the run and the other reports are there"
        )
    if finance:
        raise ReportsFailedError(f"finance's report failed ({finance}); the run and the partners' reports are there")


def _reports_before(out_dir: Path) -> list[Path]:
    """The reports of the runs before this one, newest first: names of runs sort by time."""
    if not out_dir.parent.is_dir():
        return []
    before = [folder for folder in out_dir.parent.iterdir() if folder.name < out_dir.name and folder.is_dir()]
    return sorted(before, reverse=True)
