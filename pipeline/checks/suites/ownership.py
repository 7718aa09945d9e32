"""Rules 5 to 7: no partner sees a row that is not its own, and no stranger is named."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare import Check, failing_rows, no_change_where, no_row_where

_WITH_A_PARTNER: Final = {
    "contract_mrr": "contract_id",
    "client_contacts": "contact_id",
    "client_products": "line_id",
    "client_app_usage": "app",
    "client_consumption": "measured_on",
    "client_changes": "change_id",
}
"""More tables with a partner and a client in each row, and the column that tells rows of one client apart."""


def _partner_of_client(table: str, key: str) -> Check:
    return no_row_where(
        table,
        "partner_of_client",
        "rows of a partner whose client it is not, or whose association has ended",
        f"partner_id hub_id {key} partner_of_client",
        "is_there AND partner_id IS DISTINCT FROM partner_of_client",
    )


CHECKS: Final[tuple[Check, ...]] = (
    *(_partner_of_client(table, key) for table, key in _WITH_A_PARTNER.items()),
    failing_rows(
        "known_partners",
        "stop",
        "partner_summary",
        "rows of partners that the export does not name",
        "SELECT partner_id, currency FROM $rows ANTI JOIN exports.partners USING (partner_id)",
    ),
    no_row_where(
        "client_products",
        "client_of_contract",
        "lines shown under a client whose contract it is not, or whose contract is not in force",
        "partner_id hub_id contract_id line_id",
        "is_there AND NOT is_explained",
    ),
    no_row_where(
        "client_contacts",
        "client_of_contact",
        "contacts shown under a client whose contact they are not",
        "partner_id hub_id contact_id",
        "is_there AND NOT is_explained",
    ),
    no_change_where(
        "partner_of_client",
        "rows of a partner whose client it is not, or whose association has ended",
        "hub_id partner_of_client",
        "partner_id IS DISTINCT FROM partner_of_client",
    ),
    no_change_where(
        "client_name",
        "rows that bear another client's name",
        "hub_id client_name name_in_export",
        "client_name <> name_in_export",
    ),
    no_change_where(
        "primary_contact_of_client",
        "rows whose primary contact is no contact of the client, or whose basis says otherwise",
        "hub_id primary_contact_id primary_contact_basis",
        """(primary_contact_basis = 'none') <> (primary_contact_id IS NULL)
            OR (primary_contact_id IS NOT NULL AND hub_of_contact IS NULL)
            OR (primary_contact_basis = 'account_primary' AND NOT coalesce(contact_is_primary, false))
            OR (primary_contact_basis = 'client_choice' AND NOT contact_decided)""",
    ),
    no_change_where(
        "communication_owner",
        "rows whose communication owner is neither the partner nor the vendor, or contradicts its basis",
        "hub_id communication_owner communication_owner_basis",
        """CASE communication_owner_basis
            WHEN 'vendor_default' THEN communication_owner <> $vendor_name
            WHEN 'partner_statement' THEN communication_owner IS DISTINCT FROM partner_name
                AND NOT (default_owner_decided AND communication_owner = $vendor_name)
            ELSE NOT owner_decided
                OR (communication_owner <> $vendor_name AND communication_owner IS DISTINCT FROM partner_name)
        END""",
    ),
)
