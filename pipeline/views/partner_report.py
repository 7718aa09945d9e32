"""One partner's report: a section for everything it says, each a plain value of texts that were formatted once.

A file asks for the sections that it shows; each is built when it is first asked for, by the function that has its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from pipeline.views import terms
from pipeline.views.change_cells import Row
from pipeline.views.change_table import ChangeTable, DataTable, change_table, data_table
from pipeline.views.changes_since import ChangesSince, Previous, changes_since
from pipeline.views.clients import ClientDetails, client_details
from pipeline.views.document import Day, Definition, Document, around_numbers
from pipeline.views.footnotes import definitions, status_meanings
from pipeline.views.key_figures import CurrencyFigures, key_figures
from pipeline.views.locale_formats import EMPTY, formats_for
from pipeline.views.mrr_totals import Totals, totals_by_currency
from pipeline.views.page_data import PageData, page_data
from pipeline.views.partner_charts import StackedChart, Timeline, deadline_timeline, renewal_charts
from pipeline.views.partner_workbook import PartnerWorkbook, partner_workbook
from pipeline.views.report_inputs import DEFAULT_ORDER, ReportInputs, SettledChoices
from pipeline.views.translations import page_direction

LONGEST_HEADER_NAME: Final = 90
"""Characters of a partner's name at the top of each page."""

LONG_NAME, ENDLESS_NAME = 90, 300
"""Characters from which the title is set smaller, so that it leaves room on the page."""

DATED_AT: Final = "12:00:00Z"
"""The time of day inside the files: at noon in Greenwich it is the same day almost everywhere."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Whose report it is, and of which day.

    `short_name` fits a running header; `name_length` is `long` or `endless`, "" for most names. `held` says that the
    partner is shown an older run, else ""; `run` is named by pages only.
    """

    partner_id: str
    partner_name: str
    short_name: str
    name_length: str
    as_of: Day
    run_id: str
    window: str
    held: str


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words of pages, by name: headings and labels (`page`), tools, client details, data."""

    page: dict[str, str]
    tools: dict[str, str]
    details: dict[str, str]
    data: dict[str, str]


@dataclass(frozen=True)
class PartnerReport:
    """One partner's report, section by section.

    A later run of the same day with the same content gives the same sections except for the cover's `run_id`.
    """

    inputs: ReportInputs

    @cached_property
    def document(self) -> Document:
        """What the files say of themselves."""
        return document(self.inputs)

    @cached_property
    def cover(self) -> Cover:
        """Whose report it is, and of which day."""
        return cover(self.inputs)

    @cached_property
    def words(self) -> ReportWords:
        """The words of pages."""
        say_all = self.inputs.formats.say_all
        return ReportWords(*(say_all(each) for each in (terms.WORDS, terms.TOOLS, terms.DETAILS, terms.DATA)))

    @cached_property
    def key_figures(self) -> tuple[CurrencyFigures, ...]:
        """The key figures per currency, the busiest one first."""
        return key_figures(self.inputs)

    @cached_property
    def charts(self) -> tuple[StackedChart, ...]:
        """MRR up for renewal by month and status, one chart per currency."""
        return renewal_charts(self.inputs.records, self.inputs.formats)

    @cached_property
    def timeline(self) -> Timeline | None:
        """The upcoming deadlines; None where there are none."""
        return deadline_timeline(self.inputs.records, self.inputs.formats, as_of=self.inputs.as_of)

    @cached_property
    def changes_since(self) -> ChangesSince | None:
        """What changed since the previous report; None where there is none."""
        return changes_since(self.inputs.previous, self.inputs.formats)

    @cached_property
    def table(self) -> ChangeTable:
        """The table of changes."""
        return change_table(self.inputs)

    @cached_property
    def totals(self) -> Totals:
        """What stands under the table."""
        return totals_by_currency(self.inputs.records, self.inputs.formats)

    @cached_property
    def clients(self) -> tuple[ClientDetails, ...]:
        """The details of every client with an upcoming change."""
        inputs = self.inputs
        return client_details(inputs.records, inputs.cells, inputs.details, formats=inputs.formats)

    @property
    def has_cards(self) -> bool:
        """Whether paper has a card per client."""
        return self.inputs.choices.cards and not self.inputs.changes.is_empty()

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """What every figure and column shown means."""
        return definitions(self.inputs.marks, self.inputs.window, self.inputs.formats)

    @cached_property
    def statuses(self) -> tuple[Definition, ...]:
        """What every status shown means."""
        return status_meanings(self.inputs.changes, self.inputs.formats)

    @property
    def empty_cell(self) -> str:
        """What stands for a value that is not known."""
        return EMPTY

    @cached_property
    def data(self) -> DataTable:
        """The rows as data, for a CSV."""
        return data_table(self.inputs)

    @cached_property
    def page_data(self) -> PageData:
        """What the interactive page carries besides its table."""
        inputs = self.inputs
        return page_data(
            inputs.records,
            inputs.cells,
            partner_id=inputs.partner["partner_id"],
            columns=inputs.columns(inputs.known_columns),
            shown=inputs.choices.columns,
            clients=self.clients,
            formats=inputs.formats,
        )

    @cached_property
    def workbook(self) -> PartnerWorkbook:
        """What the workbook holds besides the table of changes."""
        inputs = self.inputs
        columns = inputs.columns((*inputs.known_columns, "mrr_before"))
        return partner_workbook(inputs.records, inputs.cells, columns=columns, formats=inputs.formats)


def partner_report(
    tables: dict[str, pl.DataFrame],
    *,
    partner: Row,
    run: Row,
    choices: SettledChoices,
    previous: Previous | None = None,
    held: bool = False,
) -> PartnerReport:
    """One partner's report; its rows sorted by the order chosen, then by rule 8's.

    `tables` holds `upcoming_renewals`, `partner_summary` and the tables of client details that there are; rows of other
    partners are ignored. `partner` is a row of the export's partners, `run` the row of `run_info`. `held`: the partner
    is shown an older run (rule 14), which the report says. Amounts are per month and per currency (rule 11).
    """
    mine = pl.col("partner_id") == partner["partner_id"]
    order = tuple(dict.fromkeys((choices.order, *DEFAULT_ORDER)))
    return PartnerReport(
        ReportInputs(
            partner=partner,
            run=run,
            choices=choices,
            formats=formats_for(choices.locale),
            changes=tables["upcoming_renewals"].filter(mine).sort(*order),
            summary=tables["partner_summary"].filter(mine).sort(-pl.col("upcoming_changes"), "currency"),
            details=tables,
            previous=previous,
            held=held,
        )
    )


def document(inputs: ReportInputs) -> Document:
    """What the files of a partner's report say of themselves. The time inside them is of the run's day, not the run's:
    equal content of one day gives equal files.
    """
    formats, direction = inputs.formats, page_direction(inputs.choices.locale)
    name, title = inputs.partner["partner_name"], formats.say(terms.REPORT_TITLE)
    return Document(
        language=formats.language,
        direction=direction,
        title=title,
        full_title=" · ".join((title, name, formats.day(inputs.as_of))),
        author=name,
        created=f"{inputs.as_of.isoformat()}T{DATED_AT}",
        page_of=around_numbers(formats.say(terms.WORDS["page_of"])),
        brand=inputs.choices.brand,
        mirrored=direction != page_direction(formats.locale),
    )


def cover(inputs: ReportInputs) -> Cover:
    """The cover of a partner's report."""
    name, day = inputs.partner["partner_name"], inputs.formats.day(inputs.as_of)
    return Cover(
        partner_id=inputs.partner["partner_id"],
        partner_name=name,
        short_name=_short(name),
        name_length=_length(name),
        as_of=Day(day, inputs.as_of.isoformat()),
        run_id=inputs.run["run_id"],
        window=inputs.window,
        held=inputs.formats.say(terms.HELD, day=day) if inputs.held else "",
    )


def _short(name: str) -> str:
    """A name that fits a running header."""
    return name if len(name) <= LONGEST_HEADER_NAME else f"{name[:LONGEST_HEADER_NAME].rstrip()}…"


def _length(name: str) -> str:
    """How long a name is for a title: `long`, `endless`, or "" for most."""
    if len(name) > ENDLESS_NAME:
        return "endless"
    return "long" if len(name) > LONG_NAME else ""
