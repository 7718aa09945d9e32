"""No row is lost on the way from the export to the published tables, and none appears from nowhere."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, failing_rows, no_change_where, no_row_where

CHECKS: Final[tuple[Check, ...]] = (
    no_row_where(
        "contract_mrr",
        "contracts_in_force_kept",
        "contracts in force without MRR",
        "contract_id hub_id currency",
        "NOT is_there",
    ),
    no_row_where(
        "contract_mrr",
        "only_contracts_in_force",
        "rows that no contract in force explains (contract, client, currency)",
        "contract_id hub_id currency",
        "is_there AND NOT is_explained",
    ),
    failing_rows(
        "renewals_kept",
        "stop",
        "upcoming_renewals",
        "contracts in force whose renewal lies in the window without exactly one renewal row",
        """
        SELECT c.contract_id, c.hub_id, c.renewal_start_date, count(u.change_id) AS renewal_rows
        FROM $in_force c
        JOIN $associations a ON a.hub_id = c.hub_id AND a.partner_id IS NOT NULL
        LEFT JOIN $rows u ON u.contract_id = c.contract_id AND u.contract_type = 'renewal'
        WHERE c.renewal_start_date <= $last_day
        GROUP BY ALL HAVING count(u.change_id) <> 1
        """,
    ),
    failing_rows(
        "upgrades_and_overages_kept",
        "stop",
        "upcoming_renewals",
        "contact tier upgrades and email overages in the window without exactly one row",
        """
        SELECT x.change_id, x.contract_id, x.contract_type, x.effective_date, count(u.change_id) AS rows_found
        FROM $facts x
        JOIN $in_force c ON c.contract_id = x.contract_id
        JOIN $associations a ON a.hub_id = c.hub_id AND a.partner_id IS NOT NULL
        LEFT JOIN $rows u ON u.change_id = x.change_id
        WHERE x.contract_type <> 'renewal' AND x.effective_date <= $last_day
        GROUP BY ALL HAVING count(u.change_id) <> 1
        """,
    ),
    no_change_where(
        "changes_have_a_source",
        "rows that no contract in force or no change of the export explains",
        "contract_id contract_type renewal_start_date",
        """hub_of_contract IS DISTINCT FROM hub_id OR currency_of_contract IS DISTINCT FROM currency
            OR (contract_type = 'renewal' AND renewal_start_date <> renewal_of_contract)
            OR (change_in_export IS NULL
                AND (contract_type <> 'renewal' OR change_id <> contract_id || chr(58) || 'renewal'))
            OR contract_in_export <> contract_id OR type_in_export <> contract_type
            OR effective_date_in_export <> renewal_start_date""",
    ),
    no_change_where(
        "renewals_take_their_facts",
        "renewals derived although the export has a row for them",
        "contract_id renewal_in_export",
        "contract_type = 'renewal' AND change_id <> renewal_in_export",
    ),
    failing_rows(
        "same_changes_in_details",
        "stop",
        "client_changes",
        "upcoming changes that the details of a client do not show alike",
        """
        SELECT coalesce(u.change_id, d.change_id) AS change_id, u.hub_id, d.hub_id AS hub_id_in_details,
            u.estimated_new_mrr, d.estimated_new_mrr AS estimated_new_mrr_in_details
        FROM upcoming_renewals u FULL JOIN $rows d ON d.change_id = u.change_id
        WHERE u.change_id IS NULL OR d.change_id IS NULL
            OR d.partner_id IS DISTINCT FROM u.partner_id OR d.hub_id <> u.hub_id OR d.contract_id <> u.contract_id
            OR d.contract_type <> u.contract_type OR d.status <> u.status OR d.status_basis <> u.status_basis
            OR d.renewal_start_date <> u.renewal_start_date OR d.renewal_deadline <> u.renewal_deadline
            OR d.currency <> u.currency OR d.mrr_before <> u.mrr_before
            OR d.estimated_new_mrr <> u.estimated_new_mrr OR d.mrr_change <> u.mrr_change
            OR d.estimate_basis <> u.estimate_basis
        """,
    ),
    no_row_where(
        "client_contacts",
        "contacts_kept",
        "contacts of partners' clients that are missing",
        "contact_id hub_id",
        "NOT is_there AND partner_of_client IS NOT NULL",
    ),
    no_row_where(
        "client_products",
        "products_kept",
        "lines of contracts in force of partners' clients that are missing",
        "line_id contract_id",
        "NOT is_there AND is_in_force AND partner_of_client IS NOT NULL",
    ),
    no_row_where(
        "client_app_usage",
        "app_usage_kept",
        "apps of partners' clients without their latest measurement",
        "hub_id app latest",
        "partner_of_client IS NOT NULL AND measured_on IS DISTINCT FROM latest",
    ),
    no_row_where(
        "client_consumption",
        "consumption_kept",
        "partners' clients without their latest consumption",
        "hub_id latest",
        "partner_of_client IS NOT NULL AND measured_on IS DISTINCT FROM latest",
    ),
)
