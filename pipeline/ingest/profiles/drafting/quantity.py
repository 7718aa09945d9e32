"""How many units a price is for, and what is taken off it."""

from __future__ import annotations

import re
from typing import Final

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.column_roles import money_columns
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, why
from pipeline.ingest.profiles.drafting.numbers import number
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable

_EACH, _ALL = "price of one", "price of all"
_SURE_EACH: Final = (
    r"\b(unit (price|cost|amount)|price per|per (unit|seat|user|licen[cs]e)|einzelpreis|stuckpreis|prix unitaire|"
    r"precio unitario|preco unitario|valor unitario)\b"
)
_SURE_ALL: Final = r"\b(mrr|arr|acv|tcv|total|gesamt\w*)\b"
_LIKE_EACH: Final = r"\b(price|rate|preis|prix|precio|preco|list|tarif\w*)\b"
_PERCENT, _SHARE, _MONEY = "percent", "shares", "money, left out"


def add_quantity(
    view: ContractView, draft: DraftDatabase, table: DraftTable, amount: tuple[str, ColumnFacts] | None
) -> None:
    """The column `quantity`: asked where a price is next to a number of units and may be for one or for all."""
    quantity = table.parts.get("quantity")
    if quantity is None or amount is None:
        view.add("quantity", "1", "the amount is for the whole contract")
        return
    counted = f"coalesce({number(view, draft, table, quantity)}, '1')"
    if _price_of(view, draft, table, amount, quantity) == _EACH:
        view.add("quantity", counted, why(quantity))
    else:
        view.add("quantity", "1", f"{called(quantity)} is not multiplied: the amount is for all")


def _price_of(
    view: ContractView, draft: DraftDatabase, table: DraftTable, amount: tuple[str, ColumnFacts], quantity: ColumnFacts
) -> str:
    part, column = amount
    if re.search(_SURE_EACH, column.words):
        return _EACH
    several = draft.count(
        f"SELECT count(*) FROM {sql.name(table.name)} WHERE trim({cell(quantity)}) <> '' "
        f"AND TRY_CAST(number_text({cell(quantity)}) AS DOUBLE) IS DISTINCT FROM 1"
    )
    if re.search(_SURE_ALL, column.words) or not several:
        return _ALL if re.search(_SURE_ALL, column.words) else _EACH
    if (of_all := is_price_of_all(draft, table, column, quantity)) is not None:
        return _ALL if of_all else _EACH
    each = part == "unit_price" or bool(re.search(_LIKE_EACH, column.words))
    options = (_EACH, _ALL) if each else (_ALL, _EACH)
    text = (
        f"is {called(column)} the price of one of {called(quantity)}, or of all of them? {several:,} of "
        f"{table.rows:,} rows "
        f"have a quantity other than 1; guessed the {options[0]}."
    )
    return view.ask("quantity", "quantity", text, *options)


def products(draft: DraftDatabase, table: DraftTable, price: ColumnFacts, quantity: ColumnFacts) -> list[ColumnFacts]:
    """The other columns of money that are price times quantity, or of which the price is that, in nine of ten rows."""

    def value(column: ColumnFacts) -> str:
        return f"TRY_CAST(number_text{'_comma' if column.comma else ''}({cell(column)}) AS DOUBLE)"

    found = []
    for _, column in money_columns(table.columns):
        if column.name != price.name:
            one, other, units = value(price), value(column), value(quantity)
            rows, times, part = draft.row(
                f"SELECT count(*), count(*) FILTER (WHERE abs({one} * {units} - {other}) < 0.01), "
                f"count(*) FILTER (WHERE abs({other} * {units} - {one}) < 0.01) FROM {sql.name(table.name)} "
                f"WHERE {one} IS NOT NULL AND {other} IS NOT NULL AND {units} <> 1"
            )
            if rows and max(times, part) * 10 >= rows * 9:
                found.append(column)
    return found


def is_price_of_all(draft: DraftDatabase, table: DraftTable, price: ColumnFacts, quantity: ColumnFacts) -> bool | None:
    """Whether another column times the quantity is the price (True), or the price times it the other (False)."""
    for column in products(draft, table, price, quantity):
        largest = f"max(TRY_CAST(number_text{'_comma' if price.comma else ''}({{}}) AS DOUBLE))"
        one, other = draft.row(
            f"SELECT {largest.format(cell(price))}, {largest.format(cell(column))} FROM {sql.name(table.name)}"
        )
        return bool(one > other)
    return None


def add_discount(view: ContractView, draft: DraftDatabase, table: DraftTable, discount: ColumnFacts) -> None:
    """The column `discount_percent`: a column of discounts holds percent, shares (0.10) or amounts of money."""
    plain = number(view, draft, table, discount)
    value = f"TRY_CAST({plain} AS DOUBLE)"
    filled, signed, largest, fractions, example = draft.row(
        f"SELECT count(*), count(*) FILTER (WHERE {cell(discount)} LIKE '%\\%%' ESCAPE '\\'), max({value}), "
        f"count(*) FILTER (WHERE {value} > 0 AND {value} < 1), max({cell(discount)}) FILTER (WHERE {value} > 0) "
        f"FROM {sql.name(table.name)} WHERE trim({cell(discount)}) <> ''"
    )
    kind = _kind(view, discount, filled, signed, largest or 0, fractions, " ".join(str(example).split()))
    expression = {_PERCENT: plain, _SHARE: f"times({plain}, 100)"}.get(kind, "'0'")
    view.add("discount_percent", expression, why(discount, kind))


def _kind(
    view: ContractView, discount: ColumnFacts, filled: int, signed: int, largest: float, fractions: int, example: str
) -> str:
    named = re.search(r"%|percent|prozent|pct|pourcent|por ?ciento|porcentaje|percentual", discount.name.lower())
    money = re.search(
        r"\b(amount|betrag|montant|importe|value|valor|eur|usd|gbp|chf)\b|[€$£]", discount.words + discount.name
    )
    if not largest or (signed * 2 > filled and largest <= 100):
        return _PERCENT
    count = f"{filled:,} cells, the largest is {largest:g}"
    if largest <= 1 and fractions:
        text = (
            f"is {example} in {called(discount)} a share, so {float(example_number(example)) * 100:g} percent? {count}."
        )
        return view.ask("discount", "percent or discount", text, _SHARE, _PERCENT, _MONEY)
    if named and largest <= 100:
        if not fractions and largest > 1:
            return _PERCENT
        text = f"is {example} in {called(discount)} percent, or a share? {count}."
        return view.ask("discount", "percent or discount", text, _PERCENT, _SHARE)
    if money or largest > 100:
        text = f"{called(discount)} looks like amounts of money ({count}); a discount is in percent, so it is left out."
        return view.ask("discount", "percent or discount", text, _MONEY, *([_PERCENT] if largest <= 100 else []))
    text = f"is {called(discount)} in percent, or are these amounts of money? {count}, for example {example}."
    return view.ask("discount", "percent or discount", text, _PERCENT, _MONEY)


def example_number(example: str) -> str:
    """The digits of a small number as people write it, with a point."""
    return re.sub(r"[^\d.]", "", example.replace(",", ".")) or "0"
