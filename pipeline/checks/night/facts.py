"""The facts that hardly ever change: a contract's currency, client and term dates."""

from __future__ import annotations

from typing import Final

from pipeline.checks.night.night_results import above, percent_of, plain, result
from pipeline.checks.night.side_by_side import Nights
from pipeline.checks.results import EXAMPLES_SHOWN, CheckResult

_ON_BOTH: Final = "contracts_of_both ANTI JOIN left_out USING (contract_id) WHERE in_before AND in_tonight"

_FACTS: Final = {
    "currency_kept": ("currency", "currency_tonight <> currency_before", "currency_before, currency_tonight"),
    "client_kept": ("client", "hub_tonight <> hub_before", "hub_before, hub_tonight"),
    "term_dates_kept": (
        "term dates without renewing",
        # A contract that rolls begins its next term on the day on which the last one ended, whatever day that is.
        "(start_tonight <> start_before OR renewal_tonight <> renewal_before) AND start_tonight <> renewal_before",
        "start_before, start_tonight, renewal_before, renewal_tonight",
    ),
}
"""What changed in words, when it did, and what an example shows."""


def contract_facts_kept(nights: Nights) -> list[CheckResult]:
    """`currency_kept`, `client_kept` and `term_dates_kept`: at most so many percent of the contracts of both nights."""
    counts = ", ".join(f"count(*) FILTER ({changed})" for _, changed, _ in _FACTS.values())
    contracts, *changed = nights.one(f"SELECT count(*), {counts} FROM {_ON_BOTH}")
    return [_kept(nights, name, contracts, number) for name, number in zip(_FACTS, changed, strict=True)]


def _kept(nights: Nights, name: str, contracts: int, changed: int) -> CheckResult:
    what, condition, shown = _FACTS[name]
    limit = nights.settings.key_facts_change_percent
    sentences, examples = [], []
    if contracts >= nights.settings.compared_keys_minimum and above(changed, contracts, limit):
        sentences.append(
            f"{changed:,} of {contracts:,} contracts changed {what} ({percent_of(changed, contracts)}; "
            f"the limit is {plain(limit)} %)"
        )
        examples = nights.rows(
            f"SELECT contract_id, {shown} FROM {_ON_BOTH} AND {condition} ORDER BY contract_id LIMIT {EXAMPLES_SHOWN}"
        )
    fine = f"contracts that changed {what}: {changed:,} of {contracts:,}"
    return result(name, "contracts", sentences, fine=fine, examples=examples)
