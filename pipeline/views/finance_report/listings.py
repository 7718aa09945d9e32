"""The tables of finance's report that list clients, partners and contracts, each with its bridge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Final

from pipeline.views import terms
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.currency_figures import BRIDGE, CAUSES, CLOSINGS, PENDING, Figures
from pipeline.views.finance_report.currency_tables import LABELS, is_balance, status_label
from pipeline.views.finance_report.declared_tables import CURRENCY, Declared, Line, Value, written
from pipeline.views.finance_report.finance_cells import (
    Cells,
    FinanceTable,
    Formula,
    Row,
    part_of,
    partner_key,
    total,
)
from pipeline.views.locale_formats import Formats


def _bar_formula(name: str) -> Formula | None:
    """How a spreadsheet adds up a balance of the bridge from the columns beside it; None for what is given."""
    if name == "settled_mrr":
        return ("sum", tuple(("+", part) for part in ("current_mrr", *CAUSES)))
    if name in CLOSINGS:
        return ("sum", (("+", "settled_mrr"), ("+", f"pending_{name.removesuffix('_mrr')}")))
    return None


BARS: Final = tuple(
    Declared(name, finance_words.BRIDGE[name], "money" if is_balance(name) else "change", _bar_formula(name))
    for name in BRIDGE
)
"""A column for every amount of the bridge."""

CLIENTS: Final = (
    CURRENCY,
    Declared("client", LABELS["client"], "name"),
    Declared("current_mrr", finance_words.BRIDGE["current_mrr"], "money"),
    Declared("share", LABELS["share"], "share"),
    Declared("share_added", LABELS["share_added"], "share"),
    Declared("expected_mrr", finance_words.BRIDGE["expected_mrr"], "money"),
)
PARTNERS: Final = (
    CURRENCY,
    Declared("partner", LABELS["partner"], "name"),
    Declared("partner_id", LABELS["partner_id"], "text"),
    Declared("clients", LABELS["clients"], "count"),
    Declared("contracts", LABELS["contracts"], "count"),
    Declared("share", LABELS["share"], "share"),
    *BARS,
)
CONTRACTS: Final = (
    CURRENCY,
    Declared("contract", LABELS["contract"], "id"),
    Declared("client", LABELS["client"], "name"),
    Declared("partner", LABELS["partner"], "text"),
    Declared("renewal_start_date", terms.COLUMNS["renewal_start_date"], "date"),
    Declared("status", LABELS["next_renewal"], "text"),
    *BARS,
)


def clients(each: Figures, cells: Cells) -> FinanceTable:
    """The clients with the largest MRR, what each holds of it, and what the ones so far hold together."""
    held = list(accumulate((client["current_mrr"] for client in each.clients), lambda *pair: total(pair)))
    lines = [_client(client, so_far, each) for client, so_far in zip(each.clients, held, strict=True)]
    return written("clients", CLIENTS, lines, cells, note=_top_clients(held, each, cells.formats) if held else "")


def _client(client: Row, held: Decimal, each: Figures) -> Line:
    whole = each.bridge["current_mrr"]
    return Line(
        {
            "currency": each.currency,
            "client": client["client_name"] or client["hub_id"],
            "current_mrr": client["current_mrr"],
            "share": part_of(client["current_mrr"], whole),
            "share_added": part_of(held, whole),
            "expected_mrr": client["expected_mrr"],
        },
        currency=each.currency,
        partner=partner_key(client["partner_id"]),
    )


def _top_clients(held: list[Decimal], each: Figures, formats: Formats) -> str:
    share = formats.share(part_of(held[-1], each.bridge["current_mrr"]))
    return formats.say(finance_words.TEXTS["top_clients"], count=formats.number(len(held)), share=share)


def partners(found: Sequence[Figures], cells: Cells) -> FinanceTable:
    """Every partner and currency with its bridge; where there are very many, the others as one row per currency."""
    return written("partners", PARTNERS, (line for each in found for line in _partners(each, cells)), cells)


def _partners(each: Figures, cells: Cells) -> Iterator[Line]:
    for partner in each.partners:
        yield _partner(partner, each, cells.formats)
    missing = each.contracts - sum(partner["contracts"] for partner in each.partners)
    if missing:
        yield _other_partners(missing, each, _others(missing, cells.formats))


def _partner(partner: Row, each: Figures, formats: Formats) -> Line:
    return Line(
        {
            "currency": each.currency,
            "partner": _partner_name(partner, formats),
            "partner_id": partner["partner_id"],
            "clients": partner["clients"],
            "contracts": partner["contracts"],
            "share": part_of(partner["current_mrr"], each.bridge["current_mrr"]),
            **{name: partner[name] for name in BRIDGE},
        },
        currency=each.currency,
        partner=partner_key(partner["partner_id"]),
    )


def _other_partners(contracts: int, each: Figures, label: str) -> Line:
    rest = {name: each.bridge[name] - total(partner[name] for partner in each.partners) for name in BRIDGE}
    named: dict[str, Value] = {
        "currency": each.currency,
        "partner": label,
        "partner_id": "",
        "clients": "",
        "contracts": contracts,
    }
    share = part_of(rest["current_mrr"], each.bridge["current_mrr"])
    return Line({**named, "share": share, **rest}, currency=each.currency, look="rest")


def _others(count: int, formats: Formats) -> str:
    return formats.say(LABELS["others"], count=formats.number(count))


def _partner_name(found: Row, formats: Formats) -> str:
    if found["partner_id"] is None:
        return formats.say(LABELS["no_partner"])
    return str(found["partner_name"] or found["partner_id"])


def contracts(found: list[Row], rest: list[Row], cells: Cells) -> FinanceTable:
    """Contracts with every part of their bridge; `rest`: per currency what the contracts left out add up to."""
    listed = [_contract(each, cells.formats) for each in found]
    others = [_other_contracts(each, cells.formats) for each in rest]
    return written("contracts", CONTRACTS, [*listed, *others], cells)


def _contract(each: Row, formats: Formats) -> Line:
    return Line(
        {
            "currency": each["currency"],
            "contract": each["contract_id"],
            "client": each["client_name"] or each["hub_id"],
            "partner": _partner_name(each, formats),
            "renewal_start_date": each["renewal_start_date"],
            "status": status_label(each["renewal_basis"], formats),
            **{name: each[name] for name in BRIDGE},
        },
        currency=each["currency"],
        partner=partner_key(each["partner_id"]),
        bars=tuple(name for name in (*CAUSES, *PENDING) if each[name]),
        contract=each["contract_id"],
    )


def _other_contracts(each: Row, formats: Formats) -> Line:
    blank = dict.fromkeys(("client", "partner", "renewal_start_date", "status"), "")
    label = _others(each["contracts"], formats)
    amounts = {name: each[name] for name in BRIDGE}
    values = {"currency": each["currency"], "contract": label, **blank, **amounts}
    return Line(values, currency=each["currency"], look="rest")
