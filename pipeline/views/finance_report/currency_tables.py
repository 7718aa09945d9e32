"""The tables of finance's report that speak of one currency at a time, and the one of all currencies together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from pipeline import rules
from pipeline.views.change_cells import status_text
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import (
    BRIDGE,
    CAUSES,
    CLOSINGS,
    MOVEMENTS,
    PENDING,
    STATUSES,
    Figures,
    retention_share,
)
from pipeline.views.finance_report.declared_tables import CURRENCY, Declared, Line, Value, written
from pipeline.views.finance_report.finance_cells import Cells, FinanceTable, Row, total
from pipeline.views.locale_formats import Formats

LABELS: Final = finance_words.LABELS
BARS: Final = finance_words.BRIDGE
SCENARIOS: Final = finance_words.SCENARIOS

NO_INTERVAL: Final[Row] = {"closing_low": None, "closing_high": None}
INTERVAL: Final = (
    Declared("closing_low", LABELS["interval_low"], "money"),
    Declared("closing_high", LABELS["interval_high"], "money"),
)
BALANCES: Final = ("current_mrr", "change_new", "settled_mrr", *CLOSINGS)

OVERVIEW: Final = (
    CURRENCY,
    Declared("contracts", LABELS["contracts"], "count"),
    Declared("current_mrr", BARS["current_mrr"], "money", ("bridge", "current_mrr")),
    Declared("contracted_mrr", BARS["contracted_mrr"], "money", ("bridge", "contracted_mrr")),
    Declared("expected_mrr", BARS["expected_mrr"], "money", ("bridge", "expected_mrr")),
    *INTERVAL,
    Declared("full_mrr", BARS["full_mrr"], "money", ("bridge", "full_mrr")),
    Declared("grr", LABELS["grr"], "share", ("grr", "expected")),
    Declared("nrr", LABELS["nrr"], "share", ("nrr", "expected")),
    Declared("converted", LABELS["converted_current"], "money", ("times", "current_mrr", "rate"), in_target=True),
    Declared("rate", LABELS["rate"], "number"),
    Declared("rate_day", LABELS["rate_day"], "date"),
)
BRIDGE_BARS: Final = (
    CURRENCY,
    Declared("cause", LABELS["cause"], "text"),
    Declared("amount", LABELS["amount"], "money"),
    Declared("converted", LABELS["converted"], "money", ("converted",), in_target=True),
)
BY_STATUS: Final = (
    CURRENCY,
    Declared("status", LABELS["next_renewal"], "text"),
    Declared("contracts", LABELS["contracts"], "count"),
    *(Declared(name, BARS[name], "money") for name in BALANCES),
)
BY_SCENARIO: Final = (
    Declared("month", LABELS["month"], "month", set_as="date"),
    Declared("contracted", SCENARIOS["contracted"], "money"),
    Declared("expected", SCENARIOS["expected"], "money"),
    *INTERVAL,
    Declared("full", SCENARIOS["full"], "money"),
)
MOVED: Final = tuple(Declared(name, label, "money") for name, label in finance_words.MOVEMENTS.items())
"""Opening, what moved, closing."""

SUMMED_MOVEMENTS: Final = (Declared("scenario", LABELS["scenario"], "text"), *MOVED)
BY_MONTH: Final = (
    CURRENCY,
    Declared("scenario", LABELS["scenario"], "text"),
    Declared("month", LABELS["month"], "month"),
    *MOVED,
    *INTERVAL,
)
CLOSING: Final = ("sum", (("+", "opening"), ("+", "new"), ("+", "expansion"), ("-", "contraction"), ("-", "churn")))
"""How a month's closing MRR is worked out."""


def status_label(basis: str | None, formats: Formats) -> str:
    """The status of a contract's next renewal, agreed and auto-renewed kept apart (rule 4)."""
    return formats.say(LABELS["no_renewal"]) if basis is None else status_text(*STATUSES[basis], formats)


def overview(found: Sequence[Figures], cells: Cells) -> FinanceTable:
    """One row per currency: what it is today, what it becomes, retention, and the converted current MRR."""
    return written("overview", OVERVIEW, (_overview(each) for each in found), cells)


def _overview(each: Figures) -> Line:
    expected, last = each.retention.get("expected"), each.interval[-1] if each.interval else NO_INTERVAL
    values = {
        **{name: each.bridge[name] for name in ("current_mrr", *CLOSINGS)},
        "currency": each.currency,
        "contracts": each.contracts_in_force,
        "closing_low": last["closing_low"],
        "closing_high": last["closing_high"],
        "grr": retention_share(expected) if expected else None,
        "nrr": retention_share(expected, net=True) if expected else None,
        "converted": each.converted(each.bridge["current_mrr"]),
        "rate": each.fx["fx_rate"],
        "rate_day": each.fx["fx_rate_date"],
    }
    return Line(values, currency=each.currency)


def bridge(each: Figures, cells: Cells) -> FinanceTable:
    """Every bar of the bridge, and beside it the same in the reporting currency."""
    columns = BRIDGE_BARS if each.is_foreign else BRIDGE_BARS[:-1]
    lines = [*(_bar(name, each, cells) for name in BRIDGE), *_rounding(each, cells)]
    return written("bridge", columns, lines, cells, note=cells.say(finance_words.TEXTS["pending_note"]))


def is_balance(name: str) -> bool:
    """Whether an amount of the bridge is MRR at some time, not what moves it."""
    return name.endswith("_mrr")


def _bar(name: str, each: Figures, cells: Cells) -> Line:
    kind = "money" if is_balance(name) else "change"
    return Line(
        {
            "currency": each.currency,
            "cause": cells.say(BARS[name]),
            "amount": each.bridge[name],
            "converted": each.converted(each.bridge[name]),
        },
        currency=each.currency,
        look="total" if is_balance(name) else "pending" if name in PENDING else "part",
        formulas={"amount": ("bar", name)},
        kinds={"amount": kind, "converted": kind},
        bar=name,
    )


def _rounding(each: Figures, cells: Cells) -> Iterator[Line]:
    """By how much the converted causes miss the converted MRR after settled changes; a line says so."""
    if not each.is_foreign or each.fx["fx_rate"] is None:
        return
    parts = [each.converted(each.bridge[name]) or Decimal(0) for name in ("current_mrr", *CAUSES)]
    rest = (each.converted(each.bridge["settled_mrr"]) or Decimal(0)) - total(parts)
    if rest:
        label = cells.say(finance_words.TEXTS["rounding"])
        values: dict[str, Value] = {"currency": each.currency, "cause": label, "amount": "", "converted": rest}
        kinds = {"converted": "change"}
        yield Line(values, currency=each.currency, look="part", kinds=kinds, bar="")


def statuses(each: Figures, cells: Cells) -> FinanceTable:
    """The bridge's balances by the status of the contracts' next renewal."""
    found = [(basis, each.by_status[basis]) for basis in (*STATUSES, None) if basis in each.by_status]
    lines = [_status(each, status_label(basis, cells.formats), amounts) for basis, amounts in found]
    lines.append(_every_status(each, cells.say(LABELS["total"]), len(lines)))
    return written("statuses", BY_STATUS, lines, cells)


def _status(each: Figures, label: str, amounts: Row) -> Line:
    values = {name: amounts[name] for name in ("contracts", *BALANCES)}
    return Line({"currency": each.currency, "status": label, **values}, currency=each.currency)


def _every_status(each: Figures, label: str, count: int) -> Line:
    """The sum of the `count` lines above."""
    sums: dict[str, Value] = {"contracts": each.contracts, **{name: each.bridge[name] for name in BALANCES}}
    return Line(
        {"currency": each.currency, "status": label, **sums},
        currency=each.currency,
        look="total",
        formulas=dict.fromkeys(sums, ("above", count)),
    )


def scenarios(each: Figures, cells: Cells) -> FinanceTable:
    """The closing MRR of every month in each scenario, with the interval around the expected one."""
    intervals = {found["month"]: found for found in each.interval}
    lines = [
        _closings(months, intervals.get(months[0]["month"], NO_INTERVAL), each.currency)
        for months in zip(*(each.months[name] for name in rules.SCENARIOS), strict=True)
    ]
    title = cells.say(finance_words.SECTIONS["projection"])
    return written("scenarios", BY_SCENARIO, lines, cells, title=title)


def _closings(months: tuple[Row, ...], interval: Row, currency: str) -> Line:
    """One month; `months` is its row in every scenario."""
    closings = {name: month["closing"] for name, month in zip(rules.SCENARIOS, months, strict=True)}
    return Line({"month": months[0]["month"], **interval, **closings}, currency=currency)


def movements(each: Figures, cells: Cells) -> FinanceTable:
    """The movements of all months together: one row per scenario."""
    title = cells.say(finance_words.SECTIONS["projection"])
    lines = (_moved(each, name, cells.say(SCENARIOS[name])) for name in rules.SCENARIOS)
    return written("movements", SUMMED_MOVEMENTS, lines, cells, title=title)


def _moved(each: Figures, scenario: str, label: str) -> Line:
    months = each.months[scenario]
    sums = {name: total(month[name] for month in months) for name in MOVEMENTS}
    values = {"opening": months[0]["opening"], **sums, "closing": months[-1]["closing"]}
    return Line({"scenario": label, **values}, currency=each.currency)


def months(each: Figures, cells: Cells, scenario: str) -> FinanceTable:
    """Every month of a scenario with its movements; the interval where it is the expected one."""
    label = cells.say(SCENARIOS[scenario])
    intervals = {found["month"]: found for found in each.interval} if scenario == "expected" else {}
    lines = [
        _month(each.currency, label, month, intervals.get(month["month"], NO_INTERVAL))
        for month in each.months[scenario]
    ]
    title = cells.say(finance_words.SECTIONS["months"], scenario=label)
    return written(f"months_{scenario}", BY_MONTH, lines, cells, title=title)


def _month(currency: str, scenario: str, month: Row, interval: Row) -> Line:
    moved = {name: month[name] for name in finance_words.MOVEMENTS}
    around = {name: interval[name] for name in NO_INTERVAL}
    values = {"currency": currency, "scenario": scenario, "month": month["month"], **moved, **around}
    return Line(values, currency=currency, formulas={"closing": CLOSING})


def wall(each: Figures, cells: Cells, *, bases: tuple[str, ...] | None = None) -> FinanceTable:
    """MRR whose next renewal comes up, by month and status: a column per status that occurs, or for all of `bases`."""
    found = {(part["month"], part["renewal_basis"]): part["mrr"] for part in each.wall}
    bases = bases or tuple(basis for basis in STATUSES if any(name == basis for _, name in found))
    days = sorted({month for month, _ in found})
    lines = [_wall_month(day, found, bases, each.currency) for day in days]
    if lines:
        lines.append(_wall_total(lines, bases, cells.say(LABELS["total"]), each.currency))
    note = cells.say(finance_words.TEXTS["wall_note"])
    return written("wall", _wall_columns(bases, cells.formats), lines, cells, note=note)


def _wall_columns(bases: tuple[str, ...], formats: Formats) -> tuple[Declared, ...]:
    whole = ("sum", tuple(("+", basis) for basis in bases))
    return (
        CURRENCY,
        Declared("month", LABELS["month"], "month"),
        *(Declared(basis, status_label(basis, formats), "money", is_said=True) for basis in bases),
        Declared("total", LABELS["total"], "money", whole),
    )


def _wall_month(month: date, found: dict[tuple[date, str], Decimal], bases: tuple[str, ...], currency: str) -> Line:
    amounts = {basis: found.get((month, basis), Decimal(0)) for basis in bases}
    values: dict[str, Value] = {"currency": currency, "month": month, **amounts, "total": total(amounts.values())}
    return Line(values, currency=currency)


def _wall_total(lines: list[Line], bases: tuple[str, ...], label: str, currency: str) -> Line:
    """The sum of the lines above."""
    sums: dict[str, Value] = {name: total(_amount(line, name) for line in lines) for name in (*bases, "total")}
    formulas = dict.fromkeys(sums, ("above", len(lines)))
    return Line({"currency": currency, "month": label, **sums}, currency=currency, look="total", formulas=formulas)


def _amount(line: Line, name: str) -> Decimal:
    value = line.values[name]
    return value if isinstance(value, Decimal) else Decimal(0)
