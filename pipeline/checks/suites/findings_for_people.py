"""What a person should look at although the figures are right: warnings about the export."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, failing_rows

# Only contracts that hold a credit can fall below 0. Binary floats do: a sum is only asked whether it is below 0.
_NEGATIVE_MRR: Final = """
    WITH credited AS (
        SELECT contract_id, currency, $billing_months AS billing_months FROM $in_force c
        SEMI JOIN $rows m USING (contract_id)
        SEMI JOIN (
            FROM exports.contract_lines WHERE unit_price < 0 AND quantity > 0 AND coalesce(is_recurring, true)
        ) l USING (contract_id)
    ), charged_on AS (
        SELECT contract_id, $as_of AS charged_on, false AS at_renewal FROM credited
        UNION ALL
        SELECT contract_id, renewal_start_date, true FROM upcoming_renewals
        WHERE contract_type = 'renewal' AND estimated_new_mrr = 0 AND estimate_basis IN ('price_book', 'uplift', 'same')
    ), line AS (
        SELECT c.contract_id, c.currency, d.charged_on, d.at_renewal, l.product_code,
            CAST(l.unit_price AS DOUBLE) / c.billing_months AS price,
            CAST(l.quantity AS DOUBLE) * (100 - CASE WHEN l.discount_end_date <= d.charged_on THEN 0
                ELSE coalesce(l.discount_percent, 0) END) / 100 AS units
        FROM credited c
        JOIN charged_on d USING (contract_id)
        JOIN exports.contract_lines l ON l.contract_id = c.contract_id AND coalesce(l.is_recurring, true)
    ), priced AS (
        SELECT line.contract_id, line.currency, line.at_renewal, line.units * CASE
            WHEN NOT line.at_renewal OR $renewal_pricing = 'same' THEN line.price
            WHEN $renewal_pricing = 'list' AND b.monthly_unit_price IS NOT NULL THEN b.monthly_unit_price
            ELSE line.price * (100 + $uplift_percent) / 100 END AS amount
        FROM line ASOF LEFT JOIN exports.price_book b ON b.product_code = line.product_code
            AND b.currency = line.currency AND b.valid_from <= line.charged_on
    )
    SELECT contract_id, currency, at_renewal, round(sum(amount), 2) AS sum_of_lines FROM priced
    GROUP BY ALL HAVING sum(amount) < -1e-9 * sum(abs(amount))
"""

CHECKS: Final[tuple[Check, ...]] = (
    failing_rows(
        "no_primary_contact",
        "warning",
        "upcoming_renewals",
        "clients with upcoming changes and no primary contact",
        "SELECT DISTINCT partner_id, hub_id, client_name FROM $rows WHERE primary_contact_basis = 'none'",
        advice="Have one contact of each account flagged as is_primary, or let the partner choose one.",
    ),
    failing_rows(
        "unpriced_estimates",
        "warning",
        "upcoming_renewals",
        "changes that nothing in the export prices",
        "SELECT partner_id, change_id, contract_id, contract_type FROM $rows WHERE estimate_basis = 'unpriced'",
        advice="Have their limit_blocks, the contract's limit, or a quoted_mrr exported.",
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
        advice="Have the quote checked: it is the contract's whole MRR after the change, not the price of the change.",
    ),
    failing_rows(
        "negative_mrr",
        "warning",
        "contract_mrr",
        "contracts whose credits exceed their charges, today or at the renewal, and which therefore count as 0",
        _NEGATIVE_MRR,
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
        advice="Have rates exported in fx_rates, or set ecb_rates = true.",
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
        advice="Nothing has to be done if that is meant: they are in no partner's report.",
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
