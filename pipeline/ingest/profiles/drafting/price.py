"""What a contract costs, guessed so that nothing has to be divided: the billing period is chosen to fit the amount."""

from __future__ import annotations

import re
from typing import Final

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.column_roles import MONEY_PARTS, money_columns
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, why
from pipeline.ingest.profiles.drafting.currency import add_currency
from pipeline.ingest.profiles.drafting.numbers import number
from pipeline.ingest.profiles.drafting.quantity import add_discount, add_quantity, products
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable

_PERIOD, _MONTH, _YEAR, _TERM = "a billing period", "a month", "a year", "the whole term"
_MONTHS: Final = {_MONTH: "1", _YEAR: "12", _TERM: "subscription_term_months"}
_SURE_TOTAL: Final = (
    r"\b(tcv|total contract value|total value|gesamt\w*|valor total|montant total|importe total|valor global)\b"
)
_THOUSANDS: Final = (
    r"\b(in|en|em) (thousands?|tausend|tsd|miles|milliers|milhares)\b|\bt(eur|usd|chf|gbp)\b|\bk(eur|usd|chf|gbp)\b|"
    r"\b000s?\b"
)


def add_price(view: ContractView, draft: DraftDatabase, table: DraftTable, lines: DraftTable | None) -> None:
    """Currency, billing period, price, quantity and discount. `lines`: the table that holds the prices, if another."""
    parts = table.parts
    amount = None if lines is not None and not _amount(table) else _chosen_amount(view, draft, table)
    add_currency(view, draft, table, amount[1] if amount else None)
    if lines is not None:
        view.priced = False
        _billing_of_lines(view, table, lines)
        return
    if amount is None:
        _billing(view, "1", "monthly: no amount was found")
        view.add("unit_price", "'0'", "no column looks like an amount")
        view.ask("price", "price", "what does the contract cost? No column looks like an amount: its MRR is 0.")
    else:
        _price(view, draft, table, *amount)
    add_quantity(view, draft, table, amount)
    if "discount" in parts:
        add_discount(view, draft, table, parts["discount"])


def _amount(table: DraftTable) -> tuple[str, ColumnFacts] | None:
    # A unit price that does not say for how long is worth less than an amount that does.
    last = ("unit_price",) if "frequency" not in table.parts else ()
    order = [*(part for part in MONEY_PARTS if part not in last), *last]
    return next(((part, table.parts[part]) for part in order if part in table.parts), None)


def _chosen_amount(view: ContractView, draft: DraftDatabase, table: DraftTable) -> tuple[str, ColumnFacts] | None:
    """The column of the price; asks when others look like one as well."""
    amount = _amount(table)
    if amount is None:
        return None
    quantity = table.parts.get("quantity")
    same = {amount[1].name}
    if quantity is not None:
        same |= {column.name for column in products(draft, table, amount[1], quantity)}
    others = [(part, column) for part, column in money_columns(table.columns) if column.name not in same][:2]
    if not others:
        return amount
    by_name = {called(column): (part, column) for part, column in (amount, *others)}
    text = f"which column is the price: {' or '.join(by_name)}?"
    return by_name[view.ask("amount", "price", text, *by_name)]


def _billing(view: ContractView, months: str, reason: str, written: ColumnFacts | None = None) -> None:
    """`written`: the column whose cell the months are worked out from. A cell that is not known stays as it is, so that
    the quarantine names it."""
    view.add("billing_interval_months", months, reason)
    known = "frequency_of(billing_interval_months)"
    name = f"coalesce({known}, {cell(written)})" if written else known
    view.add("billing_frequency", name, "its name in the contract's words")


def _billing_of_lines(view: ContractView, table: DraftTable, lines: DraftTable) -> None:
    """The billing period of a contract whose lines say how often they bill: the least common multiple of theirs."""
    frequency, key = lines.parts.get("frequency"), table.parts.get("contract_id")
    if frequency is None or key is None:
        own = table.parts.get("frequency")
        months = f"months_of({cell(own)})" if own else "1"
        _billing(
            view,
            months,
            why(own) if own else "monthly: the prices are in another file: they are per this period",
            own,
        )
        return
    months = (
        f"coalesce((\n        SELECT list_reduce(list(months_of(l.{cell(frequency)})), lambda a, b: lcm(a, b))\n"
        f"        FROM {sql.name(lines.name)} AS l WHERE l.{sql.name(lines.key)} = {sql.name(table.name)}.{cell(key)}\n"
        "    ), 1)"
    )
    view.add("billing_interval_months", months, "the least common multiple of the periods of its lines, in months")


def _price(view: ContractView, draft: DraftDatabase, table: DraftTable, part: str, amount: ColumnFacts) -> None:
    frequency = table.parts.get("frequency")
    price = _in_ones(view, amount, number(view, draft, table, amount))
    if frequency is not None:
        _unknown_periods(view, draft, table, frequency)
    months = f"months_of({cell(frequency)})" if frequency else ""
    if part == "mrr":
        _billing(
            view, months or "1", why(frequency) if frequency else "monthly: an MRR is a price per month", frequency
        )
        price = f"times({price}, {months})" if months else price
        view.add("unit_price", price, why(amount, "per month, times the months of a billing period"))
        return
    if part == "arr":
        view.add("billing_interval_months", "12", "the amount is per year; so nothing has to be divided")
        view.add("billing_frequency", "'annual'", "see above")
        view.add("unit_price", price, why(amount, "per year"))
        return
    per = _period_of(view, draft, table, part, amount)
    reason = f"the amount is for {per}"
    written = frequency if per == _PERIOD else None
    _billing(view, _MONTHS.get(per, months), why(written, reason) if written else reason, written)
    view.add("unit_price", price, why(amount, f"for {per}"))


def _period_of(view: ContractView, draft: DraftDatabase, table: DraftTable, part: str, amount: ColumnFacts) -> str:
    """What an amount is for, where its name does not say it: asked, unless nothing else is possible."""
    frequency = table.parts.get("frequency")
    if part == "total" and re.search(_SURE_TOTAL, amount.words) and not view.open_ended:
        return _TERM
    if frequency is not None and part != "total":
        other = draft.count(
            f"SELECT count(*) FROM {sql.name(table.name)} WHERE months_of({cell(frequency)}) IS DISTINCT FROM 1"
        )
        if not other and part == "unit_price":
            return _PERIOD
        options = [_PERIOD, _MONTH, _YEAR, _TERM] if other else [_PERIOD, _YEAR, _TERM]
    elif part == "unit_price":
        options = [_MONTH, _YEAR, _TERM]
    else:
        options = [_TERM, _YEAR, _MONTH]
    rolling = " Contracts without an end have terms of 12 months." if view.open_ended else ""
    text = f"is {called(amount)} for {options[0]}, or for {' or '.join(options[1:])}? {table.rows:,} rows.{rolling}"
    return view.ask("per", "term or total", text, *options)


def _unknown_periods(view: ContractView, draft: DraftDatabase, table: DraftTable, frequency: ColumnFacts) -> None:
    name = cell(frequency)
    found = draft.rows(
        f"SELECT {name}, count(*) FROM {sql.name(table.name)} WHERE trim({name}) <> '' AND months_of({name}) IS NULL "
        "GROUP BY ALL ORDER BY 2 DESC, 1"
    )
    if found:
        shown = ", ".join(f"{value!r} {count:,}" for value, count in found[:5])
        text = f"how long is a period of {called(frequency)} that says {shown}? It is not known: its rows are refused."
        view.ask("periods", "billing period", text)
    empty = draft.count(f"SELECT count(*) FROM {sql.name(table.name)} WHERE coalesce(trim({name}), '') = ''")
    if empty:
        text = f"{empty:,} rows have no {called(frequency)} and are refused where the price is per billing period."
        view.ask("no period", "billing period", text)


def _in_ones(view: ContractView, amount: ColumnFacts, price: str) -> str:
    """The amount in units of its currency: a header may say that it counts thousands."""
    if not (
        re.search(_THOUSANDS, amount.words)
        or re.search(r"\((T|k)[€$£]\)|\b(T|k)[€$£]|[€$£]\s?k\b|['’]000", amount.name)
    ):
        return price
    text = f"does {called(amount)} count thousands, as its header says? All of its amounts are multiplied by 1,000."
    times = view.ask("scale", "scale", text, "thousands", "single units") == "thousands"
    return f"times({price}, 1000)" if times else price
