"""Each table by itself: rows, keys, required values, codes, decimals. Derived from the declarations in `tables/`."""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.checks.declare_check import Check, NotEmpty, OneOf, failing_rows, with_words
from pipeline.tables.declare import Table
from pipeline.tables.published import MONEY, PUBLISHED

REQUIRED_TABLES: Final = (
    "upcoming_renewals",
    "contract_mrr",
    "client_contacts",
    "client_products",
    "client_app_usage",
    "client_consumption",
    "client_changes",
    "partner_summary",
)
"""Tables of a candidate that the transforms make; the others (quarantine, source files, …) are checked when there."""

_STATUS_BASES: Final = tuple(dict.fromkeys(basis for bases in rules.STATUS_BASES.values() for basis in bases))
_CURRENCIES: Final = tuple(sorted(rules.minor_units()))

CODES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "upcoming_renewals": {
        "contract_type": rules.CONTRACT_TYPES,
        "status": rules.STATUSES,
        "status_basis": _STATUS_BASES,
        "communication_owner_basis": ("client_choice", "partner_statement", "vendor_default"),
        "primary_contact_basis": ("client_choice", "account_primary", "none"),
        "billing_frequency": rules.BILLING_FREQUENCIES,
        "estimate_basis": rules.ESTIMATE_BASES,
        "currency": _CURRENCIES,
    },
    "client_changes": {
        "contract_type": rules.CONTRACT_TYPES,
        "status": rules.STATUSES,
        "status_basis": _STATUS_BASES,
        "estimate_basis": rules.ESTIMATE_BASES,
    },
    "contract_mrr": {"currency": _CURRENCIES},
    "partner_summary": {"currency": _CURRENCIES, "reporting_currency": _CURRENCIES},
    "mrr_projection": {"scenario": rules.SCENARIOS},
    "projection_interval": {"scope": ("partner", "vendor")},
    "findings": {"finding": rules.FINDINGS},
}
"""Columns that hold codes, and the codes of the rules."""

_SOURCES: Final = {
    "contract_mrr": "SELECT 1 FROM $in_force",
    "upcoming_renewals": """
        SELECT 1 FROM $in_force c SEMI JOIN (FROM $associations WHERE partner_id IS NOT NULL) a USING (hub_id)
        WHERE c.renewal_start_date <= $last_day""",
    "client_changes": "SELECT 1 FROM upcoming_renewals",
    "client_products": """
        SELECT 1 FROM contract_mrr m SEMI JOIN exports.contract_lines l USING (contract_id)
        WHERE m.partner_id IS NOT NULL""",
    "partner_summary": "SELECT 1 FROM contract_mrr WHERE partner_id IS NOT NULL",
    **dict.fromkeys(("mrr_projection", "mrr_bridge"), "SELECT 1 FROM contract_mrr"),
}
"""Where the rows of a table come from: with rows there, an empty table is a loss."""

_EMPTY_EXPORT: Final = tuple(
    Check("table_has_rows", "stop", f"exports.{table}", "rows", (NotEmpty(),))
    for table in ("partners", "clients", "contracts", "contract_lines")
)

_NOTHING_THERE: Final = (
    Check("something_in_force", "warning", "contract_mrr", "contracts in force", (NotEmpty(),)),
    Check("something_upcoming", "warning", "upcoming_renewals", "upcoming changes", (NotEmpty(),)),
)


def checks(tables: frozenset[str]) -> tuple[Check, ...]:
    """The checks of shape of the tables that are there."""
    made = [PUBLISHED[name] for name in PUBLISHED if name in tables]
    return (
        *_EMPTY_EXPORT,
        *_NOTHING_THERE,
        *(_not_lost(table, source) for table, source in _SOURCES.items() if table in tables),
        *(check for table in made for check in _of_table(table)),
    )


def _of_table(table: Table) -> list[Check]:
    found = [_required_values(table)]
    if table.primary_key:
        found.append(_unique_keys(table))
    if table.name in CODES:
        expected = tuple(OneOf(column, values) for column, values in CODES[table.name].items())
        found.append(Check("known_codes", "stop", table.name, "codes that the rules do not know", expected))
    if "currency" in table.column_names and any(column.type == MONEY for column in table.columns):
        found.append(_minor_units(table))
    return found


def _required_values(table: Table) -> Check:
    # One SQL for all columns: Great Expectations takes 10 ms of Python for an expectation about one.
    required = [column.name for column in table.columns if column.required]
    sql = with_words(
        "SELECT $key, concat_ws(', ', $empty) AS empty FROM $rows WHERE $any",
        key=", ".join(table.primary_key or table.column_names[:2]),
        empty=", ".join(f"CASE WHEN {name} IS NULL THEN '{name}' END" for name in required),
        any=" OR ".join(f"{name} IS NULL" for name in required),
    )
    return failing_rows("required_values", "stop", table.name, "rows with empty required values", sql)


def _unique_keys(table: Table) -> Check:
    key = ", ".join(table.primary_key)
    sql = with_words("SELECT $key, count(*) AS copies FROM $rows GROUP BY $key HAVING count(*) > 1", key=key)
    return failing_rows("unique_keys", "stop", table.name, f"keys ({key}) that more than one row has", sql)


def _minor_units(table: Table) -> Check:
    """Figures have no more decimals than their currency; those in the reporting currency are checked in
    `partner_totals` and `projection_ties`."""
    amounts = [
        column.name
        for column in table.columns
        if column.type == MONEY and not column.name.endswith("_converted") and not column.unit.startswith("reporting")
    ]
    odd = " OR ".join(f"{amount} % step <> 0" for amount in amounts)
    sql = with_words(
        "SELECT DISTINCT $columns FROM (SELECT *, $minor_step AS step FROM $rows) WHERE $odd",
        columns=", ".join(dict.fromkeys((*table.primary_key, "currency", *amounts))),
        odd=odd,
    )
    return failing_rows("minor_units", "stop", table.name, "rows with more decimals than their currency has", sql)


def _not_lost(table: str, source: str) -> Check:
    sql = with_words(
        "SELECT '$table' AS empty_table WHERE NOT EXISTS (FROM $rows) AND EXISTS ($source)", table=table, source=source
    )
    return failing_rows("not_empty", "stop", table, "empty although it should have rows, tables", sql)
