"""MRR of both nights by currency, and whether one contract alone explains how it moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pipeline.checks.night.figures import Number

MRR_BY_CURRENCY: Final = """
SELECT contract_id, renews, hub_before AS hub_id, 'before' AS side, currency_before AS currency, mrr_before AS before,
    CASE WHEN currency_tonight = currency_before AND hub_tonight = hub_before THEN mrr_tonight END AS tonight
FROM contracts_of_both WHERE mrr_before IS NOT NULL
UNION ALL
SELECT contract_id, renews, hub_tonight, 'tonight', currency_tonight, NULL, mrr_tonight
FROM contracts_of_both
WHERE mrr_tonight IS NOT NULL
    AND (mrr_before IS NULL OR currency_tonight <> currency_before OR hub_tonight <> hub_before)
"""
"""A contract's MRR on both nights in one row, as long as it stays with its client and currency."""

MOVEMENT: Final = """
    coalesce(sum(before), 0) AS before, coalesce(sum(tonight), 0) AS tonight, count(before) AS contracts,
    min(coalesce(tonight, 0) - coalesce(before, 0)) AS most_lost,
    arg_min(coalesce(before, 0), coalesce(tonight, 0) - coalesce(before, 0)) AS before_of_most_lost,
    max(coalesce(tonight, 0) - coalesce(before, 0)) AS most_gained,
    arg_max(coalesce(before, 0), coalesce(tonight, 0) - coalesce(before, 0)) AS before_of_most_gained
"""
"""The MRR of a group on both nights, and the contract that lost and the one that gained most."""


def one_contract_explains(row: Mapping[str, Any], wrong: Callable[[Number, Number], object]) -> bool:
    """Whether at least half of the movement is one contract's, and nothing is `wrong` with the others' MRR.

    `row`: the columns of `MOVEMENT`. `wrong` is given the MRR before and tonight without that contract.
    """
    movement = row["tonight"] - row["before"]
    kind = "lost" if movement < 0 else "gained"
    own, own_before = row[f"most_{kind}"], row[f"before_of_most_{kind}"]
    if 2 * abs(own) < abs(movement):
        return False
    return not wrong(row["before"] - own_before, row["tonight"] - own_before - own)
