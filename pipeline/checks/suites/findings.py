"""What a person should look at although the figures are right: warnings about the export."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare import Check, failing_rows

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
