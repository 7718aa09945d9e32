"""One published run, opened to be read: tables, SQL, explanations and reports, people masked unless asked."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, overload

import duckdb
import polars as pl

from pipeline import runtime
from pipeline.analysis import arguments
from pipeline.analysis.audit import record_look
from pipeline.analysis.explanation import Explanation, explanation
from pipeline.analysis.inline_report import InlineReport
from pipeline.errors import UsageError
from pipeline.settings import Settings, shown_columns
from pipeline.tables.exports import EXPORTS
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse.home import Home
from pipeline.warehouse.runs import Run, find_run, settings_of
from pipeline.warehouse.sandboxed_connection import PAIRS, open_for_analysts, refuse_other_than_reading
from pipeline.warehouse.table_queries import decisions_in, table_query

_CONTRACT: Final = "exports."


class OpenRun:
    """A published run, pinned: a run published meanwhile changes nothing here. Made by `open_run`.

    Ended associations follow the newest decisions, at every call: those clients are in no row, report or summary of
    their former partner; `contract_mrr` keeps their contracts as nobody's, as finance sees it. A partner that is held
    (rule 14) has the rows and the report of its last run that was not held, wherever it is asked for by its id.
    """

    def __init__(self, home: Home, run: Run, *, hidden: EndedPairs = frozenset()) -> None:
        self._home, self._run, self._hidden = home, run, hidden
        self._ended: EndedPairs = frozenset()
        self._connections: dict[tuple[bool, bool, bool], duckdb.DuckDBPyConnection] = {}
        self.settings: Settings
        """The settings the run was made with."""
        self.as_of: date
        """The day its figures are true for."""
        self.settings, self.as_of = settings_of(self._cursor())

    @property
    def run(self) -> Run:
        """The run as the warehouse knows it: its id and its file."""
        return self._run

    @property
    def run_id(self) -> str:
        """The run's id, `run-<UTC time>-<short id>`."""
        return self._run.run_id

    @property
    def ended(self) -> EndedPairs:
        """The associations that partners have ended, by the newest decisions: `(partner_id, hub_id)`."""
        return runtime.ended_associations(self._home)

    @property
    def tables(self) -> pl.DataFrame:
        """The tables `table()` and `sql()` know: one row each, `table, grain, description, rows`."""
        cursor = self._cursor(finance=True)
        names = cursor.execute("SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal")
        there = {name if schema == "main" else f"{schema}.{name}" for schema, name in names.fetchall()}
        declared = {**PUBLISHED, **{f"{_CONTRACT}{name}": table for name, table in EXPORTS.items()}}
        rows = [
            (name, table.grain, table.description, cursor.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0])  # noqa: S608
            for name, table in declared.items()
            if name in there
        ]
        return pl.DataFrame(rows, schema=["table", "grain", "description", "rows"], orient="row")

    @overload
    def table(
        self,
        name: str,
        *,
        partner: str | None = ...,
        search: str | None = ...,
        columns: Sequence[str] | None = ...,
        lazy: Literal[False] = ...,
        unmask: bool = ...,
    ) -> pl.DataFrame: ...

    @overload
    def table(
        self,
        name: str,
        *,
        partner: str | None = ...,
        search: str | None = ...,
        columns: Sequence[str] | None = ...,
        lazy: Literal[True],
        unmask: bool = ...,
    ) -> pl.LazyFrame: ...

    def table(
        self,
        name: str,
        *,
        partner: str | None = None,
        search: str | None = None,
        columns: Sequence[str] | None = None,
        lazy: bool = False,
        unmask: bool = False,
    ) -> pl.DataFrame | pl.LazyFrame:
        """A table of the run, in its own order, with the declared columns and types.

        `name`: a published table (`upcoming_renewals`, one row per partner and upcoming change; see `tables`), or one
        of the contract's as the run read it (`exports.contract_lines`). Money is `Decimal`, exact, per month in the
        row's own `currency`; dates are calendar days; codes stand where reports have labels.
        `partner`: only that partner's rows. `search`: case- and accent-insensitive, in client name, website and hub ID.
        `columns`: these, in this order. `lazy`: a LazyFrame that reads only what is asked of it.
        `unmask`: people's names, e-mail addresses and job titles instead of `***`; the look is recorded.

        Raises UsageError for an unknown table, partner or column, or a filter the table has no column for.
        """
        name, search = arguments.text("name", name), arguments.text_or_none("search", search)
        partner, columns = arguments.text_or_none("partner", partner), arguments.names_or_none("columns", columns)
        lazy, unmask = arguments.flag("lazy", lazy), arguments.flag("unmask", unmask)
        if name.startswith(_CONTRACT) and name[len(_CONTRACT) :] in EXPORTS:
            query, values = self._contract_query(name, partner, search, columns), dict[str, Any]()
        elif name in PUBLISHED:
            if partner is not None and (instead := self._shown_instead(partner)):
                return instead.table(name, partner=partner, search=search, columns=columns, lazy=lazy, unmask=unmask)  # type: ignore[call-overload, no-any-return]
            query, values = table_query(
                self._cursor(finance=name in FINANCE),
                name,
                partner_id=partner,
                search=search,
                columns=columns,
                pairs=PAIRS if self._ended else None,
            )
        else:
            known = (*PUBLISHED, *(f"{_CONTRACT}{table}" for table in EXPORTS))
            close = difflib.get_close_matches(name, known, n=1)
            raise UsageError(f"no table {name!r}{f' (did you mean {close[0]!r}?)' if close else ''}: see run.tables")
        looked = f"table {name}" + (f" of {partner}" if partner else "") if unmask else None
        cursor = self._cursor(unmask=looked, finance=name in FINANCE)
        try:
            relation = cursor.sql(query, params=values) if values else cursor.sql(query)
        except duckdb.CatalogException:
            raise UsageError(
                f"{self.run_id} has no table {name}: it was made by an older version, or with run --no-finance"
            ) from None
        except duckdb.BinderException:
            raise UsageError(
                f"{self.run_id} was made by an older version and lacks a column of {name}: name the columns you need"
            ) from None
        frame: pl.DataFrame | pl.LazyFrame = relation.pl(lazy=True) if lazy else relation.pl()
        return frame

    def sql(
        self,
        query: str,
        params: Mapping[str, Any] | None = None,
        *,
        frames: Mapping[str, pl.DataFrame] | None = None,
        unmask: bool = False,
    ) -> pl.DataFrame:
        """The rows of one SELECT in DuckDB's SQL over the run's tables (`run.tables`), as they are in `table()`.

        Decimals of the run have 38 digits here, so that a product of three does not overflow.
        `params` fill `$name` in the query. `frames`: Polars frames of yours to join with, by name. `unmask` as in
        `table()`; the recorded look holds the query. In SQL `sum()` of money is exact; `avg()` and `/` give binary
        floats, which money is not made of.

        Raises UsageError for anything but one SELECT, for what is not a table of the run, and for what DuckDB refuses.
        """
        query, unmask = arguments.text("query", query), arguments.flag("unmask", unmask)
        values, mine = arguments.parameters("params", params), arguments.frames("frames", frames)
        for name in mine:
            if name.lower() in PUBLISHED:
                raise UsageError(f"frames: {name!r} is a table of the run: give your frame another name")
        refuse_other_than_reading(self._cursor(), query)
        looked = f"sql {' '.join(query.split())}" if unmask else None
        cursor = self._cursor(unmask=looked, finance=any(name in query.lower() for name in FINANCE), wide=True)
        try:
            for name, frame in mine.items():
                cursor.register(name, frame)
            # DuckDB takes an empty set of parameters for one too many.
            relation = cursor.sql(query, params=values) if values else cursor.sql(query)
            found: pl.DataFrame = relation.pl()
        except duckdb.Error as error:
            raise UsageError(f"DuckDB says: {error}") from None
        return found

    def explain(self, change_id: str, *, unmask: bool = False) -> Explanation:
        """Every step of the estimate of one change, with the export rows it came from.

        Raises UsageError when no partner's upcoming change has that id.
        """
        change_id, unmask = arguments.text("change_id", change_id), arguments.flag("unmask", unmask)
        cursor = self._cursor(unmask=f"explanation of {change_id}" if unmask else None)
        return explanation(cursor, self.run_id, change_id)

    def report(
        self,
        partner_id: str,
        *,
        columns: Sequence[str] | None = None,
        locale: str | None = None,
        height: int = 720,
        unmask: bool = False,
    ) -> InlineReport:
        """The partner's report, as its HTML file, to be shown inline: the last value of a cell.

        `columns`: to add to the locked ones, in this order, instead of the partner's own choice; `locale`: such as
        `pt-BR`, instead of its own; `height` of the frame in pixels. Contacts are masked unless `unmask`, which is
        recorded; the clients of ended associations are not in it.

        Raises UsageError for an unknown partner, column or locale.
        """
        from pipeline.render.html import report_html
        from pipeline.render.load_partner_view import partner_view
        from pipeline.settings import known_locale

        partner_id, unmask = arguments.text("partner_id", partner_id), arguments.flag("unmask", unmask)
        columns, locale = arguments.names_or_none("columns", columns), arguments.text_or_none("locale", locale)
        height = arguments.whole("height", height, lowest=50, highest=20_000)
        if instead := self._shown_instead(partner_id):
            return instead.report(partner_id, columns=columns, locale=locale, height=height, unmask=unmask)
        cursor = self._cursor(unmask=f"report of {partner_id}" if unmask else None)
        view = partner_view(
            cursor,
            partner_id,
            decided=decisions_in(cursor, partner_id=partner_id),
            columns=None if columns is None else shown_columns(list(columns)),
            locale=None if locale is None else known_locale("locale", locale),
        )
        return InlineReport(partner_id, self.run_id, report_html(view), height)

    def __repr__(self) -> str:
        return f"<{self.run_id} as of {self.as_of}>"

    def _contract_query(self, name: str, partner: str | None, search: str | None, columns: Sequence[str] | None) -> str:
        declared = EXPORTS[name[len(_CONTRACT) :]].column_names
        if partner is not None or search is not None:
            raise UsageError(f"{name} is the vendor's own: partner= and search= are for published tables")
        for column in columns or ():
            if column not in declared:
                raise UsageError(f"{name} has no column {column!r}. It has: {', '.join(declared)}")
        return f"SELECT {', '.join(columns or declared)} FROM {name}"  # noqa: S608

    def _shown_instead(self, partner_id: str) -> OpenRun | None:
        """The run that a held partner is shown instead of this one; None when it is shown this one (rule 14)."""
        shown = runtime.shown_to(self._home, self._run, partner_id)
        if not shown.held:
            return None
        run = find_run(self._home, shown.run_file.stem)
        return OpenRun(self._home, run, hidden=shown.hidden)

    def _cursor(
        self, *, unmask: str | None = None, finance: bool = False, wide: bool = False
    ) -> duckdb.DuckDBPyConnection:
        """A cursor on the run. `unmask`: what is looked at, when people are to be seen; `finance`: for its tables;
        `wide`: with decimals of 38 digits."""
        if unmask is not None:
            record_look(
                self._home,
                time=runtime.now(),
                who=runtime.system_user(),
                run_id=self.run_id,
                what=unmask,
            )
        ended = runtime.ended_associations(self._home) | self._hidden
        if ended != self._ended:
            self._connections.clear()
            self._ended = ended
        # Without ended associations finance's tables cost nothing: one connection serves all.
        kind = (unmask is not None, finance and bool(ended), wide)
        if kind not in self._connections:
            self._connections[kind] = open_for_analysts(
                self._run.path, ended=ended, unmask=kind[0], finance=finance or not ended, wide=wide
            )
        return self._connections[kind].cursor()
