"""Whose clients they are: the one partner that may leave in a night, and how many clients change partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.checks.night.night_results import above, percent_of, plain, result
from pipeline.checks.night.side_by_side import Nights
from pipeline.checks.results import CheckResult

_LEAVING: Final = """
SELECT partner_before AS partner_id, count(*) AS clients, count(*) FILTER (NOT in_tonight) AS gone,
    min(partner_tonight) AS destination
FROM clients_of_both WHERE partner_before IS NOT NULL
GROUP BY partner_before
HAVING count(*) FILTER (partner_tonight IS NOT DISTINCT FROM partner_before) = 0
    AND count(DISTINCT partner_tonight) <= 1
    AND 2 * count(*) <= (SELECT count(partner_before) FROM clients_of_both)
    AND (min(partner_tonight) IS NULL OR (SELECT count(DISTINCT partner_tonight) FROM clients_of_both) > 1)
ORDER BY clients DESC, partner_id LIMIT 1
"""
"""*ours*: a partner with more than half of all clients does not count as one that leaves, nor does one whose handing
over leaves every client with one partner."""

_LEFT_OUT: Final = """
CREATE OR REPLACE TEMP TABLE gone_with_partner AS
    SELECT hub_id FROM clients_of_both WHERE partner_before = $partner AND NOT in_tonight;
"""
_LEFT_OUT_CONTRACTS: Final = """
CREATE OR REPLACE TEMP TABLE left_out AS
    SELECT contract_id FROM contracts_of_both WHERE renews OR hub_before IN (FROM gone_with_partner)
"""

_CHANGED: Final = """
SELECT count(*) AS clients, count(*) FILTER (partner_tonight IS DISTINCT FROM partner_before) AS changed
FROM clients_of_both
WHERE in_before AND in_tonight AND ($partner IS NULL OR partner_before IS DISTINCT FROM $partner)
"""

_MOVES: Final = """
SELECT partner_before, partner_tonight, count(*) AS clients
FROM clients_of_both
WHERE in_before AND in_tonight AND ($partner IS NULL OR partner_before IS DISTINCT FROM $partner)
    AND partner_tonight IS DISTINCT FROM partner_before
GROUP BY ALL ORDER BY clients DESC, partner_before, partner_tonight LIMIT 20
"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The one partner that leaves tonight with all its clients, or hands them to `destination`; `gone`: clients that
    are no longer in the export."""

    partner_id: str
    clients: int
    gone: int
    destination: str | None


def leaving_partner(nights: Nights) -> Leaving | None:
    """The biggest partner that leaves, if any, after making `gone_with_partner` and `left_out` for it."""
    found = [Leaving(**row) for row in nights.rows(_LEAVING)]
    leaving = found[0] if found else None
    nights.con.execute(_LEFT_OUT, {"partner": leaving.partner_id if leaving else None})
    nights.con.execute(_LEFT_OUT_CONTRACTS)
    return leaving


def partner_kept(nights: Nights, leaving: Leaving | None) -> list[CheckResult]:
    """`partner_kept`: at most so many percent of the clients of both nights change partner; `partner_left` warns."""
    partner = {"partner": leaving.partner_id if leaving else None}
    clients, changed = nights.con.execute(_CHANGED, partner).fetchall()[0]
    limit = nights.settings.key_facts_change_percent
    sentences, examples = [], []
    if clients >= nights.settings.compared_keys_minimum and above(changed, clients, limit):
        sentences.append(
            f"{changed:,} of {clients:,} clients changed partner ({percent_of(changed, clients)}; "
            f"the limit is {plain(limit)} %)"
        )
        answer = nights.con.execute(_MOVES, partner)
        names = [column[0] for column in answer.description or ()]
        examples = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    fine = f"clients that changed partner: {changed:,} of {clients:,}"
    kept = result("partner_kept", "clients", sentences, fine=fine, examples=examples)
    return [kept, _left(nights, leaving)]


def _left(nights: Nights, leaving: Leaving | None) -> CheckResult:
    """A partner with one or two clients moves often: only one that is big enough to be gained from is worth a word."""
    sentences = []
    if leaving and leaving.clients >= nights.settings.partner_gain_clients:
        where = f"all went to {leaving.destination}" if leaving.destination else "none went to another partner"
        gone = f", {leaving.gone:,} of them are no longer in the export" if leaving.gone else ""
        sentences.append(f"partner {leaving.partner_id} left with its {leaving.clients:,} clients: {where}{gone}")
    return result("partner_left", "partners", sentences, fine="no partner left with all its clients", level="warning")
