"""Rules 10 and 12: the MRR on the eve of a change, and the day on which a late cancellation takes effect."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, failing_rows, with_words
from pipeline.checks.suites.estimates import ORDER_OF_A_DAY

_LEAVES_ON: Final = """
    WITH begun_late AS (
        SELECT contract_id, max(cancellation_requested_on) AS late_request_on FROM (
            SELECT x.*, c.auto_renews,
                CAST(x.effective_date - to_months(c.subscription_term_months) AS DATE) AS term_before,
                CASE WHEN c.notice_months IS NULL THEN x.effective_date - CAST(c.notice_days AS INT)
                    ELSE CAST(x.effective_date - to_months(c.notice_months) AS DATE) END AS deadline
            FROM exports.contract_changes x JOIN $in_force c
                ON c.contract_id = x.contract_id AND c.term_start_date = x.effective_date
            WHERE x.contract_type = 'renewal' AND x.cancellation_requested_on <= $as_of)
        WHERE cancellation_requested_on > deadline
            AND coalesce(agreed_on > $as_of OR agreed_on <= cancellation_requested_on, true)
            AND (coalesce(agreed_on <= $as_of, false) OR (auto_renews AND deadline >= term_before))
        GROUP BY contract_id)
    SELECT * FROM (
        SELECT u.partner_id, u.change_id, u.contract_id, u.status_basis, u.leaves_on, CASE
            WHEN u.contract_type <> 'renewal' OR u.status_basis IN ('requested', 'lapsing') THEN NULL
            WHEN l.late_request_on IS NOT NULL
                AND NOT coalesce(u.status_basis = 'agreed' AND f.agreed_on > l.late_request_on, false)
                THEN u.renewal_start_date
            WHEN u.status_basis = 'requested_late'
                THEN CAST(u.renewal_start_date + to_months(u.subscription_term_months) AS DATE) END AS expected
        FROM $rows u
        LEFT JOIN begun_late l ON l.contract_id = u.contract_id
        LEFT JOIN $facts f ON f.change_id = u.change_id)
    WHERE leaves_on IS DISTINCT FROM expected
"""

_ON_THE_EVE: Final = """
    WITH in_order AS (
        SELECT *, row_number() OVER w AS place, last_value(CASE
                WHEN estimate_basis = 'quote' OR (contract_type = 'renewal' AND estimate_basis = 'cancelled')
                    THEN 'fixed'
                WHEN contract_type = 'renewal' THEN 'renewed' END IGNORE NULLS) OVER (
            w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS rests_on
        FROM $rows WINDOW w AS (PARTITION BY contract_id
            ORDER BY renewal_start_date, CASE contract_type $order_of_a_day END, change_id)),
    before AS (
        SELECT contract_id, renewal_start_date, lag(left_by) OVER d AS left_by, lag(rests_on) OVER d AS rests_on
        FROM (SELECT contract_id, renewal_start_date, arg_max(estimated_new_mrr, place) AS left_by,
                arg_max(rests_on, place) AS rests_on FROM in_order GROUP BY ALL)
        WINDOW d AS (PARTITION BY contract_id ORDER BY renewal_start_date)),
    eves AS (
        SELECT u.partner_id, u.change_id, u.contract_id, u.currency, u.billing_months, u.current_mrr,
            u.mrr_on_the_eve, coalesce(b.left_by, u.current_mrr) AS left_by, coalesce(b.rests_on, 'lines') AS rests_on,
            u.renewal_start_date - 1 AS eve
        FROM $rows u JOIN before b ON b.contract_id = u.contract_id AND b.renewal_start_date = u.renewal_start_date),
    ended AS (
        SELECT e.partner_id, e.change_id,
            greatest(0, sum($charged * (100 - CASE WHEN l.discount_end_date <= e.eve THEN 0 ELSE $discount END)))
                AS then,
            greatest(0, sum($charged * (100 - CASE WHEN l.discount_end_date <= $as_of THEN 0 ELSE $discount END)))
                AS now
        FROM eves e JOIN exports.contract_lines l ON l.contract_id = e.contract_id AND coalesce(l.is_recurring, true)
        WHERE e.rests_on <> 'fixed'
        GROUP BY e.partner_id, e.change_id
        HAVING bool_or(coalesce(l.discount_percent > 0 AND l.discount_end_date > $as_of
            AND l.discount_end_date <= e.eve, false)))
    SELECT partner_id, change_id, contract_id, mrr_on_the_eve, left_by AS mrr_left_by_the_change_before FROM (
        SELECT e.*, d.then IS NOT NULL AS some_ended, $minor_step AS step,
            (d.then - d.now) / (100 * e.billing_months) AS gained, d.then / (100 * e.billing_months) AS size
        FROM eves e LEFT JOIN ended d ON d.partner_id = e.partner_id AND d.change_id = e.change_id)
    WHERE CASE
        WHEN NOT some_ended THEN mrr_on_the_eve <> left_by
        WHEN rests_on = 'lines' THEN abs(CAST(mrr_on_the_eve - left_by AS DOUBLE) - gained) > step + size / 1e12
        ELSE mrr_on_the_eve < 0 END
"""
"""Where a discount ends in between, a binary figure is near enough to tell one step of the currency's smallest unit, by
which the two roundings may differ. After a renewal the lines count at prices that are not in the table."""

CHECKS: Final[tuple[Check, ...]] = (
    failing_rows(
        "leaves_on_of_late_cancellations",
        "stop",
        "upcoming_renewals",
        "rows whose day of leaving is not that of a renewal cancelled too late",
        _LEAVES_ON,
    ),
    failing_rows(
        "mrr_on_the_eve_of_lines",
        "stop",
        "upcoming_renewals",
        "rows whose MRR on the eve is not what the change before left, plus the discounts that ended",
        with_words(
            _ON_THE_EVE,
            order_of_a_day=ORDER_OF_A_DAY,
            charged="CAST(l.quantity AS DOUBLE) * CAST(l.unit_price AS DOUBLE)",
            discount="CAST(coalesce(l.discount_percent, 0) AS DOUBLE)",
        ),
    ),
)
