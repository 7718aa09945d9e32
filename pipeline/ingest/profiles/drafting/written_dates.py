"""The dates of a column as SQL, and which of day and month they write first."""

from __future__ import annotations

from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts, day_first
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, formats, why


def written_date(view: ContractView, column: ColumnFacts, function: str = "date_text") -> str:
    """A date of the column as SQL, by that function for profiles."""
    if column.kind == "epoch":
        inside = f"epoch_date({cell(column)})"
        return inside if function == "date_text" else f"{function}({inside}, '%Y-%m-%d')"
    other = column.ambiguous and view.choices.get("day or month", "") == _other_order(column)
    return f"{function}({cell(column)}, {formats(column, other_order=other)})"


_DAY_FIRST, _MONTH_FIRST = "day first", "month first"


def _other_order(column: ColumnFacts) -> str:
    return _MONTH_FIRST if day_first(column.formats[0]) else _DAY_FIRST


def ask_day_or_month(view: ContractView, columns: list[ColumnFacts]) -> None:
    """Asks which of day and month comes first in the columns whose cells all fit both."""
    unsure = [one for one in columns if one.ambiguous]
    if unsure:
        other = _other_order(unsure[0])
        guess = _DAY_FIRST if other == _MONTH_FIRST else _MONTH_FIRST
        names = " and ".join(called(one) for one in unsure)
        text = f"is the day or the month first in {names}? Every cell fits both, for example {unsure[0].example}."
        view.ask("day or month", "day or month first", text, guess, other)


def why_date(column: ColumnFacts) -> str:
    """What a date was guessed from, and how many of its cells are not one."""
    none = f"; {column.misfits:,} of {column.filled:,} are no such date and go to quarantine" if column.misfits else ""
    return why(column) + none
