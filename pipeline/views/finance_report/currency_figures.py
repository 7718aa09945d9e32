"""The figures of one currency, added up from the frames of `warehouse.finance_figures`, and in another one.

Nothing here is a text: `currency_tables`, `comparisons` and `listings` write these figures, `tie_out` compares them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

import polars as pl

from pipeline import rules
from pipeline.tables.finance_tables import RIVAL_MRR
from pipeline.transform.conversion import converted
from pipeline.views.finance_report.finance_cells import Row, part_of, total

CAUSES: Final = ("change_new", "change_price", "change_discount", "change_limits", "change_quote", "change_churn")
PENDING: Final = tuple(f"pending_{scenario}" for scenario in rules.SCENARIOS)
CLOSINGS: Final = tuple(f"{scenario}_mrr" for scenario in rules.SCENARIOS)
BRIDGE: Final = (
    "current_mrr",
    *CAUSES,
    "settled_mrr",
    *(name for pair in zip(PENDING, CLOSINGS, strict=True) for name in pair),
)
"""The amounts of the bridge, in the order of its bars."""

RIVALS: Final = tuple(column.name for column in RIVAL_MRR.columns if column.kind == "decimal")
"""Our MRR and the other definitions."""

MOVEMENTS: Final = ("new", "expansion", "contraction", "churn")

STATUSES: Final = {
    "agreed": ("renewed", "agreed"),
    "auto_renewed": ("renewed", "auto_renewed"),
    "awaiting": ("pending", "awaiting"),
    "lapsing": ("pending", "lapsing"),
    "requested": ("cancellation_requested", "requested"),
    "requested_late": ("cancellation_requested", "requested_late"),
}
"""Status and status basis by `renewal_basis`, in the order shown. Rule 4: an automatic renewal is never agreement."""


@dataclass(frozen=True)
class Figures:
    """Everything that is said of one currency. Amounts are exact; the rate is the latest known, or None."""

    currency: str
    by_status: dict[str | None, Row]
    months: dict[str, list[Row]]
    interval: list[Row]
    wall: list[Row]
    retention: dict[str, Row]
    rivals: Row
    clients: list[Row]
    partners: list[Row]
    contract_mrr: Row
    fx: Row

    @cached_property
    def bridge(self) -> dict[str, Decimal]:
        """Σ of every amount of the bridge."""
        return {name: total(row[name] for row in self.by_status.values()) for name in BRIDGE}

    @property
    def contracts(self) -> int:
        """Contracts counted: in force, or beginning within the period."""
        return sum(row["contracts"] for row in self.by_status.values())

    @property
    def contracts_in_force(self) -> int:
        """Contracts in force on the as-of date."""
        return sum(row["contracts_in_force"] for row in self.by_status.values())

    @property
    def target(self) -> str:
        """The reporting currency."""
        return str(self.fx["reporting_currency"])

    @property
    def is_foreign(self) -> bool:
        """Whether a converted figure is another one than the native."""
        return self.currency != self.target

    def converted(self, amount: Decimal) -> Decimal | None:
        """The amount in the reporting currency, rounded once (rule 11); None without a rate."""
        return self._times(amount, self.fx["fx_rate"])

    @cached_property
    def fx_effect(self) -> Decimal | None:
        """Current MRR × what the rate moved since `compared_on`, rounded once; None without both rates."""
        now, before = self.fx["fx_rate"], self.fx["compared_rate"]
        return None if now is None or before is None else self._times(self.bridge["current_mrr"], now - before)

    def _times(self, amount: Decimal, rate: Decimal | None) -> Decimal | None:
        value: Decimal | None = converted(pl.Series([amount]), pl.Series([rate]), self.target)[0]
        return value


def figures_by_currency(frames: dict[str, pl.DataFrame]) -> list[Figures]:
    """One per currency of the counted contracts: the largest in the reporting currency first, those without a rate
    last, by name.
    """
    found = [_of_currency(frames, currency) for currency in frames["bridge"]["currency"].unique().sort()]

    def size(each: Figures) -> tuple[Decimal, str]:
        return (-(each.converted(each.bridge["current_mrr"]) or Decimal(0)), each.currency)

    return sorted(found, key=size)


def _of_currency(frames: dict[str, pl.DataFrame], currency: str) -> Figures:
    def rows(name: str) -> list[Row]:
        return frames[name].filter(pl.col("currency") == currency).to_dicts()

    def one(name: str) -> Row:
        (found,) = rows(name) or [{}]
        return found

    months: dict[str, list[Row]] = {}
    for each in rows("projection"):
        months.setdefault(each["scenario"], []).append(each)
    return Figures(
        currency=currency,
        by_status={each["renewal_basis"]: each for each in rows("bridge")},
        months=months,
        interval=rows("interval"),
        wall=rows("wall"),
        retention={each["scenario"]: each for each in rows("retention")},
        # Without a contract in force there is no row: every definition counts nothing.
        rivals=one("rivals") or dict.fromkeys(RIVALS, Decimal(0)),
        clients=rows("clients"),
        partners=rows("partners"),
        contract_mrr=one("contract_mrr") or {"contracts": 0, "current_mrr": Decimal(0)},
        fx=one("currencies"),
    )


def retention_share(row: Row, *, net: bool = False) -> Decimal | None:
    """GRR of a row of `retention`, or NRR; None when nothing opened."""
    gained = row["expansion"] if net else Decimal(0)
    return part_of(total((row["opening"], gained, -row["contraction"], -row["churn"])), row["opening"])
