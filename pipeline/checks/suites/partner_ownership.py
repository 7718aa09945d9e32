"""Rules 5 to 7: no partner sees a row that is not its own, and no stranger is named."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, failing_rows, no_change_where, no_row_where

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


_OWNER: Final = """CASE coalesce(owner_of_client, owner_of_partner,
    CASE WHEN partner_owns_communication THEN 'partner' END) WHEN 'partner' THEN partner_name ELSE $vendor_name END"""
"""Rule 5: the partner's choice for the client, else its statement, else the vendor."""

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
        "rows whose primary contact is not the client's",
        "hub_id primary_contact_id primary_contact_of_client",
        "primary_contact_id IS DISTINCT FROM primary_contact_of_client",
    ),
    no_change_where(
        "primary_contact_basis",
        "rows that say otherwise than the decisions and the account why somebody is the primary contact",
        "hub_id primary_contact_id primary_contact_basis primary_contact_basis_of_client",
        "primary_contact_basis <> primary_contact_basis_of_client",
    ),
    no_change_where(
        "primary_contact_name",
        "rows whose primary contact bears another name than in the export",
        "hub_id primary_contact_id primary_contact_name name_of_contact",
        "primary_contact_name IS DISTINCT FROM name_of_contact",
    ),
    no_change_where(
        "primary_contact_email",
        "rows whose primary contact has another e-mail address than in the export",
        "hub_id primary_contact_id primary_contact_email email_of_contact",
        "primary_contact_email IS DISTINCT FROM email_of_contact",
    ),
    no_change_where(
        "communication_owner",
        "rows whose communication owner is not the one that the decisions and the export say",
        "hub_id communication_owner communication_owner_basis",
        f"communication_owner IS DISTINCT FROM {_OWNER}",
    ),
    no_change_where(
        "communication_owner_basis",
        "rows that say otherwise than the decisions and the export why somebody owns the communication",
        "hub_id communication_owner communication_owner_basis",
        """communication_owner_basis <> CASE WHEN owner_of_client IS NOT NULL THEN 'client_choice'
            WHEN owner_of_partner IS NOT NULL OR partner_owns_communication THEN 'partner_statement'
            ELSE 'vendor_default' END""",
    ),
)
