"""How the tables of finance's report are declared: their columns as data, their lines as values by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pipeline.views import terms
from pipeline.views.finance_report import finance_words
from pipeline.views.finance_report.finance_cells import (
    NUMBERS,
    Cells,
    FinanceCell,
    FinanceColumn,
    FinanceRow,
    FinanceTable,
    Formula,
)

Value = str | int | Decimal | date | None
"""What is in a cell. A text is written as one whatever the column's kind; None is not known."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A column: the English `label`, and the `kind` in which its values are written.

    `kind`: `text`, `name`, `id`, `long`, `money`, `change`, `count`, `share`, `number`, `percent`, `price`, `date`,
    `month`. `set_as`: how its cells are set, where that is not their kind's way. `in_target`: its amounts are in the
    reporting currency, not in the row's. `formula` is that of every cell whose line has none of its own. `is_said`: the
    label is in the language of the report already.
    """

    name: str
    label: str
    kind: str
    formula: Formula | None = None
    in_target: bool = False
    set_as: str = ""
    is_said: bool = False


CURRENCY: Final = Declared("currency", terms.COLUMNS["currency"], "text")
"""The column that most tables begin with."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row before it is written: its values by column, and what `FinanceRow` says of it.

    `formulas` and `kinds`: by column, instead of the column's own.
    """

    values: Mapping[str, Value]
    currency: str = ""
    partner: str = ""
    look: str = ""
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    bar: str | None = None
    bars: tuple[str, ...] | None = None
    contract: str | None = None


def written(
    name: str,
    columns: Iterable[Declared],
    lines: Iterable[Line],
    cells: Cells,
    *,
    title: str = "",
    note: str = "",
) -> FinanceTable:
    """The table in the language of `cells`; its `title` is the heading of its name unless it is given."""
    every = tuple(columns)
    return FinanceTable(
        name=name,
        title=title or cells.say(finance_words.SECTIONS[name]),
        columns=tuple(_head(column, cells) for column in every),
        rows=tuple(_row(line, every, cells) for line in lines),
        note=note,
    )


def _head(column: Declared, cells: Cells) -> FinanceColumn:
    kind = column.set_as or ("number" if column.kind in NUMBERS else column.kind)
    return FinanceColumn(column.name, _label(column, cells), kind)


def _label(column: Declared, cells: Cells) -> str:
    if column.is_said:
        return column.label
    return cells.say(column.label, **({"currency": cells.target} if "{currency}" in column.label else {}))


def _row(line: Line, columns: tuple[Declared, ...], cells: Cells) -> FinanceRow:
    return FinanceRow(
        cells=tuple(_cell(column, line, cells) for column in columns),
        currency=line.currency,
        partner=line.partner,
        look=line.look,
        bar=line.bar,
        bars=line.bars,
        contract=line.contract,
    )


def _cell(column: Declared, line: Line, cells: Cells) -> FinanceCell:
    value: Any = line.values[column.name]
    kind = line.kinds.get(column.name, column.kind)
    if isinstance(value, str) or kind in ("text", "name", "id", "long"):
        return cells.text(value)
    if kind == "price":
        return cells.price(value, line.currency)
    if kind in _PLAIN:
        return _PLAIN[kind](cells, value)
    currency = cells.target if column.in_target else line.currency
    return _WORKED_OUT[kind](cells, value, currency, line.formulas.get(column.name, column.formula))


_PLAIN: Final[dict[str, Callable[[Cells, Any], FinanceCell]]] = {
    "number": Cells.number,
    "percent": Cells.percent,
    "date": Cells.day,
    "month": Cells.month,
}
_WORKED_OUT: Final[dict[str, Callable[[Cells, Any, str, Formula | None], FinanceCell]]] = {
    "money": Cells.money,
    "change": Cells.change,
    "count": Cells.count,
    "share": Cells.share,
}
"""What writes each kind: from a value alone, or from a value, a currency and a formula."""
