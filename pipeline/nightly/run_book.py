"""What was recorded about runs and held partners (rule 14): append-only records in the decisions' store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pipeline import warehouse
from pipeline.store import RecordDraft, RunRecord
from pipeline.store.run_records import (
    append_record,
    hold_partners,
    partners_held,
    release_partner,
    run_records,
    withdrawn_runs,
)
from pipeline.warehouse.comparison_runs import Retained

if TYPE_CHECKING:
    from pipeline.store import DecisionStore, HeldPartner
    from pipeline.warehouse import Home


class RunBook:
    """What was recorded about runs and held partners, and the way to record more.

    `opened` opens the decisions' store; it is not asked while `is_empty` says that there is none, so that reading
    makes no store.
    """

    def __init__(self, opened: Callable[[], DecisionStore], is_empty: Callable[[], bool]) -> None:
        self._opened = opened
        self._is_empty = is_empty

    def records(self) -> list[RunRecord]:
        """Every record, in order."""
        if self._is_empty():
            return []
        with self._opened() as store:
            return run_records(store)

    def held(self) -> dict[str, HeldPartner]:
        """The partners held now, by their id."""
        if self._is_empty():
            return {}
        with self._opened() as store:
            return partners_held(store)

    def add(self, draft: RecordDraft) -> RunRecord:
        """Record an acceptance or a rollback."""
        with self._opened() as store:
            return append_record(store, draft)

    def hold(self, drafts: Sequence[RecordDraft]) -> list[RunRecord]:
        """Record the holds of partners that are not held yet; gives the new ones. Without drafts no store is made."""
        if not drafts:
            return []
        with self._opened() as store:
            return hold_partners(store, drafts)

    def release(self, draft: RecordDraft) -> HeldPartner:
        """Record a release; gives the hold that it ended. Raises UsageError for a partner that is not held."""
        with self._opened() as store:
            return release_partner(store, draft)

    def retained(self, home: Home) -> Retained:
        """Which published runs have a reason to be kept besides the newest ones."""
        records, held = self.records(), self.held()
        return Retained(
            withdrawn=withdrawn_runs(records, [run.run_id for run in warehouse.list_runs(home)]),
            shown=frozenset(each.shown_run_id for each in held.values() if each.shown_run_id),
        )

    def withdrawn(self, home: Home) -> frozenset[str]:
        """The published runs that were rolled back since, and not rolled forward to again."""
        return withdrawn_runs(self.records(), [run.run_id for run in warehouse.list_runs(home)])
