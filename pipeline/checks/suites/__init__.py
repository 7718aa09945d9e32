"""Every check of the output gate, in the order in which results are shown."""

from __future__ import annotations

from pipeline.checks.declare_check import Check
from pipeline.checks.suites import (
    completeness,
    copied_values,
    dates_and_statuses,
    estimates,
    finance_values,
    findings_for_people,
    leaving_and_eve,
    partner_ownership,
    partner_totals,
    projection_ties,
    recomputed_estimates,
    recomputed_finance,
    shape,
)


def all_checks(tables: frozenset[str]) -> tuple[Check, ...]:
    """The checks of every published table among `tables` (names in `main`), apart from those that need more values."""
    every = (
        *shape.checks(tables),
        *completeness.CHECKS,
        *partner_ownership.CHECKS,
        *copied_values.CHECKS,
        *dates_and_statuses.CHECKS,
        *estimates.CHECKS,
        *leaving_and_eve.CHECKS,
        *recomputed_estimates.CHECKS,
        *partner_totals.CHECKS,
        *findings_for_people.CHECKS,
        *projection_ties.CHECKS,
        *finance_values.CHECKS,
        *recomputed_finance.CHECKS,
    )
    return tuple(check for check in every if check.table.startswith("exports.") or check.table in tables)
