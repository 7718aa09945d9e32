"""Rules 9 and 10: figures that agree with each other, within a row and along the changes of a contract."""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.checks.declare_check import Check, failing_rows, no_change_where, with_words

ORDER_OF_A_DAY: Final = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(rules.CONTRACT_TYPES))

CHECKS: Final[tuple[Check, ...]] = (
    no_change_where(
        "change_adds_up",
        "rows whose mrr_change is not estimated_new_mrr - mrr_before",
        "currency mrr_before estimated_new_mrr mrr_change",
        "estimated_new_mrr - mrr_before <> mrr_change",
    ),
    no_change_where(
        "parts_add_up",
        "rows whose parts do not add up to mrr_change",
        "currency mrr_change mrr_change_price mrr_change_discount mrr_change_limits mrr_change_quote "
        "mrr_change_cancellation",
        """mrr_change_price + mrr_change_discount + mrr_change_limits + mrr_change_quote + mrr_change_cancellation
            <> mrr_change""",
    ),
    no_change_where(
        "current_mrr_of_contract",
        "rows whose current MRR is not that of their contract",
        "contract_id current_mrr current_mrr_of_contract",
        "current_mrr IS DISTINCT FROM current_mrr_of_contract",
    ),
    failing_rows(
        "chain_of_changes",
        "stop",
        "upcoming_renewals",
        "rows that do not begin where the change before them ended",
        with_words(
            """
        SELECT partner_id, change_id, contract_id, mrr_before, expected FROM (
            SELECT *, lag(estimated_new_mrr, 1, current_mrr) OVER (
                PARTITION BY contract_id
                ORDER BY renewal_start_date, CASE contract_type $order_of_a_day END, change_id) AS expected
            FROM $rows)
        WHERE mrr_before <> expected
        """,
            order_of_a_day=ORDER_OF_A_DAY,
        ),
    ),
    no_change_where(
        "no_negative_mrr",
        "rows with an MRR below 0",
        "current_mrr mrr_before estimated_new_mrr",
        "current_mrr < 0 OR mrr_before < 0 OR estimated_new_mrr < 0",
    ),
    failing_rows(
        "no_negative_mrr",
        "stop",
        "contract_mrr",
        "rows with an MRR below 0",
        "SELECT contract_id, currency, current_mrr FROM $rows WHERE current_mrr < 0",
    ),
    no_change_where(
        "cancelled_estimates",
        "rows whose estimate disagrees with a cancellation",
        "contract_type status_basis estimate_basis mrr_before estimated_new_mrr",
        """(status_basis IN ('requested', 'lapsing') AND estimate_basis <> 'cancelled')
            OR (estimate_basis = 'cancelled' AND contract_type = 'renewal' AND estimated_new_mrr <> 0)
            OR (estimate_basis = 'cancelled' AND contract_type <> 'renewal' AND estimated_new_mrr <> mrr_before)""",
    ),
    no_change_where(
        "quoted_estimates",
        "rows that rest on a quote the export does not have, or not on the one it has",
        "estimate_basis estimated_new_mrr quoted_mrr",
        "estimate_basis <> 'cancelled' AND (estimate_basis = 'quote') <> (quoted_mrr IS NOT NULL)",
    ),
)
