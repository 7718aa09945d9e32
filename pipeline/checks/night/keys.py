"""Keys kept: which of the yardstick's keys must still be there tonight, and how many are."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from pipeline.checks.night.night_results import percent_of, plain, result
from pipeline.checks.night.side_by_side import Nights, sql_day
from pipeline.checks.results import EXAMPLES_SHOWN, CheckResult, Level
from pipeline.tables.exports import EXPORTS

_CONTRACTS: Final = """
SELECT contract_id, in_tonight AS is_there FROM contracts_of_both ANTI JOIN left_out USING (contract_id)
WHERE in_before AND renewal_before > {as_of}
"""
_CLIENTS: Final = """
SELECT hub_id, in_tonight AS is_there FROM clients_of_both ANTI JOIN gone_with_partner USING (hub_id) WHERE in_before
"""
_KEYS: Final = """
SELECT {key}, t.is_there IS NOT NULL AS is_there FROM (SELECT {distinct} {key} FROM {before} {which}) b
LEFT JOIN (SELECT {distinct} {key}, true AS is_there FROM {tonight}) t USING ({key})
"""
_OF_CLIENTS_STILL_THERE: Final = "ANTI JOIN gone_with_partner USING (hub_id)"
_AHEAD: Final = "ANTI JOIN left_out USING (contract_id) WHERE effective_date > {last}"

_QUOTES: Final = """
SELECT b.change_id, b.contract_id, b.quoted_mrr, t.quoted_mrr IS NOT NULL AS is_there
FROM before_contract_changes b JOIN tonight_contract_changes t USING (change_id)
ANTI JOIN left_out l ON l.contract_id = b.contract_id
WHERE b.quoted_mrr IS NOT NULL
"""

_WHAT: Final = {
    "contracts": "contracts that should still run",
    "contract_changes": "changes that should still lie ahead",
    "app_usage": "clients of the night before with app usage",
    "consumption": "clients of the night before with consumption",
    "price_book": "prices that the price book had",
    "renewal_history": "past renewals of the night before",
}


def keys_kept(nights: Nights) -> list[CheckResult]:
    """`keys_kept` per table and `quotes_kept`: at least so many percent of the yardstick's keys are there tonight.

    Of contracts those that should still run, of changes those still ahead; of measurements the clients measured, since
    the day is part of their key. Numbers of contract lines may be new every night: that is a warning (*ours*).
    """
    last = max(nights.as_of, nights.yardstick_as_of) + timedelta(days=nights.settings.rolling_grace_days)
    which = {
        "partners": "",
        "contract_lines": "ANTI JOIN left_out USING (contract_id)",
        "contacts": _OF_CLIENTS_STILL_THERE,
        "contract_changes": _AHEAD.format(last=sql_day(last)),
        "app_usage": _OF_CLIENTS_STILL_THERE,
        "consumption": _OF_CLIENTS_STILL_THERE,
        "price_book": "",
        "limit_blocks": "",
        "renewal_history": "",
    }
    queries = {"contracts": _CONTRACTS.format(as_of=sql_day(nights.as_of)), "clients": _CLIENTS} | {
        table: _KEYS.format(**_keys(nights, table), which=where) for table, where in which.items()
    }
    kept = [
        _kept(nights, "keys_kept", table, _WHAT.get(table, f"{table} of the night before"), sql)
        for table, sql in queries.items()
    ]
    return [*kept, _kept(nights, "quotes_kept", "contract_changes", "quotes of the night before", _QUOTES)]


def _keys(nights: Nights, table: str) -> dict[str, str]:
    """What is counted on both sides: the primary keys, of measurements the clients only."""
    measured = table in ("app_usage", "consumption")
    key = ("hub_id",) if measured else EXPORTS[table].primary_key
    sides = {side: nights.some(side, table, key) for side in ("before", "tonight")}
    return {"key": ", ".join(key), "distinct": "DISTINCT" if measured else "", **sides}


def _kept(nights: Nights, name: str, table: str, what: str, sql: str) -> CheckResult:
    keys, there = nights.one(f"SELECT count(*), count(*) FILTER (is_there) FROM ({sql})")
    limit, level = nights.settings.kept_keys_percent, _level(table)
    what = what.replace("_", " ")
    sentences, examples = [], []
    if keys >= nights.settings.compared_keys_minimum and there * 100 < limit * keys:
        sentences.append(
            f"only {there:,} of the {keys:,} {what} are there ({percent_of(there, keys)}; "
            f"at least {plain(limit)} % should be)"
        )
        missing = f"SELECT * EXCLUDE (is_there) FROM ({sql}) WHERE NOT is_there ORDER BY ALL LIMIT {EXAMPLES_SHOWN}"
        examples = nights.rows(missing)
    fine = f"{what} that are there: {there:,} of {keys:,}"
    return result(name, table, sentences, fine=fine, level=level, examples=examples)


def _level(table: str) -> Level:
    return "warning" if table == "contract_lines" else "stop"
