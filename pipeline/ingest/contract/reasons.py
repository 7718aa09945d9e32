"""The reason codes of the quarantine: how they are written and what to do about each, from the declarations.

A reason about one column is written `code:column` (`not_a_date:term_start_date`); a reason about the whole row is a
bare code (`duplicate_key`). Several reasons of one row are joined by `;`.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from pipeline import rules
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS

TOO_FEW_CELLS: Final = "too_few_cells"
TOO_MANY_CELLS: Final = "too_many_cells"
NOT_A_JSON_OBJECT: Final = "not_a_json_object"
REPEATED_JSON_KEY: Final = "repeated_json_key"
JSON_TOO_DEEP: Final = "json_too_deep"
NOT_A_JSON_NUMBER: Final = "not_a_json_number"
DUPLICATE_KEY: Final = "duplicate_key"
PARENT_QUARANTINED: Final = "parent_quarantined"
MORE_THAN_ONE_PRIMARY: Final = "more_than_one_primary"
MORE_THAN_ONE_RENEWAL: Final = "more_than_one_renewal"
NOT_THE_RENEWAL_DATE: Final = "not_the_renewal_date"
NOT_ABOVE_CONTACT_MAX: Final = "not_above_contact_max"
NOT_ABOVE_EMAIL_LIMIT: Final = "not_above_email_limit"
CHANGE_ID_TAKEN: Final = "change_id_taken"

STRUCTURAL: Final = (
    TOO_FEW_CELLS,
    TOO_MANY_CELLS,
    NOT_A_JSON_OBJECT,
    REPEATED_JSON_KEY,
    JSON_TOO_DEEP,
    NOT_A_JSON_NUMBER,
)
"""The record cannot be laid over the header, so nothing else is asked of it."""

_OF_A_COLUMN: Final = {
    "required_missing": "fill in {column}: it is required",
    "not_a_number": "write {column} as a number with a point and no other sign",
    "too_many_decimals": "write {column} with at most the declared decimals; numbers are never rounded here",
    "out_of_range": "correct {column}: the number is too large",
    "not_a_date": "write {column} as a calendar date in the file's date format (YYYY-MM-DD unless set otherwise)",
    "impossible_date": "correct {column}: a date before " + rules.EARLIEST_DATE + " is a typing error",
    "not_a_boolean": "write {column} as true or false",
    "negative": "give {column} a value of 0 or more",
    "below_minimum": "give {column} at least its smallest allowed value",
}

_OF_A_ROW: Final = {
    TOO_FEW_CELLS: "give the record as many cells as the header has",
    TOO_MANY_CELLS: "put cells that hold the delimiter in quotes",
    NOT_A_JSON_OBJECT: "write one JSON object per record",
    REPEATED_JSON_KEY: "name each key of the object once",
    JSON_TOO_DEEP: "flatten the record: its values are nested too deep to be data",
    NOT_A_JSON_NUMBER: "write null or a number: NaN and Infinity are not JSON",
    DUPLICATE_KEY: "export each key once: these rows share one but differ",
    PARENT_QUARANTINED: "correct the row it points at; this one then follows",
    MORE_THAN_ONE_PRIMARY: "flag at most one contact per client as is_primary",
    MORE_THAN_ONE_RENEWAL: "keep one upcoming renewal row per contract",
    NOT_THE_RENEWAL_DATE: "let effective_date equal the contract's renewal_start_date",
    NOT_ABOVE_CONTACT_MAX: "let new_contact_max lie above the contract's contact_max",
    NOT_ABOVE_EMAIL_LIMIT: "let new_email_limit lie above the contract's email_limit",
    CHANGE_ID_TAKEN: "use another change_id: '<contract_id>:renewal' belongs to that contract's derived renewal",
}


def of_column(code: str, column: str) -> str:
    """The reason `code` about that column."""
    return f"{code}:{column}"


@cache
def catalogue() -> dict[str, str]:
    """Advice for every code a row can be refused with: {"duplicate_key": "export each key once: …", …}."""
    advice = {code: text.format(column="the column") for code, text in _OF_A_COLUMN.items()} | _OF_A_ROW
    for table in EXPORTS.values():
        advice |= {rule.code: rule.advice for rule in table.rules}
        advice |= {ref.code: _missing_parent(table, ref.column, ref.table) for ref in table.references}
    return advice


def advice_for(reason: str, table: str = "") -> str:
    """What to do at the source about one reason (`negative:quantity`); KeyError for an unknown code.

    `table`: the contract table that refused the row; several tables share the code of a missing parent.
    """
    code, _, column = reason.partition(":")
    for reference in EXPORTS[table].references if table in EXPORTS else ():
        if reference.code == code:
            return _missing_parent(EXPORTS[table], reference.column, reference.table)
    if column:
        return _OF_A_COLUMN[code].format(column=column)
    return catalogue()[code]


def _missing_parent(table: Table, column: str, parent: str) -> str:
    return f"export the row of {parent} that {column} of {table.name} names, or correct {column}"
