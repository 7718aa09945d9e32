"""Finance's report: a section for everything that page, PDF and workbook say, each built when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipeline.views import terms
from pipeline.views.document import Definition, Document, around_numbers
from pipeline.views.finance_report import comparisons, currency_tables, finance_words, listings, tie_out
from pipeline.views.finance_report.currency_figures import BRIDGE, Figures, figures_by_currency
from pipeline.views.finance_report.finance_cells import Cells, FinanceTable, Row, total
from pipeline.views.finance_report.finance_cover import (
    FinanceChoices,
    FinanceCover,
    FinanceScope,
    cover_facts,
    finance_cover,
)
from pipeline.views.finance_report.finance_workbook import FinanceWorkbook, finance_workbook
from pipeline.views.finance_report.sections import CurrencySection, currency_section
from pipeline.views.finance_report.truncation import Excerpts, Paper
from pipeline.views.locale_formats import Formats, formats_for
from pipeline.views.page_data import MoneyShape, decimal_separator, group_separator, money_shapes
from pipeline.views.translations import page_direction


@dataclass(frozen=True, slots=True)
class FinanceWords:
    """The words of pages, by name."""

    page: dict[str, str]
    sections: dict[str, str]
    labels: dict[str, str]
    scenarios: dict[str, str]
    tools: dict[str, str]
    bars: dict[str, str]


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is said besides the tables; "" for nothing to say. `tied`: does everything tie?"""

    note: str
    missing_rates: str
    partner_note: str
    no_findings: str
    empty: str
    tied: bool


@dataclass(frozen=True, slots=True)
class FinancePageData:
    """What the page's script needs besides the page, for JSON: words, and how amounts of each currency are written.

    `partners`: pairs of the key that rows are filtered by and a name.
    """

    language: str
    currencies: tuple[str, ...]
    partners: tuple[tuple[str, str], ...]
    money: dict[str, MoneyShape]
    group: str
    decimal: str
    words: dict[str, str]
    bars: dict[str, str]
    file_name: str


@dataclass(frozen=True)
class FinanceReport:
    """Finance's report. `frames` and `run`: what `warehouse.finance_figures.finance_of_run` gives for that scope."""

    frames: dict[str, pl.DataFrame]
    run: Row
    scope: FinanceScope
    choices: FinanceChoices

    @cached_property
    def formats(self) -> Formats:
        """The words and formats of its language."""
        return formats_for(self.choices.locale)

    @cached_property
    def figures(self) -> list[Figures]:
        """The figures of every currency, the largest first."""
        return figures_by_currency(self.frames)

    @cached_property
    def cells(self) -> Cells:
        """What writes its cells."""
        return Cells(self.formats, self.figures[0].target if self.figures else "")

    @cached_property
    def document(self) -> Document:
        """What the files say of themselves."""
        formats, title = self.formats, self.formats.say(finance_words.TITLE)
        return Document(
            language=formats.language,
            direction=page_direction(formats.locale),
            title=title,
            full_title=" · ".join((title, self.cover.scope, self.cover.as_of.text)),
            author=self.choices.vendor,
            created=str(self.run["created_at"]),
            page_of=around_numbers(formats.say(terms.WORDS["page_of"])),
            brand=self.choices.brand,
        )

    @cached_property
    def cover(self) -> FinanceCover:
        """Whose figures they are, of which day and run."""
        return finance_cover(self.frames["partner"], self.run, self.scope, self.choices)

    @cached_property
    def words(self) -> FinanceWords:
        """The words of pages."""
        say_all = self.formats.say_all
        return FinanceWords(
            page=say_all(terms.WORDS),
            sections=say_all(finance_words.SECTIONS),
            labels=say_all(finance_words.LABELS),
            scenarios=say_all(finance_words.SCENARIOS),
            tools=say_all(finance_words.TOOLS),
            bars=say_all(finance_words.BRIDGE),
        )

    @cached_property
    def checks(self) -> list[tie_out.Check]:
        """What must tie."""
        return tie_out.checks(self.figures, is_whole_book=self.scope.partner_id is None)

    @cached_property
    def tables(self) -> dict[str, FinanceTable]:
        """The tables of all currencies together, whole, by name."""
        found, frames, cells = self.figures, self.frames, self.cells
        contracts = frames["contracts"].to_dicts()
        currency_of = {row["contract_id"]: row["currency"] for row in contracts}
        every = (
            currency_tables.overview(found, cells),
            comparisons.retention(found, cells),
            comparisons.renewal_rates(frames["rates"], cells),
            comparisons.rivals(found, cells),
            comparisons.currencies(found, cells),
            listings.partners(found, cells),
            comparisons.findings_counted(frames["findings_counted"], cells),
            comparisons.findings(frames["findings"], cells),
            listings.contracts(contracts, _rest(found, contracts), cells),
            comparisons.lines(frames["lines"], currency_of, cells),
            tie_out.tie_out(self.checks, cells),
        )
        return {table.name: table for table in every}

    @cached_property
    def sections(self) -> tuple[CurrencySection, ...]:
        """A section per currency."""
        return tuple(currency_section(each, self.cells) for each in self.figures)

    @cached_property
    def excerpts(self) -> Excerpts:
        """What cuts its tables."""
        return Excerpts(self.figures, self.scope.partner_id, self.formats)

    @cached_property
    def page(self) -> dict[str, FinanceTable]:
        """The tables as the page holds them."""
        return {name: self.excerpts.on_page(table) for name, table in self.tables.items()}

    @cached_property
    def paper(self) -> Paper:
        """The long tables as the PDF holds them."""
        return self.excerpts.on_paper(self.tables)

    @cached_property
    def remarks(self) -> Remarks:
        """What is said besides the tables."""
        texts, say = finance_words.TEXTS, self.formats.say
        return Remarks(
            note=say(texts["note"]),
            missing_rates=comparisons.missing_rates(self.figures, self.cells),
            partner_note=say(texts["not_applicable"], command="renewals report --finance --partner ID"),
            no_findings=say(texts["no_findings"]),
            empty="" if self.figures else say(texts["empty"]),
            tied=not any(check.difference for check in self.checks),
        )

    @cached_property
    def currency_label(self) -> str:
        """What the choice of a currency is called."""
        return self.formats.say(terms.COLUMNS["currency"])

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """What every figure means."""
        say, define = self.formats.say, finance_words.definition
        return tuple(
            Definition(say(term), define(text, self.formats)) for term, text in finance_words.DEFINITIONS.items()
        )

    @cached_property
    def page_data(self) -> FinancePageData:
        """What the page's script needs besides the page."""
        formats, currencies = self.formats, tuple(each.currency for each in self.figures)
        return FinancePageData(
            language=formats.language,
            currencies=currencies,
            partners=_partner_names(self.tables["partners"]),
            money=money_shapes(formats, set(currencies)),
            group=group_separator(formats),
            decimal=decimal_separator(formats),
            words=self.words.tools,
            bars=self.words.bars,
            file_name=f"finance-{self.run['as_of'].isoformat()}",
        )

    @cached_property
    def workbook(self) -> FinanceWorkbook:
        """The workbook's sheets."""
        facts = cover_facts(self.cover, self.run, self.formats)
        return finance_workbook(self.tables, self.figures, facts, self.cells)


def finance_report(
    frames: dict[str, pl.DataFrame],
    *,
    run: Row,
    scope: FinanceScope | None = None,
    choices: FinanceChoices | None = None,
) -> FinanceReport:
    """Finance's report. `frames` and `run`: what `warehouse.finance_figures.finance_of_run` gives for that scope."""
    return FinanceReport(frames, run, scope or FinanceScope(), choices or FinanceChoices())


def _rest(found: list[Figures], contracts: list[Row]) -> list[Row]:
    """Per currency what the contracts that are not listed add up to."""
    rest = []
    for each in found:
        listed = [row for row in contracts if row["currency"] == each.currency]
        if len(listed) < each.contracts:
            sums = {name: each.bridge[name] - total(row[name] for row in listed) for name in BRIDGE}
            rest.append({"currency": each.currency, "contracts": each.contracts - len(listed), **sums})
    return rest


def _partner_names(partners: FinanceTable) -> tuple[tuple[str, str], ...]:
    """The key and name of every partner that the table lists, by name."""
    names = {row.partner: row.cells[1].text for row in partners.rows if row.look != "rest"}
    return tuple(sorted(names.items(), key=lambda item: (item[1], item[0])))
