"""Rule 10's amounts, row by row and added up per currency (rule 11): what the totals under a table say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

import polars as pl

from pipeline.transform.partner_summary import at_risk
from pipeline.views import terms
from pipeline.views.change_cells import Row
from pipeline.views.locale_formats import Formats

TOTALS: Final = ("upcoming_changes", "mrr_up_for_renewal", "mrr_at_risk", "estimated_change")
"""The key figures that can be added up from the rows of the table."""


@dataclass(frozen=True, slots=True)
class TotalsLine:
    """The totals of one currency: `texts` as shown, and the exact `values` behind them, in the order of `TOTALS`."""

    currency: str
    values: tuple[int | str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """`labels` (the first one for the currency), and one line per currency."""

    labels: tuple[str, ...]
    lines: tuple[TotalsLine, ...]


def with_key_amounts(changes: pl.DataFrame) -> pl.DataFrame:
    """The changes with what each adds to the key figures: `mrr_up_for_renewal` and `mrr_at_risk`."""
    is_renewal = pl.col("contract_type") == "renewal"
    return changes.with_columns(
        mrr_up_for_renewal=pl.when(is_renewal).then("mrr_before").otherwise(0),
        mrr_at_risk=pl.when(is_renewal & at_risk()).then("mrr_before").otherwise(0),
    )


def totals_by_currency(records: list[Row], formats: Formats) -> Totals:
    """The totals of those changes, one line per currency by its code. `records` are rows of `with_key_amounts`."""
    figures = [formats.say(terms.FIGURES[name]) for name in TOTALS]
    currencies = sorted({row["currency"] for row in records})
    return Totals(
        labels=(formats.say(terms.COLUMNS["currency"]), *figures),
        lines=tuple(_line(each, [row for row in records if row["currency"] == each], formats) for each in currencies),
    )


def _line(currency: str, rows: list[Row], formats: Formats) -> TotalsLine:
    up, risk, change = (_sum(rows, name) for name in ("mrr_up_for_renewal", "mrr_at_risk", "mrr_change"))
    return TotalsLine(
        currency,
        values=(len(rows), str(up), str(risk), str(change)),
        texts=(
            formats.number(len(rows)),
            formats.money(up, currency),
            formats.money(risk, currency),
            formats.money_change(change, currency),
        ),
    )


def _sum(rows: list[Row], name: str) -> Decimal:
    with localcontext(prec=60):
        return sum((row[name] for row in rows), Decimal(0))
