"""How many months a term lasts: what its cells and its header say, asked where numbers have no unit."""

from __future__ import annotations

import re

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable

_MONTHS, _YEARS = "months", "years"
_BARE = "regexp_full_match(trim({name}), '\\d+([.,]0+)?')"


def term_months(view: ContractView, draft: DraftDatabase, table: DraftTable, term: ColumnFacts) -> str:
    """The months of the term as SQL; null where a cell says no number of months."""
    name = cell(term)
    plain = f"months_of({name})"
    bare = _BARE.format(name=name)
    rows, largest = draft.row(
        f"SELECT count(*), max(TRY_CAST(replace(trim({name}), ',', '.') AS DOUBLE)) FROM {sql.name(table.name)} WHERE "
        f"{bare}"
    )
    if not rows or re.search(r"\b(months?|monate?n?|mois|mes|meses)\b", term.words):
        return plain
    if re.search(r"\b(years?|yrs?|jahre?n?|ans?|annees?|anos?)\b", term.words):
        return f"{plain} * CASE WHEN {bare} THEN 12 ELSE 1 END"
    if re.search(r"\b(days?|tage?n?|jours?|dias?)\b", term.words):
        text = (
            f"is {called(term)} in days? A term is in whole months here: its days are divided by 30.4 ({rows:,} rows)."
        )
        view.ask("term", "term or total", text)
        months = f"CAST(greatest(1, round(TRY_CAST({name} AS DOUBLE) / 30.4)) AS BIGINT)"
        return f"CASE WHEN {bare} THEN {months} ELSE {plain} END"
    if largest >= 12:
        return plain
    options = (_YEARS, _MONTHS) if largest <= 5 else (_MONTHS, _YEARS)
    text = f"are the {rows:,} numbers in {called(term)} months or years? They have no unit; the largest is {largest:g}."
    if view.ask("term", "term or total", text, *options) == _YEARS:
        return f"{plain} * CASE WHEN {bare} THEN 12 ELSE 1 END"
    return plain
