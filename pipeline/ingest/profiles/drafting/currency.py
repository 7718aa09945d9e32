"""In which currency a contract is, guessed from a column of its own, from signs in the amounts or from their header."""

from __future__ import annotations

import re

from pipeline import rules
from pipeline.ingest import sql
from pipeline.ingest.profiles.currency_signs import SIGNS
from pipeline.ingest.profiles.drafting.column_contents import ColumnFacts
from pipeline.ingest.profiles.drafting.contract_text import ContractView, called, cell, why
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase, DraftTable

_MATTER = "currency"
_LIKELY = {"de": "EUR", "fr": "EUR", "es": "EUR", "pt": "BRL"}
"""What a file without any sign is likely in, by the language of its header; else the US dollar."""
_WORDS = frozenset({"ALL", "TRY", "TOP", "CUP", "PEN", "MAD", "BOB", "GEL", "LAK", "COP", "SOS", "BAM", "CAD", "RON"})
"""Codes that are words of a header too: there they count in capital letters, in brackets or after "in" only."""


def add_currency(view: ContractView, draft: DraftDatabase, table: DraftTable, amount: ColumnFacts | None) -> None:
    """The column `currency`. `amount`: the column that holds the price, if there is one in this table."""
    column = table.parts.get("currency")
    source = column or amount
    header = currency_of_header(amount.name) if amount is not None else ""
    if source is None:
        code = _none(view, table, "no amount")
        view.add("currency", f"'{code}'", "no column looks like a currency")
        return
    default = header or _usual(draft, table, source) or _LIKELY.get(table.language, "USD")
    signs = _signs(draft, table, source)
    if not header and column is None and set(signs) <= {""}:
        default = _none(view, table, called(source))
    elif "" in signs and (len(signs) > 1 or column is not None) and not header:
        rows = signs[""]
        text = f"{rows:,} of {sum(signs.values()):,} rows have no currency in {called(source)}. Are they in {default}?"
        default = view.ask("no sign", _MATTER, text, *_others(default))
    expression = _clear(view, source, signs)
    reason = why(source) if column is not None else _why_amount(source, header)
    written = f"'{default}'" if set(signs) <= {""} and column is None else f"currency_code({expression}, '{default}')"
    view.add("currency", written, reason)


def _why_amount(amount: ColumnFacts, header: str) -> str:
    if header:
        return f"the header {amount.name!r} says {header}; a sign in a cell counts first"
    return f"no column looks like a currency: a sign in the amount; for example {' '.join(amount.example.split())!r}"


def _none(view: ContractView, table: DraftTable, what: str) -> str:
    guess = _LIKELY.get(table.language, "USD")
    text = f"which currency are the amounts in? Neither a column nor a sign in {what} nor the header says it."
    return view.ask("no sign", _MATTER, text, *_others(guess))


def _others(guess: str) -> list[str]:
    return [guess, *(code for code in ("EUR", "USD", "GBP") if code != guess)][:3]


def _usual(draft: DraftDatabase, table: DraftTable, column: ColumnFacts) -> str:
    """The one currency that all filled cells name, or "" where they name none or several."""
    found = draft.rows(
        f"SELECT DISTINCT currency_code({cell(column)}, '') FROM {sql.name(table.name)} "
        f"WHERE trim({cell(column)}) <> '' LIMIT 2"
    )
    return found[0][0] if len(found) == 1 and found[0][0] in rules.minor_units() else ""


def _signs(draft: DraftDatabase, table: DraftTable, column: ColumnFacts) -> dict[str, int]:
    """The signs and codes in the cells, as they are looked up, and their rows; "" for none. The commonest first.

    A cell with letters and no digit is a word of an amount's column (TBC), not a sign, and is not counted.
    """
    name = cell(column)
    words = "" if column.kind == "currency" or column.words in ("currency", "wahrung") else rf"WHERE {name} ~ '.*\d.*'"
    if column is table.parts.get("currency"):
        words = ""
    rows = draft.rows(
        f"SELECT sign_key(coalesce({name}, '')) AS sign, count(*) FROM {sql.name(table.name)} {words} "
        "GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 40"
    )
    return dict(rows)


def _clear(view: ContractView, column: ColumnFacts, signs: dict[str, int]) -> str:
    """The cell as SQL, with what a sign of several currencies is taken to mean; asks about those and unknown ones."""
    expression = cell(column)
    for sign, rows in signs.items():
        codes = SIGNS.get(sign, "").split()
        if len(codes) > 1:
            text = (
                f"which currency is {sign} in {called(column)} ({rows:,} rows)? It is the sign of "
                f"{', '.join(codes[:6])}{' and others' if len(codes) > 6 else ''}."
            )
            chosen = view.ask(f"sign {sign}", _MATTER, text, *codes[:4])
            if chosen != codes[0] or sign in ("kr", "fcfa"):
                expression = f"sign_means({expression}, {sql.text(sign)}, '{chosen}')"
        elif sign and not codes and sign.upper() not in rules.minor_units():
            text = (
                f"which currency is {sign!r} in {called(column)} ({rows:,} rows)? It is not known here, so these rows "
                f"are "
                f"refused. Write sign_means({cell(column)}, {sql.text(sign)}, 'XYZ') with its code into AS currency."
            )
            view.ask(f"sign {sign}", _MATTER, text)
    return expression


def currency_of_header(name: str) -> str:
    """The currency that a column's name says: `Annual Value (£)`, `annual_value_eur`, `Value in US$`; "" for none."""
    for sign in re.findall(r"[^\W\d_]{0,3}[$£€¥₣₤₦₩₪₫₭₮₱₲₴₹₺₼₽₾฿₡₵₸￥]", name):
        if codes := SIGNS.get(sign.lower()):
            return codes.split()[0]
    known = rules.minor_units()
    for token in re.findall(r"[A-Za-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)):
        code = str(token).upper()
        plainly = re.search(rf"[(\[]\s*{token}\s*[)\]]|\bin {token}\b|[_ ]{token}$|^{token}[_ ]", name) is not None
        if code in known and plainly and (code not in _WORDS or token.isupper()):
            return code
    words = name.lower()
    return next((code for word, code in (("euro", "EUR"), ("dollar", "USD"), ("pound", "GBP")) if word in words), "")
