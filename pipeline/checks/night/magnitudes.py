"""How big the night is: rows of the required tables, contracts in force, MRR of each currency."""

from __future__ import annotations

from typing import Final

from pipeline.checks.night.figures import amount, moved, result
from pipeline.checks.night.nights import Nights
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
_MRR: Final = """
SELECT currency, sum(before) AS before, sum(tonight) AS tonight, sum(contracts) AS contracts
FROM (
    SELECT currency_before AS currency, sum(mrr_before) AS before, 0 AS tonight, count(mrr_before) AS contracts
    FROM contracts_of_both ANTI JOIN left_out USING (contract_id) WHERE mrr_before IS NOT NULL
    GROUP BY currency_before
    UNION ALL
    SELECT currency_tonight, 0, sum(mrr_tonight), 0
    FROM contracts_of_both ANTI JOIN left_out USING (contract_id) WHERE mrr_tonight IS NOT NULL
    GROUP BY currency_tonight
)
GROUP BY currency ORDER BY currency
"""


def magnitudes(nights: Nights) -> list[CheckResult]:
    """`row_count` per required table, `contracts_in_force` and `mrr_of_currency`; `mrr_of_single_contract` warns."""
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
    """A currency whose only contract is gone is news, and no wrong night (*ours*)."""
    found: dict[bool, list[str]] = {True: [], False: []}
    examples = []
    for row in nights.rows(_MRR):
        currency, contracts = row["currency"], int(row["contracts"])
        sentence = moved(
            f"MRR in {currency}",
            row["before"],
            row["tonight"],
            keys=contracts,
            settings=nights.settings,
            written=amount(currency),
        )
        if sentence:
            found[contracts == 1].append(sentence)
            examples.append(row)
    return [
        result("mrr_of_currency", "contract_mrr", found[False], fine="no currency's MRR moved much", examples=examples),
        result(
            "mrr_of_single_contract",
            "contract_mrr",
            found[True],
            fine="no currency lost its only contract",
            level="warning",
        ),
    ]
