"""One published run, opened to be read: tables, SQL, explanations and reports, people masked unless asked."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, overload

import polars as pl

from pipeline import runtime
from pipeline.analysis import arguments
from pipeline.analysis.audit import record_look
from pipeline.analysis.explanation import Explanation, explanation
from pipeline.analysis.inline_report import InlineReport
from pipeline.errors import UsageError
from pipeline.settings import Settings, shown_columns
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import EndedPairs
from pipeline.warehouse import Home, Partner, Run, find_run, newest_decisions, readable_run
from pipeline.warehouse.analyst_reader import AnalystReader, AnalystRequest

_CONTRACT: Final = "exports."


class OpenRun:
    """A published run, pinned: a run published meanwhile changes nothing here. Made by `open_run`.

    Ended associations follow the newest decisions, at every call: those clients are in no row, report or summary of
    their former partner; `contract_mrr` keeps their contracts as nobody's, as finance sees it. A partner that is held
    (rule 14) has the rows and the report of its last run that was not held, wherever it is asked for by its id.
    """

    def __init__(self, home: Home, run: Run, *, hidden: EndedPairs = frozenset()) -> None:
        self._home, self._run, self._hidden = home, run, hidden
        self._rows = AnalystReader(run.path)
        self.settings: Settings
        """The settings the run was made with."""
        self.as_of: date
        """The day its figures are true for."""
        self.settings, self.as_of = self._reading().made_with()

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
        return newest_decisions(self._home).ended

    @property
    def tables(self) -> pl.DataFrame:
        """The tables `table()` and `sql()` know: one row each, `table, grain, description, rows`."""
        return self._reading().tables()

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
            if partner is not None or search is not None:
                raise UsageError(f"{name} is the vendor's own: partner= and search= are for published tables")
            exported = name[len(_CONTRACT) :]
            return self._reading(f"table {name}" if unmask else None).exported(
                exported, columns, lazy=lazy, unmask=unmask
            )
        if name not in PUBLISHED:
            known = (*PUBLISHED, *(f"{_CONTRACT}{table}" for table in EXPORTS))
            close = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"there is no table {name!r}{f' (did you mean {close[0]!r}?)' if close else ''}: see run.tables"
            )
        if partner is not None and (instead := self._shown_instead(partner)):
            return instead.table(name, partner=partner, search=search, columns=columns, lazy=lazy, unmask=unmask)  # type: ignore[call-overload, no-any-return]
        looked = f"table {name}" + (f" of {partner}" if partner else "") if unmask else None
        request = AnalystRequest(name, partner, search, columns, lazy)
        return self._reading(looked).published(request, unmask=unmask)

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
        self._reading().check_query(query)
        looked = f"sql {' '.join(query.split())}" if unmask else None
        return self._reading(looked).select(query, values, mine, unmask=unmask)

    def explain(self, change_id: str, *, unmask: bool = False) -> Explanation:
        """Every step of the estimate of one change, with the export rows it came from.

        Raises UsageError when no partner's upcoming change has that id.
        """
        change_id, unmask = arguments.text("change_id", change_id), arguments.flag("unmask", unmask)
        reading = self._reading(f"explanation of {change_id}" if unmask else None)
        return explanation(reading.explanation_rows(self.run_id, change_id, unmask=unmask), change_id)

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
        from pipeline.render.load_partner_view import load_partner_view
        from pipeline.render.report_choices import ReportChoices
        from pipeline.settings import known_locale

        partner_id, unmask = arguments.text("partner_id", partner_id), arguments.flag("unmask", unmask)
        columns, locale = arguments.names_or_none("columns", columns), arguments.text_or_none("locale", locale)
        height = arguments.whole("height", height, lowest=50, highest=20_000)
        if instead := self._shown_instead(partner_id):
            return instead.report(partner_id, columns=columns, locale=locale, height=height, unmask=unmask)
        rows = self._reading(f"report of {partner_id}" if unmask else None).partner_rows(partner_id, unmask=unmask)
        choices = ReportChoices(
            columns=None if columns is None else shown_columns(list(columns)),
            locale=None if locale is None else known_locale("locale", locale),
        )
        view = load_partner_view(rows, choices)
        return InlineReport(partner_id, self.run_id, report_html(view), height)

    def __repr__(self) -> str:
        return f"<{self.run_id} as of {self.as_of}>"

    def _shown_instead(self, partner_id: str) -> OpenRun | None:
        """The run that a held partner is shown instead of this one; None when it is shown this one (rule 14)."""
        shown = readable_run(self._home, self._run, reader=Partner(partner_id))
        if shown.held is None:
            return None
        return OpenRun(self._home, find_run(self._home, shown.run_id), hidden=shown.ended)

    def _reading(self, looked: str | None = None) -> AnalystReader:
        """The run's rows, as the newest decisions show them. `looked`: what of people's data is looked at."""
        if looked is not None:
            now, who = runtime.now(), runtime.system_user()
            record_look(self._home, time=now, who=who, run_id=self.run_id, what=looked)
        self._rows.hide(newest_decisions(self._home).ended | self._hidden)
        return self._rows
