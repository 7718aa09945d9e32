"""How long before a renewal a contract can still be ended: days, or calendar months."""

from __future__ import annotations

import re

from pipeline.ingest import sql
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, why
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable
from pipeline.ingest.profiles.lengths import MONTH_UNIT


def add_notice(view: ContractView, draft: DraftDatabase, table: DraftTable) -> None:
    """The columns `notice_days` and, where a notice is in months, `notice_months`; a contract has one of them."""
    notice = table.parts.get("notice")
    if notice is None:
        view.add("notice_days", "CAST(NULL AS VARCHAR)", "no column looks like a notice period: the usual one counts")
        return
    name = f"nullif(trim({cell(notice)}), '')"
    blank, bare, months, more, shown = draft.row(
        f"SELECT count(*) FILTER (WHERE c IS NULL), count(*) FILTER (WHERE regexp_full_match(c, '\\d+([.,]0+)?')), "
        f"count(notice_months_of(c)), "
        f"count(*) FILTER (WHERE regexp_matches(c, '\\d\\D*[a-z].* ') AND {_MORE}), "
        f"min(c) FILTER (WHERE {_MORE}) FROM (SELECT {name} AS c FROM {sql.name(table.name)}) AS cells"
    )
    own = name if blank else cell(notice)
    if more:
        text = (
            f"{more:,} cells of {called(notice)} say more than a length, such as {' '.join(shown.split())!r}: only "
            f"the length "
            "is read, the deadline is that long before the renewal."
        )
        view.ask("notice says", "notice", text)
    if bare and _bare_months(view, draft, table, notice, bare):
        unit = f"CASE WHEN regexp_full_match({name}, '\\d+') THEN {name} || ' months' ELSE {name} END"
        view.add("notice_days", f"CASE WHEN notice_months_of({unit}) IS NULL THEN days_of({unit}) END", why(notice))
        view.add("notice_months", f"notice_months_of({unit})", "notice in calendar months")
    elif re.search(r"\b(weeks?|wochen|semanas|semaines)\b", notice.words) and bare:
        view.add("notice_days", f"days_of({name} || ' weeks')", why(notice, "weeks, by its header"))
    elif months:
        view.add("notice_days", f"CASE WHEN notice_months_of({own}) IS NULL THEN days_of({own}) END", why(notice))
        view.add("notice_months", f"notice_months_of({own})", "notice in calendar months")
    else:
        view.add("notice_days", f"days_of({own})", why(notice, "days; weeks are 7 days"))


_MORE = (
    f"regexp_matches(strip_accents(lower(c)), '^\\D*\\w+[\\s-]+({MONTH_UNIT}|days?|tage?n?|weeks?|wochen?|jours?|"
    f"dias?|semanas?|"
    "semaines?|jahre?n?|years?|ans?|anos?|quartale?)\\W+[a-z]')"
)
"""Words behind the unit: "3 Monate zum Quartalsende"."""


def _bare_months(view: ContractView, draft: DraftDatabase, table: DraftTable, notice: ColumnFacts, bare: int) -> bool:
    """Whether numbers without a unit are months: the header says it, or it is asked."""
    if re.search(r"\b(months?|monate?n?|mois|meses|mesi)\b", notice.words):
        return True
    if re.search(r"\b(days?|tage?n?|jours?|dias?|weeks?|wochen|semanas|semaines)\b", notice.words):
        return False
    largest = draft.count(
        f"SELECT max(TRY_CAST(trim({cell(notice)}) AS DOUBLE)) FROM {sql.name(table.name)} "
        f"WHERE regexp_full_match(trim({cell(notice)}), '\\d+')"
    )
    if not largest:
        return False
    options = ("months", "days") if largest <= 12 else ("days", "months")
    text = f"are the {bare:,} numbers in {called(notice)} days or months? They have no unit; the largest is {largest}."
    return view.ask("notice", "notice", text, *options) == "months"
