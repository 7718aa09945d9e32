"""What the interactive page carries besides its table: every column of every row, sort keys, and the exact amounts
behind its totals. Texts are those of the other surfaces; the page's script only chooses, orders and adds them up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from pipeline.views import terms
from pipeline.views.change_cells import Cell, Column, Row
from pipeline.views.clients import Cells, ClientDetails
from pipeline.views.definitions import column_definition
from pipeline.views.locale_formats import EMPTY, Formats

MONEY_STEPS: Final = 4
"""Decimals of the amounts in the published tables: amounts travel as whole numbers of that step, never as floats."""

ROWS_WITHOUT_SCRIPT: Final = 500
"""Rows that are in the page itself, for readers and mail previews without JavaScript."""

_SAMPLE: Final = Decimal(12)
_GROUPED: Final = Decimal(1234567)
_HALF: Final = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class MoneyShape:
    """How amounts of a currency are written: what stands before and after the digits, and how many decimals."""

    plain: tuple[str, str]
    negative: tuple[str, str]
    plus: tuple[str, str]
    minus: tuple[str, str]
    decimals: int


@dataclass(frozen=True, slots=True)
class PageColumn:
    """A column that a reader can choose; `shown`: at first. One without a footnote brings its `definition`."""

    name: str
    label: str
    mark: int
    locked: bool
    kind: str
    shown: bool
    definition: str | None


class PageRow(NamedTuple):
    """A row as the page's script reads it, an array in JSON.

    `client` is the place of its client, `cells` those of its cells; its shares of the totals are whole numbers of
    10⁻⁴; contract and change are for the saved CSV, the contact's address is searched.
    """

    client: int
    currency: str
    mrr_up_for_renewal: str
    mrr_at_risk: str
    mrr_change: str
    contract_id: str
    change_id: str
    contact_email: str
    cells: list[int]


PackedCell = tuple[str | int, ...]
"""Text, then what it sorts by where that is not the text: a number, an ISO day, or an amount and its currency."""


@dataclass(frozen=True, slots=True)
class PageData:
    """The data block of one partner's page, for JSON. Equal cells stand once in `cells`."""

    key: str
    language: str
    columns: tuple[PageColumn, ...]
    rows: list[PageRow]
    cells: list[PackedCell]
    clients: tuple[ClientDetails, ...]
    money: dict[str, MoneyShape]
    group: str
    decimal: str
    words: dict[str, str]
    data: dict[str, str]
    empty: str
    details: dict[str, str]


def page_data(
    rows: list[Row],
    cells: list[Cells],
    *,
    partner_id: str,
    columns: tuple[Column, ...],
    shown: tuple[str, ...],
    clients: tuple[ClientDetails, ...],
    formats: Formats,
) -> PageData:
    """The data block of one partner's page.

    `rows`: of `upcoming_renewals` with `mrr_up_for_renewal` and `mrr_at_risk` of the row; `cells`: for each of them
    the cell of every column by name; `columns`: every column a reader can choose; `shown`: those shown at first, which
    the page defines in its footnotes.
    """
    packed, places = _packed_rows(rows, cells, [column.name for column in columns], clients)
    return PageData(
        key=partner_id,
        language=formats.language,
        columns=tuple(_column(column, column.name in shown, formats) for column in columns),
        rows=packed,
        cells=places,
        clients=clients,
        money=money_shapes(formats, {row["currency"] for row in rows}),
        group=group_separator(formats),
        decimal=decimal_separator(formats),
        words=formats.say_all(terms.BROWSER_WORDS),
        data=formats.say_all(terms.DATA),
        empty=EMPTY,
        details=formats.say_all(terms.DETAILS),
    )


def _packed_rows(
    rows: list[Row], cells: list[Cells], names: list[str], clients: tuple[ClientDetails, ...]
) -> tuple[list[PageRow], list[PackedCell]]:
    """The rows, and the cells whose places they name."""
    places: dict[PackedCell, int] = {}
    hubs = {client.hub: place for place, client in enumerate(clients)}

    def packed(row: Row, own: Cells) -> PageRow:
        found = [places.setdefault(_packed(row, own[name]), len(places)) for name in names]
        ids = (row["contract_id"], row["change_id"], row["primary_contact_email"] or "")
        return PageRow(hubs[row["hub_id"]], row["currency"], *_shares(row), *ids, found)

    return [packed(row, own) for row, own in zip(rows, cells, strict=True)], list(places)


def _column(column: Column, shown: bool, formats: Formats) -> PageColumn:
    return PageColumn(
        column.name,
        column.label,
        column.mark,
        column.locked,
        column.kind,
        shown=shown,
        definition=None if column.mark else formats.say(column_definition(column.name)),
    )


def _shares(row: Row) -> tuple[str, str, str]:
    return _steps(row["mrr_up_for_renewal"]), _steps(row["mrr_at_risk"]), _steps(row["mrr_change"])


def _steps(amount: Decimal) -> str:
    # scaleb would round to 28 digits; an amount has up to 38.
    sign, digits, exponent = amount.as_tuple()
    whole = int("".join(map(str, digits))) * 10 ** (MONEY_STEPS + int(exponent))
    return str(-whole if sign else whole)


def _packed(row: Row, cell: Cell) -> PackedCell:
    text, value = cell.text, cell.value
    if cell.name == "status":
        return (text, f"{row['status']} {row['status_basis']}".replace("_", "-"))
    if isinstance(row[cell.name], Decimal):
        return (text, _steps(row[cell.name]), row["currency"])
    return (text,) if value == text else (text, value)


def money_shapes(formats: Formats, currencies: set[str]) -> dict[str, MoneyShape]:
    """How amounts are written, by currency code."""
    return {currency: money_shape(formats, currency) for currency in sorted(currencies)}


def money_shape(formats: Formats, currency: str) -> MoneyShape:
    """How amounts of that currency are written, read off samples: so that a sum reads like its parts."""
    fraction = re.search(r"0\D(0+)", formats.money(Decimal(0), currency))
    return MoneyShape(
        plain=_around(formats.money(_SAMPLE, currency)),
        negative=_around(formats.money(-_SAMPLE, currency)),
        plus=_around(formats.money_change(_SAMPLE, currency)),
        minus=_around(formats.money_change(-_SAMPLE, currency)),
        decimals=len(fraction[1]) if fraction else 0,
    )


def group_separator(formats: Formats) -> str:
    """What stands between groups of digits; "" where nothing does."""
    return _separator(r"1(\D*)234", formats.number(_GROUPED))


def decimal_separator(formats: Formats) -> str:
    """What stands before the decimals."""
    return _separator(r"0(\D)5", formats.number(_HALF))


def _around(sample: str) -> tuple[str, str]:
    """What stands before and after the digits."""
    digits = re.search(r"\d.*\d", sample)
    return (sample[: digits.start()], sample[digits.end() :]) if digits else ("", "")


def _separator(pattern: str, sample: str) -> str:
    found = re.search(pattern, sample)
    return found[1] if found else ""
