"""The key figures of a partner, per currency (rules 10 and 11)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.views import terms
from pipeline.views.change_cells import Row
from pipeline.views.footnotes import AMOUNTS, COUNTS, TILES, Marks, figures_shown
from pipeline.views.locale_formats import Formats
from pipeline.views.report_inputs import ReportInputs

CONVERTED: Final = ("mrr_up_for_renewal", "mrr_at_risk", "current_mrr", "estimated_change")
"""Rule 11. What is also said in the reporting currency."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A key figure: its label, its text and its footnote number."""

    name: str
    label: str
    text: str
    mark: int


@dataclass(frozen=True, slots=True)
class CurrencyFigures:
    """The key figures of one currency, and what they are in the reporting currency (`converted`; "" in that one)."""

    currency: str
    tiles: tuple[KeyFigure, ...]
    amounts: tuple[KeyFigure, ...]
    counts: tuple[KeyFigure, ...]
    converted: str


def key_figures(inputs: ReportInputs) -> tuple[CurrencyFigures, ...]:
    """The key figures of every currency of the partner."""
    return tuple(_of_currency(row, inputs.marks, inputs.formats) for row in inputs.summary.iter_rows(named=True))


def _of_currency(row: Row, marks: Marks, formats: Formats) -> CurrencyFigures:
    shown = figures_shown(row)

    def figures(names: tuple[str, ...]) -> tuple[KeyFigure, ...]:
        return tuple(_figure(name, row, marks, formats) for name in names if name in shown)

    return CurrencyFigures(row["currency"], figures(TILES), figures(AMOUNTS), figures(COUNTS), _converted(row, formats))


def _figure(name: str, row: Row, marks: Marks, formats: Formats) -> KeyFigure:
    text = _text(name, row[name], row["currency"], formats)
    return KeyFigure(name, formats.say(terms.FIGURES[name]), text, marks["figure", name])


def _text(name: str, value: Decimal | int, currency: str, formats: Formats) -> str:
    if not isinstance(value, Decimal):
        return formats.number(value)
    return formats.money_change(value, currency) if name == "estimated_change" else formats.money(value, currency)


def _converted(row: Row, formats: Formats) -> str:
    """The converted figures with rate and date beside them (rule 11); "" in the reporting currency itself."""
    target = row["reporting_currency"]
    if row["currency"] == target:
        return ""
    if row["fx_rate"] is None:
        return formats.say("Not converted: there is no exchange rate to {currency}.", currency=target)
    rate = f"1 {row['currency']} = {formats.number(row['fx_rate'].normalize())} {target}"
    return formats.say(
        "Converted at {rate} ({day}): {figures}.",
        rate=rate,
        day=formats.day(row["fx_rate_date"]),
        figures=formats.say("; ").join(_converted_figures(row, formats)),
    )


def _converted_figures(row: Row, formats: Formats) -> list[str]:
    shown = figures_shown(row)
    texts = {name: _text(name, row[f"{name}_converted"], row["reporting_currency"], formats) for name in CONVERTED}
    return [
        formats.say("{label}: {amount}", label=formats.say(terms.FIGURES[name]), amount=text)
        for name, text in texts.items()
        if name in shown
    ]
