"""What must tie in finance's report, worked out again here from the figures shown; every difference is 0.

Each check has the figure as the report's own tables give it (in the workbook a formula over its sheets) and the one
that another published table says. A difference would be an error of ours: it is shown, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline import rules
from pipeline.views import terms
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import CAUSES, MOVEMENTS, Figures
from pipeline.views.finance_report.finance_cells import Cells, Table, row, table, total


@dataclass(frozen=True, slots=True)
class Check:
    """`here` as this report adds it up (and how a spreadsheet would), `published` as another table has it."""

    name: str
    currency: str
    here: Decimal
    published: Decimal
    formula: Any
    scenario: str = ""

    @property
    def difference(self) -> Decimal:
        """0, or an error of ours."""
        return total((self.here, -self.published))


def checks(found: list[Figures], *, is_whole_book: bool) -> list[Check]:
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


def tie_out(found: list[Check], cells: Cells) -> Table:
    """Every check with both figures and their difference."""
    say = cells.formats.say
    rows = [
        row(
            [
                cells.text(_label(check, cells)),
                cells.text(check.currency),
                cells.money(check.here, check.currency, check.formula),
                cells.money(check.published, check.currency),
                cells.money(check.difference, check.currency, ("difference", "here", "published")),
            ],
            currency=check.currency,
            look="wrong" if check.difference else "",
        )
        for check in found
    ]
    wrong = sum(1 for check in found if check.difference)
    count = cells.formats.number(len(found))
    verdict = finance_words.TEXTS["not_tied" if wrong else "tied"]
    return table(
        "tie_out",
        say(finance_words.SECTIONS["tie_out"]),
        [
            ("check", say(finance_words.LABELS["check"]), "text"),
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("here", say(finance_words.LABELS["here"]), "money"),
            ("published", say(finance_words.LABELS["published"]), "money"),
            ("difference", say(finance_words.LABELS["difference"]), "money"),
        ],
        rows,
        note=say(verdict, count=count, wrong=cells.formats.number(wrong)) if found else "",
    )


def _label(check: Check, cells: Cells) -> str:
    say = cells.formats.say
    if not check.scenario:
        return say(finance_words.CHECKS[check.name])
    return say(finance_words.CHECKS[check.name], scenario=say(finance_words.SCENARIOS[check.scenario]))
