"""What the page and the PDF show of tables that can be long, and the command that prints every row.

The workbook and the published tables hold more; totals always count everything.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import Figures
from pipeline.views.finance_report.finance_cells import FinanceTable
from pipeline.views.locale_formats import Formats

ON_PAGE: Final = {"contracts": 500, "lines": 400, "partners": 500, "findings": 200}
"""Rows of a table that the page holds at most; the workbook and the published tables hold more."""

ON_PAPER: Final = {"contracts": 12, "partners": 12, "findings": 40}
"""Rows per currency (findings: in all) that the PDF holds at most."""

PAPER_COLUMNS: Final = {
    "contracts": (
        "contract",
        "client",
        "partner",
        "renewal_start_date",
        "status",
        "current_mrr",
        "settled_mrr",
        "contracted_mrr",
        "expected_mrr",
        "full_mrr",
    ),
    "partners": (
        "partner",
        "clients",
        "contracts",
        "share",
        "current_mrr",
        "contracted_mrr",
        "expected_mrr",
        "full_mrr",
    ),
}


OF_TABLES: Final = {"contracts": "mrr_bridge", "partners": "mrr_bridge", "findings": "findings", "lines": "mrr_bridge"}
"""The published table that holds every row of a table."""


@dataclass(frozen=True, slots=True)
class CurrencyPaper:
    """What the PDF shows of the long tables of one currency."""

    contracts: FinanceTable
    partners: FinanceTable


@dataclass(frozen=True, slots=True)
class Paper:
    """What the PDF shows of the tables that can be long: the first rows and the most telling columns."""

    by_currency: dict[str, CurrencyPaper]
    findings: FinanceTable


class Excerpts:
    """Cuts tables, and says where their other rows are. `partner_id`: whose report it is; None: of all clients."""

    def __init__(self, found: Sequence[Figures], partner_id: str | None, formats: Formats) -> None:
        self._found, self._partner_id, self._formats = found, partner_id, formats

    def on_page(self, table: FinanceTable) -> FinanceTable:
        """The table as the page holds it, its contracts ordered by currency."""
        most = ON_PAGE.get(table.name)
        return table if most is None else self._first(table, most)

    def on_paper(self, tables: dict[str, FinanceTable]) -> Paper:
        """The tables as the PDF holds them."""
        return Paper(
            {
                each.currency: CurrencyPaper(
                    self._of_currency(tables["contracts"], each.currency, each.contracts),
                    self._of_currency(tables["partners"], each.currency, len(each.partners)),
                )
                for each in self._found
            },
            findings=self._first(tables["findings"], ON_PAPER["findings"]),
        )

    def _first(self, table: FinanceTable, most: int) -> FinanceTable:
        rows, count = table.rows[:most], len(table.rows)
        if table.name in ("contracts", "lines"):
            rows = tuple(row for row in table.rows if row.look != "rest")[:most]
        if table.name == "contracts":
            places = {figures.currency: place for place, figures in enumerate(self._found)}
            rows = tuple(sorted(rows, key=lambda row: places[row.currency]))
            count = sum(figures.contracts for figures in self._found)
        return replace(table, rows=rows, more=self._more(table.name, len(rows), count))

    def _of_currency(self, table: FinanceTable, currency: str, count: int) -> FinanceTable:
        """The first of `count` rows of a currency, in the columns that tell most."""
        rows = tuple(row for row in table.rows if row.currency == currency and row.look != "rest")
        shown = picked(replace(table, rows=rows[: ON_PAPER[table.name]]), PAPER_COLUMNS[table.name])
        return replace(shown, more=self._more(table.name, len(shown.rows), count))

    def _more(self, name: str, shown: int, count: int) -> str:
        """What is not shown and the command that prints it; "" when everything is."""
        if shown >= count:
            return ""
        text, number = finance_words.TEXTS["limited" if name == "contracts" else "more"], self._formats.number
        return self._formats.say(text, shown=number(shown), total=number(count), command=self._command(name))

    def _command(self, name: str) -> str:
        """The command that prints all rows of a table."""
        table = OF_TABLES[name]
        whose = f" --partner {shlex.quote(self._partner_id)}" if self._partner_id is not None else ""
        return f"renewals table {table}{whose} --format parquet --output {table}.parquet"


def picked(table: FinanceTable, names: tuple[str, ...]) -> FinanceTable:
    """The table with only these columns, in this order."""
    places = [[column.name for column in table.columns].index(name) for name in names]
    rows = (replace(row, cells=tuple(row.cells[place] for place in places)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in places), rows=tuple(rows))
