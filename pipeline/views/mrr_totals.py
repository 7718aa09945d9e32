"""Rule 10's amounts, row by row and added up per currency (rule 11): what the totals under a table say."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any, Final

import polars as pl

from pipeline.transform.partner_summary import at_risk
from pipeline.views import terms
from pipeline.views.locale_formats import Formats

Row = dict[str, Any]

TOTALS: Final = ("upcoming_changes", "mrr_up_for_renewal", "mrr_at_risk", "estimated_change")
"""The key figures that can be added up from the rows of the table."""


def with_key_amounts(changes: pl.DataFrame) -> pl.DataFrame:
    """The changes with what each adds to the key figures: `mrr_up_for_renewal` and `mrr_at_risk`."""
    is_renewal = pl.col("contract_type") == "renewal"
    return changes.with_columns(
        mrr_up_for_renewal=pl.when(is_renewal).then("mrr_before").otherwise(0),
        mrr_at_risk=pl.when(is_renewal & at_risk()).then("mrr_before").otherwise(0),
    )


def totals_by_currency(records: list[Row], formats: Formats) -> dict[str, Any]:
    """`labels` and one line per `currency`: its `texts`, and the exact `values` behind them.

    `records` are rows of `with_key_amounts`.
    """
    return {
        "labels": [formats.say(terms.COLUMNS["currency"]), *(formats.say(terms.FIGURES[name]) for name in TOTALS)],
        "lines": [
            _line(currency, [row for row in records if row["currency"] == currency], formats)
            for currency in sorted({row["currency"] for row in records})
        ],
    }


def _line(currency: str, rows: list[Row], formats: Formats) -> dict[str, Any]:
    with localcontext(prec=60):
        up, risk, change = (
            sum((row[name] for row in rows), Decimal(0)) for name in ("mrr_up_for_renewal", "mrr_at_risk", "mrr_change")
        )
    return {
        "currency": currency,
        "values": [len(rows), str(up), str(risk), str(change)],
        "texts": [
            formats.number(len(rows)),
            formats.money(up, currency),
            formats.money(risk, currency),
            formats.money_change(change, currency),
        ],
    }
