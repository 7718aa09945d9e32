"""What a person should look at although the figures are right: warnings about the export."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare import Check, failing_rows, with_words


def _with_mrr(contracts: str) -> str:
    """Those contracts (`contract_id` and more) with `currency` and `mrr`, the MRR of rule 9 that a report cannot know.

    Contracts that are not in force have no row in `contract_mrr`. Sums are whole numbers of 10^-14, divided last and
    rounded once, half up; a line too big for that leaves the contract's MRR null rather than fail the gate.
    """
    return with_words(
        """
        SELECT f.*, c.currency, CAST((2 * coalesce(l.amount, 0) + d.divisor) // (2 * d.divisor) AS DECIMAL(34,0))
            * d.step AS mrr
        FROM ($contracts) f
        JOIN exports.contracts c ON c.contract_id = f.contract_id
        JOIN (
            SELECT contract_id, step, 100 * CAST(step * 100000000000000 AS HUGEINT)
                * CASE billing_frequency WHEN 'monthly' THEN 1 WHEN 'quarterly' THEN 3 WHEN 'semiannual' THEN 6
                    WHEN 'annual' THEN 12 ELSE billing_interval_months END AS divisor
            FROM (SELECT *, $minor_step AS step FROM exports.contracts)
        ) d ON d.contract_id = f.contract_id
        LEFT JOIN (
            SELECT l.contract_id, sum(TRY(CAST(l.quantity * 10000 AS HUGEINT) * CAST(l.unit_price * 1000000 AS HUGEINT)
                * CAST((100 - CASE WHEN l.discount_end_date <= greatest($as_of, k.term_start_date) THEN 0
                    ELSE coalesce(l.discount_percent, 0) END) * 10000 AS HUGEINT))) AS amount
            FROM exports.contract_lines l JOIN exports.contracts k ON k.contract_id = l.contract_id
            WHERE coalesce(l.is_recurring, true) AND l.contract_id IN (SELECT contract_id FROM ($contracts))
            GROUP BY l.contract_id
        ) l ON l.contract_id = f.contract_id
        """,
        contracts=contracts,
    )


CHECKS: Final[tuple[Check, ...]] = (
    failing_rows(
        "no_primary_contact",
        "warning",
        "upcoming_renewals",
        "clients with upcoming changes and no primary contact",
        "SELECT DISTINCT partner_id, hub_id, client_name FROM $rows WHERE primary_contact_basis = 'none'",
    ),
    failing_rows(
        "unpriced_estimates",
        "warning",
        "upcoming_renewals",
        "changes that nothing in the export prices",
        "SELECT partner_id, change_id, contract_id, contract_type FROM $rows WHERE estimate_basis = 'unpriced'",
    ),
    failing_rows(
        "quote_below_mrr_before",
        "warning",
        "upcoming_renewals",
        "contact tier upgrades and email overages quoted below the MRR before them",
        """
        SELECT partner_id, change_id, contract_id, currency, mrr_before, estimated_new_mrr FROM $rows
        WHERE contract_type <> 'renewal' AND estimate_basis = 'quote' AND estimated_new_mrr < mrr_before
        """,
    ),
    failing_rows(
        "currency_without_rate",
        "warning",
        "contract_mrr",
        "currencies without a rate to the reporting currency",
        """
        SELECT m.currency, count(*) AS contracts, sum(m.current_mrr) AS current_mrr
        FROM $rows m ANTI JOIN (FROM exports.fx_rates WHERE rate_date <= $as_of) r USING (currency)
        WHERE m.currency <> $reporting_currency
        GROUP BY m.currency
        """,
    ),
    failing_rows(
        "client_without_partner",
        "warning",
        "exports.clients",
        "clients with contracts in force and no partner",
        """
        SELECT k.hub_id, k.client_name, k.partner_id AS partner_before, k.association_ended_on
        FROM $rows k
        SEMI JOIN $in_force c ON c.hub_id = k.hub_id
        ANTI JOIN (FROM $associations WHERE partner_id IS NOT NULL) a ON a.hub_id = k.hub_id
        """,
    ),
    failing_rows(
        "expired_not_rolled",
        "warning",
        "exports.contracts",
        "contracts whose renewal date has passed without a new term",
        _with_mrr("SELECT contract_id, hub_id, renewal_start_date FROM $rows WHERE renewal_start_date <= $as_of"),
        mrr=True,
    ),
    failing_rows(
        "possible_successor",
        "warning",
        "exports.contracts",
        "contracts that start on the day another one of the client renews",
        _with_mrr(
            """
            SELECT s.contract_id, s.hub_id, s.term_start_date, min(c.contract_id) AS renewing_contract_id
            FROM $rows s JOIN exports.contracts c ON c.hub_id = s.hub_id AND c.renewal_start_date = s.term_start_date
            WHERE s.term_start_date > $as_of AND c.contract_id <> s.contract_id
            GROUP BY ALL
            """
        ),
        mrr=True,
    ),
    failing_rows(
        "source_files_account",
        "stop",
        "source_files",
        "files whose rows are not all accounted for",
        """
        SELECT path, rows_read, rows_loaded, rows_quarantined, rows_duplicate, rows_left_out FROM $rows
        WHERE rows_read <> rows_loaded + rows_quarantined + rows_duplicate + rows_left_out
        """,
    ),
)
