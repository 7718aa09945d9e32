"""The tables of finance's report that speak of one currency at a time, and those of all currencies together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline import rules
from pipeline.views import terms
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
from pipeline.views.finance_report.finance_cells import Cells, Row, Table, row, table, total
from pipeline.views.locale_formats import Formats

L = finance_words.LABELS


def status_label(basis: str | None, formats: Formats) -> str:
    """The status of a contract's next renewal, agreed and auto-renewed kept apart (rule 4)."""
    return formats.say(L["no_renewal"]) if basis is None else status_text(*STATUSES[basis], formats)


def overview(found: list[Figures], cells: Cells) -> Table:
    """One row per currency: what it is today, what it becomes, retention, and the converted current MRR."""
    say = cells.formats.say
    target = found[0].target if found else ""
    rows = []
    for each in found:
        code, bridge, expected = each.currency, each.bridge, each.retention.get("expected")
        last = each.interval[-1] if each.interval else {"closing_low": None, "closing_high": None}

        def figure(name: str, code: str = code, bridge: dict[str, Decimal] = bridge) -> Any:
            return cells.money(bridge[name], code, ("bridge", name))

        rows.append(
            row(
                [
                    cells.text(code),
                    cells.count(each.contracts_in_force),
                    figure("current_mrr"),
                    figure("contracted_mrr"),
                    figure("expected_mrr"),
                    cells.money(last["closing_low"], code),
                    cells.money(last["closing_high"], code),
                    figure("full_mrr"),
                    cells.share(retention_share(expected) if expected else None, ("grr", "expected")),
                    cells.share(retention_share(expected, net=True) if expected else None, ("nrr", "expected")),
                    cells.money(each.converted(bridge["current_mrr"]), target, ("times", "current_mrr", "rate")),
                    cells.number(each.fx["fx_rate"]),
                    cells.day(each.fx["fx_rate_date"]),
                ],
                currency=code,
            )
        )
    return table(
        "overview",
        say(finance_words.SECTIONS["overview"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("contracts", say(L["contracts"]), "count"),
            ("current_mrr", say(finance_words.BRIDGE["current_mrr"]), "money"),
            ("contracted_mrr", say(finance_words.BRIDGE["contracted_mrr"]), "money"),
            ("expected_mrr", say(finance_words.BRIDGE["expected_mrr"]), "money"),
            ("closing_low", say(L["interval_low"]), "money"),
            ("closing_high", say(L["interval_high"]), "money"),
            ("full_mrr", say(finance_words.BRIDGE["full_mrr"]), "money"),
            ("grr", say(L["grr"]), "share"),
            ("nrr", say(L["nrr"]), "share"),
            ("converted", say(L["converted_current"], currency=target), "money"),
            ("rate", say(L["rate"]), "number"),
            ("rate_day", say(L["rate_day"]), "date"),
        ],
        rows,
    )


def bridge(each: Figures, cells: Cells) -> Table:
    """Every bar of the bridge, and beside it the same in the reporting currency."""
    say, code = cells.formats.say, each.currency
    columns = [
        ("currency", say(terms.COLUMNS["currency"]), "text"),
        ("cause", say(L["cause"]), "text"),
        ("amount", say(L["amount"]), "money"),
    ]
    if each.is_foreign:
        columns.append(("converted", say(L["converted"], currency=each.target), "money"))
    rows = []
    for name in BRIDGE:
        is_balance = name.endswith("_mrr")
        write = cells.money if is_balance else cells.change
        own = [
            cells.text(code),
            cells.text(say(finance_words.BRIDGE[name])),
            write(each.bridge[name], code, ("bar", name)),
        ]
        if each.is_foreign:
            own.append(write(each.converted(each.bridge[name]), each.target, ("converted",)))
        look = "total" if is_balance else "pending" if name in PENDING else "part"
        rows.append(row(own, currency=code, look=look, bar=name))
    rows += _rounding(each, cells)
    return table(
        "bridge", say(finance_words.SECTIONS["bridge"]), columns, rows, note=say(finance_words.TEXTS["pending_note"])
    )


def _rounding(each: Figures, cells: Cells) -> list[Row]:
    """By how much the converted causes miss the converted MRR after settled changes; a line says so."""
    if not each.is_foreign or each.fx["fx_rate"] is None:
        return []
    parts = [each.converted(each.bridge[name]) or Decimal(0) for name in ("current_mrr", *CAUSES)]
    rest = (each.converted(each.bridge["settled_mrr"]) or Decimal(0)) - total(parts)
    if not rest:
        return []
    label = cells.formats.say(finance_words.TEXTS["rounding"])
    own = [cells.text(each.currency), cells.text(label), cells.text(""), cells.change(rest, each.target)]
    return [row(own, currency=each.currency, look="part", bar="")]


def statuses(each: Figures, cells: Cells) -> Table:
    """The bridge's balances by the status of the contracts' next renewal."""
    say, code = cells.formats.say, each.currency
    balances = ("current_mrr", "change_new", "settled_mrr", *CLOSINGS)
    rows = [
        row(
            [
                cells.text(code),
                cells.text(status_label(basis, cells.formats)),
                cells.count(found["contracts"]),
                *(cells.money(found[name], code) for name in balances),
            ],
            currency=code,
        )
        for basis in (*STATUSES, None)
        if (found := each.by_status.get(basis)) is not None
    ]
    rows.append(
        row(
            [
                cells.text(code),
                cells.text(say(L["total"])),
                cells.count(each.contracts, ("above", len(rows))),
                *(cells.money(each.bridge[name], code, ("above", len(rows))) for name in balances),
            ],
            currency=code,
            look="total",
        )
    )
    return table(
        "statuses",
        say(finance_words.SECTIONS["statuses"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("status", say(L["next_renewal"]), "text"),
            ("contracts", say(L["contracts"]), "count"),
            *((name, say(finance_words.BRIDGE[name]), "money") for name in balances),
        ],
        rows,
    )


def scenarios(each: Figures, cells: Cells) -> Table:
    """The closing MRR of every month in each scenario, with the interval around the expected one."""
    say, code = cells.formats.say, each.currency
    names = rules.SCENARIOS
    intervals = {found["month"]: found for found in each.interval}
    rows = []
    for place, first in enumerate(each.months[names[0]]):
        month = first["month"]
        around = intervals.get(month, {"closing_low": None, "closing_high": None})
        closings = {name: each.months[name][place]["closing"] for name in names}
        rows.append(
            row(
                [
                    cells.month(month),
                    cells.money(closings["contracted"], code),
                    cells.money(closings["expected"], code),
                    cells.money(around["closing_low"], code),
                    cells.money(around["closing_high"], code),
                    cells.money(closings["full"], code),
                ],
                currency=code,
            )
        )
    return table(
        "scenarios",
        say(finance_words.SECTIONS["projection"]),
        [
            ("month", say(L["month"]), "date"),
            ("contracted", say(finance_words.SCENARIOS["contracted"]), "money"),
            ("expected", say(finance_words.SCENARIOS["expected"]), "money"),
            ("closing_low", say(L["interval_low"]), "money"),
            ("closing_high", say(L["interval_high"]), "money"),
            ("full", say(finance_words.SCENARIOS["full"]), "money"),
        ],
        rows,
    )


def movements(each: Figures, cells: Cells) -> Table:
    """The movements of all months together: one row per scenario."""
    say, code = cells.formats.say, each.currency
    rows = []
    for name in rules.SCENARIOS:
        months = each.months[name]
        sums = [total(month[moved] for month in months) for moved in MOVEMENTS]
        amounts = (months[0]["opening"], *sums, months[-1]["closing"])
        rows.append(
            row(
                [cells.text(say(finance_words.SCENARIOS[name])), *(cells.money(amount, code) for amount in amounts)],
                currency=code,
            )
        )
    return table(
        "movements",
        say(finance_words.SECTIONS["projection"]),
        [
            ("scenario", say(L["scenario"]), "text"),
            *((name, say(label), "money") for name, label in finance_words.MOVEMENTS.items()),
        ],
        rows,
    )


def months(each: Figures, cells: Cells, scenario: str) -> Table:
    """Every month of a scenario with its movements; the interval where it is the expected one."""
    say, code = cells.formats.say, each.currency
    intervals = {found["month"]: found for found in each.interval} if scenario == "expected" else {}
    closing = ("sum", (("+", "opening"), ("+", "new"), ("+", "expansion"), ("-", "contraction"), ("-", "churn")))
    rows = []
    for month in each.months[scenario]:
        around = intervals.get(month["month"], {"closing_low": None, "closing_high": None})
        rows.append(
            row(
                [
                    cells.text(code),
                    cells.text(say(finance_words.SCENARIOS[scenario])),
                    cells.month(month["month"]),
                    *(cells.money(month[name], code) for name in ("opening", *MOVEMENTS)),
                    cells.money(month["closing"], code, closing),
                    cells.money(around["closing_low"], code),
                    cells.money(around["closing_high"], code),
                ],
                currency=code,
            )
        )
    return table(
        f"months_{scenario}",
        say(finance_words.SECTIONS["months"], scenario=say(finance_words.SCENARIOS[scenario])),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("scenario", say(L["scenario"]), "text"),
            ("month", say(L["month"]), "month"),
            *((name, say(label), "money") for name, label in finance_words.MOVEMENTS.items()),
            ("closing_low", say(L["interval_low"]), "money"),
            ("closing_high", say(L["interval_high"]), "money"),
        ],
        rows,
    )


def wall(each: Figures, cells: Cells, *, bases: tuple[str, ...] | None = None) -> Table:
    """MRR whose next renewal comes up, by month and status: a column per status that occurs, or for all of `bases`."""
    say, code = cells.formats.say, each.currency
    found = {(part["month"], part["renewal_basis"]): part["mrr"] for part in each.wall}
    bases = bases or tuple(basis for basis in STATUSES if any(name == basis for _, name in found))
    days = sorted({month for month, _ in found})
    nothing = Decimal(0)
    whole = ("sum", tuple(("+", basis) for basis in bases))
    rows = [
        row(
            [
                cells.text(code),
                cells.month(day),
                *(cells.money(found.get((day, basis), nothing), code) for basis in bases),
                cells.money(total(found.get((day, basis), nothing) for basis in bases), code, whole),
            ],
            currency=code,
        )
        for day in days
    ]
    if rows:
        sums = [total(found.get((day, basis), nothing) for day in days) for basis in bases]
        above = ("above", len(days))
        own = [*(cells.money(amount, code, above) for amount in sums), cells.money(total(sums), code, above)]
        rows.append(row([cells.text(code), cells.text(say(L["total"])), *own], currency=code, look="total"))
    return table(
        "wall",
        say(finance_words.SECTIONS["wall"]),
        [
            ("currency", say(terms.COLUMNS["currency"]), "text"),
            ("month", say(L["month"]), "month"),
            *((basis, status_label(basis, cells.formats), "money") for basis in bases),
            ("total", say(L["total"]), "money"),
        ],
        rows,
        note=say(finance_words.TEXTS["wall_note"]),
    )
