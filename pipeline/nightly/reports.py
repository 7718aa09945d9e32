"""Which reports of a published run are made, and made again when a decision arrives meanwhile.

Nothing is printed here: what is worth saying goes to `Telling.say`, progress to `Telling.bar`; results are values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import rules
from pipeline.errors import MachineError, RenewalsError, ReportsFailedError, UsageError
from pipeline.render.batch import Batch, Pool, remove_reports, write_reports
from pipeline.render.finance_files import write_finance_report
from pipeline.render.limits import Limits, within
from pipeline.render.report_choices import BatchChoices
from pipeline.render.workers import cluster
from pipeline.settings import Settings
from pipeline.transform.decisions_in_effect import partner_columns
from pipeline.warehouse import (
    Finance,
    Home,
    Partner,
    ReadableRun,
    Run,
    Vendor,
    newest_decisions,
    readable_run,
)
from pipeline.warehouse.finance_figures import EveryClient, has_finance
from pipeline.warehouse.runs import decisions_of, partner_ids_of
from pipeline.whole_files import machine_error

NAMED = 10
"""Partners named in the last line when reports failed; each has its own line before."""


def _no_bar(_what: str, _total: int) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda _: None)


@dataclass(frozen=True, slots=True)
class Telling:
    """Where the job says what people should know: a line of text, and a progress bar (what, how many)."""

    say: Callable[[str], None] = lambda _: None
    bar: Callable[[str, int], AbstractContextManager[Callable[[int], None]]] = _no_bar


SILENT = Telling()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of many reports: one choice of `columns` and `locale` for all instead of the partners' own (None),
    and whether unchanged reports are made again too (`force`)."""

    columns: tuple[str, ...] | None = None
    locale: str | None = None
    force: bool = False


AS_CHOSEN = Wanted()


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


def make_all_reports(home: Home, run: Run, *, settings: Settings, telling: Telling = SILENT) -> AllReports:
    """Every report of a run that was just published, by itself or accepted: finance's, then every partner's."""
    of_finance, failure = make_finance_report(home, run, settings=settings, telling=telling)
    made = make_partner_reports(home, run, partner_ids_of(run.path), settings=settings, telling=telling)
    return AllReports([*of_finance, *made.paths], made, failure)


def make_partner_reports(
    home: Home,
    run: Run,
    partner_ids: Sequence[str],
    *,
    settings: Settings,
    wanted: Wanted = AS_CHOSEN,
    telling: Telling = SILENT,
) -> Batch:
    """Write the reports of what each of those partners is shown: the run, or while it is held an older one (rule 14).

    Columns, language and format are the partners' own, which are what the run's decisions say, then the settings,
    which also say how reports look. All are in the folder of `run`. Reports that it, or an earlier run, has with the
    same content are kept. A held partner for whom there is no older run gets none, and no longer has one there: that
    is said and is not a failure. Whoever has ended an association meanwhile gets the report again.
    """
    newest = newest_decisions(home)
    held = {name for name, each in newest.held.items() if each.covers(run.run_id)}.intersection(partner_ids)
    free = [partner_id for partner_id in partner_ids if partner_id not in held]
    making = _Making(home, run, settings, wanted, telling)
    batch = making.of_free_partners(free)
    for partner_id in sorted(held):
        batch = batch.with_those_of(making.of_held_partner(partner_id))
    if batch.kept:
        telling.say(f"{len(batch.kept)} of {batch.wanted} reports are unchanged and were kept")
    for partner_id, why in batch.failures.items():
        telling.say(f"renewals: the report of partner {partner_id!r} failed: {why}")
    return batch


@dataclass(frozen=True, slots=True)
class _Making:
    """The reports of one run while they are made."""

    home: Home
    run: Run
    settings: Settings
    wanted: Wanted
    telling: Telling

    def of_free_partners(self, partner_ids: Sequence[str]) -> Batch:
        """The reports of partners that are shown the run itself."""
        return self._write(lambda: readable_run(self.home, self.run, reader=Vendor()), partner_ids)

    def of_held_partner(self, partner_id: str) -> Batch:
        """The report of a partner that is shown an older run, or none when there is no such run."""

        def readable() -> ReadableRun:
            return readable_run(self.home, self.run, reader=Partner(partner_id))

        try:
            shown = readable()
        except UsageError as error:
            self.telling.say(f"renewals: {error}")
            vendors = readable_run(self.home, self.run, reader=Vendor())
            remove_reports(vendors, partner_id, self.home.reports(self.run.run_id))
            return Batch()
        known = partner_id in partner_ids_of(shown.run_file)
        return self._write(readable, [partner_id]) if known else Batch()

    def _write(self, readable: Callable[[], ReadableRun], partner_ids: Sequence[str]) -> Batch:
        """Write them; `readable` is asked again at the end, and who has ended an association since gets it again."""
        obeyed = readable()
        out_dir = self.home.reports(self.run.run_id)
        choices, earlier = self._choices(obeyed), _reports_before(out_dir)
        scheduler = self.settings.scheduler
        with ExitStack() as stack:
            pool = Pool(stack.enter_context(cluster(scheduler)) if scheduler else None)
            advance = stack.enter_context(self.telling.bar("reports", len(partner_ids)))
            force = self.wanted.force
            batch = write_reports(
                obeyed,
                partner_ids,
                out_dir,
                choices,
                earlier=earlier,
                force=force,
                progress=lambda _: advance(1),
                pool=pool,
            )
            while (newest := readable()).ended - obeyed.ended:
                late = sorted({name for name, _ in newest.ended - obeyed.ended}.intersection(partner_ids))
                again = write_reports(newest, late, out_dir, choices, earlier=earlier, force=force, pool=pool)
                batch.failures.update(again.failures)
                obeyed = newest
        return batch

    def _choices(self, run: ReadableRun) -> BatchChoices:
        settings, columns = self.settings, self.wanted.columns
        decided = {} if columns else {**settings.columns, **partner_columns(decisions_of(run.run_file))}
        return BatchChoices(
            columns=decided,
            default_columns=columns or rules.DEFAULT_COLUMNS,
            chosen=settings,
            locale=self.wanted.locale,
            pdf_engine=settings.pdf_engine,
            limits=Limits(seconds=settings.report_seconds, mebibytes=settings.report_mebibytes),
        )


def make_finance_report(
    home: Home, run: Run, *, settings: Settings, telling: Telling = SILENT
) -> tuple[list[Path], str]:
    """Write finance's report of all clients; its paths, and "" or why it could not be made.

    A run without finance's tables gets none, and that is not a failure. The partners' reports do not depend on it.
    """
    readable = readable_run(home, run, reader=Finance())
    with readable.open() as reader:
        if not has_finance(reader):
            return [], ""
    try:
        with within(Limits(seconds=settings.report_seconds, mebibytes=settings.report_mebibytes)):
            return write_finance_report(readable, home.reports(run.run_id), clients=EveryClient()), ""
    except Exception as error:
        text = " ".join(str(error).split()) or "no message"
        why = text if isinstance(error, RenewalsError) else f"{type(error).__name__}: {text}"
        telling.say(f"renewals: finance's report failed: {why}")
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


def _reports_before(out_dir: Path) -> list[Path]:
    """The reports of the runs before this one, newest first: names of runs sort by time."""
    if not out_dir.parent.is_dir():
        return []
    before = [folder for folder in out_dir.parent.iterdir() if folder.name < out_dir.name and folder.is_dir()]
    return sorted(before, reverse=True)
