"""MRR of both nights by currency, and whether one client alone explains how it moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pipeline.checks.night.night_results import Number

_OF_CLIENTS: Final = """
SELECT {group}hub_id, currency, sum(before) AS before, sum(tonight) AS tonight, count(before) AS contracts FROM (
    SELECT {before}hub_before AS hub_id, currency_before AS currency, mrr_before AS before,
        CASE WHEN {same} THEN mrr_tonight END AS tonight
    FROM {contracts} WHERE mrr_before IS NOT NULL
    UNION ALL
    SELECT {tonight}hub_tonight, currency_tonight, NULL, mrr_tonight
    FROM {contracts} WHERE mrr_tonight IS NOT NULL AND (mrr_before IS NULL OR NOT coalesce({same}, false))
) GROUP BY ALL
"""

MOVEMENT: Final = """
    coalesce(sum(before), 0) AS before, coalesce(sum(tonight), 0) AS tonight, sum(contracts) AS contracts,
    min(coalesce(tonight, 0) - coalesce(before, 0)) AS most_lost,
    arg_min(coalesce(before, 0), coalesce(tonight, 0) - coalesce(before, 0)) AS before_of_most_lost,
    max(coalesce(tonight, 0) - coalesce(before, 0)) AS most_gained,
    arg_max(coalesce(before, 0), coalesce(tonight, 0) - coalesce(before, 0)) AS before_of_most_gained
"""
"""The MRR of a group of clients on both nights, and the client that lost and the one that gained most."""


def mrr_of_clients() -> str:
    """The MRR of each client and currency on both nights, of the contracts that are compared, as SQL.

    Columns: `hub_id, currency, before, tonight, contracts`. A contract that changes currency is lost to one and new to
    the other.
    """
    compared = "contracts_of_both ANTI JOIN left_out USING (contract_id)"
    same = "currency_tonight = currency_before"
    return _OF_CLIENTS.format(group="", before="", tonight="", same=same, contracts=compared)


def mrr_of_partners_clients() -> str:
    """The same with `partner_id` first; a contract whose client goes to another partner is lost to one, new to the
    other. Contracts that renew are left out, not those of the partner that may leave."""
    compared = "(FROM contracts_of_both WHERE NOT renews)"
    same = "currency_tonight = currency_before AND partner_tonight = partner_before"
    sides = {side: f"partner_{side} AS partner_id, " for side in ("before", "tonight")}
    return _OF_CLIENTS.format(group="partner_id, ", same=same, contracts=compared, **sides)


def one_client_explains(row: Mapping[str, Any], wrong: Callable[[Number, Number], object]) -> bool:
    """Whether at least half of the movement is one client's, and nothing is `wrong` with the others' MRR.

    `row`: the columns of `MOVEMENT`. `wrong` is given the MRR before and tonight without that client.
    """
    movement = row["tonight"] - row["before"]
    kind = "lost" if movement < 0 else "gained"
    own, own_before = row[f"most_{kind}"], row[f"before_of_most_{kind}"]
    if 2 * abs(own) < abs(movement):
        return False
    return not wrong(row["before"] - own_before, row["tonight"] - own_before - own)
