"""What must tie in finance's report, worked out again here from the figures shown; every difference is 0.

Each check has the figure as the report's own tables give it (in the workbook a formula over its sheets) and the one
that another published table says. A difference would be an error of ours: it is shown, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from pipeline import rules
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import CAUSES, MOVEMENTS, Figures
from pipeline.views.finance_report.declared_tables import CURRENCY, Declared, Line, written
from pipeline.views.finance_report.finance_cells import Cells, FinanceTable, Formula, total


@dataclass(frozen=True, slots=True)
class Check:
    """`here` as this report adds it up (and how a spreadsheet would), `published` as another table has it."""

    name: str
    currency: str
    here: Decimal
    published: Decimal
    formula: Formula
    scenario: str = ""

    @property
    def difference(self) -> Decimal:
        """0, or an error of ours."""
        return total((self.here, -self.published))


def checks(found: Sequence[Figures], *, is_whole_book: bool) -> list[Check]:
    """Every check of every currency. `is_whole_book`: the table of currencies speaks of all clients only."""
    return [check for each in found for check in _of_currency(each, is_whole_book=is_whole_book)]


def _of_currency(each: Figures, *, is_whole_book: bool) -> Iterator[Check]:
    code, bridge = each.currency, each.bridge
    current = bridge["current_mrr"]
    in_contracts = ("sumifs", "contracts", "current_mrr", "")
    yield Check("contract_mrr", code, current, each.contract_mrr["current_mrr"], in_contracts)
    causes = total(bridge[name] for name in ("current_mrr", *CAUSES))
    summed = ("add", tuple(("+", ("bar", name)) for name in ("current_mrr", *CAUSES)))
    yield Check("settled", code, causes, bridge["settled_mrr"], summed)
    for scenario in rules.SCENARIOS:
        yield from _of_scenario(each, scenario)
    cohort = each.retention["contracted"]["opening"]
    yield Check("cohort", code, cohort, current, ("sumifs", "retention", "opening", "contracted"), "")
    yield Check("rivals", code, each.rivals["current_mrr"], current, ("rival", "current_mrr"))
    shown = total(partner["current_mrr"] for partner in each.partners)
    if sum(partner["contracts"] for partner in each.partners) < each.contracts:
        shown = current
    yield Check("partners", code, shown, current, ("sumifs", "partners", "current_mrr", ""))
    if is_whole_book:
        yield Check("currencies", code, each.fx["current_mrr"], current, ("sumifs", "currencies", "current_mrr", ""))


def _of_scenario(each: Figures, scenario: str) -> Iterator[Check]:
    code, bridge, months = each.currency, each.bridge, each.months[scenario]
    first, last = months[0], months[-1]

    def column(name: str, *which: Any) -> Any:
        return ("sumifs", "projection", name, scenario, *which)

    yield Check(
        "opening",
        code,
        first["opening"],
        bridge["current_mrr"],
        column("opening", ("is", first["month"].isoformat())),
        scenario,
    )
    moved = total(
        month["opening"] + month["new"] + month["expansion"] - month["contraction"] - month["churn"] for month in months
    )
    signs = {"contraction": "-", "churn": "-"}
    parts = tuple((signs.get(name, "+"), column(name)) for name in ("opening", *MOVEMENTS))
    yield Check("months", code, moved, total(month["closing"] for month in months), ("add", parts), scenario)
    carried = total(month["closing"] for month in months[:-1])
    opened = total(month["opening"] for month in months[1:])
    yield Check("carried", code, carried, opened, column("closing", ("before", last["month"].isoformat())), scenario)
    closing = bridge[f"{scenario}_mrr"]
    yield Check(
        "closing", code, last["closing"], closing, column("closing", ("is", last["month"].isoformat())), scenario
    )
    settled = total((bridge["settled_mrr"], bridge[f"pending_{scenario}"]))
    formula = ("add", (("+", ("bar", "settled_mrr")), ("+", ("bar", f"pending_{scenario}"))))
    yield Check("pending", code, settled, closing, formula, scenario)


TIE_OUT: Final = (
    Declared("check", finance_words.LABELS["check"], "text"),
    CURRENCY,
    Declared("here", finance_words.LABELS["here"], "money"),
    Declared("published", finance_words.LABELS["published"], "money"),
    Declared("difference", finance_words.LABELS["difference"], "money", ("difference", "here", "published")),
)


def tie_out(found: Sequence[Check], cells: Cells) -> FinanceTable:
    """Every check with both figures and their difference."""
    return written("tie_out", TIE_OUT, (_line(check, cells) for check in found), cells, note=_verdict(found, cells))


def _line(check: Check, cells: Cells) -> Line:
    return Line(
        {
            "check": _label(check, cells),
            "currency": check.currency,
            "here": check.here,
            "published": check.published,
            "difference": check.difference,
        },
        currency=check.currency,
        look="wrong" if check.difference else "",
        formulas={"here": check.formula},
    )


def _verdict(found: Sequence[Check], cells: Cells) -> str:
    if not found:
        return ""
    wrong = sum(1 for check in found if check.difference)
    text, number = finance_words.TEXTS["not_tied" if wrong else "tied"], cells.formats.number
    return cells.say(text, count=number(len(found)), wrong=number(wrong))


def _label(check: Check, cells: Cells) -> str:
    if not check.scenario:
        return cells.say(finance_words.CHECKS[check.name])
    return cells.say(finance_words.CHECKS[check.name], scenario=cells.say(finance_words.SCENARIOS[check.scenario]))
