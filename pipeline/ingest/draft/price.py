"""What a contract costs, guessed so that nothing has to be divided: the billing period is chosen to fit the amount."""

from __future__ import annotations

import re

from pipeline.ingest import sql
from pipeline.ingest.draft.columns import ColumnFacts
from pipeline.ingest.draft.contract_text import ContractView, cell, number, why
from pipeline.ingest.draft.sources import DraftTable


def add_price(view: ContractView, table: DraftTable, lines: DraftTable | None) -> None:
    """Currency, billing period, price, quantity and discount. `lines`: the table that holds the prices, if another."""
    parts = table.parts
    currency, amount = parts.get("currency"), _amount(parts)
    if currency is not None:
        view.add("currency", f"currency_code({cell(currency)}, 'USD')", why(currency))
    else:
        source = cell(amount[1]) if amount else "NULL"
        view.add("currency", f"currency_code({source}, 'USD')", "no column looks like a currency: a sign in the amount")
        if amount is None or not re.search(r"[^\d\s.,'()+-]", amount[1].example):
            view.decide.append("which currency are the amounts in? They have no sign; guessed USD.")
    if lines is not None:
        view.priced = False
        _billing_of_lines(view, table, lines)
        return
    if amount is None:
        _billing(view, parts, "no amount was found")
        view.add("unit_price", "'0'", "no column looks like an amount")
        view.decide.append("what does the contract cost? Without an amount its MRR is 0.")
    else:
        _price(view, parts, *amount)
    quantity = parts.get("quantity")
    per_unit = (amount is None or amount[0] == "unit_price") and quantity is not None
    view.add("quantity", f"coalesce({number(quantity)}, '1')" if per_unit and quantity else "1",
             why(quantity) if per_unit and quantity else "the amount is for the whole contract")  # fmt: skip
    discount = parts.get("discount")
    if discount is not None:
        view.add("discount_percent", number(discount), why(discount, "percent"))


def _amount(parts: dict[str, ColumnFacts]) -> tuple[str, ColumnFacts] | None:
    return next(
        ((part, parts[part]) for part in ("mrr", "unit_price", "arr", "total", "amount") if part in parts), None
    )


def _billing(view: ContractView, parts: dict[str, ColumnFacts], otherwise: str) -> None:
    frequency = parts.get("frequency")
    months = f"months_of({cell(frequency)})" if frequency else "1"
    reason = why(frequency) if frequency else f"monthly: {otherwise}"
    view.add("billing_interval_months", months, reason)
    view.add("billing_frequency", "frequency_of(billing_interval_months)", "its name in the contract's words")


def _billing_of_lines(view: ContractView, table: DraftTable, lines: DraftTable) -> None:
    """The billing period of a contract whose lines say how often they bill: the least common multiple of theirs."""
    frequency, key = lines.parts.get("frequency"), table.parts.get("contract_id")
    if frequency is None or key is None:
        _billing(view, table.parts, "the prices stand in another file: they are per this period")
        return
    months = (
        f"coalesce((\n        SELECT list_reduce(list(months_of(l.{cell(frequency)})), lambda a, b: lcm(a, b))\n"
        f"        FROM {sql.name(lines.name)} AS l WHERE l.{sql.name(lines.key)} = {sql.name(table.name)}.{cell(key)}\n"
        "    ), 1)"
    )
    view.add("billing_interval_months", months, "the least common multiple of the periods of its lines, in months")


def _price(view: ContractView, parts: dict[str, ColumnFacts], part: str, amount: ColumnFacts) -> None:
    if part == "amount" and "frequency" not in parts:
        part = "total"
        view.decide.append(
            f"is {amount.name} the price of the whole term (guessed), a year (then billing is annual), or a month?"
        )
    match part:
        case "mrr":
            _billing(view, parts, "an MRR is a price per month")
            price = number(amount)
            if "frequency" in parts:
                price = f"times({price}, months_of({cell(parts['frequency'])}))"
            view.add("unit_price", price, why(amount, "per month, times the months of a billing period"))
        case "arr":
            view.add("billing_interval_months", "12", "the amount is per year; so nothing has to be divided")
            view.add("billing_frequency", "'annual'", "see above")
            view.add("unit_price", number(amount), why(amount, "per year"))
        case "total":
            view.add("billing_interval_months", "subscription_term_months", "the amount is for the whole term")
            view.add("billing_frequency", "'other'", "the whole term is one billing period")
            view.add("unit_price", number(amount), why(amount, "for the whole term"))
        case _:
            _billing(view, parts, "no column looks like a billing frequency")
            view.add("unit_price", number(amount), why(amount, "per billing period"))
