"""Rules 10 and 11: a partner's key figures are the sums of its rows; converted figures exist only with a rate."""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.checks.declare_check import Check, failing_rows, with_words

_FIGURES: Final = {
    **{status: f"count(*) FILTER (status = '{status}')" for status in rules.STATUSES},
    **{basis: f"count(*) FILTER (status_basis = '{basis}')" for basis in ("agreed", "auto_renewed", "lapsing")},
    "upcoming_changes": "count(*)",
    "clients_to_act_on": """count(DISTINCT hub_id) FILTER (contract_type = 'renewal' AND status = 'pending'
        AND (renewal_deadline >= $as_of OR status_basis = 'lapsing'))""",
    "deadlines_in_14_days": f"""count(*) FILTER (
        status = 'pending' AND renewal_deadline BETWEEN $as_of AND $as_of + {rules.DEADLINE_SOON_DAYS})""",
    "mrr_up_for_renewal": "sum(mrr_before) FILTER (contract_type = 'renewal')",
    "mrr_at_risk": """sum(mrr_before) FILTER (
        contract_type = 'renewal' AND (status = 'pending' OR status_basis = 'requested'))""",
    "estimated_change": "sum(mrr_change)",
}
"""Figures of `partner_summary` that are made of a partner's upcoming changes in one currency."""

_OF_CONTRACTS: Final = {
    "clients": "count(DISTINCT hub_id)",
    "contracts": "count(*)",
    "current_mrr": "sum(current_mrr)",
}
"""Figures of `partner_summary` that are made of a partner's contracts in force in one currency."""


def _sums_agree(name: str, fault: str, figures: dict[str, str], source: str) -> Check:
    own = ", ".join(f"s.{figure} AS {figure}, r.{figure} AS {figure}_of_rows" for figure in figures)
    differs = " OR ".join(f"coalesce(s.{figure}, 0) <> coalesce(r.{figure}, 0)" for figure in figures)
    sums = ", ".join(f"{sql} AS {figure}" for figure, sql in figures.items())
    return failing_rows(
        name,
        "stop",
        "partner_summary",
        fault,
        with_words(
            """
        SELECT coalesce(s.partner_id, r.partner_id) AS partner_id, coalesce(s.currency, r.currency) AS currency, $own
        FROM $rows s FULL JOIN (
            SELECT partner_id, currency, $sums FROM $source WHERE partner_id IS NOT NULL GROUP BY partner_id, currency
        ) r ON r.partner_id = s.partner_id AND r.currency = s.currency
        WHERE $differs
        """,
            own=own,
            sums=sums,
            source=source,
            differs=differs,
        ),
    )


CHECKS: Final[tuple[Check, ...]] = (
    _sums_agree(
        "totals_of_contracts",
        "partners and currencies whose totals are not those of their contracts",
        _OF_CONTRACTS,
        "contract_mrr",
    ),
    _sums_agree(
        "totals_of_changes",
        "partners and currencies whose figures are not those of their upcoming changes",
        _FIGURES,
        "upcoming_renewals",
    ),
    failing_rows(
        "converted_figures",
        "stop",
        "partner_summary",
        "rows whose converted figures are not amount × rate, or exist without a rate",
        """
        SELECT partner_id, currency, reporting_currency, fx_rate, fx_rate_date, current_mrr, current_mrr_converted
        FROM (SELECT partner_id, currency, reporting_currency, fx_rate, fx_rate_date, current_mrr,
                current_mrr_converted, unnest([
                    struct_pack(amount := current_mrr, converted := current_mrr_converted),
                    struct_pack(amount := mrr_up_for_renewal, converted := mrr_up_for_renewal_converted),
                    struct_pack(amount := mrr_at_risk, converted := mrr_at_risk_converted),
                    struct_pack(amount := estimated_change, converted := estimated_change_converted)]) AS pair
            FROM $rows)
        WHERE reporting_currency <> $reporting_currency
            OR (fx_rate IS NULL) <> (fx_rate_date IS NULL)
            OR round(pair.amount * fx_rate, $reporting_digits) IS DISTINCT FROM pair.converted
        GROUP BY ALL
        """,
    ),
    failing_rows(
        "latest_rates",
        "stop",
        "partner_summary",
        "rows whose rate is not the latest known one",
        """
        SELECT s.partner_id, s.currency, s.fx_rate, s.fx_rate_date, r.rate, r.rate_date
        FROM $rows s LEFT JOIN (
            SELECT currency, max(rate_date) AS rate_date, arg_max(rate, rate_date) AS rate
            FROM exports.fx_rates WHERE rate_date <= $as_of GROUP BY currency
        ) r ON r.currency = s.currency
        WHERE CASE WHEN s.currency = s.reporting_currency THEN s.fx_rate <> 1
            ELSE s.fx_rate IS DISTINCT FROM r.rate OR s.fx_rate_date IS DISTINCT FROM r.rate_date END
        """,
    ),
)
