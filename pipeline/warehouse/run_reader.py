"""Reading a published run for somebody: the only way above the warehouse.

`readable_run` says once, by the newest decisions, what a reader may see of a run (`ReadableRun`, a value that can be
given to a worker); `RunReader` reads it. Scope is part of the reader: no method takes a partner, and none shows more
than the reader may see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse.association_visibility import AGAIN, hide
from pipeline.warehouse.database import open_run_file
from pipeline.warehouse.explanation_rows import ExplanationRows, explanation_rows
from pipeline.warehouse.finance_association_visibility import show_finance_again
from pipeline.warehouse.home import Home
from pipeline.warehouse.newest_decisions import newest_decisions
from pipeline.warehouse.partner_rows import PartnerRows, partner_row, partner_rows
from pipeline.warehouse.readers import Partner, Reader, Vendor, partner_of
from pipeline.warehouse.run_shown import clients_of, run_shown_instead
from pipeline.warehouse.runs import Run, settings_of
from pipeline.warehouse.table_queries import TableRequest, lacking_columns, read_rows, tables_there

if TYPE_CHECKING:
    from pipeline.store import HeldPartner


@dataclass(frozen=True, slots=True)
class ReadableRun:
    """What one reader may see of one run, as the decisions were when this was made: a value of paths and IDs.

    `ended`: the associations whose clients are in no row of their former partner. `held`: the partner is held, and
    `run_file` is an older run than the one asked for (rule 14).
    """

    run_file: Path
    reader: Reader
    ended: EndedPairs
    held: HeldPartner | None = None

    @property
    def run_id(self) -> str:
        """The name of the run."""
        return self.run_file.stem

    def open(self) -> RunReader:
        """A reader of it, to be closed. Raises UsageError for a partner that the run does not know."""
        return RunReader(self)

    def of_partner(self, partner_id: str) -> ReadableRun:
        """The same run for one partner, from that of somebody who reads every partner's rows, or from its own.

        Raises UsageError for another partner than the reader.
        """
        if partner_of(self.reader) not in (None, partner_id):
            raise UsageError(f"there is no partner {partner_id!r} in {self.run_id}")
        own = frozenset(pair for pair in self.ended if pair[0] == partner_id)
        return replace(self, reader=Partner(partner_id), ended=own)

    def at(self, run_file: Path) -> ReadableRun:
        """Another run for the same reader, with the same associations hidden."""
        return replace(self, run_file=run_file)


def readable_run(home: Home, run: Run, *, reader: Reader) -> ReadableRun:
    """What that reader may see of that run, by the newest decisions.

    Raises UsageError for a partner that is held while there is no older run to show.
    """
    newest = newest_decisions(home)
    if not isinstance(reader, Partner):
        return ReadableRun(run.path, reader, newest.ended)
    ended = frozenset(pair for pair in newest.ended if pair[0] == reader.partner_id)
    held = newest.held.get(reader.partner_id)
    if held is None or not held.covers(run.run_id):
        return ReadableRun(run.path, reader, ended)
    older, gone = run_shown_instead(home, held)
    return ReadableRun(older.path, reader, ended | {(reader.partner_id, hub_id) for hub_id in gone}, held)


def open_run(home: Home, run: Run, *, reader: Reader) -> RunReader:
    """That run opened for that reader, to be closed (a context manager).

    Raises UsageError for a partner that the run does not know, or that is held while there is no older run to show.
    """
    return readable_run(home, run, reader=reader).open()


class RunReader:
    """One run, as one reader may see it. Money is exact, per month, in the row's own currency; dates are days."""

    def __init__(self, readable: ReadableRun) -> None:
        self.readable = readable
        self._con = open_run_file(readable.run_file)
        self._finance_shown = False
        self._partner = partner_of(readable.reader)
        try:
            hide(self._con, readable.ended, readable.run_id)
            self.settings: Settings
            """The settings the run was made with."""
            self.as_of: date
            """The day its figures are true for."""
            self.settings, self.as_of = settings_of(self._con)
            if self._partner is not None and partner_row(self._con, self._partner) is None:
                raise UsageError(f"there is no partner {self._partner!r} in {self.run_id}")
        except BaseException:
            self._con.close()
            raise

    def __enter__(self) -> RunReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the run's file."""
        self._con.close()

    @property
    def run_id(self) -> str:
        """The name of the run that is read: of a held partner's, an older one than it asked for."""
        return self.readable.run_id

    def table(
        self,
        name: str,
        *,
        columns: Sequence[str] | None = None,
        where: Mapping[str, str] | None = None,
        search: str | None = None,
        sort: Sequence[tuple[str, bool]] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> pl.DataFrame:
        """Rows of a published table, in its own order, which for `upcoming_renewals` is the default sort of rule 8.

        `columns`: these, in this order; a column that the run lacks (see `lacking`) is null. `where`: the columns have
        these values. `search`: as `transform.search` says. `sort`: columns, each with whether it descends; amounts
        sort within their currency. `limit`, `offset`: how many of the rows found, from which on (0 = the first).
        Raises UsageError for a table or column that cannot be read so.
        """
        request = TableRequest(name, columns, dict(where or {}), search, tuple(sort), limit, offset)
        return read_rows(self._scoped(name), request, partner_id=self._partner, hidden=bool(self.readable.ended))

    def count(self, name: str, *, where: Mapping[str, str] | None = None, search: str | None = None) -> int:
        """How many rows `table` finds without a limit."""
        return self.table(name, columns=PUBLISHED[name].column_names[:1], where=where, search=search).height

    def has(self, name: str) -> bool:
        """Whether the run has that table: one made by an older version, or without finance, may lack it."""
        return name in tables_there(self._con)

    def lacking(self, name: str) -> tuple[str, ...]:
        """The columns of that table that the run lacks: it was made by an older version. They read as null."""
        return lacking_columns(self._con, name)

    def run_info(self) -> dict[str, Any]:
        """The row of `run_info`."""
        request = TableRequest("run_info")
        return read_rows(self._con, request, partner_id=None, hidden=False).to_dicts()[0]

    def partner_rows(self) -> PartnerRows:
        """All that the partner's report is made from. Only for a partner."""
        if self._partner is None:
            raise UsageError("one partner's rows are read for that partner")
        return partner_rows(self._con, self._partner)

    def explanation_rows(self, change_id: str) -> ExplanationRows:
        """The changes and export rows that an estimate rests on.

        Raises UsageError when no upcoming change that this reader may see has that ID.
        """
        return explanation_rows(self._con, self.run_id, change_id, partner_id=self._partner)

    def clients_of_record(self) -> frozenset[str]:
        """The accounts that the run's export gives to the partner on its day, less the associations that have ended."""
        ended = {hub_id for partner_id, hub_id in self.readable.ended if partner_id == self._partner}
        return clients_of(self.readable.run_file, str(self._partner)) - ended

    def contacts_of(self, hub_id: str) -> frozenset[str]:
        """The IDs of the contacts of one of the partner's clients."""
        if hub_id not in self.clients_of_record():
            return frozenset()
        rows = self._con.execute("SELECT contact_id FROM exports.contacts WHERE hub_id = ?", [hub_id]).fetchall()
        return frozenset(contact_id for (contact_id,) in rows)

    def partner_ids(self) -> list[str]:
        """Every partner that the reader may know of, in the order of their IDs."""
        if self._partner is not None:
            return [self._partner]
        rows = self._con.execute("SELECT partner_id FROM exports.partners ORDER BY partner_id").fetchall()
        return [partner_id for (partner_id,) in rows]

    def digests(self, tables: Sequence[str]) -> dict[str, list[tuple[str, int, str]]]:
        """Per partner and table: how many rows there are, and a digest of them, whatever their order.

        Also of `exports.partners` and of whose clients are the partner's. Equal digests mean equal rows.
        """
        found: dict[str, list[tuple[str, int, str]]] = {}
        there = tables_there(self._con)
        for table in ("exports.partners", _ASSOCIATIONS, *(name for name in tables if name in there)):
            for partner_id, count, digest in self._con.execute(_DIGESTS.format(table=table)).fetchall():
                if self._partner in (None, partner_id):
                    found.setdefault(partner_id, []).append((table, count, digest))
        return found

    def finance_connection(self) -> duckdb.DuckDBPyConnection:
        """For `warehouse.finance_figures` alone: the connection, with finance's tables as they are by now."""
        if isinstance(self.readable.reader, Vendor):
            raise UsageError("finance's tables are read by finance")
        self._show_finance()
        return self._con

    def _scoped(self, name: str) -> duckdb.DuckDBPyConnection:
        """The connection on which that table can be read."""
        if name in FINANCE:
            return self.finance_connection()
        return self._con

    def _show_finance(self) -> None:
        if self.readable.ended and not self._finance_shown and tables_there(self._con) >= AGAIN.keys():
            show_finance_again(self._con, self.readable.run_file, self.readable.ended, self.run_id)
        self._finance_shown = True


_ASSOCIATIONS = "(SELECT partner_id, hub_id, association_ended_on FROM exports.clients)"

_DIGESTS = """
SELECT partner_id, count(*) AS row_count, bit_xor(md5_number(t::VARCHAR))::VARCHAR AS digest
FROM {table} t WHERE partner_id IS NOT NULL GROUP BY partner_id
"""
