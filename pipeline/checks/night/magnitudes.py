"""How big the night is: rows of the required tables, contracts in force, MRR of each currency."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from pipeline.checks.night.money_compared import MOVEMENT, mrr_of_clients, one_client_explains
from pipeline.checks.night.night_results import Number, amount, moved, result
from pipeline.checks.night.side_by_side import Nights
from pipeline.checks.results import CheckResult

_CLIENTS: Final = """
SELECT count(*) FILTER (in_before AND hub_id NOT IN (FROM gone_with_partner)), count(*) FILTER (in_tonight)
FROM clients_of_both
"""
_CONTRACTS: Final = """
SELECT count(*) FILTER (in_before), count(*) FILTER (in_tonight), count(mrr_before), count(mrr_tonight)
FROM contracts_of_both ANTI JOIN left_out USING (contract_id)
"""
_LINES: Final = """
SELECT (SELECT count(*) FROM before_contract_lines ANTI JOIN left_out USING (contract_id)),
    (SELECT count(*) FROM tonight_contract_lines ANTI JOIN left_out USING (contract_id))
"""
_MRR: Final = f"""
SELECT currency, {MOVEMENT} FROM ({mrr_of_clients()}) GROUP BY currency ORDER BY currency
"""


def magnitudes(nights: Nights) -> list[CheckResult]:
    """`row_count` per required table, `contracts_in_force` and `mrr_of_currency`; `mrr_of_one_client` warns."""
    before, tonight, in_force_before, in_force_tonight = nights.one(_CONTRACTS)
    sizes = {
        "partners": nights.one(
            "SELECT (SELECT count(*) FROM before_partners), (SELECT count(*) FROM tonight_partners)"
        ),
        "clients": nights.one(_CLIENTS),
        "contracts": (before, tonight),
        "contract_lines": nights.one(_LINES),
    }
    rows = [_moved(nights, "row_count", table, f"rows of {table}", *counts) for table, counts in sizes.items()]
    in_force = _moved(
        nights, "contracts_in_force", "contracts", "contracts in force", in_force_before, in_force_tonight
    )
    return [*rows, in_force, *_mrr(nights)]


def _moved(nights: Nights, name: str, table: str, what: str, before: int, tonight: int) -> CheckResult:
    sentence = moved(what, before, tonight, keys=before, settings=nights.settings)
    return result(name, table, [sentence] if sentence else [], fine=f"{what}: {before:,} before, {tonight:,} tonight")


def _mrr(nights: Nights) -> list[CheckResult]:
    """What one client alone explains is news about that client, and no wrong night (*ours*)."""
    found: dict[bool, list[str]] = {True: [], False: []}
    examples: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for row in nights.rows(_MRR):
        sentence = _moved_mrr(nights, row["currency"], row["before"], row["tonight"], row["contracts"])
        if sentence:
            without = partial(_moved_mrr, nights, row["currency"], contracts=row["contracts"])
            alone = one_client_explains(row, without)
            found[alone].append(sentence)
            examples[alone].append({name: row[name] for name in ("currency", "before", "tonight", "contracts")})
    name, table = "mrr_of_currency", "contract_mrr"
    fine = "no currency's MRR moved much"
    fine_alone = "no currency's MRR moved much by one client"
    return [
        result(name, table, found[False], fine=fine, examples=examples[False]),
        result("mrr_of_one_client", table, found[True], fine=fine_alone, level="warning", examples=examples[True]),
    ]


def _moved_mrr(nights: Nights, currency: str, before: Number, tonight: Number, contracts: int) -> str:
    written = amount(currency)
    return moved(f"MRR in {currency}", before, tonight, keys=contracts, settings=nights.settings, written=written)
