"""Every step of an estimate, and the export rows it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

import polars as pl

from pipeline.settings import Settings
from pipeline.transform import changes as change_rules
from pipeline.transform import mrr, new_mrr, upgrade_prices
from pipeline.warehouse.explanation_rows import ExplanationRows

STEP_COLUMNS = (
    "change_id",
    "contract_type",
    "renewal_start_date",
    "renewal_deadline",
    "status",
    "status_basis",
    "mrr_before",
    "estimated_new_mrr",
    "mrr_change",
    "estimate_basis",
    *new_mrr.PARTS,
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an estimate came about. Money is per month in the contract's currency unless a column says otherwise."""

    run_id: str
    as_of: date
    renewal_pricing: str
    uplift_percent: Decimal
    change: dict[str, Any]
    """The row of `upcoming_renewals`."""
    steps: pl.DataFrame
    """The upcoming changes of its contract in the order they are taken, up to this one; columns `STEP_COLUMNS`."""
    rows: dict[str, pl.DataFrame]
    """`contract`, `contract_changes`, `contract_lines` (unit_price per billing period; with their list price per month
    on the renewal's day, where renewals are priced from the list) and `limit_blocks` (the bands a CTU or EO is priced
    from), as the export has them."""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "run": self.run_id,
            "as_of": self.as_of,
            "renewal_pricing": self.renewal_pricing,
            "uplift_percent": self.uplift_percent,
            "change": self.change,
            "steps": self.steps.to_dicts(),
            "rows": {name: frame.to_dicts() for name, frame in self.rows.items()},
        }

    def _repr_html_(self) -> str:
        title = f"{self.change['change_id']} of {self.change['client_name']}, as of {self.as_of}"
        parts = [f"<h4>{escape(title)}</h4>", _html_table(self.steps)]
        for name, frame in self.rows.items():
            if frame.height:
                parts += [f"<p><b>{escape(TITLES[name])}</b></p>", _html_table(frame)]
        return "".join(parts)


TITLES = {
    "contract": "The contract",
    "contract_changes": "What is known of its changes",
    "contract_lines": "Its lines (unit_price per billing period; monthly_unit_price from the price book)",
    "limit_blocks": "The bands a higher limit is priced from",
}


def _html_table(frame: pl.DataFrame) -> str:
    """A row per column and a column per row, exact, without what is empty: few rows of many columns stay readable."""
    lines = []
    for name in frame.columns:
        values = frame[name].to_list()
        if any(value is not None for value in values):
            cells = "".join(f"<td>{escape('–' if value is None else str(value))}</td>" for value in values)
            lines.append(f"<tr><th style='text-align:left'>{escape(name)}</th>{cells}</tr>")
    return f"<table>{''.join(lines)}</table>"


def explanation(found: ExplanationRows, change_id: str) -> Explanation:
    """The explanation of one change, from the rows it rests on."""
    changes, rows, books, settings = found.changes, found.of_contract, found.books, found.settings
    in_order = changes.rename({"renewal_start_date": "effective_date"}).sort(
        "effective_date", change_rules.type_order(), "change_id"
    )
    steps = in_order.head(in_order["change_id"].to_list().index(change_id) + 1)
    lines = rows["contract_lines"].filter(mrr.recurring())
    return Explanation(
        run_id=found.run_id,
        as_of=found.as_of,
        renewal_pricing=settings.renewal_pricing,
        uplift_percent=settings.uplift_percent,
        change=changes.filter(pl.col("change_id") == change_id).to_dicts()[0],
        steps=steps.rename({"effective_date": "renewal_start_date"}).select(STEP_COLUMNS),
        rows={
            "contract": rows["contracts"],
            "contract_changes": rows["contract_changes"],
            "contract_lines": _with_list_prices(steps, rows["contract_lines"], books["price_book"], settings),
            "limit_blocks": _bands_used(steps, lines, books["limit_blocks"]),
        },
    )


def _with_list_prices(
    steps: pl.DataFrame, lines: pl.DataFrame, price_book: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    renewals = steps.filter(pl.col("contract_type") == "renewal")
    if renewals.is_empty() or settings.renewal_pricing != "list":
        return lines
    priced = new_mrr.list_prices(
        lines.join(renewals.select("contract_id", "currency", "effective_date"), on="contract_id"), price_book
    )
    return priced.drop("effective_date").sort("line_id")


def _bands_used(steps: pl.DataFrame, lines: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    used = upgrade_prices.base_products(steps, lines, books)
    return used.join(books, on=upgrade_prices.BOOK).sort("change_id", "from_limit")
